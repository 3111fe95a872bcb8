#include "oracle/naive_matcher.h"

#include <algorithm>
#include <set>

#include "oracle/naive_graph.h"

namespace oracle {
namespace {

constexpr int kNoBegin = INT32_MAX;

struct Run {
  StatePtr state;
  Trail trail;
  int begin() const { return trail.empty() ? kNoBegin : trail.front().event.number; }
};

struct Finished {
  int tick, place;
  Run run;
};

void stage_names(const std::vector<Stage>& stages, std::vector<std::string>* out) {
  for (const Stage& s : stages)
    if (s.group.empty()) out->push_back(s.name);
    else stage_names(s.group, out);
}

class Machine {
 public:
  Machine(const Pattern& p, StatePtr start) : pattern_(p), start_(std::move(start)) { stage_names(p.stages, &names_); }

  void event(const Event& e) {
    ++tick_;
    std::vector<Run> on, done, from = runs_;
    from.push_back({start_, {}});
    for (const Run& run : from) step(run, e, &on, &done);
    runs_ = std::move(on);
    emit(done);
  }

  // Rule 11 and 12: what ends at one moment ends together, the earliest moment first.
  void advance(std::optional<int64_t> until) {
    for (;;) {
      std::optional<int64_t> next;
      for (const Run& r : runs_) {
        auto d = deadline(r);
        if (d && (!until || *d <= *until) && (!next || *d < *next)) next = d;
      }
      if (!next) return;
      ++tick_;
      std::vector<Run> rest, done;
      std::set<std::vector<std::string>> said;
      for (const Run& r : runs_) {
        if (deadline(r) != next) rest.push_back(r);
        else if (waits_for_end(r.state)) done.push_back(r);
        else if (said.insert(key_of(r.trail)).second) answer_.timeouts.push_back({r.trail, *next});
      }
      runs_ = std::move(rest);
      emit(done);
    }
  }

  size_t runs() const { return runs_.size(); }
  Answer& answer() { return answer_; }

 private:
  static std::vector<std::string> key_of(const Trail& t) {
    std::vector<std::string> out;
    for (const Taken& x : t) out.push_back(x.stage + "/" + x.event.id);
    return out;
  }

  // Rule 1: every way that holds, a state's own first, then over the PROCEEDs that hold, the last of them first. Returns whether a ban struck.
  static bool reach(const Run& run, const Event& e, std::vector<std::pair<std::string, StatePtr>>* ways) {
    bool stopped = false;
    std::vector<StatePtr> todo{run.state};
    while (!todo.empty()) {
      StatePtr s = todo.back();
      todo.pop_back();
      for (const Holds& h : s->stop) stopped |= h(e, run.trail);
      for (const Way& w : s->take)
        if (w.when(e, run.trail)) ways->emplace_back(s->stage, w.to);
      for (const Way& w : s->ignore)
        if (w.when(e, run.trail)) ways->emplace_back("", w.to);
      for (const Way& w : s->proceed)
        if (!w.to->final && w.when(e, run.trail)) todo.push_back(w.to);
    }
    return stopped;
  }

  static bool ends(const StatePtr& from, const Event& e, const Trail& trail) {
    std::vector<StatePtr> todo{from};
    while (!todo.empty()) {
      StatePtr s = todo.back();
      todo.pop_back();
      if (s->final) return true;
      for (const Way& w : s->proceed)
        if (w.when(e, trail)) todo.push_back(w.to);
    }
    return false;
  }

  static void step(const Run& run, const Event& e, std::vector<Run>* on, std::vector<Run>* done) {
    std::vector<std::pair<std::string, StatePtr>> ways;
    bool stopped = reach(run, e, &ways);
    for (auto& [stage, to] : ways) {
      if (stage.empty()) {
        if (run.trail.empty()) continue;
        if (to->final) done->push_back({to, run.trail});
        else if (!stopped) on->push_back({to, run.trail});
        continue;
      }
      Trail taken = run.trail;
      taken.push_back({stage, e});
      if (!to->final && !stopped) on->push_back({to, taken});
      if (ends(to, e, run.trail)) done->push_back({nullptr, taken});
    }
  }

  std::optional<int64_t> deadline(const Run& r) const {
    std::optional<int64_t> d;
    if (pattern_.within) d = r.trail.front().event.ts + *pattern_.within;
    if (pattern_.gap) {
      int64_t g = r.trail.back().event.ts + *pattern_.gap;
      d = d ? std::min(*d, g) : g;
    }
    return d;
  }

  static bool waits_for_end(const StatePtr& from) {
    std::vector<StatePtr> todo{from};
    std::set<State*> seen;
    while (!todo.empty()) {
      StatePtr s = todo.back();
      todo.pop_back();
      if (s->final || !seen.insert(s.get()).second) continue;
      if (s->pending) return true;
      for (const Way& w : s->proceed) todo.push_back(w.to);
    }
    return false;
  }

  // Rules 16 and 17.
  bool before(const Finished& a, const Finished& b) const {
    if (a.run.begin() != b.run.begin()) return a.run.begin() < b.run.begin();
    if (!pattern_.skip.empty()) return std::pair(a.tick, a.place) < std::pair(b.tick, b.place);
    return lists(a.run.trail) < lists(b.run.trail);
  }
  std::vector<std::vector<int>> lists(const Trail& t) const {
    std::vector<std::vector<int>> out;
    for (const std::string& n : names_) {
      out.emplace_back();
      for (const Taken& x : t)
        if (x.stage == n) out.back().push_back(x.event.number);
    }
    return out;
  }

  void emit(const std::vector<Run>& done) {
    for (size_t i = 0; i < done.size(); ++i) finished_.push_back({tick_, static_cast<int>(i), done[i]});
    std::stable_sort(finished_.begin(), finished_.end(), [this](auto& a, auto& b) { return before(a, b); });
    while (!finished_.empty()) {
      Run run = finished_.front().run;
      bool held = std::any_of(runs_.begin(), runs_.end(), [&](const Run& r) { return r.begin() < run.begin(); });
      if (!pattern_.skip.empty() && held) return;
      finished_.erase(finished_.begin());
      answer_.matches.push_back({run.trail, 0});
      int cut = first_kept(run);
      std::erase_if(runs_, [&](const Run& r) { return r.begin() < cut; });
      std::erase_if(finished_, [&](const Finished& f) { return f.run.begin() < cut; });
    }
  }

  // Rule 15: the least beginning that a match leaves alone.
  int first_kept(const Run& run) const {
    if (pattern_.skip == "next") return run.begin() + 1;
    if (pattern_.skip == "past") return run.trail.back().event.number + 1;
    std::vector<int> of;
    for (const Taken& x : run.trail)
      if (x.stage == pattern_.skip_target) of.push_back(x.event.number);
    if (pattern_.skip.empty() || of.empty()) return -1;
    return pattern_.skip == "first" ? of.front() : of.back();
  }

  const Pattern& pattern_;
  StatePtr start_;
  std::vector<std::string> names_;
  std::vector<Run> runs_;
  std::vector<Finished> finished_;
  Answer answer_;
  int tick_ = 0;
};

}  // namespace

std::optional<Answer> match(const Pattern& pattern, const std::vector<Event>& events, size_t most_runs) {
  std::vector<StatePtr> all;
  Machine machine(pattern, build(pattern, &all));
  bool fits = true;
  for (const Event& e : events) {
    machine.advance(e.ts);
    machine.event(e);
    if (machine.runs() > most_runs) {
      fits = false;
      break;
    }
  }
  if (fits) machine.advance(std::nullopt);
  Answer answer = std::move(machine.answer());
  for (const StatePtr& s : all) {  // the circles
    s->take.clear();
    s->ignore.clear();
    s->proceed.clear();
  }
  if (!fits) return std::nullopt;
  return answer;
}

}  // namespace oracle
