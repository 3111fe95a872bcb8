// The whole engine, from text to records, against the naive matcher on random patterns and streams; also with other shards, batches and seeds: the same bytes.
#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <sstream>

#include "cep/engine.h"
#include "oracle/random_case.h"

namespace {

using nlohmann::ordered_json;

struct Output {
  std::vector<std::string> lines;      // all records, in order
  std::vector<std::string> matches;    // "s1: a1 a2 | s2: b1", in order
  std::vector<std::string> timeouts;   // the same with "@time", sorted
  std::string diagnostics;
};

std::string text_of(const ordered_json& match) {
  std::string out;
  for (auto& [stage, events] : match.items()) {
    out += stage + ":";
    for (auto& e : events) out += " " + e["id"].get<std::string>();
    out += " | ";
  }
  return out;
}

std::string text_of(const oracle::Pattern& p, const oracle::Trail& trail) {
  std::vector<std::string> names;
  std::function<void(const std::vector<oracle::Stage>&)> walk = [&](const std::vector<oracle::Stage>& stages) {
    for (auto& s : stages)
      if (s.group.empty()) names.push_back(s.name);
      else walk(s.group);
  };
  walk(p.stages);
  std::string out;
  for (auto& n : names) {
    std::string of;
    for (auto& t : trail)
      if (t.stage == n) of += " " + t.event.id;
    if (!of.empty()) out += n + ":" + of + " | ";
  }
  return out;
}

std::string line_of(const oracle::Event& e) {
  ordered_json j;
  j["id"] = e.id;
  j["name"] = e.name;
  if (e.v) j["v"] = *e.v;
  j["ts"] = e.ts;
  return j.dump();
}

Output run(const oracle::Case& c, int shards, uint32_t batch, uint64_t seed) {
  Output out;
  cep::EngineOptions options;
  options.shards = shards;
  options.batch = batch;
  options.seed = seed;
  options.channel_bytes = 1;
  std::vector<cep::Diagnostic> diagnostics;
  std::vector<cep::SourceFile> files{{"random.cep", c.program}};
  auto engine = cep::Engine::create(files, options, [&](const cep::Record& r) {
    out.lines.emplace_back(r.line);
    ordered_json j = ordered_json::parse(r.line);
    if (r.channel == cep::Channel::kAlerts) out.matches.push_back(text_of(j["match"]));
    if (r.channel == cep::Channel::kTimeouts) out.timeouts.push_back(text_of(j["match"]) + "@" + j["end"].get<std::string>());
  }, &diagnostics);
  if (!engine) {
    out.diagnostics = cep::render_all(diagnostics, files);
    return out;
  }
  for (auto& e : c.events) engine->offer(line_of(e), {});
  engine->end();
  std::sort(out.timeouts.begin(), out.timeouts.end());
  return out;
}

std::string time_text(int64_t ms) {
  char buffer[40];
  std::snprintf(buffer, sizeof buffer, "1970-01-01T00:00:%02d.%03dZ", static_cast<int>(ms / 1000), static_cast<int>(ms % 1000));
  return buffer;
}

template <class T>
std::string joined(const std::vector<T>& list) {
  std::string out;
  for (auto& x : list) out += "    " + x + "\n";
  return out;
}

std::string describe(const oracle::Case& c) {
  std::string out = c.program;
  for (auto& e : c.events) out += line_of(e) + "\n";
  return out;
}

// How many cases: CEPD_ORACLE_CASES, else the default.
int cases(int by_default) {
  const char* text = std::getenv("CEPD_ORACLE_CASES");
  return text ? std::atoi(text) : by_default;
}

struct Tally {
  int compared = 0, too_many = 0, matches = 0;
};

void compare(uint64_t number, const oracle::CaseOptions& options, Tally* tally) {
  oracle::Case c = oracle::random_case(number, options);
  auto expected = oracle::match(c.pattern, c.events, 1500);
  if (!expected || expected->matches.size() > 900) {
    ++tally->too_many;
    return;
  }
  Output got = run(c, 1, 1, 0);
  CAPTURE(number);
  REQUIRE_MESSAGE(got.diagnostics.empty(), "refused:\n" << describe(c) << got.diagnostics);
  std::vector<std::string> matches, timeouts;
  for (auto& r : expected->matches) matches.push_back(text_of(c.pattern, r.trail));
  for (auto& r : expected->timeouts) timeouts.push_back(text_of(c.pattern, r.trail) + "@" + time_text(r.time));
  std::sort(timeouts.begin(), timeouts.end());
  REQUIRE_MESSAGE(got.matches == matches, describe(c) << "expected\n" << joined(matches) << "got\n" << joined(got.matches));
  REQUIRE_MESSAGE(got.timeouts == timeouts, describe(c) << "expected timeouts\n" << joined(timeouts) << "got\n" << joined(got.timeouts));
  for (auto [shards, batch, seed] : {std::tuple(3, 7u, number + 1), std::tuple(2, 10000u, uint64_t{5})})
    REQUIRE_MESSAGE(run(c, shards, batch, seed).lines == got.lines, describe(c) << "other bytes with " << shards << " shards, batches of " << batch);
  ++tally->compared;
  tally->matches += static_cast<int>(matches.size());
}

void sweep(const oracle::CaseOptions& options, uint64_t first, int count) {
  Tally tally;
  for (int i = 0; i < count; ++i) compare(first + static_cast<uint64_t>(i), options, &tally);
  MESSAGE("compared " << tally.compared << ", with " << tally.matches << " matches; left out for size " << tally.too_many);
  CHECK(tally.compared > count / 2);
  CHECK(tally.matches > count / 2);
}

}  // namespace

TEST_CASE("the engine is the naive matcher: fixed numbers") {
  SUBCASE("small patterns") { sweep({2, 8, false, false}, 1'000'000, cases(1500)); }
  SUBCASE("patterns without groups") { sweep({4, 14, false, true}, 2'000'000, cases(2500)); }
  SUBCASE("patterns with groups") { sweep({3, 10, true, true}, 3'000'000, cases(2500)); }
}

TEST_CASE("the engine is the naive matcher: numbers drawn anew") {
  CHECK(rc::check("random pattern, random stream", [] {
    uint64_t number = *rc::gen::arbitrary<uint64_t>();
    Tally tally;
    compare(number, {3, 12, true, true}, &tally);
  }));
}
