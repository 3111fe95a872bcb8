#include "plan/explain_words.h"

#include <algorithm>

#include "base/time_text.h"

namespace cep::plan {
namespace {

// One line: runs of blanks and line ends are one blank, comments are left out.
std::string one_line(std::string_view text) {
  std::string out;
  char quote = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quote != 0) {
      out += c;
      if (c == '\\' && i + 1 < text.size()) out += text[++i];
      if (c == quote) quote = 0;
    } else if (c == '#') {
      while (i + 1 < text.size() && text[i + 1] != '\n') ++i;
    } else if (c == ' ' || c == '\n' || c == '\t' || c == '\r') {
      if (!out.empty() && out.back() != ' ') out += ' ';
    } else {
      if (c == '"' || c == '\'') quote = c;
      out += c;
    }
  }
  while (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

}  // namespace

std::string written(const expr::ExprPtr& e, const Files& files) {
  if (e == nullptr) return "";
  const Span& s = e->span;
  const bool known = s.file < files.size() && s.begin < s.end && s.end <= files[s.file].text.size();
  if (!known) return expr::canonical_text(*e);
  return one_line(std::string_view(files[s.file].text).substr(s.begin, s.end - s.begin));
}

std::string written(const Predicate& p, const Plan& plan, const Node& node, const Files& files) {
  if (p.gap_ms >= 0) return "less than " + duration_text(p.gap_ms) + " after the last event taken";
  std::string text = p.expr == nullptr ? "every event" : written(p.expr, files);
  if (p.input < 0 || static_cast<size_t>(p.input) >= node.inputs.size()) return text;
  const std::string& source =
      plan.nodes[static_cast<size_t>(node.inputs[static_cast<size_t>(p.input)].node)].name;
  return p.expr == nullptr ? "every event of " + source : text + " (of " + source + ")";
}

// The binder makes the value of a key field once, from the stages that carry it, with the place of the
// pattern's name.
std::string written(const expr::ExprPtr& e, const Node& node, const Files& files) {
  const bool is_key = e != nullptr && e->span.file == node.span.file && e->span.begin == node.span.begin &&
                      e->span.end == node.span.end;
  if (!is_key) return written(e, files);
  const expr::Expr& leaf = e->args.empty() ? *e : *e->args[0];
  for (size_t in = 0; in < std::min(leaf.slots.size(), node.inputs.size()); ++in) {
    const std::vector<uint16_t>& key = node.inputs[in].key;
    const auto at = std::find(key.begin(), key.end(), leaf.slots[in]);
    const auto k = static_cast<size_t>(at - key.begin());
    if (at != key.end() && k < node.pattern->key_names.size()) return node.pattern->key_names[k];
  }
  return written(e, files);
}

std::string duration_text(int64_t ms) {
  std::string text;
  base::append_duration(ms, &text);
  return text;
}

std::string quantity_words(const Stage& s) {
  const std::string n = std::to_string(s.times_min);
  std::string text;
  if (s.times_max == kUnbounded) {
    text = s.times_min == 1 ? "one or more events" : n + " or more events";
  } else if (s.times_max != s.times_min) {
    text = n + " to " + std::to_string(s.times_max) + " events";
  } else if (s.times_min > 1) {
    text = n + " events";
  } else {
    return "";
  }
  if (s.inner == InnerContiguity::kConsecutive) text += " in a row";
  if (s.inner == InnerContiguity::kCombinations) text += " in any combination";
  return text;
}

std::string quantity_text(const Stage& s) {
  std::string text;
  auto add = [&text](const std::string& word) { text += (text.empty() ? "" : " ") + word; };
  const std::string n = std::to_string(s.times_min);
  if (s.times_max == kUnbounded) {
    add(s.times_min == 1 ? "oneOrMore" : "times " + n + "+");
  } else if (s.times_max != s.times_min) {
    add("times " + n + ".." + std::to_string(s.times_max));
  } else if (s.times_min > 1) {
    add("times " + n);
  }
  if (s.optional) add("optional");
  if (s.greedy) add("greedy");
  if (s.inner == InnerContiguity::kConsecutive) add("consecutive");
  if (s.inner == InnerContiguity::kCombinations) add("allowCombinations");
  if (s.every_ms >= 0) add("every " + duration_text(s.every_ms));
  return text;
}

std::string_view contiguity_word(Contiguity c) {
  static constexpr std::string_view kWords[] = {"begin",         "next",    "followedBy",
                                                "followedByAny", "notNext", "notFollowedBy"};
  return kWords[static_cast<size_t>(c)];
}

std::string_view level_word(Level level) {
  static constexpr std::string_view kWords[] = {"info", "low", "medium", "high", "critical"};
  return kWords[static_cast<size_t>(level)];
}

std::string skip_text(const PatternNode& p) {
  const bool named = p.skip_stage >= 0 && static_cast<size_t>(p.skip_stage) < p.stages.size();
  const std::string stage = named ? p.stages[static_cast<size_t>(p.skip_stage)].name : "?";
  switch (p.skip) {
    case Skip::kNone:
      return "no skip";
    case Skip::kToNext:
      return "skip to next event";
    case Skip::kPastLast:
      return "skip past last event";
    case Skip::kToFirst:
      return "skip to first " + stage;
    case Skip::kToLast:
      return "skip to last " + stage;
  }
  return "";
}

std::string message_text(const Alert& alert, const Node& node, const Files& files) {
  std::string text;
  for (const MessagePart& part : alert.message) {
    text += part.text;
    if (part.expr != nullptr) text += "{" + written(part.expr, node, files) + "}";
  }
  return text;
}

std::string key_text(const std::vector<std::string>& names) {
  if (names.empty()) return "";
  if (names.size() == 1) return names[0];
  std::string text = "(";
  for (size_t i = 0; i < names.size(); ++i) text += (i > 0 ? ", " : "") + names[i];
  return text + ")";
}

std::string condition_text(const Condition& c) {
  if (c.empty()) return "always";
  std::string text;
  for (const Literal& l : c) {
    text +=
        (text.empty() ? "" : " & ") + std::string(l.negated ? "!" : "") + "p" + std::to_string(l.predicate);
  }
  return text;
}

}  // namespace cep::plan
