#include <doctest/doctest.h>

#include "lang/parser_kit.h"

namespace cep::lang {
namespace {

TEST_CASE("literals") {
  CHECK(parse_expr("9223372036854775808") == "9223372036854775808");
  CHECK(parse_expr("1.50e-3") == "1.50e-3");
  CHECK(parse_expr("1h30m") == "1h30m");
  CHECK(parse_expr("250ms") == "250ms");
  CHECK(parse_expr("null") == "null");
  CHECK(parse_expr(R"("a\"\\\/\b\n\t\u0041'")") == "\"a\\\"\\\\/\b\\n\tA'\"");
  CHECK(parse_expr(R"('it\'s "so"')") == R"("it's \"so\"")");
  CHECK(parse_expr(R"("\u00e9\ud83d\ude00")") == "\"\xC3\xA9\xF0\x9F\x98\x80\"");
}

TEST_CASE("operators by strength") {
  CHECK(parse_expr("a or b and not c == d + e * -f") == "(or a (and b (not (== c (+ d (* e (- f)))))))");
  CHECK(parse_expr("a - b - c") == "(- (- a b) c)");
  CHECK(parse_expr("a / b % c * d") == "(* (% (/ a b) c) d)");
  CHECK(parse_expr("-a * b") == "(* (- a) b)");
  CHECK(parse_expr("a + (b - c)") == "(+ a (- b c))");
  CHECK(parse_expr("not a and b") == "(and (not a) b)");
  CHECK(parse_expr("(a == b) == c") == "(== (== a b) c)");
  CHECK(parse_expr("a>=b or a!=b or a<=b") == "(or (or (>= a b) (!= a b)) (<= a b))");
}

TEST_CASE("comparisons by words") {
  CHECK(parse_expr("a in (1, b + 2)") == "(in a 1 (+ b 2))");
  CHECK(parse_expr("a not in (1)") == "(not in a 1)");
  CHECK(parse_expr("a in t") == "(in-table t a)");
  CHECK(parse_expr("a not in t and b") == "(and (not in-table t a) b)");
  CHECK(parse_expr("a.b is null") == "(is-null a.b)");
  CHECK(parse_expr("a + 1 is not null") == "(is-not-null (+ a 1))");
  CHECK(parse_expr("a matches \"x\" or b") == "(or (matches a \"x\") b)");
}

TEST_CASE("names, calls, rows of tables") {
  CHECK(parse_expr("`each` + time") == "(+ `each` time)");
  CHECK(parse_expr("f()") == "(call f)");
  CHECK(parse_expr("if(a, b, 'c')") == "(call if a b \"c\")");
  CHECK(parse_expr("last(a.f, 2) - first(a.f)") == "(- (call last a.f 2) (call first a.f))");
  CHECK(parse_expr("t[a, b].f > 1") == "(> (lookup t.f a b) 1)");
  CHECK(parse_expr("sum(x) filter (y > 1)") == "(filter (call sum x) (> y 1))");
  CHECK(parse_dump("let filter = 1 let x = filter + 1") == "let filter = 1\nlet x = (+ filter 1)\n");
}

TEST_CASE("spans") {
  const Parsed p = parse_text("let x = (a + 1) * abs(b) - t[k].f");
  REQUIRE(p.errors.empty());
  const ast::Expr& minus = *p.file.declarations[0].let.value;
  const auto text = [&](Span s) { return p.source.text.substr(s.begin, s.end - s.begin); };
  CHECK(text(minus.span) == "(a + 1) * abs(b) - t[k].f");
  CHECK(text(minus.op_span) == "-");
  CHECK(text(minus.args[0]->span) == "(a + 1) * abs(b)");
  CHECK(text(minus.args[0]->args[0]->span) == "a + 1");
  CHECK(text(minus.args[0]->args[0]->outer) == "(a + 1)");
  CHECK(text(minus.args[0]->args[1]->span) == "abs(b)");
  CHECK(text(minus.args[1]->span) == "t[k].f");
  CHECK(minus.height == 4);
}

}  // namespace
}  // namespace cep::lang
