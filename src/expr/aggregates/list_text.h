// A list as its canonical JSON text.
#pragma once
#include <string>

#include "event/json_writer.h"
#include "expr/arithmetic.h"

namespace cep::expr {

class ListText {
 public:
  void append(const Value& v) {
    text_.push_back(text_.empty() ? '[' : ',');
    event::append_json_value(v, &text_);
  }
  // In the arena; null and a fault where it is longer than a value can be.
  Value result(EvalContext& c) {
    if (text_.empty()) text_.push_back('[');
    text_.push_back(']');
    if (text_.size() > UINT32_MAX) return fault(c);
    Value v = Value::string(c.arena->copy(text_));
    v.type = Type::kList;
    return v;
  }

 private:
  std::string text_;
};

}  // namespace cep::expr
