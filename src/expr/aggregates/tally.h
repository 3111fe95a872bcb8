// How often each value is there: distinct values with their counts, found by an index (open addressing; few are
// searched one by one). Texts lie one behind the other. Once the most frequent ones are asked for a second
// time, their order is kept too.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "expr/aggregates/codec.h"
#include "expr/aggregates/rank_tree.h"

namespace cep::expr {

class Tally {
 public:
  void clear();
  // All values of one tally are of one type.
  void add(const Value& v, uint64_t times);
  // REQUIRES that the value is there so often.
  void remove(const Value& v, uint64_t times);
  void merge(const Tally& from);
  void remove(const Tally& from);
  // Of distinct values.
  size_t size() const { return live_; }
  // The k most frequent values, most frequent first, of equally frequent ones the smaller first. Texts are
  // valid until the next change.
  void most_frequent(size_t k, std::vector<Value>* out) const;
  size_t owned() const;
  void encode(std::string* out) const;
  bool decode(Type type, BytesReader* in);

 private:
  struct Entry {
    uint64_t key;    // a value of fixed size, or where the text begins; free: the next free entry + 1
    uint64_t count;  // 0: free
    uint32_t size;   // of the text
    uint32_t hash;
  };
  using Order = RankTree<uint32_t>;

  Value value(size_t i) const;
  bool is(const Entry& e, const Value& v, uint64_t bits, uint32_t hash) const;
  // The entry of the value; `place`: where in the index it is, or the free place for it. -1: there is none.
  int64_t find(const Value& v, uint64_t bits, uint32_t hash, size_t* place) const;
  void insert(const Value& v, uint64_t bits, uint32_t hash, uint64_t times, size_t place);
  void change_count(uint32_t i, uint64_t count);
  void forget(uint32_t i, size_t place);
  void make_index(size_t slots);
  void compact();
  void make_order() const;
  bool ranks_before(uint32_t a, uint32_t b) const;
  auto by_rank() const {
    return [this](uint32_t a, uint32_t b) { return ranks_before(a, b); };
  }

  std::vector<Entry> entries_;
  std::vector<uint32_t> index_;  // 0: free; else number of the entry + 1. Empty: no index
  std::string texts_;
  size_t live_ = 0, unused_ = 0;  // entries in use; bytes of texts_ that no entry has
  uint64_t free_ = 0;             // the first free entry + 1
  Type type_ = Type::kNull;       // of the values, once there was one
  mutable std::unique_ptr<Order> order_;
  mutable bool read_ = false;
};

}  // namespace cep::expr
