#include "base/log.h"

#include <sys/time.h>
#include <unistd.h>

#include <cstdio>
#include <ctime>

namespace cep::base {
namespace {

constexpr const char* kLevels[] = {"info", "warn", "error"};

bool plain(std::string_view value) {
  if (value.empty()) return false;
  for (unsigned char c : value) {
    if (c <= ' ' || c == '"' || c == '=' || c == '\\' || c == 0x7f) return false;
  }
  return true;
}

void append_escaped(unsigned char c, std::string* out) {
  switch (c) {
    case '"': *out += "\\\""; return;
    case '\\': *out += "\\\\"; return;
    case '\n': *out += "\\n"; return;
    case '\r': *out += "\\r"; return;
    case '\t': *out += "\\t"; return;
    default: break;
  }
  if (c >= ' ' && c != 0x7f) {
    out->push_back(static_cast<char>(c));
    return;
  }
  char hex[8];
  std::snprintf(hex, sizeof hex, "\\x%02x", c);
  *out += hex;
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
  if (plain(value)) {
    out->append(value);
    return;
  }
  out->push_back('"');
  for (unsigned char c : value) append_escaped(c, out);
  out->push_back('"');
}

LogLine::LogLine(LogLevel level, std::string_view message) : text_("ts=") {
  append_now(&text_);
  text_ += " level=";
  text_ += kLevels[static_cast<int>(level)];
  add("msg", message);
}

LogLine::~LogLine() {
  text_.push_back('\n');
  // A log that nobody can take is lost; there is no better place to say so.
  [[maybe_unused]] ssize_t ignored = ::write(STDERR_FILENO, text_.data(), text_.size());
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
