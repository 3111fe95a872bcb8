#include "plan/explain_window.h"

#include <algorithm>
#include <set>

#include "plan/physical/slices.h"

namespace cep::plan {
namespace {

std::string joined(const std::vector<std::string>& parts) {
  std::string text;
  for (const std::string& part : parts) text += (text.empty() ? "" : ", ") + part;
  return text;
}

std::string plural(int64_t n, const std::string& noun) {
  return std::to_string(n) + " " + noun + (n == 1 ? "" : "s");
}

std::string key_line(const std::vector<std::string>& names, const std::string& what) {
  return names.empty() ? "none: " + what + " for all events"
                       : "each value of " + key_text(names) + " has " + what + " of its own";
}

std::string windows_words(const WindowAssigner& a) {
  std::string offset = a.offset_ms > 0 ? ", from the epoch and " + duration_text(a.offset_ms) + " on" : "";
  switch (a.kind) {
    case WindowKind::kTumbling:
      return duration_text(a.size_ms) + " long, one after the other" + offset;
    case WindowKind::kSliding: {
      const int64_t each = (a.size_ms + a.slide_ms - 1) / a.slide_ms;
      return duration_text(a.size_ms) + " long, a new one every " + duration_text(a.slide_ms) + offset +
             ": an event is in " + (each == 1 ? "one" : "up to " + std::to_string(each)) + " of them";
    }
    case WindowKind::kSession:
      return "sessions: events at most " + duration_text(a.size_ms) + " apart are in one";
    case WindowKind::kRolling:
      return "at each event the last " + duration_text(a.size_ms) + " of its key, this event with them";
    case WindowKind::kCount:
      return a.count_every == a.count ? plural(a.count, "event") + " of a key, in the order in which they come"
                                      : "the last " + plural(a.count, "event") + " of a key, at every " +
                                            std::to_string(a.count_every) + ". one";
    case WindowKind::kGlobal:
      return "one without an end for each key";
  }
  return "";
}

std::string fires_words(const WindowNode& w) {
  const WindowKind kind = w.assigner.kind;
  if (kind == WindowKind::kRolling) {
    if (w.having == nullptr) return "at every event";
    return w.having_each ? "at every event for which `having` holds" : "when `having` becomes true for the key";
  }
  if (kind == WindowKind::kCount)
    return "after every " + plural(w.assigner.count_every, "event") + " of the key; a rest never does";
  std::vector<std::string> parts;
  if (w.early_every_ms >= 0)
    parts.push_back("early, whenever the " + std::string(w.early_processing ? "daemon's clock" : "watermark") +
                    " reaches a multiple of " + duration_text(w.early_every_ms) + " and something is new");
  if (w.early_count >= 0) parts.push_back("early, after every " + plural(w.early_count, "event"));
  if (kind != WindowKind::kGlobal) parts.push_back("on time, when the watermark reaches its end");
  if (w.lateness_ms > 0)
    parts.push_back("late, at each event that comes until " + duration_text(w.lateness_ms) + " after that");
  return joined(parts);
}

std::string carries_words(const WindowNode& w) {
  switch (w.accumulation) {
    case Accumulation::kAccumulating:
      return "";
    case Accumulation::kDiscarding:
      return "each result is of what came since the last one (discarding)";
    case Accumulation::kRetracting:
      return "what was sent is taken back before what replaces it (retracting)";
  }
  return "";
}

std::string late_words(const WindowNode& w) {
  switch (w.assigner.kind) {
    case WindowKind::kRolling:
      return "an event older than the watermark is late and dropped";
    case WindowKind::kCount:
    case WindowKind::kGlobal:
      return "no event is late";
    default:
      return "an event all of whose windows ended" +
             (w.lateness_ms > 0 ? " more than " + duration_text(w.lateness_ms) + " ago" : std::string()) +
             " is late and dropped";
  }
}

// The longest bound of disorder among the streams behind a node.
int64_t disorder_ms(const Plan& plan, const Topology& topology, int node) {
  int64_t most = 0;
  for (const int s : topology.behind[static_cast<size_t>(node)]) {
    const Watermark& w = plan.nodes[static_cast<size_t>(s)].source.watermark;
    if (!w.punctuated) most = std::max(most, w.delay_ms);
  }
  return most;
}

std::string accumulators(const WindowNode& w) {
  std::vector<std::string> growing;
  for (const expr::AggregateCall& call : w.aggregates) {
    const expr::Aggregate& row = expr::aggregates()[static_cast<size_t>(call.function)];
    const std::string name(row.name);
    if (!row.constant_state && std::find(growing.begin(), growing.end(), name) == growing.end())
      growing.push_back(name);
  }
  std::string text = plural(static_cast<int64_t>(w.aggregates.size()), "aggregate");
  if (growing.empty()) return text + " of constant size";
  return text + ", of which " + joined(growing) + " keep" + (growing.size() == 1 ? "s" : "") +
         " values as they come";
}

std::string state_words(const Plan& plan, const Topology& topology, const Node& n) {
  const WindowNode& w = *n.window;
  const int64_t disorder = disorder_ms(plan, topology, n.inputs[0].node);
  const std::string for_key = w.key_names.empty() ? "" : " for each key";
  const std::string limit =
      w.limit_keys_ms >= 0 ? "; a key that rests for " + duration_text(w.limit_keys_ms) + " is forgotten" : "";
  switch (w.assigner.kind) {
    case WindowKind::kTumbling:
    case WindowKind::kSliding: {
      const int64_t live = (w.assigner.size_ms + w.lateness_ms + disorder) / slices_of(w.assigner).length + 1;
      return "up to about " + plural(live, "pane") + for_key + ", each with " + accumulators(w) +
             "; dropped when the watermark has passed the window" +
             (w.lateness_ms > 0 ? " and its lateness" : "") + limit;
    }
    case WindowKind::kSession:
      return "the open sessions" + for_key + ", each with " + accumulators(w) + "; dropped " +
             (w.lateness_ms > 0 ? duration_text(w.lateness_ms) + " after they end" : "when they end") + limit;
    case WindowKind::kRolling:
      return "the events of the last " + duration_text(w.assigner.size_ms) + for_key + " and " + accumulators(w) +
             (disorder > 0 ? ", and what the watermark has not reached, to sort it" : "") + limit;
    case WindowKind::kCount:
      return "up to " + plural(std::max(w.assigner.count, w.assigner.count_every), "event") + for_key + " with " +
             accumulators(w) + (limit.empty() && !w.key_names.empty() ? "; a key is never forgotten" : limit);
    case WindowKind::kGlobal:
      return accumulators(w) + for_key +
             (limit.empty() ? (w.key_names.empty() ? "" : "; a key is never forgotten") : limit);
  }
  return "";
}

// Calls `look` for every expression of the node.
template <typename Look>
void each_expression(const Node& n, const Look& look) {
  auto selected = [&](const std::vector<NamedExpr>& list) {
    for (const NamedExpr& named : list) look(named.expr);
  };
  auto alert = [&](const std::optional<Alert>& a) {
    if (!a) return;
    for (const MessagePart& part : a->message) look(part.expr);
    for (const expr::ExprPtr& e : a->throttle_by) look(e);
  };
  look(n.derive.where);
  selected(n.derive.select);
  if (n.pattern != nullptr) {
    for (const Predicate& p : n.pattern->predicates) look(p.expr);
    selected(n.pattern->select);
    alert(n.pattern->alert);
    if (n.pattern->on_timeout) {
      selected(n.pattern->on_timeout->select);
      alert(n.pattern->on_timeout->alert);
    }
  }
  if (n.window != nullptr) {
    for (const expr::AggregateCall& call : n.window->aggregates) {
      look(call.argument);
      look(call.filter);
    }
    selected(n.window->select);
    look(n.window->having);
    alert(n.window->alert);
  }
  if (n.join != nullptr) {
    look(n.join->where);
    selected(n.join->select);
    alert(n.join->alert);
  }
}

void collect_tables(const expr::Expr& e, std::set<int>* out) {
  if (e.op == expr::Op::kLookup || e.op == expr::Op::kInTable) out->insert(e.index);
  for (const expr::ExprPtr& arg : e.args) collect_tables(*arg, out);
}

std::vector<std::string> names_of(const event::Schema& schema, const std::vector<uint16_t>& slots) {
  std::vector<std::string> names;
  for (const uint16_t slot : slots) names.push_back(schema.fields[slot].name);
  return names;
}

}  // namespace

std::string assigner_text(const WindowAssigner& a) {
  const std::string offset = a.offset_ms > 0 ? " offset " + duration_text(a.offset_ms) : "";
  switch (a.kind) {
    case WindowKind::kTumbling:
      return "tumbling " + duration_text(a.size_ms) + offset;
    case WindowKind::kSliding:
      return "sliding " + duration_text(a.size_ms) + " every " + duration_text(a.slide_ms) + offset;
    case WindowKind::kSession:
      return "session " + duration_text(a.size_ms);
    case WindowKind::kRolling:
      return "rolling " + duration_text(a.size_ms);
    case WindowKind::kCount:
      return "count " + std::to_string(a.count) +
             (a.count_every == a.count ? "" : " every " + std::to_string(a.count_every));
    case WindowKind::kGlobal:
      return "global";
  }
  return "";
}

Lines window_lines(const Plan& plan, const Topology& topology, const Node& n) {
  const WindowNode& w = *n.window;
  Lines lines = {{"key", key_line(w.key_names, "windows")}, {"windows", windows_words(w.assigner)}};
  const Slices slices = slices_of(w.assigner);
  if (slices.per_window > 1 && w.assigner.kind == WindowKind::kSliding)
    lines.emplace_back("panes", std::to_string(slices.per_window) + " of " + duration_text(slices.length) +
                                    " to a window; windows share them, so an event is added once");
  lines.emplace_back("fires", fires_words(w));
  if (!carries_words(w).empty()) lines.emplace_back("carries", carries_words(w));
  lines.emplace_back("late", late_words(w));
  lines.emplace_back("state", state_words(plan, topology, n));
  return lines;
}

Lines join_lines(const Plan& plan, const Node& n, const Files& files) {
  const JoinNode& j = *n.join;
  const std::string& a = plan.nodes[static_cast<size_t>(n.inputs[0].node)].name;
  const std::string& b = plan.nodes[static_cast<size_t>(n.inputs[1].node)].name;
  Lines lines = {{"key", "events with equal " + key_text(j.key_names) + " pair"}};
  if (j.interval) {
    lines.emplace_back("pairs", "an event of " + a + " with each of " + b + " whose time less its own lies from " +
                                    duration_text(j.lower_ms) + " to " + duration_text(j.upper_ms) +
                                    "; they come out at once");
  } else {
    lines.emplace_back("pairs", "each event of " + a + " with each of " + b + " in the same window: " +
                                    windows_words(j.assigner) + "; they come out at its end");
  }
  if (j.where != nullptr) lines.emplace_back("where", written(j.where, files));
  const std::string alone =
      j.interval ? "when the watermark has passed its last partner's time" : "at the end of the window";
  if (j.left) lines.emplace_back("left", "an event of " + a + " without a partner comes out alone " + alone);
  if (j.interval) {
    lines.emplace_back("state", "an event of " + a + " is kept until the watermark is " +
                                    duration_text(std::max<int64_t>(j.upper_ms, 0)) + " past it, one of " + b +
                                    " until it is " + duration_text(std::max<int64_t>(-j.lower_ms, 0)) + " past");
  } else {
    lines.emplace_back("state", "the events of both sides, until the watermark has passed their windows");
  }
  return lines;
}

Lines table_lines(const Plan& plan, size_t table) {
  const Table& t = plan.tables[table];
  std::string fields;
  for (const event::Field& f : t.schema.fields)
    fields += (fields.empty() ? "" : ", ") + f.name + " " + std::string(type_name(f.type));
  std::string rows = "events sent to " + t.name;
  if (!t.file.empty()) rows = "the file " + t.file + ", then " + rows;
  if (t.stream >= 0)
    rows = "the latest row of " + plan.nodes[static_cast<size_t>(t.stream)].name + " per key, and " + rows;
  std::vector<std::string> users;
  for (const Node& n : plan.nodes) {
    const std::vector<int> used = tables_of(n);
    if (std::find(used.begin(), used.end(), static_cast<int>(table)) != used.end()) users.push_back(n.name);
  }
  return {{"fields", fields},
          {"key", key_text(names_of(t.schema, t.key))},
          {"rows", rows},
          {"state", "one row for each key, on every shard"},
          {"asked by", users.empty() ? "nobody" : joined(users)}};
}

std::string exchange_text(const Plan& plan, const Topology& topology, const Node& n) {
  if (n.kind == NodeKind::kSource || n.kind == NodeKind::kDerive) return "";
  std::vector<std::string> parts;
  for (const Input& in : n.inputs) {
    if (!is_exchange(topology.placement, in)) continue;
    const Node& from = plan.nodes[static_cast<size_t>(in.node)];
    parts.push_back("what " + from.name + " gives goes to " +
                    (in.key.empty() ? "one shard" : "the shard of its " + key_text(names_of(from.schema, in.key))));
  }
  return joined(parts);
}

std::vector<int> tables_of(const Node& n) {
  std::set<int> tables;
  each_expression(n, [&](const expr::ExprPtr& e) {
    if (e != nullptr) collect_tables(*e, &tables);
  });
  return {tables.begin(), tables.end()};
}

}  // namespace cep::plan
