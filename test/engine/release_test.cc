// The callbacks round the release of records (include/cep/engine.h), and the position that each record names.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "cep/engine.h"

namespace {

const char* const kProgram = R"(stream s (k string, v int, ts timestamp) time ts
pattern p on s by k { begin a where v > 2 alert low }
)";

std::string line(int v, int ts) { return "{\"k\":\"x\",\"v\":" + std::to_string(v) + ",\"ts\":" + std::to_string(ts) + "}"; }

struct Log {
  std::vector<std::string> said;
  cep::EngineOptions options(bool threads) {
    cep::EngineOptions o;
    o.threads = threads;
    o.batch = 3;
    o.before_release = [this](uint64_t p) { said.push_back("before " + std::to_string(p)); };
    o.after_release = [this](uint64_t p) { said.push_back("after " + std::to_string(p)); };
    return o;
  }
  cep::Engine::Sink sink() {
    return [this](const cep::Record& r) { said.push_back(std::string(cep::channel_name(r.channel)) + " " + std::to_string(r.position)); };
  }
};

}  // namespace

TEST_CASE("before and after the records of each batch the engine says how far they go") {
  for (bool threads : {false, true}) {
    Log log;
    auto engine = cep::Engine::create(std::vector<cep::SourceFile>{{"p.cep", kProgram}}, log.options(threads), log.sink(), nullptr);
    REQUIRE(engine);
    engine->offer(line(1, 1), {});
    engine->offer("no json", {});
    engine->offer(line(3, 3), {});  // batch of 3; without `watermark` it waits for a later event
    engine->offer(line(1, 4), {});
    engine->flush();                // without records
    engine->offer(line(5, 5), {});
    engine->end();
    std::vector<std::string> expected = {"before 3", "rejects 2", "alerts 3", "after 3", "before 4", "after 4",
                                         "before 5", "alerts 5",  "after 5",  "before 6", "after 6"};
    CHECK(log.said == expected);
  }
}

TEST_CASE("records name positions as they were given") {
  for (bool threads : {false, true}) {
    Log log;
    auto engine = cep::Engine::create(std::vector<cep::SourceFile>{{"p.cep", kProgram}}, log.options(threads), log.sink(), nullptr);
    REQUIRE(engine);
    engine->next_position(100);
    engine->offer(line(7, 1), {});
    engine->next_position(200);
    engine->offer(line(7, 2), {});
    engine->end();
    std::vector<std::string> expected = {"before 200", "alerts 100", "alerts 200", "after 200", "before 201", "after 201"};
    CHECK(log.said == expected);
  }
}
