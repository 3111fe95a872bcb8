// collect: all values in the order of events. Entries stay sorted; events come nearly in order, so that a new
// one goes to the end or near it. Texts lie one behind the other.
#include <algorithm>
#include <tuple>
#include <vector>

#include "event/json_writer.h"
#include "expr/aggregates/accumulator.h"
#include "expr/aggregates/list_text.h"

namespace cep::expr {
namespace {

struct Entry {
  int64_t time;
  uint64_t order;
  uint64_t bits;  // a value of fixed size, or where the text begins
  uint64_t size;  // of the text

  bool operator<(const Entry& e) const { return std::tie(time, order) < std::tie(e.time, e.order); }
};

struct Collect {
  std::vector<Entry> entries;
  std::string texts;

  void clear() {
    entries.clear();
    texts.clear();
  }
  void add(const Value& v, int64_t time, uint64_t order) {
    Entry e{time, order, texts.size(), v.size};
    if (v.type == Type::kString) {
      texts.append(v.s, v.size);
    } else {
      e.bits = v.type == Type::kBool ? uint64_t{v.b} : static_cast<uint64_t>(v.i);
    }
    if (entries.empty() || !(e < entries.back())) {
      entries.push_back(e);
    } else {
      entries.insert(std::upper_bound(entries.begin(), entries.end(), e), e);
    }
  }
  void merge(const Collect& from) {
    size_t before = entries.size(), shift = texts.size();
    entries.insert(entries.end(), from.entries.begin(), from.entries.end());
    texts.append(from.texts);
    auto middle = entries.begin() + static_cast<std::ptrdiff_t>(before);
    if (!texts.empty())
      for (auto e = middle; e != entries.end(); ++e) e->bits += shift;
    std::inplace_merge(entries.begin(), middle, entries.end());
  }
  Value value(const Entry& e, Type type) const {
    if (type == Type::kString) return Value::string(std::string_view(texts).substr(e.bits, e.size));
    return value_of_bits(type, e.bits);
  }
  Value result(EvalContext& c, const Terms& t) const {
    ListText list;
    for (const Entry& e : entries) list.append(value(e, t.argument));
    return list.result(c);
  }
  size_t owned() const {
    return entries.capacity() * sizeof(Entry) + (texts.capacity() < sizeof texts ? 0 : texts.capacity());
  }
  void encode(std::string* out) const {
    put(uint64_t{entries.size()}, out);
    for (const Entry& e : entries) {
      put(e.time, out);
      put(e.order, out);
      put(e.size, out);
      put(e.bits, out);
    }
    put_text(texts, out);
  }
  bool decode(Reader* in, const Terms& t) {
    uint64_t count;
    if (!in->get_size(4 * sizeof(uint64_t), &count)) return false;
    entries.resize(count);
    for (Entry& e : entries)
      if (!in->get(&e.time) || !in->get(&e.order) || !in->get(&e.size) || !in->get(&e.bits)) return false;
    std::string_view text;
    if (!in->get_text(&text)) return false;
    texts = text;
    return std::is_sorted(entries.begin(), entries.end()) && fits(t.argument);
  }

 private:
  bool fits(Type type) const {
    if (type != Type::kString && !texts.empty()) return false;
    for (const Entry& e : entries) {
      if (type == Type::kString && (e.bits > texts.size() || e.size > texts.size() - e.bits)) return false;
      if (type == Type::kBool && e.bits > 1) return false;
      if (type == Type::kNull) return false;
      if (type == Type::kDouble && !std::isfinite(value(e, type).d)) return false;
    }
    return true;
  }
};

}  // namespace

std::unique_ptr<Accumulator> make_collect(const AggregateCall& call) { return accumulator_of<Collect>(call); }

}  // namespace cep::expr
