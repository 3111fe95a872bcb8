// Which producers are forgotten, and that neither a clock that is set nor a daemon that did not run makes one forgotten that could not come back.
#include <doctest/doctest.h>

#include "engine/journal_stage.h"
#include "journal/reader.h"
#include "sim/sim_env.h"

using namespace cep;
using engine::JournalStage;
using engine::SessionTable;

namespace {

constexpr int64_t kTtlMs = 30ll * 24 * 3600 * 1000;
constexpr uint64_t kMinuteMs = 60'000;

// One life of a journal thread.
struct Stage {
  explicit Stage(sim::SimEnv* env, SessionTable* table) : sessions(*table) {
    auto made = journal::open_journal(env, "/journal", {});
    REQUIRE(made.ok());
    opened = std::move(made.value());
    stage = std::make_unique<JournalStage>(env, opened.writer.get(), &sessions, env->wall_ms(), 1000);
  }
  void hello(uint64_t connection) {
    std::vector<engine::Notice> none;
    stage->take_hello(connection, "gw", "", &none);
  }
  bool knows() const { return sessions.size() == 1; }

  SessionTable& sessions;
  journal::Opened opened;
  std::unique_ptr<JournalStage> stage;
};

}  // namespace

TEST_CASE("a producer that is away for its time is forgotten") {
  sim::SimEnv env(1);
  SessionTable table;
  Stage s(&env, &table);
  s.stage->forget_unseen(kTtlMs);
  s.hello(1);
  env.advance_ms(2 * kTtlMs);
  s.stage->forget_unseen(kTtlMs);
  CHECK(s.knows());   // it has a connection
  s.stage->take_goodbye(1);
  env.advance_ms(kTtlMs - kMinuteMs);
  s.stage->forget_unseen(kTtlMs);
  env.advance_ms(2 * kMinuteMs);
  s.stage->forget_unseen(kTtlMs);
  CHECK_FALSE(s.knows());
}

TEST_CASE("a daemon that was down for longer lets producers come back first") {
  sim::SimEnv env(1);
  SessionTable table;
  {
    Stage s(&env, &table);
    s.hello(1);
    s.stage->take_goodbye(1);
  }
  env.advance_ms(2 * kTtlMs);
  Stage s(&env, &table);
  s.stage->forget_unseen(kTtlMs);
  env.advance_ms(59 * kMinuteMs);
  s.stage->forget_unseen(kTtlMs);
  CHECK(s.knows());
  SUBCASE("and forgets those that do not") {
    env.advance_ms(2 * kMinuteMs);
    s.stage->forget_unseen(kTtlMs);
    CHECK_FALSE(s.knows());
  }
  SUBCASE("one that came is known for its time again") {
    s.hello(2);
    s.stage->take_goodbye(2);
    env.advance_ms(kTtlMs - kMinuteMs);
    s.stage->forget_unseen(kTtlMs);
    CHECK(s.knows());
  }
}

TEST_CASE("a wall clock that is put forward makes nobody forgotten who went a moment ago") {
  sim::SimEnv env(1);
  SessionTable table;
  Stage s(&env, &table);
  s.stage->forget_unseen(kTtlMs);
  s.hello(1);
  env.advance_ms(2 * kTtlMs);
  s.stage->take_goodbye(1);
  env.set_wall_clock(2 * kTtlMs);
  s.stage->forget_unseen(kTtlMs);
  CHECK(s.knows());
  env.advance_ms(61 * kMinuteMs);
  s.stage->forget_unseen(kTtlMs);
  CHECK_FALSE(s.knows());
}
