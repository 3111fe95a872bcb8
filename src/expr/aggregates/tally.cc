#include "expr/aggregates/tally.h"

#include <algorithm>

#include "base/check.h"
#include "expr/compare.h"

namespace cep::expr {
namespace {
constexpr size_t kSearched = 8;  // so many entries have no index
constexpr size_t kSpare = 64;    // so many free entries, and bytes of them, are worth keeping
}  // namespace

void Tally::clear() {
  entries_.clear();
  index_.clear();
  texts_.clear();
  live_ = unused_ = 0;
  free_ = 0;
  order_.reset();
  read_ = false;
}

bool Tally::is(const Entry& e, const Value& v, uint64_t bits, uint32_t hash) const {
  if (e.hash != hash || e.count == 0) return false;
  if (v.type != Type::kString) return e.key == bits;
  return equal_text(std::string_view(texts_).substr(e.key, e.size), v.str());
}

int64_t Tally::find(const Value& v, uint64_t bits, uint32_t hash, size_t* place) const {
  if (index_.empty()) {
    for (size_t i = 0; i < entries_.size(); ++i)
      if (is(entries_[i], v, bits, hash)) return static_cast<int64_t>(i);
    return -1;
  }
  size_t mask = index_.size() - 1, at = hash & mask;
  while (index_[at] != 0 && !is(entries_[index_[at] - 1], v, bits, hash)) at = (at + 1) & mask;
  *place = at;
  return static_cast<int64_t>(index_[at]) - 1;
}

void Tally::add(const Value& v, uint64_t times) {
  type_ = v.type;
  const uint64_t bits = v.type == Type::kString ? 0 : value_bits(v);
  const uint32_t hash = static_cast<uint32_t>(value_hash(v));
  size_t place = 0;
  const int64_t i = find(v, bits, hash, &place);
  if (i < 0) return insert(v, bits, hash, times, place);
  change_count(static_cast<uint32_t>(i), entries_[static_cast<size_t>(i)].count + times);
}

void Tally::insert(const Value& v, uint64_t bits, uint32_t hash, uint64_t times, size_t place) {
  Entry e{bits, times, 0, hash};
  if (v.type == Type::kString) {
    e.key = texts_.size();
    e.size = v.size;
    texts_.append(v.s, v.size);
  }
  uint32_t i = static_cast<uint32_t>(entries_.size());
  if (free_ != 0) {
    i = static_cast<uint32_t>(free_ - 1);
    free_ = entries_[i].key;
    entries_[i] = e;
  } else {
    CEP_CHECK(entries_.size() < UINT32_MAX);
    entries_.push_back(e);
  }
  ++live_;
  if (!index_.empty()) index_[place] = i + 1;
  if (order_) order_->insert(i, 1, by_rank());
  if (live_ <= kSearched) return;
  if (2 * live_ > index_.size()) make_index(index_.empty() ? 4 * kSearched : 2 * index_.size());
}

void Tally::change_count(uint32_t i, uint64_t count) {
  if (order_) order_->erase(i, 1, by_rank());
  entries_[i].count = count;
  if (order_) order_->insert(i, 1, by_rank());
}

void Tally::remove(const Value& v, uint64_t times) {
  const uint64_t bits = v.type == Type::kString ? 0 : value_bits(v);
  size_t place = 0;
  const int64_t found = find(v, bits, static_cast<uint32_t>(value_hash(v)), &place);
  CEP_CHECK(found >= 0);
  const uint32_t i = static_cast<uint32_t>(found);
  CEP_CHECK(entries_[i].count >= times);
  if (entries_[i].count > times) return change_count(i, entries_[i].count - times);
  forget(i, place);
  if (entries_.size() - live_ > live_ + kSpare || unused_ > texts_.size() / 2 + kSpare) compact();
}

// What was put behind the place because it was taken moves up.
void Tally::forget(uint32_t i, size_t place) {
  if (order_) order_->erase(i, 1, by_rank());
  Entry& e = entries_[i];
  unused_ += e.size;
  e = {free_, 0, 0, 0};
  free_ = uint64_t{i} + 1;
  --live_;
  if (index_.empty()) return;
  const size_t mask = index_.size() - 1;
  size_t gap = place;
  for (size_t at = (gap + 1) & mask; index_[at] != 0; at = (at + 1) & mask) {
    const size_t home = entries_[index_[at] - 1].hash & mask;
    if (((at - home) & mask) < ((at - gap) & mask)) continue;
    index_[gap] = index_[at];
    gap = at;
  }
  index_[gap] = 0;
}

void Tally::make_index(size_t slots) {
  index_.assign(slots, 0);
  for (size_t i = 0; i < entries_.size(); ++i) {
    if (entries_[i].count == 0) continue;
    size_t at = entries_[i].hash & (slots - 1);
    while (index_[at] != 0) at = (at + 1) & (slots - 1);
    index_[at] = static_cast<uint32_t>(i + 1);
  }
}

// Without the free entries and the texts that no entry has.
void Tally::compact() {
  std::vector<Entry> entries;
  std::string texts;
  entries.reserve(live_);
  for (Entry e : entries_) {
    if (e.count == 0) continue;
    if (type_ == Type::kString) {
      const size_t begin = texts.size();
      texts.append(texts_, e.key, e.size);
      e.key = begin;
    }
    entries.push_back(e);
  }
  entries_ = std::move(entries);
  texts_ = std::move(texts);
  free_ = 0;
  unused_ = 0;
  if (!index_.empty()) {
    size_t slots = 4 * kSearched;
    while (slots < 2 * live_) slots *= 2;
    index_ = {};
    make_index(slots);
  }
  if (order_) make_order();
}

Value Tally::value(size_t i) const {
  const Entry& e = entries_[i];
  if (type_ == Type::kString) return Value::string(std::string_view(texts_).substr(e.key, e.size));
  return value_of_bits(type_, e.key);
}

bool Tally::ranks_before(uint32_t a, uint32_t b) const {
  if (entries_[a].count != entries_[b].count) return entries_[a].count > entries_[b].count;
  return a != b && compare(value(a), value(b)) < 0;
}

void Tally::make_order() const {
  std::vector<uint32_t> ids;
  ids.reserve(live_);
  for (uint32_t i = 0; i < entries_.size(); ++i)
    if (entries_[i].count > 0) ids.push_back(i);
  std::sort(ids.begin(), ids.end(), by_rank());
  order_ = std::make_unique<Order>();
  order_->assign(ids, std::vector<uint64_t>(ids.size(), 1));
}

void Tally::most_frequent(size_t k, std::vector<Value>* out) const {
  const size_t wanted = std::min(k, live_);
  if (read_ && !order_) make_order();
  read_ = true;
  if (order_) {
    for (size_t i = 0; i < wanted; ++i) out->push_back(value(order_->at(i)));
    return;
  }
  std::vector<uint32_t> ids;
  for (uint32_t i = 0; i < entries_.size(); ++i)
    if (entries_[i].count > 0) ids.push_back(i);
  std::partial_sort(ids.begin(), ids.begin() + static_cast<std::ptrdiff_t>(wanted), ids.end(), by_rank());
  for (size_t i = 0; i < wanted; ++i) out->push_back(value(ids[i]));
}

void Tally::merge(const Tally& from) {
  for (size_t i = 0; i < from.entries_.size(); ++i)
    if (from.entries_[i].count > 0) add(from.value(i), from.entries_[i].count);
}

void Tally::remove(const Tally& from) {
  for (size_t i = 0; i < from.entries_.size(); ++i)
    if (from.entries_[i].count > 0) remove(from.value(i), from.entries_[i].count);
}

size_t Tally::owned() const {
  return entries_.capacity() * sizeof(Entry) + index_.capacity() * sizeof(uint32_t) +
         (texts_.capacity() < sizeof texts_ ? 0 : texts_.capacity()) +
         (order_ ? sizeof(Order) + order_->bytes() : 0);
}

void Tally::encode(std::string* out) const {
  put(uint64_t{size()}, out);
  for (size_t i = 0; i < entries_.size(); ++i) {
    if (entries_[i].count == 0) continue;
    put_value(value(i), out);
    put(entries_[i].count, out);
  }
}

bool Tally::decode(Type type, BytesReader* in) {
  clear();
  type_ = type;
  uint64_t count;
  constexpr size_t kLeast = 1 + sizeof(uint64_t);  // an empty text and how often
  if (!in->get_count(kLeast, &count) || count > UINT32_MAX / 4) return false;
  if (count > 0 && type == Type::kNull) return false;
  for (uint64_t i = 0; i < count; ++i) {
    Value v;
    uint64_t times;
    if (!get_value(type, in, &v) || !in->get(&times) || times == 0) return false;
    add(v, times);
  }
  return size() == count;  // else a value stood twice
}

}  // namespace cep::expr
