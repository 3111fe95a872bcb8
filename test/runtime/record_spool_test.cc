// Records that were written aside come out in the order in which a stable sort of all of them puts them.
#include "runtime/record_spool.h"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <sys/resource.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <memory>
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
bool agrees(const std::vector<std::vector<OutRecord>>& makers, uint64_t memory_bytes, const SpillPlace& place, size_t* runs) {
  std::vector<OutRecord> expected;
  std::vector<GivenRecords> given;
  std::vector<std::unique_ptr<SpillFiles>> files;
  for (const auto& records : makers) {
    files.push_back(std::make_unique<SpillFiles>(place));
    RecordSpool spool(memory_bytes, files.back().get(), 7);
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
    RC_ASSERT(agrees(made, *rc::gen::element<uint64_t>(0, 500, 20'000, 1 << 30), {}, &runs));
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
  CHECK(agrees(rising, 0, {}, &runs));
  CHECK(runs == 1);
  CHECK(agrees(falling, 0, {}, &runs));
  CHECK(runs <= 66);
}

TEST_CASE("where nothing can be written the records stay in memory") {
  std::vector<std::vector<OutRecord>> made(2);
  for (uint64_t i = 0; i < 500; ++i) made[i % 2].push_back(make(i * 7919 % 100, "k", i));
  size_t runs = 0;
  CHECK(agrees(made, 100, {"/nowhere/at/all", 0, nullptr}, &runs));
  CHECK(runs == 0);
}

TEST_CASE("what would leave less than the reserve free waits, or stays in memory where nobody waits") {
  std::vector<std::vector<OutRecord>> made(1);
  for (uint64_t i = 0; i < 500; ++i) made[0].push_back(make(i * 7919 % 100, "k", i));
  struct statvfs st {};
  REQUIRE(::statvfs("/var/tmp", &st) == 0);
  size_t runs = 0, asked = 0;
  SpillPlace place{"/var/tmp", static_cast<uint64_t>(st.f_blocks) * st.f_frsize, nullptr};   // more than there can be
  CHECK(agrees(made, 100, place, &runs));
  CHECK(runs == 0);
  place.wait_for_room = [&] { return ++asked < 5; };
  CHECK(agrees(made, 100, place, &runs));
  CHECK(runs == 0);
  CHECK(asked == 5);   // once it is told that nobody waits any more, no more is asked
}

TEST_CASE("a write that failed half-way is made again when there is room, and what stands in the file is what was appended") {
  rlimit before{};
  REQUIRE(::getrlimit(RLIMIT_FSIZE, &before) == 0);
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  auto allow = [&](rlim_t bytes) {
    const rlimit limit{bytes, before.rlim_max};
    REQUIRE(::setrlimit(RLIMIT_FSIZE, &limit) == 0);
  };
  size_t waits = 0;
  SpillFiles files({"/var/tmp", 0, [&] {
                      allow(4000 * ++waits);
                      return true;
                    }});
  const auto file = files.of(1);
  REQUIRE(file);
  allow(1000);
  std::vector<std::pair<uint64_t, std::string>> parts;
  for (char c = 'a'; c < 'g'; ++c) {
    uint64_t offset = 0;
    const std::string bytes(1500, c);
    CHECK(file->append(bytes, &offset));
    parts.emplace_back(offset, bytes);
  }
  allow(before.rlim_cur);
  std::signal(SIGXFSZ, handler);
  CHECK(waits == 3);
  CHECK(file->size() == 9000);
  for (const auto& [offset, bytes] : parts) {
    std::string back(bytes.size(), ' ');
    file->read(offset, back.data(), back.size());
    CHECK(back == bytes);
  }
}

TEST_CASE("a maker has a file for each batch, few of them at once, and none has a name") {
  const auto dir = std::filesystem::temp_directory_path() / ("cepd-spill-test-" + std::to_string(::getpid()));
  std::filesystem::create_directory(dir);
  SpillFiles files({dir.string(), 0, nullptr});
  const auto first = files.of(1);
  CHECK(files.of(1) == first);
  std::vector<std::shared_ptr<SpillFile>> held;
  for (uint64_t batch = 1; batch <= 50; ++batch) held.push_back(files.of(batch));
  uint64_t offset = 0;
  for (const auto& file : held) CHECK(file->append("x", &offset));
  std::vector<std::shared_ptr<SpillFile>> different = held;
  std::sort(different.begin(), different.end());
  different.erase(std::unique(different.begin(), different.end()), different.end());
  CHECK(different.size() == EngineOptions::kSpillFiles - 1);
  CHECK(std::find(different.begin(), different.end(), files.another()) == different.end());   // a merge has one more
  CHECK(std::filesystem::is_empty(dir));
  held.clear();
  different.clear();
  const auto fresh = files.of(99);
  CHECK(fresh->size() == 0);   // those that nobody uses any more are gone
  std::filesystem::remove_all(dir);
}
