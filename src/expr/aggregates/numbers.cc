#include "expr/aggregates/numbers.h"

#include <algorithm>
#include <cmath>

#include "expr/aggregates/rank.h"

namespace cep::expr {
namespace {

bool comes_before(double a, double b) { return a < b || (a == b && std::signbit(a) > std::signbit(b)); }

}  // namespace

void Numbers::clear() {
  values_.clear();
  tree_.reset();
  read_ = false;
}

template <class F>
void Numbers::for_each(const F& f) const {
  if (tree_) return tree_->for_each(f);
  for (double x : values_) f(x, 1);
}

void Numbers::put(double x, uint64_t times) {
  if (tree_) return tree_->insert(x, times, comes_before);
  values_.insert(values_.end(), times, x);
}

void Numbers::remove(const Value& v, int64_t, uint64_t) {
  make_tree();
  tree_->erase(as_real(v), 1, comes_before);
}

void Numbers::merge(const Numbers& from) {
  from.for_each([this](double x, uint64_t times) { put(x, times); });
}

void Numbers::remove(const Numbers& from) {
  make_tree();
  from.for_each([this](double x, uint64_t times) { tree_->erase(x, times, comes_before); });
}

void Numbers::make_tree() const {
  if (tree_) return;
  std::sort(values_.begin(), values_.end(), comes_before);
  std::vector<double> keys;
  std::vector<uint64_t> times;
  for (double x : values_) {
    if (keys.empty() || comes_before(keys.back(), x)) {
      keys.push_back(x);
      times.push_back(0);
    }
    ++times.back();
  }
  tree_ = std::make_unique<Tree>();
  tree_->assign(keys, times);
  values_ = {};
}

Value Numbers::percentile(double p) const {
  if (size() == 0) return Value::null();
  const Rank rank(p, size());
  if (read_) make_tree();
  read_ = true;
  if (tree_) {
    const double low = tree_->at(rank.below);
    return Value::real(rank.part == 0 ? low : rank.between(low, tree_->at(rank.below + 1)));
  }
  const auto low = values_.begin() + static_cast<std::ptrdiff_t>(rank.below);
  std::nth_element(values_.begin(), low, values_.end(), comes_before);
  if (rank.part == 0) return Value::real(*low);
  return Value::real(rank.between(*low, *std::min_element(low + 1, values_.end(), comes_before)));
}

size_t Numbers::owned() const {
  return values_.capacity() * sizeof(double) + (tree_ ? sizeof(Tree) + tree_->bytes() : 0);
}

void Numbers::encode(std::string* out) const {
  expr::put(uint64_t{size()}, out);
  for_each([out](double x, uint64_t times) {
    for (; times > 0; --times) expr::put(x, out);
  });
}

bool Numbers::decode(BytesReader* in, const Terms&) {
  clear();
  uint64_t count;
  if (!in->get_count(sizeof(double), &count)) return false;
  values_.resize(count);
  for (double& x : values_)
    if (!in->get_finite(&x)) return false;
  return true;
}

}  // namespace cep::expr
