#include "state/encoder.h"

#include "base/check.h"

namespace cep::state {

void Encoder::value(const Value& v) {
  base::put(static_cast<uint8_t>(v.type), &bytes_);
  if (!v.is_null()) content(v);
}

void Encoder::value_of(Type type, const Value& v) {
  CEP_CHECK(v.is_null() || v.type == type);
  flag(!v.is_null());
  if (!v.is_null()) content(v);
}

void Encoder::content(const Value& v) {
  switch (v.type) {
    case Type::kNull: return;
    case Type::kBool: return flag(v.b);
    case Type::kDouble: return real(v.d);
    case Type::kString:
    case Type::kList: return text(v.str());
    case Type::kInt:
    case Type::kTimestamp:
    case Type::kDuration: return whole(v.i);
  }
}

Value Decoder::value() {
  const uint64_t type = below(static_cast<uint64_t>(Type::kList) + 1);
  return type == 0 ? Value::null() : content(static_cast<Type>(type));
}

Value Decoder::value_of(Type type) { return flag() ? content(type) : Value::null(); }

Value Decoder::content(Type type) {
  Value v;
  v.type = type;
  switch (type) {
    case Type::kNull: break;
    case Type::kBool: v.b = flag(); break;
    case Type::kDouble: v.d = real(); break;
    case Type::kString:
    case Type::kList: {
      const std::string_view t = text();
      if (t.size() > UINT32_MAX) fail();
      v.s = t.data();
      v.size = static_cast<uint32_t>(t.size());
      break;
    }
    case Type::kInt:
    case Type::kTimestamp:
    case Type::kDuration: v.i = whole(); break;
  }
  return ok() ? v : Value::null();
}

size_t Decoder::count() {
  const uint64_t n = number();
  if (n <= in_.rest().size()) return n;
  fail();
  return 0;
}

uint64_t Decoder::below(uint64_t end) {
  const uint64_t x = number();
  if (x < end) return x;
  fail();
  return 0;
}

}  // namespace cep::state
