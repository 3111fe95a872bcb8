// `tumbling`, `sliding`, `session`: all pairs of the rows of one window come out when it ends, by a, then b, each in
// the order of (time, arrival); with `left` a row of A without a partner in this window comes out alone. A row is kept
// once, however many windows it is in: a window is a stretch of the two lists.
#pragma once
#include "operators/join/join_operator.h"
#include "operators/join/row_list.h"
#include "operators/window/key_table.h"

namespace cep::operators {

// What windows of all kinds share: the rows, and firing a stretch of them.
class WindowJoin : public JoinOperator {
 public:
  int64_t next_deadline() const override { return keys_.next(); }
  void save(uint32_t op, const state::RowCodec& rows, state::StateWriter* out) const override;
  Status load(uint32_t op, state::RowCodec* rows, const state::StateReader& in) override;
  Stats stats() const override;

 protected:
  struct Session {
    int64_t start, end;
  };
  struct KeyData {
    RowList sides[2];
    std::vector<Session> sessions;  // rising, none touches another; of `session` only
    int64_t next_end = kEndOfTime;  // of the first window that has rows and has not fired; not of `session`
  };
  using Keys = KeyTable<KeyData>;
  using Key = Keys::Key;

  explicit WindowJoin(const plan::JoinNode& join) : left_(join.left) {}
  ~WindowJoin() override;

  bool read(state::RowCodec* rows, state::Decoder* in, KeyData* data);
  // The rows with start <= time < to, as the window [start, end).
  void fire(Key* key, int64_t start, int64_t to, int64_t end, JoinSink* sink);
  // Forgets the rows before `time`.
  void drop_before(Key* key, int64_t time);
  void release(Key* key);

  const bool left_;
  RowStore store_;
  Keys keys_;
};

std::unique_ptr<JoinOperator> make_aligned_join(const plan::JoinNode& join);
std::unique_ptr<JoinOperator> make_session_join(const plan::JoinNode& join);

}  // namespace cep::operators
