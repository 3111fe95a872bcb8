// A small bench for expressions: fields with values, stages with rows they took, and a reader of expression
// text that binds it to them. The reader is written for tests from the definition of the language, not from the room `lang`, so
// that this room is tested alone.
#pragma once
#include <deque>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "event/schema.h"
#include "expr/functions.h"
#include "expr/program.h"

namespace cep::expr::test {

struct Named {
  std::string name;
  Type type = Type::kNull;
  Value value = {};
};

class Sheet : public History {
 public:
  explicit Sheet(std::vector<Named> fields);

  // Another row of the same fields (values by place), taken by the stage.
  void take(const std::string& stage, const std::vector<Value>& values);
  // The field is read from the row of the given values.
  void set(const std::vector<Value>& values);

  // Throws std::runtime_error where the text is wrong.
  ExprPtr read(const std::string& text) const;
  // The value as append_text prints it; the same by eval, by folding first, and (bools) by holds, or
  // "differs: …".
  std::string print(const std::string& text);
  uint64_t faults() const { return faults_; }

  EvalContext context(Arena* arena) const;
  const std::vector<Named>& fields() const { return fields_; }
  // Number of the stage, made at need.
  int stage(const std::string& name) const;

  size_t count(int stage) const override { return rows_of(stage).size(); }
  const event::Row* last(int stage, size_t n) const override;
  const event::Row* first(int stage, size_t n) const override;
  void rows(int stage, std::vector<const event::Row*>* out) const override;

 private:
  const std::vector<const event::Row*>& rows_of(int stage) const;
  const event::Row* make_row(const std::vector<Value>& values);

  std::vector<Named> fields_;
  std::deque<event::RowBuilder> builders_;  // each holds one row
  const event::Row* row_ = nullptr;
  mutable std::map<std::string, int> stages_;
  std::map<int, std::vector<const event::Row*>> taken_;
  uint64_t faults_ = 0;
};

// Reads and folds an expression of constants.
ExprPtr read_constant(const std::string& text);

}  // namespace cep::expr::test
