// Numbers of which one of a rank is asked for: in no order until they are asked for a second time, or one is
// taken away; then in a tree. -0.0 comes before 0.0.
#pragma once
#include <cstdint>
#include <memory>
#include <vector>

#include "expr/aggregates/accumulator.h"
#include "expr/aggregates/rank_tree.h"

namespace cep::expr {

class Numbers {
 public:
  static constexpr bool kPlaced = false;

  void clear();
  size_t size() const { return tree_ ? tree_->size() : values_.size(); }
  void add(const Value& v, int64_t, uint64_t) { put(as_real(v), 1); }
  void remove(const Value& v, int64_t, uint64_t);
  void merge(const Numbers& from);
  void remove(const Numbers& from);
  // That at p × (size - 1) in their order, interpolated; null of none.
  Value percentile(double p) const;
  size_t owned() const;
  void encode(std::string* out) const;
  bool decode(BytesReader* in, const Terms&);

 private:
  using Tree = RankTree<double>;

  void put(double x, uint64_t times);
  void make_tree() const;
  template <class F>
  void for_each(const F& f) const;

  // What is read changes only how the numbers are kept.
  mutable std::vector<double> values_;  // without a tree
  mutable std::unique_ptr<Tree> tree_;
  mutable bool read_ = false;
};

}  // namespace cep::expr
