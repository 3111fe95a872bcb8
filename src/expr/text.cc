// Values as text.
#include <charconv>

#include "base/time_text.h"
#include "expr/functions.h"

namespace cep::expr {
namespace {

void append_double(double d, std::string* out) {
  char buffer[32];
  std::string_view text(buffer,
                        static_cast<size_t>(std::to_chars(buffer, buffer + sizeof buffer, d).ptr - buffer));
  out->append(text);
  if (text.find_first_not_of("-0123456789") == std::string_view::npos) out->append(".0");
}

}  // namespace

void append_text(const Value& v, std::string* out) {
  char buffer[24];
  switch (v.type) {
    case Type::kNull:
      out->append("null");
      return;
    case Type::kBool:
      out->append(v.b ? "true" : "false");
      return;
    case Type::kInt:
      out->append(buffer, std::to_chars(buffer, buffer + sizeof buffer, v.i).ptr);
      return;
    case Type::kDouble:
      append_double(v.d, out);
      return;
    case Type::kString:
      out->append(v.s, v.size);
      return;
    case Type::kTimestamp:
      base::append_rfc3339(v.i, out);
      return;
    case Type::kDuration:
      base::append_duration(v.i, out);
      return;
  }
}

}  // namespace cep::expr
