// What a flood of lines makes others wait, in a model with a clock of its own: the queue, prices and window as the journal thread has them, before one server that works line by line. The
// figures are of the model alone, so they are the same on each machine.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <deque>
#include <functional>
#include <map>

#include "engine/admission.h"
#include "journal/entry.h"

using namespace cep;
using namespace cep::engine;

namespace {

constexpr uint64_t kNeighbour = 1000, kStepUs = 50, kSyncUs = 5000, kTargetUs = 18'000;

Request lines(uint64_t connection, uint64_t first, uint32_t count) {
  Request r;
  r.batch.connection = connection;
  r.batch.first_number = first;
  r.batch.count = count;
  for (uint32_t i = 0; i < count; ++i) journal::append_line("{\"id\":1,\"ts\":1767225600000}", &r.batch.entries);
  return r;
}

class Model {
 public:
  // Nanoseconds that the flood's nth line costs, of all its connections.
  explicit Model(std::function<double(uint64_t n)> cost) : cost_(std::move(cost)) {}

  void run(uint64_t floods, uint64_t for_us) {
    for (const uint64_t end = now_ + for_us; now_ < end; now_ += kStepUs) {
      for (uint64_t c = 1; c <= floods; ++c)
        while (queue_.has_room(c)) push(c, 500);
      if (now_ >= next_) {
        push(kNeighbour, 1);
        began_.push_back(now_);
        next_ = now_ + 5000;
      }
      work();
      admission_.look(out_, worked_, static_cast<uint64_t>(spent_), kTargetUs, now_);
      if (admission_.may_take()) take();
    }
  }
  // Of the neighbour's lines that began before the last second: how long it took until they were journaled and until they were worked, sorted.
  std::vector<uint64_t> waited(const std::vector<uint64_t>& then) const {
    std::vector<uint64_t> out;
    for (size_t i = 0; i < began_.size() && began_[i] + 1'000'000 < now_; ++i) out.push_back((i < then.size() ? then[i] : now_) - began_[i]);
    std::sort(out.begin(), out.end());
    return out;
  }
  uint64_t journaled_p99() const { return p99(waited(journaled_)); }
  uint64_t worked_p99() const { return p99(waited(done_)); }
  uint64_t flood_lines() const { return flood_worked_; }

 private:
  struct Line {
    uint64_t connection;
    double left;
  };
  struct Frame {
    uint64_t last, out_us;
  };
  static uint64_t p99(const std::vector<uint64_t>& times) { return times[times.size() * 99 / 100]; }

  void push(uint64_t connection, uint32_t count) {
    uint64_t& number = numbers_[connection];
    queue_.push(lines(connection, number + 1, count));
    number += count;
  }

  void take() {
    std::vector<Request> requests;
    admission_.take(&requests);
    WrittenFrame frame;
    frame.base = position_ + 1;
    for (const Request& r : requests) {
      frame.from.push_back({frame.count, r.batch.count, r.batch.connection, r.batch.first_number, r.batch.entries.size(), false});
      frame.count += r.batch.count;
      for (uint32_t i = 0; i < r.batch.count; ++i) {
        const bool flood = r.batch.connection != kNeighbour;
        server_.push_back({r.batch.connection, flood ? cost_(flooded_++) : 2000.0});
        if (!flood) journaled_.push_back(now_);
      }
    }
    if (frame.count == 0) return;
    position_ += frame.count;
    admission_.sent(&frame, now_);
    for (size_t i = 1; i < frame.from.size(); ++i)
      if (frame.from[i].alone || frame.from[i - 1].alone) frames_.push_back({frame.base + frame.from[i].first - 1, now_ + kSyncUs});
    frames_.push_back({position_, now_ + kSyncUs});
  }

  void work() {
    for (double left = kStepUs * 1000.0; left > 0 && !server_.empty();) {
      Line& line = server_.front();
      const double now = std::min(left, line.left);
      left -= now;
      line.left -= now;
      spending_ += now;
      if (line.left > 0) break;
      line.connection == kNeighbour ? done_.push_back(now_) : void(++flood_worked_);
      ++in_order_;
      server_.pop_front();
    }
    for (; !frames_.empty() && frames_.front().last <= in_order_; frames_.pop_front()) {
      worked_ = frames_.front().last;
      spent_ = spending_;
      outs_.push_back({worked_, std::max(now_, frames_.front().out_us)});
    }
    for (; !outs_.empty() && outs_.front().out_us <= now_; outs_.pop_front()) out_ = outs_.front().last;
  }

  std::function<double(uint64_t)> cost_;
  LineCosts costs_;
  RequestQueue queue_{16 << 20, &costs_};
  Admission admission_{&queue_, &costs_};
  std::deque<Line> server_;
  std::deque<Frame> frames_, outs_;
  std::map<uint64_t, uint64_t> numbers_;
  std::vector<uint64_t> began_, journaled_, done_;   // of the neighbour's lines
  uint64_t now_ = 1'000'000, next_ = 0, position_ = 0, in_order_ = 0, worked_ = 0, out_ = 0, flooded_ = 0, flood_worked_ = 0;
  double spending_ = 0, spent_ = 0;
};

}  // namespace

TEST_CASE("a flood whose lines become ten thousand times as costly makes nobody wait for more than a few of them") {
  // As the runs of one key grow, up to limits.runs_per_key.
  Model model([](uint64_t n) { return std::min(20e6, 2000 * std::pow(1.5, static_cast<double>(n))); });
  model.run(2, 6'000'000);
  CHECK(model.journaled_p99() <= 15'000);
  CHECK(model.worked_p99() <= 50'000);
  CHECK(model.flood_lines() >= 150);   // and it has its turns: a line takes 20 ms
}

TEST_CASE("lines that are cheap and costly by turns keep the few on their way that the costly ones allow") {
  Model model([](uint64_t n) { return n % 7 == 0 ? 10e6 : 1500.0; });
  model.run(2, 6'000'000);
  CHECK(model.journaled_p99() <= 30'000);
  CHECK(model.worked_p99() <= 80'000);
}

TEST_CASE("cheap lines flow as fast as they are worked, of one connection or of a hundred, and a neighbour is not behind them") {
  for (uint64_t floods : {1u, 2u, 100u}) {
    CAPTURE(floods);
    Model model([](uint64_t) { return 1500.0; });
    model.run(floods, 4'000'000);
    CHECK(model.journaled_p99() <= 20'000);
    CHECK(model.worked_p99() <= 40'000);
    CHECK(model.flood_lines() >= 2'550'000);   // of 2.67 million that the server can
  }
}

TEST_CASE("what lines on their way together have cost goes to those from whom most was expected") {
  LineCosts costs;
  uint64_t position = 0, spent = 0;
  auto round = [&](uint32_t of_costly, uint64_t ns) {
    const WrittenFrame::From from[] = {{0, 1, 2, 1, 70}, {1, of_costly, 1, 1, 70 * of_costly}};
    costs.taken(2, 1, 70);
    if (of_costly > 0) costs.taken(1, of_costly, 70 * of_costly);
    costs.settle();
    costs.sent(position + 1, std::span(from, of_costly > 0 ? 2 : 1));
    position += 1 + of_costly;
    CHECK(costs.worked(position, spent += ns));
  };
  CHECK(costs.lines_left(1) == LineCosts::kFirstLines);
  for (int i = 0; i < 20; ++i) {
    round(1, 30'000'000);
    round(0, 40'000);
  }
  CHECK(costs.price(1, 1, 70) >= 10'000'000);
  CHECK(costs.price(2, 1, 70) <= 200'000);
  CHECK(costs.lines_left(1) <= 2);
  CHECK(costs.on_way(1) == 0);
  costs.forget(1);
  CHECK(costs.price(1, 1, 70) == work_of(1, 70));
}
