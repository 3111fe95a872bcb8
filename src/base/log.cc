#include "base/log.h"

#include <sys/time.h>

#include <cstdio>
#include <ctime>
#include <utility>

#include "base/log_sink.h"
#include "base/utf8.h"
#include "base/visible.h"

namespace cep::base {
namespace {

constexpr const char* kLevels[] = {"info", "warn", "error"};

// A code point, or a byte that is no UTF-8, as it stands between quotes; empty: as it is.
std::string escaped(int32_t c, unsigned char byte) {
  switch (c) {
    case '"': return "\\\"";
    case '\\': return "\\\\";
    case '\n': return "\\n";
    case '\r': return "\\r";
    case '\t': return "\\t";
    default: break;
  }
  if (c >= 0 && !is_control(c)) return {};
  char text[16];
  if (c >= 0x80)
    std::snprintf(text, sizeof text, "\\u%04x", static_cast<unsigned>(c));
  else
    std::snprintf(text, sizeof text, "\\x%02x", byte);
  return text;
}

void append_now(std::string* out) {
  timeval now{};
  gettimeofday(&now, nullptr);
  tm parts{};
  gmtime_r(&now.tv_sec, &parts);
  char text[48];
  size_t n = std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &parts);
  std::snprintf(text + n, sizeof text - n, ".%03dZ", static_cast<int>(now.tv_usec / 1000));
  *out += text;
}

}  // namespace

void append_logfmt(std::string_view value, std::string* out) {
  std::string text;
  bool plain = !value.empty();
  for (size_t at = 0, size = 0; at < value.size(); at += size) {
    const int32_t c = code_point_at(value, at, &size);
    const std::string escape = escaped(c, static_cast<unsigned char>(value[at]));
    plain = plain && escape.empty() && c != ' ' && c != '=';
    text += escape.empty() ? value.substr(at, size) : std::string_view(escape);
  }
  if (plain) {
    *out += text;
    return;
  }
  *out += '"' + text + '"';
}

LogLine::LogLine(LogLevel level, std::string_view message) : text_("ts=") {
  append_now(&text_);
  text_ += " level=";
  text_ += kLevels[static_cast<int>(level)];
  add("msg", message);
}

LogLine::~LogLine() {
  if (text_.empty()) return;
  text_.push_back('\n');
  write_log(text_);
}

std::string log_text(LogLevel level, std::string_view message, std::string_view key, uint64_t value) {
  LogLine line(level, message);
  line.add(key, value);
  return std::exchange(line.text_, {}) + "\n";
}

LogLine& LogLine::add(std::string_view key, std::string_view value) {
  text_.push_back(' ');
  text_.append(key);
  text_.push_back('=');
  append_logfmt(value, &text_);
  return *this;
}

LogLine& LogLine::add(std::string_view key, uint64_t value) { return add(key, std::string_view(std::to_string(value))); }

}  // namespace cep::base
