// Sums of doubles are the same bytes whatever the number of shards, the batches, and whatever else is loaded beside the window.
#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <string>
#include <vector>

#include "cep/engine.h"

namespace {

const std::string kStream = "stream e (k string, x double, ts timestamp) time ts watermark 40ms\n";
const std::string kWindows =
    "window w on e by k { sliding 100ms every 30ms lateness 20ms select s = sum(x), m = avg(x), d = stddev(x) alert low }\n"
    "window g on e by k { session 25ms select s = sum(x) alert low }\n"
    "window r on e by k { rolling 60ms select s = sum(x), m = avg(x) alert low }\n";
const std::string kOthers =
    "window o1 on e by k { sliding 90ms every 10ms select s = sum(x) }\n"
    "window o2 on e { tumbling 50ms select s = sum(x), d = stddev(x) }\n"
    "pattern o3 on e by k { begin a where x > 0.0 next b within 30ms select s = a.x + b.x }\n";

std::vector<std::string> run(const std::string& program, const std::vector<std::string>& lines, int shards, uint32_t batch) {
  std::vector<std::string> out;
  cep::EngineOptions options;
  options.shards = shards;
  options.batch = batch;
  options.seed = batch;
  auto engine = cep::Engine::create(std::vector<cep::SourceFile>{{"p.cep", program}}, options, [&](const cep::Record& r) {
    if (r.channel == cep::Channel::kAlerts) out.emplace_back(r.line);
  }, nullptr);
  RC_ASSERT(engine != nullptr);
  for (const std::string& l : lines) engine->offer(l, {});
  engine->end();
  return out;
}

}  // namespace

TEST_CASE("sums of doubles do not depend on shards, batches or other windows") {
  CHECK(rc::check("double sums", [] {
    std::vector<std::string> lines;
    int64_t now = 0;
    int n = *rc::gen::inRange(1, 150);
    for (int i = 0; i < n; ++i) {
      now += *rc::gen::inRange(0, 12);
      int64_t time = std::max<int64_t>(0, now - *rc::gen::inRange(0, 60));
      int exponent = *rc::gen::inRange(-12, 13);
      int digits = *rc::gen::inRange(-99999, 99999);
      lines.push_back("{\"k\":\"" + std::string(1, static_cast<char>('a' + *rc::gen::inRange(0, 4))) + "\",\"x\":" + std::to_string(digits) + "e" +
                      std::to_string(exponent) + ",\"ts\":" + std::to_string(time) + "}");
    }
    std::vector<std::string> alone = run(kStream + kWindows, lines, 1, 1);
    RC_ASSERT(run(kStream + kWindows, lines, 5, 7) == alone);
    RC_ASSERT(run(kStream + kWindows + kOthers, lines, 3, 10000) == alone);
  }));
}
