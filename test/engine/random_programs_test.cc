// Random programs (random_program.h) on random lines: every number of shards, batch and order of letting shards run, in one thread or many, with the program loaded anew on the way,
// gives the same bytes on all channels. `CEPD_RANDOM_PROGRAMS=20000 test_engine -tc="random programs give*"` runs so many of them, `CEPD_RANDOM_PROGRAMS_FROM` says the first number.
#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <cstdlib>
#include <string>
#include <vector>

#include "cep/engine.h"
#include "engine/random_program.h"
#include "sanitized.h"

namespace {

struct Way {
  int shards;
  uint32_t batch;
  uint64_t seed;
  bool threads = false;
  uint64_t under_way_bytes = 1 << 20;
  size_t load_every = 0;  // lines; 0: never
  uint64_t made_bytes = 1 << 20;
  size_t restore_every = 0;  // lines; 0: never. Each time with another number of shards
};

constexpr Way kFirst{1, 1, 0};
constexpr Way kOthers[] = {{1, 10000, 0},          {2, 7, 3},           {3, 13, 9},          {4, 1, 7},           {5, 1, 5},         {5, 10000, 2},       {6, 3, 1},
                           {7, 10000, 8},          {8, 10, 4},          {1, 3, 0, true},     {3, 7, 0, true},     {4, 1, 0, true, 1}, {2, 5, 0, true, 4000}, {8, 10000, 0, true},
                           {1, 10000, 0, false, 1 << 20, 9}, {3, 7, 6, false, 1 << 20, 13}, {2, 4, 0, true, 1 << 20, 11},
                           {3, 10000, 0, false, 1, 0, 0}, {8, 11, 4, false, 1, 7, 9000}, {4, 50, 0, true, 1 << 20, 0, 2000},
                           {1, 10000, 0, false, 1 << 20, 0, 1 << 20, 5}, {3, 7, 6, false, 1 << 20, 13, 1 << 20, 8}, {4, 50, 0, true, 1 << 20, 0, 1 << 20, 40}};

// The program, or the same with one derived stream more, which nobody reads: then everything has another number.
cep::Program load_of(const std::string& program, bool more) {
  cep::Program out;
  out.files = {{"random.cep", (more ? "stream zz = a where v == 77\n" : "") + program}};
  return out;
}

std::string run(const std::string& program, const std::vector<std::string>& lines, const Way& way) {
  std::string out;
  cep::EngineOptions options;
  options.shards = way.shards;
  options.batch = way.batch;
  options.seed = way.seed;
  options.threads = way.threads;
  options.channel_bytes = 1;
  options.under_way_bytes = way.under_way_bytes;
  options.made_bytes = way.made_bytes;
  std::vector<cep::Diagnostic> diagnostics;
  const cep::Program first = load_of(program, false);
  const auto sink = [&](const cep::Record& r) { out.append(r.line).push_back('\n'); };
  auto engine = cep::Engine::create(first, options, sink, &diagnostics);
  REQUIRE_MESSAGE(engine, program << cep::render_all(diagnostics, first.files));
  for (size_t i = 0; i < lines.size(); ++i) {
    if (way.load_every && i % way.load_every == way.load_every - 1) REQUIRE(engine->load(load_of(program, i / way.load_every % 3 != 2), &diagnostics));
    if (way.restore_every && i % way.restore_every == way.restore_every - 1) {
      const std::string state = engine->save();
      options.shards = 1 + (options.shards + 1) % 5;
      auto restored = cep::Engine::restore(state, options, sink);
      REQUIRE_MESSAGE(restored.ok(), program << restored.status().message());
      engine = std::move(restored.value());
    }
    engine->offer(lines[i], {});
  }
  engine->end();
  return out;
}

std::string first_difference(const std::string& a, const std::string& b) {
  size_t at = static_cast<size_t>(std::mismatch(a.begin(), a.end(), b.begin(), b.end()).first - a.begin());
  size_t line = a.rfind('\n', at) == std::string::npos ? 0 : a.rfind('\n', at) + 1;
  return a.substr(line, 300) + "\n---\n" + b.substr(line, 300);
}

void compare(uint64_t number, size_t* records) {
  cep::test::RandomProgram maker(number);
  std::string program = maker.program();
  std::vector<std::string> lines = maker.lines();
  std::string first = run(program, lines, kFirst);
  *records += static_cast<size_t>(std::count(first.begin(), first.end(), '\n'));
  for (const Way& w : kOthers) {
    std::string other = run(program, lines, w);
    CAPTURE(number);
    REQUIRE_MESSAGE(other == first, program << "differs with " << w.shards << " shards, batches of " << w.batch << std::string(w.threads ? ", threads" : "")
                                            << std::string(w.load_every ? ", loads" : "") << std::string(w.restore_every ? ", restored" : "") << ", " << w.made_bytes << " bytes made" << "\n"
                                            << first_difference(first, other));
  }
}

}  // namespace

TEST_CASE("random programs give the same bytes however they are run") {
  size_t records = 0;
  const char *asked = std::getenv("CEPD_RANDOM_PROGRAMS"), *from = std::getenv("CEPD_RANDOM_PROGRAMS_FROM");
  const uint64_t programs = asked ? std::strtoull(asked, nullptr, 10) : cep::testing::times(250, 25);
  const uint64_t first = from ? std::strtoull(from, nullptr, 10) : 1;
  for (uint64_t number = first; number < first + programs; ++number) compare(number, &records);
  MESSAGE(programs << " programs, " << records << " records");
  CHECK(records > programs * 40);
}

TEST_CASE("random programs, drawn anew") {
  CHECK(rc::check("the same bytes", [] {
    size_t records = 0;
    compare(*rc::gen::arbitrary<uint64_t>(), &records);
  }));
}
