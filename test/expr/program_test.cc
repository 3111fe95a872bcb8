// Folding, canonical text, what reads history, regular expressions that cannot be used, values as text, the
// arena.
#include "expr/program.h"

#include <doctest/doctest.h>

#include <cmath>
#include <cstring>

#include "expr/regex.h"
#include "expr/sheet.h"

using namespace cep;
using namespace cep::expr;
using cep::expr::test::read_constant;
using cep::expr::test::Sheet;

namespace {

Sheet sheet() {
  return Sheet({{"id", Type::kString, Value::string("e1")},
                {"type", Type::kString, Value::string("PAYMENT")},
                {"amount", Type::kDouble, Value::real(12.5)},
                {"n", Type::kInt, Value::integer(5)},
                {"b", Type::kBool, Value::boolean(true)}});
}
std::string canonical(const std::string& text) { return canonical_text(*sheet().read(text)); }
std::string text_of(const Value& v) {
  std::string out;
  append_text(v, &out);
  return out;
}

}  // namespace

TEST_CASE("constants fold to one constant of their type") {
  auto folded = [](const std::string& text) {
    ExprPtr e = read_constant(text);
    CHECK(e->op == Op::kConst);
    return std::string(type_name(e->type)) + " " + text_of(e->constant.get());
  };
  CHECK(folded("5 * 2") == "int 10");
  CHECK(folded("1h + 30m") == "duration 1h30m");
  CHECK(folded("if(true, 1, 2.5)") == "double 1.0");
  CHECK(folded("\"a\" + \"b\" + upper(\"c\")") == "string abC");
  CHECK(folded("1 / 0") == "int null");
  CHECK(folded("null") == "null null");
  CHECK(folded("2 in (1, 2) and \"ab\" matches \"b\"") == "bool true");
}

TEST_CASE("folding leaves what reads, and counts its faults") {
  Sheet s = sheet();
  ExprPtr e = s.read("n + 1");
  CHECK(fold(e) == e);
  uint64_t faults = 0;
  ExprPtr folded = fold(s.read("n + 1 / 0 > 2 * 3"), &faults);
  CHECK(faults == 1);
  CHECK(canonical_text(*folded) == "(> (+ $3:int null) 6)");
  CHECK(fold(s.read("if(true, 1, 1 / 0)"), &faults)->constant.get().i == 1);
  CHECK(faults == 1);
}

TEST_CASE("canonical text tells all that makes a difference, and nothing else") {
  CHECK(canonical("type == \"PAYMENT\" and amount < 50") ==
        "(and (== $1:string \"PAYMENT\") (< $2:double 50))");
  CHECK(canonical("amount < 50.0") == "(< $2:double 50.0)");
  CHECK(canonical("n in (1, null) or not b") == "(or (in $3:int 1 null) (not $4:bool))");
  CHECK(canonical("id matches \"a\\\"b\"") == "(matches $0:string \"a\\\"b\")");
  CHECK(canonical("sum(a.n) > a.n + first(a.n, 2) - count(a)") ==
        "(> (sum stage0 $3:int) (- (+ (last stage0 0 $3:int) (first stage0 2 $3:int)) (count stage0)))");
  CHECK(canonical("if(b, -n, 5s)").starts_with("(if:"));
  CHECK(canonical("least(n, 2)") == "(least:int $3:int 2)");
  CHECK(canonical("n is null and id is not null and n not in (2)") ==
        "(and (and (is-null $3:int) (is-not-null $0:string)) (not-in $3:int 2))");
  CHECK(canonical("n == 1") == canonical("n  ==  1"));
  CHECK(canonical("\"5s\" == id") != canonical("5s == n"));
  auto two_inputs = std::make_shared<Expr>(*sheet().read("n"));
  two_inputs->slots = {3, kNoSlot};
  CHECK(canonical_text(*two_inputs) == "$3|none:int");
}

TEST_CASE("what reads history belongs to the run") {
  Sheet s = sheet();
  CHECK_FALSE(reads_history(*s.read("n > 1 and b")));
  CHECK(reads_history(*s.read("n > 1 and n > a.n")));
  CHECK(reads_history(*s.read("count(a) > 1")));
  CHECK(reads_history(*s.read("if(b, abs(sum(a.n)), 0) in (1, 2)")));
}

TEST_CASE("a program may be moved, and outlives the expression's maker") {
  Program p(sheet().read("\"<\" + id + \">\""));
  Program q = std::move(p);
  Sheet s = sheet();
  Arena arena;
  EvalContext c = s.context(&arena);
  CHECK(q.eval(c).str() == "<e1>");
}

TEST_CASE("values of the select list are read by number") {
  auto e = std::make_shared<Expr>();
  e->op = Op::kSelected;
  e->type = Type::kInt;
  e->index = 1;
  Value list[] = {Value::integer(1), Value::integer(2)};
  Arena arena;
  EvalContext c;
  c.arena = &arena;
  c.selected = list;
  CHECK(Program(e).eval(c).i == 2);
}

TEST_CASE("bad regular expressions are refused with the reason") {
  CHECK(check_regex("^user-[0-9]{2}@") == "");
  CHECK(check_regex("(?i)x") == "");
  CHECK(check_regex("a(") == "missing ): a(");
  CHECK(check_regex("[z-a]").find("z-a") != std::string::npos);
  CHECK(check_regex("(a)\\1") != "");
  CHECK(check_regex("\xff") != "");
  CHECK(check_regex("((((((((((x{100}){100}){100}){100})))))))") != "");  // repeats beyond the limit
  CHECK(check_regex("((\\pL{1000}){2}|(\\pN{1000}){2}){1,1}\\pL{1000}\\pL{1000}\\pL{1000}\\pL{1000}") !=
        "");  // beyond the memory
}

TEST_CASE("values as text") {
  CHECK(text_of(Value::null()) == "null");
  CHECK(text_of(Value::boolean(false)) == "false");
  CHECK(text_of(Value::integer(INT64_MIN)) == "-9223372036854775808");
  CHECK(text_of(Value::real(50)) == "50.0");
  CHECK(text_of(Value::real(0.1)) == "0.1");
  CHECK(text_of(Value::real(1e300)) == "1e+300");
  CHECK(text_of(Value::real(1e22)) == "1e+22");
  CHECK(text_of(Value::real(123456789012)) == "123456789012.0");
  CHECK(text_of(Value::real(5e-324)) == "5e-324");
  CHECK(text_of(Value::real(-0.0)) == "-0.0");
  CHECK(text_of(Value::real(1.7976931348623157e308)) == "1.7976931348623157e+308");
  CHECK(text_of(Value::string("a \"b\"")) == "a \"b\"");
  CHECK(text_of(Value::timestamp(0)) == "1970-01-01T00:00:00.000Z");
  CHECK(text_of(Value::duration(-90000)) == "-1m30s");
}

TEST_CASE("the arena keeps what it gave until it is reset, then uses the memory again") {
  Arena arena;
  std::vector<std::string_view> given;
  std::string longest(10000, 'x');
  for (size_t i = 0; i < 2000; ++i) given.push_back(arena.copy(std::string_view(longest).substr(0, i * 5)));
  for (size_t i = 0; i < given.size(); ++i) CHECK(given[i] == std::string_view(longest).substr(0, i * 5));
  char* first = (arena.reset(), arena.allocate(1));
  arena.allocate(3 << 20);
  arena.reset();
  CHECK(arena.allocate(8) == first);
  CHECK(reinterpret_cast<uintptr_t>(arena.allocate(3)) % 8 == 0);
  CHECK(arena.copy("").empty());
}

TEST_CASE("a chain of a thousand conditions is one node deep") {
  Sheet s = sheet();
  std::string all = "b", any = "not b", text = "id";
  for (int i = 0; i < 1000; ++i) {
    all += " and n == 5";
    any += " or n == 4";
    text += " + \"x\"";
  }
  CHECK(s.print(all) == "true");
  CHECK(s.print(any) == "false");
  CHECK(s.print("length(" + text + ")") == "1002");
}
