#include "lang/rules_warnings.h"

#include <algorithm>
#include <string>

#include "base/time_text.h"
#include "lang/rules_never.h"
#include "lang/rules_overlap.h"
#include "lang/rules_stage.h"

namespace cep::lang {

using plan::Contiguity;
using plan::InnerContiguity;
using plan::Stage;

namespace {

constexpr int64_t kTightMs = 10'000;  // a limit up to which combinations are taken to be meant
constexpr int kFitting = 20;          // events of the estimates
constexpr uint64_t kFewCombinations = 1000;
constexpr uint64_t kFewMatches = 100;
constexpr const char* kFewer = "`after match skip past last event`, or `at most once per D` at the alert";

std::string called(const Stage& stage) { return stage.group.empty() ? "`" + stage.name + "`" : "the group"; }

// The first stage that a run can wait at for ever, when nothing limits it; null if none: every other event of
// the key ends the run.
const Stage* waits_at(const std::vector<Stage>& stages, bool first) {
  for (const Stage& s : stages) {
    bool relaxed = s.contiguity == Contiguity::kFollowedBy || s.contiguity == Contiguity::kFollowedByAny ||
                   s.contiguity == Contiguity::kNotFollowedBy;
    if (!first && relaxed) return &s;
    if (const Stage* inner = s.group.empty() ? nullptr : waits_at(s.group, true)) return inner;
    if (is_loop(s) && s.inner != InnerContiguity::kConsecutive && s.every_ms < 0) return &s;
    first = false;
  }
  return nullptr;
}

const Stage* endless_loop(const std::vector<Stage>& stages) {
  for (const Stage& s : stages) {
    if (s.times_max == plan::kUnbounded && s.every_ms < 0) return &s;
    if (const Stage* inner = endless_loop(s.group)) return inner;
  }
  return nullptr;
}

// How many ways there are to choose from `least` to `most` of kFitting events.
uint64_t choices(uint32_t least, uint32_t most) {
  uint64_t sum = 0, ways = 1;
  for (uint32_t k = 0; k <= kFitting; ++k) {
    if (k >= least && k <= most) sum += ways;
    ways = ways * (kFitting - k) / (k + 1);
  }
  return sum;
}

// How many stretches of `least` to `most` of kFitting events there are.
uint64_t stretches(uint32_t least, uint32_t most) {
  uint64_t sum = 0;
  for (uint32_t k = least; k <= kFitting && k <= most; ++k) sum += kFitting - k + 1;
  return sum;
}

// A single stage that also goes on past events that fit.
bool branches(const Stage& s) { return s.contiguity == Contiguity::kFollowedByAny && s.group.empty() && !is_loop(s); }

class Warner {
 public:
  Warner(const ast::PatternDecl& decl, const plan::PatternNode& pattern, Context* context)
      : decl_(decl), pattern_(pattern), context_(context) {}

  void warn() {
    const size_t before = context_->report.warnings();
    warn_endless();
    warn_many(pattern_.sequence, decl_.stages);
    warn_never(pattern_.sequence, decl_.stages);
    warn_overlap(decl_, pattern_, context_);
    if (context_->report.warnings() == before) warn_flood();  // else its estimate says little
  }

 private:
  void warn_endless() {
    bool limited = pattern_.within_ms >= 0 || pattern_.gap_ms >= 0;
    const Stage* waiting = limited ? nullptr : waits_at(pattern_.sequence, true);
    const Stage* loop = limited ? nullptr : endless_loop(pattern_.sequence);
    const ast::Clause* timeout = clause(ast::Clause::kOnTimeout);
    if (waiting) {
      context_->report.warning(decl_.name.span,
                               "`" + decl_.name.name + "` has no `within`: a partial match that waits at " +
                                   called(*waiting) + " is kept for ever if nothing ends it; add `within D`");
      if (const ast::Clause* skip = clause(ast::Clause::kSkip); skip && pattern_.skip != plan::Skip::kNone)
        context_->report.warning(
            skip->span,
            "without `within` a match can be held back for ever by a partial match that began earlier and "
            "still waits at " +
                called(*waiting) + "; add `within D`");
    } else if (loop) {
      context_->report.warning(
          loop->span, "nothing bounds the loop " + called(*loop) +
                          ": a partial match keeps every event it takes; add `within D`, or `times N..M`");
    }
    if (timeout && !limited && !has_every(pattern_.sequence))
      context_->report.warning(timeout->span, "`on timeout` never comes without a limit; add `within D`");
  }

  static bool has_every(const std::vector<Stage>& stages) {
    return std::any_of(stages.begin(), stages.end(),
                       [](const Stage& s) { return s.every_ms >= 0 || has_every(s.group); });
  }

  const ast::Clause* clause(ast::Clause::Kind kind) const {
    for (const ast::Clause& c : decl_.clauses)
      if (c.kind == kind) return &c;
    return nullptr;
  }

  // Loops that give very many matches.
  void warn_many(const std::vector<Stage>& stages, const std::vector<ast::Stage>& text) {
    for (size_t i = 0; i < stages.size(); ++i) {
      const Stage& s = stages[i];
      bool tight = pattern_.within_ms >= 0 && pattern_.within_ms <= kTightMs;
      if (is_loop(s) && !tight) {
        std::string in = pattern_.within_ms >= 0 ? " within " + duration(pattern_.within_ms) : "";
        std::string events = std::to_string(kFitting) + " events that fit " + called(s) + in + " give up to ";
        if (s.inner == InnerContiguity::kCombinations &&
            choices(s.times_min, s.times_max) > kFewCombinations) {
          context_->report.warning(find_modifier(text[i], ast::Modifier::kAllowCombinations)->span,
                                   "`allowCombinations` takes every choice of events: " + events +
                                       grouped(choices(s.times_min, s.times_max)) +
                                       " matches; make `within` tight, or take it off; fewer come out with " + kFewer);
        } else if (s.contiguity == Contiguity::kFollowedByAny && s.times_max == plan::kUnbounded) {
          context_->report.warning(
              text[i].contiguity.span,
              "`followedByAny` starts the loop at every event that fits: " + events +
                  grouped(kFitting * (kFitting + 1) / 2) +
                  " matches for one beginning; make `within` tight, or write `followedBy`; fewer come out with " + kFewer);
        }
      }
      warn_many(s.group, text[i].group);
    }
  }

  // Matches that every further event multiplies, where neither a skip strategy nor a throttle keeps them back.
  void warn_flood() {
    const bool tight = pattern_.within_ms >= 0 && pattern_.within_ms <= kTightMs;
    const bool throttled = pattern_.alert && pattern_.alert->throttle_ms >= 0;
    if (tight || throttled || pattern_.skip != plan::Skip::kNone) return;
    const std::string in = pattern_.within_ms >= 0 ? " within " + duration(pattern_.within_ms) : "";
    const Stage& first = pattern_.sequence.front();
    // A greedy loop gives each beginning its longest stretch alone, but at the end of the pattern it changes nothing.
    const bool longest = first.greedy && pattern_.sequence.size() > 1;
    const bool beats = first.every_ms >= 0 && first.every_ms <= kTightMs;
    const uint64_t lengths = is_loop(first) && !longest && !beats ? stretches(first.times_min, first.times_max) : 0;
    if (lengths > kFewMatches) {
      context_->report.warning(
          first.span, "every event that fits " + called(first) + " begins anew and makes all before it longer: " + std::to_string(kFitting) +
                          " of them" + in + " give up to " + grouped(lengths) + " matches; add " + kFewer);
      return;
    }
    uint32_t any = 0;
    const Stage* last = nullptr;
    for (const Stage& s : pattern_.sequence) {
      if (!branches(s)) continue;
      ++any;
      last = &s;
    }
    if (any < 2 || choices(any, any) <= kFewMatches) return;
    context_->report.warning(last->span, std::to_string(any) + " stages with `followedByAny` multiply: " + std::to_string(kFitting) + " events that fit them" +
                                             in + " give up to " + grouped(choices(any, any)) +
                                             " matches for one beginning; write `followedBy`, or add " + kFewer);
  }

  static std::string duration(int64_t ms) {
    std::string text;
    base::append_duration(ms, &text);
    return text;
  }

  void warn_never(const std::vector<Stage>& stages, const std::vector<ast::Stage>& text) {
    for (size_t i = 0; i < stages.size(); ++i) {
      const Stage& s = stages[i];
      if (!s.group.empty()) {
        warn_never(s.group, text[i].group);
        continue;
      }
      const ast::Modifier* where = find_modifier(text[i], ast::Modifier::kWhere);
      if (!where || s.where < 0) continue;
      const plan::Predicate& predicate = pattern_.predicates[static_cast<size_t>(s.where)];
      if (!predicate.expr) continue;
      warn_condition(s, *where, *predicate.expr);
    }
  }

  void warn_condition(const Stage& s, const ast::Modifier& where, const expr::Expr& condition) {
    bool negated = is_negated(s.contiguity);
    std::string what = negated      ? ", so this stage forbids nothing"
                       : s.optional ? ", so this stage is always left out"
                                    : ", so the pattern never matches";
    if (never_holds(condition, {})) {
      context_->report.warning(where.expr->span,
                               "`" + s.name + "` can never match: no event satisfies this condition" + what);
      return;
    }
    // The first event of a stage has none of its own stage, nor of any later one, before it.
    std::vector<bool> empty(pattern_.stages.size(), false);
    for (size_t i = static_cast<size_t>(s.index); i < empty.size(); ++i) empty[i] = true;
    if (negated || !never_holds(condition, empty)) return;
    context_->report.warning(where.expr->span,
                             "the condition of `" + s.name + "` needs an earlier event of `" + s.name +
                                 "`, and the first has none: what is read of it is null there" + what +
                                 "; write `" + s.name + ".FIELD is null or …`");
  }

  const ast::PatternDecl& decl_;
  const plan::PatternNode& pattern_;
  Context* context_;
};

}  // namespace

std::string grouped(uint64_t n) {
  std::string digits = std::to_string(n), out;
  for (size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % 3 == 0) out += ',';
    out += digits[i];
  }
  return out;
}

void warn_pattern(const ast::PatternDecl& decl, const plan::PatternNode& pattern, Context* context) {
  Warner(decl, pattern, context).warn();
}

}  // namespace cep::lang
