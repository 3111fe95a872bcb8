// How often each value came: distinct values with their counts, in the order in which they first came. Few are
// searched one by one; more have an index (open addressing). Texts lie one behind the other.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "expr/aggregates/codec.h"

namespace cep::expr {

class Tally {
 public:
  void clear();
  // All values of one tally are of one type.
  void add(const Value& v, uint64_t times);
  void merge(const Tally& from, Type type);
  size_t size() const { return entries_.size(); }
  Value value(size_t i, Type type) const;
  uint64_t count(size_t i) const { return entries_[i].count; }
  size_t owned() const;
  void encode(Type type, std::string* out) const;
  bool decode(Type type, Reader* in);

 private:
  struct Entry {
    uint64_t key;  // a value of fixed size, or where the text begins
    uint64_t count;
    uint32_t size;  // of the text
    uint32_t hash;
  };

  bool is(const Entry& e, const Value& v, uint64_t bits, uint32_t hash) const;
  // Where in the index the value is, or the free place for it.
  size_t slot(const Value& v, uint64_t bits, uint32_t hash) const;
  void insert(const Value& v, uint64_t bits, uint32_t hash, uint64_t times);
  void make_index(size_t slots);

  std::vector<Entry> entries_;
  std::vector<uint32_t> index_;  // 0: free; else number of the entry + 1. Empty: no index
  std::string texts_;
};

}  // namespace cep::expr
