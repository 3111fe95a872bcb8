// An engine in which programs are loaded in the place of others, and what came out of it.
#pragma once
#include <doctest/doctest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "cep/engine.h"

namespace cep::test {

struct Way {
  int shards = 1;
  uint32_t batch = 1000;
  uint64_t seed = 0;
  bool threads = false;
};
inline const Way kWays[] = {{1, 1, 0}, {1, 10000, 0}, {2, 7, 3}, {5, 1, 5}, {5, 10000, 2}, {2, 7, 0, true}, {5, 10000, 0, true}};

inline cep::Program program_of(const std::string& text) {
  cep::Program p;
  p.files = {{"p.cep", text}};
  return p;
}

// An engine and what came out of it, a record a line.
struct Run {
  std::string out;
  std::vector<std::string> records, names;
  std::vector<uint64_t> positions;  // of the records
  std::unique_ptr<cep::Engine> engine;

  explicit Run(const cep::Program& program, const Way& way = {}, bool test_alerts = false) {
    cep::EngineOptions options;
    options.shards = way.shards;
    options.batch = way.batch;
    options.seed = way.seed;
    options.threads = way.threads;
    options.channel_bytes = 1;
    options.test_alerts = test_alerts;
    std::vector<cep::Diagnostic> diagnostics;
    auto sink = [this](const cep::Record& r) {
      out.append(r.line).push_back('\n');
      records.emplace_back(r.line);
      names.emplace_back(r.name);
      positions.push_back(r.position);
    };
    engine = cep::Engine::create(program, options, sink, &diagnostics);
    REQUIRE_MESSAGE(engine, cep::render_all(diagnostics, program.files));
  }
  explicit Run(const std::string& text, const Way& way = {}) : Run(program_of(text), way) {}

  void load(const cep::Program& program) {
    std::vector<cep::Diagnostic> diagnostics;
    bool good = engine->load(program, &diagnostics);
    REQUIRE_MESSAGE(good, cep::render_all(diagnostics, program.files));
  }
  void load(const std::string& text) { load(program_of(text)); }
  void offer(const std::vector<std::string>& lines) {
    for (const std::string& l : lines) engine->offer(l, {});
  }
  size_t count(const std::string& part) const {
    return static_cast<size_t>(std::count_if(records.begin(), records.end(), [&](const std::string& r) { return r.find(part) != std::string::npos; }));
  }
};

inline const std::string kStream = "stream e (id string, k string, v int, ts timestamp) time ts\n";

inline std::string event(int id, int time, const std::string& key = "x", int v = 0) {
  return "{\"id\":\"e" + std::to_string(id) + "\",\"k\":\"" + key + "\",\"v\":" + std::to_string(v) + ",\"ts\":" + std::to_string(time) + "}";
}

}  // namespace cep::test
