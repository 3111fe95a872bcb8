// Graphviz. Boxes are operators, clusters are automata; states are named by operator and number.
#include "plan/explain.h"
#include "plan/explain_window.h"
#include "plan/explain_words.h"
#include "plan/physical/placement.h"

namespace cep::plan {
namespace {

// Escapes for a quoted DOT string; lines are kept short by nobody but the writer of the pattern.
std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    if (c == '\n') {
      out += "\\n";
    } else {
      out += c;
    }
  }
  return out + "\"";
}

std::string state_id(size_t node, uint32_t state) {
  return "s" + std::to_string(node) + "_" + (state == kFinal ? "match" : std::to_string(state));
}

std::string title(const Node& n) {
  switch (n.kind) {
    case NodeKind::kPattern:
      return "pattern " + n.name;
    case NodeKind::kWindow:
      return "window " + n.name + "\n" + assigner_text(n.window->assigner);
    case NodeKind::kJoin:
      return "join " + n.name + "\n" +
             (n.join->interval
                  ? "between " + duration_text(n.join->lower_ms) + " and " + duration_text(n.join->upper_ms)
                  : assigner_text(n.join->assigner));
    default:
      return "stream " + n.name;
  }
}

void append_edges(size_t node, uint32_t from, const std::vector<Edge>& edges, std::string_view kind,
                  std::string_view style, std::string* out) {
  for (const Edge& e : edges) {
    *out += "    " + state_id(node, from) + " -> " + state_id(node, e.target) +
            " [label=" + quoted(std::string(kind) + "\n" + condition_text(e.when)) + ", " +
            std::string(style) + "];\n";
  }
}

void append_automaton(const Plan& plan, size_t index, const Files& files, std::string* out) {
  const Node& n = plan.nodes[index];
  const PatternNode& p = *n.pattern;
  *out += "  subgraph cluster_" + std::to_string(index) + " {\n    label=" + quoted(n.name) + ";\n";
  for (uint32_t s = 0; s < p.nfa.states.size(); ++s) {
    const bool start = s == p.nfa.start;
    *out += "    " + state_id(index, s) +
            " [shape=ellipse, label=" + quoted(std::to_string(s) + " " + p.nfa.states[s].name) +
            (start ? ", style=bold" : "") + "];\n";
  }
  *out += "    " + state_id(index, kFinal) + " [shape=doublecircle, label=\"match\"];\n";
  for (uint32_t s = 0; s < p.nfa.states.size(); ++s) {
    const State& state = p.nfa.states[s];
    append_edges(index, s, state.take, "take", "style=solid", out);
    append_edges(index, s, state.ignore, "ignore", "style=dotted", out);
    append_edges(index, s, state.proceed, "proceed", "style=dashed", out);
  }
  std::string legend;
  for (size_t i = 0; i < p.predicates.size(); ++i) {
    legend += "p" + std::to_string(i) + "  " + written(p.predicates[i], plan, n, files) + "\n";
  }
  *out += "    legend" + std::to_string(index) + " [shape=note, label=" + quoted(legend) + "];\n  }\n";
}

}  // namespace

std::string explain_dot(const Plan& plan, const Files& files) {
  std::string out = "digraph plan {\n  rankdir=LR;\n  node [shape=box, fontname=\"sans-serif\"];\n";
  const std::vector<Placement> placement = place(plan);
  for (size_t i = 0; i < plan.nodes.size(); ++i) {
    const Node& n = plan.nodes[i];
    out += "  n" + std::to_string(i) + " [label=" + quoted(title(n)) +
           (n.kind == NodeKind::kSource   ? ", style=rounded"
            : n.kind == NodeKind::kDerive ? ""
                                          : ", style=bold") +
           "];\n";
    for (const Input& in : n.inputs) {
      std::vector<std::string> keys;
      for (uint16_t k : in.key)
        keys.push_back(plan.nodes[static_cast<size_t>(in.node)].schema.fields[k].name);
      std::string label = keys.empty() ? "" : "by " + key_text(keys);
      if (n.kind != NodeKind::kDerive && is_exchange(placement, in)) label += label.empty() ? "exchange" : "\nexchange";
      out += "  n" + std::to_string(in.node) + " -> n" + std::to_string(i) +
             (label.empty() ? "" : " [label=" + quoted(label) + "]") + ";\n";
    }
    for (const int t : tables_of(n))
      out += "  t" + std::to_string(t) + " -> n" + std::to_string(i) + " [style=dashed];\n";
  }
  for (size_t t = 0; t < plan.tables.size(); ++t) {
    const Table& table = plan.tables[t];
    const std::string name = "t" + std::to_string(t);
    out += "  " + name + " [label=" + quoted("table " + table.name) + ", shape=cylinder];\n";
    if (table.stream >= 0) out += "  n" + std::to_string(table.stream) + " -> " + name + ";\n";
  }
  for (size_t i = 0; i < plan.nodes.size(); ++i) {
    if (plan.nodes[i].kind == NodeKind::kPattern) append_automaton(plan, i, files, &out);
  }
  return out + "}\n";
}

}  // namespace cep::plan
