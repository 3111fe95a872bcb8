#include "expr/aggregates/codec.h"

#include "expr/hash.h"

namespace cep::expr {

uint64_t value_bits(const Value& v) {
  if (v.type == Type::kBool) return v.b;
  uint64_t bits;
  double real = v.d == 0 ? 0.0 : v.d;  // -0.0 is 0.0
  std::memcpy(&bits, v.type == Type::kDouble ? static_cast<const void*>(&real) : &v.i, sizeof bits);
  return bits;
}

Value value_of_bits(Type type, uint64_t bits) {
  if (type == Type::kBool) return Value::boolean(bits != 0);
  Value v;
  v.type = type;
  std::memcpy(&v.i, &bits, sizeof bits);
  return v;
}

uint64_t value_hash(const Value& v) {
  if (v.type == Type::kString) return hash_bytes(v.str());
  uint64_t bits = value_bits(v);
  return hash_bytes({reinterpret_cast<const char*>(&bits), sizeof bits});
}

void put_value(const Value& v, std::string* out) {
  if (v.type == Type::kString) return put_text(v.str(), out);
  put(v.type == Type::kBool ? uint64_t{v.b} : static_cast<uint64_t>(v.i), out);
}

bool get_value(Type type, BytesReader* in, Value* v) {
  if (type == Type::kString) {
    std::string_view text;
    if (!in->get_text(&text)) return false;
    *v = Value::string(text);
    return true;
  }
  uint64_t bits;
  if (!in->get(&bits) || (type == Type::kBool && bits > 1)) return false;
  *v = value_of_bits(type, bits);
  return type != Type::kDouble || std::isfinite(v->d);
}

}  // namespace cep::expr
