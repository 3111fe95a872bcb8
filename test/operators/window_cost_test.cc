// What windows cost and what they leave behind.
#include <doctest/doctest.h>

#include <string>

#include "operators/window/operator_base.h"
#include "operators/window_harness.h"

namespace cep::test {
namespace {

using plan::WindowKind;

uint64_t merges_of(WindowHarness* h) { return dynamic_cast<operators::OperatorBase&>(h->op()).merges(); }

}  // namespace

TEST_CASE("merges per event and firing do not grow with size / slide") {
  for (int64_t ratio : {1, 10, 100, 1000}) {
    plan::WindowNode w = window_node(WindowKind::kSliding, 10 * ratio);
    w.assigner.slide_ms = 10;
    WindowHarness h(w);
    h.keep = false;
    const int64_t events = 20000;
    for (int64_t i = 0; i < events; ++i) h.row("a", 5 * i, 1);
    const double units = static_cast<double>(events) + static_cast<double>(h.results());
    CHECK(h.results() >= static_cast<uint64_t>(events / 2 - 2));
    CHECK(static_cast<double>(merges_of(&h)) / units < 5);
    h.end();
    CHECK(h.op().stats().keys == 0);
  }
}

TEST_CASE("rolling and count windows: merges per event do not grow with the window") {
  for (const bool all : {false, true}) {
    for (int64_t size : {10, 100, 1000, 10000}) {
      plan::WindowNode rolling = window_node(WindowKind::kRolling, size, all);
      // Its text is as long as the window.
      if (all) rolling.aggregates.erase(rolling.aggregates.begin() + 2);
      plan::WindowNode count = rolling;
      count.assigner.kind = WindowKind::kCount;
      count.assigner.count = size;
      count.assigner.count_every = 1;
      for (const plan::WindowNode& w : {rolling, count}) {
        WindowHarness h(w);
        h.keep = false;
        for (int64_t i = 0; i < 30000; ++i) h.row("a", i, i * 7919 % 1009);
        CHECK(h.results() == 30000 - (size == 1 ? 1 : 0));
        CHECK(merges_of(&h) < 30000 * 6);
      }
    }
  }
}

TEST_CASE("a sliding window of many slices that keeps all values: merges per firing do not grow with it") {
  for (int64_t slices : {100, 1000, 10000}) {
    plan::WindowNode w = window_node(WindowKind::kSliding, slices);
    w.assigner.slide_ms = 1;
    w.aggregates.push_back(window_call("count_distinct", Type::kInt, true));
    w.aggregates.push_back(window_call("median", Type::kDouble, true));
    WindowHarness h(w);
    h.keep = false;
    for (int64_t i = 0; i < 20000; ++i) h.row("a", i, i * 7919 % 1009);
    CHECK(h.results() == 19999);
    CHECK(merges_of(&h) < 20000 * 3);
  }
}

TEST_CASE("nothing is left of a hundred thousand keys when the clock has passed them") {
  plan::WindowNode late = window_node(WindowKind::kTumbling, 1000);
  late.lateness_ms = 500;
  plan::WindowNode early = late;
  early.early_every_ms = 100;
  early.accumulation = plan::Accumulation::kRetracting;
  for (const plan::WindowNode& w :
       {window_node(WindowKind::kTumbling, 1000), late, early, window_node(WindowKind::kSession, 50),
        window_node(WindowKind::kRolling, 100)}) {
    WindowHarness h(w);
    h.keep = false;
    for (int i = 0; i < 100000; ++i) h.row(std::to_string(i * 7919 % 100003), i / 100, 1);
    CHECK(h.op().stats().keys > 1000);
    CHECK(h.op().stats().bytes > 100000);
    h.step(1499);
    if (w.lateness_ms > 0) CHECK(h.op().stats().keys == 100000);
    h.step(1500);
    CHECK(h.op().stats().keys == 0);
    CHECK(h.op().stats().bytes < 4096);
    CHECK(h.op().next_deadline() == INT64_MAX);
  }
}

}  // namespace cep::test
