// Turns by work: who floods waits alone. And the window that lets as much on its way as is worked off in time.
#include <doctest/doctest.h>

#include <map>

#include "engine/request_queue.h"
#include "engine/work_window.h"
#include "journal/entry.h"

using namespace cep;
using namespace cep::engine;

namespace {

Request lines(uint64_t connection, uint64_t first, uint32_t count, size_t bytes = 10) {
  Request r;
  r.batch.connection = connection;
  r.batch.first_number = first;
  r.batch.count = count;
  for (uint32_t i = 0; i < count; ++i) journal::append_line(std::to_string(first + i) + std::string(bytes, 'x'), &r.batch.entries);
  return r;
}

Request other(Request::Kind kind, uint64_t connection) {
  Request r;
  r.kind = kind;
  r.batch.connection = connection;
  return r;
}

// What was taken, by connection: its lines in order, whole and each once; -1 for what is no lines.
std::map<uint64_t, std::vector<int64_t>> taken(const std::vector<Request>& requests) {
  std::map<uint64_t, std::vector<int64_t>> out;
  for (const Request& r : requests) {
    if (r.kind != Request::Kind::kLines) {
      out[r.batch.connection].push_back(-1);
      continue;
    }
    journal::EntryCursor cursor(r.batch.entries);
    journal::Entry e;
    uint64_t number = r.batch.first_number;
    for (; cursor.next(&e); ++number) {
      CHECK(e.line.starts_with(std::to_string(number) + "x"));
      out[r.batch.connection].push_back(static_cast<int64_t>(number));
    }
    CHECK(!cursor.bad());
    CHECK(number == r.batch.first_number + r.batch.count);
  }
  return out;
}

}  // namespace

TEST_CASE("a line behind a flood of others has its turn after a turn of theirs") {
  RequestQueue queue(16 << 20);
  for (uint64_t flood = 1; flood <= 3; ++flood) queue.push(lines(flood, 1, 50'000));
  queue.push(lines(9, 1, 1));
  std::vector<Request> out;
  uint64_t work = 0;
  while (taken(out).count(9) == 0) work += queue.turn(1'000'000'000, &out);
  CHECK(work <= 4 * RequestQueue::kTurnWork);
  // All of it comes in the end, in the order of each connection.
  while (!queue.empty()) queue.turn(10'000, &out);
  auto all = taken(out);
  for (uint64_t flood = 1; flood <= 3; ++flood) {
    REQUIRE(all[flood].size() == 50'000);
    for (int64_t i = 0; i < 50'000; ++i) REQUIRE(all[flood][static_cast<size_t>(i)] == i + 1);
  }
  CHECK(queue.bytes() == 0);
}

TEST_CASE("long lines count by their bytes: their connection pays for a turn that was too long") {
  RequestQueue queue(64 << 20);
  for (uint64_t i = 1; i <= 20; ++i) queue.push(lines(1, i, 1, 1'000'000));
  for (uint64_t i = 0; i < 50; ++i) queue.push(lines(2, 1 + 1000 * i, 1000, 10));
  std::vector<Request> out;
  std::map<uint64_t, uint64_t> work;
  while (taken(out)[2].size() < 15'000) {   // neither is at its end
    const size_t before = out.size();
    const uint64_t done = queue.turn(1'000'000'000, &out);
    if (out.size() > before) work[out.back().batch.connection] += done;
  }
  CHECK(work[1] <= work[2] + 2'000'000);
  CHECK(work[2] <= work[1] + 2'000'000);
}

TEST_CASE("the rest of a connection's requests stays behind its lines, loads come first") {
  RequestQueue queue(1 << 20);
  queue.push(lines(1, 1, 2));
  queue.push(lines(1, 3, 2));          // goes on: joined
  queue.push(lines(1, 9, 1));          // does not
  queue.push(other(Request::Kind::kFinish, 1));
  queue.push(other(Request::Kind::kGoodbye, 1));
  queue.push(other(Request::Kind::kLoad, 0));
  std::vector<Request> out;
  while (!queue.empty()) queue.turn(1'000'000, &out);
  REQUIRE(out.size() == 5);
  CHECK(out[0].kind == Request::Kind::kLoad);
  CHECK(taken(out)[1] == std::vector<int64_t>{1, 2, 3, 4, 9, -1, -1});
  CHECK(out[4].kind == Request::Kind::kGoodbye);
  CHECK(queue.bytes() == 0);
}

TEST_CASE("what was read up to a moment is told behind all that any connection has offered by then, and though one floods") {
  auto mark = [](int64_t at_ms) {
    Request r = other(Request::Kind::kAllRead, 0);
    r.at_ms = at_ms;
    return r;
  };
  RequestQueue queue(16 << 20);
  queue.push(mark(1));
  queue.push(mark(2));                 // nothing came in between: one that says more
  std::vector<Request> out;
  while (!queue.empty()) queue.turn(1'000'000, &out);
  REQUIRE(out.size() == 1);
  CHECK(out[0].at_ms == 2);

  out.clear();
  queue.push(lines(1, 1, 50'000));
  queue.push(lines(2, 1, 1));
  queue.push(mark(3));
  queue.push(lines(2, 2, 1));          // joined to what the mark waits for
  queue.push(lines(3, 1, 1));
  queue.push(mark(4));
  uint64_t next = 50'001;
  std::map<int64_t, std::map<uint64_t, std::vector<int64_t>>> before;   // what had been taken when a mark was
  for (int turns = 0; before.size() < 2; ++turns) {
    REQUIRE(turns < 10'000);
    queue.push(lines(1, next + 1, 100));   // a gap: a request of its own
    next += 101;
    queue.turn(RequestQueue::kTurnWork, &out);
    if (out.back().kind == Request::Kind::kAllRead) before[out.back().at_ms] = taken(out);
  }
  REQUIRE(before.size() == 2);
  CHECK(before.begin()->first == 3);
  CHECK(before[3][1].size() >= 50'000);
  CHECK(before[3][2] == std::vector<int64_t>{1, 2});
  CHECK(before[4][3] == std::vector<int64_t>{1});
}

TEST_CASE("one that floods finds no room, another does; whoever was refused is told in time") {
  RequestQueue queue(1 << 20);
  uint64_t number = 1;
  while (queue.has_room(1)) {
    queue.push(lines(1, number, 1000, 100));
    number += 1000;
  }
  CHECK(queue.bytes() < (1 << 20) / 2);
  CHECK(queue.has_room(2));
  CHECK(!queue.has_room(3, false));
  CHECK(queue.take_roomy().empty() == false);   // 3 was refused for another reason
  CHECK(!queue.has_room(1));
  std::vector<Request> out;
  std::vector<uint64_t> told;
  while (told.empty()) {
    REQUIRE(!queue.empty());
    queue.turn(100'000, &out);
    told = queue.take_roomy();
  }
  CHECK(told == std::vector<uint64_t>{1});
  CHECK(!queue.empty());
  CHECK(queue.has_room(1));
  // However many flood, who has nothing queued finds room.
  for (uint64_t c = 10; c < 100; ++c)
    while (queue.has_room(c)) queue.push(lines(c, 1, 100, 100));
  CHECK(queue.has_room(1000));
  CHECK(queue.bytes() < 2u << 20);
}

namespace {

// Frames through a server that works `work_per_us` of it, one after the other, each out `latency_us` later at the earliest. Returns how long the last ones took.
uint64_t flow(WorkWindow* window, double work_per_us, uint64_t latency_us, uint64_t target_us, uint64_t for_us, uint64_t* now, uint64_t* position) {
  struct Frame {
    uint64_t last, at, out;
  };
  std::vector<Frame> frames;
  size_t done = 0;
  uint64_t busy = *now, took = 0;
  for (const uint64_t end = *now + for_us; *now < end; *now += 200) {
    for (; done < frames.size() && frames[done].out <= *now; ++done) {
      took = frames[done].out - frames[done].at;
      window->worked(frames[done].last, target_us, *now);
    }
    const uint64_t room = window->room();
    if (room == 0) {
      window->full();
      continue;
    }
    busy = std::max(busy, *now) + static_cast<uint64_t>(static_cast<double>(room) / work_per_us);
    window->sent(*position + 1, *position + 10, room, *now);
    *position += 10;
    frames.push_back({*position, *now, std::max(busy, *now + latency_us)});
    window->full();
  }
  return took;
}

}  // namespace

TEST_CASE("the window lets on its way what is worked off in time, whatever it costs") {
  WorkWindow window;
  uint64_t now = 1'000'000, position = 0;
  const uint64_t target = 20'000;
  for (double speed : {1000.0, 10.0, 1.0, 2000.0, 0.1}) {   // of work in a microsecond
    CAPTURE(speed);
    const uint64_t took = flow(&window, speed, 3000, target, 3'000'000, &now, &position);
    CHECK(took <= 3 * target);
    if (speed >= 1) CHECK(static_cast<double>(window.under_way()) >= speed * target / 4);
    // What is still under way is worked.
    now += 10'000'000;
    window.worked(position, target, now);
    CHECK(window.under_way() == 0);
  }
}

TEST_CASE("after a while without haste the window is narrow again, but for what is used") {
  WorkWindow window;
  uint64_t now = 1'000'000, position = 0;
  flow(&window, 1000, 3000, 20'000, 3'000'000, &now, &position);
  window.worked(position, 20'000, now);
  CHECK(window.work() > 4 * WorkWindow::kFirstWork);
  for (int i = 0; i < 200; ++i) {
    window.sent(position + 1, position + 1, 1000, now);
    window.worked(++position, 20'000, now += 50'000);
  }
  CHECK(window.work() <= WorkWindow::kFirstWork);
  CHECK(window.room() > 0);
}

TEST_CASE("debts are paid in whole turns, however little of a call is left") {
  RequestQueue queue(64 << 20);
  for (uint64_t connection = 1; connection <= 40; ++connection) {
    queue.push(lines(connection, 1, 1, 1'000'000));
    queue.push(other(Request::Kind::kFinish, connection));
  }
  std::vector<Request> out;
  while (out.size() < 40) queue.turn(1'000'000'000, &out);
  size_t turns = 0;
  for (; out.size() < 80; ++turns) queue.turn(1, &out);
  CHECK(turns <= 40 * (1'000'000 / RequestQueue::kTurnWork + 2));
}
