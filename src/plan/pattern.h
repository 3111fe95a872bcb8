// A pattern as data: stages, contiguity, quantifiers, skip strategy, limits; and the predicates its compiled automaton tests.
// Legality is checked in lang/rules; what each thing matches: test/conformance.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "expr/expr.h"

namespace cep::plan {

enum class Contiguity : uint8_t { kBegin, kNext, kFollowedBy, kFollowedByAny, kNotNext, kNotFollowedBy };
enum class InnerContiguity : uint8_t { kRelaxed, kConsecutive, kCombinations };
inline constexpr uint32_t kUnbounded = UINT32_MAX;

// Conditions live in PatternNode::predicates; stages name them by index, -1 for none (`where` absent: every event of the stage's source fits).
struct Stage {
  std::string name;            // of groups: empty
  Contiguity contiguity = Contiguity::kBegin;
  int index = -1;              // named stages: index in PatternNode::stages (order of the text, groups inlined); groups: -1
  int where = -1;              // predicate; -1: always
  int until = -1;              // predicate; -1: none
  uint32_t times_min = 1;      // `times 0..m` is optional with times_min 1
  uint32_t times_max = 1;      // kUnbounded: oneOrMore, n+
  bool optional = false;
  bool greedy = false;
  InnerContiguity inner = InnerContiguity::kRelaxed;
  int64_t every_ms = -1;       // `every D`; -1: none
  std::vector<Stage> group;    // not empty: a group
  Span span;                   // of the name, or of the group's `{`
};

// A condition on one event and perhaps on the run.
struct Predicate {
  expr::ExprPtr expr;          // null: true for every event that passes `input`
  int input = -1;              // `NAME : SOURCE`: holds only for rows of this input; -1: any
  bool on_history = false;     // reads what the run has taken
  int64_t gap_ms = -1;         // >= 0: no expression; holds if row.time - (time of the run's last event) < gap_ms (`every D`), history
};

enum class Skip : uint8_t { kNone, kToNext, kPastLast, kToFirst, kToLast };

struct NamedExpr {
  std::string name;
  expr::ExprPtr expr;
};

// One piece of a message: text, then the value of an expression (null: none).
struct MessagePart {
  std::string text;
  expr::ExprPtr expr;
};

enum class Level : uint8_t { kInfo, kLow, kMedium, kHigh, kCritical };

struct Alert {
  Level level = Level::kLow;
  bool has_message = false;
  std::vector<MessagePart> message;
  int64_t throttle_ms = -1;                     // `at most once per D`; -1: none
  bool throttle_by_given = false;               // else per key
  std::vector<expr::ExprPtr> throttle_by;       // evaluated like the message
};

struct OnTimeout {
  std::vector<NamedExpr> select;
  std::optional<Alert> alert;
};

}  // namespace cep::plan
