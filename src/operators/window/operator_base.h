// What all window operators have in common: the states, the way out, the evaluation of arguments, the key
// limit.
#pragma once
#include <algorithm>

#include "operators/window/emitter.h"
#include "operators/window/key_table.h"
#include "operators/window/trigger.h"

namespace cep::operators {

class OperatorBase : public WindowOperator {
 public:
  void set_tables(const expr::Tables* tables) override { emitter_.context().tables = tables; }
  // For tests and benchmarks: merges of states so far.
  uint64_t merges() const { return pool_.merges(); }

 protected:
  using State = StatePool::State;

  // `remember`: a window may fire more than once, so that retracting has something to take back.
  OperatorBase(const plan::WindowNode& w, bool remember)
      : node_(w),
        pool_(node_.aggregates),
        trigger_(w),
        discarding_(w.accumulation == plan::Accumulation::kDiscarding),
        retracting_(w.accumulation == plan::Accumulation::kRetracting && remember),
        emitter_(pool_.set(), retracting_),
        scratch_(pool_.set().create()) {}
  ~OperatorBase() override { pool_.set().destroy(scratch_); }

  // An entry for each key: when it is woken, its greatest time, and what write(data, out) says of it.
  template <class T, class Write>
  void save_keys(const KeyTable<T>& keys, uint32_t op, state::StateWriter* out, const Write& write) const {
    if (node_.early_processing) out->entry_of_shard(op, state::Part::kTurn).whole(last_turn_);
    keys.for_each([&](const typename KeyTable<T>::Key& key) {
      const auto& [bytes, id, wake, last_time, data] = key;
      state::Encoder& entry = out->entry(op, state::Part::kWindow, bytes);
      entry.whole(wake);
      entry.whole(last_time);
      write(data, &entry);
    });
  }
  // read(in, data): false if what is there can be no key's.
  template <class T, class Read>
  Status load_keys(uint32_t op, const state::StateReader& in, KeyTable<T>* keys, const Read& read) {
    const Status status = in.each(op, state::Part::kTurn, [this](std::string_view, state::Decoder* turn) {
      last_turn_ = std::max(last_turn_, turn->whole());
      return Status();
    });
    if (!status.ok()) return status;
    return in.each(op, state::Part::kWindow, [&](std::string_view bytes, state::Decoder* entry) {
      typename KeyTable<T>::Key& key = keys->find_or_create(bytes);
      const int64_t wake = entry->whole();
      key.last_time = entry->whole();
      if (!read(entry, &key.data)) return state::damaged(op, state::Part::kWindow);
      keys->wake_at(key, wake);
      return Status();
    });
  }

  void add(State* s, const event::Row& row, uint64_t order) {
    expr::EvalContext& c = emitter_.context();
    c.row = &row;
    pool_.set().add(s, c, row, order);
  }
  // The moment at which a key is dropped although it has state.
  template <class Key>
  int64_t limit_of(const Key& key) const {
    return node_.limit_keys_ms < 0 ? kEndOfTime : add_time(key.last_time, node_.limit_keys_ms);
  }
  template <class Key>
  static void note_time(Key* key, int64_t time) {
    key->last_time = std::max(key->last_time, time);
  }
  // Whether the daemon's clock has passed a multiple of D since the last tick.
  bool tick_passes(int64_t now) {
    if (!node_.early_processing || node_.early_every_ms <= 0) return false;
    const int64_t turn = floor_div(now, node_.early_every_ms);
    const bool passes = turn > last_turn_;
    last_turn_ = std::max(last_turn_, turn);
    return passes;
  }

  const plan::WindowNode node_;
  StatePool pool_;
  const Trigger trigger_;
  const bool discarding_, retracting_;
  Emitter emitter_;
  State* scratch_;

 private:
  int64_t last_turn_ = kNoTime;
};

}  // namespace cep::operators
