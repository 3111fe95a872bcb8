// Streams: fields, options, derived streams.
#include "binder_kit.h"
#include "doctest/doctest.h"

namespace cep::lang {

TEST_CASE("fields keep type, path, default and form") {
  Compiled c = compile_text(
      "stream s (a string from \"x.y\" required, n int default -5, d double default 2, w int default 3.0, on "
      "bool default true,\n"
      "  t timestamp(s) default 10, u timestamp(\"%Y-%m-%d\") default \"1970-01-02\", r timestamp default "
      "\"1970-01-01T00:00:01Z\",\n"
      "  z string default null) time t\n");
  CAPTURE(c.text());
  REQUIRE(c.ok());
  const auto& f = c.node("s").schema.fields;
  CHECK(f[0].path == "x.y");
  CHECK(f[0].required);
  CHECK(f[1].fallback.get().i == -5);
  CHECK(f[2].fallback.get().d == 2.0);
  CHECK(f[3].fallback.get().i == 3);
  CHECK(f[4].fallback.get().b);
  CHECK(f[5].fallback.get().i == 10'000);
  CHECK(f[5].timestamp.kind == event::TimestampFormat::kSeconds);
  CHECK(f[6].fallback.get().i == 86'400'000);
  CHECK(f[7].fallback.get().i == 1000);
  CHECK(f[8].fallback.get().is_null());
  CHECK(c.node("s").source.time_field == 5);
}

TEST_CASE("options reach the plan") {
  Compiled c = compile_text(
      "stream s (kind string, host string, n int, ts timestamp) time ts watermark 5s by host max lag 1m idle "
      "10s advance ahead 2h\n"
      "  when kind == \"conn\" and n > 1 unique by (host, n) within 1m keep raw own max lag 5m\n"
      "stream u (x int, ts timestamp) time ts watermark punctuated x == 1\n"
      "stream v (x int, ts timestamp) time ts watermark 1s by _producer max lag 1s\n"
      "stream w (x int) watermark ascending\n");
  CAPTURE(c.text());
  REQUIRE(c.ok());
  const plan::Node& s = c.node("s");
  CHECK(s.source.watermark.delay_ms == 5000);
  CHECK(s.source.watermark.by_field == 1);
  CHECK(s.source.watermark.by_max_lag_ms == 60'000);
  CHECK(s.source.idle_ms == 10'000);
  CHECK(s.source.ahead_ms == 7'200'000);
  CHECK(s.source.own);
  CHECK(s.source.own_max_lag_ms == 300'000);
  CHECK(s.source.when_fields == std::vector<uint16_t>{0, 2});
  CHECK(s.unique[0].fields == std::vector<uint16_t>{1, 2});
  CHECK(s.unique[0].within_ms == 60'000);
  CHECK(s.schema.fields.back().name == "_raw");
  CHECK(s.schema.fields.back().raw);
  CHECK(c.node("u").source.watermark.punctuated);
  CHECK(c.node("v").source.watermark.by_field == plan::kByProducer);
  CHECK(c.node("w").source.time_field == -1);
}

TEST_CASE("what is wrong with a field or an option") {
  struct Case {
    const char* text;
    const char* message;
  };
  const Case cases[] = {
      {"stream s (a string, a int)", "two fields `a`"},
      {"stream s (a duration)", "made by expressions"},
      {"stream s (a boolean)", "write `bool`"},
      {"stream s (a strin)", "did you mean `string`?"},
      {"stream s (a int(s))", "only a timestamp has a form"},
      {"stream s (a timestamp(ms))", "milliseconds are read by `timestamp` alone"},
      {"stream s (a timestamp(\"%H:%M\"))", "has no year"},
      {"stream s (a int default \"x\")", "its default `\"x\"` is none"},
      {"stream s (a string default 5)", "between quotes"},
      {"stream s (a int required default 5)", "keep one"},
      {"stream s (a int required required)", "stands twice"},
      {"stream s (_a int)", "reserved"},
      {"stream s (a int, ts timestamp) time tz", "did you mean `ts`?"},
      {"stream s (a int, ts timestamp) time a", "needs a field of type timestamp"},
      {"stream s (a int, ts timestamp) time ts time ts", "`time` stands twice"},
      {"stream s (a int, ts timestamp) time ts own own", "`own` stands twice"},
      {"stream s (a int) watermark 5", "write the unit"},
      {"stream s (a int) when a", "`when` needs a condition"},
      {"stream s (a int) when c > 1", "no field or constant `c`"},
      {"stream s (a int) unique by c within 1m", "no field `c`"},
      {"stream s (a int) unique by (a, a) within 1m", "stands twice in the key"},
      {"stream s (a int) unique by a within 0s", "longer than 0s"},
      {"stream s (a int) idle 0s advance", "longer than 0s"},
      {"stream s (a int) watermark 1s by c max lag 1s", "no field `c`"},
  };
  for (const Case& it : cases) {
    Compiled c = compile_text(it.text);
    CAPTURE(c.text());
    CHECK(c.errors() == 1);
    CHECK(contains(c.text(), it.message));
  }
}

TEST_CASE("derived streams: alias, where, select, unique, union") {
  Compiled c = compile_text(
      kStream +
      "stream big = e as x where x.v > 5 and d > 1.0 select id = id, twice = x.v * 2 unique by id within 1m\n"
      "stream u = e, f\nstream f = e where e.v > 1\n");
  CAPTURE(c.text());
  REQUIRE(c.ok());
  CHECK(c.node("big").schema.fields.size() == 2);
  CHECK(c.node("big").unique[0].within_ms == 60'000);
  CHECK(c.node("u").inputs.size() == 2);
  CHECK(c.plan().find("f") < c.plan().find("u"));
  CHECK(contains(compile_text(kStream + "stream u = e, e\n").text(), "stands twice"));
  CHECK(contains(compile_text(kStream + "stream y = e as x where y.v > 1\n").text(), "`x.FIELD`"));
  CHECK(contains(compile_text(kStream + "stream y = e select a = 1, a = 2\n").text(), "two fields `a`"));
  CHECK(contains(compile_text(kStream + "stream y = e where sum(e.v) > 1\n").text(), "pattern's stage"));
}

TEST_CASE("a union needs one schema and shows itself") {
  Compiled c = compile_text(
      "stream x (id string, ts timestamp) time ts\nstream y (id int, ts timestamp) time ts\nstream u = x, "
      "y\n");
  REQUIRE(c.errors() == 1);
  CHECK(c.place(0) == "u = x, y");
  CHECK(contains(c.message(0), "`id` is a string in `x` and an int in `y`"));
}

}  // namespace cep::lang
