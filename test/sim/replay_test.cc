// The replay of a journal that a crash has named: nothing from the held position on is worked, wherever it stands in its frame; what was being worked at a crash is worked one by one.
#include <doctest/doctest.h>

#include "engine/ingest_feed.h"
#include "engine/recovery.h"
#include "journal/reader.h"
#include "sim/sim_env.h"

using namespace cep;

namespace {

constexpr char kDir[] = "/journal";
constexpr uint64_t kLast = 10;

// A load at position 1, then lines 2 … 10 in frames of three; each gives an alert.
void write_journal(sim::SimEnv* env) {
  auto opened = journal::open_journal(env, kDir, {});
  REQUIRE(opened.ok());
  journal::Load load;
  load.program.files = {{"p.cep", "stream e (id string, ts timestamp) time ts\npattern p on e { begin a alert low }"}};
  load.origins = {journal::Origin::kDisk};
  std::string payload;
  journal::append_load(load, &payload);
  REQUIRE(opened.value().writer->append({1, 1, 1000, payload}).ok());
  for (uint64_t p = 2; p <= kLast; p += 3) {
    payload.clear();
    journal::append_source({}, &payload);
    for (uint64_t i = p; i < p + 3; ++i) journal::append_line("{\"id\":\"x\",\"ts\":" + std::to_string(i) + "}", &payload);
    REQUIRE(opened.value().writer->append({p, 3, 1000, payload}).ok());
  }
  REQUIRE(opened.value().writer->sync().ok());
}

struct Replay {
  explicit Replay(sim::SimEnv* env, engine::CrashNotes crash) {
    EngineOptions options;
    options.batch = 1000;
    engine::IngestFeed feed(env, options, [this](const Record& r) { records.push_back(r.position); }, {});
    feed.set_on_position([this](uint64_t p) { worked_before.push_back(records.empty() ? 1 : records.back()), offered.push_back(p); });
    engine::ReplayOptions replay;
    replay.next = kLast + 1;
    replay.crash = crash;
    Result<engine::Replayed> done = engine::replay_journal(env, kDir, replay, &feed);
    REQUIRE(done.ok());
    held_at = done.value().held_at;
  }
  std::vector<uint64_t> records, offered, worked_before;
  uint64_t held_at = 0;
};

}  // namespace

TEST_CASE("held at any position: nothing from it on is worked") {
  sim::SimEnv env(1);
  write_journal(&env);
  CHECK(Replay(&env, {}).records.size() == 9);
  for (uint64_t held = 2; held <= kLast; ++held) {
    CAPTURE(held);
    const Replay r(&env, {held, held, held});
    CHECK(r.held_at == held);
    CHECK(r.offered.back() == held - 1);
    CHECK(r.records.size() == held - 2);
  }
}

TEST_CASE("frames of a crash are worked one position after the other") {
  sim::SimEnv env(1);
  write_journal(&env);
  for (uint64_t first = 2; first <= kLast; ++first)
    for (uint64_t last = first; last <= kLast; ++last) {
      CAPTURE(first);
      CAPTURE(last);
      const Replay r(&env, {first, last, 0});
      CHECK(r.held_at == 0);
      CHECK(r.records.size() == 9);
      for (size_t i = 0; i < r.offered.size(); ++i)
        if (r.offered[i] >= first && r.offered[i] <= last) CHECK(r.worked_before[i] == r.offered[i] - 1);
    }
}
