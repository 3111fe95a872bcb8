// Random programs (random_program.h) on random lines: every number of shards, batch
// and order of letting shards run, in one thread or many, gives the same bytes on all channels.
#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <algorithm>
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
};

std::string run(const std::string& program, const std::vector<std::string>& lines, const Way& way) {
  std::string out;
  cep::EngineOptions options;
  options.shards = way.shards;
  options.batch = way.batch;
  options.seed = way.seed;
  options.threads = way.threads;
  options.channel_bytes = 1;
  options.under_way_bytes = way.under_way_bytes;
  std::vector<cep::Diagnostic> diagnostics;
  std::vector<cep::SourceFile> files{{"random.cep", program}};
  auto engine = cep::Engine::create(files, options, [&](const cep::Record& r) { out.append(r.line).push_back('\n'); }, &diagnostics);
  REQUIRE_MESSAGE(engine, program << cep::render_all(diagnostics, files));
  for (const std::string& l : lines) engine->offer(l, {});
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
  std::string first = run(program, lines, Way{1, 1, 0});
  *records += static_cast<size_t>(std::count(first.begin(), first.end(), '\n'));
  for (Way w : {Way{1, 10000, 0}, Way{2, 7, 3}, Way{5, 1, 5}, Way{3, 13, 9}, Way{5, 10000, 2},
                Way{1, 3, 0, true}, Way{3, 7, 0, true}, Way{4, 1, 0, true, 1}, Way{2, 5, 0, true, 4000}}) {
    std::string other = run(program, lines, w);
    CAPTURE(number);
    REQUIRE_MESSAGE(other == first, program << "differs with " << w.shards << " shards, batches of " << w.batch << (w.threads ? ", threads" : "") << "\n"
                                            << first_difference(first, other));
  }
}

}  // namespace

TEST_CASE("random programs give the same bytes however they are run") {
  size_t records = 0;
  const uint64_t programs = cep::testing::times(250, 25);
  for (uint64_t number = 1; number <= programs; ++number) compare(number, &records);
  MESSAGE(programs << " programs, " << records << " records");
  CHECK(records > programs * 40);
}

TEST_CASE("random programs, drawn anew") {
  CHECK(rc::check("the same bytes", [] {
    size_t records = 0;
    compare(*rc::gen::arbitrary<uint64_t>(), &records);
  }));
}
