// What runs have taken: a list from the last event to the first, immutable and shared by all runs that began
// alike; the events once each. Both are counted references into a pool. This is also the order of matches
// that come out together, for it is read off the lists.
#pragma once
#include <cstdint>
#include <cstring>
#include <vector>

#include "event/row.h"
#include "expr/program.h"
#include "operators/pattern/block_pool.h"
#include "operators/pattern/stage_totals.h"

namespace cep::operators {

// A row that at least one run has taken; its bytes follow.
struct TakenEvent {
  uint32_t references = 1;
  uint32_t bytes = 0;
  uint64_t sequence = 0;

  const event::Row* row() const { return reinterpret_cast<const event::Row*>(this + 1); }
};

// Behind it lie the totals of its stage (stage_totals.h), this event included. Each node also knows one far
// before it, chosen so that any node is reached in steps that grow with the logarithm of the length (Myers'
// skew-binary lists): one in the whole list, and one among those of its own stage.
struct HistoryNode {
  const HistoryNode* prev;  // what was taken before; null: nothing
  const HistoryNode* jump;  // null: before all
  const HistoryNode* same_jump;
  uint64_t stages;  // bit (stage % 64) of the nodes after `jump`, this one included
  TakenEvent* event;
  mutable uint32_t references;
  uint32_t depth : 31;    // nodes of the list
  uint32_t ordered : 1;   // no stage of the list comes before one of a smaller number
  uint32_t ordinal;  // events that `stage` has taken, this one included
  int32_t stage;

  const expr::StageTotal* totals() const { return reinterpret_cast<const expr::StageTotal*>(this + 1); }
};

class RunStore {
 public:
  // `totals`: what is to be kept; null: nothing.
  explicit RunStore(const StageTotals* totals = nullptr) : totals_(totals) {}

  // A copy of the row, with one reference.
  TakenEvent* copy(const event::Row& row, uint64_t sequence);
  void release(TakenEvent* event) {
    if (--event->references == 0) pool_.release(event, event->bytes);
  }

  // The list `prev` and then the event. One reference; it holds `prev` and the event.
  const HistoryNode* append(const HistoryNode* prev, TakenEvent* event, int stage);
  static const HistoryNode* retain(const HistoryNode* node) {
    ++node->references;
    return node;
  }
  void release(const HistoryNode* node) {
    while (node != nullptr && --node->references == 0) node = free(node);
  }

  uint64_t used_bytes() const { return pool_.used_bytes(); }

 private:
  const HistoryNode* free(const HistoryNode* node);
  size_t node_bytes(int stage) const {
    return sizeof(HistoryNode) + (totals_ == nullptr ? 0 : totals_->count(stage) * sizeof(expr::StageTotal));
  }

  const StageTotals* totals_;
  BlockPool pool_;
};

// A list as conditions see it.
class RunHistory final : public expr::TotalHistory {
 public:
  explicit RunHistory(const HistoryNode* node = nullptr) : last_(node) {}
  // `totals`: those of the store.
  explicit RunHistory(const StageTotals* totals) : totals_(totals) {}
  void set(const HistoryNode* node) { last_ = node; }

  size_t count(int stage) const override;
  const event::Row* last(int stage, size_t n) const override;
  const event::Row* first(int stage, size_t n) const override;
  void rows(int stage, std::vector<const event::Row*>* out) const override;
  const expr::StageTotal* total(const expr::Expr& aggregate) const override;

 private:
  const HistoryNode* last_ = nullptr;
  const StageTotals* totals_ = nullptr;
};

// The first or last event of a stage in the list; null if it took none.
const TakenEvent* last_of(const HistoryNode* node, int stage);
const TakenEvent* first_of(const HistoryNode* node, int stage);

// The order of matches that begin with one event: stage by stage in the order of the pattern by the list of
// positions taken, lexicographically, a list before its extensions. Looks only at where the lists differ.
class MatchOrder {
 public:
  // Negative: a comes first; 0: the same events under the same stages.
  int compare(const HistoryNode* a, const HistoryNode* b);

 private:
  struct Item {
    int32_t stage;
    uint64_t sequence;
    auto operator<=>(const Item&) const = default;
  };
  int compare_tails(const HistoryNode* a, const HistoryNode* b, const HistoryNode* common);
  static void gather(const HistoryNode* node, const HistoryNode* until, std::vector<Item>* out);

  std::vector<Item> a_, b_;
};

}  // namespace cep::operators
