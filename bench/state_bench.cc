// How much a million keys cost in memory while they live, and what is left once the watermark has passed everything: resident memory of the process and what the
// engine counts. Usage: state_bench [KEYS]
#include <malloc.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <unistd.h>

#include "cep/engine.h"

namespace {

double resident_mb() {
  long pages = 0, resident = 0;
  std::ifstream("/proc/self/statm") >> pages >> resident;
  return static_cast<double>(resident) * static_cast<double>(sysconf(_SC_PAGESIZE)) / (1 << 20);
}

void show(const char* when, const cep::Engine& engine) {
  cep::EngineStats s = engine.stats();
  std::printf("%-28s %9.1f MB resident  %10lu keys  %12lu bytes of state\n", when, resident_mb(), static_cast<unsigned long>(s.live_keys),
              static_cast<unsigned long>(s.state_bytes));
}

void measure(const char* name, const std::string& body, int keys) {
  std::string program = "stream e (k string, v int, ts timestamp) time ts\n" + body;
  auto engine = cep::Engine::create({{name, program}}, {}, [](const cep::Record&) {}, nullptr);
  if (!engine) std::exit(1);
  std::printf("%s\n", name);
  show("  before", *engine);
  for (int i = 0; i < keys; ++i)
    engine->offer("{\"k\":\"user" + std::to_string(i) + "\",\"v\":" + std::to_string(i % 10) + ",\"ts\":" + std::to_string(i / 1000) + "}", {});
  engine->flush();
  show("  all keys live", *engine);
  engine->offer("{\"_watermark\":{\"stream\":\"e\",\"time\":100000000}}", {});
  engine->flush();
  malloc_trim(0);
  show("  the watermark has passed", *engine);
}

}  // namespace

int main(int argc, char** argv) {
  int keys = argc > 1 ? std::atoi(argv[1]) : 1'000'000;
  measure("tumbling window", "window w on e by k { tumbling 1h select n = count(), s = sum(v) }\n", keys);
  measure("session window", "window w on e by k { session 1h select n = count(), s = sum(v) }\n", keys);
  measure("pattern, a run for each key", "pattern p on e by k { begin a followedBy b where v > 100 within 1h alert low }\n", keys);
}
