// The plan as JSON: every member in a fixed order, what does not apply left out.
#include "event/json_writer.h"
#include "plan/explain.h"
#include "plan/explain_window.h"
#include "plan/explain_words.h"
#include "plan/physical/slices.h"
#include "plan/physical/topology.h"

namespace cep::plan {
namespace {

class Json {
 public:
  void open(char bracket) {
    separate();
    out_ += bracket;
    fresh_ = true;
  }
  void close(char bracket) {
    out_ += bracket;
    fresh_ = false;
  }
  void key(std::string_view name) {
    separate();
    event::append_json_string(name, &out_);
    out_ += ':';
    fresh_ = true;
  }
  void text(std::string_view value) {
    separate();
    event::append_json_string(value, &out_);
  }
  void number(int64_t value) {
    separate();
    out_ += std::to_string(value);
  }
  void boolean(bool value) {
    separate();
    out_ += value ? "true" : "false";
  }
  void member(std::string_view name, std::string_view value) {
    key(name);
    text(value);
  }
  void member_unless_empty(std::string_view name, std::string_view value) {
    if (!value.empty()) member(name, value);
  }
  void member_ms(std::string_view name, int64_t value) {
    if (value < 0) return;
    key(name);
    number(value);
  }
  void member_if(std::string_view name, bool value) {
    if (!value) return;
    key(name);
    boolean(true);
  }
  std::string take() { return std::move(out_); }

 private:
  void separate() {
    if (!fresh_) out_ += ',';
    fresh_ = false;
  }
  std::string out_;
  bool fresh_ = true;
};

class Writer {
 public:
  Writer(const Plan& plan, const Files& files) : plan_(plan), files_(files), topology_(make_topology(plan)) {}

  std::string run() {
    j_.open('{');
    j_.key("nodes");
    j_.open('[');
    for (const Node& n : plan_.nodes) node(n);
    j_.close(']');
    if (!plan_.tables.empty()) tables();
    j_.close('}');
    return j_.take() + "\n";
  }

 private:
  void node(const Node& n) {
    static constexpr std::string_view kKinds[] = {"source", "derive", "pattern", "window", "join"};
    j_.open('{');
    j_.member("name", n.name);
    j_.member("kind", kKinds[static_cast<size_t>(n.kind)]);
    if (!n.inputs.empty()) inputs(n);
    fields(n.schema);
    if (n.kind == NodeKind::kSource) source(n);
    if (n.kind == NodeKind::kDerive) {
      if (n.derive.where != nullptr) j_.member("where", written(n.derive.where, files_));
      if (n.derive.has_select) select("select", n, n.derive.select);
    }
    if (n.kind == NodeKind::kPattern) pattern(n);
    if (n.kind == NodeKind::kWindow) window(n);
    if (n.kind == NodeKind::kJoin) join(n);
    const std::vector<int> used = tables_of(n);
    if (!used.empty()) {
      j_.key("tables");
      j_.open('[');
      for (const int t : used) j_.text(plan_.tables[static_cast<size_t>(t)].name);
      j_.close(']');
    }
    j_.close('}');
  }

  void fields(const event::Schema& schema) {
    j_.key("fields");
    j_.open('[');
    for (const event::Field& f : schema.fields) {
      j_.open('{');
      j_.member("name", f.name);
      j_.member("type", type_name(f.type));
      j_.member_unless_empty("from", f.path);
      j_.member_if("required", f.required);
      j_.close('}');
    }
    j_.close(']');
  }

  void tables() {
    j_.key("tables");
    j_.open('[');
    for (const Table& t : plan_.tables) {
      j_.open('{');
      j_.member("name", t.name);
      fields(t.schema);
      j_.key("key");
      j_.open('[');
      for (uint16_t k : t.key) j_.text(t.schema.fields[k].name);
      j_.close(']');
      j_.member_unless_empty("file", t.file);
      if (t.stream >= 0) j_.member("stream", plan_.nodes[static_cast<size_t>(t.stream)].name);
      j_.close('}');
    }
    j_.close(']');
  }

  void assigner(const WindowAssigner& a) {
    j_.member("assigner", assigner_text(a));
    if (a.kind != WindowKind::kTumbling && a.kind != WindowKind::kSliding) return;
    const Slices slices = slices_of(a);
    j_.member_ms("pane_ms", slices.length);
    j_.member_ms("panes_per_window", slices.per_window);
  }

  void window(const Node& n) {
    static constexpr std::string_view kAccumulations[] = {"accumulating", "discarding", "retracting"};
    const WindowNode& w = *n.window;
    assigner(w.assigner);
    j_.member_ms("lateness_ms", w.lateness_ms);
    j_.member_ms("early_every_ms", w.early_every_ms);
    j_.member_if("early_processing", w.early_processing);
    j_.member_ms("early_count", w.early_count);
    j_.member("accumulation", kAccumulations[static_cast<size_t>(w.accumulation)]);
    j_.member_ms("limit_keys_ms", w.limit_keys_ms);
    j_.key("aggregates");
    j_.open('[');
    for (const expr::AggregateCall& call : w.aggregates)
      j_.text(expr::aggregates()[static_cast<size_t>(call.function)].name);
    j_.close(']');
    select("select", n, w.select);
    if (w.having != nullptr) j_.member(w.having_each ? "having_each" : "having", written(w.having, files_));
    if (w.alert) alert(n, *w.alert);
    in_words(window_lines(plan_, topology_, n));
  }

  void join(const Node& n) {
    const JoinNode& j = *n.join;
    j_.member_if("left", j.left);
    if (j.interval) {
      j_.key("lower_ms");
      j_.number(j.lower_ms);
      j_.key("upper_ms");
      j_.number(j.upper_ms);
    } else {
      assigner(j.assigner);
    }
    if (j.where != nullptr) j_.member("where", written(j.where, files_));
    select("select", n, j.select);
    if (j.alert) alert(n, *j.alert);
    in_words(join_lines(plan_, n, files_));
  }

  // What is kept, as `explain` tells it.
  void in_words(const Lines& lines) {
    for (const auto& [label, text] : lines)
      if (label == "state") j_.member("state", text);
  }

  void inputs(const Node& n) {
    j_.key("inputs");
    j_.open('[');
    for (const Input& in : n.inputs) {
      const Node& from = plan_.nodes[static_cast<size_t>(in.node)];
      j_.open('{');
      j_.member("node", from.name);
      j_.key("key");
      j_.open('[');
      for (uint16_t k : in.key) j_.text(from.schema.fields[k].name);
      j_.close(']');
      j_.member_if("exchange", n.kind != NodeKind::kDerive && is_exchange(topology_.placement, in));
      j_.close('}');
    }
    j_.close(']');
  }

  void source(const Node& n) {
    const Source& s = n.source;
    if (s.time_field >= 0) j_.member("time", n.schema.fields[static_cast<size_t>(s.time_field)].name);
    j_.key("watermark");
    j_.open('{');
    if (s.watermark.punctuated) {
      j_.member("punctuated", written(s.watermark.punctuation, files_));
    } else {
      j_.member_ms("delay_ms", s.watermark.delay_ms);
    }
    if (s.watermark.by_field == kByProducer) j_.member("by", "_producer");
    if (s.watermark.by_field == kByPartition) j_.member("by", "_partition");
    if (s.watermark.by_field >= 0)
      j_.member("by", n.schema.fields[static_cast<size_t>(s.watermark.by_field)].name);
    j_.member_ms("max_lag_ms", s.watermark.by_max_lag_ms);
    j_.member_if("own", s.own);
    j_.member_ms("own_max_lag_ms", s.own_max_lag_ms);
    j_.member_ms("idle_ms", s.idle_ms);
    j_.close('}');
    if (s.when != nullptr) j_.member("when", written(s.when, files_));
  }

  void select(std::string_view name, const Node& n, const std::vector<NamedExpr>& list) {
    if (list.empty()) return;
    j_.key(name);
    j_.open('{');
    for (const NamedExpr& s : list) j_.member(s.name, written(s.expr, n, files_));
    j_.close('}');
  }

  void pattern(const Node& n) {
    const PatternNode& p = *n.pattern;
    j_.member_unless_empty("description", p.description);
    j_.key("stages");
    stages(p.sequence);
    j_.member_ms("within_ms", p.within_ms);
    j_.member_ms("gap_ms", p.gap_ms);
    j_.member("after_match", skip_text(p));
    select("select", n, p.select);
    if (p.alert) alert(n, *p.alert);
    j_.member_if("on_timeout", p.on_timeout.has_value());
    j_.member("evaluator", "runs");
    j_.key("conditions");
    j_.open('[');
    for (const Predicate& q : p.predicates) {
      j_.open('{');
      j_.member("text", written(q, plan_, n, files_));
      j_.member_if("of_run", q.on_history || q.gap_ms >= 0);
      j_.close('}');
    }
    j_.close(']');
    automaton(p);
  }

  void stages(const std::vector<Stage>& list) {
    j_.open('[');
    for (const Stage& s : list) {
      j_.open('{');
      j_.member("contiguity", contiguity_word(s.contiguity));
      j_.member_unless_empty("name", s.name);
      j_.member_ms("where", s.where);
      j_.member_ms("until", s.until);
      j_.member_unless_empty("modifiers", quantity_text(s));
      if (!s.group.empty()) {
        j_.key("group");
        stages(s.group);
      }
      j_.close('}');
    }
    j_.close(']');
  }

  void alert(const Node& n, const Alert& a) {
    j_.key("alert");
    j_.open('{');
    j_.member("level", level_word(a.level));
    if (a.has_message) j_.member("message", message_text(a, n, files_));
    j_.member_ms("throttle_ms", a.throttle_ms);
    j_.close('}');
  }

  void automaton(const PatternNode& p) {
    j_.key("automaton");
    j_.open('{');
    j_.key("start");
    j_.number(p.nfa.start);
    j_.key("states");
    j_.open('[');
    for (const State& s : p.nfa.states) {
      j_.open('{');
      j_.member("name", s.name);
      if (s.stage >= 0) j_.member("stage", p.stages[static_cast<size_t>(s.stage)].name);
      j_.member_if("pending", s.pending);
      edges("take", s.take);
      edges("ignore", s.ignore);
      edges("proceed", s.proceed);
      edges("stop", s.stop);
      j_.close('}');
    }
    j_.close(']');
    j_.close('}');
  }

  void edges(std::string_view name, const std::vector<Edge>& list) {
    if (list.empty()) return;
    j_.key(name);
    j_.open('[');
    for (const Edge& e : list) {
      j_.open('{');
      j_.member("when", condition_text(e.when));
      if (name != "stop") {
        j_.key("to");
        if (e.target == kFinal) {
          j_.text("match");
        } else {
          j_.number(e.target);
        }
      }
      j_.close('}');
    }
    j_.close(']');
  }

  const Plan& plan_;
  const Files& files_;
  const Topology topology_;
  Json j_;
};

}  // namespace

std::string explain_json(const Plan& plan, const Files& files) { return Writer(plan, files).run(); }

}  // namespace cep::plan
