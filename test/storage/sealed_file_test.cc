#include "storage/sealed_file.h"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <set>

#include "sim/sim_env.h"

using namespace cep::storage;

namespace {

constexpr const char* kPath = "/d/state";

std::string content(cep::base::Env* env) {
  const auto bytes = cep::base::read_whole(env, kPath);
  std::string_view text;
  REQUIRE(bytes.ok());
  REQUIRE(unseal(bytes.value(), &text));
  return std::string(text);
}

}  // namespace

TEST_CASE("a sealed text is the text and one line") {
  CHECK(seal("") == "checksum 2d06800538d394c2\n");
  const std::string sealed = seal("places\n");
  CHECK(sealed.starts_with("places\nchecksum "));
  CHECK(sealed.size() == 7 + 26);
}

TEST_CASE("what was sealed comes back, and nothing else opens") {
  CHECK(rc::check([] {
    const auto text = *rc::gen::arbitrary<std::string>();
    const std::string sealed = seal(text);
    std::string_view back;
    RC_ASSERT(unseal(sealed, &back));
    RC_ASSERT(back == text);
    for (size_t bytes = 0; bytes < sealed.size(); ++bytes) RC_ASSERT(!unseal(std::string_view(sealed).substr(0, bytes), &back));
    std::string other = sealed;
    other[*rc::gen::inRange<size_t>(0, other.size())] ^= static_cast<char>(*rc::gen::inRange(1, 256));
    RC_ASSERT(!unseal(other, &back));
    RC_ASSERT(!unseal(sealed + "\n", &back));
  }));
}

TEST_CASE("whatever ends the process or the machine, the file is the old one or the new one") {
  uint64_t ops = 0;
  {
    sim::SimEnv env(1);
    REQUIRE(env.make_dir("/d").ok());
    REQUIRE(write_sealed(&env, kPath, "old\n").ok());
    const uint64_t before = env.ops();
    REQUIRE(write_sealed(&env, kPath, "new\n").ok());
    ops = env.ops() - before;
    REQUIRE(content(&env) == "new\n");
  }
  REQUIRE(ops >= 4);
  std::set<std::string> left;
  for (uint64_t op = 1; op <= ops; ++op)
    for (uint64_t seed = 0; seed < 20; ++seed) {
      sim::SimEnv env(seed);
      REQUIRE(env.make_dir("/d").ok());
      REQUIRE(write_sealed(&env, kPath, "old\n").ok());
      env.crash_at_op(op);
      try {
        static_cast<void>(write_sealed(&env, kPath, "new\n").ok());
      } catch (const sim::SimCrash&) {
      }
      env.forget_faults();
      seed % 2 == 0 ? env.restart() : env.cut_power();
      left.insert(content(&env));
      REQUIRE(write_sealed(&env, kPath, "again\n").ok());   // what was left lying is in nobody's way
      CHECK(content(&env) == "again\n");
    }
  CHECK(left == std::set<std::string>{"old\n", "new\n"});
}

TEST_CASE("a failed write leaves the old file and says why") {
  for (const sim::Op op : {sim::Op::kOpen, sim::Op::kWrite, sim::Op::kSync, sim::Op::kRename, sim::Op::kSyncDir}) {
    sim::SimEnv env(7);
    REQUIRE(env.make_dir("/d").ok());
    REQUIRE(write_sealed(&env, kPath, "old\n").ok());
    env.fail(op, 1);
    CHECK(!write_sealed(&env, kPath, "new\n").ok());
    env.forget_faults();
    CHECK(content(&env) == (op == sim::Op::kSyncDir ? "new\n" : "old\n"));
    CHECK(!env.exists(std::string(kPath) + ".tmp"));
  }
}
