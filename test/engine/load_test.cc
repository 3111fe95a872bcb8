// Programs loaded in the place of others, live: what did not change goes on as if nothing had been, what changed begins empty; for any number of shards and batch.
#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include "cep/engine.h"
#include "engine/load_kit.h"
#include "engine/random_program.h"
#include "sanitized.h"

namespace {

using namespace cep::test;

const uint64_t kPrograms = cep::testing::times(120, 12);

// Without the members that number records, and without those for which `skip` holds.
std::string without_seq(const std::vector<std::string>& records, const std::function<bool(const std::string&)>& skip) {
  std::string out;
  for (std::string r : records) {
    if (skip(r)) continue;
    size_t at = r.find(",\"seq\":");
    if (at != std::string::npos) r.erase(at, r.find_first_of(",}", at + 1) - at);
    out.append(r).push_back('\n');
  }
  return out;
}

std::string first_difference(const std::string& a, const std::string& b) {
  size_t at = static_cast<size_t>(std::mismatch(a.begin(), a.end(), b.begin(), b.end()).first - a.begin());
  size_t line = at == 0 || a.rfind('\n', at - 1) == std::string::npos ? 0 : a.rfind('\n', at - 1) + 1;
  return a.substr(line, 300) + "\n---\n" + b.substr(line, 300);
}

// The same program at random places.
void same_program(uint64_t number, size_t* records) {
  cep::test::RandomProgram random(number);
  const std::string text = random.program();
  const std::vector<std::string> lines = random.lines();
  Run plain(text);
  plain.offer(lines);
  plain.engine->end();
  *records += plain.records.size();
  for (const Way& way : kWays) {
    std::mt19937_64 dice(number);
    Run reloaded(text, way);
    for (const std::string& l : lines) {
      if (dice() % 7 == 0) reloaded.load("# another comment " + std::to_string(dice()) + "\n" + text);
      reloaded.engine->offer(l, {});
    }
    reloaded.load(text);
    reloaded.engine->end();
    CAPTURE(number);
    REQUIRE_MESSAGE(reloaded.out == plain.out, text << "differs with " << way.shards << " shards, batches of " << way.batch << "\n"
                                                    << first_difference(plain.out, reloaded.out));
  }
}

// A pattern and a window that nobody else reads, over one source, come and go.
void others_come_and_go(uint64_t number, size_t* records) {
  cep::test::RandomProgram random(number);
  const std::string text = random.program();
  const std::vector<std::string> lines = random.lines();
  const std::string on = random.sources()[random.below(random.sources().size())];
  const std::string more = "pattern extra on " + on + " by k { begin x followedBy y within 5ms select id = y.id alert low at most once per 3ms }\n" +
                           "window more on " + on + " by g { tumbling 6ms select n = count() alert low }\n";
  auto others = [](const std::string& r) {
    return r.find("\"extra\"") != std::string::npos || r.find("\"more\"") != std::string::npos || r.find("\"channel\":\"late\"") != std::string::npos;
  };
  Run plain(text);
  plain.offer(lines);
  plain.engine->end();
  *records += plain.records.size();
  std::string first;
  for (const Way& way : kWays) {
    std::mt19937_64 dice(number);
    Run changing(text, way);
    for (const std::string& l : lines) {
      if (dice() % 9 == 0) {
        size_t which = dice() % 4;
        changing.load(which == 0 ? text : which == 1 ? text + more : which == 2 ? more + text : text + more.substr(0, more.find('\n') + 1));
      }
      changing.engine->offer(l, {});
    }
    changing.engine->end();
    CAPTURE(number);
    std::string a = without_seq(plain.records, others), b = without_seq(changing.records, others);
    REQUIRE_MESSAGE(a == b, text << more << "differs with " << way.shards << " shards, batches of " << way.batch << "\n" << first_difference(a, b));
    if (first.empty()) first = changing.out;
    REQUIRE_MESSAGE(first == changing.out, text << more << "differs with " << way.shards << " shards, batches of " << way.batch << "\n"
                                                << first_difference(first, changing.out));
  }
}

// Any program in the place of any other: the same bytes for every way.
void any_program(uint64_t number, size_t* records) {
  cep::test::RandomProgram random(number), second(number + 1'000'000);
  const std::vector<std::string> texts = {random.program(), second.program()};
  std::vector<std::string> lines = random.lines();
  for (const std::string& l : second.lines()) lines.push_back(l);
  std::string first;
  for (const Way& way : kWays) {
    std::mt19937_64 dice(number);
    Run run(texts[0], way);
    for (const std::string& l : lines) {
      if (dice() % 11 == 0) run.load(texts[dice() % 2]);
      run.engine->offer(l, {});
    }
    run.engine->end();
    if (first.empty()) {
      first = run.out;
      *records += run.records.size();
    }
    CAPTURE(number);
    REQUIRE_MESSAGE(first == run.out, texts[0] << "---\n"
                                               << texts[1] << "differs with " << way.shards << " shards, batches of " << way.batch << "\n"
                                               << first_difference(first, run.out));
  }
}

}  // namespace

TEST_CASE("the same program, loaded at random places, changes no byte") {
  size_t records = 0;
  for (uint64_t number = 1; number <= kPrograms; ++number) same_program(number, &records);
  CHECK(records > kPrograms * 40);
}

TEST_CASE("the same program, drawn anew") {
  CHECK(rc::check("the same bytes", [] {
    size_t records = 0;
    same_program(*rc::gen::arbitrary<uint64_t>(), &records);
  }));
}

TEST_CASE("what comes and goes changes no record of others") {
  size_t records = 0;
  for (uint64_t number = 1; number <= kPrograms; ++number) others_come_and_go(number, &records);
  CHECK(records > kPrograms * 40);
}

TEST_CASE("any program in the place of another gives the same bytes however it is run") {
  size_t records = 0;
  for (uint64_t number = 1; number <= kPrograms; ++number) any_program(number, &records);
  CHECK(records > kPrograms * 40);
}

TEST_CASE("a changed pattern sees only what comes after the load: as a fresh engine does") {
  const std::string body[] = {"begin a followedBy b within 20ms select v = a.v alert low", "begin a times 3 within 30ms select v = a.v alert low",
                              "begin a where v > 0 notFollowedBy b where v == 0 within 9ms select v = a.v alert low"};
  for (uint64_t number = 0; number < cep::testing::times<uint64_t>(60, 9); ++number) {
    std::mt19937_64 dice(number);
    const std::string text = kStream + "pattern p on e by k { " + body[number % 3] + " }\n" +
                             "window w on e by k { " + (number % 2 ? "session 4ms" : "count 3") + " select ids = collect(id) alert low }\n" +
                             "window r on e by k { rolling 9ms select n = count() alert low }\n";
    std::vector<std::string> before, after;
    int time = 0;
    for (int i = 0; i < 40; ++i) (i < 20 ? before : after).push_back(event(i, time += static_cast<int>(dice() % 4), std::string(1, "xyz"[dice() % 3]), static_cast<int>(dice() % 3)));
    // The time of the first event after the load lies after the last one's before: no row waits for the moment.
    after.insert(after.begin(), event(100, time + 1, "q"));
    for (std::string& l : after) l = l.replace(l.find("\"ts\":") + 5, std::string::npos, std::to_string(std::stoi(l.substr(l.find("\"ts\":") + 5)) + 2) + "}");
    std::sort(after.begin(), after.end(), [](const std::string& a, const std::string& b) {
      auto ts = [](const std::string& s) { return std::stoi(s.substr(s.find("\"ts\":") + 5)); };
      return ts(a) < ts(b);
    });
    for (const Way& way : kWays) {
      Run changed(kStream + "pattern p on e by k { begin a alert low }\nwindow w on e by k { tumbling 10s select ids = collect(id) alert low }\n" +
                      "window r on e by k { rolling 8ms select n = count() alert low }\n",
                  way);
      changed.offer(before);
      changed.engine->flush();
      changed.records.clear();
      changed.load(text);
      changed.offer(after);
      changed.engine->end();
      Run fresh(text, way);
      fresh.offer(after);
      fresh.engine->end();
      auto none = [](const std::string&) { return false; };
      CAPTURE(number);
      REQUIRE(without_seq(changed.records, none) == without_seq(fresh.records, none));
    }
  }
}

TEST_CASE("numbers go on, whatever is loaded") {
  Run run(kStream + "pattern p on e { begin a alert low }");
  run.offer({event(1, 1), event(2, 2)});
  run.load(kStream + "pattern q on e { begin a alert low }");
  run.offer({event(3, 3)});
  run.engine->flush();
  run.load(std::string(""));
  run.offer({event(4, 4)});
  run.load(kStream + "pattern p on e { begin a alert high }");
  run.offer({event(5, 5)});
  run.engine->end();
  CHECK(run.count("\"seq\":1,\"pattern\":\"p\"") == 1);
  CHECK(run.count("\"seq\":3,\"pattern\":\"q\"") == 1);
  CHECK(run.count("stream e is not declared") + run.count("more than one") + run.count("\"channel\":\"rejects\"") >= 1);
  CHECK(run.count("\"seq\":4,\"pattern\":\"p\"") == 1);
}

TEST_CASE("a program with a mistake changes nothing and takes no position") {
  for (const Way& way : kWays) {
    const std::string text = kStream + "table t (k string, n int) key k\npattern p on e by k { begin a followedBy b within 1h alert low }";
    auto feed = [&](Run* run, bool load) {
      run->offer({event(1, 1)});
      if (load) {
        std::vector<cep::Diagnostic> diagnostics;
        cep::Program wrong = program_of(kStream + "pattern p on f { begin a alert low }");
        CHECK(!run->engine->load(wrong, &diagnostics));
        CHECK(cep::render_all(diagnostics, wrong.files).find("`f`") != std::string::npos);
        wrong = program_of(kStream + "table t (k string, n int) key k from \"t.csv\"");
        CHECK(!run->engine->load(wrong, &diagnostics));
        wrong.table_files = {{"t.csv", "k,n\nx,none\n"}};
        CHECK(!run->engine->load(wrong, nullptr));
      }
      run->offer({event(2, 2)});
      run->engine->end();
    };
    Run plain(text, way), tried(text, way);
    feed(&plain, false);
    feed(&tried, true);
    CHECK(plain.out == tried.out);
    CHECK(plain.count("\"pattern\":\"p\"") == 1);
  }
}

TEST_CASE("a load takes a position of its own") {
  Run run(kStream + "pattern p on e { begin a alert low }");
  std::vector<uint64_t> positions;
  std::vector<cep::Diagnostic> diagnostics;
  cep::Program program = program_of(kStream + "pattern p on e { begin a alert low }");
  uint64_t worked = 0;
  cep::EngineOptions options;
  options.after_release = [&](uint64_t p) { worked = p; };
  auto engine = cep::Engine::create(program, options, [&](const cep::Record& r) { positions.push_back(r.position); }, &diagnostics);
  engine->offer(event(1, 1), {});
  REQUIRE(engine->load(program, &diagnostics));
  engine->flush();
  CHECK(worked == 2);
  engine->offer(event(2, 2), {});
  engine->next_position(10);
  REQUIRE(engine->load(program, &diagnostics));
  engine->offer(event(3, 3), {});
  engine->end();
  CHECK(positions == std::vector<uint64_t>{1, 3, 11});
  CHECK(worked == 12);
}

TEST_CASE("state goes on: tables, unique, windows, joins, throttles") {
  const std::string text = kStream + "stream f (id string, k string, v int, ts timestamp) time ts unique by k within 50ms\n" + R"(
    table t (k string, n int) key k
    pattern looked on e by k { begin a where t[k].n == 7 select id = a.id alert low }
    pattern once on f by k { begin a select id = a.id alert low }
    window rolls on e by k { rolling 100ms select n = count() having n > 2 alert low }
    window counts on e by k { count 4 select ids = collect(id) alert low }
    window sessions on e by k { session 30ms select n = count() alert low }
    join both on e by k, f by k { between -20ms and 20ms select a = e.id, b = f.id alert low }
    pattern slow on e by k { begin a select id = a.id alert low at most once per 40ms })";
  for (const Way& way : kWays) {
    auto feed = [&](Run* run, bool load) {
      std::vector<std::string> lines = {"{\"_stream\":\"t\",\"k\":\"x\",\"n\":7}"};
      for (int i = 1; i <= 30; ++i) {
        std::string l = event(i, 5 * i);
        lines.push_back(l.insert(1, i % 4 == 0 ? "\"_stream\":\"f\"," : "\"_stream\":\"e\","));
      }
      for (const std::string& l : lines) {
        if (load) run->load("pattern other on e { begin a where v > 100 alert low }\n" + text);
        run->engine->offer(l, {});
        if (load) run->load(text);
      }
      run->engine->end();
    };
    Run plain(text, way), loaded(text, way);
    feed(&plain, false);
    feed(&loaded, true);
    REQUIRE_MESSAGE(plain.out == loaded.out, first_difference(plain.out, loaded.out));
    for (const char* name : {"looked", "once", "rolls", "counts", "sessions", "both", "slow"}) {
      CAPTURE(name);
      CHECK(plain.count("\"pattern\":\"" + std::string(name) + "\"") > 0);
    }
    CHECK(plain.count("\"suppressed\":") > 0);
  }
}

TEST_CASE("a table's file: the same bytes keep its rows, others take their place, operators go on") {
  const std::string text = kStream + "table t (k string, n int) key k from \"t.csv\"\npattern p on e by k { begin a followedBy b where t[k].n > 0 within 1h select n = t[k].n alert low }";
  cep::Program program = program_of(text);
  program.table_files = {{"t.csv", "k,n\nx,1\n"}};
  for (const Way& way : kWays) {
    Run run(program, way);
    run.offer({"{\"_stream\":\"t\",\"k\":\"x\",\"n\":2}", event(1, 1)});
    run.load(program);
    run.offer({event(2, 2)});
    cep::Program other = program;
    other.table_files = {{"t.csv", "k,n\nx,3\n"}};
    run.load(other);
    run.offer({event(3, 3)});
    run.load(program);
    run.offer({event(4, 4)});
    other.files[0].text += "\n# nothing";
    other.table_files = {{"t.csv", "k,n\ny,3\n"}};
    run.load(other);
    run.offer({event(5, 5)});
    run.engine->end();
    // At 2 the row of the line; at 3 the file's other row, for the runs begun at 1 and 2; at 4 the first file's again; at 5 no row.
    CHECK(run.count("\"fields\":{\"n\":2}") == 1);
    CHECK(run.count("\"fields\":{\"n\":3}") == 1);
    CHECK(run.count("\"fields\":{\"n\":1}") == 1);
    CHECK(run.records.size() == 3);
  }
}

TEST_CASE("a pattern that gets a reader gives its stream from there on") {
  const std::string text = kStream + "pattern p on e by k { begin a followedBy b within 1h select v = a.v }\n";
  const std::string reader = "pattern q on p by k { begin x alert high }\n";
  for (const Way& way : kWays) {
    Run run(program_of(text), way, true);
    run.offer({event(1, 1), event(2, 2)});
    run.load(text + reader);
    run.offer({event(3, 3), event(4, 4)});
    run.load(text);
    run.offer({event(5, 5)});
    run.engine->end();
    // Without a reader it counts as `alert low` (a test's rule), with one it is read.
    CHECK(run.count("\"channel\":\"alerts\",\"seq\":1,\"pattern\":\"p\"") == 1);
    CHECK(run.count("\"pattern\":\"q\"") == 2);
    CHECK(run.count("\"channel\":\"alerts\",\"seq\":4,\"pattern\":\"p\"") == 1);
  }
}

TEST_CASE("streams that become one feed count the greatest time of both at once") {
  const std::string text = "stream a (k string, ts timestamp) time ts\nstream b (k string, ts timestamp) time ts\n"
                           "window w on b by k { tumbling 10ms select n = count() alert low }\n";
  Run run(text);
  run.offer({R"({"_stream":"b","k":"x","ts":3})", R"({"_stream":"a","k":"x","ts":50})"});
  run.engine->flush();
  CHECK(run.records.empty());
  run.load(text + "join j on a by k, b by k { between 0ms and 1ms select k2 = a.k alert low }\n");
  run.engine->flush();
  CHECK(run.records.size() == 1);
  // Apart again: nothing goes back.
  run.load(text);
  run.offer({R"({"_stream":"b","k":"x","ts":49})", R"({"_stream":"a","k":"x","ts":90})", R"({"_stream":"b","k":"x","ts":51})"});
  run.engine->flush();
  CHECK(run.count("\"channel\":\"late\"") == 1);
  CHECK(run.count("\"pattern\":\"w\"") == 1);
}

TEST_CASE("limits are those of the program from there on") {
  const std::string text = kStream + "pattern p on e by k { begin a followedByAny b within 1h select n = 1 alert low }";
  cep::Program few = program_of(text);
  few.limits.matches_per_event = 2;
  few.limits.line_bytes = 100;
  Run run(program_of(text));
  run.offer({event(1, 1), event(2, 2), event(3, 3), event(4, 4)});
  run.engine->flush();
  CHECK(run.count("\"pattern\":\"p\"") == 6);
  CHECK(run.count("\"channel\":\"limits\"") == 0);
  run.load(few);
  run.offer({event(5, 5), "{\"id\":\"" + std::string(200, 'x') + "\"}"});
  run.engine->end();
  CHECK(run.count("\"limit\":\"matches_per_event\",\"dropped\":2") == 1);
  CHECK(run.count("the limit is 100") == 1);
}

TEST_CASE("counters: of streams by name, of operators as long as they go on") {
  const std::string text = kStream + "pattern p on e { begin a alert low }\npattern q on e { begin a where v > 5 alert low }";
  Run run(text);
  run.offer({event(1, 10), event(2, 5), "{\"_stream\":\"e\",\"v\":\"no\"}"});
  run.engine->flush();
  run.load(text + "\npattern r on p { begin a alert low }");
  run.offer({event(3, 12, "x", 6)});
  run.engine->flush();
  std::vector<cep::StreamStats> streams = run.engine->stream_stats();
  REQUIRE(streams.size() == 1);
  CHECK(streams[0].name == "e");
  CHECK(streams[0].events == 3);
  CHECK(streams[0].late == 1);
  CHECK(streams[0].rejected == 1);
  CHECK(streams[0].greatest_ms == 12);
  CHECK(streams[0].watermark_ms == 12);
  std::vector<cep::OperatorStats> operators = run.engine->operator_stats();
  REQUIRE(operators.size() == 3);
  CHECK(operators[0].name == "p");
  CHECK(operators[0].kind == "pattern");
  CHECK(operators[0].file == "p.cep");
  CHECK(operators[0].alerts == 2);
  CHECK(operators[1].alerts == 1);
  CHECK(operators[2].alerts == 1);
  run.load(kStream + "pattern p on e { begin a alert high }");
  CHECK(run.engine->operator_stats().at(0).alerts == 0);
  CHECK(run.engine->stats().records[static_cast<int>(cep::Channel::kAlerts)] == 4);
}

TEST_CASE("timeouts of a pattern are counted on") {
  const std::string text = kStream + "pattern p on e { begin a where v == 1 followedBy b where v == 2 within 3ms on timeout { select n = 1 alert low } }";
  Run run(text);
  run.offer({event(1, 10, "x", 1), event(2, 20)});
  run.engine->flush();
  run.load(text + "\n# more");
  REQUIRE(run.engine->operator_stats().size() == 1);
  CHECK(run.engine->operator_stats()[0].timeouts == 1);
}

TEST_CASE("who holds a stream back") {
  Run run("stream a (k string, ts timestamp) time ts own\nstream b (k string, ts timestamp) time ts own\nstream c (k string, ts timestamp) time ts watermark 0ms by k max lag 1h\n"
          "join j on a by k, b by k { between 0ms and 1ms select x = a.k alert low }\npattern p on c { begin x alert low }");
  run.offer({R"({"_stream":"a","k":"x","ts":50})", R"({"_stream":"b","k":"x","ts":20})", R"({"_stream":"c","k":"slow","ts":20})",
             R"({"_stream":"c","k":"fast","ts":90})"});
  run.engine->flush();
  std::vector<cep::StreamStats> streams = run.engine->stream_stats();
  REQUIRE(streams.size() == 3);
  CHECK(streams[0].held_by == "b");
  CHECK(streams[1].held_by.empty());
  CHECK(streams[2].held_by == "slow");
  CHECK(streams[2].watermark_ms == 20);
}

TEST_CASE("a row that a table refuses is told at its own position") {
  const std::string text = kStream + "table t (k string, n int) key k\npattern p on e { begin a alert low }";
  for (const Way& way : kWays) {
    cep::EngineOptions options;
    options.shards = way.shards;
    options.batch = way.batch;
    options.seed = way.seed;
    options.threads = way.threads;
    uint64_t worked = 0;
    std::vector<uint64_t> rejects;
    options.after_release = [&](uint64_t p) { worked = p; };
    auto sink = [&](const cep::Record& r) {
      CHECK(r.position > worked);
      if (r.channel == cep::Channel::kRejects) rejects.push_back(r.position);
    };
    std::vector<cep::Diagnostic> diagnostics;
    auto engine = cep::Engine::create(program_of(text), options, sink, &diagnostics);
    engine->offer(event(1, 1), {});
    engine->offer("{\"_stream\":\"t\",\"n\":1}", {});
    REQUIRE(engine->load(program_of(text), &diagnostics));
    engine->offer("{\"_stream\":\"t\",\"n\":1}", {});
    engine->flush();
    CHECK(rejects == std::vector<uint64_t>{2, 4});
    CHECK(worked == 4);
  }
}
