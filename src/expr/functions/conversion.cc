// From one type to another, and values as one number.
#include <charconv>
#include <cmath>
#include <cstring>

#include "expr/arithmetic.h"
#include "expr/compare.h"
#include "expr/functions/bodies.h"
#include "expr/hash.h"

namespace cep::expr::functions_detail {
namespace {

// "12", "-1.5e3", "+7"; not "inf", "nan", "0x10", nor anything round the number.
bool looks_like_number(std::string_view s) {
  return !s.empty() && s.find_first_not_of("0123456789.eE+-") == std::string_view::npos;
}

std::string_view without_plus(std::string_view s) {
  bool plus = s.size() > 1 && s[0] == '+' && s[1] != '-' && s[1] != '+';
  return plus ? s.substr(1) : s;
}

template <class T>
bool parse(std::string_view s, T* out) {
  auto [end, error] = std::from_chars(s.data(), s.data() + s.size(), *out);
  return error == std::errc() && end == s.data() + s.size();
}

// Cut towards zero; null if out of range.
Value cut(double d) {
  bool fits = d >= -0x1p63 && d < 0x1p63;
  return fits ? Value::integer(static_cast<int64_t>(d)) : Value::null();
}

Value text_to_int(std::string_view s) {
  int64_t whole;
  double real;
  if (!looks_like_number(s)) return Value::null();
  s = without_plus(s);
  if (parse(s, &whole)) return Value::integer(whole);
  return parse(s, &real) ? cut(real) : Value::null();
}

Value text_to_double(std::string_view s) {
  double real;
  if (!looks_like_number(s) || !parse(without_plus(s), &real) || !std::isfinite(real)) return Value::null();
  return Value::real(real);
}

uint64_t hash_whole(int64_t i) {
  char bytes[8];
  for (int at = 0; at < 8; ++at) bytes[at] = static_cast<char>(static_cast<uint64_t>(i) >> (8 * at));
  return hash_bytes({bytes, sizeof bytes});
}

// Numbers that are equal hash alike.
uint64_t hash_double(double d) {
  bool in_range = d >= -0x1p63 && d < 0x1p63;
  if (in_range && d == std::trunc(d)) return hash_whole(static_cast<int64_t>(d));
  int64_t bits;
  std::memcpy(&bits, &d, sizeof bits);
  return hash_whole(bits);
}

}  // namespace

Value coalesce(EvalContext&, Args a, Type type) {
  for (const Value& v : a)
    if (!v.is_null()) return widen(v, type);
  return Value::null();
}

Value to_int(EvalContext&, Args a, Type) {
  if (a[0].type == Type::kString) return text_to_int(a[0].str());
  return a[0].type == Type::kDouble ? cut(a[0].d) : Value::integer(a[0].i);
}

Value to_double(EvalContext&, Args a, Type) {
  if (a[0].type == Type::kString) return text_to_double(a[0].str());
  return a[0].type == Type::kDouble ? a[0] : Value::real(static_cast<double>(a[0].i));
}

Value to_string(EvalContext& c, Args a, Type) {
  if (a[0].type == Type::kString) return a[0];
  std::string text;
  append_text(a[0], &text);
  return Value::string(c.arena->copy(text));
}

// 63 bits, so that `hash(x) % n` counts from 0.
Value hash(EvalContext&, Args a, Type) {
  const Value& v = a[0];
  uint64_t h = v.type == Type::kString   ? hash_bytes(v.str())
               : v.type == Type::kDouble ? hash_double(v.d)
                                         : hash_whole(v.type == Type::kBool ? v.b : v.i);
  return Value::integer(static_cast<int64_t>(h >> 1));
}

}  // namespace cep::expr::functions_detail
