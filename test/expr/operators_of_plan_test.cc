// What windows, joins and tables give to expressions: aggregates, bounds, fields of sides, rows of tables.
#include <doctest/doctest.h>

#include <map>

#include "expr/sheet.h"

using namespace cep;
using namespace cep::expr;

namespace {

ExprPtr node(Op op, Type type, int index, std::vector<uint16_t> slots = {}, std::vector<ExprPtr> args = {}) {
  auto e = std::make_shared<Expr>();
  e->op = op;
  e->type = type;
  (op == Op::kSideField ? e->stage : e->index) = index;
  e->slots = std::move(slots);
  e->args = std::move(args);
  return e;
}
ExprPtr constant(const Value& v) {
  auto e = std::make_shared<Expr>();
  e->type = v.type;
  e->constant = OwnedValue(v);
  return e;
}

event::RowBuilder row_of(const std::vector<Value>& values) {
  event::RowBuilder b;
  b.start(static_cast<uint16_t>(values.size()));
  for (uint32_t i = 0; i < values.size(); ++i) b.set(i, values[i]);
  b.finish(0, 0);
  return b;
}

// Table 2 holds one row, at the key (1, "a"), or for keys of one value at 1.
class OneRow : public Tables {
 public:
  OneRow() : row_(row_of({Value::string("found"), Value::null()})) {}
  const event::Row* find(int table, const Value* key, size_t n) const override {
    ++asked;
    bool first = table == 2 && n >= 1 && key[0].type == Type::kInt && key[0].i == 1;
    bool hit = first && (n == 1 || (key[1].type == Type::kString && key[1].str() == "a"));
    return hit ? row_.finish(0, 0) : nullptr;
  }
  mutable int asked = 0;

 private:
  mutable event::RowBuilder row_;
};

struct Bench {
  Arena arena;
  EvalContext c;
  Bench() { c.arena = &arena; }
  std::string print(const ExprPtr& e) {
    std::string out;
    append_text(Program(e).eval(c), &out);
    if (e->type == Type::kBool) CHECK(Program(fold(e)).holds(c) == (out == "true"));
    return out;
  }
};

}  // namespace

TEST_CASE("aggregates and bounds are read by number") {
  Bench b;
  Value aggregates[] = {Value::integer(3), Value::null()};
  Value bounds[] = {Value::string("k"), Value::timestamp(5)};
  b.c.aggregates = aggregates;
  b.c.bounds = bounds;
  ExprPtr n = node(Op::kAggregate, Type::kInt, 0);
  CHECK(b.print(n) == "3");
  CHECK(b.print(node(Op::kAggregate, Type::kDouble, 1)) == "null");
  CHECK(b.print(node(Op::kBound, Type::kString, 0)) == "k");
  CHECK(b.print(node(Op::kBound, Type::kTimestamp, 1)) == "1970-01-01T00:00:00.005Z");
  CHECK(b.print(node(Op::kGt, Type::kBool, 0, {}, {n, constant(Value::integer(2))})) == "true");
  CHECK(b.print(node(Op::kMul, Type::kInt, 0, {}, {n, n})) == "9");
}

TEST_CASE("a field of a side is null where the side has no row") {
  Bench b;
  event::RowBuilder left = row_of({Value::integer(1), Value::boolean(true)});
  b.c.sides[0] = left.finish(0, 0);
  CHECK(b.print(node(Op::kSideField, Type::kInt, 0, {0})) == "1");
  CHECK(b.print(node(Op::kSideField, Type::kBool, 0, {1})) == "true");
  CHECK(b.print(node(Op::kSideField, Type::kInt, 0, {kNoSlot})) == "null");
  CHECK(b.print(node(Op::kSideField, Type::kInt, 1, {0})) == "null");
  ExprPtr right = node(Op::kSideField, Type::kBool, 1, {1});
  CHECK(b.print(node(Op::kIsNull, Type::kBool, 0, {}, {right})) == "true");
  CHECK(b.print(node(Op::kNot, Type::kBool, 0, {}, {right})) == "null");
}

TEST_CASE("a look-up reads the row at its key; a missing row and a null key give null") {
  Bench b;
  OneRow tables;
  b.c.tables = &tables;
  auto at = [&](const Value& k1, const Value& k2, uint16_t slot = 0) {
    return b.print(node(Op::kLookup, Type::kString, 2, {slot}, {constant(k1), constant(k2)}));
  };
  CHECK(at(Value::integer(1), Value::string("a")) == "found");
  CHECK(at(Value::integer(1), Value::string("a"), 1) == "null");
  CHECK(at(Value::integer(1), Value::string("b")) == "null");
  int before = tables.asked;
  CHECK(at(Value::integer(1), Value::null()) == "null");
  CHECK(tables.asked == before);
}

TEST_CASE("in TABLE is true, false, or null for a null") {
  Bench b;
  OneRow tables;
  b.c.tables = &tables;
  auto in = [&](const Value& k) {
    return b.print(node(Op::kInTable, Type::kBool, 2, {}, {constant(k)}));
  };
  CHECK(in(Value::integer(1)) == "true");
  CHECK(in(Value::integer(2)) == "false");
  CHECK(in(Value::null()) == "null");
  ExprPtr inside = node(Op::kInTable, Type::kBool, 2, {}, {constant(Value::integer(1))});
  CHECK(b.print(node(Op::kNot, Type::kBool, 0, {}, {inside})) == "false");
}

TEST_CASE("they have a canonical text, are no history, and are never folded") {
  ExprPtr key = constant(Value::integer(1));
  std::map<std::string, ExprPtr> all = {
      {"(aggregate 1:int)", node(Op::kAggregate, Type::kInt, 1)},
      {"(bound 0:string)", node(Op::kBound, Type::kString, 0)},
      {"(side 1 $4:int)", node(Op::kSideField, Type::kInt, 1, {4})},
      {"(lookup 2 $0:string 1)", node(Op::kLookup, Type::kString, 2, {0}, {key})},
      {"(in-table 2 1)", node(Op::kInTable, Type::kBool, 2, {}, {key})},
  };
  for (const auto& [text, e] : all) {
    CHECK(canonical_text(*e) == text);
    CHECK_FALSE(reads_history(*e));
    CHECK(fold(e) == e);
  }
  // Arguments are folded.
  ExprPtr sum = node(Op::kAdd, Type::kInt, 0, {}, {key, key});
  CHECK(canonical_text(*fold(node(Op::kInTable, Type::kBool, 0, {}, {sum}))) == "(in-table 0 2)");
}
