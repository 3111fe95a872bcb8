// What the engine says that it keeps: of each operator no less than the texts that it must keep, more when there is more, and nothing once time has ended all of it.
#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "cep/engine.h"
#include "engine/state_sizes.h"
#include "sanitized.h"

namespace {

// Of the place of a key that may be used again by another, on all shards, once its text is gone.
constexpr uint64_t kPlaceBytes = 120;

// A part of a program that keeps something of each key: the operator's name, its words. Each alert is thrown at each row, so that throttles are kept too.
struct Part {
  const char* name;
  const char* kind;
  const char* words;
  bool comes_back;   // time alone ends what it keeps
};

constexpr Part kParts[] = {
    {"u", "stream", "stream u = e unique by k within 1h\nwindow uw on u by k { tumbling 1s select n = count() alert low }\n", true},
    {"p", "pattern", "pattern p on e by k { begin a where v == 1 followedBy b where v == 2 within 1h alert low }\n", true},
    {"d", "pattern", "pattern d on r by k { begin a followedBy b where n < 0 within 1h alert low }\n", true},   // over the rows of an operator
    {"m", "pattern", "stream mm = e where v >= 0\npattern m on mm by k { begin a where v >= 0 alert low \"{k}\" at most once per 1h }\n", true},
    {"w", "window", "window w on e by k { tumbling 1h select n = count(), all = collect(k) alert low }\n", true},
    {"l", "window", "window l on e by k { sliding 1h every 20m select n = count() alert low }\n", true},
    {"s", "window", "window s on e by k { session 1h select n = count_distinct(k) alert low }\n", true},
    {"h", "window", "window h on e by k { rolling 1h select n = count(), m = median(v) having n > 0 alert low at most once per 30m }\n", true},
    {"j", "join", "join j on e a by k, e c by k { between 1m and 1h select n = a.v + c.v alert low }\n", true},
    {"o", "join", "left join o on e a by k, b c by k { tumbling 1h select n = a.v alert low at most once per 1h }\n", true},
    {"b", "stream", "", true},
    {"t", "table", "", true},
    {"f", "table", "table f (k string, v int) key k from stream e\n", false},
};

constexpr const char* kBegin =
    "stream e (k string, v int, ts timestamp) time ts own\n"
    "stream b (k string, v int, ts timestamp) time ts watermark 1s by k max lag 1h own\n"
    "table t (k string, v int) key k\n"
    "window r on e by k { rolling 1s select n = count() alert low }\n";

std::string line(const std::string& stream, const std::string& key, int v, int64_t ts) {
  return "{\"_stream\":\"" + stream + "\",\"k\":\"" + key + "\",\"v\":" + std::to_string(v) + ",\"ts\":" + std::to_string(ts) + "}";
}

std::map<std::string, uint64_t> sizes(const cep::Engine& engine) {
  std::map<std::string, uint64_t> out;
  for (const cep::engine::StateSize& size : cep::engine::state_sizes(engine)) out[std::string(size.kind) + " " + size.name] += size.bytes;
  return out;
}

class Program {
 public:
  explicit Program(uint64_t seed) : random_(seed) {
    std::string text = kBegin;
    for (const Part& part : kParts) {
      if (*part.words != '\0' && random_() % 2 == 0) continue;
      parts_.push_back(part);
      text += part.words;
    }
    key_bytes_ = 1 + random_() % 2000;
    keys_ = cep::testing::times(200, 50) + random_() % cep::testing::times(1500, 200);
    cep::EngineOptions options;
    options.shards = 1 + static_cast<int>(random_() % 3);
    options.batch = 1 + static_cast<uint32_t>(random_() % 300);
    engine_ = cep::Engine::create(std::vector<cep::SourceFile>{{"p.cep", text}}, options, [](const cep::Record&) {}, nullptr);
    REQUIRE_MESSAGE(engine_, text);
  }

  // Of the keys first..last-1, in some order.
  void offer(uint64_t first, uint64_t last, int64_t ts) {
    std::vector<uint64_t> order;
    for (uint64_t k = first; k < last; ++k) order.push_back(k);
    std::shuffle(order.begin(), order.end(), random_);
    for (uint64_t k : order)
      for (const char* stream : {"e", "b", "t"}) engine_->offer(line(stream, key(k), 1, ts), {});
    engine_->offer("{\"_watermark\":{\"stream\":\"*\",\"time\":" + std::to_string(ts) + "}}", {});
    engine_->flush();
  }

  // All that has a limit is over: time goes on with one key, in steps, so that what is looked at in turns has its turn.
  void end_all(int64_t from) {
    for (uint64_t k = 0; k < keys_; ++k) engine_->offer("{\"_stream\":\"t\",\"_delete\":true,\"k\":\"" + key(k) + "\"}", {});
    for (uint64_t i = 0; i < 2000 + keys_; ++i)
      for (const char* stream : {"e", "b"}) engine_->offer(line(stream, "z", 1, from + static_cast<int64_t>(i) * 10'000), {});
    engine_->offer("{\"_watermark\":{\"stream\":\"*\",\"time\":" + std::to_string(from + 1'000'000'000'000) + "}}", {});
    engine_->flush();
  }

  void check() {
    offer(0, keys_ / 2, 1'000'000);
    const std::map<std::string, uint64_t> half = sizes(*engine_);
    const uint64_t half_all = engine_->stats().state_bytes;
    offer(keys_ / 2, keys_, 1'060'000);
    std::map<std::string, uint64_t> whole = sizes(*engine_);
    const cep::EngineStats stats = engine_->stats();
    CHECK(stats.state_bytes > half_all);
    uint64_t sum = 0;
    for (const Part& part : parts_) {
      const std::string name = std::string(part.kind) + " " + part.name;
      CAPTURE(name);
      CHECK(whole[name] >= keys_ * key_bytes_);
      CHECK(whole[name] > half.at(name));
    }
    for (const auto& [name, bytes] : whole) sum += bytes;
    CHECK(stats.state_bytes >= sum);
    end_all(20'000'000);
    std::map<std::string, uint64_t> after = sizes(*engine_);
    for (const Part& part : parts_) {
      const std::string name = std::string(part.kind) + " " + part.name;
      CAPTURE(name);
      if (part.comes_back) CHECK(after[name] < 4096 + keys_ * kPlaceBytes + whole[name] / 20);
    }
    CHECK(engine_->stats().waiting_rows == 0);
  }

 private:
  std::string key(uint64_t number) const {
    std::string out = std::to_string(number);
    return std::string(key_bytes_ > out.size() ? key_bytes_ - out.size() : 0, 'k') + out;
  }

  std::mt19937_64 random_;
  std::vector<Part> parts_;
  uint64_t key_bytes_ = 0, keys_ = 0;
  std::unique_ptr<cep::Engine> engine_;
};

}  // namespace

TEST_CASE("random programs: each operator says no less than it keeps, more when it keeps more, and nothing when all is over") {
  for (uint64_t seed = 1; seed <= cep::testing::times(40, 6); ++seed) {
    CAPTURE(seed);
    Program(seed).check();
  }
}

TEST_CASE("a throttle forgets by the clock of its own operator, not by that of a stream years ahead of it") {
  const std::string program =
      "stream old (k string, ts timestamp) time ts\n"
      "stream young (k string, ts timestamp) time ts\n"
      "pattern p on old by k { begin a alert low at most once per 1h }\n"
      "pattern q on young by k { begin a alert low at most once per 1ms }\n";
  uint64_t alerts = 0;
  auto engine = cep::Engine::create(std::vector<cep::SourceFile>{{"p.cep", program}}, {}, [&](const cep::Record& r) { alerts += r.name == "p"; }, nullptr);
  REQUIRE(engine);
  auto offer = [&](const std::string& stream, const std::string& key, int64_t ts) {
    engine->offer("{\"_stream\":\"" + stream + "\",\"k\":\"" + key + "\",\"ts\":" + std::to_string(ts) + "}", {});
  };
  offer("old", "a", 1'000);
  for (int i = 0; i < 10'000; ++i) offer("young", "k" + std::to_string(i), 1'700'000'000'000 + i);   // their throttles are forgotten in turns
  offer("old", "a", 2'000);
  offer("old", "a", 4'000'000);
  engine->end();
  CHECK(alerts == 2);
}
