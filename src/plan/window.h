// Windows as data: assigner × trigger × accumulators.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "expr/aggregates.h"
#include "plan/pattern.h"

namespace cep::plan {

enum class WindowKind : uint8_t { kTumbling, kSliding, kSession, kRolling, kCount, kGlobal };
enum class Accumulation : uint8_t { kAccumulating, kDiscarding, kRetracting };

// Which windows an event belongs to. Tumbling is sliding with slide = size.
struct WindowAssigner {
  WindowKind kind = WindowKind::kTumbling;
  int64_t size_ms = 0;     // tumbling, sliding, rolling: the size; session: the gap
  int64_t slide_ms = 0;    // tumbling, sliding
  int64_t offset_ms = 0;   // tumbling, sliding
  int64_t count = 0;       // count N
  int64_t count_every = 0;  // every M; without it: N
};

// The node's input is one (its `where` stands in a Derive node before it, whose name is "<name>.where").
struct WindowNode {
  std::vector<std::string> key_names;
  std::vector<Type> key_types;
  WindowAssigner assigner;
  int64_t lateness_ms = 0;
  int64_t early_every_ms = -1;
  bool early_processing = false;   // of the wall clock, through ticks
  int64_t early_count = -1;
  Accumulation accumulation = Accumulation::kAccumulating;
  int64_t limit_keys_ms = -1;
  std::vector<expr::AggregateCall> aggregates;  // distinct calls of select and having
  std::vector<NamedExpr> select;   // over kAggregate, kBound (keys, window_start, window_end) and constants
  expr::ExprPtr having;            // also over kSelected; null: none
  bool having_each = false;        // rolling
  std::optional<Alert> alert;
};

}  // namespace cep::plan
