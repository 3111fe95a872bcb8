#include "oracle/random_case.h"

#include <algorithm>

namespace oracle {
namespace {

struct Condition {
  std::string text;
  Test test;
};

Truth truth(bool b) { return b ? Truth::kTrue : Truth::kFalse; }

Truth compare(const std::optional<double>& l, const std::string& op, const std::optional<double>& r) {
  if (!l || !r) return Truth::kNull;
  if (op == "==") return truth(*l == *r);
  if (op == "!=") return truth(*l != *r);
  if (op == "<") return truth(*l < *r);
  if (op == "<=") return truth(*l <= *r);
  if (op == ">") return truth(*l > *r);
  return truth(*l >= *r);
}

// An aggregate over the field v of what a stage has taken; `last` is written a.v.
std::optional<double> aggregate(const std::string& what, const std::string& stage, const Trail& trail) {
  std::vector<const Event*> all;
  for (const Taken& t : trail)
    if (t.stage == stage) all.push_back(&t.event);
  if (what == "count") return static_cast<double>(all.size());
  if (all.empty()) return std::nullopt;
  auto value = [](const Event* e) { return e->v ? std::optional<double>(static_cast<double>(*e->v)) : std::nullopt; };
  if (what == "last") return value(all.back());
  if (what == "first") return value(all.front());
  double sum = 0, n = 0, least = 1e9, most = -1e9;
  for (const Event* e : all) {
    if (!e->v) continue;
    double x = static_cast<double>(*e->v);
    sum += x;
    ++n;
    least = std::min(least, x);
    most = std::max(most, x);
  }
  if (n == 0) return std::nullopt;
  return what == "sum" ? sum : what == "avg" ? sum / n : what == "min" ? least : most;
}

// Whether a run can pass the stages without taking anything.
bool can_be_empty(const std::vector<Stage>& stages) {
  return std::all_of(stages.begin(), stages.end(), [](const Stage& s) {
    return s.optional || s.contiguity.starts_with("not") || (!s.group.empty() && can_be_empty(s.group));
  });
}

class Maker {
 public:
  Maker(uint64_t number, const CaseOptions& options) : random_(number), options_(options) {}

  Case make() {
    Case c;
    int n = 1 + below(options_.most_stages);
    std::string body;
    std::vector<Stage> stages = sequence(n, 0, false, &body, "  ");
    c.pattern.stages = std::move(stages);
    clauses(&c.pattern, &body);
    c.program = "stream e (id string, name string, v int, ts timestamp) time ts\npattern p on e {\n" + body + "}\n";
    events(&c);
    return c;
  }

 private:
  int below(int n) { return static_cast<int>(random_() % static_cast<uint64_t>(n)); }
  bool chance(int percent) { return below(100) < percent; }
  template <class T>
  T one_of(std::initializer_list<T> list) {
    return *(list.begin() + below(static_cast<int>(list.size())));
  }

  Condition names() {
    std::vector<std::string> all = {"a", "b", "c"};
    int n = 1 + below(2);
    std::string text;
    std::vector<std::string> in;
    for (int i = 0; i < n; ++i) {
      in.push_back(all[static_cast<size_t>(below(3))]);
      text += (i ? ", \"" : "\"") + in.back() + "\"";
    }
    text = n == 1 ? "name == " + text : "name in (" + text + ")";
    bool negated = chance(12);
    Test t = [in, negated](const Event& e, const Trail&) { return truth((std::find(in.begin(), in.end(), e.name) != in.end()) != negated); };
    return {negated ? "not (" + text + ")" : text, t};
  }

  Condition number() {
    std::string op = one_of<std::string>({"==", "!=", "<", "<=", ">", ">="});
    int k = below(5);
    return {"v " + op + " " + std::to_string(k), [op, k](const Event& e, const Trail&) {
              return compare(e.v ? std::optional<double>(static_cast<double>(*e.v)) : std::nullopt, op, k);
            }};
  }

  // Reads a stage that may have taken something: an earlier one or, in the condition of a loop, the stage itself (`own`; else empty).
  Condition history(const std::string& own) {
    std::vector<std::string> of = earlier_;
    if (!own.empty()) of.push_back(own);
    std::string stage = of[static_cast<size_t>(below(static_cast<int>(of.size())))];
    std::string what = one_of<std::string>({"last", "last", "first", "count", "sum", "avg", "min", "max"});
    std::string op = one_of<std::string>({"==", "!=", "<", "<=", ">", ">="});
    std::string text = what == "last" ? stage + ".v" : what == "count" ? "count(" + stage + ")" : what + "(" + stage + ".v)";
    int k = 1 + below(6);
    bool against_v = what != "count" && chance(50);
    text = against_v ? "v " + op + " " + text : text + " " + op + " " + std::to_string(k);
    bool or_null = chance(40);
    if (or_null) text = "(" + text + " or " + (what == "count" ? "count(" + stage + ") == 0" : (what == "last" ? stage + ".v" : what + "(" + stage + ".v)") + " is null") + ")";
    Test t = [=](const Event& e, const Trail& trail) {
      auto a = aggregate(what, stage, trail);
      auto v = e.v ? std::optional<double>(static_cast<double>(*e.v)) : std::nullopt;
      Truth x = against_v ? compare(v, op, a) : compare(a, op, k);
      bool null_holds = what == "count" ? a == 0.0 : !a;
      return or_null && null_holds ? Truth::kTrue : x == Truth::kNull && or_null ? Truth::kNull : x;
    };
    return {text, t};
  }

  Condition where(const std::string& own, bool may_read_history) {
    Condition c = chance(85) ? names() : number();
    if (chance(25)) c = join(c, number());
    if (may_read_history && options_.history && !(own.empty() && earlier_.empty()) && chance(18)) c = join(c, history(own));
    return c;
  }

  Condition join(const Condition& a, const Condition& b) {
    Test t = [f = a.test, g = b.test](const Event& e, const Trail& r) {
      Truth x = f(e, r), y = g(e, r);
      if (x == Truth::kFalse || y == Truth::kFalse) return Truth::kFalse;
      return x == Truth::kNull || y == Truth::kNull ? Truth::kNull : Truth::kTrue;
    };
    return {a.text + " and " + b.text, t};
  }

  void quantifier(Stage* s, std::string* text, bool loops) {
    if (!loops || chance(50)) return;
    int kind = below(5);
    if (kind == 0) {
      s->min = s->max = 2 + below(2);
      *text += " times " + std::to_string(s->min);
    } else if (kind == 1) {
      s->min = 1 + below(2);
      s->max = s->min + 1 + below(2);
      *text += " times " + std::to_string(s->min) + ".." + std::to_string(s->max);
    } else if (kind == 2) {
      s->min = 2;
      s->max = 0;
      *text += " times 2+";
    } else {
      s->max = 0;
      *text += " oneOrMore";
    }
    int inner = below(3);
    if (inner == 1) {
      s->inner = "consecutive";
      *text += " consecutive";
    } else if (inner == 2) {
      s->inner = "any";
      *text += " allowCombinations";
    }
  }

  Stage plain(const std::string& contiguity, bool last_of_group, bool after_greedy, std::string* text) {
    Stage s;
    s.contiguity = contiguity;
    s.name = "s" + std::to_string(next_name_++);
    bool banned = contiguity == "notNext" || contiguity == "notFollowedBy";
    std::string times;
    if (!banned) quantifier(&s, &times, true);
    bool loop = s.min != 1 || s.max != 1;
    Condition c = where(loop ? s.name : "", !banned);
    *text += " " + s.name;
    if (banned || !chance(4)) {
      s.where = c.test;
      *text += " where " + c.text;
    }
    if (banned) return s;
    *text += times;
    if (loop && s.min != s.max && s.inner != "any" && !last_of_group && chance(25)) {
      s.greedy = true;
      *text += " greedy";
    }
    if (s.max == 0 && chance(20)) {
      Condition u = names();
      s.until = u.test;
      *text += " until " + u.text;
    }
    if (!after_greedy && chance(20)) {
      s.optional = true;
      *text += " optional";
    }
    earlier_.push_back(s.name);
    return s;
  }

  Stage group_stage(const std::string& contiguity, int depth, bool after_greedy, std::string* text, const std::string& indent) {
    Stage s;
    s.contiguity = contiguity;
    *text += " {\n";
    s.group = sequence(1 + below(3), depth + 1, true, text, indent + "  ");
    *text += indent + "}";
    quantifier(&s, text, !can_be_empty(s.group));
    if (s.max == 0 && chance(20)) {
      Condition u = names();
      s.until = u.test;
      *text += " until " + u.text;
    }
    if (!after_greedy && chance(20)) {
      s.optional = true;
      *text += " optional";
    }
    return s;
  }

  // Stages in a row, of the pattern or of a group, such as may be loaded.
  std::vector<Stage> sequence(int n, int depth, bool in_group, std::string* text, const std::string& indent) {
    std::vector<Stage> out;
    for (int i = 0; i < n; ++i) {
      bool last = i + 1 == n;
      bool after_greedy = !out.empty() && out.back().greedy;
      bool may_ban = !out.empty() && !out.back().optional && (!last || !in_group) && !(depth > 0 && last);
      std::string contiguity = "begin";
      if (i > 0) contiguity = one_of<std::string>({"next", "followedBy", "followedBy", "followedByAny"});
      if (may_ban && chance(18)) contiguity = one_of<std::string>({"notNext", "notFollowedBy"});
      bool ban_before = !out.empty() && out.back().contiguity == "notFollowedBy";
      if (contiguity == "notNext" && ban_before) contiguity = "notFollowedBy";
      if (last && depth == 0 && contiguity == "notFollowedBy") needs_within_ = true;
      *text += indent + contiguity;
      bool group = options_.groups && depth < 2 && !contiguity.starts_with("not") && chance(depth == 0 ? 18 : 8);
      out.push_back(group ? group_stage(contiguity, depth, after_greedy, text, indent) : plain(contiguity, in_group && last, after_greedy, text));
      *text += "\n";
    }
    return out;
  }

  void clauses(Pattern* p, std::string* text) {
    // A `notFollowedBy` at the end needs a limit of either kind, or has both.
    const int limit = needs_within_ ? below(3) : 0;
    if (needs_within_ ? limit != 1 : chance(45)) {
      p->within = 3 + below(9);
      *text += "  within " + std::to_string(*p->within) + "ms\n";
    }
    if (limit != 0 || chance(12)) {
      p->gap = 2 + below(p->within ? static_cast<int>(*p->within) - 2 : 6);
      *text += "  within " + std::to_string(*p->gap) + "ms between events\n";
    }
    int skip = below(8);
    if (skip == 0 || skip == 1) {
      p->skip = skip == 0 ? "next" : "past";
      *text += skip == 0 ? "  after match skip to next event\n" : "  after match skip past last event\n";
    } else if (skip == 2 && !earlier_.empty()) {
      p->skip = chance(50) ? "first" : "last";
      p->skip_target = earlier_[static_cast<size_t>(below(static_cast<int>(earlier_.size())))];
      *text += "  after match skip to " + p->skip + " " + p->skip_target + "\n";
    }
    *text += "  alert low\n  on timeout { alert low }\n";
  }

  void events(Case* c) {
    int n = 1 + below(options_.most_events);
    int64_t ts = 0;
    for (int i = 0; i < n; ++i) {
      ts += below(3);
      Event e;
      e.number = i;
      e.name = one_of<std::string>({"a", "a", "b", "b", "c", "c", "x"});
      e.id = e.name + std::to_string(i);
      if (!chance(5)) e.v = below(5);
      e.ts = ts;
      c->events.push_back(e);
    }
  }

  std::mt19937_64 random_;
  CaseOptions options_;
  std::vector<std::string> earlier_;
  int next_name_ = 1;
  bool needs_within_ = false;
};

}  // namespace

Case random_case(uint64_t number, const CaseOptions& options) { return Maker(number, options).make(); }

}  // namespace oracle
