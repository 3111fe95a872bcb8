// The parts below the evaluator: taken events and their order, timers, the test for a beginning.
#include <doctest/doctest.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "operators/pattern/outcome_table.h"
#include "operators/pattern/run_store.h"
#include "operators/pattern/timer_queue.h"
#include "operators/pattern_text.h"

using namespace cep::operators;  // NOLINT

namespace {

struct Lists {
  RunStore store;
  std::vector<TakenEvent*> events;
  cep::event::RowBuilder builder;

  Lists() {
    for (uint64_t i = 0; i < 8; ++i) {
      builder.start(1);
      events.push_back(store.copy(*builder.finish(static_cast<int64_t>(i), i), i));
    }
  }
  // Stages by event number, '.' for an event that is not taken.
  const HistoryNode* list(const std::string& stages) {
    const HistoryNode* node = nullptr;
    for (size_t i = 0; i < stages.size(); ++i) {
      if (stages[i] == '.') continue;
      const HistoryNode* next = store.append(node, events[i], stages[i] - '0');
      if (node != nullptr) store.release(node);
      node = next;
    }
    return node;
  }
};

}  // namespace

TEST_CASE("the order of lists: stage by stage, none first, a list before its extensions") {
  Lists l;
  MatchOrder order;
  const std::vector<std::string> sorted = {"0", "0..2", "01", "01..2", "011.2", "01.12", "0.12", "0.112", "00"};
  for (size_t i = 0; i < sorted.size(); ++i) {
    for (size_t j = 0; j < sorted.size(); ++j) {
      CAPTURE(sorted[i]);
      CAPTURE(sorted[j]);
      const HistoryNode* a = l.list(sorted[i]);
      const HistoryNode* b = l.list(sorted[j]);
      const int expected = (i > j) - (i < j);
      CHECK(order.compare(a, b) == expected);
      l.store.release(a);
      l.store.release(b);
    }
  }
}

TEST_CASE("the order of long lists that share much is that of what they took, stage by stage") {
  // The definition, word by word: of each stage in turn the places that it took, none first, a list before its extensions.
  const auto expected = [](const std::vector<std::pair<int, uint64_t>>& a, const std::vector<std::pair<int, uint64_t>>& b) {
    for (int stage = 0; stage < 3; ++stage) {
      std::vector<uint64_t> of_a, of_b;
      for (const auto& [s, sequence] : a) if (s == stage) of_a.push_back(sequence);
      for (const auto& [s, sequence] : b) if (s == stage) of_b.push_back(sequence);
      if (of_a != of_b) return of_a < of_b ? -1 : 1;
    }
    return 0;
  };
  RunStore store;
  MatchOrder order;
  uint64_t random = 88172645463325252;
  const auto draw = [&random](uint64_t n) {
    random ^= random << 13, random ^= random >> 7, random ^= random << 17;
    return random % n;
  };
  cep::event::Row row{};
  row.size = sizeof row;
  std::vector<std::pair<const HistoryNode*, std::vector<std::pair<int, uint64_t>>>> all = {{nullptr, {}}};
  for (uint64_t sequence = 1; sequence <= 300; ++sequence) {
    TakenEvent* event = store.copy(row, sequence);
    for (uint64_t twice = 0; twice < 2; ++twice) {
      auto [last, taken] = all[all.size() - 1 - draw(std::min<uint64_t>(all.size(), 8))];
      // Half of them with stages that never go back.
      const int before = taken.empty() ? 0 : taken.back().first;
      const int stage = sequence % 2 == 0 ? static_cast<int>(draw(3)) : std::min(2, before + static_cast<int>(draw(20) == 0));
      taken.emplace_back(stage, sequence);
      all.emplace_back(store.append(last, event, stage), taken);
    }
    store.release(event);
  }
  for (int i = 0; i < 20'000; ++i) {
    const auto& [a, of_a] = all[1 + draw(all.size() - 1)];
    const auto& [b, of_b] = all[1 + draw(all.size() - 1)];
    REQUIRE(order.compare(a, b) == expected(of_a, of_b));
  }
  for (const auto& [node, taken] : all) store.release(node);
}

TEST_CASE("a list as conditions see it") {
  Lists l;
  const HistoryNode* node = l.list("01122112");
  const RunHistory h(node);
  CHECK(h.count(0) == 1);
  CHECK(h.count(1) == 4);
  CHECK(h.count(2) == 3);
  CHECK(h.count(3) == 0);
  CHECK(h.last(1, 0)->position == 6);
  CHECK(h.last(1, 2)->position == 2);
  CHECK(h.last(1, 4) == nullptr);
  CHECK(h.first(1, 0)->position == 1);
  CHECK(h.first(2, 2)->position == 7);
  CHECK(h.first(2, 3) == nullptr);
  std::vector<const cep::event::Row*> rows;
  h.rows(2, &rows);
  REQUIRE(rows.size() == 3);
  CHECK(rows[0]->position == 3);
  CHECK(rows[2]->position == 7);
  l.store.release(node);
}

TEST_CASE("a long list of many stages: any place is found, and what a stage comes to is kept") {
  auto of = [](cep::expr::Op op, int stage) {
    cep::expr::Expr e;
    e.op = op;
    e.type = cep::Type::kDouble;
    e.stage = stage;
    e.slots = {0};
    e.field_type = cep::Type::kDouble;
    return std::make_shared<const cep::expr::Expr>(e);
  };
  using cep::expr::Op;
  std::vector<cep::plan::Predicate> predicates;
  std::vector<cep::expr::ExprPtr> asked;
  for (int stage : {0, 1, 70})
    for (Op op : {Op::kStageSum, Op::kStageAvg, Op::kStageMin, Op::kStageMax}) {
      asked.push_back(of(op, stage));
      predicates.emplace_back();
      predicates.back().expr = asked.back();
      predicates.back().on_history = true;
    }
  const StageTotals totals(predicates);
  CHECK(totals.count(0) == 3);  // sum and avg are one
  CHECK(totals.count(2) == 0);
  RunStore store(&totals);
  cep::event::RowBuilder builder;
  const HistoryNode* node = nullptr;
  std::vector<std::vector<uint64_t>> positions(80);
  uint32_t seed = 1;
  for (uint64_t i = 0; i < 3000; ++i) {
    seed = seed * 1664525 + 1013904223;
    const int kStages[] = {0, 1, 1, 1, 2, 6, 70, 65};
    const int stage = i == 0 ? 3 : kStages[(seed >> 16) % (i < 1500 ? 8 : 3)];
    builder.start(1);
    if (seed >> 28 != 0) builder.set(0, cep::Value::real(static_cast<double>(seed >> 8) / 7));
    TakenEvent* event = store.copy(*builder.finish(static_cast<int64_t>(i), i), i);
    const HistoryNode* next = store.append(node, event, stage);
    store.release(event);
    if (node != nullptr) store.release(node);
    node = next;
    positions[static_cast<size_t>(stage)].push_back(i);
    if (i % 61 != 0) continue;
    RunHistory kept(&totals);
    kept.set(node);
    const RunHistory plain(node);
    for (int s : {0, 1, 2, 3, 6, 65, 70, 71}) {
      const std::vector<uint64_t>& p = positions[static_cast<size_t>(s)];
      REQUIRE(kept.count(s) == p.size());
      for (size_t n = 0; n <= p.size(); n += 1 + p.size() / 7) {
        const cep::event::Row* first = kept.first(s, n);
        const cep::event::Row* last = kept.last(s, n);
        REQUIRE((first == nullptr) == (n >= p.size()));
        REQUIRE((last == nullptr) == (n >= p.size()));
        if (n >= p.size()) continue;
        REQUIRE(first->position == p[n]);
        REQUIRE(last->position == p[p.size() - 1 - n]);
      }
    }
    cep::expr::Arena arena;
    cep::expr::EvalContext a, b;
    a.arena = b.arena = &arena;
    a.history = &kept;
    b.history = &plain;
    for (const cep::expr::ExprPtr& e : asked)
      REQUIRE(cep::same(cep::expr::stage_aggregate(a, *e), cep::expr::stage_aggregate(b, *e)));
  }
  store.release(node);
  CHECK(store.used_bytes() == 0);
}

TEST_CASE("lists share what they have in common and give everything back") {
  Lists l;
  const uint64_t empty = l.store.used_bytes();
  const HistoryNode* base = l.list("01");
  const HistoryNode* a = l.store.append(base, l.events[2], 1);
  const HistoryNode* b = l.store.append(base, l.events[3], 1);
  l.store.release(base);
  CHECK(l.store.used_bytes() > empty);
  l.store.release(a);
  CHECK(RunHistory(b).count(1) == 2);
  l.store.release(b);
  CHECK(l.store.used_bytes() == empty);
  for (TakenEvent* e : l.events) l.store.release(e);
  CHECK(l.store.used_bytes() == 0);
}

TEST_CASE("timers come out in order, whatever the order they went in") {
  TimerQueue q;
  uint32_t seed = 1;
  std::vector<int64_t> in;
  for (int i = 0; i < 1000; ++i) {
    seed = seed * 1664525 + 1013904223;
    in.push_back(i + static_cast<int64_t>(seed >> 28));
    q.push(in.back(), 7);
  }
  std::sort(in.begin(), in.end());
  CHECK(q.size() == in.size());
  for (int64_t expected : in) {
    REQUIRE(q.next() == expected);
    CHECK(q.pop().deadline == expected);
  }
  CHECK(q.empty());
  CHECK(q.next() == cep::base::kEndOfTime);
}

TEST_CASE("sifting keeps the wanted timers in order") {
  TimerQueue q;
  for (int i = 0; i < 10000; ++i) q.push(i, static_cast<uint32_t>(i));
  CHECK(q.wants_sift());
  q.sift([](const Timer& t) { return t.key % 1000 == 0; });
  CHECK_FALSE(q.wants_sift());
  CHECK(q.size() == 10);
  for (int64_t i = 0; i < 10; ++i) CHECK(q.pop().deadline == 1000 * i);
}

TEST_CASE("whether the start can take: over optional stages, with several words of predicates") {
  const auto can = [](const cep::plan::PatternNode& p, std::vector<uint64_t> bits) {
    return BeginTest(p.nfa, p.predicates)(bits.data());
  };
  const cep::plan::PatternNode optional = cep::test::compile_pattern("begin a p0 optional next b p1 next c p2");
  CHECK(can(optional, {1}));
  CHECK(can(optional, {2}));
  CHECK_FALSE(can(optional, {4}));
  const cep::plan::PatternNode until = cep::test::compile_pattern("begin a p0 oneOrMore until p1");
  CHECK(can(until, {1}));
  CHECK_FALSE(can(until, {3}));
  const cep::plan::PatternNode wide = cep::test::compile_pattern("begin a p70 oneOrMore until p3");
  CHECK(can(wide, {0, 64}));
  CHECK_FALSE(can(wide, {8, 64}));
  CHECK_FALSE(can(wide, {64, 0}));
  CHECK(can(cep::test::compile_pattern("begin a next b p0"), {0}));
}

TEST_CASE("a start that reads the history can take whatever the event's own predicates allow") {
  cep::plan::PatternNode p = cep::test::compile_pattern("begin a p0 oneOrMore until p1");
  p.predicates[0].on_history = true;
  const BeginTest test(p.nfa, p.predicates);
  const uint64_t none = 0, stop = 2;
  CHECK(test(&none));
  CHECK_FALSE(test(&stop));
}
