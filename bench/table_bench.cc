// What table rows between events cost: the engine in threads, events that look a table up, alone, with a row of the table behind each event, and with one that a stream feeds at each.
// Usage: table_bench [EVENTS] [SHARDS]
#include <chrono>
#include <cstdlib>
#include <string>

#include "cep/engine.h"
#include "report.h"

namespace {

constexpr int kKeys = 1000;

const char* const kStreams =
    "stream e (k string, v int, ts timestamp) time ts\n"
    "pattern p on e by k { begin a where v > limits[k].least next b where v > limits[k].least within 10s alert low }\n";

void measure(const std::string& what, const std::string& table, bool rows, uint64_t events, int shards) {
  cep::EngineOptions options;
  options.threads = true;
  options.shards = shards;
  uint64_t alerts = 0;
  auto engine = cep::Engine::create({{"bench.cep", table + kStreams}}, options, [&](const cep::Record& r) { alerts += r.channel == cep::Channel::kAlerts; }, nullptr);
  if (!engine) std::exit(1);
  const auto begin = std::chrono::steady_clock::now();
  uint64_t lines = 0;
  for (uint64_t i = 0; i < events; ++i, ++lines) {
    const std::string key = "k" + std::to_string(i % kKeys);
    engine->offer("{\"_stream\":\"e\",\"k\":\"" + key + "\",\"v\":" + std::to_string(i * 7919 % 100) + ",\"ts\":" + std::to_string(i / 10) + "}", {});
    if (!rows) continue;
    engine->offer("{\"_stream\":\"limits\",\"k\":\"" + key + "\",\"least\":" + std::to_string(i * 31 % 100) + "}", {});
    ++lines;
  }
  engine->flush();
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  bench::print_rate(what, lines, "lines", seconds, "  " + std::to_string(alerts) + " alerts");
}

}  // namespace

int main(int argc, char** argv) {
  const uint64_t events = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 200'000;
  const int shards = argc > 2 ? std::atoi(argv[2]) : 2;
  bench::print_machine(", " + std::to_string(shards) + " shards");
  const std::string lines = "table limits (k string, least int) key k\n";
  measure("events alone", lines, false, events, shards);
  measure("events and table rows 1:1", lines, true, events, shards);
  measure("events that feed the table", "table limits (k string, least int) key k from stream fed\nstream fed = e select k = k, least = v % 10\n", false, events, shards);
}
