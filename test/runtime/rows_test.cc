// Blocks of rows that one thread fills and others let go of.
#include "runtime/rows.h"

#include <doctest/doctest.h>

#include <thread>

#include "runtime/spsc_channel.h"

using namespace cep;
using namespace cep::runtime;

namespace {

struct Handed {
  WaitingRow* row = nullptr;
  uint64_t bytes() const { return 1; }
};

const event::Row& make(event::RowBuilder* builder, uint64_t position) {
  builder->start(2);
  builder->set(0, Value::integer(static_cast<int64_t>(position * 3)));
  std::string text(position % 300, 'x');
  if (position % 5000 == 0) text.assign(RowBlock::kBytes + 17, 'y');  // a block of its own
  builder->set(1, Value::string(text));
  return *builder->finish(static_cast<int64_t>(position), position);
}

}  // namespace

TEST_CASE("rows stay as they are until they are let go of, by whichever thread") {
  constexpr uint64_t kRows = 60'000;
  BlockStore store;
  SpscChannel<Handed> channels[2] = {SpscChannel<Handed>(2000), SpscChannel<Handed>(50)};
  uint64_t wrong[2] = {};
  std::vector<std::thread> readers;
  for (int r = 0; r < 2; ++r)
    readers.emplace_back([&, r] {
      BlockPool pool(&store);
      std::vector<WaitingRow*> kept;  // some wait longer than others
      for (uint64_t n = 0; n < kRows;) {
        if (channels[r].empty()) {
          std::this_thread::yield();
          continue;
        }
        WaitingRow* row = channels[r].pop().row;
        wrong[r] += row->row().position != n || row->row().get(0, Type::kInt).i != static_cast<int64_t>(n * 3);
        if (++n % 3 == 0) kept.push_back(row);
        else release_row(row, &pool);
        if (kept.size() < 500) continue;
        for (WaitingRow* k : kept) {
          wrong[r] += k->row().get(0, Type::kInt).i != static_cast<int64_t>(k->row().position * 3);
          release_row(k, &pool);
        }
        kept.clear();
      }
      for (WaitingRow* k : kept) release_row(k, &pool);
    });
  {
    RowWriter writer(&store);
    event::RowBuilder builder;
    for (uint64_t n = 0; n < kRows; ++n) {
      const event::Row& row = make(&builder, n);
      for (auto& channel : channels) {
        while (channel.full()) std::this_thread::yield();
        channel.push({writer.copy(row, 0)});
      }
    }
  }
  for (std::thread& t : readers) t.join();
  CHECK(wrong[0] == 0);
  CHECK(wrong[1] == 0);
}

TEST_CASE("a block whose rows have ended is used again") {
  BlockStore store;
  BlockPool pool(&store);
  event::RowBuilder builder;
  RowBlock* first = nullptr;
  {
    RowWriter writer(&store);
    WaitingRow* row = writer.copy(make(&builder, 1), 0);
    first = row->block;
    release_row(row, &pool);
    pool.settle();
    WaitingRow* second = writer.copy(make(&builder, 2), 0);  // it is still being written
    CHECK(second->block == first);
    CHECK(second != row);
    release_row(second, &pool);
  }
  RowBlock* other = store.take(10);
  CHECK(other != first);  // not settled yet
  pool.settle();
  RowBlock* again = store.take(10);
  CHECK(again == first);
  for (RowBlock* b : {other, again}) store.release(b, RowBlock::kOpen);
}
