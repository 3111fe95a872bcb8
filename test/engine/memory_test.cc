// State falls back to nothing once the watermark has passed everything that has a limit.
#include <doctest/doctest.h>

#include <string>

#include "cep/engine.h"
#include "sanitized.h"

namespace {

const uint64_t kKeys = cep::testing::times(100'000, 10'000);

}  // namespace

TEST_CASE("a hundred thousand keys leave nothing behind") {
  const char* program =
      "stream e (k string, v int, ts timestamp) time ts watermark 1s unique by (k, v) within 2s\n"
      "pattern p on e by k { begin a where v == 1  followedBy b where v == 2  within 5s  alert low }\n"
      "pattern q on p by k { begin x  notFollowedBy y  within 1s  alert low }\n";
  cep::EngineOptions options;
  options.shards = 3;
  auto engine = cep::Engine::create(std::vector<cep::SourceFile>{{"p.cep", program}}, options, [](const cep::Record&) {}, nullptr);
  REQUIRE(engine);
  for (uint64_t i = 0; i < kKeys; ++i)
    engine->offer("{\"k\":\"k" + std::to_string(i) + "\",\"v\":" + std::to_string(1 + i % 2) + ",\"ts\":" + std::to_string(i / 50) + "}", {});
  engine->flush();
  cep::EngineStats during = engine->stats();
  CHECK(during.live_keys + during.waiting_rows > kKeys * 9 / 10);
  engine->offer("{\"_watermark\":{\"stream\":\"e\",\"time\":100000}}", {});
  engine->flush();
  cep::EngineStats after = engine->stats();
  CHECK(after.live_keys == 0);
  CHECK(after.live_runs == 0);
  CHECK(after.waiting_rows == 0);
}

TEST_CASE("windows and joins of a hundred thousand keys leave nothing behind") {
  const char* program =
      "stream e (k string, v int, ts timestamp) time ts watermark 1s\n"
      "window t on e by k { tumbling 10s lateness 5s select n = count(), s = sum(v), d = count_distinct(v) alert low }\n"
      "window l on e by k { sliding 10s every 1s select n = count() alert low }\n"
      "window g on e by k { session 3s select n = count(), all = collect(v) alert low }\n"
      "window r on e by k { rolling 4s select n = count() having n > 1 alert low }\n"
      "left join j on t a by k, g b by k { between -20s and 20s select n = a.n, m = b.n alert low }\n"
      "left join w on e a by k, t b by k { tumbling 20s select n = b.n alert low }\n";
  cep::EngineOptions options;
  options.shards = 2;
  auto engine = cep::Engine::create(std::vector<cep::SourceFile>{{"p.cep", program}}, options, [](const cep::Record&) {}, nullptr);
  REQUIRE(engine);
  for (uint64_t i = 0; i < kKeys; ++i)
    engine->offer("{\"k\":\"k" + std::to_string(i) + "\",\"v\":" + std::to_string(i % 7) + ",\"ts\":" + std::to_string(i / 50) + "}", {});
  engine->flush();
  cep::EngineStats during = engine->stats();
  CHECK(during.live_keys > kKeys * 3);
  CHECK(during.state_bytes > kKeys * 100);
  engine->offer("{\"_watermark\":{\"stream\":\"e\",\"time\":1000000}}", {});
  engine->flush();
  cep::EngineStats after = engine->stats();
  CHECK(after.live_keys == 0);
  CHECK(after.live_runs == 0);
  CHECK(after.waiting_rows == 0);
  CHECK(after.state_bytes < during.state_bytes / 100);
}

TEST_CASE("what `unique` remembers and the rows that wait are counted, and no longer when they have gone") {
  const std::string pattern = "pattern p on e by k { begin a where v == 9  followedBy b  within 5s  alert low }\n";
  const std::string long_key(200, 'k');
  for (const char* stream : {"stream e (k string, v int, ts timestamp) time ts unique by k within 1h\n",
                             "stream e (k string, v int, ts timestamp) time ts watermark 1h\n",
                             "stream e (k string, v int, ts timestamp) time ts watermark 1h unique by k within 1s\n"}) {
    CAPTURE(stream);
    auto engine = cep::Engine::create(std::vector<cep::SourceFile>{{"p.cep", stream + pattern}}, {}, [](const cep::Record&) {}, nullptr);
    REQUIRE(engine);
    const uint64_t keys = kKeys / 10;
    for (uint64_t i = 0; i < keys; ++i) engine->offer("{\"k\":\"" + long_key + std::to_string(i) + "\",\"v\":1,\"ts\":" + std::to_string(i / 50) + "}", {});
    engine->flush();
    CHECK(engine->stats().state_bytes > keys * 200);
    engine->offer("{\"_watermark\":{\"stream\":\"e\",\"time\":100000000}}", {});
    engine->flush();
    constexpr uint64_t kKept = 1024 * 64;   // the places of some thousand keys stay, without their texts
    CHECK(engine->stats().state_bytes < keys * 20 + kKept);
  }
}
