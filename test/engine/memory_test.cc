// State falls back to nothing once the watermark has passed everything that has a limit.
#include <doctest/doctest.h>

#include <string>

#include "cep/engine.h"

TEST_CASE("a hundred thousand keys leave nothing behind") {
  const char* program =
      "stream e (k string, v int, ts timestamp) time ts watermark 1s unique by (k, v) within 2s\n"
      "pattern p on e by k { begin a where v == 1  followedBy b where v == 2  within 5s  alert low }\n"
      "pattern q on p by k { begin x  notFollowedBy y  within 1s  alert low }\n";
  cep::EngineOptions options;
  options.shards = 3;
  auto engine = cep::Engine::create({{"p.cep", program}}, options, [](const cep::Record&) {}, nullptr);
  REQUIRE(engine);
  for (int i = 0; i < 100'000; ++i)
    engine->offer("{\"k\":\"k" + std::to_string(i) + "\",\"v\":" + std::to_string(1 + i % 2) + ",\"ts\":" + std::to_string(i / 50) + "}", {});
  engine->flush();
  cep::EngineStats during = engine->stats();
  CHECK(during.live_keys + during.waiting_rows > 90'000);
  engine->offer("{\"_watermark\":{\"stream\":\"e\",\"time\":100000}}", {});
  engine->flush();
  cep::EngineStats after = engine->stats();
  CHECK(after.live_keys == 0);
  CHECK(after.live_runs == 0);
  CHECK(after.waiting_rows == 0);
}
