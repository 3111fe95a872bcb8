// Many patterns on one stream share keys, sorting and predicates; an index finds those that can hold. The result must be that of asking every rule.
#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "cep/engine.h"

namespace {

struct Rule {
  std::string field, value;
  int bound;
  bool by_host;
};

struct Fixture {
  std::mt19937 random{7};
  std::vector<Rule> rules;
  std::string program = "stream logs (host string, process string, code int, level int, ts timestamp) time ts\n";
  std::vector<std::string> lines;
  std::map<std::string, int> expected;

  int below(int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); }

  Fixture() {
    for (int i = 0; i < 120; ++i) {
      Rule r{below(2) ? "process" : "code", std::to_string(below(12)), below(10), below(2) == 0};
      rules.push_back(r);
      std::string value = r.field == "process" ? "\"p" + r.value + "\"" : r.value;
      program += "pattern rule_" + std::to_string(i) + " on logs" + (r.by_host ? " by host" : "") + " { begin a where " +
                 (below(2) ? r.field + " == " + value + " and level > " + std::to_string(r.bound)
                           : "level > " + std::to_string(r.bound) + " and " + r.field + " == " + value) +
                 " alert low }\n";
    }
    for (int i = 0; i < 400; ++i) event(i);
  }

  void event(int i) {
    std::string process = "p" + std::to_string(below(14)), host = "h" + std::to_string(below(3));
    int code = below(14), level = below(12);
    bool no_process = below(20) == 0, no_code = below(20) == 0;
    std::string line = "{\"host\":\"" + host + "\"";
    if (!no_process) line += ",\"process\":\"" + process + "\"";
    if (!no_code) line += ",\"code\":" + std::to_string(code);
    lines.push_back(line + ",\"level\":" + std::to_string(level) + ",\"ts\":" + std::to_string(i) + "}");
    for (size_t r = 0; r < rules.size(); ++r) {
      bool equal = rules[r].field == "process" ? !no_process && process == "p" + rules[r].value : !no_code && std::to_string(code) == rules[r].value;
      if (equal && level > rules[r].bound) ++expected["rule_" + std::to_string(r)];
    }
  }

  std::vector<std::string> run(int shards, uint32_t batch) {
    std::vector<std::string> out;
    cep::EngineOptions options;
    options.shards = shards;
    options.batch = batch;
    options.seed = static_cast<uint64_t>(shards - 1);
    auto engine = cep::Engine::create(std::vector<cep::SourceFile>{{"rules.cep", program}}, options, [&](const cep::Record& r) { out.emplace_back(r.line); }, nullptr);
    REQUIRE(engine);
    for (auto& l : lines) engine->offer(l, {});
    engine->end();
    CHECK(engine->stats().live_keys == 0);
    CHECK(engine->stats().live_runs == 0);
    return out;
  }
};

}  // namespace

TEST_CASE("a hundred and twenty rules give what each alone would") {
  Fixture f;
  std::map<std::string, int> got;
  std::vector<std::string> records = f.run(1, 1);
  for (auto& line : records) {
    size_t at = line.find("\"pattern\":\"") + 11;
    ++got[line.substr(at, line.find('"', at) - at)];
  }
  CHECK(got == f.expected);
  CHECK(records.size() > 1000);
  CHECK(f.run(4, 13) == records);
  CHECK(f.run(3, 10000) == records);
}
