// Each mistake once, at its place, with the way out.
#include <doctest/doctest.h>

#include <algorithm>

#include "lang/parser_kit.h"

namespace cep::lang {
namespace {

struct Case {
  const char* text;
  const char* place;    // the text under the caret
  const char* message;  // is contained in what is said
};

void check(const std::string& text, const Case& c) {
  const Parsed p = parse_text(text);
  CAPTURE(text);
  CAPTURE(p.shown());
  REQUIRE(p.errors.size() == 1);
  CHECK(p.place(0) == c.place);
  CHECK(p.errors[0].message.find(c.message) != std::string::npos);
}

TEST_CASE("mistakes in conditions") {
  const Case cases[] = {
      {"v = 1", "=", "did you mean `==`?"},
      {"1 < v < 5", "<", "write `1 < v and v < 5`"},
      {"a == b + 1 == c", "==", "write `a == b + 1 and b + 1 == c`"},
      {"v in (1) in (2)", "in", "do not chain"},
      {"k not matches 'x'", "not", "written `not (k matches 'x')`"},
      {"v not null", "not", "`v is not null`"},
      {"v > .5", ".5", "write `0.5`"},
      {"v > 5.", "5.", "write `5.0`"},
      {"v > 1e5", "1e5", "write `1.0e5`"},
      {"v > 1.5h", "1.5h", "write `1h30m`"},
      {"v > 1h 30m", "30m", "write `1h30m`"},
      {"v > 5 m", "m", "write `5m`"},
      {"v > 5sec", "5sec", "write `5s`"},
      {"v > 30m1h", "30m1h", "the largest first"},
      {"v > 1h1h", "1h1h", "twice"},
      {"v > 9999999999999d", "9999999999999d", "too long"},
      {"k == \"a\\d\"", "\\d", "write `\\\\`: `\\\\d`"},
      {"k == '\\ud800'", "\\ud800", "first half"},
      {"k == 'abc", "'abc", "not closed on its line"},
      {"v in [1, 2]", "[", "`in (1, 2)`"},
      {"v in 5", "5", "`in (5, …)`"},
      {"v in ()", ")", "is empty"},
      {"v is 5", "5", "`==`"},
      {"v > +5", "+", "leave it out"},
      {"count(*) > 1", "*", "`count()`"},
      {"a.b.c > 1", ".", "one point"},
      {"last(a).v > 1", ".", "write `last(a.v)`"},
      {"a && b", "&&", "write `and`"},
      {"a AND b", "AND", "write `and`"},
      {"v between 1 and 5", "between", "x >= a and x <= b"},
      {"k like 'x'", "like", "matches"},
      {"v == not b", "not", "parentheses"},
      {"if v > 5", "v", "`if(condition, then, else)`"},
      {"v == 'x' nd v > 3", "nd", "did you mean `and`?"},
      {"v == 1 v == 2", "v", "expected an operator"},
      {"t[v] > 1", ">", "`.`"},
      {"v >", "within", "expected a value after `>`"},
      {"abs(v > 1", "within", "expected `,` or `)`"},
      {"v > 5)", ")", "closes nothing"},
      {"v @ 5", "@", "means nothing"},
      {"gr\xC3\xB6\xC3\x9F > 1", "gr\xC3\xB6\xC3\x9F", "backquotes"},
      {"matches == 5", "matches", "reserved"},
  };
  for (const Case& c : cases)
    check("pattern p on e {\nbegin a where " + std::string(c.text) + "\nwithin 5m\n}\n", c);
}

TEST_CASE("mistakes in the bodies of patterns") {
  const Case cases[] = {
      {"begin a whre v == 1", "whre", "did you mean `where`?"},
      {"begin a tims 3", "tims", "did you mean `times`?"},
      {"begin a one_or_more", "one_or_more", "did you mean `oneOrMore`?"},
      {"folowedBy a", "folowedBy", "did you mean `followedBy`?"},
      {"begin a followdBy b", "followdBy", "did you mean `followedBy`?"},
      {"begin a withn 5m", "withn", "did you mean `within`?"},
      {"begin where v == 1", "v", "no name before `where`"},
      {"a where v == 1", "a", "`begin a …`"},
      {"within 5m", "within", "stages come first"},
      {"begin a within 5m followedBy b", "followedBy", "before its clauses"},
      {"begin a within 5m where v", "where", "belongs to a stage"},
      {"begin { begin a within 5m }", "within", "after the group's `}`"},
      {"begin { }", "}", "no stage"},
      {"begin a times 2,5", ",", "`times 2..5`"},
      {"begin a times 2.5", "2.5", "whole numbers"},
      {"begin a times where v", "where", "expected a number"},
      {"begin a times ..3", "..", "`times 0..3`"},
      {"begin a after skip to next event", "skip", "`match`"},
      {"begin a skip to next event", "skip", "`after match skip …`"},
      {"begin a after match skip to nxt event", "nxt", "did you mean `next`?"},
      {"begin a select v", "v", "`v = …`"},
      {"begin a select x = v y = v", "y", "`,` is missing"},
      {"begin a select x == v", "==", "single `=`"},
      {"begin a alert 'msg'", "'msg'", "level comes before"},
      {"begin a alert low msg", "msg", "quotes"},
      {"begin a alert low 'x' at most one per 5m", "one", "did you mean `once`?"},
      {"begin a alert low 'x {v'", "{", "not closed"},
      {"begin a alert low 'x } y'", "}", "`}}`"},
      {"begin a alert low 'x {} y'", "{}", "nothing stands"},
      {"begin a alert low 'x {v v}'", "v", "`}` after this value"},
      {"begin a alert low 'x {v = 1}'", "=", "`==`"},
      {"begin a on timeout { within 5m }", "within", "no place in `on timeout`"},
      {"begin a having v", "having", "window"},
      {"begin a within 5m;", ";", "leave it out"},
      {"begin and", "and", "reserved"},
      {"begin a // note", "//", "`#`"},
  };
  for (const Case& c : cases) check(pattern_text(c.text), c);
}

TEST_CASE("mistakes in declarations") {
  const Case cases[] = {
      {"strem e (id string)", "strem", "did you mean `stream`?"},
      {"stream e (id string) watermrk 5s", "watermrk", "did you mean `watermark`?"},
      {"stream e (id string time ts", "time", "`)`"},
      {"stream e (id: string)", ":", "`name type`"},
      {"stream e (id string requird)", "requird", "did you mean `required`?"},
      {"stream e (id string) where id == 'x'", "where", "`when CONDITION`"},
      {"stream u = x where a as b", "as", "in this order"},
      {"pattern p one e { begin a }", "one", "did you mean `on`?"},
      {"pattern on e { begin a }", "e", "name is missing"},
      {"pattern p on e begin a }", "begin", "expected `{`"},
      {"pattern p on e {\nbegin a\n", "{", "is missing before the end of the file"},
      {"window w on e { tumbling 5m", "{", "is missing before the end of the file"},
      {"let x 5", "5", "`=`"},
      {"left window w on e { }", "left", "`left join"},
      {"}", "}", "closes nothing"},
      {"hello", "hello", "expected a declaration"},
  };
  for (const Case& c : cases) check(c.text, c);
}

TEST_CASE("each declaration's mistake is told, and what was readable is known") {
  const Parsed p = parse_text(R"(pattern a on e { begin x where v = 1 }
stream s (f int, g)
let c =
stream t (f int) tim f
patern b on e { begin x }
pattern c on e {
  begin x
  alert low "{v = 1} {w +}"

pattern d on e { begin x wher v == 1 }
stream ok (f int))");
  std::vector<Diagnostic> sorted = p.errors;
  std::sort(sorted.begin(), sorted.end(),
            [](const auto& a, const auto& b) { return a.span.begin < b.span.begin; });
  std::vector<std::string> places;
  for (const Diagnostic& d : sorted)
    places.push_back(p.source.text.substr(d.span.begin, d.span.end - d.span.begin));
  CAPTURE(p.shown());
  CHECK(places == std::vector<std::string>{"=", ")", "stream", "tim", "patern", "{", "=", "", "wher"});
  CHECK(dump(p.file) ==
        "broken pattern a\nbroken stream s\nbroken let c\nstream t\n  field f int\nbroken patern b\nbroken "
        "pattern c\n"
        "broken pattern d\nstream ok\n  field f int\n");
}

TEST_CASE("several mistakes of words in one declaration are told together") {
  const Parsed p = parse_text(pattern_text("begin a where v > 1e5 && k == \"\\q\" and w > .5"));
  CHECK(p.errors.size() == 4);
}

}  // namespace
}  // namespace cep::lang
