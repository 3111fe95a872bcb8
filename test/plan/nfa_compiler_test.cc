// What the golden dumps do not show: `every D`, the bounds on states and routes, repeated compilation.
#include <doctest/doctest.h>

#include "operators/pattern_text.h"

using cep::plan::compile_nfa;
using cep::plan::dump_nfa;
using cep::test::compile_pattern;
using cep::test::parse_pattern;

TEST_CASE("every D: a run that can only go on with another element ends by time") {
  CHECK(dump_nfa(compile_pattern("begin a p0 followedBy b p1 times 2 every 5")) == R"(0 a
  take p0 -> 1
1 b
  take p1 -> 2
  ignore !p1 -> 1
2 b gap 5ms
  take p1 -> final
  ignore !p1 -> 2
)");
}

TEST_CASE("every D: a loop at the end has nothing but further elements to wait for") {
  CHECK(dump_nfa(compile_pattern("begin b p0 oneOrMore every 5")) == R"(0 b
  take p0 -> 1
1 b gap 5ms
  take p0 -> 1
  ignore !p0 -> 2
  proceed always -> final
2 b gap 5ms
  take p0 -> 1
  ignore !p0 -> 2
)");
}

TEST_CASE("every D: where the loop can be left the gap is a condition, and a greedy loop is out of the way once it has passed") {
  cep::plan::PatternNode p = compile_pattern("begin b p0 oneOrMore greedy every 5 followedBy c p1");
  CHECK(dump_nfa(p) == R"(0 b
  take p0 -> 1
1 b
  take p0 & p2 -> 1
  ignore !p0 & p2 -> 2
  proceed always -> 3
2 b gap 5ms
  take p0 -> 1
  ignore !p0 -> 2
3 c
  take !p0 & p1 -> final
  take p0 & p1 & !p2 -> final
  ignore !p0 & !p1 -> 3
  ignore p0 & !p1 & !p2 -> 3
)");
  REQUIRE(p.predicates.size() == 3);
  CHECK(p.predicates[2].gap_ms == 5);
  CHECK(p.predicates[2].on_history);
}

TEST_CASE("every D: the states of equal gaps share one predicate, also when compiled again") {
  cep::plan::PatternNode p =
      compile_pattern("begin b p0 oneOrMore every 5 followedBy c p1 oneOrMore every 5 followedBy d p0");
  CHECK(p.predicates.size() == 3);
  const std::string once = dump_nfa(p);
  CHECK(compile_nfa(&p).empty());
  CHECK(p.predicates.size() == 3);
  CHECK(dump_nfa(p) == once);
}

TEST_CASE("too many states are refused, also when nested repetition multiplies them") {
  cep::plan::PatternNode many = parse_pattern("begin a p0 times 30000");
  CHECK(compile_nfa(&many).find("more than 20000 states") != std::string::npos);
  cep::plan::PatternNode huge = parse_pattern("begin a p0 times 4000000000");
  CHECK_FALSE(compile_nfa(&huge).empty());
  cep::plan::PatternNode nested =
      parse_pattern("begin { begin { begin { begin { begin a p0 times 100 } times 100 } times 100 } times 100 } times 100");
  CHECK_FALSE(compile_nfa(&nested).empty());
  cep::plan::PatternNode fits = parse_pattern("begin a p0 times 19999 next b p1");
  CHECK(compile_nfa(&fits).empty());
  CHECK(fits.nfa.states.size() == 20000);
}

TEST_CASE("a repeated group that can be empty is refused, not followed for ever") {
  cep::plan::PatternNode p = parse_pattern("begin { begin a p0 optional } oneOrMore next b p1");
  CHECK(compile_nfa(&p).find("can be empty") != std::string::npos);
}

TEST_CASE("too many ways to leave stages out are refused") {
  std::string text = "begin a p0";
  for (int i = 0; i < 20; ++i)
    text += " next { begin x" + std::to_string(i) + " p1 optional next y" + std::to_string(i) + " p2 optional } optional";
  cep::plan::PatternNode p = parse_pattern(text);
  CHECK(compile_nfa(&p).find("too many ways") != std::string::npos);
}

TEST_CASE("stages that may be left out one after another need few states") {
  std::string text = "begin a p0";
  for (int i = 0; i < 200; ++i) text += " followedBy x" + std::to_string(i) + " p1 optional";
  cep::plan::PatternNode p = compile_pattern(text);
  CHECK(p.nfa.states.size() == 401);
}
