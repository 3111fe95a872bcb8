// A list as its canonical JSON text.
#pragma once
#include <string>
#include <string_view>

#include "event/json_writer.h"
#include "expr/arithmetic.h"

namespace cep::expr {

// In the arena, of the items as they follow each other, each behind a comma; null and a fault where it is longer
// than a value can be.
inline Value list_of_items(EvalContext& c, std::string_view items) {
  if (items.size() + 2 > UINT32_MAX) return fault(c);
  if (!items.empty()) items.remove_prefix(1);
  char* text = c.arena->allocate(items.size() + 2);
  text[0] = '[';
  items.copy(text + 1, items.size());
  text[items.size() + 1] = ']';
  Value v = Value::string({text, items.size() + 2});
  v.type = Type::kList;
  return v;
}

class ListText {
 public:
  void append(const Value& v) {
    items_.push_back(',');
    event::append_json_value(v, &items_);
  }
  Value result(EvalContext& c) const { return list_of_items(c, items_); }

 private:
  std::string items_;
};

}  // namespace cep::expr
