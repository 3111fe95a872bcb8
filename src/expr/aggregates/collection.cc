#include "expr/aggregates/collection.h"

#include <algorithm>
#include <cmath>

#include "base/check.h"
#include "expr/aggregates/list_text.h"

namespace cep::expr {
namespace {

constexpr size_t kSpare = 64;  // so many entries that are gone, and bytes of them, are worth keeping

// Without the first `gone` of the items.
template <class Items>
void drop_first(size_t* gone, Items* items) {
  if (*gone < kSpare || *gone < items->size() / 2) return;
  items->erase(items->begin(), items->begin() + static_cast<std::ptrdiff_t>(*gone));
  *gone = 0;
}

}  // namespace

void Collection::clear() {
  entries_.clear();
  texts_.clear();
  printed_.clear();
  head_ = unused_ = printed_head_ = printed_end_ = 0;
}

void Collection::add(const Value& v, int64_t time, uint64_t order) {
  type_ = v.type;
  Entry e{time, order, texts_.size(), v.type == Type::kString ? v.size : 0, 0};
  if (v.type == Type::kString) {
    texts_.append(v.s, v.size);
  } else {
    e.bits = v.type == Type::kBool ? uint64_t{v.b} : static_cast<uint64_t>(v.i);
  }
  insert(e);
}

void Collection::insert(Entry e) {
  e.printed = 0;
  if (size() == 0 || !(e < entries_.back())) {
    entries_.push_back(e);
    return;
  }
  const auto begin = entries_.begin() + static_cast<std::ptrdiff_t>(head_);
  const auto at = std::upper_bound(begin, entries_.end(), e);
  unprint_from(static_cast<size_t>(at - entries_.begin()));
  entries_.insert(at, e);
}

void Collection::merge(const Collection& from) {
  if (from.size() == 0) return;
  type_ = from.type_;
  const size_t before = entries_.size(), shift = texts_.size();
  if (size() > 0) {
    const auto begin = entries_.begin() + static_cast<std::ptrdiff_t>(head_);
    const Entry& first = from.entries_[from.head_];
    unprint_from(static_cast<size_t>(std::upper_bound(begin, entries_.end(), first) - entries_.begin()));
  }
  entries_.insert(entries_.end(), from.entries_.begin() + static_cast<std::ptrdiff_t>(from.head_),
                  from.entries_.end());
  const auto begin = entries_.begin() + static_cast<std::ptrdiff_t>(head_);
  const auto middle = entries_.begin() + static_cast<std::ptrdiff_t>(before);
  if (type_ == Type::kString) {
    texts_.append(from.texts_);
    unused_ += from.unused_;
    for (auto e = middle; e != entries_.end(); ++e) e->bits += shift;
  }
  if (middle != begin && *middle < *(middle - 1)) std::inplace_merge(begin, middle, entries_.end());
}

void Collection::remove(const Value&, int64_t time, uint64_t order) {
  const Entry wanted{time, order, 0, 0, 0};
  const auto begin = entries_.begin() + static_cast<std::ptrdiff_t>(head_);
  const auto at = std::lower_bound(begin, entries_.end(), wanted);
  CEP_CHECK(at != entries_.end() && at->time == time && at->order == order);
  erase(static_cast<size_t>(at - entries_.begin()));
}

void Collection::remove(const Collection& from) {
  for (size_t i = from.head_; i < from.entries_.size(); ++i)
    remove(Value(), from.entries_[i].time, from.entries_[i].order);
}

void Collection::erase(size_t at) {
  unused_ += entries_[at].size;
  if (at == head_) {
    if (head_ < printed_end_) printed_head_ += entries_[head_].printed;
    ++head_;
    printed_end_ = std::max(printed_end_, head_);
  } else {
    unprint_from(at);
    entries_.erase(entries_.begin() + static_cast<std::ptrdiff_t>(at));
  }
  if (size() == 0) return clear();
  drop_first(&printed_head_, &printed_);
  const size_t gone = head_;
  drop_first(&head_, &entries_);
  printed_end_ -= gone - head_;
  if (unused_ > texts_.size() / 2 + kSpare) gather();
}

// Without the texts that no entry has.
void Collection::gather() {
  std::string texts;
  for (size_t i = head_; i < entries_.size(); ++i) {
    const size_t begin = texts.size();
    texts.append(texts_, entries_[i].bits, entries_[i].size);
    entries_[i].bits = begin;
  }
  texts_ = std::move(texts);
  unused_ = 0;
}

void Collection::unprint_from(size_t at) const {
  size_t bytes = 0;
  for (; printed_end_ > at; --printed_end_) bytes += entries_[printed_end_ - 1].printed;
  printed_.resize(printed_.size() - bytes);
}

void Collection::print() const {
  for (; printed_end_ < entries_.size(); ++printed_end_) {
    const size_t before = printed_.size();
    printed_.push_back(',');
    event::append_json_value(value(entries_[printed_end_]), &printed_);
    entries_[printed_end_].printed = static_cast<uint32_t>(printed_.size() - before);
  }
}

Value Collection::value(const Entry& e) const {
  if (type_ == Type::kString) return Value::string(std::string_view(texts_).substr(e.bits, e.size));
  return value_of_bits(type_, e.bits);
}

Value Collection::result(EvalContext& c, const Terms&) const {
  if (printed_end_ < head_) printed_end_ = head_;
  print();
  return list_of_items(c, std::string_view(printed_).substr(printed_head_));
}

size_t Collection::owned() const {
  return entries_.capacity() * sizeof(Entry) + (texts_.capacity() < sizeof texts_ ? 0 : texts_.capacity()) +
         (printed_.capacity() < sizeof printed_ ? 0 : printed_.capacity());
}

void Collection::encode(std::string* out) const {
  put(uint64_t{size()}, out);
  std::string texts;
  for (size_t i = head_; i < entries_.size(); ++i) {
    const Entry& e = entries_[i];
    put(e.time, out);
    put(e.order, out);
    put(uint64_t{e.size}, out);
    put(type_ == Type::kString ? uint64_t{texts.size()} : e.bits, out);
    if (type_ == Type::kString) texts.append(texts_, e.bits, e.size);
  }
  put_text(texts, out);
}

bool Collection::decode(BytesReader* in, const Terms& t) {
  clear();
  type_ = t.argument;
  uint64_t count;
  if (!in->get_count(4 * sizeof(uint64_t), &count)) return false;
  entries_.resize(count);
  for (Entry& e : entries_) {
    uint64_t size;
    if (!in->get(&e.time) || !in->get(&e.order) || !in->get(&size) || !in->get(&e.bits)) return false;
    if (size > UINT32_MAX) return false;
    e.size = static_cast<uint32_t>(size);
  }
  std::string_view text;
  if (!in->get_text(&text)) return false;
  texts_ = text;
  return std::is_sorted(entries_.begin(), entries_.end()) && fits();
}

bool Collection::fits() const {
  if (type_ != Type::kString && !texts_.empty()) return false;
  for (const Entry& e : entries_) {
    if (type_ != Type::kString && e.size != 0) return false;
    if (type_ == Type::kString && (e.bits > texts_.size() || e.size > texts_.size() - e.bits)) return false;
    if (type_ == Type::kBool && e.bits > 1) return false;
    if (type_ == Type::kNull) return false;
    if (type_ == Type::kDouble && !std::isfinite(value(e).d)) return false;
  }
  return true;
}

}  // namespace cep::expr
