// Joins of every kind against the slow obvious one, which keeps all rows and looks at all pairs: the same results in
// the same order; and nothing is left when the clock has passed everything.
#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "operators/join_harness.h"

namespace cep::test {
namespace {

using plan::WindowKind;

struct NaiveRow {
  int64_t time;
  size_t arrival;
  int64_t value;
  bool done = false;  // has come out: alone or with a partner (interval), with its session
};

bool where(int64_t a, int64_t b) { return (a + b) % 4 != 0; }

class NaiveJoin {
 public:
  explicit NaiveJoin(const plan::JoinNode& node) : node_(node) {}
  Texts out;

  void row(int side, const std::string& key, int64_t time, int64_t value, int64_t clock) {
    std::vector<NaiveRow>& mine = rows_[key][side];
    mine.push_back({time, arrivals_++, value});
    std::sort(mine.begin(), mine.end(), [](const NaiveRow& x, const NaiveRow& y) {
      return std::tie(x.time, x.arrival) < std::tie(y.time, y.arrival);
    });
    if (!node_.interval) return;
    for (NaiveRow& a : rows_[key][0]) {
      for (NaiveRow& b : rows_[key][1]) {
        const bool fresh = (side == 0 ? a : b).arrival == arrivals_ - 1;
        const int64_t distance = b.time - a.time;
        if (!fresh || distance < node_.lower_ms || distance > node_.upper_ms || !where(a.value, b.value)) continue;
        out.push_back(join_text(key, a.value, &b.value, a.time, std::max(a.time, b.time), clock));
        a.done = true;
      }
    }
  }

  void advance(int64_t from, int64_t to) {
    if (node_.interval) return leave_alone(to);
    for (const auto& [end, key, start] : windows(from, to)) fire(key, start, end);
  }

 private:
  using Sides = std::map<int, std::vector<NaiveRow>>;
  using Window = std::tuple<int64_t, std::string, int64_t>;  // end, key, start

  void leave_alone(int64_t to) {
    std::vector<std::tuple<int64_t, std::string, int64_t, size_t, NaiveRow*>> due;
    for (auto& [key, sides] : rows_) {
      for (NaiveRow& a : sides[0]) {
        const int64_t until = a.time + std::max<int64_t>(node_.upper_ms, 0) + 1;
        if (node_.left && !a.done && until <= to) due.push_back({until, key, a.time, a.arrival, &a});
      }
    }
    std::sort(due.begin(), due.end());
    for (auto& [until, key, time, arrival, a] : due) {
      out.push_back(join_text(key, a->value, nullptr, a->time, until - 1, until));
      a->done = true;
    }
  }

  std::set<Window> windows(int64_t from, int64_t to) {
    std::set<Window> found;
    for (auto& [key, sides] : rows_) {
      if (node_.assigner.kind == WindowKind::kSession) {
        sessions(key, sides, to, &found);
        continue;
      }
      const plan::WindowAssigner& w = node_.assigner;
      for (auto& [side, rows] : sides)
        for (const NaiveRow& row : rows)
          for (int64_t start = row.time - w.size_ms + 1; start <= row.time; ++start)
            if ((start - w.offset_ms) % w.slide_ms == 0 && start + w.size_ms > from && start + w.size_ms <= to)
              found.insert({start + w.size_ms, key, start});
    }
    return found;
  }

  void sessions(const std::string& key, Sides& sides, int64_t to, std::set<Window>* found) {
    std::vector<int64_t> times;
    for (auto& [side, rows] : sides)
      for (const NaiveRow& row : rows)
        if (!row.done) times.push_back(row.time);
    std::sort(times.begin(), times.end());
    for (size_t i = 0; i < times.size();) {
      size_t last = i;
      while (last + 1 < times.size() && times[last + 1] - times[last] <= node_.assigner.size_ms) ++last;
      const int64_t end = times[last] + node_.assigner.size_ms;
      if (end <= to) found->insert({end, key, times[i]});
      i = last + 1;
    }
  }

  std::vector<NaiveRow*> within(const std::string& key, int side, int64_t start, int64_t end) {
    const bool session = node_.assigner.kind == WindowKind::kSession;
    std::vector<NaiveRow*> found;
    for (NaiveRow& row : rows_[key][side])
      if (!(session && row.done) && row.time >= start && (session ? row.time <= end : row.time < end))
        found.push_back(&row);
    return found;
  }

  void fire(const std::string& key, int64_t start, int64_t end) {
    const std::vector<NaiveRow*> bs = within(key, 1, start, end);
    for (NaiveRow* a : within(key, 0, start, end)) {
      bool paired = false;
      for (NaiveRow* b : bs) {
        if (!where(a->value, b->value)) continue;
        out.push_back(join_text(key, a->value, &b->value, start, end - 1, end));
        paired = true;
      }
      if (node_.left && !paired) out.push_back(join_text(key, a->value, nullptr, start, end - 1, end));
      a->done = true;
    }
    for (NaiveRow* b : bs) b->done = true;
  }

  const plan::JoinNode node_;
  std::map<std::string, Sides> rows_;
  size_t arrivals_ = 0;
};

int64_t pick(int64_t from, int64_t to) { return *rc::gen::inRange<int64_t>(from, to + 1); }

plan::JoinNode any_node() {
  plan::JoinNode node;
  if (pick(0, 1) == 0) {
    const int64_t x = pick(-25, 25), y = pick(-25, 25);
    node = interval_node(std::min(x, y), std::max(x, y));
  } else {
    static const WindowKind kKinds[] = {WindowKind::kTumbling, WindowKind::kSliding, WindowKind::kSession};
    const WindowKind kind = kKinds[pick(0, 2)];
    const int64_t size = pick(1, 20);
    node = window_node(kind, size, kind == WindowKind::kSliding ? pick(1, 25) : 0);
    if (kind != WindowKind::kSession) node.assigner.offset_ms = pick(-9, 9);
  }
  node.left = pick(0, 1) == 1;
  return node;
}

}  // namespace

TEST_CASE("joins are those of the naive reference") {
  CHECK(rc::check("joins", [] {
    const plan::JoinNode node = any_node();
    JoinHarness fast(node);
    fast.where = where;
    NaiveJoin slow(node);
    RC_LOG() << "left " << node.left << " interval " << node.interval << ' ' << node.lower_ms << ' ' << node.upper_ms
             << " kind " << int(node.assigner.kind) << ' ' << node.assigner.size_ms << '/' << node.assigner.slide_ms
             << '+' << node.assigner.offset_ms << '\n';
    const int64_t rows = pick(1, 80), spread = pick(0, 30), delay = pick(0, 25);
    int64_t time = pick(-20, 20);
    const auto step = [&](int64_t to) {
      slow.advance(fast.clock, to);
      RC_ASSERT(fast.step(to));
    };
    for (int64_t i = 0; i < rows; ++i) {
      time += pick(0, 7) == 0 ? pick(0, 40) : pick(0, 3);
      const int64_t t = time - pick(0, spread), value = pick(0, 99);
      const std::string key(1, static_cast<char>('a' + pick(0, 2)));
      const int side = static_cast<int>(pick(0, 1));
      const int64_t clock = fast.clock;
      RC_LOG() << (side == 0 ? 'A' : 'B') << key << t << '=' << value << ' ';
      if (fast.row(side, key, t, value)) slow.row(side, key, t, value, clock);
      if (pick(0, 2) != 0 && time - delay > fast.clock) step(time - delay);
      if (pick(0, 15) == 0) step(std::max(fast.clock, time) + pick(0, 30));
    }
    RC_ASSERT(fast.out == slow.out);
    step(INT64_MAX);
    RC_ASSERT(fast.out == slow.out);
    const auto stats = fast.op->stats();
    RC_ASSERT(stats.keys == 0u);
    RC_ASSERT(stats.rows == 0u);
    RC_ASSERT(stats.bytes == 0u);
    RC_ASSERT(fast.op->next_deadline() == INT64_MAX);
  }));
}

}  // namespace cep::test
