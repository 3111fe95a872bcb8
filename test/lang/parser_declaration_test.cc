#include <doctest/doctest.h>

#include "lang/parser_kit.h"

namespace cep::lang {
namespace {

TEST_CASE("a stream with every attribute and option") {
  CHECK(parse_dump(R"(# a comment
stream s (a string from "x.y" required, b timestamp(us) default -5 from 'q', c timestamp("%Y") # another
  , time int) time c watermark 5s + 1s by a max lag 1h own max lag 2h idle 3s advance ahead 1d
  when a == "x" unique by (a, b) within 7d keep raw)") ==
        "stream s\n  field a string from \"x.y\" required\n  field b timestamp(us) default (- 5) from \"q\"\n"
        "  field c timestamp(\"%Y\")\n  field time int\n  time c\n  watermark (+ 5s 1s) by a max lag 1h\n  "
        "own max lag 2h\n"
        "  idle 3s\n  ahead 1d\n  when (== a \"x\")\n  unique (a b) within 7d\n  keep raw\n");
  CHECK(parse_dump("stream s (a int) watermark ascending own") ==
        "stream s\n  field a int\n  watermark ascending\n  own\n");
  CHECK(parse_dump("stream s (a int) watermark punctuated a > 1") ==
        "stream s\n  field a int\n  watermark punctuated (> a 1)\n");
}

TEST_CASE("derived streams and let") {
  CHECK(parse_dump("stream u = x, y as z where a > 1 select b = c, d = 1 unique by k within 1m let w = 5m") ==
        "derived u (x y)\n  as z\n  where (> a 1)\n  select b=c d=1\n  unique (k) within 1m\nlet w = 5m\n");
  const Parsed p = parse_text("stream u = x, y as z");
  CHECK(p.file.declarations[0].derived.span.begin == 7);
  CHECK(p.file.declarations[0].derived.span.end == 15);
}

TEST_CASE("a pattern with everything") {
  CHECK(parse_dump(R"(pattern p on a by k, b by (k, l) {
  begin x : a where v > 1 times 2..n greedy
  next { begin y until z == 1 oneOrMore followedBy w times (1 + 1)+ } optional allowCombinations
  notFollowedBy q
  followedByAny r consecutive every 5s times 3
  tags one, "two", `three`
  description 'text {x}'
  within 10m within 5m between events
  after match skip to first x
  select n = count(x), m = y.v
  alert high "a {n + 1} {{b}} {'}'}" at most once per 1h by (k, l)
  on timeout { alert low select z = 1 }
})") == R"(pattern p on a by (k) b by (k l)
  begin x : a where (> v 1) times 2..n greedy
  next {
    begin y until (== z 1) oneOrMore
    followedBy w times (+ 1 1)+
  } optional allowCombinations
  notFollowedBy q
  followedByAny r consecutive every 5s times 3
  tags (one `two` `three`)
  description "text {x}"
  within 10m
  within between 5m
  skip first x
  select n=(call count x) m=y.v
  alert high message "a " (+ n 1) " {b} " "}" throttle 1h by (k l)
  on timeout
    alert low
    select z=1
)");
}

TEST_CASE("every skip strategy, and repeats are kept") {
  CHECK(
      parse_dump(pattern_text("begin a optional optional after match no skip after match skip to next event "
                              "after match skip past last event after match skip to last a")) ==
      "pattern p on e\n  begin a optional optional\n  skip none\n  skip next\n  skip past\n  skip last a\n");
}

TEST_CASE("words of the language are names where only a name can stand") {
  CHECK(parse_dump("stream time (key int, count int, first int, level int, from string from 'f') time key") ==
        "stream time\n  field key int\n  field count int\n  field first int\n  field level int\n  field from "
        "string from \"f\"\n  time key\n");
  CHECK(parse_dump(pattern_text("begin next where within == every next begin")) ==
        "pattern p on e\n  begin next where (== within every)\n  next begin\n");
}

TEST_CASE("a message keeps the places of its expressions through escapes") {
  const Parsed p = parse_text(pattern_text("begin a alert low \"\\u00e9\\\"{v} {b.\\u0063 + 'x'}\""));
  REQUIRE(p.shown() == "");
  const auto& parts = p.file.declarations[0].pattern.clauses[0].alert.message;
  REQUIRE(parts.size() == 2);
  CHECK(parts[0].text == "\xC3\xA9\"");
  const auto text = [&](Span s) { return p.source.text.substr(s.begin, s.end - s.begin); };
  CHECK(text(parts[0].expr->span) == "v");
  CHECK(text(parts[1].expr->args[0]->span) == "b.\\u0063");
  CHECK(dump(*parts[1].expr) == "(+ b.c \"x\")");
}

TEST_CASE("line ends, byte order mark, no line end") {
  CHECK(parse_dump("\xEF\xBB\xBFlet a = 1\r\nlet b = 2\r\n# end") == "let a = 1\nlet b = 2\n");
  CHECK(parse_dump("") == "");
}

}  // namespace
}  // namespace cep::lang
