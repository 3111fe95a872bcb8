#include "runtime/predicate_set.h"

#include <bit>

namespace cep::runtime {

int PredicateSet::share(const plan::Predicate& p) {
  std::string text = std::to_string(p.input) + ' ' + (p.expr ? expr::canonical_text(*p.expr) : "");
  auto [at, is_new] = by_text_.try_emplace(std::move(text), static_cast<int>(shared_.size()));
  if (!is_new) return at->second;
  Shared s{p.input, {}, {}};
  if (p.expr) s.program.emplace_back(p.expr);
  shared_.push_back(std::move(s));
  return at->second;
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
  for (size_t i = 0; i < shared_.size(); ++i) {
    const Shared& s = shared_[i];
    if (s.input >= 0 && s.input != row.input) continue;
    if (s.program.empty() || s.program.front().holds(context_)) bits_[i / 64] |= uint64_t{1} << (i % 64);
  }
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
