// How each construction of a pattern waits, takes, ignores and goes on. Every stage is built with what comes after it: a function of the
// bans (`notFollowedBy`) still in force and of the greedy loop just left.
#include "oracle/naive_graph.h"

namespace oracle {
namespace {

using Bans = std::vector<Holds>;
using After = std::function<StatePtr(const Bans&, const Holds& guard)>;

bool always(const Event&, const Trail&) { return true; }

Holds holds(const Test& t) {
  if (!t) return always;
  return [t](const Event& e, const Trail& r) { return t(e, r) == Truth::kTrue; };
}
Holds no(const Holds& f) {
  return [f](const Event& e, const Trail& r) { return !f(e, r); };
}
Holds both(const Holds& f, const Holds& g) {
  if (!f) return g;
  if (!g) return f;
  return [f, g](const Event& e, const Trail& r) { return f(e, r) && g(e, r); };
}

// Rule 2 (and 3 between the elements of a loop): which events a run ignores while it waits; none: it ignores nothing.
Holds ignored(const std::string& how, const Holds& where) {
  if (how == "followedBy" || how == "") return no(where);
  if (how == "followedByAny" || how == "any") return always;
  return {};
}

class Builder {
 public:
  explicit Builder(std::vector<StatePtr>* all) : all_(all) {}

  StatePtr state(const std::string& stage) {
    all_->push_back(std::make_shared<State>());
    all_->back()->stage = stage;
    return all_->back();
  }

  // Stages in a row. how: the contiguity of the first one; until: of the group; ban_after: a `notFollowedBy` right after the row.
  StatePtr chain(const std::vector<Stage>& stages, size_t i, const Bans& bans, const Holds& guard, const After& after, const std::string& how,
                 const Holds& until, const Holds& ban_after) {
    if (i == stages.size()) return after(bans, guard);
    After rest = [=, this, &stages](const Bans& b, const Holds& g) { return chain(stages, i + 1, b, g, after, how, until, ban_after); };
    return stage(stages, i, bans, guard, rest, i == 0 ? how : stages[i].contiguity, until, ban_after);
  }

 private:
  StatePtr stage(const std::vector<Stage>& stages, size_t i, Bans bans, const Holds& guard, const After& after, const std::string& how,
                 const Holds& until, const Holds& ban_after) {
    const Stage& s = stages[i];
    bool last = i + 1 == stages.size();
    if (how == "notFollowedBy") {
      bans.push_back(holds(s.where));
      StatePtr target = after(bans, guard);
      if (!target->final || !last) return target;
      StatePtr wait = state(s.name);
      wait->pending = true;
      wait->stop = bans;
      wait->ignore.push_back({always, wait});
      return wait;
    }
    if (how == "notNext") return not_next(s, guard, after);
    Holds ban = last ? ban_after : Holds{};
    if (!last && stages[i + 1].contiguity == "notFollowedBy") ban = holds(stages[i + 1].where);
    return s.group.empty() ? single(s, bans, guard, after, how, until, ban) : group(s, bans, guard, after, how, until, ban);
  }

  StatePtr not_next(const Stage& s, const Holds& guard, const After& after) {
    Holds x = holds(s.where);
    StatePtr n = state(s.name);
    StatePtr target = after({}, {});
    (target->final ? n->ignore : n->proceed).push_back({no(x), target});
    n->stop.push_back(x);
    put_guard(n, guard);
    return n;
  }

  // Rule 6: what a greedy loop could take is no event for the stage after it.
  static void put_guard(const StatePtr& s, const Holds& guard) {
    if (!guard) return;
    for (auto* ways : {&s->take, &s->ignore, &s->proceed})
      for (Way& w : *ways) w.when = both(w.when, no(guard));
    for (Holds& h : s->stop) h = both(h, no(guard));
  }

  struct Element {  // what is the same for all elements of one stage
    std::string stage;
    Holds take;
  };
  // apart: after an event was ignored, the run waits in a state of its own from which only another element leads on.
  StatePtr element(const Element& el, const StatePtr& target, const std::vector<Way>& exits, const Holds& ignore, bool apart, const Bans& stops) {
    StatePtr e = state(el.stage);
    e->take.push_back({el.take, target});
    e->proceed = exits;
    e->stop = stops;
    if (!ignore) return e;
    if (!apart) {
      e->ignore.push_back({ignore, e});
      return e;
    }
    StatePtr t = state(el.stage);
    t->take.push_back({el.take, target});
    t->ignore.push_back({ignore, t});
    t->stop = stops;
    e->ignore.push_back({ignore, t});
    return e;
  }

  StatePtr single(const Stage& s, const Bans& bans, const Holds& guard, const After& after, const std::string& how, const Holds& group_until,
                  const Holds& ban_after) {
    Holds where = holds(s.where), stop = s.until ? holds(s.until) : Holds{};
    Holds open = both(stop ? no(stop) : Holds{}, group_until ? no(group_until) : Holds{});
    Holds leave = both(always, group_until ? no(group_until) : Holds{});
    bool greedy = s.greedy && s.min != s.max;
    auto exits = [&](const Bans& b) {
      Holds gate = greedy ? where : Holds{};
      if (!greedy || !stop) return std::vector<Way>{{leave, after(b, gate)}};
      return std::vector<Way>{{both(leave, no(stop)), after(b, gate)}, {both(leave, stop), after(b, {})}};
    };
    Element el{s.name, both(where, open)};
    bool loop = s.min != 1 || s.max != 1;
    Holds between = loop ? ignored(s.inner, where) : Holds{};
    if (between) between = both(between, open);
    Bans inside;
    if (ban_after) inside.push_back(ban_after);
    StatePtr target = loop_tail(s, el, exits({}), after, greedy ? where : Holds{}, between, inside);
    for (int k = 1; k < s.min; ++k) target = element(el, target, {}, between, false, inside);
    Holds wait = how == "begin" ? Holds{} : ignored(how, where);
    if (wait && group_until) wait = both(wait, no(group_until));
    std::vector<Way> around;
    if (s.optional) around = exits(bans);
    StatePtr e = element(el, target, around, wait, s.optional, bans);
    put_guard(e, guard);
    return e;
  }

  // What follows the elements that must come: the end of the stage, elements that may come, or a loop.
  StatePtr loop_tail(const Stage& s, const Element& el, const std::vector<Way>& outs, const After& after, const Holds& gate, const Holds& between,
                     const Bans& inside) {
    if (s.max != 0) {
      StatePtr target = after({}, gate);
      for (int k = s.min; k < s.max; ++k) target = element(el, target, outs, between, true, inside);
      return target;
    }
    StatePtr last = state(s.name);
    last->take.push_back({el.take, last});
    last->proceed = outs;
    last->stop = inside;
    if (!between) return last;
    StatePtr t = state(s.name);
    t->take.push_back({el.take, last});
    t->ignore.push_back({between, t});
    t->stop = inside;
    last->ignore.push_back({between, t});
    return last;
  }

  // Rule 8: one repetition of a group, its stages inlined.
  StatePtr repetition(const Stage& s, const After& sink, const std::vector<Way>& exits, const std::string& how, const Bans& stops, const Holds& guard,
                      const Holds& stop, const Holds& ban_after) {
    StatePtr head = chain(s.group, 0, {}, {}, sink, how, stop, ban_after);
    head->stop.insert(head->stop.end(), stops.begin(), stops.end());
    if (!exits.empty()) {
      head->proceed.insert(head->proceed.end(), exits.begin(), exits.end());
      StatePtr apart;
      for (Way& w : head->ignore) {
        if (w.to != head) continue;
        if (!apart) {
          apart = state(head->stage);
          apart->take = head->take;
          apart->stop = head->stop;
          apart->ignore.push_back({w.when, apart});
        }
        w.to = apart;
      }
    }
    put_guard(head, guard);
    return head;
  }

  StatePtr group(const Stage& s, const Bans& bans, const Holds& guard, const After& after, const std::string& how, const Holds& until,
                 const Holds& ban_after) {
    Holds stop = s.until ? holds(s.until) : Holds{};
    Holds leave = both(always, until ? no(until) : Holds{});
    std::string inner = s.inner == "consecutive" ? "next" : s.inner == "any" ? "followedByAny" : "followedBy";
    Bans inside;
    if (ban_after) inside.push_back(ban_after);
    After sink = after;
    auto again = [](const StatePtr& h) { return [h](const Bans&, const Holds&) { return h; }; };
    if (s.max == 0) {
      StatePtr joint = state("");
      StatePtr head = repetition(s, again(joint), {{leave, after({}, {})}}, inner, inside, {}, stop, ban_after);
      joint->proceed.push_back({leave, head});
      sink = again(joint);
    } else {
      for (int k = s.min; k < s.max; ++k) sink = again(repetition(s, sink, {{leave, after({}, {})}}, inner, inside, {}, stop, ban_after));
    }
    for (int k = 1; k < s.min; ++k) sink = again(repetition(s, sink, {}, inner, inside, {}, stop, ban_after));
    std::vector<Way> around;
    if (s.optional) around = {{leave, after(bans, {})}};
    return repetition(s, sink, around, how, bans, guard, stop, ban_after);
  }

  std::vector<StatePtr>* all_;
};

}  // namespace

StatePtr build(const Pattern& pattern, std::vector<StatePtr>* all) {
  Builder builder(all);
  StatePtr end = builder.state("");
  end->final = true;
  return builder.chain(pattern.stages, 0, {}, {}, [end](const Bans&, const Holds&) { return end; }, "begin", {}, {});
}

}  // namespace oracle
