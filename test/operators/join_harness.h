// A join operator fed by hand: rows of one int field, and what comes out as texts:
// "key a b start/time/fires", `-` for b where a came out alone.
#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "operators/join/join_operator.h"

namespace cep::test {

inline std::string join_text(std::string_view key, int64_t a, const int64_t* b, int64_t start, int64_t time,
                             int64_t fires) {
  const std::string moment = fires == INT64_MIN ? "-" : std::to_string(fires);
  return std::string(key) + " " + std::to_string(a) + " " + (b == nullptr ? "-" : std::to_string(*b)) + " " +
         std::to_string(start) + "/" + std::to_string(time) + "/" + moment;
}

inline plan::JoinNode interval_node(int64_t lower, int64_t upper, bool left = false) {
  plan::JoinNode node;
  node.lower_ms = lower;
  node.upper_ms = upper;
  node.left = left;
  return node;
}

inline plan::JoinNode window_node(plan::WindowKind kind, int64_t size, int64_t slide = 0, bool left = false) {
  plan::JoinNode node;
  node.interval = false;
  node.left = left;
  node.assigner.kind = kind;
  node.assigner.size_ms = size;
  node.assigner.slide_ms = slide == 0 ? size : slide;
  return node;
}

class JoinHarness : private operators::JoinSink {
 public:
  explicit JoinHarness(const plan::JoinNode& node) : node_(node), op(operators::make_join_operator(node)) {}

  // False: the row is late and was dropped.
  bool row(int side, const std::string& key, int64_t time, int64_t value) {
    if (!operators::takes_join(node_, time, clock)) return false;
    builder_.start(1);
    builder_.set(0, Value::integer(value));
    event::Row* row = const_cast<event::Row*>(builder_.finish(time, ++position_));
    row->input = static_cast<uint16_t>(side);
    op->row(key, *row, clock, this);
    return true;
  }
  // A step of the clock; a step that the operator did not ask for must do nothing.
  bool step(int64_t to) {
    const bool due = op->next_deadline() <= to;
    const size_t before = out.size();
    op->advance(clock, to, this);
    clock = to;
    return due || out.size() == before;
  }

  int64_t clock = INT64_MIN;
  std::vector<std::string> out;
  std::function<bool(int64_t a, int64_t b)> where = [](int64_t, int64_t) { return true; };

 private:
  static int64_t value_of(const event::Row& row) { return row.get(0, Type::kInt).i; }

  bool on_pair(std::string_view key, const event::Row& a, const event::Row* b, int64_t start, int64_t time,
               int64_t fires) override {
    const int64_t two = b == nullptr ? 0 : value_of(*b);
    if (b != nullptr && !where(value_of(a), two)) return false;
    out.push_back(join_text(key, value_of(a), b == nullptr ? nullptr : &two, start, time, fires));
    return true;
  }

  plan::JoinNode node_;
  event::RowBuilder builder_;
  uint64_t position_ = 0;

 public:
  std::unique_ptr<operators::JoinOperator> op;
};

using Texts = std::vector<std::string>;

}  // namespace cep::test
