// Places of readers: kept through restarts whole or not at all, never going back, any bytes in a name, damage refused.
#include "output/places.h"

#include "output/kit.h"
#include "sim/sim_env.h"

using namespace output_test;
using cep::output::Places;

namespace {

const std::string kPath = "/data/places";

void make_dir(sim::SimEnv* env) { check_ok(env->make_dir("/data")); }

}  // namespace

TEST_CASE("places are kept, and never go back") {
  sim::SimEnv env(1);
  make_dir(&env);
  Places places;
  check_ok(places.open(&env, kPath));
  CHECK(places.acknowledged("alerts", "siem") == 0);
  CHECK_FALSE(places.dirty());
  places.acknowledge("alerts", "siem", 57);
  places.acknowledge("alerts", "siem", 12);
  places.acknowledge("late", "siem", 3);
  places.acknowledge("alerts", "file:/var/lib/alerts.ndjson", UINT64_MAX);
  CHECK(places.dirty());
  check_ok(places.save());
  CHECK_FALSE(places.dirty());
  places.acknowledge("alerts", "siem", 57);
  CHECK_FALSE(places.dirty());
  places.acknowledge("alerts", "siem", 58);   // not saved
  CHECK(places.dirty());
  env.cut_power();
  Places again;
  check_ok(again.open(&env, kPath));
  CHECK(again.acknowledged("alerts", "siem") == 57);
  CHECK(again.acknowledged("late", "siem") == 3);
  CHECK(again.acknowledged("alerts", "file:/var/lib/alerts.ndjson") == UINT64_MAX);
  CHECK(again.acknowledged("alerts", "other") == 0);
}

TEST_CASE("golden: the file of places") {
  sim::SimEnv env(1);
  make_dir(&env);
  Places places;
  check_ok(places.open(&env, kPath));
  places.acknowledge("alerts", "siem", 57);
  places.acknowledge("alerts", "a b\\\n\x7f\xc3\xa9", 4);
  check_ok(places.save());
  const std::string text = env.content(kPath);
  const std::string ran = text.substr(18, text.find('\n', 18) - 18);
  CHECK(text.substr(0, text.rfind("checksum")) == "cepd places 2\nran " + ran + "\nalerts 4 0 a\\20b\\5c\\0a\\7f\xc3\xa9\nalerts 57 0 siem\n");
}

TEST_CASE("golden: a file of places from before they had times is read, and all were seen now") {
  sim::SimEnv env(1);
  make_dir(&env);
  check_ok(cep::base::write_whole(&env, kPath, "cepd places 1\nalerts 4 a\\20b\\5c\\0a\\7f\xc3\xa9\nalerts 57 siem\nchecksum bb0c3ab5f422f212\n"));
  Places places;
  check_ok(places.open(&env, kPath));
  CHECK(places.acknowledged("alerts", "siem") == 57);
  CHECK(places.acknowledged("alerts", "a b\\\n\x7f\xc3\xa9") == 4);
  env.advance_ms(9'000);
  CHECK(places.forget_unseen(10'000, 0).empty());
  env.advance_ms(1'000);
  CHECK(places.forget_unseen(10'000, 0).size() == 2);
}

TEST_CASE("a reader that has not been there for the time is forgotten, one that is there or could not come back is not") {
  sim::SimEnv env(1);
  make_dir(&env);
  Places places;
  check_ok(places.open(&env, kPath));
  for (const char* name : {"gone", "there", "late"}) places.acknowledge("alerts", name, 5);
  places.came("alerts", "there");
  places.came("alerts", "there");
  places.left("alerts", "there");     // one of its two connections
  env.advance_ms(6'000);
  places.acknowledge("alerts", "late", 5);
  check_ok(places.save());
  // The time in which it is not open does not count.
  env.advance_ms(1'000'000);
  Places again;
  check_ok(again.open(&env, kPath));
  again.came("alerts", "there");
  CHECK(again.forget_unseen(6'000, 1'000).empty());   // it could not come back yet
  env.advance_ms(1'000);
  CHECK(again.forget_unseen(6'000, 1'000) == std::vector<Places::Reader>{{"alerts", "gone"}});
  CHECK(again.dirty());
  CHECK(again.acknowledged("alerts", "gone") == 0);
  CHECK(again.acknowledged("alerts", "late") == 5);
  env.advance_ms(10'000);
  again.left("alerts", "there");
  CHECK(again.forget_unseen(6'000, 1'000) == std::vector<Places::Reader>{{"alerts", "late"}});
  env.advance_ms(5'999);
  CHECK(again.forget_unseen(6'000, 1'000).empty());
  env.advance_ms(1);
  CHECK(again.forget_unseen(6'000, 1'000) == std::vector<Places::Reader>{{"alerts", "there"}});
  CHECK(again.size() == 0);
}

TEST_CASE("names of any bytes come back") {
  sim::SimEnv env(1);
  make_dir(&env);
  Places places;
  check_ok(places.open(&env, kPath));
  uint64_t seq = 0;
  std::vector<std::string> names = {"", "\\", "\\20", " ", "\n", std::string("\0x", 2), "checksum 0", "a\nchecksum 0123456789abcdef\n"};
  for (int c = 0; c < 256; ++c) names.push_back(std::string("n") + static_cast<char>(c));
  for (const std::string& name : names) places.acknowledge("alerts", name, ++seq);
  check_ok(places.save());
  Places again;
  check_ok(again.open(&env, kPath));
  seq = 0;
  for (const std::string& name : names) CHECK(again.acknowledged("alerts", name) == ++seq);
}

TEST_CASE("every byte flipped, every truncation: refused with the way out") {
  sim::SimEnv env(1);
  make_dir(&env);
  Places places;
  check_ok(places.open(&env, kPath));
  places.acknowledge("alerts", "siem", 57);
  check_ok(places.save());
  const std::string good = env.content(kPath);
  for (size_t i = 0; i < good.size() * 9; ++i) {
    if (i < good.size() * 8) {
      std::string bad = good;
      bad[i / 8] = static_cast<char>(bad[i / 8] ^ (1 << i % 8));
      env.put(kPath, bad);
    } else {
      env.put(kPath, good.substr(0, i - good.size() * 8));
    }
    const cep::Status refused = places.open(&env, kPath);
    REQUIRE_FALSE(refused.ok());
    CHECK(refused.message().find("/data/places: it is damaged; move it away") == 0);
    CHECK(places.acknowledged("alerts", "siem") == 0);
  }
}

TEST_CASE("a save that crashes anywhere leaves the old places or the new") {
  for (uint64_t op = 1;; ++op) {
    sim::SimEnv env(op);
    make_dir(&env);
    Places places;
    check_ok(places.open(&env, kPath));
    places.acknowledge("alerts", "siem", 1);
    check_ok(places.save());
    places.acknowledge("alerts", "siem", 2);
    env.crash_at_op(op);
    bool crashed = false;
    try {
      check_ok(places.save());
    } catch (const sim::SimCrash&) {
      crashed = true;
    }
    env.cut_power();
    Places again;
    check_ok(again.open(&env, kPath));
    const uint64_t at = again.acknowledged("alerts", "siem");
    if (!crashed) {
      CHECK(at == 2);
      break;
    }
    CHECK((at == 1 || at == 2));
  }
}
