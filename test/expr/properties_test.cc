// Laws that hold for all values, against slow and obvious references.
#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <functional>

#include "expr/arithmetic.h"
#include "expr/compare.h"
#include "expr/const_set.h"
#include "expr/sheet.h"

using namespace cep;
using namespace cep::expr;
using cep::expr::test::Sheet;
using Wide = __int128;

namespace {

// Values round the places where doubles and ints part, and any others.
rc::Gen<int64_t> whole() {
  return rc::gen::exec([] {
    int64_t edge = *rc::gen::element<int64_t>(0, 1LL << 53, -(1LL << 53), INT64_MAX, INT64_MIN,
                                              *rc::gen::arbitrary<int64_t>());
    int64_t near;
    return __builtin_add_overflow(edge, *rc::gen::inRange<int64_t>(-3, 4), &near) ? edge : near;
  });
}
rc::Gen<double> finite_double() {
  return rc::gen::exec([] {
    double d;
    int64_t bits = *rc::gen::arbitrary<int64_t>();
    std::memcpy(&d, &bits, sizeof d);
    d = *rc::gen::element(d, static_cast<double>(*whole()), static_cast<double>(*whole()) + 0.5);
    int steps = *rc::gen::inRange(-2, 3);
    for (; steps > 0; --steps) d = std::nextafter(d, INFINITY);
    for (; steps < 0; ++steps) d = std::nextafter(d, -INFINITY);
    return std::isfinite(d) ? d : 0.0;
  });
}

Value or_null(Wide x) {
  return x < INT64_MIN || x > INT64_MAX ? Value::null() : Value::integer(static_cast<int64_t>(x));
}

}  // namespace

TEST_CASE("int and double compare as real numbers do") {
  CHECK(rc::check("compare(int, double) is exact", [] {
    int64_t i = *whole();
    double d = *finite_double();
    // A long double holds both exactly on this machine: 64 bits of mantissa.
    static_assert(__LDBL_MANT_DIG__ >= 64);
    long double x = i, y = d;
    int expected = x < y ? -1 : x > y;
    RC_ASSERT(compare_int_double(i, d) == expected);
    RC_ASSERT(compare(Value::integer(i), Value::real(d)) == expected);
    RC_ASSERT(compare(Value::real(d), Value::integer(i)) == -expected);
  }));
}

TEST_CASE("int arithmetic is exact or null") {
  CHECK(rc::check("against 128 bits", [] {
    Wide a = *whole(), b = *whole();
    Arena arena;
    EvalContext c;
    c.arena = &arena;
    auto is = [&](Op op, const Value& expected) {
      uint64_t before = c.faults;
      Value v = arithmetic(op, Type::kInt, Type::kInt)(c, Value::integer(static_cast<int64_t>(a)),
                                                       Value::integer(static_cast<int64_t>(b)));
      RC_ASSERT(same(v, expected));
      RC_ASSERT(c.faults - before == (expected.is_null() ? 1u : 0u));
    };
    is(Op::kAdd, or_null(a + b));
    is(Op::kSub, or_null(a - b));
    is(Op::kMul, or_null(a * b));
    is(Op::kDiv, b == 0 ? Value::null() : or_null(a / b));
    is(Op::kRem, b == 0 ? Value::null() : or_null(a % b));
  }));
}

TEST_CASE("a set holds what equality finds") {
  CHECK(rc::check("ConstSet::contains == any compare == 0", [] {
    Type type = *rc::gen::element(Type::kInt, Type::kDouble, Type::kString);
    std::vector<std::string> texts =
        *rc::gen::container<std::vector<std::string>>(rc::gen::string<std::string>());
    std::vector<Value> list;
    auto number = [] {
      return *rc::gen::arbitrary<bool>() ? Value::integer(*whole()) : Value::real(*finite_double());
    };
    if (type == Type::kString)
      for (const std::string& t : texts) list.push_back(Value::string(t));
    else
      for (size_t i = 0, n = *rc::gen::inRange<size_t>(0, 30); i < n; ++i) list.push_back(number());
    ConstSet set(type, list);
    std::string other = *rc::gen::arbitrary<std::string>();
    std::vector<Value> tried = list;
    tried.push_back(type == Type::kString ? Value::string(other) : number());
    for (Value v : tried) {
      v = widen(v, type);
      if (v.type != type) continue;
      bool expected =
          std::any_of(list.begin(), list.end(), [&](const Value& x) { return compare(v, x) == 0; });
      RC_ASSERT(set.contains(v) == expected);
    }
  }));
}

TEST_CASE("equal texts are equal byte by byte") {
  CHECK(rc::check("equal_text == operator==", [] {
    std::string a = *rc::gen::container<std::string>(*rc::gen::inRange<size_t>(0, 40),
                                                     rc::gen::arbitrary<char>()),
                b = a;
    if (!b.empty() && *rc::gen::arbitrary<bool>()) b[*rc::gen::inRange<size_t>(0, b.size())] ^= 1;
    RC_ASSERT(equal_text(a, b) == (a == b));
    RC_ASSERT(!equal_text(a, b + "x"));
  }));
}

TEST_CASE("and, or, not follow the tables of three values") {
  CHECK(rc::check("trees of conditions", [] {
    Sheet sheet({{"x0", Type::kBool},
                 {"x1", Type::kBool, Value::boolean(false)},
                 {"x2", Type::kBool, Value::boolean(true)}});
    // Text and its value are made together; the order of kNo < kUnknown < kYes makes `and` the least, `or`
    // the greatest.
    static constexpr int kNo = 0, kUnknown = 1, kYes = 2;
    std::function<std::pair<std::string, int>(int)> tree = [&](int depth) -> std::pair<std::string, int> {
      int kind = depth == 0 ? 0 : *rc::gen::inRange(0, 4);
      if (kind == 0) {
        int leaf = *rc::gen::inRange(0, 3);
        return {"x" + std::to_string(leaf), leaf == 0 ? kUnknown : leaf == 1 ? kNo : kYes};
      }
      auto a = tree(depth - 1);
      if (kind == 1) return {"not (" + a.first + ")", kYes - a.second};
      auto b = tree(depth - 1);
      if (kind == 2) return {"(" + a.first + " and " + b.first + ")", std::min(a.second, b.second)};
      return {"(" + a.first + " or " + b.first + ")", std::max(a.second, b.second)};
    };
    auto [text, value] = tree(*rc::gen::inRange(0, 5));
    RC_ASSERT(sheet.print(text) == (value == kUnknown ? "null" : value == kYes ? "true" : "false"));
  }));
}

TEST_CASE("a fused comparison is the plain one") {
  CHECK(rc::check("field op constant == field op (constant + 0 of a field)", [] {
    int64_t n = *whole(), k = *whole();
    double d = *finite_double(), x = *finite_double();
    Sheet sheet({{"n", Type::kInt, Value::integer(n)},
                 {"d", Type::kDouble, Value::real(d)},
                 {"k", Type::kInt, Value::integer(k)},
                 {"x", Type::kDouble, Value::real(x)}});
    auto constant = [](const Value& v) {
      auto e = std::make_shared<Expr>();
      e->type = v.type;
      e->constant = OwnedValue(v);
      return e;
    };
    Op op = *rc::gen::element(Op::kEq, Op::kNe, Op::kLt, Op::kLe, Op::kGt, Op::kGe);
    for (const char* left : {"n", "d"})
      for (const char* right : {"k", "x"}) {
        auto plain = std::make_shared<Expr>();
        plain->op = op;
        plain->type = Type::kBool;
        plain->args = {sheet.read(left), sheet.read(right)};
        auto fused = std::make_shared<Expr>(*plain);
        fused->args[1] = constant(*right == 'k' ? Value::integer(k) : Value::real(x));
        Arena arena;
        EvalContext c = sheet.context(&arena);
        RC_ASSERT(same(Program(plain).eval(c), Program(fused).eval(c)));
        std::swap(plain->args[0], plain->args[1]);
        std::swap(fused->args[0], fused->args[1]);
        RC_ASSERT(same(Program(plain).eval(c), Program(fused).eval(c)));
      }
  }));
}
