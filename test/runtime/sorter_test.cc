// The sorter against a stable sort.
#include "runtime/sorter.h"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <memory>

using namespace cep;
using namespace cep::runtime;

namespace {

struct Bench {
  BlockStore store;
  BlockPool pool{&store};
  RowWriter writer{&store};
  Sorter sorter{&pool};
  event::RowBuilder builder;
  uint64_t position = 0;
  std::vector<std::pair<int64_t, uint64_t>> waiting;  // the reference

  void push(int64_t time) {
    builder.start(1);
    builder.set(0, Value::integer(time));
    sorter.push(writer.copy(*builder.finish(time, ++position), 0));
    waiting.emplace_back(time, position);
  }

  // Takes everything up to `until` from both and compares.
  bool take(int64_t until) {
    std::stable_sort(waiting.begin(), waiting.end(), [](auto& a, auto& b) { return a.first < b.first; });
    size_t n = 0;
    std::vector<WaitingRow*> rows;
    while (sorter.size() && sorter.next_time() <= until) {
      rows.clear();
      int64_t time = sorter.next_time();
      sorter.pop(&rows);
      for (WaitingRow* r : rows) {
        bool same = n < waiting.size() && waiting[n].first == r->row().time && waiting[n].second == r->row().position && r->row().time == time;
        release_row(r, &pool);
        if (!same) return false;
        ++n;
      }
    }
    bool complete = n == waiting.size() || waiting[n].first > until;
    waiting.erase(waiting.begin(), waiting.begin() + static_cast<ptrdiff_t>(n));
    return complete && sorter.size() == waiting.size();
  }
};

}  // namespace

TEST_CASE("rows come out by time, then as they came") {
  CHECK(rc::check("random streams", [] {
    Bench b;
    int64_t base = *rc::gen::element<int64_t>(0, -100000, 1767225600000);
    int64_t scale = *rc::gen::element<int64_t>(1, 50, 5000, 100000000);
    int64_t now = base;
    int steps = *rc::gen::inRange(1, 200);
    for (int i = 0; i < steps; ++i) {
      now += *rc::gen::inRange<int64_t>(0, scale);
      int burst = *rc::gen::inRange(0, 5);
      for (int k = 0; k < burst; ++k) b.push(now + *rc::gen::inRange<int64_t>(-scale, 2 * scale));
      RC_ASSERT(b.take(now - *rc::gen::inRange<int64_t>(0, scale)));
    }
    RC_ASSERT(b.take(INT64_MAX - 1));
  }));
}

TEST_CASE("times at the ends of the range") {
  Bench b;
  for (int64_t t : {INT64_MIN + 1, INT64_MAX - 1, int64_t{0}, INT64_MIN + 1, int64_t{-1}}) b.push(t);
  CHECK(b.take(INT64_MIN + 1));
  CHECK(b.take(0));
  CHECK(b.sorter.next_time() == INT64_MAX - 1);
  CHECK(b.take(INT64_MAX - 1));
}

TEST_CASE("a steady stream keeps to the ring and a far row waits beside it") {
  Bench b;
  b.push(10'000'000'000);
  for (int64_t t = 0; t < 200'000; t += 7) {
    b.push(t);
    REQUIRE(b.take(t - 1000));
  }
  CHECK(b.take(9'999'999'999));
  CHECK(b.sorter.size() == 1);
  CHECK(b.take(10'000'000'000));
}

TEST_CASE("thousands of sorters with a few rows each hold little") {
  constexpr size_t kSorters = 4000;  // 500 lanes on 8 shards
  BlockStore store;
  BlockPool pool(&store);
  RowWriter writer(&store);
  event::RowBuilder builder;
  std::vector<std::unique_ptr<Sorter>> all;
  for (size_t i = 0; i < kSorters; ++i) all.push_back(std::make_unique<Sorter>(&pool));
  uint64_t position = 0, most = 0;
  std::vector<WaitingRow*> rows;
  auto push = [&](Sorter& s, int64_t time) {
    builder.start(0);
    s.push(writer.copy(*builder.finish(time, ++position), 0));
  };
  auto held = [&] {
    uint64_t bytes = 0;
    for (const auto& s : all) bytes += s->bytes();
    return bytes;
  };
  CHECK(held() == 0);
  // An hour of event time: every place of the ring is passed many times.
  for (int64_t second = 0; second < 3600; second += 40) {
    for (size_t i = 0; i < kSorters; ++i) {
      push(*all[i], second * 1000 + static_cast<int64_t>(i) % 997);
      while (all[i]->size() > 2) {
        rows.clear();
        all[i]->pop(&rows);
        for (WaitingRow* r : rows) release_row(r, &pool);
      }
    }
    most = std::max(most, held());
  }
  CHECK(most < kSorters * 16'384);
}

TEST_CASE("a burst that has gone leaves nothing behind") {
  Bench b;
  for (int64_t t = 0; t < 16'000; ++t) b.push(t);
  CHECK(b.sorter.bytes() > 1'000'000);
  CHECK(b.take(INT64_MAX));
  CHECK(b.sorter.bytes() < 8'192);
}
