// Values in the order of (time, order). Entries stay sorted; events come nearly in order and go in it, so that
// what comes and goes does so at the ends or near them. Texts lie one behind the other. What was printed is
// kept, so that the next list costs the bytes that it has and not the work of making them.
#pragma once
#include <cstdint>
#include <string>
#include <tuple>
#include <vector>

#include "expr/aggregates/accumulator.h"

namespace cep::expr {

class Collection {
 public:
  static constexpr bool kPlaced = true;

  void clear();
  size_t size() const { return entries_.size() - head_; }
  void add(const Value& v, int64_t time, uint64_t order);
  void remove(const Value&, int64_t time, uint64_t order);
  void merge(const Collection& from);
  void remove(const Collection& from);
  Value result(EvalContext& c, const Terms&) const;
  size_t owned() const;
  void encode(std::string* out) const;
  bool decode(BytesReader* in, const Terms& t);

 private:
  struct Entry {
    int64_t time;
    uint64_t order;
    uint64_t bits;  // a value of fixed size, or where the text begins
    uint32_t size;             // of the text
    mutable uint32_t printed;  // bytes of the item, where printed_ has it

    bool operator<(const Entry& e) const { return std::tie(time, order) < std::tie(e.time, e.order); }
  };

  Value value(const Entry& e) const;
  bool fits() const;
  void insert(Entry e);
  void erase(size_t at);
  void gather();
  void unprint_from(size_t at) const;
  void print() const;

  std::vector<Entry> entries_;  // those before head_ are gone
  size_t head_ = 0;
  std::string texts_;
  size_t unused_ = 0;  // bytes of texts_ that no entry has
  Type type_ = Type::kNull;
  // Items as a list has them, each behind its comma: of entries [head_, printed_end_), from printed_head_ on.
  mutable std::string printed_;
  mutable size_t printed_head_ = 0, printed_end_ = 0;
};

}  // namespace cep::expr
