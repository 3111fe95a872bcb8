// What a load carries on beside the operators: clocks of streams that come together and part, statistics, names and numbers.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "cep/engine.h"
#include "engine/load_kit.h"

namespace {

using namespace cep::test;

std::string at(const std::string& stream, int time) { return "{\"_stream\":\"" + stream + "\",\"k\":\"x\",\"ts\":" + std::to_string(time) + "}"; }

}  // namespace

TEST_CASE("a stream that nobody has read is as far as its events when it gets a reader") {
  for (const Way& way : kWays) {
    Run run(kStream, way);
    run.offer({event(1, 100)});
    run.load(kStream + "pattern p on e { begin a alert low }");
    run.offer({event(2, 99), event(3, 100)});
    run.engine->end();
    CHECK(run.count("\"channel\":\"late\"") == 1);
    CHECK(run.count("\"pattern\":\"p\"") == 1);
  }
}

TEST_CASE("streams that join a feed: one with a delay keeps it, one of its own clock stays where it is") {
  const std::string text = "stream a (k string, ts timestamp) time ts own\nstream b (k string, ts timestamp) time ts watermark 5ms\n"
                           "stream c (k string, ts timestamp) time ts\npattern pa on a { begin x alert low }\npattern pb on b { begin x alert low }\n";
  const std::string together = "join one on a by k, c by k { between 0ms and 1ms select x = a.k }\njoin two on b by k, c by k { between 0ms and 1ms select x = b.k }\n";
  for (const Way& way : kWays) {
    Run run(text, way);
    run.offer({at("a", 4), at("b", 3), at("c", 50)});
    run.engine->flush();
    CHECK(run.count("\"pattern\":\"pb\"") == 0);
    run.load(text + together);
    run.engine->flush();
    CHECK(run.count("\"pattern\":\"pb\"") == 1);
    run.offer({at("a", 5), at("b", 45), at("b", 44)});
    run.engine->end();
    CHECK(run.count("\"pattern\":\"pa\"") == 2);
    CHECK(run.count("\"pattern\":\"pb\"") == 2);
    CHECK(run.count("\"channel\":\"late\"") == 1);
  }
}

TEST_CASE("a stream that a load leaves behind holds back nobody from there on, and no clock goes back when it is caught up with") {
  const std::string text = "stream a (k string, ts timestamp) time ts own max lag 20ms\nstream b (k string, ts timestamp) time ts own\n"
                           "stream c (k string, ts timestamp) time ts\nstream u = a, b\nwindow w on u by k { tumbling 5ms select n = count() alert low }\n";
  for (const Way& way : kWays) {
    Run run(text, way);
    run.offer({at("a", 10), at("b", 10), at("b", 15), at("c", 1000)});
    run.engine->flush();
    CHECK(run.count("\"pattern\":\"w\"") == 0);
    run.load(text + "join j on b by k, c by k { between 0ms and 1ms select x = b.k }\n");
    run.engine->flush();
    // `c` is foremost now, `a` too far behind it: at the position of the load.
    REQUIRE(run.count("\"n\":2") == 1);
    CHECK(run.positions.back() == 5);
    run.load(text);
    run.offer({at("b", 12)});
    run.engine->flush();
    CHECK(run.count("\"channel\":\"late\"") == 1);
  }
}

TEST_CASE("statistics go on, of what is no more too") {
  const std::string stream = "stream e (k string, v int, ts timestamp) time ts when v > 0\n";
  const std::string text = stream + "pattern p on e { begin a where v * 9223372036854775807 > 0 alert low }\npattern q on e { begin a alert low }\n";
  Run run(text);
  cep::OfferOptions arrives;
  arrives.arrival_ms = 777;
  run.engine->offer(R"({"k":"x","v":3,"ts":10})", arrives);
  run.offer({R"({"k":"x","v":3,"ts":9})", R"({"k":"x","v":0,"ts":10})", "no event", R"({"k":"x","v":3,"ts":11})"});
  run.engine->flush();
  const cep::EngineStats before = run.engine->stats();
  CHECK(before.faults > 0);
  for (const std::string& next : {text, stream + "pattern q on e { begin a alert low }\n", stream, text}) {
    run.load(next);
    const cep::EngineStats after = run.engine->stats();
    CHECK(after.lines == 5);
    CHECK(after.events == 3);
    CHECK(after.late == 1);
    CHECK(after.rejected == 1);
    CHECK(after.unrouted == 1);
    CHECK(after.faults == before.faults);
    REQUIRE(run.engine->stream_stats().size() == 1);
    CHECK(run.engine->stream_stats()[0].arrival_ms == 777);
  }
}

TEST_CASE("streams, files and the wish for ticks are those of the program in force") {
  const std::string ticking = "stream f (k string, ts timestamp) time ts idle 1s advance\n";
  cep::Program first;
  first.files = {{"one.cep", kStream}, {"two.cep", ticking + "pattern p on e { begin a alert low }\n"}};
  Run run(first);
  CHECK(run.engine->wants_ticks());
  CHECK(run.engine->streams() == std::vector<std::string>{"e", "f"});
  cep::Program second;
  second.files = {{"three.cep", kStream + "pattern p on e { begin a alert low }\n"}};
  run.load(second);
  CHECK(!run.engine->wants_ticks());
  CHECK(run.engine->streams() == std::vector<std::string>{"e"});
  CHECK(!run.engine->has_stream("f"));
  CHECK(run.engine->operator_stats().at(0).file == "three.cep");
  run.load(first);
  CHECK(run.engine->wants_ticks());
  CHECK(run.engine->operator_stats().at(0).file == "two.cep");
}

TEST_CASE("records bear the names of their operators, whatever stands before them, and the limit on their length in force") {
  const std::string text = kStream + "pattern p on e by k { begin a select id = a.id alert low }\nwindow w on e by k { count 1 select id = last(id) alert low }\n"
                                     "window r on e by k { rolling 1ms select id = last(id) alert low }\n"
                                     "join j on e l by k, e m by k { between 0ms and 0ms select id = l.id alert low }\n";
  const std::string more = "pattern a1 on e by k { begin a where v > 100 alert low }\nwindow a2 on e by k { session 1ms select n = count() }\n";
  for (const Way& way : kWays) {
    Run run(text, way);
    cep::Program longer = program_of(more + text);
    longer.limits.record_bytes = 600;
    const std::string long_id = R"({"id":")" + std::string(700, 'x') + R"(","k":"x","v":0,"ts":)";
    run.offer({long_id + "1}"});
    run.load(longer);
    run.offer({long_id + "2}"});
    run.engine->end();
    std::vector<std::string> names;
    for (size_t i = 0; i < run.records.size(); ++i) {
      if (run.records[i].find("\"channel\":\"alerts\"") == std::string::npos) continue;
      CAPTURE(run.records[i].substr(0, 100));
      CHECK(run.records[i].find("\"pattern\":\"" + run.names[i] + "\"") != std::string::npos);
      CHECK((run.records[i].size() > 700) == (run.positions[i] == 1));
      names.push_back(run.names[i]);
    }
    CHECK(names.size() == 8);
    REQUIRE(run.engine->operator_stats().size() == 5);
    for (const cep::OperatorStats& s : run.engine->operator_stats()) CHECK(s.alerts == (s.name == "a1" ? 0 : 2));
  }
}

TEST_CASE("a pattern that stays where another goes keeps its deadlines, and lets go of its keys") {
  const std::string first = "pattern goes on e by k { begin a where v == 1 followedBy b where v == 9 within 10ms alert low }\n";
  const std::string stays = "pattern stays on e by k { begin a where v == 1 followedBy b where v == 9 within 20ms on timeout { select id = a.id alert low } }\n"
                            "pattern other on e by k { begin a where v == 2 followedBy b where v == 9 within 1h alert low }\n";
  for (const Way& way : kWays) {
    Run run(kStream + first + stays, way);
    run.offer({event(1, 1, "x", 1), event(2, 1, "y", 2)});
    run.load(kStream + stays);
    run.offer({event(3, 100, "z", 0)});  // nobody's
    run.engine->flush();
    CHECK(run.count("\"channel\":\"timeouts\"") == 1);
    CHECK(run.engine->stats().live_keys == 1);
    run.offer({event(4, 100, "y", 9)});
    run.engine->flush();
    CHECK(run.count("\"pattern\":\"other\"") == 1);
    run.load(kStream + first + stays);
    run.offer({event(5, 4000000, "x", 0)});
    run.engine->flush();
    CHECK(run.engine->stats().live_keys == 0);
    CHECK(run.engine->stats().live_runs == 0);
  }
}

TEST_CASE("the keys that only a removed pattern had leave with it") {
  const std::string gone = "pattern gone on e by k { begin a where v == 1 followedBy b where v == 9 within 1h alert low }\n";
  const std::string stays = "pattern stays on e by k { begin a where v == 2 followedBy b where v == 9 within 1h alert low }\n";
  for (const Way& way : kWays) {
    Run run(kStream + gone + stays, way);
    for (int i = 0; i < 300; ++i) run.offer({event(i, 1, "k" + std::to_string(i), i == 7 ? 2 : 1)});
    run.engine->flush();
    CHECK(run.engine->stats().live_keys == 300);
    run.load(kStream + stays);
    CHECK(run.engine->stats().live_keys == 1);
    for (int i = 0; i < 300; ++i) run.offer({event(300 + i, 2, "k" + std::to_string(i), 2)});
    run.engine->flush();
    CHECK(run.engine->stats().live_keys == 300);
    for (int i = 0; i < 300; ++i) run.offer({event(600 + i, 3, "k" + std::to_string(i), 9)});
    run.engine->flush();
    CHECK(run.count("\"pattern\":\"stays\"") == 301);
    CHECK(run.engine->stats().live_keys == 0);
  }
}

TEST_CASE("a table keeps its rows wherever it stands among others") {
  const std::string table = "table t (k string, n int) key k\n", other = "table other (k string, m int) key k\n";
  const std::string rest = kStream + "pattern p on e by k { begin a where t[k].n == 7 alert low }\npattern r on e by k { begin a where v > 0 select n = t[k].n alert low }\n";
  for (const Way& way : kWays) {
    Run run(other + table + rest, way);
    run.offer({R"({"_stream":"t","k":"x","n":7})", R"({"_stream":"other","k":"x","m":1})", R"({"_stream":"e","k":"x","v":0,"ts":1})"});
    run.load(table + rest);
    run.offer({R"({"_stream":"e","k":"x","v":0,"ts":2})"});
    run.load(table + other + rest);
    run.offer({R"({"_stream":"e","k":"x","v":0,"ts":3})", R"({"_stream":"t","k":"x","n":8})", R"({"_stream":"e","k":"x","v":1,"ts":4})"});
    run.load(other + table + rest);
    run.offer({R"({"_stream":"t","k":"x","n":7})", R"({"_stream":"e","k":"x","v":0,"ts":5})"});
    run.engine->end();
    CHECK(run.count("\"pattern\":\"p\"") == 4);
    CHECK(run.count("\"fields\":{\"n\":8}") == 1);
  }
}

TEST_CASE("a load that fails at a table's file leaves the rows of the file in force") {
  const std::string text = kStream + "table t (k string, n int) key k from \"t.csv\"\npattern p on e by k { begin a select n = t[k].n alert low }";
  cep::Program program = program_of(text);
  program.table_files = {{"t.csv", "k,n\nx,1\n"}};
  Run run(program);
  run.offer({R"({"_stream":"t","k":"x","n":2})"});
  cep::Program wrong = program;
  wrong.table_files = {{"t.csv", "k,n\nx,none\n"}};
  std::vector<cep::Diagnostic> diagnostics;
  CHECK(!run.engine->load(wrong, &diagnostics));
  run.load(program);  // the same bytes as those in force
  run.offer({event(1, 1)});
  run.engine->end();
  CHECK(run.count("\"fields\":{\"n\":2}") == 1);
}

TEST_CASE("rows that the end of the input gives to a table are there after a load") {
  const std::string text = kStream + "table latest (k string, n int) key k from stream w\nwindow w on e by k { tumbling 10ms select n = count() }\n"
                                     "pattern p on e by k { begin a where latest[k].n == 1 alert low }\n";
  for (const Way& way : kWays) {
    Run run(text, way);
    run.offer({event(1, 1)});
    run.engine->end();
    run.load(text);
    run.offer({event(2, 20)});
    run.engine->end();
    CHECK(run.count("\"pattern\":\"p\"") == 1);
  }
}
