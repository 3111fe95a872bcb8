#include "runtime/predicate_set.h"

#include <algorithm>
#include <bit>

namespace cep::runtime {
namespace {

// An expression that holds only where a string or int field equals a constant: that comparison, or a conjunction with one. Null if there is none.
const expr::Expr* find_equality(const expr::Expr& e) {
  if (e.op == expr::Op::kAnd) {
    for (const expr::ExprPtr& arg : e.args)
      if (const expr::Expr* found = find_equality(*arg)) return found;
    return nullptr;
  }
  if (e.op != expr::Op::kEq) return nullptr;
  const expr::Expr &l = *e.args[0], &r = *e.args[1];
  bool fits = l.op == expr::Op::kField && r.op == expr::Op::kConst && l.slots.size() == 1 && l.slots.front() != expr::kNoSlot &&
              l.type == r.type && (l.type == Type::kString || l.type == Type::kInt) && !r.constant.get().is_null();
  return fits ? &e : nullptr;
}

std::string_view bytes_of(const Value& v) {
  if (v.type == Type::kString) return v.str();
  return {reinterpret_cast<const char*>(&v.i), sizeof v.i};
}

}  // namespace

int PredicateSet::share(const plan::Predicate& p) {
  std::string text = std::to_string(p.input) + ' ' + (p.expr ? expr::canonical_text(*p.expr) : "");
  auto [at, is_new] = by_text_.try_emplace(std::move(text), static_cast<int>(shared_.size()));
  if (!is_new) return at->second;
  Shared s{p.input, {}, {}};
  if (p.expr) s.program.emplace_back(p.expr);
  shared_.push_back(std::move(s));
  index(at->second, p);
  return at->second;
}

// A field asked by few predicates is asked directly, as long as it is few.
void PredicateSet::index(int number, const plan::Predicate& p) {
  const expr::Expr* equality = p.expr ? find_equality(*p.expr) : nullptr;
  if (!equality) return plain_.push_back(number);
  uint16_t slot = equality->args[0]->slots.front();
  Type type = equality->args[0]->type;
  auto at = std::find_if(indexes_.begin(), indexes_.end(),
                         [&](const EqualityIndex& i) { return i.slot == slot && i.input == p.input && i.type == type; });
  if (at == indexes_.end()) {
    indexes_.emplace_back();
    at = indexes_.end() - 1;
    at->slot = slot;
    at->input = p.input;
    at->type = type;
  }
  Value constant = equality->args[1]->constant.get();
  at->by_value[std::string(bytes_of(constant))].push_back(number);
  ++at->predicates;
}

int PredicateSet::add(const plan::PatternNode& pattern) {
  int number = static_cast<int>(patterns_.size());
  Pattern p;
  std::vector<int> shared(pattern.predicates.size(), -1);
  p.identity = true;
  for (size_t i = 0; i < pattern.predicates.size(); ++i) {
    if (pattern.predicates[i].on_history) continue;
    shared[i] = share(pattern.predicates[i]);
    p.map.emplace_back(static_cast<int>(i), shared[i]);
    p.identity &= shared[i] == static_cast<int>(i);
  }
  p.identity &= p.map.size() == shared_.size();
  p.words = (pattern.predicates.size() + 63) / 64;
  local_.resize(std::max(local_.size(), p.words));
  for (Pattern& other : patterns_) other.identity &= other.map.size() == shared_.size();
  patterns_.push_back(std::move(p));
  bits_.resize((shared_.size() + 63) / 64);
  add_triggers(pattern, number, shared);
  marks_.resize(patterns_.size() / 64 + 1);
  return number;
}

// A run begins with a TAKE that is reached from the start over PROCEEDs. If each of these edges needs some predicate of the event alone, one of them is
// enough to know that the row may begin a run; else every row may.
void PredicateSet::add_triggers(const plan::PatternNode& pattern, int number, const std::vector<int>& shared) {
  const plan::Nfa& nfa = pattern.nfa;
  std::vector<uint32_t> todo{nfa.start};
  std::vector<uint8_t> seen(nfa.states.size(), 0);
  std::vector<int> triggers;
  bool always = false;
  while (!todo.empty()) {
    uint32_t at = todo.back();
    todo.pop_back();
    if (at == plan::kFinal || seen[at]) continue;
    seen[at] = 1;
    for (const plan::Edge& e : nfa.states[at].proceed) todo.push_back(e.target);
    for (const plan::Edge& e : nfa.states[at].take) {
      int trigger = -1;
      for (const plan::Literal& l : e.when)
        if (!l.negated && shared[l.predicate] >= 0 && trigger < 0) trigger = shared[l.predicate];
      always |= trigger < 0;
      if (trigger >= 0) triggers.push_back(trigger);
    }
  }
  patterns_[number].always = always;
  if (always) return always_.push_back(number);
  for (int t : triggers)
    if (shared_[t].begins.empty() || shared_[t].begins.back() != number) shared_[t].begins.push_back(number);
}

void PredicateSet::evaluate(const event::Row& row) {
  context_.arena = &arena_;
  context_.row = &row;
  arena_.reset();
  for (uint64_t& word : bits_) word = 0;
  for (int number : plain_) evaluate_one(number);
  for (const EqualityIndex& index : indexes_) evaluate_indexed(index, row);
}

void PredicateSet::evaluate_one(int number) {
  const Shared& s = shared_[number];
  if (s.input >= 0 && s.input != context_.row->input) return;
  if (s.program.empty() || s.program.front().holds(context_)) bits_[number / 64] |= uint64_t{1} << (number % 64);
}

void PredicateSet::evaluate_indexed(const EqualityIndex& index, const event::Row& row) {
  if (index.input >= 0 && index.input != row.input) return;
  constexpr size_t kFew = 3;
  if (index.predicates <= kFew) {
    for (const auto& [value, numbers] : index.by_value)
      for (int number : numbers) evaluate_one(number);
    return;
  }
  Value v = row.get(index.slot, index.type);
  if (v.is_null()) return;
  auto at = index.by_value.find(bytes_of(v));
  if (at == index.by_value.end()) return;
  for (int number : at->second) evaluate_one(number);
}

const uint64_t* PredicateSet::bits_of(int pattern) {
  const Pattern& p = patterns_[pattern];
  if (p.identity) return bits_.data();
  for (size_t w = 0; w < p.words; ++w) local_[w] = 0;
  for (auto [own, shared] : p.map)
    if (bits_[shared / 64] >> (shared % 64) & 1) local_[own / 64] |= uint64_t{1} << (own % 64);
  return local_.data();
}

const std::vector<int>& PredicateSet::candidates() {
  candidates_.clear();
  if (patterns_.size() == 1) {
    bool any = patterns_.front().always;
    for (size_t w = 0; w < bits_.size() && !any; ++w)
      for (uint64_t rest = bits_[w]; rest && !any; rest &= rest - 1)
        any = !shared_[w * 64 + std::countr_zero(rest)].begins.empty();
    if (any) candidates_.push_back(0);
    return candidates_;
  }
  for (int p : always_) marks_[p / 64] |= uint64_t{1} << (p % 64);
  for (size_t w = 0; w < bits_.size(); ++w)
    for (uint64_t rest = bits_[w]; rest; rest &= rest - 1)
      for (int p : shared_[w * 64 + std::countr_zero(rest)].begins) marks_[p / 64] |= uint64_t{1} << (p % 64);
  for (size_t w = 0; w < marks_.size(); ++w) {
    for (uint64_t rest = marks_[w]; rest; rest &= rest - 1) candidates_.push_back(static_cast<int>(w * 64 + std::countr_zero(rest)));
    marks_[w] = 0;
  }
  return candidates_;
}

}  // namespace cep::runtime
