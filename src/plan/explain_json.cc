// The plan as JSON: every member in a fixed order, what does not apply left out.
#include "event/json_writer.h"
#include "plan/explain.h"
#include "plan/explain_words.h"

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
  Writer(const Plan& plan, const Files& files) : plan_(plan), files_(files) {}

  std::string run() {
    j_.open('{');
    j_.key("nodes");
    j_.open('[');
    for (const Node& n : plan_.nodes) node(n);
    j_.close(']');
    j_.close('}');
    return j_.take() + "\n";
  }

 private:
  void node(const Node& n) {
    static constexpr std::string_view kKinds[] = {"source", "derive", "pattern"};
    j_.open('{');
    j_.member("name", n.name);
    j_.member("kind", kKinds[static_cast<size_t>(n.kind)]);
    if (!n.inputs.empty()) inputs(n);
    j_.key("fields");
    j_.open('[');
    for (const event::Field& f : n.schema.fields) {
      j_.open('{');
      j_.member("name", f.name);
      j_.member("type", type_name(f.type));
      j_.member_unless_empty("from", f.path);
      j_.member_if("required", f.required);
      j_.close('}');
    }
    j_.close(']');
    if (n.kind == NodeKind::kSource) source(n);
    if (n.kind == NodeKind::kDerive) {
      if (n.derive.where != nullptr) j_.member("where", written(n.derive.where, files_));
      if (n.derive.has_select) select("select", n, n.derive.select);
    }
    if (n.kind == NodeKind::kPattern) pattern(n);
    j_.close('}');
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
  Json j_;
};

}  // namespace

std::string explain_json(const Plan& plan, const Files& files) { return Writer(plan, files).run(); }

}  // namespace cep::plan
