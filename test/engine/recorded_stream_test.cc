// Recorded streams as `cepctl journal cat` prints them: offered line by line they give what the engine gave that took the same from clients and loads.
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "cep/engine.h"

namespace {

using Json = nlohmann::ordered_json;

struct Run {
  std::string out;
  std::unique_ptr<cep::Engine> engine;

  explicit Run(const cep::Program& program = {}) {
    std::vector<cep::Diagnostic> diagnostics;
    engine = cep::Engine::create(program, {}, [this](const cep::Record& r) { out.append(r.line).push_back('\n'); }, &diagnostics);
    REQUIRE(engine);
  }
  cep::OfferResult offer(const std::string& line) { return engine->offer(line, {}); }
  bool has(const std::string& part) const { return out.find(part) != std::string::npos; }
};

std::string load_line(const cep::Program& program) {
  Json load = {{"semantics", program.semantics},
               {"limits",
                {{"line", program.limits.line_bytes},
                 {"depth", program.limits.json_depth},
                 {"runs_per_key", program.limits.runs_per_key},
                 {"matches_per_event", program.limits.matches_per_event},
                 {"record", program.limits.record_bytes}}},
               {"files", Json::array()},
               {"tables", Json::array()}};
  for (const cep::SourceFile& f : program.files) load["files"].push_back({{"name", f.name}, {"text", f.text}});
  for (const cep::SourceFile& f : program.table_files) load["tables"].push_back({{"name", f.name}, {"text", f.text}});
  return Json{{"_load", load}}.dump();
}

cep::Program program_of(const std::string& text) {
  cep::Program p;
  p.files = {{"p.cep", text}};
  return p;
}

const std::string kText =
    "stream e (id string, ts timestamp) time ts watermark 0ms by _producer max lag 1h\n"
    "stream f (id string) idle 1s advance\n"
    "table t (id string, n int) key id from \"t.csv\"\n"
    "pattern p on e { begin a alert low \"{t[a.id].n}\" }\npattern q on f { begin a notFollowedBy b within 2s alert low }\n";

}  // namespace

TEST_CASE("a stream that says everything itself") {
  cep::Program program = program_of(kText);
  program.table_files = {{"t.csv", "id,n\nx,7\n"}};
  cep::Program next = program_of(kText + "pattern r on e { begin a alert high }\n");
  next.table_files = program.table_files;

  Run live(program);
  cep::OfferOptions client;
  client.client = true;
  client.arrival_ms = 1000;
  client.producer = "one";
  client.stream = "e";
  live.engine->offer(R"({"id":"x","ts":50})", client);
  client.producer = "two";
  live.engine->offer(R"({"id":"y","ts":20})", client);
  live.engine->offer(R"({"_tick":99999})", client);
  live.engine->offer_broken("{\"id\":\"z", "it was cut");
  REQUIRE(live.engine->load(next, nullptr));
  client.producer = client.stream = {};
  client.arrival_ms = 2000;
  live.engine->offer(R"({"_stream":"f","id":"w"})", client);
  live.engine->offer(R"({"_stream":"e","id":"v","ts":70})", client);
  live.engine->tick(9000);
  live.engine->offer(R"({"_watermark":{"stream":"e","time":100}})", client);
  live.engine->flush();

  Run told;
  for (const std::string& line : {load_line(program), std::string(R"({"_at":1000})"), std::string(R"({"_session":{"producer":"one","stream":"e"}})"),
                                  std::string(R"({"id":"x","ts":50})"), std::string(R"({"_session":{"producer":"two","stream":"e"}})"),
                                  std::string(R"({"id":"y","ts":20})"), std::string(R"({"_line":"{\"_tick\":99999}"})"),
                                  std::string(R"({"_broken":{"line":"{\"id\":\"z","reason":"it was cut","length":30}})"), load_line(next),
                                  std::string(R"({"_session":{}})"), std::string(R"({"_at":2000})"), std::string(R"({"_stream":"f","id":"w"})"),
                                  std::string(R"({"_line":"{\"_stream\":\"e\",\"id\":\"v\",\"ts\":70}"})"), std::string(R"({"_tick":9000})"),
                                  std::string(R"({"_watermark":{"stream":"e","time":100}})")}) {
    CHECK(!told.offer(line).load_failed);
  }
  told.engine->flush();
  CHECK(told.out == live.out);
  CHECK(live.has("\"message\":\"7\""));
  CHECK(live.has("\"pattern\":\"q\""));
  CHECK(live.has("\"pattern\":\"r\""));
  CHECK(live.has("it was cut"));
  CHECK(live.has("`_tick` is for recorded streams"));
}

TEST_CASE("a load that cannot be obeyed ends the stream, the others are rejects") {
  Run run(program_of("stream e (id string, ts timestamp) time ts\npattern p on e { begin a alert low }"));
  cep::OfferResult result = run.offer(load_line(program_of("stream e (id strin)")));
  CHECK(result.load_failed);
  CHECK(result.reason.find("p.cep:1:14: error") != std::string::npos);
  cep::Program other = program_of("");
  other.semantics = 9;
  result = run.offer(load_line(other));
  CHECK(result.load_failed);
  CHECK(result.reason.find("semantics 9") != std::string::npos);
  CHECK(run.offer("{\"_load\":{\"files\":").load_failed);
  result = run.offer(R"({"_session":7})");
  CHECK((result.rejected && !result.load_failed));
  CHECK(run.offer(R"({"_line":"broken)").rejected);
  CHECK(run.offer(R"({"_line":"broken"})").rejected);
  // Nothing has changed.
  CHECK(!run.offer(R"({"id":"x","ts":1})").rejected);
  run.engine->end();
  CHECK(run.has("\"pattern\":\"p\""));
  CHECK(run.has("`_session` must be an object"));
}

TEST_CASE("a load is longer than any line may be, and brings its own limits") {
  cep::Program small = program_of("stream e (id string, ts timestamp) time ts\npattern p on e { begin a alert low }\n# " + std::string(5000, 'x'));
  small.limits.line_bytes = 100;
  Run run(small);
  CHECK(run.engine->limits().line_bytes == 100);
  CHECK(!run.offer(load_line(small)).load_failed);
  CHECK(run.offer("{\"id\":\"" + std::string(200, 'x') + "\",\"ts\":1}").rejected);
  CHECK(!run.offer(load_line(program_of(small.files[0].text))).load_failed);
  CHECK(run.engine->limits().line_bytes == cep::Limits().line_bytes);
  CHECK(!run.offer("{\"id\":\"" + std::string(200, 'x') + "\",\"ts\":1}").rejected);
}

TEST_CASE("lines after a load come from the session before it") {
  const cep::Program program = program_of("stream e (id string, ts timestamp) time ts\nstream f (id string, ts timestamp) time ts\npattern p on e { begin a alert low }");
  Run run(program);
  CHECK(!run.offer(R"({"_session":{"producer":"one","stream":"e"}})").rejected);
  CHECK(!run.offer(load_line(program)).load_failed);
  CHECK(!run.offer(R"({"id":"x","ts":1})").rejected);
  run.engine->end();
  CHECK(run.has("\"pattern\":\"p\""));
}
