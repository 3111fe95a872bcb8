#include "storage/aside.h"

#include <doctest/doctest.h>

#include "sim/sim_env.h"

using namespace cep::storage;

TEST_CASE("copies end where they are told, or say that the file is too short") {
  sim::SimEnv env(1);
  const std::string bytes = std::string(2 << 20, 'a') + "tail";
  env.put("/d/from", bytes);
  auto from = env.open("/d/from", cep::base::OpenMode::kRead);
  auto to = env.open("/d/to", cep::base::OpenMode::kCreate);
  REQUIRE(from.ok());
  REQUIRE(to.ok());
  CHECK(copy_bytes(from.value().get(), 5, bytes.size(), to.value().get()).ok());
  CHECK(env.content("/d/to") == bytes.substr(5));
  CHECK(copy_bytes(from.value().get(), 0, bytes.size() + 1, to.value().get()).message().find("became shorter") != std::string::npos);
}

TEST_CASE("each repair has a folder of its own") {
  sim::SimEnv env(1);
  env.put("/d/a", "A");
  Aside first(&env, "/d"), second(&env, "/d");
  CHECK(first.path().empty());
  REQUIRE(first.make().ok());
  REQUIRE(first.make().ok());
  REQUIRE(second.make().ok());
  CHECK(first.path() == "/d/damaged-1");
  CHECK(second.path() == "/d/damaged-2");
}

TEST_CASE("wherever the machine ends, what is set aside is at its old place or its new one") {
  bool crashed = true;
  int moved = 0;
  for (uint64_t op = 1; crashed; ++op) {
    crashed = false;
    for (uint64_t seed = 0; seed < 20; ++seed) {
      sim::SimEnv env(seed);
      env.put("/d/a", "the whole of a");
      env.put("/d/b", "the front and the rest of b");
      env.crash_at_op(op);
      try {
        auto b = env.open("/d/b", cep::base::OpenMode::kRead);
        Aside aside(&env, "/d");
        const bool done = b.ok() && aside.make().ok() && aside.move("a").ok() && aside.copy(b.value().get(), 14, 27, "b.from-14").ok();
        CHECK(done);
      } catch (const sim::SimCrash&) {
        crashed = true;
      }
      env.forget_faults();
      env.cut_power();
      const bool there = env.exists("/d/a"), gone = env.exists("/d/damaged-1/a");
      CHECK((there || gone));
      moved += gone;
      CHECK(cep::base::read_whole(&env, there ? "/d/a" : "/d/damaged-1/a").value() == "the whole of a");
      CHECK(cep::base::read_whole(&env, "/d/b").value() == "the front and the rest of b");
      if (!crashed) CHECK(cep::base::read_whole(&env, "/d/damaged-1/b.from-14").value() == "the rest of b");
    }
  }
  CHECK(moved > 0);
}
