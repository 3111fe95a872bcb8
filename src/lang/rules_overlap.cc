#include "lang/rules_overlap.h"

#include <algorithm>
#include <string>

#include "lang/rules_implied.h"
#include "lang/rules_stage.h"

namespace cep::lang {

using plan::Contiguity;
using plan::Stage;

namespace {

class OverlapWarner {
 public:
  OverlapWarner(const plan::PatternNode& pattern, Context* context) : pattern_(pattern), context_(context) {}

  void warn(const std::vector<Stage>& stages, const std::vector<ast::Stage>& text, bool in_group) {
    for (size_t i = 0; i < stages.size(); ++i) {
      if (!stages[i].group.empty()) warn(stages[i].group, text[i].group, true);
      if (i + 1 == stages.size()) break;
      warn_ban(stages, text, i, in_group);
      warn_greedy(stages, text, i);
    }
  }

 private:
  // Every event that fits `a` fits `b` too.
  bool fits_too(const Stage& a, const Stage& b) const {
    const plan::Predicate any;
    const plan::Predicate& x = a.where >= 0 ? pattern_.predicates[static_cast<size_t>(a.where)] : any;
    const plan::Predicate& y = b.where >= 0 ? pattern_.predicates[static_cast<size_t>(b.where)] : any;
    const bool one_source = y.input < 0 || y.input == x.input;
    return one_source && implies(x.expr, y.expr);
  }

  // The stage of a single event or loop that a stage begins with; null if it can begin otherwise.
  static const Stage* head(const Stage& s) {
    const Stage* first = &s;
    while (!first->group.empty()) {
      if (first->optional) return nullptr;
      first = &first->group.front();
    }
    return first->optional && first != &s ? nullptr : first;
  }

  // Rule 9: behind a loop the ban begins with the first element, so it strikes at the second. A match that the
  // same event completes stands: that of a loop behind which all may be left out.
  void warn_ban(const std::vector<Stage>& stages, const std::vector<ast::Stage>& text, size_t i, bool in_group) {
    const Stage& loop = stages[i];
    const Stage& ban = stages[i + 1];
    const Stage* element = head(loop);
    if (ban.contiguity != Contiguity::kNotFollowedBy || loop.times_min < 2 || element == nullptr) return;
    const auto rest = stages.begin() + static_cast<std::ptrdiff_t>(i) + 2;
    const bool all_optional = std::all_of(rest, stages.end(), [](const Stage& s) { return s.optional; });
    if (all_optional && (rest != stages.end() || in_group)) return;
    if (!fits_too(*element, ban)) return;
    context_->report.warning(
        text[i + 1].name.span,
        "`" + ban.name + "` forbids what " + called(loop) + " takes, and begins with the first event that " + called(loop) +
            " takes: its second event always ends the match, so the pattern never matches; except in the condition of `" +
            ban.name + "` what fits " + called(loop));
  }

  // Rule 6: the next stage can take an event only if the greedy loop cannot, also when the loop is full.
  void warn_greedy(const std::vector<Stage>& stages, const std::vector<ast::Stage>& text, size_t i) {
    const Stage& loop = stages[i];
    if (!loop.greedy || loop.times_min == loop.times_max || loop.until >= 0 || loop.every_ms >= 0) return;
    size_t next = i + 1;
    while (next < stages.size() && stages[next].contiguity == Contiguity::kNotFollowedBy) ++next;
    if (next == stages.size() || stages[next].contiguity == Contiguity::kNotNext) return;
    const Stage* taker = head(stages[next]);
    if (taker == nullptr || !fits_too(*taker, loop)) return;
    const bool bounded = loop.times_max != plan::kUnbounded;
    context_->report.warning(
        find_modifier(text[i], ast::Modifier::kGreedy)->span,
        "`greedy` leaves no event for `" + taker->name + "`: every event that fits it fits " + called(loop) +
            " too, which keeps it" +
            (bounded ? " or, when it has its " + std::to_string(loop.times_max) + " events, ends the match" : "") +
            ", so the pattern never matches; take `greedy` off, or except in the condition of " + called(loop) +
            " what fits `" + taker->name + "`");
  }

  static std::string called(const Stage& s) { return s.group.empty() ? "`" + s.name + "`" : "the group"; }

  const plan::PatternNode& pattern_;
  Context* context_;
};

}  // namespace

void warn_overlap(const ast::PatternDecl& decl, const plan::PatternNode& pattern, Context* context) {
  OverlapWarner(pattern, context).warn(pattern.sequence, decl.stages, false);
}

}  // namespace cep::lang
