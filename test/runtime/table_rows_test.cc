// A table's rows by position, against a plain list of all updates; and with look-ups beside the updates.
#include "runtime/table_rows.h"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <atomic>
#include <map>
#include <string>
#include <thread>
#include <vector>

using namespace cep;
using runtime::TableRows;

namespace {

const event::Row* row_of(int64_t value, event::RowBuilder* builder) {
  builder->start(1);
  builder->set(0, Value::integer(value));
  return builder->finish(0, 0);
}

int64_t value_of(const event::Row* row) { return row ? row->get(0, Type::kInt).i : -1; }

// All updates, never forgotten. -1: no row.
struct Reference {
  std::map<std::string, std::vector<std::pair<uint64_t, int64_t>>> updates;
  int64_t find(const std::string& key, uint64_t position) const {
    int64_t out = -1;
    const auto at = updates.find(key);
    if (at == updates.end()) return out;
    for (const auto& [from, value] : at->second)
      if (from <= position) out = value;
    return out;
  }
  size_t size() const {
    size_t n = 0;
    for (const auto& [key, list] : updates) n += list.back().second >= 0;
    return n;
  }
};

}  // namespace

TEST_CASE("a look-up sees the table at its own position, whatever has been forgotten before it") {
  CHECK(rc::check("as a list of all updates", [](const std::vector<uint32_t>& steps) {
    TableRows rows;
    Reference reference;
    event::RowBuilder builder;
    uint64_t position = 1, batch = 0, done = 0;
    std::vector<uint64_t> firsts{1};   // of each batch
    for (uint32_t step : steps) {
      const std::string key(step / 8 % 37, static_cast<char>('a' + step / 300 % 3));
      const int64_t value = step % 5 == 0 ? -1 : static_cast<int64_t>(step % 1000);
      switch (step % 8) {
        case 0: ++position; break;
        case 1:
          ++batch;
          firsts.push_back(++position);
          break;
        case 2:
          done = std::min<uint64_t>(batch, done + step / 8 % 3);
          rows.forget(done, batch);
          break;
        default:
          rows.put(key, value < 0 ? nullptr : row_of(value, &builder), position, batch);
          reference.updates[key].emplace_back(position, value);
      }
      const uint64_t at = firsts[done] + (position - firsts[done]) * (step % 4) / 3;
      RC_ASSERT(value_of(rows.find(key, at)) == reference.find(key, at));
    }
    for (const auto& [key, updates] : reference.updates)
      for (uint64_t at = firsts[done]; at <= position; ++at) RC_ASSERT(value_of(rows.find(key, at)) == reference.find(key, at));
    RC_ASSERT(rows.size() == reference.size());
    rows.forget_all();
    RC_ASSERT(rows.retired_bytes() == 0u);
    TableRows other;
    other.take(&rows);
    RC_ASSERT(rows.size() == 0u);
    for (const auto& [key, updates] : reference.updates) RC_ASSERT(value_of(other.find(key, position)) == reference.find(key, position));
  }));
}

TEST_CASE("memory is that of the rows there are, once the updates before have been worked") {
  TableRows rows;
  event::RowBuilder builder;
  const uint64_t before = rows.bytes();
  for (int i = 0; i < 1000; ++i) rows.put(std::to_string(i), row_of(i, &builder), 1, 0);
  const uint64_t once = rows.bytes();
  for (uint64_t position = 2; position < 100; ++position) {
    for (int i = 0; i < 1000; ++i) rows.put(std::to_string(i), row_of(i, &builder), position, position);
    rows.forget(position, position);
  }
  CHECK(rows.bytes() < 3 * once);
  for (int i = 0; i < 1000; ++i) rows.put(std::to_string(i), nullptr, 100, 100);
  rows.forget_all();
  CHECK(rows.size() == 0);
  CHECK(rows.bytes() == before);
}

TEST_CASE("look-ups beside the updates: each batch sees its own rows") {
  constexpr uint64_t kBatches = 3000;
  constexpr int kKeys = 50, kReaders = 2;
  TableRows rows;
  std::atomic<uint64_t> filled{0};
  std::atomic<uint64_t> worked[kReaders] = {};
  std::atomic<int> wrong{0};
  // At batch b, position b, key k has the row b - b % (k + 1), and none while that is odd.
  auto expected = [](uint64_t b, int k) { return (b - b % static_cast<uint64_t>(k + 1)) % 2 ? -1 : static_cast<int64_t>(b - b % static_cast<uint64_t>(k + 1)); };
  std::vector<std::thread> readers;
  for (int r = 0; r < kReaders; ++r)
    readers.emplace_back([&, r] {
      for (uint64_t b = 0; b < kBatches; ++b) {
        while (filled.load(std::memory_order_acquire) <= b) std::this_thread::yield();
        for (int k = 0; k < kKeys; ++k) wrong += value_of(rows.find("key " + std::to_string(k), b)) != expected(b, k);
        worked[r].store(b + 1, std::memory_order_release);
      }
    });
  event::RowBuilder builder;
  for (uint64_t b = 0; b < kBatches; ++b) {
    for (int k = 0; k < kKeys; ++k) {
      if (b % static_cast<uint64_t>(k + 1) != 0) continue;
      rows.put("key " + std::to_string(k), expected(b, k) < 0 ? nullptr : row_of(static_cast<int64_t>(b), &builder), b, b);
    }
    filled.store(b + 1, std::memory_order_release);
    rows.forget(std::min(worked[0].load(std::memory_order_acquire), worked[1].load(std::memory_order_acquire)), b);
  }
  for (std::thread& reader : readers) reader.join();
  CHECK(wrong == 0);
}
