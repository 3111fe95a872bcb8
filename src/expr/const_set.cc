#include "expr/const_set.h"

#include <algorithm>
#include <bit>

#include "base/check.h"
#include "expr/compare.h"
#include "expr/hash.h"

namespace cep::expr {
namespace {

constexpr size_t kFew = 8;  // up to so many are tried in turn

template <class T>
bool found(const std::vector<T>& sorted, T x) {
  if (sorted.size() > kFew) return std::binary_search(sorted.begin(), sorted.end(), x);
  for (T y : sorted)
    if (x == y) return true;
  return false;
}

template <class T>
void sort_unique(std::vector<T>* list) {
  std::sort(list->begin(), list->end());
  list->erase(std::unique(list->begin(), list->end()), list->end());
}

}  // namespace

ConstSet::ConstSet(Type type, std::span<const Value> list) : type_(type) {
  CEP_CHECK(type != Type::kNull && type != Type::kBool);
  for (const Value& v : list) {
    if (v.is_null()) continue;
    if (type == Type::kString) {
      texts_.emplace_back(v.str());
    } else {
      add_number(v);
    }
  }
  sort_unique(&wholes_);
  sort_unique(&reals_);
  sort_unique(&texts_);
  if (texts_.size() > kFew) build_table();
}

// A number that no value of the set's type can equal is left out.
void ConstSet::add_number(const Value& v) {
  if (type_ == Type::kDouble) {
    double d = v.type == Type::kInt ? static_cast<double>(v.i) : v.d;
    bool exact = v.type != Type::kInt || compare_int_double(v.i, d) == 0;
    if (exact) reals_.push_back(d);
  } else if (v.type == Type::kDouble) {
    bool in_range = v.d >= -0x1p63 && v.d < 0x1p63;
    if (in_range && v.d == static_cast<double>(static_cast<int64_t>(v.d)))
      wholes_.push_back(static_cast<int64_t>(v.d));
  } else {
    wholes_.push_back(v.i);
  }
}

void ConstSet::build_table() {
  table_.assign(std::bit_ceil(texts_.size() * 2), 0);
  for (size_t i = 0; i < texts_.size(); ++i) {
    size_t at = hash_bytes(texts_[i]) & (table_.size() - 1);
    while (table_[at] != 0) at = (at + 1) & (table_.size() - 1);
    table_[at] = static_cast<uint32_t>(i + 1);
  }
}

bool ConstSet::contains(const Value& v) const {
  if (type_ == Type::kString) return contains_text(v.str());
  return type_ == Type::kDouble ? found(reals_, v.d) : found(wholes_, v.i);
}

bool ConstSet::contains_text(std::string_view s) const {
  if (table_.empty()) {
    for (const std::string& text : texts_)
      if (equal_text(text, s)) return true;
    return false;
  }
  size_t at = hash_bytes(s) & (table_.size() - 1);
  for (; table_[at] != 0; at = (at + 1) & (table_.size() - 1))
    if (equal_text(texts_[table_[at] - 1], s)) return true;
  return false;
}

}  // namespace cep::expr
