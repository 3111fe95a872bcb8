// What starts leave for those that come after them.
#include "engine/start_notes.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>

#include "base/temp_dir.h"
#include "engine/memory_watch.h"

using namespace cep::engine;
using base_test::TempDir;
using Phase = StartNote::Phase;

namespace {

StartNote note(Phase phase, uint64_t position, uint64_t used, uint64_t bound = 1000, bool refused = false) {
  StartNote out;
  out.phase = phase;
  out.position = position;
  out.used = used;
  out.bound = bound;
  out.refused = refused;
  out.most = "pattern `p`, 1.0 MiB";
  return out;
}

bool holds(const std::vector<StartNote>& before, uint64_t bound = 1000, bool addresses = false) {
  StartNote held;
  return must_hold(before, bound, addresses, &held);
}

}  // namespace

TEST_CASE("a line of the notes comes back as it was, whatever the name in it") {
  StartNote n = note(Phase::kRecovering, UINT64_MAX, 12, 34, true);
  n.most = "window `" + std::string(300, 'x') + "\n` ";
  const std::string line = to_line(n);
  CHECK(line.size() == to_line({}).size());
  CHECK(line.find('\n') == std::string::npos);
  StartNote back;
  REQUIRE(from_line(line, &back));
  CHECK(back.phase == n.phase);
  CHECK(back.position == n.position);
  CHECK(back.used == 12);
  CHECK(back.bound == 34);
  CHECK(back.refused);
  CHECK(!back.addresses);
  n.addresses = true;
  REQUIRE(from_line(to_line(n), &back));
  CHECK(back.addresses);
  CHECK(back.most.starts_with("window `xxx"));
  StartNote old;   // of a build that did not say which bound
  REQUIRE(from_line("refused=0 recovering position=7 used=12 bound=34 most=window `w`   ", &old));
  CHECK(old.bound == 34);
  CHECK(!old.addresses);
  CHECK(old.most == "window `w`");
  CHECK(back.most.starts_with("window `xxx"));
  for (const char* bad : {"", "refused=1", "refused=0 sleeping position=1 used=1 bound=1 most=", "position=1"}) CHECK(!from_line(bad, &back));
}

TEST_CASE("two ends with much memory in use, the second of them in the recovery, hold the third start") {
  CHECK(!holds({}));
  CHECK(!holds({note(Phase::kRecovering, 7, 900)}));
  CHECK(holds({note(Phase::kServing, 9, 900), note(Phase::kRecovering, 7, 900)}));
  CHECK(holds({note(Phase::kRecovering, 7, 500), note(Phase::kRecovering, 7, 500)}));
  CHECK(holds({note(Phase::kRecovering, 7, 1, 1000, true), note(Phase::kStarting, 1, 1, 1000, true)}));
  StartNote held;
  REQUIRE(must_hold({note(Phase::kRecovering, 5, 900), note(Phase::kRecovering, 7, 901)}, 1000, false, &held));
  CHECK(held.phase == Phase::kHeld);
  CHECK(held.position == 7);
  CHECK(held.most == "pattern `p`, 1.0 MiB");
}

TEST_CASE("kills of a daemon with little in use, or of one that serves, hold nothing") {
  CHECK(!holds({note(Phase::kRecovering, 7, 100), note(Phase::kRecovering, 7, 100)}));
  CHECK(!holds({note(Phase::kRecovering, 7, 900), note(Phase::kRecovering, 7, 100)}));
  CHECK(!holds({note(Phase::kRecovering, 7, 100), note(Phase::kRecovering, 7, 900)}));
  CHECK(!holds({note(Phase::kRecovering, 7, 900), note(Phase::kServing, 9, 900)}));
}

TEST_CASE("held stays held, until there is more memory") {
  const std::vector<StartNote> before = {note(Phase::kRecovering, 7, 900), note(Phase::kHeld, 7, 900)};
  CHECK(holds(before));
  CHECK(holds(before, 900));
  CHECK(holds(before, 1040));
  CHECK(!holds(before, 1100));
}

TEST_CASE("a bound of another kind says nothing of the one before: the start is tried once more") {
  std::vector<StartNote> before = {note(Phase::kRecovering, 7, 900), note(Phase::kRecovering, 7, 900)};
  CHECK(!holds(before, 500, true));
  before.back().addresses = true;
  CHECK(holds(before, 500, true));
  CHECK(!holds(before, 500, false));
}

TEST_CASE("the file keeps two starts of before, and goes at the clean end") {
  TempDir dir;
  const std::string path = dir.file("starts");
  for (uint64_t start = 0; start < 4; ++start) {
    StartNotes notes;
    notes.open(path);
    REQUIRE(notes.before().size() == std::min<uint64_t>(start, 2));
    if (start > 0) CHECK(notes.before().back().position == start - 1);
    notes.update(note(Phase::kRecovering, start, 900));
  }
  StartNotes last;
  last.open(path);
  CHECK(last.before().front().position == 2);
  last.end();
  CHECK(!std::filesystem::exists(path));
  std::ofstream(path) << "no such notes\n";
  StartNotes after;
  after.open(path);
  CHECK(after.before().empty());
}

TEST_CASE("a bound is met at once, and left below nine tenths of it") {
  MemoryWatch watch(1000, 0);
  CHECK(!watch.look({999, 0}));
  CHECK(watch.look({1000, 0}));
  CHECK(watch.full());
  CHECK(!watch.look({901, 0}));
  CHECK(watch.look({899, 0}));
  CHECK(!watch.full());
  CHECK(!watch.hopeless());
  watch.look({1201, 0});
  CHECK(watch.hopeless());
  MemoryWatch none(0, 0);
  CHECK(!none.look({UINT64_MAX, 0}));
  CHECK(!none.full());
  CHECK(!none.hopeless());
}

TEST_CASE("RLIMIT_AS counts where it is nearer, beyond what the process takes at rest") {
  MemoryWatch watch(1 << 20, 1000);
  CHECK(!watch.look({0, 799}));
  CHECK(watch.bound() == 800);
  CHECK(watch.look({0, 800}));
  CHECK(watch.text().find("RLIMIT_AS") != std::string::npos);
  CHECK(watch.look({1 << 19, 0}));
  CHECK(watch.bound() == 1 << 20);
}
