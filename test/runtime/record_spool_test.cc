// Records that were written aside come out in the order in which a stable sort of all of them puts them.
#include "runtime/record_spool.h"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <string>

using namespace cep;
using namespace cep::runtime;

namespace {

OutRecord make(uint64_t position, const std::string& key, uint64_t number) {
  OutRecord r;
  r.label = {position, static_cast<int64_t>(position % 3), 1, key, 0};
  r.channel = Channel::kTimeouts;
  r.node = static_cast<int>(number % 5) - 1;
  r.head = std::string(number % 40, 'h');
  r.tail = std::to_string(number) + std::string(number % 1000 == 7 ? 70'000 : 0, 't');
  r.throttle_ms = static_cast<int64_t>(number) - 1;
  r.throttle_key = key + "t";
  r.throttle_time = INT64_MIN + static_cast<int64_t>(number);
  r.cut = number % 2 == 1;
  return r;
}

bool same(const OutRecord& a, const OutRecord& b) {
  return a.label == b.label && a.channel == b.channel && a.node == b.node && a.head == b.head && a.tail == b.tail && a.throttle_ms == b.throttle_ms &&
         a.throttle_key == b.throttle_key && a.throttle_time == b.throttle_time && a.cut == b.cut;
}

// What `makers` spools of this bound give of the records, drawn in turn, is what a stable sort by (label, maker) gives.
bool agrees(const std::vector<std::vector<OutRecord>>& makers, uint64_t memory_bytes, const std::string& dir, size_t* runs) {
  std::vector<OutRecord> expected;
  std::vector<GivenRecords> given;
  for (const auto& records : makers) {
    RecordSpool spool(memory_bytes, dir);
    uint64_t bytes = 0;
    for (const OutRecord& r : records) {
      spool.add(r);
      bytes += bytes_of(r);
      expected.push_back(r);
    }
    given.push_back(spool.take());
    if (given.back().bytes != bytes) return false;
    *runs += given.back().runs.size();
  }
  std::stable_sort(expected.begin(), expected.end(), [](const OutRecord& a, const OutRecord& b) { return a.label < b.label; });
  RecordMerge merge(std::move(given));
  OutRecord r;
  for (const OutRecord& e : expected)
    if (!merge.next(&r) || !same(r, e)) return false;
  return !merge.next(&r);
}

}  // namespace

TEST_CASE("records come out by label, then by maker, then as they were made") {
  size_t runs = 0;
  CHECK(rc::check("random records", [&] {
    const int makers = *rc::gen::inRange(1, 4);
    const uint64_t positions = *rc::gen::element<uint64_t>(1, 3, 50, 100'000);
    std::vector<std::vector<OutRecord>> made(static_cast<size_t>(makers));
    uint64_t number = 0;
    for (auto& records : made) {
      const int n = *rc::gen::inRange(0, 300);
      for (int i = 0; i < n; ++i)
        records.push_back(make(*rc::gen::inRange<uint64_t>(0, positions), std::string(*rc::gen::inRange<size_t>(0, 3) * 9, 'k'), ++number));
    }
    RC_ASSERT(agrees(made, *rc::gen::element<uint64_t>(0, 500, 20'000, 1 << 30), "", &runs));
  }));
  CHECK(runs > 100);
}

TEST_CASE("what rises is one run; what falls is merged before there are too many") {
  std::vector<std::vector<OutRecord>> rising(1), falling(1);
  for (uint64_t i = 0; i < 500; ++i) {
    rising[0].push_back(make(i, "k", i));
    falling[0].push_back(make(500 - i, "k", i));
  }
  size_t runs = 0;
  CHECK(agrees(rising, 0, "", &runs));
  CHECK(runs == 1);
  CHECK(agrees(falling, 0, "", &runs));
  CHECK(runs <= 66);
}

TEST_CASE("where nothing can be written the records stay in memory") {
  std::vector<std::vector<OutRecord>> made(2);
  for (uint64_t i = 0; i < 500; ++i) made[i % 2].push_back(make(i * 7919 % 100, "k", i));
  size_t runs = 0;
  CHECK(agrees(made, 100, "/nowhere/at/all", &runs));
  CHECK(runs == 0);
}
