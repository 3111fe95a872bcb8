// The lines of a producer session that are not acknowledged yet, by number: read from the input, sent, sent again from any of them after a reconnect,
// dropped when they are durable. One thread.
#pragma once
#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

namespace cep::client {

class LineWindow {
 public:
  // Bytes of the input, in pieces of any size.
  void append(std::string_view bytes);
  // The input has ended: a last line without LF gets one.
  void end();

  // Number of the first line held; lines before it are done. Begins at 1.
  uint64_t first() const { return first_; }
  // Number that the next line of the input will have.
  uint64_t next() const { return first_ + ends_.size(); }
  size_t held_bytes() const { return bytes_.size() - begin_; }
  // Bytes of the input that are done.
  uint64_t done_bytes() const { return base_ + begin_; }

  // Lines up to `number` are done. REQUIRES number < next().
  void drop_through(uint64_t number);
  // The next byte to send is the first of line first().
  void rewind() { sent_ = base_ + begin_; }
  // Whole lines that have not been sent, up to line `last`.
  std::string_view unsent(uint64_t last = UINT64_MAX) const;
  void mark_sent(size_t bytes) { sent_ += bytes; }
  // Lines of which something has not been sent yet.
  bool all_sent() const { return ends_.empty() || sent_ == ends_.back(); }

 private:
  static constexpr size_t kSlackBytes = 1 << 20;

  std::string bytes_;
  size_t begin_ = 0;            // of the first line held, in bytes_
  uint64_t base_ = 0;           // offset of bytes_ in the input
  uint64_t first_ = 1;
  std::deque<uint64_t> ends_;   // offset behind each whole line held
  uint64_t sent_ = 0;           // offset
};

}  // namespace cep::client
