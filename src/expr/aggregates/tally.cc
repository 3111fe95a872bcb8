#include "expr/aggregates/tally.h"

#include "expr/compare.h"

namespace cep::expr {
namespace {
constexpr size_t kSearched = 8;  // so many entries have no index
}  // namespace

void Tally::clear() {
  entries_.clear();
  index_.clear();
  texts_.clear();
}

bool Tally::is(const Entry& e, const Value& v, uint64_t bits, uint32_t hash) const {
  if (e.hash != hash) return false;
  if (v.type != Type::kString) return e.key == bits;
  return equal_text(std::string_view(texts_).substr(e.key, e.size), v.str());
}

size_t Tally::slot(const Value& v, uint64_t bits, uint32_t hash) const {
  size_t mask = index_.size() - 1, at = hash & mask;
  while (index_[at] != 0 && !is(entries_[index_[at] - 1], v, bits, hash)) at = (at + 1) & mask;
  return at;
}

void Tally::add(const Value& v, uint64_t times) {
  uint64_t bits = v.type == Type::kString ? 0 : value_bits(v);
  uint32_t hash = static_cast<uint32_t>(value_hash(v));
  if (!index_.empty()) {
    size_t at = slot(v, bits, hash);
    if (index_[at] != 0) {
      entries_[index_[at] - 1].count += times;
      return;
    }
  } else {
    for (Entry& e : entries_) {
      if (!is(e, v, bits, hash)) continue;
      e.count += times;
      return;
    }
  }
  insert(v, bits, hash, times);
}

void Tally::insert(const Value& v, uint64_t bits, uint32_t hash, uint64_t times) {
  Entry e{bits, times, 0, hash};
  if (v.type == Type::kString) {
    e.key = texts_.size();
    e.size = v.size;
    texts_.append(v.s, v.size);
  }
  if (!index_.empty()) index_[slot(v, bits, hash)] = static_cast<uint32_t>(entries_.size() + 1);
  entries_.push_back(e);
  if (entries_.size() <= kSearched) return;
  if (2 * entries_.size() > index_.size()) make_index(index_.empty() ? 4 * kSearched : 2 * index_.size());
}

void Tally::make_index(size_t slots) {
  index_.assign(slots, 0);
  for (size_t i = 0; i < entries_.size(); ++i) {
    size_t at = entries_[i].hash & (slots - 1);
    while (index_[at] != 0) at = (at + 1) & (slots - 1);
    index_[at] = static_cast<uint32_t>(i + 1);
  }
}

Value Tally::value(size_t i, Type type) const {
  const Entry& e = entries_[i];
  if (type == Type::kString) return Value::string(std::string_view(texts_).substr(e.key, e.size));
  return value_of_bits(type, e.key);
}

void Tally::merge(const Tally& from, Type type) {
  for (size_t i = 0; i < from.size(); ++i) add(from.value(i, type), from.count(i));
}

size_t Tally::owned() const {
  return entries_.capacity() * sizeof(Entry) + index_.capacity() * sizeof(uint32_t) +
         (texts_.capacity() < sizeof texts_ ? 0 : texts_.capacity());
}

void Tally::encode(Type type, std::string* out) const {
  put(uint64_t{size()}, out);
  for (size_t i = 0; i < size(); ++i) {
    put_value(value(i, type), out);
    put(count(i), out);
  }
}

bool Tally::decode(Type type, Reader* in) {
  uint64_t count;
  if (!in->get_size(2 * sizeof(uint64_t), &count) || count > UINT32_MAX / 4) return false;
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
