// Evaluates bound expressions. A Program is immutable and may be shared by shards; all scratch is in the EvalContext of the caller.
// Semantics: null in null out, three-valued and/or, int overflow, division by zero and non-finite doubles are null
// (and counted in EvalContext::faults), comparison of int with double is exact, strings compare by bytes.
#pragma once
#include <cstdint>
#include <memory>
#include <vector>

#include "event/row.h"
#include "expr/expr.h"

namespace cep::expr {

// What a run has taken, as conditions see it. Rows are those taken before the current event (in conditions) or all of the match (in select).
class History {
 public:
  virtual ~History() = default;
  virtual size_t count(int stage) const = 0;
  // The n-th from the end (0: last) / from the beginning; nullptr if there is none.
  virtual const event::Row* last(int stage, size_t n) const = 0;
  virtual const event::Row* first(int stage, size_t n) const = 0;
  // Appends all rows taken by the stage, in the order taken.
  virtual void rows(int stage, std::vector<const event::Row*>* out) const = 0;
};

// Bytes of strings made during an evaluation. reset() keeps the memory.
class Arena {
 public:
  char* allocate(size_t bytes);
  std::string_view copy(std::string_view s);
  void reset();

 private:
  std::vector<std::unique_ptr<char[]>> blocks_;
  std::vector<size_t> sizes_;
  size_t block_ = 0;
  size_t used_ = 0;
};

class Tables;

struct EvalContext {
  const event::Row* row = nullptr;      // the current event; may be null where no expression reads it
  const History* history = nullptr;     // may be null where no expression reads it
  const Value* selected = nullptr;      // values of the select list
  const Value* aggregates = nullptr;    // results of the window's aggregates
  const Value* bounds = nullptr;        // key fields, window_start, window_end
  const event::Row* sides[2] = {};      // the rows of a join; null: none
  const Tables* tables = nullptr;       // may be null where no expression looks one up
  Arena* arena = nullptr;               // REQUIRED; results may point into it
  uint64_t faults = 0;                  // overflows, divisions by zero, non-finite doubles met
  std::vector<const event::Row*> scratch;
};

// The tables as they stand for who evaluates.
class Tables {
 public:
  virtual ~Tables() = default;
  // The row of the table with this key (values in the order of its key fields); nullptr if there is none.
  virtual const event::Row* find(int table, const Value* key, size_t n) const = 0;
};

class Program {
 public:
  // Compiles; the expression is kept alive. Never fails on a bound tree (regular expressions were tried by the binder).
  explicit Program(ExprPtr e);
  ~Program();
  Program(Program&&) noexcept;
  Program& operator=(Program&&) noexcept;

  Value eval(EvalContext& c) const;
  // eval is true (not false, not null).
  bool holds(EvalContext& c) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// Folds constants: an expression without fields, stages and selected values becomes a kConst of the same type (null stays null). For `let`,
// durations and bounds. Returns the same expression where nothing can be folded. Faults of the folding go to *faults if given.
ExprPtr fold(ExprPtr e, uint64_t* faults = nullptr);

}  // namespace cep::expr
