// The automaton as text: the golden dump.
#include "plan/nfa/nfa_compiler.h"

namespace cep::plan {
namespace {

void append(const Condition& when, std::string* out) {
  if (when.empty()) *out += "always";
  for (size_t i = 0; i < when.size(); ++i) {
    if (i > 0) *out += " & ";
    if (when[i].negated) *out += '!';
    *out += 'p';
    *out += std::to_string(when[i].predicate);
  }
}

void append(const char* kind, const std::vector<Edge>& edges, bool with_target, std::string* out) {
  for (const Edge& e : edges) {
    *out += "  ";
    *out += kind;
    *out += ' ';
    append(e.when, out);
    if (with_target) *out += " -> " + (e.target == kFinal ? std::string("final") : std::to_string(e.target));
    *out += '\n';
  }
}

}  // namespace

std::string dump_nfa(const PatternNode& pattern) {
  std::string out;
  for (size_t i = 0; i < pattern.nfa.states.size(); ++i) {
    const State& s = pattern.nfa.states[i];
    out += std::to_string(i) + ' ' + s.name;
    if (s.pending)
      out += " pending";
    else if (s.ends_pending)
      out += " ends pending";
    if (s.gap_ms >= 0) out += " gap " + std::to_string(s.gap_ms) + "ms";
    out += '\n';
    append("take", s.take, true, &out);
    append("ignore", s.ignore, true, &out);
    append("proceed", s.proceed, true, &out);
    append("stop", s.stop, false, &out);
  }
  return out;
}

}  // namespace cep::plan
