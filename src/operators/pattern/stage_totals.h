// Which aggregates over the events of a stage the conditions of a pattern ask for: what they come to is kept
// with every event taken, so that a condition costs the same however long a loop is.
#pragma once
#include <vector>

#include "expr/stage_aggregate.h"
#include "plan/pattern.h"

namespace cep::operators {

class StageTotals {
 public:
  StageTotals() = default;
  explicit StageTotals(const std::vector<plan::Predicate>& predicates);

  size_t count(int stage) const {
    const size_t at = static_cast<size_t>(stage);
    return at < stages_.size() ? stages_[at].size() : 0;
  }
  // The place of the aggregate among those of its stage; -1 if it is not kept.
  int place(const expr::Expr& aggregate) const;
  // What the stage's totals are with one row more; `totals` holds what they were.
  void add(int stage, const event::Row& row, expr::StageTotal* totals) const;

 private:
  struct Known {
    const expr::Expr* aggregate;
    int place;
  };
  void gather(const expr::ExprPtr& e);

  std::vector<std::vector<expr::ExprPtr>> stages_;  // by stage: one of each of its different totals
  std::vector<Known> known_;                        // every aggregate of the conditions
};

}  // namespace cep::operators
