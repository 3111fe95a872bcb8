// Values as text.
#include <charconv>

#include "base/time_text.h"
#include "event/json_writer.h"
#include "expr/functions.h"

namespace cep::expr {
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
      event::append_double(v.d, out);
      return;
    case Type::kString:
    case Type::kList:
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
