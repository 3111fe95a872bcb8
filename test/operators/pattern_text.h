// Patterns for tests from a short text: the stages of the language with numbered predicates in place of conditions.
//   begin a p0  followedBy b p1 times 2..3 greedy  next { begin c p2  next d p3 } optional  within 10  skip past
// A stage is `CONTIGUITY NAME [pN]`; without pN it fits every event. Times are milliseconds. Behind the stages: `within N`, `gap N`,
// `skip next|past|first NAME|last NAME`, `timeouts`. Predicates are those named, by number.
#pragma once
#include <algorithm>
#include <sstream>
#include <string>
#include <vector>

#include "base/check.h"
#include "plan/nfa/nfa_compiler.h"

namespace cep::test {

class PatternText {
 public:
  explicit PatternText(const std::string& text) {
    std::istringstream in(text);
    for (std::string w; in >> w;) words_.push_back(w);
  }

  // The pattern, not yet compiled.
  plan::PatternNode parse() {
    pattern_.sequence = stages();
    while (at_ < words_.size()) clause();
    pattern_.predicates.resize(predicates_);
    return std::move(pattern_);
  }

 private:
  static int contiguity(const std::string& w) {
    static const std::vector<std::string> names = {"begin", "next", "followedBy", "followedByAny", "notNext", "notFollowedBy"};
    auto found = std::find(names.begin(), names.end(), w);
    return found == names.end() ? -1 : static_cast<int>(found - names.begin());
  }
  std::string peek() const { return at_ < words_.size() ? words_[at_] : ""; }
  std::string word() {
    CEP_CHECK(at_ < words_.size());
    return words_[at_++];
  }
  bool accept(const std::string& w) {
    if (peek() != w) return false;
    ++at_;
    return true;
  }
  int64_t number() { return std::stoll(word()); }
  static bool is_predicate(const std::string& w) { return w.size() > 1 && w[0] == 'p' && std::isdigit(w[1]) != 0; }
  int predicate() {
    const int p = std::stoi(word().substr(1));
    predicates_ = std::max(predicates_, p + 1);
    return p;
  }

  std::vector<plan::Stage> stages() {
    std::vector<plan::Stage> list;
    while (contiguity(peek()) >= 0) list.push_back(stage());
    return list;
  }

  plan::Stage stage() {
    plan::Stage s;
    s.contiguity = static_cast<plan::Contiguity>(contiguity(word()));
    if (accept("{")) {
      s.group = stages();
      CEP_CHECK(accept("}"));
    } else {
      s.name = word();
      s.index = static_cast<int>(pattern_.stages.size());
      pattern_.stages.push_back({s.name, s.contiguity >= plan::Contiguity::kNotNext, -1});
    }
    while (modifier(&s)) {
    }
    return s;
  }

  bool modifier(plan::Stage* s) {
    if (is_predicate(peek())) {
      s->where = predicate();
    } else if (accept("until")) {
      s->until = predicate();
    } else if (accept("times")) {
      times(s, word());
    } else if (accept("oneOrMore")) {
      s->times_max = plan::kUnbounded;
    } else if (accept("optional")) {
      s->optional = true;
    } else if (accept("greedy")) {
      s->greedy = true;
    } else if (accept("consecutive")) {
      s->inner = plan::InnerContiguity::kConsecutive;
    } else if (accept("allowCombinations")) {
      s->inner = plan::InnerContiguity::kCombinations;
    } else if (accept("every")) {
      s->every_ms = number();
    } else {
      return false;
    }
    return true;
  }

  static void times(plan::Stage* s, const std::string& w) {
    size_t used = 0;
    const int64_t least = std::stoll(w, &used);
    s->optional |= least == 0;
    s->times_min = static_cast<uint32_t>(std::max<int64_t>(least, 1));
    s->times_max = s->times_min;
    if (used < w.size()) s->times_max = w[used] == '+' ? plan::kUnbounded : static_cast<uint32_t>(std::stoi(w.substr(used + 2)));
  }

  void clause() {
    if (accept("within")) {
      pattern_.within_ms = number();
    } else if (accept("gap")) {
      pattern_.gap_ms = number();
    } else if (accept("timeouts")) {
      pattern_.on_timeout.emplace();
    } else {
      CEP_CHECK(accept("skip"));
      skip(word());
    }
  }

  void skip(const std::string& kind) {
    pattern_.skip = kind == "next" ? plan::Skip::kToNext : kind == "past" ? plan::Skip::kPastLast : plan::Skip::kToFirst;
    if (kind == "last") pattern_.skip = plan::Skip::kToLast;
    if (pattern_.skip < plan::Skip::kToFirst) return;
    const std::string name = word();
    for (size_t i = 0; i < pattern_.stages.size(); ++i)
      if (pattern_.stages[i].name == name) pattern_.skip_stage = static_cast<int>(i);
    CEP_CHECK(pattern_.skip_stage >= 0);
  }

  std::vector<std::string> words_;
  size_t at_ = 0;
  int predicates_ = 0;
  plan::PatternNode pattern_;
};

inline plan::PatternNode parse_pattern(const std::string& text) { return PatternText(text).parse(); }

// Compiled; the text must be a legal pattern.
inline plan::PatternNode compile_pattern(const std::string& text) {
  plan::PatternNode p = parse_pattern(text);
  CEP_CHECK(plan::compile_nfa(&p).empty());
  return p;
}

}  // namespace cep::test
