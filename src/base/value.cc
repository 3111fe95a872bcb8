// The small helpers of values; everything hot is inline in the header.
#include "cep/value.h"

#include <cstring>

namespace cep {

std::string_view type_name(Type type) {
  switch (type) {
    case Type::kNull:
      return "null";
    case Type::kBool:
      return "bool";
    case Type::kInt:
      return "int";
    case Type::kDouble:
      return "double";
    case Type::kString:
      return "string";
    case Type::kTimestamp:
      return "timestamp";
    case Type::kDuration:
      return "duration";
    case Type::kList:
      return "list";
  }
  return "null";
}

OwnedValue::OwnedValue(const Value& v) : value(v) {
  if (v.type != Type::kString && v.type != Type::kList) return;
  text.assign(v.s, v.size);
  value.s = nullptr;  // only get() may be asked for the bytes: `text` moves with the object
}

bool same(const Value& a, const Value& b) {
  if (a.type != b.type) return false;
  switch (a.type) {
    case Type::kNull:
      return true;
    case Type::kBool:
      return a.b == b.b;
    case Type::kString:
    case Type::kList:
      return a.str() == b.str();
    case Type::kDouble:
      return std::memcmp(&a.d, &b.d, sizeof a.d) == 0;
    default:
      return a.i == b.i;
  }
}

}  // namespace cep
