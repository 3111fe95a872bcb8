// A compiled expression: nodes in one array, the arguments of a node side by side. There are two kinds:
// values, and truths (conditions, with an evaluation of their own in three values); the most common
// conditions are one node.
#pragma once
#include <cstdint>
#include <memory>
#include <vector>

#include "expr/arithmetic.h"
#include "expr/const_set.h"
#include "expr/functions.h"
#include "expr/program.h"
#include "expr/regex.h"

namespace cep::expr {

enum class Truth : int8_t { kFalse, kTrue, kNull };

enum class Code : uint8_t {
  // Values
  kConst,           // constant
  kField,           // slot, type
  kFieldByInput,    // source->slots, type
  kSelected,        // index
  kStageField,      // source: kStageLast, kStageFirst
  kStageCount,      // stage
  kStageAggregate,  // source
  kAggregate,       // index
  kBound,           // index
  kSideField,       // index: the side; slot, type
  kLookup,          // index: the table; slot, type; the arguments are its key
  kInTable,         // index: the table; the argument is its key
  kArithmetic,      // binary
  kNegate,
  kConcat,  // n-ary `+` of strings, none null
  kChoose,  // if: type; the condition is a truth
  kCall,    // function, type
  // Truths. Each kind may stand where the other is asked for.
  kAlways,       // index: a Truth
  kFieldBool,    // slot
  kFieldIsNull,  // slot, negated
  kFieldWhole,   // slot (int, timestamp, duration) compared with constant, by mask
  kFieldDouble,  // slot (double) compared with constant, by mask
  kFieldString,  // slot (string) == or (negated) != constant
  kAnd,
  kOr,  // n-ary
  kNot,
  kIsNull,   // negated
  kCompare,  // by mask
  kIn,       // args[0] among args[1..]; negated
  kInSet,    // args[0] in set; negated; set_has_null
  kMatches,  // regex
};

// Which results of compare() a comparison holds for: bit 0 less, bit 1 equal, bit 2 greater.
inline constexpr uint8_t kLess = 1, kEqual = 2, kGreater = 4;

struct Node {
  Code code = Code::kConst;
  Type type = Type::kNull;
  uint8_t mask = 0;
  bool negated = false;
  bool set_has_null = false;
  bool strict = false;  // kCall, kConcat: null if an argument is
  uint16_t slot = 0;
  uint32_t first = 0;  // arguments: nodes [first, first + count)
  uint32_t count = 0;
  int32_t index = 0;
  Value constant;
  union {
    const Expr* source = nullptr;
    BinaryFn binary;
    const Function* function;
    const ConstSet* set;
    const Regex* regex;
  };
};

struct Compiled {
  ExprPtr expression;       // holds the bytes of the constants
  std::vector<Node> nodes;  // the root is nodes[0]
  std::vector<std::unique_ptr<ConstSet>> sets;
  std::vector<std::unique_ptr<Regex>> regexes;

  Value value(const Node& n, EvalContext& c) const;
  Truth truth(const Node& n, EvalContext& c) const;
  // truth == kTrue, without looking further than that needs.
  bool holds(const Node& n, EvalContext& c) const;

 private:
  Value operand(const Node& n, EvalContext& c) const;
  Value choose(const Node& n, EvalContext& c) const;
  Value call(const Node& n, EvalContext& c) const;
  Value stage_field(const Node& n, EvalContext& c) const;
  Value side_field(const Node& n, EvalContext& c) const;
  Value table_field(const Node& n, EvalContext& c) const;
  Truth all(const Node& n, EvalContext& c) const;
  Truth any(const Node& n, EvalContext& c) const;
  Truth in(const Node& n, EvalContext& c) const;
  Truth in_set(const Node& n, EvalContext& c) const;
};

// Fills in all but `expression`, which is given.
void compile(Compiled* out);

}  // namespace cep::expr
