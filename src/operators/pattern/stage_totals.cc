#include "operators/pattern/stage_totals.h"

#include <algorithm>

namespace cep::operators {
namespace {

bool is_total(const expr::Expr& e) {
  using expr::Op;
  return e.op == Op::kStageSum || e.op == Op::kStageAvg || e.op == Op::kStageMin || e.op == Op::kStageMax;
}

}  // namespace

StageTotals::StageTotals(const std::vector<plan::Predicate>& predicates) {
  for (const plan::Predicate& p : predicates)
    if (p.on_history && p.expr) gather(p.expr);
}

void StageTotals::gather(const expr::ExprPtr& e) {
  for (const expr::ExprPtr& argument : e->args) gather(argument);
  if (!is_total(*e)) return;
  const size_t stage = static_cast<size_t>(e->stage);
  if (stages_.size() <= stage) stages_.resize(stage + 1);
  std::vector<expr::ExprPtr>& kept = stages_[stage];
  auto at = std::find_if(kept.begin(), kept.end(), [&](const auto& k) { return same_total(*k, *e); });
  if (at == kept.end()) at = kept.insert(at, e);
  known_.push_back({e.get(), static_cast<int>(at - kept.begin())});
}

int StageTotals::place(const expr::Expr& aggregate) const {
  for (const Known& k : known_)
    if (k.aggregate == &aggregate) return k.place;
  return -1;
}

void StageTotals::add(int stage, const event::Row& row, expr::StageTotal* totals) const {
  for (const expr::ExprPtr& e : stages_[static_cast<size_t>(stage)]) add_to_total(*e, row, totals++);
}

}  // namespace cep::operators
