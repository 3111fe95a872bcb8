// The way out of damage: what comes before stays, the rest is set aside whole, the report says what is lost; a crash on the way makes nothing worse.
#include <doctest/doctest.h>

#include "journal/format.h"
#include "journal/journal_kit.h"
#include "sim/sim_env.h"

using namespace cep;
using namespace cep::journal;
using namespace cep::journal::test;

namespace {

std::string path_of(const std::string& name) { return std::string(kDir) + "/" + name; }

WriterOptions small() {
  WriterOptions o;
  o.segment_bytes = 1024;
  o.compress = false;
  return o;
}

std::string mend(base::Env* env) {
  std::string report;
  Status done = repair(env, kDir, &report);
  REQUIRE_MESSAGE(done.ok(), done.message());
  return report;
}

}  // namespace

TEST_CASE("inspect says what is there and names the first problem") {
  sim::SimEnv env(1);
  write_frames(&env, frames_of_lines(30), 2, small());
  Result<std::vector<SegmentInfo>> sound = inspect(&env, kDir);
  REQUIRE(sound.ok());
  const std::vector<SegmentInfo>& s = sound.value();
  REQUIRE(s.size() > 3);
  uint64_t next = 1, frames = 0;
  for (const SegmentInfo& info : s) {
    CHECK(info.name == segment_name(next));
    CHECK(info.first == next);
    CHECK(info.problem == "");
    CHECK(info.bytes <= 1024);
    next = info.last + 1;
    frames += info.frames;
  }
  CHECK(next == 61);
  CHECK(frames == 30);
  CHECK(s[0].first_arrival_ms == 1000);
  CHECK(s.back().last_arrival_ms == 1000 + 29 * 5);
  const size_t end = s.back().bytes;
  env.flip(path_of(s.back().name), end + 10);
  CHECK(inspect(&env, kDir).value().back().problem.rfind("torn tail of 11 bytes", 0) == 0);
  CHECK(!inspect(&env, kDir).value().back().fatal);
  env.flip(path_of(s[1].name), 300);
  const std::vector<SegmentInfo> bad = inspect(&env, kDir).value();
  CHECK(bad[1].fatal);
  CHECK(bad[1].problem.find(s[1].name) != std::string::npos);
  CHECK(bad[1].problem.find("cepctl journal repair --data-dir /data`") != std::string::npos);
}

TEST_CASE("nothing is damaged: nothing is done, a torn tail is the daemon's") {
  sim::SimEnv env(1);
  write_frames(&env, frames_of_lines(10), 2, small());
  const auto before = env.files();
  CHECK(mend(&env).find("nothing is damaged") != std::string::npos);
  CHECK(env.files() == before);
}

TEST_CASE("damage at any byte: repaired, what comes before is kept, every byte is still somewhere") {
  const std::vector<OwnFrame> frames = frames_of_lines(12);
  std::vector<std::pair<std::string, std::string>> files;
  {
    sim::SimEnv env(1);
    write_frames(&env, frames, 2, small());
    for (const std::string& path : env.files()) files.emplace_back(path, env.content(path));
  }
  size_t repaired = 0;
  for (const auto& [path, whole] : files) {
    for (size_t i = 0; i < whole.size(); i += 3) {
      sim::SimEnv env(i);
      for (const auto& [p, bytes] : files) env.put(p, bytes);
      env.flip(path, i);
      std::string error;
      const std::vector<OwnFrame> good = read_all(&env, kDir, &error);
      if (error.empty()) continue;
      ++repaired;
      const std::string report = mend(&env);
      INFO(path, " byte ", i, "\n", report);
      const std::vector<OwnFrame> kept = read_all(&env, kDir, &error);
      REQUIRE(error == "");
      if (i < kSegmentBegin) {
        REQUIRE(kept == frames);   // one copy of the header was good
        REQUIRE(report.find("nothing is lost") != std::string::npos);
      } else {
        REQUIRE(kept == good);
        REQUIRE(env.exists(path_of("damaged-1/" + path.substr(path.rfind('/') + 1))));
      }
      Result<Opened> opened = open_journal(&env, kDir, small());
      REQUIRE(opened.ok());
      REQUIRE(opened.value().writer->next_position() == (kept.empty() ? 1 : kept.back().base + kept.back().count));
    }
  }
  CHECK(repaired > 700);
}

TEST_CASE("the report says positions and bytes; a second repair has its own folder") {
  sim::SimEnv env(1);
  const std::vector<OwnFrame> frames = frames_of_lines(30);
  write_frames(&env, frames, 2, small());
  const std::vector<SegmentInfo> s = inspect(&env, kDir).value();
  env.flip(path_of(s[1].name), kSegmentBegin + 1);
  std::string report = mend(&env);
  CHECK(report.find("kept: the positions up to " + std::to_string(s[0].last) + "\n") != std::string::npos);
  CHECK(report.find("lost: the positions " + std::to_string(s[1].first) + " to 60, ") != std::string::npos);
  CHECK(report.find("damaged-1") != std::string::npos);
  env.flip(path_of(s[0].name), kSegmentBegin + 1);
  report = mend(&env);
  CHECK(report.find("kept: nothing\n") != std::string::npos);
  CHECK(report.find("damaged-2") != std::string::npos);
}

TEST_CASE("lost segments, and headers that cannot be mended") {
  sim::SimEnv env(1);
  const std::vector<OwnFrame> frames = frames_of_lines(30);
  write_frames(&env, frames, 2, small());
  const std::vector<SegmentInfo> s = inspect(&env, kDir).value();
  env.flip(path_of(s[3].name), 20);
  env.flip(path_of(s[3].name), 84);
  std::string report = mend(&env);
  CHECK(report.find("kept: the positions up to " + std::to_string(s[2].last)) != std::string::npos);
  std::string error;
  CHECK(read_all(&env, kDir, &error).back().base <= s[2].last);
  CHECK(error == "");
  REQUIRE(env.remove(path_of(s[1].name)).ok());
  report = mend(&env);
  CHECK(report.find("kept: the positions up to " + std::to_string(s[0].last)) != std::string::npos);
  read_all(&env, kDir, &error);
  CHECK(error == "");
}

TEST_CASE("a crash at every call of a repair: the next one ends it") {
  for (uint64_t op = 1;; ++op) {
    sim::SimEnv env(op);
    const std::vector<OwnFrame> frames = frames_of_lines(30);
    write_frames(&env, frames, 2, small());
    const std::vector<SegmentInfo> s = inspect(&env, kDir).value();
    env.flip(path_of(s[1].name), 400);
    std::string error, report;
    const std::vector<OwnFrame> good = read_all(&env, kDir, &error);
    env.crash_at_op(op);
    bool crashed = false;
    try {
      (void)repair(&env, kDir, &report);
    } catch (const sim::SimCrash&) {
      crashed = true;
    }
    if (!crashed) break;
    env.forget_faults();
    op % 2 != 0 ? env.cut_power() : env.restart();
    INFO("op ", op);
    mend(&env);
    REQUIRE(read_all(&env, kDir, &error) == good);
    REQUIRE(error == "");
    bool aside = false;
    for (const std::string& path : env.files()) aside = aside || path.find("/damaged-") != std::string::npos;
    REQUIRE(aside);
  }
}
