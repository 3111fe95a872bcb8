// The daemon's log: one logfmt line an entry, to standard error, whole, and without waiting for who reads it (log_sink.h).
//   LogLine(LogLevel::kInfo, "listening").add("events", "127.0.0.1:7800");
//   → ts=2026-01-01T10:00:00.000Z level=info msg=listening events=127.0.0.1:7800
// Any thread. No secret may be given to it.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace cep::base {

enum class LogLevel : uint8_t { kInfo, kWarn, kError };

// Collects one entry and writes it when it goes out of scope.
class LogLine {
 public:
  LogLine(LogLevel level, std::string_view message);
  ~LogLine();
  LogLine(const LogLine&) = delete;
  LogLine& operator=(const LogLine&) = delete;

  LogLine& add(std::string_view key, std::string_view value);
  LogLine& add(std::string_view key, const char* value) { return add(key, std::string_view(value)); }
  LogLine& add(std::string_view key, uint64_t value);

 private:
  friend std::string log_text(LogLevel level, std::string_view message, std::string_view key, uint64_t value);

  std::string text_;
};

// An entry as text, with its LF, that nobody has written.
std::string log_text(LogLevel level, std::string_view message, std::string_view key, uint64_t value);

// Appends `value` as logfmt has it: bare when it is plain, else quoted with \" \\ \n \r \t, \xNN and \uNNNN escapes: nothing that a
// terminal would obey (visible.h).
void append_logfmt(std::string_view value, std::string* out);

}  // namespace cep::base
