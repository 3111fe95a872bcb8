// What names mean: one namespace, fields, stages, constants, and what is said of a name that means nothing.
#include "binder_kit.h"
#include "doctest/doctest.h"

namespace cep::lang {

TEST_CASE("a misspelt field names the nearest one and stands under the caret") {
  Compiled c = compile_text(
      "stream e (id string, amount double, ts timestamp) time ts\n"
      "pattern p on e { begin a where amuont > 5 alert low }\n");
  REQUIRE(c.errors() == 1);
  CHECK(c.place(0) == "amuont");
  CHECK(contains(c.message(0), "did you mean `amount`?"));
}

TEST_CASE("a misspelt stage names the nearest one") {
  Compiled c = compile_pattern("begin start next b where v > strat.v within 1m");
  REQUIRE(c.errors() == 1);
  CHECK(c.place(0) == "strat");
  CHECK(contains(c.message(0), "did you mean `start`?"));
}

TEST_CASE("an unknown stream, type, function and level name the nearest") {
  Compiled c = compile_text(
      "stream events (id string, n integer, ts timestamp) time ts\n"
      "pattern p on event { begin a alert hgih }\n"
      "pattern q on events { begin a where upperr(id) == \"A\" alert low }\n");
  CHECK(c.errors() == 4);
  CHECK(contains(c.text(), "write `int`"));
  CHECK(contains(c.text(), "did you mean `events`?"));
  CHECK(contains(c.text(), "did you mean `high`?"));
  CHECK(contains(c.text(), "did you mean `upper`?"));
}

TEST_CASE("declarations of all files share one namespace, whatever their order") {
  Compiled c = compile_files(
      {{"a.cep", "pattern p on y { begin a where v > lim within 1m alert low }\nstream y = e where v < 9\n"},
       {"b.cep", "let lim = base * 2\n" + kStream + "let base = 1 + 1\n"}});
  REQUIRE(c.ok());
  CHECK(c.plan().nodes[0].name == "e");
  CHECK(c.plan().nodes[1].name == "y");
  CHECK(c.plan().nodes[2].name == "p");
  CHECK(contains(expr::canonical_text(*c.pattern("p").predicates[0].expr), "4"));
}

TEST_CASE("two declarations of one name: the second is told where the first is") {
  Compiled c = compile_files({{"a.cep", kStream}, {"b.cep", "let x = 1\nlet e = 2\n"}});
  REQUIRE(c.errors() == 1);
  CHECK(c.place(0) == "e");
  CHECK(contains(c.message(0), "a.cep:1"));
}

TEST_CASE("cycles of streams, patterns and constants") {
  Compiled c = compile_text("stream x = y\nstream y = x\nstream z = x\n" + kStream);
  REQUIRE(c.errors() == 1);  // z, which reads the cycle, is not blamed
  CHECK(contains(c.message(0), "a cycle: `x` reads `y`, which reads `x`"));
  Compiled p =
      compile_text(kStream + "stream u = e, q\npattern p on q { begin a alert low }\nstream q = p\n");
  REQUIRE(p.errors() == 1);
  CHECK(contains(p.message(0), "cycle"));
  Compiled l = compile_text("let a = b + 1\nlet b = c\nlet c = a\nlet d = a\n" + kStream);
  REQUIRE(l.errors() == 1);
  CHECK(contains(l.message(0), "a cycle of constants: `a` needs `b`, which needs `c`, which needs `a`"));
}

TEST_CASE("a field comes before a constant, a name of select before both in messages") {
  Compiled c = compile_text(
      "let v = 100\nlet k = 7\n" + kStream +
      "pattern p on e by k { begin a where v > 5 select k2 = k, id = 1 within 1m alert low \"{id} {k}\" }\n");
  REQUIRE(c.ok());
  CHECK(c.pattern("p").predicates[0].expr->args[0]->op == expr::Op::kField);
  CHECK(c.pattern("p").alert->message[0].expr->op == expr::Op::kSelected);
  CHECK(c.pattern("p").alert->message[1].expr->op == expr::Op::kStageFirst);
}

TEST_CASE("a key field in select and messages is the match's") {
  Compiled c = compile_text(
      kStream +
      "pattern p on e by k { begin a optional followedBy b within 1m select x = k alert low \"{k}\" }\n");
  REQUIRE(c.ok());
  CHECK(expr::canonical_text(*c.pattern("p").select[0].expr).find("coalesce") != std::string::npos);
}

TEST_CASE("a bare field in select asks which event's") {
  Compiled c = compile_pattern("begin a next b select x = v");
  REQUIRE(c.errors() == 1);
  CHECK(contains(c.message(0), "which event's `v`?"));
  CHECK(contains(c.message(0), "`b.v`"));
}

TEST_CASE("a stage that cannot have matched, that never matches, and a group's round before") {
  Compiled later = compile_pattern("begin a where v > b.v\nfollowedBy b\nwithin 1m");
  REQUIRE(later.errors() == 1);
  CHECK(contains(later.message(0), "`b` comes later"));
  Compiled negated =
      compile_pattern("begin a\nnotFollowedBy x where v == 1\nfollowedBy b where v > x.v\nwithin 1m");
  REQUIRE(negated.errors() == 1);
  CHECK(contains(negated.message(0), "never takes an event"));
  CHECK(compile_pattern("begin { begin a where b.v is null or v > b.v\nnext b } times 2 within 1m").ok());
  CHECK(compile_pattern("begin { begin a where b.v is null\nnext b } within 1m").errors() == 1);
}

TEST_CASE("a mistake is told once, all mistakes at once") {
  Compiled c = compile_text("let x = 1 + nope\n" + kStream +
                            "pattern p on e { begin a where v > x and naem == 1 and k == 5 select s = "
                            "a.nope2 + 1 alert low \"{s}\" }\n"
                            "stream y = e select z = q\n"
                            "pattern r on y { begin a where z > 1 and z == \"a\" alert low }\n");
  CAPTURE(c.text());
  CHECK(c.errors() == 5);
}

TEST_CASE("a flood of mistakes is cut") {
  std::string text;
  for (int i = 0; i < 3000; ++i)
    text += "pattern p" + std::to_string(i) + " on nowhere { begin a where v > 1 }\n";
  Compiled c = compile_text(text);
  CHECK(c.errors() == 1001);
  CHECK(contains(c.text(), "the rest is not shown"));
}

TEST_CASE("what refers to a declaration with a syntax error is not blamed") {
  Compiled c = compile_text(
      "stream e (id string,, ts timestamp) time ts\npattern p on e by k { begin a where v > 1 }\n");
  CAPTURE(c.text());
  CHECK(c.errors() == 1);
}

TEST_CASE("several sources: fields that all have, stages limited to one") {
  std::string streams =
      "stream x (id string, a int, c int, ts timestamp) time ts\nstream y (id string, b int, c string, ts "
      "timestamp) time ts\n";
  CHECK(compile_text(streams + "pattern p on x, y { begin s where id == \"1\" next t : x where a > 1 and "
                               "s.id == id within 1m alert low }")
            .ok());
  Compiled partly = compile_text(streams + "pattern p on x, y { begin s where a > 1 alert low }");
  REQUIRE(partly.errors() == 1);
  CHECK(contains(partly.message(0), "s : x"));
  Compiled differs = compile_text(streams + "pattern p on x, y { begin s where c == 1 alert low }");
  REQUIRE(differs.errors() == 1);
  CHECK(contains(differs.message(0), "`c` is an int in `x` but a string in `y`"));
  Compiled unknown = compile_text(streams + "pattern p on x, y { begin s : z alert low }");
  REQUIRE(unknown.errors() == 1);
  CHECK(contains(unknown.message(0), "does not read `z`"));
}

TEST_CASE("keys pair by place, in number and type") {
  std::string streams =
      "stream x (u string, n int, ts timestamp) time ts\nstream y (w string, m double, ts timestamp) time "
      "ts\n";
  Compiled c = compile_text(streams + "pattern p on x by u, y by w { begin s alert low \"{u}\" }");
  REQUIRE(c.ok());
  CHECK(c.pattern("p").key_names == std::vector<std::string>{"u"});
  CHECK(c.pattern("p").alert->message[0].expr->slots == std::vector<uint16_t>{0, 0});
  CHECK(contains(compile_text(streams + "pattern p on x by n, y by m { begin s alert low }").text(),
                 "need one type"));
  CHECK(contains(compile_text(streams + "pattern p on x by n, y { begin s alert low }").text(),
                 "pair by place"));
  CHECK(
      contains(compile_text(streams + "pattern p on x by nn { begin s alert low }").text(), "no field `nn`"));
}

}  // namespace cep::lang
