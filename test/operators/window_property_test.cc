// All kinds of windows, with every lateness, early firing and accumulation, against the naive reference: the
// same results in the same order; and nothing is left when the clock has passed everything.
#include <doctest/doctest.h>
#include <rapidcheck.h>

#include "operators/naive_windows.h"
#include "operators/window_harness.h"

namespace cep::test {
namespace {

using plan::Accumulation;
using plan::WindowKind;

int64_t pick(int64_t from, int64_t to) { return *rc::gen::inRange<int64_t>(from, to + 1); }

plan::WindowNode any_node(bool list) {
  static const WindowKind kKinds[] = {WindowKind::kTumbling, WindowKind::kSliding, WindowKind::kSliding,
                                      WindowKind::kSession,  WindowKind::kSession, WindowKind::kCount,
                                      WindowKind::kGlobal,   WindowKind::kRolling};
  const WindowKind kind = kKinds[pick(0, 7)];
  plan::WindowNode w = window_node(kind, pick(1, 24), list);
  if (kind == WindowKind::kSliding) w.assigner.slide_ms = pick(0, 2) == 0 ? pick(1, 30) : pick(1, 3);
  if (pick(0, 2) == 0) w.assigner.offset_ms = pick(0, 9);
  w.assigner.count = pick(1, 6);
  w.assigner.count_every = pick(1, 6);
  const bool timed =
      kind == WindowKind::kTumbling || kind == WindowKind::kSliding || kind == WindowKind::kSession;
  if (timed && pick(0, 2) != 0) w.lateness_ms = pick(1, 30);
  const int64_t early = pick(0, 3);
  if (timed && early == 0) w.early_every_ms = pick(1, 7);
  if (kind == WindowKind::kGlobal || (timed && early == 1)) w.early_count = pick(1, 4);
  if (timed || kind == WindowKind::kGlobal) w.accumulation = static_cast<Accumulation>(pick(0, 2));
  if (pick(0, 4) == 0) w.limit_keys_ms = pick(1, 40);
  return w;
}

std::string text_of(const plan::WindowNode& n, int64_t delay) {
  std::ostringstream s;
  s << "\nkind " << int(n.assigner.kind) << " size " << n.assigner.size_ms << " slide " << n.assigner.slide_ms
    << " offset " << n.assigner.offset_ms << " count " << n.assigner.count << '/' << n.assigner.count_every
    << " lateness " << n.lateness_ms << " early " << n.early_every_ms << '/' << n.early_count
    << " accumulation " << int(n.accumulation) << " limit " << n.limit_keys_ms << " delay " << delay << '\n';
  return s.str();
}

void compare_one() {
  const bool list = pick(0, 1) == 0;
  plan::WindowNode node = any_node(list);
  // More slices than are merged one by one.
  if (node.assigner.kind == WindowKind::kSliding && pick(0, 3) == 0) {
    node.assigner.size_ms = 90;
    node.assigner.slide_ms = 1;
  }
  const bool rolling = node.assigner.kind == WindowKind::kRolling;
  const int64_t delay = rolling ? 0 : pick(0, 10), cap = pick(0, 2) == 0 ? pick(5, 30) : INT64_MAX;
  RC_LOG() << text_of(node, delay);
  WindowHarness fast(node, delay);
  fast.having = [cap](int64_t, int64_t sum) { return sum < cap; };
  NaiveWindows slow(node, list, cap);
  int64_t clock = INT64_MIN, time = pick(0, 20);
  const int64_t rows = pick(1, 60), spread = pick(0, 30);
  for (int64_t order = 1; order <= rows; ++order) {
    time += pick(0, 6) == 0 ? pick(0, 40) : pick(0, 3);
    const int64_t t = rolling ? time : time - pick(0, spread), value = pick(0, 9);
    const std::string key(1, static_cast<char>('a' + pick(0, 2)));
    RC_LOG() << key << t << '=' << value << ' ';
    if (operators::takes(node, t, clock))
      slow.row(key, t, value, static_cast<uint64_t>(order), clock);
    else
      slow.out.push_back("late " + key + std::to_string(t));
    if (t - delay > clock) slow.advance(clock, t - delay);
    clock = std::max(clock, t - delay);
    fast.row(key, t, value);
    RC_ASSERT(fast.take() == slow.out);
    slow.out.clear();
  }
  slow.advance(clock, INT64_MAX);
  fast.end();
  RC_ASSERT(fast.take() == slow.out);
  const bool kept = node.assigner.kind == WindowKind::kCount || node.assigner.kind == WindowKind::kGlobal;
  if (!kept || node.limit_keys_ms >= 0) RC_ASSERT(fast.op().stats().keys == 0u);
}

}  // namespace

TEST_CASE("windows are those of the naive reference") {
  CHECK(rc::check("windows", [] {
    for (int i = 0; i < 10; ++i) compare_one();
  }));
}

}  // namespace cep::test
