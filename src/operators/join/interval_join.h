// `between LOWER and UPPER`: pairs whose b.time - a.time lies within the bounds, both inclusive. A row meets, as it
// comes, those of the other side that are kept, in the order of (time, arrival), and is then kept as long as a row that
// is not late can still be its partner. With `left` a row of A that found none comes out alone when its time has passed.
#pragma once
#include "operators/join/join_operator.h"
#include "operators/join/row_list.h"
#include "operators/window/key_table.h"

namespace cep::operators {

class IntervalJoin final : public JoinOperator {
 public:
  explicit IntervalJoin(const plan::JoinNode& join);
  ~IntervalJoin() override;

  void row(std::string_view key, const event::Row& row, int64_t clock, JoinSink* sink) override;
  int64_t next_deadline() const override { return keys_.next(); }
  void advance(int64_t from, int64_t to, JoinSink* sink) override;
  void save(uint32_t op, const state::RowCodec& rows, state::StateWriter* out) const override;
  Status load(uint32_t op, state::RowCodec* rows, const state::StateReader& in) override;
  Stats stats() const override;

 private:
  struct KeyData {
    RowList a, b;
  };
  using Keys = KeyTable<KeyData>;
  using Key = Keys::Key;

  void row_of_a(std::string_view bytes, const event::Row& row, int64_t clock, JoinSink* sink);
  void row_of_b(std::string_view bytes, const event::Row& row, int64_t clock, JoinSink* sink);
  void wake(Key* key, int64_t time, JoinSink* sink);
  // The moment from which on a row is of no use: its last partner would be late.
  int64_t until_a(int64_t time) const;
  int64_t until_b(int64_t time) const;
  void plan_wake(Key* key);

  const int64_t lower_, upper_;
  const bool left_;
  const int64_t reach_;  // how long a row of A is waited with, after its time
  // Rows without a say in the output go at multiples of these, so that keys are woken seldom.
  const int64_t grain_a_, grain_b_;
  RowStore store_;
  Keys keys_;
};

}  // namespace cep::operators
