// A program that was prepared beside the engine: taken as it is where what is in force is what it was matched with, else made again; the records are those of a plain load either way.
#include "engine/prepared_load.h"

#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "base/env.h"
#include "engine/load_kit.h"
#include "engine/stages.h"

using namespace cep;
using namespace cep::test;

namespace {

const std::string kTable = "table t (k string, n int) key k from \"t.csv\"\npattern p on e by k { begin a where v > t[k].n next b within 10ms alert low \"{t[a.k].n}\" }\n";

Program with_rows(const std::string& text, const std::string& rows) {
  Program p = program_of(text);
  p.table_files = {{"t.csv", rows}};
  return p;
}

std::vector<std::string> events(int from, int to) {
  std::vector<std::string> out;
  for (int i = from; i < to; ++i) out.push_back(cep::test::event(i, i, i % 3 == 0 ? "x" : "y", i * 7 % 10));
  return out;
}

TakesPrepared& taker(Run* run) { return dynamic_cast<TakesPrepared&>(*run->engine); }

std::shared_ptr<PreparedLoad> prepared_of(const Program& program, std::shared_ptr<const PreparedLoad> before) {
  std::vector<Diagnostic> diagnostics;
  std::shared_ptr<PreparedLoad> out = PreparedLoad::of(program, std::move(before), &diagnostics);
  REQUIRE_MESSAGE(out, render_all(diagnostics, program.files));
  return out;
}

}  // namespace

TEST_CASE("what was prepared is taken, one behind the other, and gives what a plain load gives") {
  const std::string more = "pattern q on e by k { begin a where v == t[k].n alert info \"{k}\" }\n";
  const Program first = with_rows(kStream + kTable, "k,n\nx,1\ny,5\n"), second = with_rows(kStream + kTable + more, "k,n\nx,1\ny,5\n"),
                third = with_rows(kStream + kTable, "k,n\nx,8\n");
  for (const Way& way : kWays) {
    Run plain(first, way), beside(first, way);
    // Both are prepared before the engine has the first of them.
    const std::shared_ptr<PreparedLoad> two = prepared_of(second, taker(&beside).in_force()), three = prepared_of(third, two);
    plain.offer(events(0, 50));
    beside.offer(events(0, 50));
    plain.load(second);
    CHECK(taker(&beside).load_prepared(second, two, nullptr));
    CHECK(taker(&beside).in_force() == two);
    plain.offer(events(50, 100));
    beside.offer(events(50, 100));
    plain.load(third);
    CHECK(taker(&beside).load_prepared(third, three, nullptr));
    CHECK(taker(&beside).in_force() == three);
    plain.offer(events(100, 150));
    beside.offer(events(100, 150));
    plain.engine->end();
    beside.engine->end();
    CHECK(plain.count("\"pattern\":\"q\"") > 0);
    CHECK(beside.out == plain.out);
  }
}

TEST_CASE("what was matched with another program is made again") {
  const Program first = with_rows(kStream + kTable, "k,n\nx,1\n"), second = with_rows(kStream + kTable, "k,n\nx,2\n"), third = with_rows(kStream + kTable, "k,n\nx,3\n");
  Run run(first), plain(first);
  const std::shared_ptr<PreparedLoad> stale = prepared_of(third, taker(&run).in_force());
  run.load(second);
  plain.load(second);
  CHECK(taker(&run).load_prepared(third, stale, nullptr));
  CHECK(taker(&run).in_force() != stale);
  plain.load(third);
  run.offer(events(0, 100));
  plain.offer(events(0, 100));
  run.engine->end();
  plain.engine->end();
  CHECK(run.count("\"pattern\":\"p\"") > 0);
  CHECK(run.out == plain.out);
  // Nothing changes when it cannot be made.
  Program wrong = program_of("nonsense");
  std::vector<Diagnostic> diagnostics;
  CHECK_FALSE(taker(&run).load_prepared(wrong, nullptr, &diagnostics));
  CHECK(has_errors(diagnostics));
}

TEST_CASE("what was prepared goes with its entry through the journal to the engine, which takes that and nothing else") {
  using namespace cep::engine;
  char dir[] = "/tmp/cepd-prepared-XXXXXX";
  REQUIRE(mkdtemp(dir) != nullptr);
  const Program programs[] = {with_rows(kStream + kTable, "k,n\nx,1\n"), with_rows(kStream + kTable, "k,n\nx,2\n"), with_rows(kStream + kTable, "k,n\nx,3\n")};
  {
    DurableOptions options;
    options.env = base::posix_env();
    options.data_dir = dir;
    StageHooks hooks{[](uint64_t) { return true; }, [](const Status& wrong) { FAIL(wrong.message()); }, [] {}};
    auto opened = Stages::open(options, {}, hooks);
    REQUIRE(opened.ok());
    Stages& stages = *opened.value();
    auto load_of = [](const Program& program) { return std::make_shared<const journal::Load>(journal::Load{program, {journal::Origin::kDisk}, {}}); };
    auto work = [&] {
      std::vector<WrittenFrame> frames;
      std::vector<Notice> notices;
      REQUIRE(stages.journal->write(&frames).ok());
      for (const WrittenFrame& frame : frames) REQUIRE(stages.feed->feed(frame, &notices).ok());
      std::vector<uint64_t> asked;
      for (const Notice& notice : notices) asked.push_back(notice.request);
      return asked;
    };
    stages.journal->take_load(1, load_of(programs[0]));
    CHECK(work() == std::vector<uint64_t>{1});
    auto& engine = dynamic_cast<TakesPrepared&>(*stages.feed->engine());
    const auto two = prepared_of(programs[1], engine.in_force()), three = prepared_of(programs[2], two);
    // Both in one frame, and what is no load between them.
    stages.journal->take_load(2, load_of(programs[1]), two);
    stages.journal->take_reset(3, "e");
    stages.journal->take_load(4, load_of(programs[2]), three);
    CHECK(work() == std::vector<uint64_t>{2, 3, 4});
    CHECK(engine.in_force() == three);
  }
  std::filesystem::remove_all(dir);
}

TEST_CASE("what was matched with another program is not compiled again") {
  const Program first = with_rows(kStream + kTable, "k,n\nx,1\n"), second = with_rows(kStream + kTable, "k,n\nx,2\n");
  Run run(first);
  const std::shared_ptr<PreparedLoad> alone = prepared_of(second, nullptr);
  CHECK(taker(&run).load_prepared(second, alone, nullptr));
  CHECK(taker(&run).in_force() != alone);
  CHECK(taker(&run).in_force()->loaded->plan == alone->loaded->plan);
}
