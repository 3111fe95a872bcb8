// Programs as content: table files travel with the program, the disk is looked at by read_table_files alone; what clients may not say; positions.
#include <doctest/doctest.h>

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "cep/engine.h"

namespace {

struct Run {
  std::vector<std::string> alerts, rejects;
  std::vector<uint64_t> positions;
  std::vector<cep::Diagnostic> diagnostics;
  std::unique_ptr<cep::Engine> engine;

  cep::Engine::Sink sink() {
    return [this](const cep::Record& r) {
      if (r.channel == cep::Channel::kAlerts) alerts.emplace_back(r.line);
      if (r.channel == cep::Channel::kRejects) rejects.emplace_back(r.line);
      if (r.channel == cep::Channel::kAlerts) positions.push_back(r.position);
    };
  }
};

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

const char* const kTable = R"(
  stream e (id string, ts timestamp) time ts
  table t (id string, n int) key id from "t.csv"
  pattern p on e { begin a where t[id].n > 1 alert low })";

}  // namespace

TEST_CASE("a program's table files are its content: the disk is not looked at") {
  cep::Program program;
  program.files = {{"/nowhere/at/all/p.cep", kTable}};
  program.table_files = {{"/nowhere/at/all/t.csv", "id,n\nx,1\ny,2\n"}};
  Run run;
  run.engine = cep::Engine::create(program, {}, run.sink(), &run.diagnostics);
  REQUIRE_MESSAGE(run.engine, cep::render_all(run.diagnostics, program.files));
  run.engine->offer(R"({"id":"x","ts":1})", {});
  run.engine->offer(R"({"id":"y","ts":2})", {});
  run.engine->end();
  CHECK(run.alerts.size() == 1);
}

TEST_CASE("a program without its table file is an error that names the file") {
  cep::Program program;
  program.files = {{"p.cep", kTable}};
  Run run;
  CHECK(!cep::Engine::create(program, {}, run.sink(), &run.diagnostics));
  CHECK(has(cep::render_all(run.diagnostics, program.files), "table t: the program does not hold its file, t.csv"));
  program.table_files = {{"t.csv", "id,n\nx,one\n"}};
  CHECK(!cep::Engine::create(program, {}, run.sink(), &run.diagnostics));
  CHECK(has(cep::render_all(run.diagnostics, program.files), "table t: t.csv, line 2: "));
}

TEST_CASE("read_table_files reads each file once, and says which cannot be read") {
  std::filesystem::path folder = std::filesystem::temp_directory_path() / ("cep_program_test_" + std::to_string(::getpid()));
  std::filesystem::create_directories(folder / "lists");
  std::ofstream(folder / "lists/t.csv") << "id,n\ny,2\n";
  cep::Program program;
  program.files = {{(folder / "p.cep").string(), R"(
    stream e (id string, ts timestamp) time ts
    table t (id string, n int) key id from "lists/t.csv"
    table u (id string) key id from "lists/t.csv"
    table empty (id string, n int) key id
    pattern p on e { begin a where t[id].n > 1 alert low })"}};
  Run run;
  REQUIRE(cep::Engine::read_table_files(&program, &run.diagnostics));
  REQUIRE(program.table_files.size() == 1);
  CHECK(program.table_files[0].name == (folder / "lists/t.csv").string());
  CHECK(program.table_files[0].text == "id,n\ny,2\n");
  std::filesystem::remove_all(folder);
  CHECK(!cep::Engine::read_table_files(&program, &run.diagnostics));
  CHECK(has(cep::render_all(run.diagnostics, program.files), "table t: cannot read " + (folder / "lists/t.csv").string()));
  program.files[0].text = "stream e (id strin)";
  run.diagnostics.clear();
  CHECK(!cep::Engine::read_table_files(&program, &run.diagnostics));
  CHECK(cep::has_errors(run.diagnostics));
}

TEST_CASE("a client may assert watermarks and ends, not what only the journal may say") {
  cep::Program program;
  program.files = {{"p.cep", "stream e (id string, ts timestamp) time ts watermark 10s\npattern p on e { begin a alert low }"}};
  Run run;
  run.engine = cep::Engine::create(program, {}, run.sink(), &run.diagnostics);
  REQUIRE(run.engine);
  cep::OfferOptions client;
  client.client = true;
  for (std::string name : {"_at", "_tick", "_load", "_session", "_line", "_broken"}) {
    cep::OfferResult result = run.engine->offer("{\"" + name + "\":1}", client);
    CHECK(result.rejected);
    CHECK(result.reason == "`" + name + "` is for recorded streams, only the journal may say it");
  }
  run.engine->flush();
  CHECK(run.rejects.size() == 6);
  CHECK(!run.engine->offer(R"({"id":"x","ts":1})", client).rejected);
  CHECK(!run.engine->offer(R"({"_watermark":{"stream":"e","time":5}})", client).rejected);
  run.engine->flush();
  CHECK(run.alerts.size() == 1);
  CHECK(!run.engine->offer(R"({"id":"y","ts":7})", client).rejected);
  CHECK(!run.engine->offer(R"({"_end":{"stream":"*"}})", client).rejected);
  CHECK(run.alerts.size() == 2);
}

TEST_CASE("a reserved name beside other members is no control line") {
  cep::Program program;
  program.files = {{"p.cep", "stream e (id string, of string from \"_session\", ts timestamp) time ts\npattern p on e { begin a alert low \"{a.of}\" }"}};
  Run run;
  run.engine = cep::Engine::create(program, {}, run.sink(), &run.diagnostics);
  REQUIRE(run.engine);
  CHECK(!run.engine->offer(R"({"id":"x","_session":"s1","ts":1})", {}).rejected);
  CHECK(run.engine->offer(R"({"id":"x","_line":"s1","ts":1})", {}).rejected);
  run.engine->end();
  REQUIRE(run.alerts.size() == 1);
  CHECK(has(run.alerts[0], "\"message\":\"s1\""));
}

TEST_CASE("positions may leave gaps, within a batch and between batches") {
  cep::Program program;
  program.files = {{"p.cep", "stream e (id string, ts timestamp) time ts\npattern p on e { begin a alert low }"}};
  for (uint32_t batch : {1u, 2u, 100u}) {
    Run run;
    cep::EngineOptions options;
    options.batch = batch;
    run.engine = cep::Engine::create(program, options, run.sink(), &run.diagnostics);
    REQUIRE(run.engine);
    for (uint64_t p : {3, 4, 10, 25}) {
      run.engine->next_position(p);
      run.engine->offer("{\"id\":\"x\",\"ts\":" + std::to_string(p) + "}", {});
    }
    run.engine->next_position(40);
    run.engine->end();
    CHECK(run.alerts.size() == 4);
    CHECK(run.positions == std::vector<uint64_t>{3, 4, 10, 25});
  }
}

TEST_CASE("ticks are wanted where something hears them") {
  auto wants = [](const std::string& text) {
    cep::Program program;
    program.files = {{"p.cep", text}};
    std::vector<cep::Diagnostic> diagnostics;
    auto engine = cep::Engine::create(program, {}, [](const cep::Record&) {}, &diagnostics);
    REQUIRE_MESSAGE(engine, cep::render_all(diagnostics, program.files));
    return engine->wants_ticks();
  };
  const std::string stream = "stream e (id string, ts timestamp) time ts";
  CHECK(!wants(stream + "\nwindow w on e { tumbling 1m early every 5s select n = count() alert low }"));
  CHECK(wants(stream + "\nwindow w on e { tumbling 1m early every 5s processing select n = count() alert low }"));
  CHECK(wants(stream + " idle 5s advance\npattern p on e { begin a alert low }"));
}

TEST_CASE("a program whose unions multiply an event beyond all bounds is refused, where it begins to") {
  std::string text = "stream u0 (v int, ts timestamp) time ts\n";
  auto doubled = [&text](int level) {
    const std::string below = "u" + std::to_string(level - 1), name = "u" + std::to_string(level);
    text += "stream " + name + "a = " + below + " where v % 2 == 0\nstream " + name + "b = " + below + " where v % 2 != 0\nstream " + name + " = " + name + "a, " + name + "b\n";
  };
  for (int level = 1; level < 20; ++level) doubled(level);
  Run good;
  REQUIRE(cep::Engine::create({{"p.cep", text + "window w on u19 { count 1 select v = last(v) alert low }"}}, {}, good.sink(), &good.diagnostics));
  for (int level = 20; level < 80; ++level) doubled(level);
  Run run;
  CHECK_FALSE(cep::Engine::create({{"p.cep", text + "window w on u79 { count 1 select v = last(v) alert low }"}}, {}, run.sink(), &run.diagnostics));
  REQUIRE(run.diagnostics.size() >= 1);
  const cep::Diagnostic& error = run.diagnostics.back();
  CHECK(has(error.message, "rows reach `u20` by more than 1000000 routes"));
}
