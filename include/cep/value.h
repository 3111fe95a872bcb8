// A typed value as expressions see it: 16 bytes, never owning. The bytes of a string belong to whoever made the value (a row, a constant of the
// plan, the arena of an evaluation) and live as long as that does.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace cep {

// The types of the language. Timestamps are milliseconds since the epoch, durations milliseconds; both in `i`.
// kList: what `collect` and `top` give, as its JSON text in `s`; it can only be selected.
enum class Type : uint8_t { kNull, kBool, kInt, kDouble, kString, kTimestamp, kDuration, kList };

// "int", "string", … as users write it.
std::string_view type_name(Type type);

struct Value {
  Type type = Type::kNull;
  uint32_t size = 0;  // bytes of a string or list
  union {
    int64_t i = 0;
    double d;
    bool b;
    const char* s;
  };

  static Value null() { return {}; }
  static Value boolean(bool x) {
    Value v;
    v.type = Type::kBool;
    v.b = x;
    return v;
  }
  static Value integer(int64_t x) { return whole(Type::kInt, x); }
  static Value timestamp(int64_t ms) { return whole(Type::kTimestamp, ms); }
  static Value duration(int64_t ms) { return whole(Type::kDuration, ms); }
  static Value real(double x) {
    Value v;
    v.type = Type::kDouble;
    v.d = x;
    return v;
  }
  static Value string(std::string_view x) {
    Value v;
    v.type = Type::kString;
    v.size = static_cast<uint32_t>(x.size());
    v.s = x.data();
    return v;
  }
  static Value whole(Type type, int64_t x) {
    Value v;
    v.type = type;
    v.i = x;
    return v;
  }

  bool is_null() const { return type == Type::kNull; }
  bool is_true() const { return type == Type::kBool && b; }
  std::string_view str() const { return {s, size}; }
};
static_assert(sizeof(Value) == 16);

// A value that owns its string: constants of a plan, defaults of fields.
struct OwnedValue {
  Value value;
  std::string text;  // holds the bytes when value is a string

  OwnedValue() = default;
  explicit OwnedValue(const Value& v);
  // The value, its string pointing into this object (call it after every move or copy of the object).
  Value get() const {
    Value v = value;
    if (v.type == Type::kString || v.type == Type::kList) {
      v.s = text.data();
      v.size = static_cast<uint32_t>(text.size());
    }
    return v;
  }
};

// Equal in type and content (null equals null): for comparing plans, not the language's `==`.
bool same(const Value& a, const Value& b);

}  // namespace cep
