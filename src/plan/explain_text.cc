// The text form of `explain`: written for somebody who meets the language for the first time, exact enough
// for somebody who looks for a mistake.
#include <algorithm>

#include "event/row.h"
#include "plan/explain.h"
#include "plan/explain_window.h"
#include "plan/explain_words.h"
#include "plan/physical/topology.h"

namespace cep::plan {
namespace {

constexpr size_t kMaxStatesShown = 60;

std::string counted(size_t n, const std::string& noun) {
  return std::to_string(n) + " " + noun + (n == 1 ? "" : "s");
}

// "a, b, c", cut behind so many that nobody reads on: a program can have thousands of names, and each of them a list.
class Names {
 public:
  void add(const std::string& name) {
    if (count_++ < kShown) text_ += (text_.empty() ? "" : ", ") + name;
  }
  bool empty() const { return count_ == 0; }
  bool full() const { return count_ > kMost; }  // how many more there are is not told to the last one
  std::string text() const {
    if (count_ <= kShown) return text_;
    return text_ + " and " + (full() ? "very many" : std::to_string(count_ - kShown)) + " more";
  }

 private:
  static constexpr size_t kShown = 50, kMost = 1000;
  std::string text_;
  size_t count_ = 0;
};

class Text {
 public:
  Text(const Plan& plan, const Files& files)
      : plan_(plan), files_(files), topology_(make_topology(plan)), of_feed_(plan.nodes.size()), readers_(plan.nodes.size()) {
    for (size_t i = 0; i < plan.nodes.size(); ++i) {
      const Node& n = plan.nodes[i];
      if (n.kind == NodeKind::kSource) of_feed_[static_cast<size_t>(topology_.feed[i])].push_back(i);
      for (const Input& in : n.inputs)
        if (in.node >= 0) readers_[static_cast<size_t>(in.node)].push_back(n.name);
    }
    for (const Table& t : plan.tables)
      if (t.stream >= 0) readers_[static_cast<size_t>(t.stream)].push_back("table " + t.name);
  }

  std::string run() {
    out_ += counted(plan_.nodes.size(), "operator") + ", in the order in which an event goes through them\n";
    for (size_t i = 0; i < plan_.nodes.size(); ++i) {
      const Node& n = plan_.nodes[i];
      out_ += "\n";
      if (n.kind == NodeKind::kSource) source(n, i);
      if (n.kind == NodeKind::kDerive) derived(n, i);
      if (n.kind == NodeKind::kPattern) pattern(n, i);
      if (n.kind == NodeKind::kWindow) window(n, i);
      if (n.kind == NodeKind::kJoin) join(n, i);
    }
    for (size_t t = 0; t < plan_.tables.size(); ++t) {
      out_ += "\ntable " + plan_.tables[t].name + "\n";
      lines(table_lines(plan_, t));
    }
    return std::move(out_);
  }

 private:
  void line(const std::string& label, const std::string& text) {
    const size_t gap = text.empty() ? 0 : label.size() < 10 ? 10 - label.size() : 1;
    out_ += "  " + label + std::string(gap, ' ') + text + "\n";
  }
  void lines(const Lines& all) {
    for (const auto& [label, text] : all) line(label, text);
  }
  const Node& node(int n) const { return plan_.nodes[static_cast<size_t>(n)]; }

  void fields(const Node& n) {
    std::string text;
    for (const event::Field& f : n.schema.fields) {
      if (f.raw) continue;
      text += (text.empty() ? "" : ", ") + f.name + " " + std::string(type_name(f.type));
      if (!f.path.empty()) text += " from \"" + f.path + "\"";
      if (f.required) text += " required";
    }
    line("fields", text);
  }
  void read_by(size_t index) {
    Names names;
    for (const std::string& reader : readers_[index]) names.add(reader);
    line("read by", readers_[index].empty() ? "nobody" : names.text());
  }
  void unique(const Node& n) {
    for (const Unique& u : n.unique) {
      std::vector<std::string> names;
      for (uint16_t f : u.fields) names.push_back(n.schema.fields[f].name);
      line("unique", "of events with the same " + key_text(names) + ", only the first within " +
                         duration_text(u.within_ms) + " passes");
    }
  }

  void source(const Node& n, size_t index) {
    const Source& s = n.source;
    out_ += "stream " + n.name + ": events that come from outside\n";
    fields(n);
    const std::string time = s.time_field < 0 ? "" : n.schema.fields[static_cast<size_t>(s.time_field)].name;
    line("time", time.empty() ? "the arrival of each event" : "the field " + time);
    line("watermark", watermark_words(n, time));
    Names together;
    for (const size_t i : of_feed_[static_cast<size_t>(topology_.feed[index])]) {
      if (i != index) together.add(plan_.nodes[i].name);
      if (together.full()) break;
    }
    if (!together.empty()) {
      line("with", "read together with " + together.text() +
                       (s.own ? "; counts its own events only"
                              : ": one feed, the newest event of any counts for all"));
    }
    if (s.when != nullptr)
      line("when", "lines that do not name their stream belong to it if " + written(s.when, files_));
    unique(n);
    read_by(index);
  }

  std::string watermark_words(const Node& n, const std::string& time) const {
    const Watermark& w = n.source.watermark;
    const std::string newest = time.empty() ? "the newest arrival" : "the greatest " + time + " seen";
    std::string text;
    if (w.punctuated) {
      text = "moves only at events where " + written(w.punctuation, files_);
    } else {
      text = newest + (w.delay_ms > 0 ? ", less " + duration_text(w.delay_ms) + " for events that come late"
                                      : ": an event older than one before it is late");
    }
    if (w.by_field != -1) {
      const std::string field = w.by_field == kByProducer ? "_producer"
                                : w.by_field == kByPartition
                                    ? "_partition"
                                    : n.schema.fields[static_cast<size_t>(w.by_field)].name;
      text += "; the least over each " + field;
      if (w.by_max_lag_ms >= 0)
        text += ", but none holds it back by more than " + duration_text(w.by_max_lag_ms);
    }
    if (n.source.idle_ms >= 0)
      text += "; goes on with the clock after " + duration_text(n.source.idle_ms) + " of silence";
    return text;
  }

  void derived(const Node& n, size_t index) {
    out_ += "stream " + n.name + ": made from " + inputs_text(n) +
            (n.unique.empty() ? ", event by event, no state\n" : ", event by event\n");
    if (n.derive.where != nullptr) line("where", written(n.derive.where, files_));
    if (n.derive.has_select) line("select", select_text(n, n.derive.select));
    fields(n);
    unique(n);
    read_by(index);
  }

  std::string inputs_text(const Node& n) const {
    Names names;
    for (const Input& in : n.inputs) names.add(node(in.node).name);
    return names.text();
  }
  std::string select_text(const Node& n, const std::vector<NamedExpr>& select) const {
    std::string text;
    for (const NamedExpr& s : select)
      text += (text.empty() ? "" : ", ") + s.name + " = " + written(s.expr, n, files_);
    return text;
  }

  void pattern(const Node& n, size_t index) {
    const PatternNode& p = *n.pattern;
    out_ += "pattern " + n.name + (p.description.empty() ? "" : ": " + p.description) + "\n";
    std::string tags;
    for (const std::string& t : p.tags) tags += (tags.empty() ? "" : ", ") + t;
    if (!tags.empty()) line("tags", tags);
    line("reads", inputs_text(n) + (n.inputs.size() > 1 ? ", merged in the order of event time" : ""));
    line("key", p.key_names.empty() ? "none: all events are one sequence"
                                    : "each value of " + key_text(p.key_names) + " is a sequence of its own");
    line("looks for", "");
    stages(n, p.sequence, 4);
    limits(p);
    line("keeps", skip_words(p));
    if (!p.select.empty()) line("select", select_text(n, p.select));
    if (p.alert) line("alert", alert_text(n, *p.alert));
    if (p.on_timeout) {
      line("timeouts", "partial matches that run out of time are reported on the channel `timeouts`");
    }
    watermark_of(index, "an event is looked at when it has been passed");
    const std::string exchange = exchange_text(plan_, topology_, n);
    if (!exchange.empty()) line("exchange", exchange);
    state(n, p);
    conditions(n, p);
    automaton(p);
    if (read_by_any(index)) read_by(index);
  }

  void window(const Node& n, size_t index) {
    const WindowNode& w = *n.window;
    out_ += "window " + n.name + ": " + assigner_text(w.assigner) + "\n";
    line("reads", inputs_text(n));
    lines(window_lines(plan_, topology_, n));
    line("select", select_text(n, w.select));
    if (w.having != nullptr) line("having", written(w.having, files_));
    if (w.alert) line("alert", alert_text(n, *w.alert));
    surroundings(n, index, w.assigner.kind == WindowKind::kRolling);
  }

  void join(const Node& n, size_t index) {
    const JoinNode& j = *n.join;
    out_ += std::string(j.left ? "left " : "") + "join " + n.name + ": " +
            (j.interval ? "between " + duration_text(j.lower_ms) + " and " + duration_text(j.upper_ms)
                        : assigner_text(j.assigner)) +
            "\n";
    line("reads", inputs_text(n));
    lines(join_lines(plan_, n, files_));
    line("select", select_text(n, j.select));
    if (j.alert) line("alert", alert_text(n, *j.alert));
    surroundings(n, index, false);
  }

  void surroundings(const Node& n, size_t index, bool sorts) {
    watermark_of(index, sorts ? "an event is looked at when it has been passed"
                              : "events are taken as they come, and it says what is over");
    const std::string exchange = exchange_text(plan_, topology_, n);
    if (!exchange.empty()) line("exchange", exchange);
    if (read_by_any(index)) read_by(index);
  }

  bool read_by_any(size_t index) const { return !readers_[index].empty(); }

  static std::string_view joint(const Stage& s, bool last) {
    switch (s.contiguity) {
      case Contiguity::kBegin:
        return "first ";
      case Contiguity::kNext:
        return "then, as the very next event of the key, ";
      case Contiguity::kFollowedBy:
        return "then, with anything between that does not fit, ";
      case Contiguity::kFollowedByAny:
        return "then, with anything between, also events that fit, ";
      case Contiguity::kNotNext:
        return "then the very next event must not be one";
      case Contiguity::kNotFollowedBy:
        return last ? "then, to the end of the limit, no event may come"
                    : "then, before the next stage, no event may come";
    }
    return "";
  }

  void stages(const Node& n, const std::vector<Stage>& list, size_t indent) {
    const std::string blanks(indent, ' ');
    for (size_t i = 0; i < list.size(); ++i) {
      const Stage& s = list[i];
      out_ += blanks + std::to_string(i + 1) + ". " + std::string(joint(s, i + 1 == list.size()));
      if (!s.group.empty()) {
        out_ += group_words(s) + ":\n";
        stages(n, s.group, indent + 3);
        if (s.until >= 0) out_ += blanks + "   until an event comes where " + condition(n, s.until) + "\n";
        continue;
      }
      out_ += stage_words(n, s) + "\n";
    }
  }

  static std::string group_words(const Stage& s) {
    std::string text = s.optional ? "perhaps " : "";
    const std::string times = quantity_text(s);
    text += "this sequence";
    if (s.times_max == kUnbounded) {
      text += s.times_min == 1 ? ", once or more often"
                               : ", " + std::to_string(s.times_min) + " times or more often";
    } else if (s.times_max != s.times_min) {
      text += ", " + std::to_string(s.times_min) + " to " + std::to_string(s.times_max) + " times";
    } else if (s.times_min > 1) {
      text += ", " + std::to_string(s.times_min) + " times";
    }
    if (s.inner == InnerContiguity::kConsecutive) text += ", one right after the other";
    return text;
  }

  std::string stage_words(const Node& n, const Stage& s) const {
    const bool negated = s.contiguity == Contiguity::kNotNext || s.contiguity == Contiguity::kNotFollowedBy;
    const std::string many = quantity_words(s);
    std::string text = s.optional ? "perhaps " : "";
    if (!negated) text += many.empty() ? "an event" : many;
    const int input = s.index >= 0 ? n.pattern->stages[static_cast<size_t>(s.index)].input : -1;
    if (input >= 0) text += " of " + node(n.inputs[static_cast<size_t>(input)].node).name;
    const Predicate* where = s.where >= 0 ? &n.pattern->predicates[static_cast<size_t>(s.where)] : nullptr;
    if (where != nullptr && where->expr != nullptr) {
      text += " where " + written(where->expr, files_);
    } else if (negated) {
      text += input < 0 ? " at all" : "";
    } else if (input < 0) {
      text += many.empty() ? ", whatever it is" : ", whatever they are";
    }
    text += negated ? "  (" + s.name + ")" : "  → " + s.name;
    if (!many.empty() && s.inner == InnerContiguity::kRelaxed) text += "; others may come between them";
    if (s.every_ms >= 0) text += "; less than " + duration_text(s.every_ms) + " from one to the next";
    if (s.greedy) text += "; greedy: an event that fits both this and the next stage stays here";
    if (s.until >= 0) text += "; until an event comes where " + condition(n, s.until);
    return text;
  }

  std::string condition(const Node& n, int predicate) const {
    return written(n.pattern->predicates[static_cast<size_t>(predicate)], plan_, n, files_);
  }

  void limits(const PatternNode& p) {
    if (p.within_ms >= 0)
      line("within", "less than " + duration_text(p.within_ms) + " from the first event to the last");
    if (p.gap_ms >= 0) line("gaps", "less than " + duration_text(p.gap_ms) + " between neighbours");
    if (p.within_ms < 0 && p.gap_ms < 0) line("within", "no limit of time");
  }

  static std::string skip_words(const PatternNode& p) {
    const std::string word = skip_text(p);
    switch (p.skip) {
      case Skip::kNone:
        return "every match, overlapping ones too (" + word + ")";
      case Skip::kToNext:
        return "one match for each event that can begin one (" + word + ")";
      case Skip::kPastLast:
        return "matches that do not overlap: after one it goes on behind its last event (" + word + ")";
      case Skip::kToFirst:
      case Skip::kToLast:
        return "after a match, only those that begin there or later (" + word + ")";
    }
    return word;
  }

  std::string alert_text(const Node& n, const Alert& a) const {
    std::string text(level_word(a.level));
    if (a.has_message) text += " \"" + message_text(a, n, files_) + "\"";
    if (a.throttle_ms >= 0) {
      text += ", at most once per " + duration_text(a.throttle_ms);
      std::string by;
      for (const auto& e : a.throttle_by) by += (by.empty() ? "" : ", ") + written(e, n, files_);
      text += a.throttle_by_given ? " by " + by : " and key";
    }
    return text;
  }

  void watermark_of(size_t index, const std::string& use) {
    Names names;
    const std::vector<int>& sources = topology_.behind[index];
    for (const int s : sources) names.add(node(s).name);
    line("clock", (sources.size() < 2 ? "the watermark of " : "the least watermark of ") + names.text() + ": " + use);
  }

  // What the run evaluator holds for one key.
  void state(const Node& n, const PatternNode& p) {
    std::string text = "runs (partial matches, what limits.runs_per_key counts): ";
    text += "each event that can begin a match begins one";
    const int64_t limit = p.within_ms >= 0 ? p.within_ms : p.gap_ms;
    if (limit >= 0) {
      text += p.within_ms >= 0
                  ? " and it is held for less than " + duration_text(limit)
                  : " and it is held while events come less than " + duration_text(limit) + " apart";
    } else if (can_wait(p.sequence)) {
      text += " and it may be held for ever";
    } else {
      text += " and it ends at the first event that does not fit";
    }
    line("state", text);
    size_t bytes = 0;
    for (const Input& in : n.inputs) bytes = std::max(bytes, row_bytes(node(in.node).schema));
    line("", "an event that a run has taken is kept: about " + std::to_string(bytes) +
                 " bytes and its texts, shared by all runs of the key");
    const size_t branches = count_branching(p.sequence);
    if (branches > 0) {
      line("", counted(branches, "stage") +
                   " may go on in several ways at one event, so runs multiply there: " +
                   branching_names(p.sequence));
    }
  }

  // The fixed part of a row (event/row.h).
  static size_t row_bytes(const event::Schema& schema) {
    const size_t fields = schema.fields.size();
    return sizeof(event::Row) + 8 * ((fields + 63) / 64) + 8 * fields;
  }

  // Whether a run can ignore events while it waits.
  static bool can_wait(const std::vector<Stage>& list) {
    return std::any_of(list.begin(), list.end(), [](const Stage& s) {
      const bool relaxed =
          s.contiguity == Contiguity::kFollowedBy || s.contiguity == Contiguity::kFollowedByAny;
      const bool loop = s.times_max > 1 && s.inner != InnerContiguity::kConsecutive;
      return relaxed || loop || s.contiguity == Contiguity::kNotFollowedBy || can_wait(s.group);
    });
  }
  static bool branches(const Stage& s) {
    const bool open = s.times_max == kUnbounded || s.times_min != s.times_max || s.optional;
    return s.contiguity == Contiguity::kFollowedByAny || open || s.inner == InnerContiguity::kCombinations;
  }
  static size_t count_branching(const std::vector<Stage>& list) {
    size_t n = 0;
    for (const Stage& s : list) n += (branches(s) ? 1 : 0) + count_branching(s.group);
    return n;
  }
  static std::string branching_names(const std::vector<Stage>& list) {
    std::string text;
    for (const Stage& s : list) {
      std::string part = branches(s) ? (s.group.empty() ? s.name : "the group") : "";
      const std::string inner = branching_names(s.group);
      if (!part.empty() && !inner.empty()) part += ", ";
      part += inner;
      if (!part.empty()) text += (text.empty() ? "" : ", ") + part;
    }
    return text;
  }

  void conditions(const Node& n, const PatternNode& p) {
    if (!p.predicates.empty()) out_ += "  conditions\n";
    for (size_t i = 0; i < p.predicates.size(); ++i) {
      const Predicate& q = p.predicates[i];
      const bool history = q.on_history || q.gap_ms >= 0;
      out_ += "    p" + std::to_string(i) + "  " + written(q, plan_, n, files_) +
              (history ? "   (asked for each run)" : "   (asked once for each event)") + "\n";
    }
  }

  void automaton(const PatternNode& p) {
    out_ += "  automaton " + counted(p.nfa.states.size(), "state") + ", begins in " +
            std::to_string(p.nfa.start) + "; edges in the order in which they are tried\n";
    for (size_t i = 0; i < std::min(p.nfa.states.size(), kMaxStatesShown); ++i) {
      const State& s = p.nfa.states[i];
      out_ +=
          "    " + std::to_string(i) + " " + s.name + (s.pending ? ", a match when time ends it" : "") + "\n";
      edges("take it", s.take, i);
      edges("ignore it", s.ignore, i);
      edges("go on without it", s.proceed, i);
      edges("end the run, but for what is a match by now", s.stop, i);
    }
    if (p.nfa.states.size() > kMaxStatesShown) {
      out_ +=
          "    … and " + std::to_string(p.nfa.states.size() - kMaxStatesShown) + " more (--json shows all)\n";
    }
  }

  void edges(const std::string& what, const std::vector<Edge>& list, size_t from) {
    for (const Edge& e : list) {
      std::string to = e.target == kFinal ? " → match"
                       : e.target == from ? ""
                                          : " → " + std::to_string(e.target);
      if (what.starts_with("end")) to.clear();
      out_ += "      if " + condition_text(e.when) + ": " + what + to + "\n";
    }
  }

  const Plan& plan_;
  const Files& files_;
  const Topology topology_;
  std::vector<std::vector<size_t>> of_feed_;       // by number of the feed: its source streams
  std::vector<std::vector<std::string>> readers_;  // by node: who reads it
  std::string out_;
};

}  // namespace

std::string explain_text(const Plan& plan, const Files& files) { return Text(plan, files).run(); }

}  // namespace cep::plan
