// The journal stage alone, on a virtual disk: whose lines are taken, who is told what, and that a scan of its journal finds the sessions as it left them.
#include "engine/journal_stage.h"

#include <doctest/doctest.h>

#include "engine/recovery.h"
#include "journal/reader.h"
#include "sim/sim_env.h"

using namespace cep;
using engine::JournalStage;
using engine::LineBatch;
using engine::Notice;
using engine::SessionTable;
using engine::WrittenFrame;

namespace {

const std::string kDir = "/journal";

struct Stage {
  explicit Stage(sim::SimEnv* e) : env(e) {
    auto made = journal::open_journal(env, kDir, {});
    REQUIRE(made.ok());
    opened = std::move(made.value());
    stage = std::make_unique<JournalStage>(env, opened.writer.get(), &sessions, 0, 1000);
  }
  // The epoch of the producer's new session.
  uint64_t hello(uint64_t connection, const std::string& producer) {
    stage->take_hello(connection, producer, "", &notices);
    return sessions.find(producer)->epoch;
  }
  void lines(uint64_t connection, const std::string& producer, uint64_t epoch, uint64_t first, uint32_t count, bool broken = false) {
    LineBatch batch;
    batch.connection = connection;
    batch.producer = producer;
    batch.epoch = epoch;
    batch.first_number = first;
    batch.count = count;
    for (uint32_t i = 0; i < count; ++i) broken ? journal::append_broken(9, "x", "bad", &batch.entries) : journal::append_line("{}", &batch.entries);
    stage->take_lines(std::move(batch));
  }
  void write() { REQUIRE(stage->write(&frames).ok()); }
  void sync() {
    write();
    REQUIRE(stage->sync(&notices).ok());
  }
  // "ack 7: 12", for each since the last call.
  std::vector<std::string> told() {
    std::vector<std::string> out;
    for (const Notice& n : notices) {
      const char* kind = n.kind == Notice::Kind::kWelcome ? "welcome" : n.kind == Notice::Kind::kAck ? "ack" : n.kind == Notice::Kind::kTakenOver ? "over" : "?";
      out.push_back(std::string(kind) + " " + std::to_string(n.connection) + ": " + std::to_string(n.number));
    }
    notices.clear();
    return out;
  }

  sim::SimEnv* env;
  SessionTable sessions;
  journal::Opened opened;
  std::unique_ptr<JournalStage> stage;
  std::vector<Notice> notices;
  std::vector<WrittenFrame> frames;
};

using Told = std::vector<std::string>;

}  // namespace

TEST_CASE("only what is durable is told, and nothing to whom was taken over from") {
  sim::SimEnv env(1);
  Stage s(&env);
  const uint64_t one = s.hello(1, "gw");
  s.write();
  CHECK(s.told().empty());
  s.sync();
  CHECK(s.told() == Told{"welcome 1: 1"});
  s.lines(1, "gw", one, 1, 3);
  s.lines(1, "gw", one, 4, 2);
  s.sync();
  CHECK(s.told() == Told{"ack 1: 5"});
  s.lines(1, "gw", one, 6, 1);
  const uint64_t two = s.hello(2, "gw");
  CHECK(two > one);
  s.lines(1, "gw", one, 7, 1);
  s.lines(1, "gw", two, 7, 1);
  s.lines(2, "gw", one, 7, 1);
  s.stage->take_goodbye(1);  // comes after the takeover and is no goodbye of the new one
  s.sync();
  CHECK(s.told() == Told{"over 1: 0", "welcome 2: 7"});
  s.lines(2, "gw", two, 7, 1);
  s.stage->take_goodbye(2);
  s.lines(2, "gw", two, 8, 1);  // behind its goodbye
  s.sync();
  CHECK(s.told().empty());
  CHECK(s.sessions.find("gw")->next == 8);
}

TEST_CASE("arrivals never go back, whatever the clock does") {
  sim::SimEnv env(1);
  Stage s(&env);
  for (int64_t step : {0, 5000, -3000, -100000, 200000}) {
    env.set_wall_clock(step);
    s.lines(1, "", 0, 1, 1);
    s.sync();
  }
  for (size_t i = 1; i < s.frames.size(); ++i) CHECK(s.frames[i - 1].arrival_ms <= s.frames[i].arrival_ms);
}

TEST_CASE("a wall clock that jumps and comes back leaves no trace in the arrivals") {
  sim::SimEnv env(1);
  Stage s(&env);
  auto arrival_after = [&](int64_t set_ms, uint64_t pass_ms) {
    env.set_wall_clock(set_ms);
    env.advance_ms(pass_ms);
    s.lines(1, "", 0, 1, 1);
    s.sync();
    return s.frames.back().arrival_ms;
  };
  const int64_t begin = arrival_after(0, 0);
  CHECK(arrival_after(2 * 3600'000, 4000) - begin <= 4000 + 1);   // +2 h for 4 s
  CHECK(arrival_after(-2 * 3600'000, 1000) - begin <= 5000 + 1);
  CHECK(arrival_after(-2 * 3600'000, 60'000) - begin >= 62'000 - 3);  // -2 h, and it stays there: slowed down by a twentieth at most
  CHECK(arrival_after(2 * 3600'000, 10'000) - begin <= 75'000 + 1);
}

TEST_CASE("a wall clock that stays ahead is followed, and the step is no silence") {
  sim::SimEnv env(1);
  Stage s(&env);
  auto look = [&](uint64_t pass_ms) {
    env.advance_ms(pass_ms);
    s.stage->take_silence(s.stage->clock().now_ms());
    s.sync();
    journal::EntryCursor cursor(s.frames.back().payload);
    journal::Entry e;
    REQUIRE(cursor.next(&e));
    REQUIRE(e.kind == journal::EntryKind::kTick);
    return std::pair(e.now_ms, s.frames.back().arrival_ms);
  };
  s.lines(1, "", 0, 1, 1);
  s.stage->take_silence(s.stage->clock().now_ms());   // the first one has nothing before it
  const auto before = look(100);
  CHECK(before.first == before.second);
  env.set_wall_clock(3600'000);
  int64_t last = before.first;
  for (int i = 0; i < 99; ++i) {
    const auto [now, arrival] = look(100);
    CHECK(now == arrival);
    CHECK(arrival - std::exchange(last, arrival) <= 101);
  }
  look(100);
  const auto step = look(200);   // by now it has stood for ten seconds
  CHECK(std::max(step.second, s.frames.back().arrival_ms) - last >= 3600'000);
  bool pause = false;
  for (const auto& frame : s.frames) {
    journal::EntryCursor cursor(frame.payload);
    for (journal::Entry e; cursor.next(&e);) pause |= e.kind == journal::EntryKind::kTick && frame.arrival_ms - e.now_ms >= 3600'000;
  }
  CHECK(pause);
}

TEST_CASE("a gap between two looks at the sockets is a pause, not silence") {
  sim::SimEnv env(1);
  Stage s(&env);
  s.lines(1, "", 0, 1, 1);
  auto ticks = [&] {
    std::vector<std::pair<int64_t, int64_t>> out;
    s.sync();
    for (const auto& frame : s.frames) {
      journal::EntryCursor cursor(frame.payload);
      for (journal::Entry e; cursor.next(&e);)
        if (e.kind == journal::EntryKind::kTick) out.emplace_back(e.now_ms, frame.arrival_ms);
    }
    return out;
  };
  auto look = [&](uint64_t pass_ms) {
    env.advance_ms(pass_ms);
    const int64_t at_ms = s.stage->clock().now_ms();
    s.stage->take_silence(at_ms);
    return at_ms;
  };
  look(100);
  const int64_t second = look(1000), third = look(12'000), fourth = look(100);
  const auto all = ticks();
  REQUIRE(all.size() >= 3);
  CHECK(all[all.size() - 3] == std::pair(second, second));
  CHECK(all[all.size() - 2] == std::pair(second, third));
  CHECK(all[all.size() - 1] == std::pair(fourth, fourth));
}

TEST_CASE("a scan finds the sessions as the stage left them") {
  for (uint64_t seed = 1; seed <= 60; ++seed) {
    sim::SimEnv env(seed);
    sim::Rng dice(seed);
    Stage s(&env);
    const std::vector<std::string> producers = {"a", "b", "c"};
    s.stage->forget_unseen(10'000);
    for (uint64_t connection = 1, step = 0; step < 60; ++step) {
      env.advance_ms(dice.below(4000));
      const std::string& producer = producers[dice.below(3)];
      SessionTable::Session* session = s.sessions.find(producer);
      const uint64_t what = dice.below(10);
      if (what == 0) s.hello(connection++, producer);
      else if (what < 6 && session && session->connection != 0) s.lines(session->connection, producer, session->epoch, session->next, 1 + static_cast<uint32_t>(dice.below(3)), dice.chance(0.3));
      else if (what == 6) s.lines(0, "", 0, step, 2);
      else if (what == 7 && session && session->connection != 0) s.stage->take_goodbye(session->connection);
      else if (what == 8) s.stage->take_silence(s.stage->clock().now_ms());
      else if (what == 9) s.stage->forget_unseen(10'000);
      if (dice.chance(0.4)) s.sync();
    }
    s.sync();
    Result<engine::JournalScan> scan = engine::scan_journal(&env, kDir);
    REQUIRE(scan.ok());
    SessionTable& found = scan.value().sessions;
    CAPTURE(seed);
    CHECK(found.size() == s.sessions.size());
    CHECK(scan.value().next == s.stage->next_position());
    CHECK(scan.value().last_arrival_ms == (s.frames.empty() ? 0 : s.frames.back().arrival_ms));
    for (const std::string& producer : producers) {
      const SessionTable::Session *was = s.sessions.find(producer), *is = found.find(producer);
      REQUIRE((was == nullptr) == (is == nullptr));
      if (was == nullptr) continue;
      CHECK(is->next == was->next);
      CHECK(is->epoch == was->epoch);
      CHECK(is->seen_ms == was->seen_ms);
    }
  }
}
