#include "expr/sheet.h"

namespace cep::expr::test {

Sheet::Sheet(std::vector<Named> fields) : fields_(std::move(fields)) {
  std::vector<Value> values;
  for (const Named& f : fields_) values.push_back(f.value);
  set(values);
}

const event::Row* Sheet::make_row(const std::vector<Value>& values) {
  event::RowBuilder& builder = builders_.emplace_back();
  builder.start(static_cast<uint16_t>(fields_.size()));
  for (uint32_t i = 0; i < values.size(); ++i) builder.set(i, values[i]);
  return builder.finish(0, 0);
}

void Sheet::set(const std::vector<Value>& values) { row_ = make_row(values); }

void Sheet::take(const std::string& stage_name, const std::vector<Value>& values) {
  taken_[stage(stage_name)].push_back(make_row(values));
}

int Sheet::stage(const std::string& name) const {
  return stages_.emplace(name, static_cast<int>(stages_.size())).first->second;
}

const std::vector<const event::Row*>& Sheet::rows_of(int stage) const {
  static const std::vector<const event::Row*> none;
  auto found = taken_.find(stage);
  return found == taken_.end() ? none : found->second;
}
const event::Row* Sheet::last(int stage, size_t n) const {
  const auto& list = rows_of(stage);
  return n < list.size() ? list[list.size() - 1 - n] : nullptr;
}
const event::Row* Sheet::first(int stage, size_t n) const {
  const auto& list = rows_of(stage);
  return n < list.size() ? list[n] : nullptr;
}
void Sheet::rows(int stage, std::vector<const event::Row*>* out) const {
  const auto& list = rows_of(stage);
  out->insert(out->end(), list.begin(), list.end());
}

EvalContext Sheet::context(Arena* arena) const {
  EvalContext c;
  c.row = row_;
  c.history = this;
  c.arena = arena;
  return c;
}

std::string Sheet::print(const std::string& text) {
  Arena arena;
  EvalContext c = context(&arena), c2 = context(&arena), c3 = context(&arena);
  ExprPtr e = read(text);
  Program program(e), folded(fold(e));
  Value v = program.eval(c), after_fold = folded.eval(c2);
  faults_ = c.faults;
  std::string out, second;
  append_text(v, &out);
  append_text(after_fold, &second);
  bool one_type = v.is_null() || e->type == v.type;
  bool one_truth = (e->type != Type::kBool && e->type != Type::kNull) || program.holds(c3) == v.is_true();
  return out == second && one_type && one_truth ? out : "differs: " + out + ", " + second;
}

}  // namespace cep::expr::test
