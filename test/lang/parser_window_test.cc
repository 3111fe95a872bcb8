// Windows, joins and tables: what is read, and what is said of mistakes in them.
#include <doctest/doctest.h>

#include "lang/parser_kit.h"

namespace cep::lang {
namespace {

std::string window_text(const std::string& body) { return "window w on e by k {\n" + body + "\n}\n"; }
std::string join_text(const std::string& body) { return "join j on l a by k, r b by k {\n" + body + "\n}\n"; }

TEST_CASE("a window with everything, in any order") {
  CHECK(parse_dump(R"(window w on e by (k, l) {
  alert high "{n} {{}}" at most once per 1h by k
  having n > 3 and each > 1
  select n = count(), t = sum(v + 1) filter (v > 0 or k == "a"), p = percentile(v, 0.9)
  limit keys 7d lateness 5s + x discarding early every 5m processing
  where v is not null
  sliding 1h every 5m offset -2h
})") == R"(window w on e by (k l)
  alert high message "" n " {}" throttle 1h by (k)
  having (and (> n 3) (> each 1))
  select n=(call count) t=(filter (call sum (+ v 1)) (or (> v 0) (== k "a"))) p=(call percentile v 0.9)
  limit keys 7d
  lateness (+ 5s x)
  discarding
  early every 5m processing
  where (is-not-null v)
  sliding 1h every 5m offset (- 2h)
)");
}

TEST_CASE("every kind of window and every firing; repeats are kept") {
  const std::string all = parse_dump(
      "window w on e { tumbling 5m tumbling 1d offset 2h sliding a every b / 2 session (1h) rolling 1h count 5 "
      "count n every 2 + m global early every 5s early count 10 accumulating retracting retracting "
      "having each x having `each` > 5 select a = 1 select b = 2 }");
  CHECK(all ==
        "window w on e\n  tumbling 5m\n  tumbling 1d offset 2h\n  sliding a every (/ b 2)\n  session 1h\n"
        "  rolling 1h\n  count 5\n  count n every (+ 2 m)\n  global\n  early every 5s\n  early count 10\n"
        "  accumulating\n  retracting\n  retracting\n  having each x\n  having (> `each` 5)\n  select a=1\n"
        "  select b=2\n");
  CHECK(parse_dump("window w on e { }") == "window w on e\n");
}

TEST_CASE("joins") {
  CHECK(parse_dump("left join j on l a by (k, g), r by k { between -5m - x and 10m where a.v > r.v "
                   "select one = a.id alert low } join i on l by k, r b by k { session 5s sliding 2h every 1h "
                   "offset 1m tumbling 1h }") ==
        "left join j on l as a by (k g) r by (k)\n  between (- (- 5m) x) 10m\n  where (> a.v r.v)\n  select "
        "one=a.id\n  alert low\n"
        "join i on l by (k) r as b by (k)\n  session 5s\n  sliding 2h every 1h offset 1m\n  tumbling 1h\n");
}

TEST_CASE("tables, and looking them up") {
  CHECK(parse_dump("table t (a int, b timestamp(s), key string) key a from 'f.csv' table u (a int) key (a, b) "
                   "from stream s table v (a int) key a let x = t[a, 1].f let y = a not in v") ==
        "table t\n  field a int\n  field b timestamp(s)\n  field key string\n  key (a)\n  from \"f.csv\"\n"
        "table u\n  field a int\n  key (a b)\n  from stream s\n"
        "table v\n  field a int\n  key (a)\n"
        "let x = (lookup t.f a 1)\nlet y = (not in-table v a)\n");
}

TEST_CASE("the words of windows are names where only a name can stand") {
  CHECK(parse_dump("stream session (count int, global int, having int, each int, offset int) time early") ==
        "stream session\n  field count int\n  field global int\n  field having int\n  field each int\n"
        "  field offset int\n  time early\n");
  CHECK(parse_dump("window window on rolling by by { count count every every select select = select having "
                   "having > count(limit) }") ==
        "window window on rolling by (by)\n  count count every every\n  select select=select\n"
        "  having (> having (call count limit))\n");
  CHECK(parse_dump("join join on left left by by, tumbling between by keys { between between and and_ }") ==
        "join join on left as left by (by) tumbling as between by (keys)\n  between between and_\n");
  CHECK(parse_dump(pattern_text("begin count times session where early > each")) ==
        "pattern p on e\n  begin count times session where (> early each)\n");
}

TEST_CASE("spans") {
  const Parsed p = parse_text("left join j on l a by k, r by k { between -1s and 2s }\nwindow w on e { global }");
  REQUIRE(p.shown() == "");
  const auto text = [&](Span s) { return p.source.text.substr(s.begin, s.end - s.begin); };
  const ast::JoinDecl& join = p.file.declarations[0].join;
  CHECK(text(join.span) == "join");
  CHECK(text(join.left_span) == "left");
  CHECK(text(join.a.alias.span) == "a");
  CHECK(text(join.clauses[0].span) == "between");
  CHECK(text(join.clauses[0].lower->span) == "-1s");
  CHECK(text(p.file.declarations[1].window.span) == "window");
  CHECK(text(p.file.declarations[1].window.clauses[0].span) == "global");
}

struct Case {
  std::string text;
  const char* place;    // the text under the caret
  const char* message;  // is contained in what is said
};

void check(const Case& c) {
  const Parsed p = parse_text(c.text);
  CAPTURE(c.text);
  CAPTURE(p.shown());
  REQUIRE(p.errors.size() == 1);
  CHECK(p.place(0) == c.place);
  CHECK(p.errors[0].message.find(c.message) != std::string::npos);
}

TEST_CASE("mistakes in windows, each told once") {
  const Case cases[] = {
      {window_text("tumblin 5m"), "tumblin", "did you mean `tumbling`?"},
      {window_text("tumbling 5m selct n = count()"), "selct", "did you mean `select`?"},
      {window_text("tumbling 5m haveing n > 1"), "haveing", "did you mean `having`?"},
      {window_text("sliding 1h"), "}", "`every DURATION`"},
      {window_text("sliding 1h evry 5m"), "evry", "did you mean `every`?"},
      {window_text("sliding 1h, 5m"), ",", "`every DURATION`"},
      {window_text("tumbling\n where v > 1"), "where", "expected a value after `tumbling`"},
      {window_text("tumbling select n = count()"), "select", "expected a value after `tumbling`"},
      {window_text("session"), "}", "a duration (the gap that ends it) after `session`"},
      {window_text("tumbling 5 m"), "m", "write `5m`"},
      {window_text("tumbling 5m every 1m"), "every", "`sliding 1h every 5m`"},
      {window_text("tumbling 5m where v > 1 offset 1m"), "offset", "right after the window's size"},
      {window_text("early 5s"), "5s", "`every DURATION` or `count N` after `early`"},
      {window_text("early evry 5s"), "evry", "did you mean `every`?"},
      {window_text("limit 7d"), "7d", "`keys` after `limit`"},
      {window_text("limit key 7d"), "key", "did you mean `keys`?"},
      {window_text("within 5m"), "within", "after `tumbling`"},
      {window_text("begin a"), "begin", "belongs to a pattern"},
      {window_text("between 5m and 6m"), "between", "belongs to a join"},
      {window_text("hop 5m"), "hop", "`sliding SIZE every STEP`"},
      {window_text("tumbling 5m group by k"), "group", "on SOURCE by KEYS"},
      {window_text("select n = count(*)"), "*", "`count()`"},
      {window_text("select n = count() m = sum(v)"), "m", "`,` is missing"},
      {window_text("select count()"), "count", "each column has a name"},
      {window_text("select n = sum(v) filter v > 0"), "filter", "`filter (CONDITION)`"},
      {window_text("having n >\n alert low"), "alert", "expected a value after `>`"},
      {window_text("having n = 3"), "=", "`==`"},
      {window_text("alert 'text'"), "'text'", "the level comes before the message"},
      {"window w on e by k, f by k { global }", ",", "a window reads one source"},
      {"window w on e as x { global }", "as", "no alias"},
      {"window w e { global }", "e", "`on SOURCE` after the window's name"},
      {"window w on e { global", "{", "`}` is missing before the end of the file"},
      {"window w on e { global\nlet x = 5", "{", "`}` is missing before `let`"},
      {"window w on e { global } having n > 3", "having", "after the `}` that ends the window"},
      {"windw w on e { global }", "windw", "did you mean `window`?"},
  };
  for (const Case& c : cases) check(c);
}

TEST_CASE("mistakes in joins and tables, each told once") {
  const Case cases[] = {
      {"join j on l by k { between 0s and 1s }", "{", "a join has two sources"},
      {"join j on l, r by k { between 0s and 1s }", ",", "each source of a join has its keys"},
      {"join j on l by k, r { between 0s and 1s }", "{", "each source of a join has its keys"},
      {"join j on l as a by k, r by k { }", "a", "without `as`"},
      {"join j on l by k, r by k, s by k { }", ",", "another join"},
      {"left window w on e { global }", "left", "`left` goes before `join`"},
      {join_text("between 5s"), "}", "`and` after the lower bound"},
      {join_text("between 5s, 6s"), ",", "`and` after the lower bound"},
      {join_text("between and 6s"), "and", "the lower bound after `between`"},
      {join_text("betwen 1s and 6s"), "betwen", "did you mean `between`?"},
      {join_text("rolling 5s"), "rolling", "belongs to a window, not to a join"},
      {join_text("tumbling 5s lateness 5s"), "lateness", "has no `lateness`"},
      {join_text("tumbling 5s having a.v > 1"), "having", "its condition is `where`"},
      {join_text("within 5s"), "within", "`between -5m and 10m`"},
      {"table t (a int)", "", "`key` and the key's fields"},
      {"table t (a int) keys a", "keys", "did you mean `key`?"},
      {"table t (a int required) key a", "required", "a table's field has a name and a type only"},
      {"table t (a int from 'x') key a", "from", "a table's field has a name and a type only"},
      {"table t (a int b int) key a", "b", "`,` or `)` after this field"},
      {"table t (a int) key a from profiles", "profiles", "`stream NAME`"},
      {"table t (a int) key a from stream 's'", "'s'", "without quotes"},
      {"table t key a", "key", "`(` and the fields of the table"},
      {"table t (a int) from 'f.csv' key a", "from", "`key` and the key's fields"},
  };
  for (const Case& c : cases) check(c);
}

TEST_CASE("after a mistake in a window the next declaration is read, and its name is known") {
  const Parsed p = parse_text("window w on e { tumblin 5m }\njoin j on l { }\ntable t (a nt key a\nlet x = 5");
  CHECK(p.errors.size() == 3);
  REQUIRE(p.file.declarations.size() == 4);
  CHECK(p.file.declarations[0].broken.name.name == "w");
  CHECK(p.file.declarations[1].broken.name.name == "j");
  CHECK(p.file.declarations[2].broken.name.name == "t");
  CHECK(p.file.declarations[3].kind == ast::Declaration::kLet);
}

}  // namespace
}  // namespace cep::lang
