// Stages to automaton, one function per construction. Each stage is built with a continuation: `after(bans,
// guard)` gives the state that comes next, where bans are the `notFollowedBy` conditions still in force and
// guard is the condition of a greedy loop just left. Continuations remember the states they made for a (bans,
// guard), so a pattern of n stages has a number of states that is polynomial in n; only groups that repeat
// groups multiply, and kMaxStates bounds them.
#include "plan/nfa/nfa_compiler.h"

#include <functional>
#include <map>
#include <tuple>

#include "plan/nfa/nfa_builder.h"

namespace cep::plan {
namespace {

using detail::always;
using detail::both;
using detail::Conjunction;
using detail::Exit;
using detail::fails;
using detail::Guard;
using detail::holds;
using detail::NfaBuilder;

constexpr int kNone = -2;             // no predicate; -1 is a predicate that always holds
constexpr uint64_t kMaxRoutes = 10000;  // ways that one event can go from one state

using Bans = std::vector<int>;
using After = std::function<uint32_t(const Bans&, const Guard&)>;

// Where in the pattern a stage stands.
struct Place {
  const After& after;
  Contiguity contiguity;   // how its first event is reached
  Bans bans;
  Guard guard;
  int until = kNone;       // of the group round it
  int banned_after = kNone;  // the `notFollowedBy` right behind it
};

// What a chain of stages is built with.
struct Chain {
  const std::vector<Stage>& stages;
  const After& after;
  Contiguity first;        // of the first stage
  int until = kNone;       // of the group whose stages they are
  int next_ban = kNone;    // a `notFollowedBy` right behind them
};

using Wait = std::optional<Conjunction>;  // when a waiting run ignores an event; none: never

// Rule 2.
Wait waiting(Contiguity contiguity, int where) {
  if (contiguity == Contiguity::kFollowedBy) return fails(where);
  if (contiguity == Contiguity::kFollowedByAny) return always();
  return std::nullopt;
}

Contiguity between_elements(InnerContiguity inner) {
  if (inner == InnerContiguity::kConsecutive) return Contiguity::kNext;
  return inner == InnerContiguity::kCombinations ? Contiguity::kFollowedByAny : Contiguity::kFollowedBy;
}

Conjunction not_until(int until) { return until == kNone ? always() : fails(until); }

class Compiler {
 public:
  explicit Compiler(PatternNode* pattern) : pattern_(pattern), nfa_(kMaxStates) {}

  std::string run() {
    const After end = [](const Bans&, const Guard&) { return kFinal; };
    const uint32_t start = chain({pattern_->sequence, end, Contiguity::kBegin});
    if (!error_.empty()) return error_;
    if (nfa_.full())
      return "the pattern needs more than " + std::to_string(kMaxStates) + " states; repeat less, or nest less";
    Nfa nfa = nfa_.finish(start);
    if (detail::has_proceed_cycle(nfa))
      return "a group that repeats can be empty: make one of its stages required";
    if (detail::most_routes(nfa, kMaxRoutes) >= kMaxRoutes)
      return "too many ways to leave stages out: nest fewer optional groups";
    pattern_->nfa = std::move(nfa);
    return "";
  }

 private:
  // What a loop's elements have in common.
  struct Loop {
    const Stage& s;
    Conjunction take;
    Wait between;
    std::vector<int> stops;
    std::vector<Exit> outs;   // the ways on that a run with at least one element has
    uint32_t out;             // the first of them, behind the last element
  };

  uint32_t chain(const Chain& c) {
    using Key = std::tuple<size_t, Bans, Guard>;
    std::map<Key, uint32_t> memo;
    std::function<uint32_t(size_t, const Bans&, const Guard&)> at;
    at = [&](size_t i, const Bans& bans, const Guard& guard) {
      if (i == c.stages.size()) return c.after(bans, guard);
      const Key key{i, bans, guard};
      if (auto found = memo.find(key); found != memo.end()) return found->second;
      const After next = [&at, i](const Bans& b, const Guard& g) { return at(i + 1, b, g); };
      const Contiguity contiguity = i == 0 ? c.first : c.stages[i].contiguity;
      const uint32_t state = stage(c, i, {next, contiguity, bans, guard, c.until, banned_after(c, i)});
      memo.emplace(key, state);
      return state;
    };
    return at(0, {}, {});
  }

  static int banned_after(const Chain& c, size_t i) {
    if (i + 1 == c.stages.size()) return c.next_ban;
    const Stage& next = c.stages[i + 1];
    return next.contiguity == Contiguity::kNotFollowedBy ? next.where : kNone;
  }

  uint32_t stage(const Chain& c, size_t i, const Place& p) {
    const Stage& s = c.stages[i];
    if (p.contiguity == Contiguity::kNotFollowedBy) return not_followed_by(s, i + 1 == c.stages.size(), p);
    if (p.contiguity == Contiguity::kNotNext) return not_next(s, p);
    return s.group.empty() ? loop(s, p) : group(s, p);
  }

  // Rules 9 and 10: a ban that lasts until the next stage takes; at the end of the pattern until the end of
  // `within`.
  uint32_t not_followed_by(const Stage& s, bool last, const Place& p) {
    Bans bans = p.bans;
    bans.push_back(s.where);
    const uint32_t target = p.after(bans, p.guard);
    if (target != kFinal || !last) return target;
    const uint32_t pending = nfa_.add(s.name, -1);
    nfa_.at(pending).pending = true;
    stop_on(pending, bans);
    nfa_.ignore(pending, always(), pending);
    return pending;
  }

  // Rule 9: the next event decides.
  uint32_t not_next(const Stage& s, const Place& p) {
    const uint32_t n = nfa_.add(s.name, -1);
    const uint32_t target = p.after({}, {});
    if (target == kFinal)
      nfa_.ignore(n, fails(s.where), kFinal);
    else
      nfa_.proceed(n, fails(s.where), target);
    nfa_.stop(n, holds(s.where));
    nfa_.guard(n, p.guard);
    return n;
  }

  void stop_on(uint32_t state, const std::vector<int>& predicates) {
    for (int predicate : predicates) nfa_.stop(state, holds(predicate));
  }

  // A single stage or a loop: rules 2 to 7 and 9.
  uint32_t loop(const Stage& s, const Place& p) {
    const bool single = s.times_min == 1 && s.times_max == 1;
    const Conjunction open = both(s.until < 0 ? always() : fails(s.until), not_until(p.until));
    Loop l{s, both(holds(s.where), open), std::nullopt, {}, {}, kFinal};
    const Wait between = waiting(between_elements(s.inner), s.where);
    if (!single && between) l.between = both(*between, open);
    if (p.banned_after != kNone) l.stops.push_back(p.banned_after);

    const bool greedy = s.greedy && s.times_min != s.times_max;
    const int gap = greedy && s.every_ms >= 0 ? gap_predicate(s.every_ms) : -1;
    const Guard gate = greedy ? Guard{true, s.where, gap} : Guard{};
    l.outs = ways_out(s, p, {}, gate);
    l.out = l.outs.front().second;
    const uint32_t target = s.times_max == kUnbounded ? looping(l) : times(l);

    std::vector<Exit> skip;
    // The first element has no gap to keep.
    if (s.optional) skip = ways_out(s, p, p.bans, Guard{gate.set, gate.where, -1});
    const uint32_t first = first_element(l, p, target, skip);
    nfa_.guard(first, p.guard);
    return first;
  }

  // The ways to what follows. Whoever leaves a greedy loop on its stop event is free of the guard (rule 6).
  std::vector<Exit> ways_out(const Stage& s, const Place& p, const Bans& bans, const Guard& gate) {
    const Conjunction leave = not_until(p.until);
    if (!gate.set || s.until < 0) return {{leave, p.after(bans, gate)}};
    const uint32_t guarded = p.after(bans, gate);
    return {{both(leave, fails(s.until)), guarded}, {both(leave, holds(s.until)), p.after(bans, {})}};
  }

  // The state that waits for the first element of a stage or loop.
  uint32_t first_element(const Loop& l, const Place& p, uint32_t target, const std::vector<Exit>& skip) {
    const uint32_t e = nfa_.add(l.s.name, l.s.index);
    nfa_.take(e, l.take, target);
    for (const Exit& x : skip) nfa_.proceed(e, x.first, x.second);
    stop_on(e, p.bans);
    const Wait wait = waiting(p.contiguity, l.s.where);
    if (!wait) return e;
    uint32_t waits = e;
    if (l.s.optional) {  // rule 5: once it has ignored something it may not be left out
      waits = nfa_.add(l.s.name, l.s.index);
      nfa_.take(waits, l.take, target);
      nfa_.ignore(waits, both(*wait, not_until(p.until)), waits);
      stop_on(waits, p.bans);
    }
    nfa_.ignore(e, both(*wait, not_until(p.until)), waits);
    return e;
  }

  // `oneOrMore`, `times n+`: the state behind n elements comes back to itself.
  uint32_t looping(const Loop& l) {
    const uint32_t last = nfa_.add(l.s.name, l.s.index);
    add_element(l, last, last, l.outs);
    return required(l, last);
  }

  // `times n..m`: m - n elements before which the run may leave, and n - 1 more that must come.
  uint32_t times(const Loop& l) {
    uint32_t target = l.out;
    for (uint32_t i = l.s.times_min; i < l.s.times_max && !nfa_.full(); ++i) {
      const uint32_t e = nfa_.add(l.s.name, l.s.index);
      add_element(l, e, target, l.outs);
      target = e;
    }
    return required(l, target);
  }

  uint32_t required(const Loop& l, uint32_t target) {
    for (uint32_t i = 1; i < l.s.times_min && !nfa_.full(); ++i) {
      const uint32_t e = nfa_.add(l.s.name, l.s.index);
      add_element(l, e, target, {});
      target = e;
    }
    return target;
  }

  // Makes `e` the state that waits for a second or later element. Where the loop can be left, a run that has
  // ignored something waits apart: it can only go on with another element (rule 3). With `every D` a run that
  // can only go on so ends by time; where it can also leave, the gap is a condition.
  void add_element(const Loop& l, uint32_t e, uint32_t target, const std::vector<Exit>& exits) {
    const int64_t every = l.s.every_ms;
    bool leaves = false;
    for (const Exit& x : exits) leaves |= x.second != kFinal;
    Conjunction in_time = always();
    if (every >= 0 && leaves) in_time = holds(gap_predicate(every));
    if (every >= 0 && !leaves) nfa_.at(e).gap_ms = every;
    nfa_.take(e, both(l.take, in_time), target);
    for (const Exit& x : exits) nfa_.proceed(e, x.first, x.second);
    stop_on(e, l.stops);
    if (!l.between) return;
    uint32_t waits = e;
    if (!exits.empty()) {
      waits = nfa_.add(l.s.name, l.s.index);
      nfa_.at(waits).gap_ms = every;
      nfa_.take(waits, l.take, target);
      nfa_.ignore(waits, *l.between, waits);
      stop_on(waits, l.stops);
    }
    nfa_.ignore(e, both(*l.between, in_time), waits);
  }

  // One copy of a group's stages.
  struct Repetition {
    const Stage& s;
    const After& sink;                // what comes behind it
    const std::vector<Exit>& exits;   // ways round it
    Contiguity first;
    const std::vector<int>& stops;    // bans on a run that waits for its first event
    int next_ban;
  };

  // Rule 8: the stages inlined, each repetition with its own copy of the states.
  uint32_t group(const Stage& s, const Place& p) {
    if (s.every_ms >= 0) error_ = "`every` stands on a group: put it on a loop of one stage";
    const Conjunction leave = not_until(p.until);
    const Contiguity inner = between_elements(s.inner);
    std::vector<int> inside;
    if (p.banned_after != kNone) inside.push_back(p.banned_after);
    const auto behind = [](uint32_t target) -> After {
      return [target](const Bans&, const Guard&) { return target; };
    };

    After sink = p.after;
    if (s.times_max == kUnbounded) {
      const uint32_t again = nfa_.add("group", -1);
      sink = behind(again);
      const std::vector<Exit> exits = {{leave, p.after({}, {})}};
      nfa_.proceed(again, leave, repetition({s, sink, exits, inner, inside, p.banned_after}));
    } else {
      for (uint32_t i = s.times_min; i < s.times_max && !nfa_.full(); ++i)
        sink = behind(repetition({s, sink, {{leave, p.after({}, {})}}, inner, inside, p.banned_after}));
    }
    for (uint32_t i = 1; i < s.times_min && !nfa_.full(); ++i)
      sink = behind(repetition({s, sink, {}, inner, inside, p.banned_after}));
    std::vector<Exit> round;
    if (s.optional) round.push_back({leave, p.after(p.bans, {})});
    const uint32_t head = repetition({s, sink, round, p.contiguity, p.bans, p.banned_after});
    nfa_.guard(head, p.guard);
    return head;
  }

  uint32_t repetition(const Repetition& r) {
    const uint32_t head = chain({r.s.group, r.sink, r.first, r.s.until >= 0 ? r.s.until : kNone, r.next_ban});
    stop_on(head, r.stops);
    if (r.exits.empty()) return head;
    for (const Exit& x : r.exits) nfa_.proceed(head, x.first, x.second);
    // A run that has ignored something may not leave the group out any more: it waits apart (rule 5).
    const std::vector<Edge>& ignores = nfa_.at(head).ignore;
    if (ignores.empty() || ignores[0].target != head) return head;
    const std::string name = nfa_.at(head).name;
    const uint32_t waits = nfa_.add(name, nfa_.at(head).stage);
    State& to = nfa_.at(waits);
    State& from = nfa_.at(head);
    to.take = from.take;
    to.stop = from.stop;
    to.ignore = {{from.ignore[0].when, waits}};
    from.ignore[0].target = waits;
    return head;
  }

  // The predicate "row.time - time of the run's last event < gap", made once.
  int gap_predicate(int64_t gap_ms) {
    std::vector<Predicate>& all = pattern_->predicates;
    for (size_t i = 0; i < all.size(); ++i)
      if (all[i].gap_ms == gap_ms) return static_cast<int>(i);
    Predicate gap;
    gap.on_history = true;
    gap.gap_ms = gap_ms;
    all.push_back(gap);
    return static_cast<int>(all.size() - 1);
  }

  PatternNode* pattern_;
  NfaBuilder nfa_;
  std::string error_;
};

}  // namespace

std::string compile_nfa(PatternNode* pattern) { return Compiler(pattern).run(); }

}  // namespace cep::plan
