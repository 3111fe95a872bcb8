// The evaluation of compiled nodes. Recursion goes as deep as the expression.
#include <cstring>
#include <memory>

#include "expr/compare.h"
#include "expr/nodes.h"
#include "expr/stage_aggregate.h"

namespace cep::expr {
namespace {

Truth truth_of(bool b) { return static_cast<Truth>(b); }

Truth truth_of(const Value& v) { return v.is_null() ? Truth::kNull : truth_of(v.b); }

Value value_of(Truth t) { return t == Truth::kNull ? Value::null() : Value::boolean(t == Truth::kTrue); }

bool in_mask(uint8_t mask, int order) { return mask >> (order + 1) & 1; }

inline Truth field_bool(const Node& n, const event::Row& row) {
  return row.is_null(n.slot) ? Truth::kNull : truth_of(row.slots()[n.slot] != 0);
}

inline Truth field_whole(const Node& n, const event::Row& row) {
  if (row.is_null(n.slot)) return Truth::kNull;
  int64_t x = static_cast<int64_t>(row.slots()[n.slot]);
  return truth_of(in_mask(n.mask, three_way(x, n.constant.i)));
}

inline Truth field_double(const Node& n, const event::Row& row) {
  if (row.is_null(n.slot)) return Truth::kNull;
  double x;
  std::memcpy(&x, &row.slots()[n.slot], sizeof x);
  return truth_of(in_mask(n.mask, three_way(x, n.constant.d)));
}

inline Truth field_string(const Node& n, const event::Row& row) {
  if (row.is_null(n.slot)) return Truth::kNull;
  uint64_t slot = row.slots()[n.slot];
  uint32_t size = static_cast<uint32_t>(slot >> 32);
  const char* bytes = reinterpret_cast<const char*>(&row) + static_cast<uint32_t>(slot);
  bool equal = size == n.constant.size && equal_bytes(bytes, n.constant.s, size);
  return truth_of(equal != n.negated);
}

}  // namespace

// A value, without a call for the most common ones.
inline Value Compiled::operand(const Node& n, EvalContext& c) const {
  if (n.code == Code::kField) return c.row->get(n.slot, n.type);
  return n.code == Code::kConst ? n.constant : value(n, c);
}

Value Compiled::value(const Node& n, EvalContext& c) const {
  const Node* args = nodes.data() + n.first;
  switch (n.code) {
    case Code::kConst:
      return n.constant;
    case Code::kField:
      return c.row->get(n.slot, n.type);
    case Code::kFieldByInput:
      return read_field(*c.row, n.source->slots, n.type);
    case Code::kSelected:
      return c.selected[n.index];
    case Code::kStageField:
      return stage_field(n, c);
    case Code::kStageCount:
      return Value::integer(static_cast<int64_t>(c.history->count(n.index)));
    case Code::kStageAggregate:
      return stage_aggregate(c, *n.source);
    case Code::kAggregate:
      return c.aggregates[n.index];
    case Code::kBound:
      return c.bounds[n.index];
    case Code::kSideField:
      return side_field(n, c);
    case Code::kLookup:
    case Code::kInTable:
      return table_field(n, c);
    case Code::kArithmetic: {
      Value a = operand(args[0], c);
      if (a.is_null()) return a;
      Value b = operand(args[1], c);
      return b.is_null() ? b : n.binary(c, a, b);
    }
    case Code::kNegate:
      return negate(c, value(args[0], c));
    case Code::kChoose:
      return choose(n, c);
    case Code::kConcat:
    case Code::kCall:
      return call(n, c);
    default:
      return value_of(truth(n, c));
  }
}

Truth Compiled::truth(const Node& n, EvalContext& c) const {
  const Node* args = nodes.data() + n.first;
  switch (n.code) {
    case Code::kAlways:
      return static_cast<Truth>(n.index);
    case Code::kFieldBool:
      return field_bool(n, *c.row);
    case Code::kFieldIsNull:
      return truth_of(c.row->is_null(n.slot) != n.negated);
    case Code::kFieldWhole:
      return field_whole(n, *c.row);
    case Code::kFieldDouble:
      return field_double(n, *c.row);
    case Code::kFieldString:
      return field_string(n, *c.row);
    case Code::kAnd:
      return all(n, c);
    case Code::kOr:
      return any(n, c);
    case Code::kNot: {
      Truth t = truth(args[0], c);
      return t == Truth::kNull ? t : truth_of(t == Truth::kFalse);
    }
    case Code::kIsNull:
      return truth_of(value(args[0], c).is_null() != n.negated);
    case Code::kCompare: {
      Value a = operand(args[0], c);
      if (a.is_null()) return Truth::kNull;
      Value b = operand(args[1], c);
      return b.is_null() ? Truth::kNull : truth_of(in_mask(n.mask, compare(a, b)));
    }
    case Code::kIn:
      return in(n, c);
    case Code::kInSet:
      return in_set(n, c);
    case Code::kMatches: {
      Value text = operand(args[0], c);
      return text.is_null() ? Truth::kNull : truth_of(n.regex->matches(text.str()));
    }
    default:
      return truth_of(value(n, c));
  }
}

bool Compiled::holds(const Node& n, EvalContext& c) const {
  const Node* arg = nodes.data() + n.first;
  switch (n.code) {
    case Code::kAnd:
      for (const Node* end = arg + n.count; arg < end; ++arg)
        if (!holds(*arg, c)) return false;
      return true;
    case Code::kOr:
      for (const Node* end = arg + n.count; arg < end; ++arg)
        if (holds(*arg, c)) return true;
      return false;
    case Code::kFieldBool:
      return field_bool(n, *c.row) == Truth::kTrue;
    case Code::kFieldWhole:
      return field_whole(n, *c.row) == Truth::kTrue;
    case Code::kFieldDouble:
      return field_double(n, *c.row) == Truth::kTrue;
    case Code::kFieldString:
      return field_string(n, *c.row) == Truth::kTrue;
    default:
      return truth(n, c) == Truth::kTrue;
  }
}

Truth Compiled::all(const Node& n, EvalContext& c) const {
  Truth result = Truth::kTrue;
  for (uint32_t i = n.first; i < n.first + n.count; ++i) {
    Truth t = truth(nodes[i], c);
    if (t == Truth::kFalse) return t;
    if (t == Truth::kNull) result = t;
  }
  return result;
}

Truth Compiled::any(const Node& n, EvalContext& c) const {
  Truth result = Truth::kFalse;
  for (uint32_t i = n.first; i < n.first + n.count; ++i) {
    Truth t = truth(nodes[i], c);
    if (t == Truth::kTrue) return t;
    if (t == Truth::kNull) result = t;
  }
  return result;
}

Truth Compiled::in(const Node& n, EvalContext& c) const {
  Value x = operand(nodes[n.first], c);
  if (x.is_null()) return Truth::kNull;
  bool met_null = false;
  for (uint32_t i = n.first + 1; i < n.first + n.count; ++i) {
    Value y = value(nodes[i], c);
    if (y.is_null()) {
      met_null = true;
    } else if (compare(x, y) == 0) {
      return truth_of(!n.negated);
    }
  }
  return met_null ? Truth::kNull : truth_of(n.negated);
}

Truth Compiled::in_set(const Node& n, EvalContext& c) const {
  Value x = operand(nodes[n.first], c);
  if (x.is_null()) return Truth::kNull;
  if (n.set->contains(x)) return truth_of(!n.negated);
  return n.set_has_null ? Truth::kNull : truth_of(n.negated);
}

Value Compiled::choose(const Node& n, EvalContext& c) const {
  const Node* args = nodes.data() + n.first;
  return widen(value(args[holds(args[0], c) ? 1 : 2], c), n.type);
}

// Functions and joined strings: the arguments side by side, in the arena where they are many.
Value Compiled::call(const Node& n, EvalContext& c) const {
  constexpr uint32_t kFew = 8;
  Value few[kFew];
  Value* args = n.count <= kFew ? few : reinterpret_cast<Value*>(c.arena->allocate(n.count * sizeof(Value)));
  for (uint32_t i = 0; i < n.count; ++i) {
    std::construct_at(args + i, value(nodes[n.first + i], c));
    if (n.strict && args[i].is_null()) return args[i];
  }
  return n.code == Code::kConcat ? join(c, args, n.count) : n.function->call(c, {args, n.count}, n.type);
}

Value Compiled::stage_field(const Node& n, EvalContext& c) const {
  const Expr& e = *n.source;
  size_t number = static_cast<size_t>(e.index);
  const event::Row* row =
      e.op == Op::kStageLast ? c.history->last(e.stage, number) : c.history->first(e.stage, number);
  return row ? read_field(*row, e.slots, e.type) : Value::null();
}

Value Compiled::side_field(const Node& n, EvalContext& c) const {
  const event::Row* row = c.sides[n.index];
  return row && n.slot != kNoSlot ? row->get(n.slot, n.type) : Value::null();
}

Value Compiled::table_field(const Node& n, EvalContext& c) const {
  constexpr uint32_t kFew = 8;
  Value few[kFew];
  Value* key = n.count <= kFew ? few : reinterpret_cast<Value*>(c.arena->allocate(n.count * sizeof(Value)));
  for (uint32_t i = 0; i < n.count; ++i) {
    std::construct_at(key + i, value(nodes[n.first + i], c));
    if (key[i].is_null()) return Value::null();
  }
  const event::Row* row = c.tables->find(n.index, key, n.count);
  if (n.code == Code::kInTable) return Value::boolean(row != nullptr);
  return row ? row->get(n.slot, n.type) : Value::null();
}

}  // namespace cep::expr
