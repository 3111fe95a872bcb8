// Bytes of a connection → lines, whatever the packets. Never holds more than the limit of an unfinished line: what is longer is thrown away up
// to its LF, its first bytes kept for the report. A line without its LF never existed.
#pragma once
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace cep::base {

class LineSplitter {
 public:
  static constexpr size_t kKeepBytes = 4096;  // of a line over the limit

  // `limit_bytes`: the longest line that is taken, without its LF.
  explicit LineSplitter(size_t limit_bytes) : limit_(limit_bytes) {}

  // Calls on_line(number, line) for each line that ends in `bytes` (without its LF), or on_long(number, first_bytes, length)
  // for one over the limit, in order. Numbers count every LF from 1. The views live for the call.
  template <class OnLine, class OnLong>
  void feed(std::string_view bytes, OnLine&& on_line, OnLong&& on_long);

  // Bytes held of the line that has not ended yet.
  size_t held_bytes() const { return held_.size(); }

 private:
  void hold(std::string_view part);

  size_t limit_;
  uint64_t lines_ = 0;     // that have ended
  uint64_t length_ = 0;    // of the line that has not ended yet, so far
  std::string held_;       // the beginning of the line that has not ended yet
  bool too_long_ = false;  // it is over the limit: held_ is its first kKeepBytes
};

template <class OnLine, class OnLong>
void LineSplitter::feed(std::string_view bytes, OnLine&& on_line, OnLong&& on_long) {
  while (!bytes.empty()) {
    const void* lf = std::memchr(bytes.data(), '\n', bytes.size());
    if (lf == nullptr) {
      hold(bytes);
      return;
    }
    std::string_view part = bytes.substr(0, static_cast<const char*>(lf) - bytes.data());
    bytes.remove_prefix(part.size() + 1);
    ++lines_;
    if (held_.empty() && part.size() <= limit_) {
      on_line(lines_, part);
      continue;
    }
    hold(part);
    if (too_long_) {
      on_long(lines_, std::string_view(held_), length_);
    } else {
      on_line(lines_, std::string_view(held_));
    }
    too_long_ = false;
    length_ = 0;
    std::string().swap(held_);
  }
}

inline void LineSplitter::hold(std::string_view part) {
  length_ += part.size();
  if (too_long_) {  // no packet border may show in what is kept
    held_.append(part.substr(0, kKeepBytes - held_.size()));
    return;
  }
  if (held_.size() + part.size() <= limit_) {
    held_.append(part);
    return;
  }
  too_long_ = true;
  std::string first(held_.substr(0, kKeepBytes));
  first.append(part.substr(0, kKeepBytes - first.size()));
  held_.swap(first);
}

}  // namespace cep::base
