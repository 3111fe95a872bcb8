// The process ends, or the power goes, at every call and every kill point: what was acknowledged is there, in order, and nothing that was never appended.
#include <doctest/doctest.h>

#include <set>

#include "base/fault_control.h"
#include "journal/journal_kit.h"
#include "sim/sim_env.h"

using namespace cep;
using namespace cep::journal;
using namespace cep::journal::test;

namespace {

WriterOptions small() {
  WriterOptions o;
  o.segment_bytes = 700;
  return o;
}

// What the writer's user knows of the journal through all crashes.
struct Known {
  std::vector<OwnFrame> appended;   // of this life behind what the last open found; earlier ones as found
  size_t acknowledged = 0;          // so many of them are durable for good
};

// Opens, checks what is there, appends and syncs by the seed, until the work is done or the process ends.
// The empty string, or what was wrong.
std::string live(sim::SimEnv* env, sim::Rng* rng, Known* known, int frames) {
  std::string error;
  Result<Opened> opened = open_journal(env, kDir, small());
  if (!opened.ok()) return "open: " + opened.status().message();
  std::vector<OwnFrame> found = read_all(env, kDir, &error);
  if (!error.empty()) return "read: " + error;
  if (found.size() < known->acknowledged) return "acknowledged frames are gone";
  if (found.size() > known->appended.size()) return "frames that nobody appended";
  if (!std::equal(found.begin(), found.end(), known->appended.begin())) return "other content";
  known->appended = found;
  known->acknowledged = found.size();   // opening makes durable what it finds
  Writer& w = *opened.value().writer;
  uint64_t next = 1;
  for (const OwnFrame& f : found) next += f.count;
  if (w.next_position() != next) return "next position";
  for (int i = 0; i < frames; ++i) {
    OwnFrame f = frame_of_lines(next, 1 + static_cast<uint32_t>(rng->next() % 5), static_cast<int64_t>(rng->next() % 100000));
    known->appended.push_back(f);
    if (!w.append(f.view()).ok()) return "";
    next += f.count;
    if (rng->next() % 3 != 0) continue;
    if (!w.sync().ok()) return "";
    known->acknowledged = known->appended.size();
  }
  return "";
}

}  // namespace

TEST_CASE("a crash at every call, the page cache kept or lost") {
  for (bool power : {false, true}) {
    for (uint64_t op = 1;; ++op) {
      sim::SimEnv env(op * 2 + (power ? 1 : 0));
      sim::Rng rng(op);
      Known known;
      env.crash_at_op(op);
      bool crashed = false;
      std::string wrong;
      try {
        wrong = live(&env, &rng, &known, 12);
      } catch (const sim::SimCrash&) {
        crashed = true;
      }
      REQUIRE(wrong == "");
      if (!crashed) {
        CHECK(op > 40);
        break;
      }
      env.forget_faults();
      power ? env.cut_power() : env.restart();
      INFO("op ", op, power ? " power" : " kill");
      REQUIRE(live(&env, &rng, &known, 3) == "");
      REQUIRE(live(&env, &rng, &known, 0) == "");
    }
  }
}

TEST_CASE("every kill point is passed and survived") {
  sim::SimEnv all(1);
  sim::Rng rng(1);
  Known known;
  REQUIRE(live(&all, &rng, &known, 12) == "");
  std::set<std::string> names;
  for (const auto& [name, passed] : all.kill_points()) names.insert(name);
  for (const char* name : {"journal.append.before", "journal.append.after", "journal.sync.before", "journal.sync.after", "journal.mark.before", "journal.mark.after",
                           "journal.roll.before", "journal.roll.after", "journal.cut.after", "journal.create.before", "journal.create.written", "journal.create.after",
                           "whole-synced", "whole-renamed", "whole-durable"})
    CHECK_MESSAGE(names.count(name) == 1, name);
}

TEST_CASE("random lives: crashes, power cuts, failing disks, in any order") {
  uint64_t crashes = 0, copies = 0;
  for (uint64_t seed = 1; seed <= 400; ++seed) {
    sim::SimEnv env(seed);
    sim::Rng rng(seed * 77);
    Known known;
    for (int life = 0; life < 8; ++life) {
      if (rng.next() % 4 != 0) env.crash_at_op(1 + rng.next() % 80);
      if (rng.next() % 4 == 0) env.fail_often(sim::Op::kSync, 0.05);
      if (rng.next() % 6 == 0) env.fail_often(sim::Op::kWrite, 0.02);
      std::string wrong;
      try {
        wrong = live(&env, &rng, &known, 10);
      } catch (const sim::SimCrash&) {
        ++crashes;
      }
      const bool injected = env.errors() > 0 && wrong.rfind("open: cannot", 0) == 0;
      INFO("seed ", seed, " life ", life, " ", wrong);
      REQUIRE((wrong.empty() || injected));
      env.forget_faults();
      rng.next() % 2 != 0 ? env.cut_power() : env.restart();
    }
    REQUIRE_MESSAGE(live(&env, &rng, &known, 2) == "", seed);
    copies += env.kill_points().count("journal.copy.after");
  }
  CHECK(crashes > 500);
  CHECK(copies == 400);
}

TEST_CASE("a page cache that is trusted after a failed sync loses what was acknowledged") {
  bool lost = false;
  for (uint64_t seed = 1; seed <= 300 && !lost; ++seed) {
    sim::SimEnv env(seed);
    sim::Rng rng(seed);
    Known known;
    base::plant(base::Bug::kTrustPageCache);
    REQUIRE(live(&env, &rng, &known, 2) == "");
    env.fail(sim::Op::kSync, 1);
    (void)live(&env, &rng, &known, 6);
    env.forget_faults();
    env.restart();
    (void)live(&env, &rng, &known, 3);
    env.cut_power();
    lost = live(&env, &rng, &known, 0) != "";
  }
  base::plant(base::Bug::kNone);
  CHECK(lost);
}
