// Bytes that need no escape are copied in runs.
#include "event/json_writer.h"

#include <array>
#include <charconv>
#include <cmath>

#include "base/time_text.h"
#include "base/utf8.h"

namespace cep::event {
namespace {

// 0: as it is; 'u': \u00xx; else the letter after the backslash.
constexpr std::array<char, 256> make_escapes() {
  std::array<char, 256> table{};
  for (int c = 0; c < 0x20; ++c) table[c] = 'u';
  table['\b'] = 'b';
  table['\f'] = 'f';
  table['\n'] = 'n';
  table['\r'] = 'r';
  table['\t'] = 't';
  table['"'] = '"';
  table['\\'] = '\\';
  return table;
}
constexpr std::array<char, 256> kEscapes = make_escapes();

void append_escaped(std::string_view text, std::string* out) {
  size_t run = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    unsigned char c = static_cast<unsigned char>(text[i]);
    char escape = kEscapes[c];
    if (escape == 0) continue;
    out->append(text, run, i - run);
    run = i + 1;
    out->push_back('\\');
    out->push_back(escape);
    if (escape != 'u') continue;
    constexpr char kHex[] = "0123456789abcdef";
    out->append("00");
    out->push_back(kHex[c >> 4]);
    out->push_back(kHex[c & 15]);
  }
  out->append(text, run, text.size() - run);
}

void append_int(int64_t value, std::string* out) {
  char buffer[24];
  out->append(buffer, std::to_chars(buffer, buffer + sizeof buffer, value).ptr);
}

}  // namespace

void append_json_string(std::string_view text, std::string* out) {
  out->push_back('"');
  append_escaped(text, out);
  out->push_back('"');
}

void append_json_bytes(std::string_view bytes, std::string* out) {
  out->push_back('"');
  append_escaped(base::to_utf8(bytes), out);
  out->push_back('"');
}

void append_double(double value, std::string* out) {
  if (!std::isfinite(value)) {
    out->append("null");
    return;
  }
  constexpr double kWhole = 9007199254740992.0;  // 2^53: below it every integral double is its digits
  char buffer[40];
  if (std::fabs(value) < kWhole && std::trunc(value) == value) {
    if (std::signbit(value)) out->push_back('-');
    append_int(static_cast<int64_t>(std::fabs(value)), out);
    out->append(".0");
    return;
  }
  char* end = std::to_chars(buffer, buffer + sizeof buffer, value).ptr;
  std::string_view text(buffer, static_cast<size_t>(end - buffer));
  out->append(text);
  if (text.find_first_of(".e") == std::string_view::npos) out->append(".0");
}

void append_json_value(const Value& v, std::string* out) {
  switch (v.type) {
    case Type::kNull:
      out->append("null");
      return;
    case Type::kBool:
      out->append(v.b ? "true" : "false");
      return;
    case Type::kInt:
      append_int(v.i, out);
      return;
    case Type::kDouble:
      append_double(v.d, out);
      return;
    case Type::kString:
      append_json_string(v.str(), out);
      return;
    case Type::kList:
      out->append(v.str());
      return;
    case Type::kTimestamp:
    case Type::kDuration:
      out->push_back('"');
      v.type == Type::kTimestamp ? base::append_rfc3339(v.i, out) : base::append_duration(v.i, out);
      out->push_back('"');
      return;
  }
}

}  // namespace cep::event
