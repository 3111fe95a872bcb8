// Joins and tables: the plan they become, names in their expressions, what is refused.
#include "bind_kit.h"
#include "doctest/doctest.h"

namespace cep::lang {

using expr::Op;

namespace {

const std::string kSides =
    "stream l (id string, k string, v int, ts timestamp) time ts\n"
    "stream r (id string, u string, v int, w int, ts timestamp) time ts\n";

Compiled bind_join_body(const std::string& body) {
  return bind_text(kSides + "join j on l a by k, r b by u {\n" + body + "\n}\n");
}

void refused(const Compiled& c, const std::string& place, const std::string& said) {
  CAPTURE(c.text());
  REQUIRE(c.errors() == 1);
  CHECK(c.place(0) == place);
  CHECK(contains(c.message(0), said));
}

const std::string kTable = "table t (k string, n int, d double) key k\n";

}  // namespace

TEST_CASE("an interval join") {
  Compiled c = bind_text(kSides +
                         "left join j on l a by k, r b by u {\n"
                         "between -5s and 1m where b.v > a.v select x = b.w, who = k\n"
                         "alert low \"{k} {x} {b.id}\" at most once per 1m by (k, x) }\n");
  CAPTURE(c.text());
  REQUIRE(c.ok());
  const plan::JoinNode& j = *c.node("j").join;
  CHECK(j.left);
  CHECK(j.interval);
  CHECK(j.lower_ms == -5000);
  CHECK(j.upper_ms == 60'000);
  CHECK(j.key_names == std::vector<std::string>{"k"});
  CHECK(c.node("j").inputs[0].key == std::vector<uint16_t>{1});
  CHECK(c.node("j").inputs[1].node == 1);
  CHECK(j.where->args[0]->op == Op::kSideField);
  CHECK(j.where->args[0]->stage == 1);
  CHECK(j.where->args[0]->slots == std::vector<uint16_t>{2});
  CHECK(j.select[1].expr->stage == 0);
  CHECK(j.select[1].expr->slots == std::vector<uint16_t>{1});
  CHECK(j.alert->throttle_by.size() == 2);
  CHECK(c.node("j").schema.find("who") == 4);
}

TEST_CASE("window joins") {
  Compiled c = bind_join_body("sliding 10s every 5s select x = a.id");
  REQUIRE(c.ok());
  CHECK_FALSE(c.node("j").join->interval);
  CHECK(c.node("j").join->assigner.slide_ms == 5000);
}

TEST_CASE("a join of a stream with itself reads it through a second node") {
  Compiled c = bind_text(kSides + "join j on l by k, l b by k { between 1ms and 1m select x = l.id, y = b.id }\n");
  CAPTURE(c.text());
  REQUIRE(c.ok());
  CHECK(c.node("j").inputs[0].node == 0);
  CHECK(c.node("j").inputs[1].node == c.plan().find("j.b"));
  refused(bind_text(kSides + "join j on l by k, l by k { between 1ms and 1m select x = l.id }\n"), "l",
          "both sides are called");
}

TEST_CASE("names of joins") {
  refused(bind_join_body("tumbling 1m select x = c.id"), "c", "the sides are `a` and `b`");
  refused(bind_join_body("tumbling 1m select x = l.id"), "l", "called `a` here");
  refused(bind_join_body("tumbling 1m select x = a.idd"), "idd", "did you mean `id`?");
  refused(bind_join_body("tumbling 1m select x = v"), "v", "write `a.v` or `b.v`");
  refused(bind_join_body("tumbling 1m select x = w"), "w", "write `b.w`");
  refused(bind_join_body("tumbling 1m select x = u"), "u", "write `b.u`");
  refused(bind_join_body("tumbling 1m select x = nothing"), "nothing", "a.FIELD");
  refused(bind_join_body("tumbling 1m select x = sum(a.v)"), "sum", "read the join with a window");
  refused(bind_join_body("tumbling 1m select start = a.v"), "start", "choose another name");
}

TEST_CASE("rules of joins") {
  refused(bind_join_body("between 5m and 1m select x = a.id"), "between", "write `between 1m and 5m`");
  refused(bind_join_body("between 1 and 5m select x = a.id"), "1", "write the unit");
  refused(bind_join_body("between 0s and 1m tumbling 1m select x = a.id"), "tumbling", "beside `between`");
  refused(bind_join_body("select x = a.id"), "j", "between D and D");
  refused(bind_join_body("tumbling 1m"), "j", "select NAME");
  refused(bind_text(kSides + "join j on l by k, r by v { tumbling 1m select x = l.id }"), "v", "need one type");
  refused(bind_text(kSides + "join j on l by k, r by (u, v) { tumbling 1m select x = l.id }"), "r",
          "pair by place");
  refused(bind_text(kSides + "join j on l by kk, r by u { tumbling 1m select x = l.id, y = kk }"), "kk",
          "no field `kk`");
  refused(bind_text(kSides + "join j on l by k, rr by u { tumbling 1m select x = l.id, y = rr.z }"), "rr",
          "did you mean `r`?");
}

TEST_CASE("a table, and its look-ups everywhere") {
  Compiled c = bind_text(kStream + kTable +
                         "pattern p on e by k { begin a where v > t[k].n within 1m select x = t[a.id].d\n"
                         "  alert low \"{t[k].n}\" }\n"
                         "stream y = e where k in t and id not in t select n = t[k].n\n"
                         "window w on e by k { tumbling 1m where t[id].n is null select x = sum(v * t[k].n) + t[k].n\n"
                         "  having x > t[k].d }\n");
  CAPTURE(c.text());
  REQUIRE(c.ok());
  REQUIRE(c.plan().tables.size() == 1);
  CHECK(c.plan().tables[0].key == std::vector<uint16_t>{0});
  const expr::Expr& lookup = *c.pattern("p").predicates[0].expr->args[1];
  CHECK(lookup.op == Op::kLookup);
  CHECK(lookup.index == 0);
  CHECK(lookup.slots == std::vector<uint16_t>{1});
  CHECK(lookup.args[0]->op == Op::kField);
  const expr::Expr& where = *c.node("y").derive.where;
  CHECK(where.args[0]->op == Op::kInTable);
  CHECK(where.args[1]->op == Op::kNot);
  CHECK(where.args[1]->args[0]->op == Op::kInTable);
}

TEST_CASE("keys of look-ups have the type of the key field") {
  std::string two = kStream + "table t2 (a string, x double, n int) key (a, x)\n";
  auto in_where = [&](const std::string& condition) {
    return bind_text(two + kTable + "stream y = e where " + condition);
  };
  CHECK(in_where("t2[k, v].n > 1").ok());  // an int is a double too
  refused(in_where("t[v].n > 1"), "v", "`k` of table `t` is a string");
  refused(in_where("t2[k].n > 1"), "t2[k].n", "2 values in the brackets");
  refused(in_where("t[k].m > 1"), "m", "table `t` has no field `m`");
  refused(in_where("k in t2"), "t2", "t2[…, …].a is not null");
  refused(in_where("v in t"), "v", "is a string");
  refused(in_where("k in others"), "others", "in (others, …)");
  refused(in_where("e[k].v > 1"), "e", "is a stream, not a table");
  refused(in_where("tx[k].v > 1"), "tx", "there is no table");
  refused(bind_text(kTable + "stream e (k string, ts timestamp) time ts when k in t"), "t", "the line alone");
  refused(bind_text(kTable + "let x = t[\"a\"].n"), "t", "only constants");
  refused(bind_text(kTable + "pattern p on t { begin a }"), "t", "is a table, not a stream");
}

TEST_CASE("where the rows of a table come from") {
  Compiled c = bind_files({{"rules/a.cep", kStream + "table t (v int, k string) key k from \"data/x.csv\"\n"
                                                     "table s (v int, k string) key k from stream e\n"}});
  CAPTURE(c.text());
  REQUIRE(c.ok());
  CHECK(c.plan().tables[0].folder == "rules");
  CHECK(c.plan().tables[0].file == "data/x.csv");
  CHECK(c.plan().tables[0].stream == -1);
  CHECK(c.plan().tables[1].stream == 0);
  CHECK(c.plan().tables[1].stream_slots == std::vector<uint16_t>{2, 1});
  refused(bind_text("table t (k string) key k from \"x.txt\""), "\"x.txt\"", ".csv or .ndjson");
  refused(bind_text("table t (k string) key k from \"../x.csv\""), "\"../x.csv\"", "without `..`");
  refused(bind_text("table t (k string) key k from \"/etc/x.csv\""), "\"/etc/x.csv\"", "below the folder");
  refused(bind_text("table t (k string) key kk"), "kk", "did you mean `k`?");
  refused(bind_text(kStream + "table t (kk string) key kk from stream e"), "kk", "did you mean `k`?");
  refused(bind_text(kStream + "table t (k int) key k from stream e"), "k", "is a string, not an int");
  refused(bind_text(kStream + "table t (k string) key k from stream f"), "f", "there is no stream `f`");
}

TEST_CASE("a table that is fed by who looks it up is a cycle") {
  Compiled c = bind_text(kStream +
                         "table t (k string, x int) key k from stream p\n"
                         "pattern p on e by k { begin a where t[k].x is null select x = a.v }\n");
  REQUIRE(c.errors() == 1);
  CHECK(contains(c.message(0), "a cycle: `t` reads `p`, which reads `t`"));
}

}  // namespace cep::lang
