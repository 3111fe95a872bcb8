// Joins as data. The node has two inputs: 0 is A (left), 1 is B.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "plan/pattern.h"
#include "plan/window.h"

namespace cep::plan {

struct JoinNode {
  std::vector<std::string> key_names;  // of A
  std::vector<Type> key_types;
  bool left = false;                   // rows of A without a partner come out with nulls
  bool interval = true;                // between lower and upper; else a window join by `assigner` (tumbling, sliding, session)
  int64_t lower_ms = 0, upper_ms = 0;  // b.time - a.time, inclusive
  WindowAssigner assigner;
  expr::ExprPtr where;                 // over kSideField; null: none. Part of the join's condition
  std::vector<NamedExpr> select;       // over kSideField
  std::optional<Alert> alert;
};

}  // namespace cep::plan
