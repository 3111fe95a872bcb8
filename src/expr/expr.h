// The bound expression: names resolved, types checked, pure data. `lang` builds it, `expr/program.h` evaluates it, `plan` carries it.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "cep/diagnostic.h"
#include "cep/value.h"

namespace cep::expr {

enum class Op : uint8_t {
  kConst,       // constant
  kField,       // field `slots[row.input]` of the current row
  kSelected,    // value number `index` of the select list (in messages, having, throttle keys)
  kStageLast,   // field of the event number `index` (0: the last) from the end that stage `stage` has taken; null if none
  kStageFirst,  // the same from the beginning
  kStageCount,  // count(stage)
  kStageSum, kStageAvg, kStageMin, kStageMax,  // over a field of all events taken by `stage`; nulls not counted; of none: null
  kOr, kAnd, kNot,                             // three-valued
  kEq, kNe, kLt, kLe, kGt, kGe,
  kIn, kNotIn,       // args[0] in args[1..]
  kIsNull, kIsNotNull,
  kMatches,          // args[0] matches the constant pattern `constant`
  kAdd, kSub, kMul, kDiv, kRem, kNeg,  // by the types of the arguments: numbers, strings (+), timestamps, durations
  kIf,               // args: condition, then, else
  kCall,             // function number `index` of expr/functions.h
  kAggregate,        // value number `index` of EvalContext::aggregates (windows)
  kBound,            // value number `index` of EvalContext::bounds: the key fields of a window, then window_start, window_end
  kSideField,        // field slots[0] of EvalContext::sides[stage] (joins; null where the side has no row)
  kLookup,           // table number `index` at key args…: its field slots[0]; a missing row is null
  kInTable,          // whether args[0] is a key of table number `index`
};

struct Expr;
using ExprPtr = std::shared_ptr<const Expr>;

struct Expr {
  Op op = Op::kConst;
  Type type = Type::kNull;  // kNull: always null
  std::vector<ExprPtr> args;
  OwnedValue constant;           // kConst, kMatches
  std::vector<uint16_t> slots;   // fields: slot by Row::input of the row that is read (one entry per input of the reader; a reader with one
                                 // input has one). kNoSlot where that input lacks the field: reads as null
  Type field_type = Type::kNull;  // kStageAvg: REQUIRED, the type of the field (the average of ints is a double). Others: it is `type`
  int32_t stage = -1;            // kStage…: index in the pattern's list of stages
  int32_t index = 0;             // kSelected, kStageLast, kStageFirst, kCall
  Span span;                     // where it stands in the source
};

inline constexpr uint16_t kNoSlot = 0xffff;

// Whether it reads what a run has taken (any kStage…): then it belongs to the run, else to the event alone.
bool reads_history(const Expr& e);

// A canonical text of the bound expression (no spans): equal texts mean equal values on every input. Used to share predicates and in `explain`.
std::string canonical_text(const Expr& e);

}  // namespace cep::expr
