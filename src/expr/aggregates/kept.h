// One value that outlives its row, or none: 16 bytes for values of fixed size, texts in a string.
#pragma once
#include <string>

#include "expr/aggregates/codec.h"
#include "expr/program.h"

namespace cep::expr {

class KeptPlain {
 public:
  bool any() const { return !value_.is_null(); }
  Value get() const { return value_; }
  void set(const Value& v) { value_ = v; }
  void clear() { value_ = Value::null(); }
  Value result(EvalContext&) const { return value_; }
  size_t owned() const { return 0; }

 private:
  Value value_;
};

class KeptText {
 public:
  bool any() const { return any_; }
  Value get() const { return any_ ? Value::string(text_) : Value::null(); }
  void set(const Value& v) {
    text_.assign(v.s, v.size);
    any_ = true;
  }
  void clear() { any_ = false; }
  Value result(EvalContext& c) const { return any_ ? Value::string(c.arena->copy(text_)) : Value::null(); }
  size_t owned() const { return text_.capacity() < sizeof text_ ? 0 : text_.capacity(); }

 private:
  std::string text_;
  bool any_ = false;
};

template <class Kept>
void put_kept(const Kept& kept, std::string* out) {
  put(uint8_t{kept.any()}, out);
  if (kept.any()) put_value(kept.get(), out);
}
template <class Kept>
bool get_kept(Type type, BytesReader* in, Kept* kept) {
  bool any;
  if (!in->get(&any)) return false;
  if (!any) return true;
  Value v;
  if (type == Type::kNull || !get_value(type, in, &v)) return false;
  kept->set(v);
  return true;
}

}  // namespace cep::expr
