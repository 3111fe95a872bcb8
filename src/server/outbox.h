// Bytes that wait for a non-blocking socket: written as far as it takes them, so a slow reader costs what was put here and no more.
#pragma once
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <cstddef>
#include <string>
#include <string_view>

namespace cep::server {

class Outbox {
 public:
  enum class State { kEmpty, kBlocked, kBroken };

  size_t waiting_bytes() const { return bytes_.size() - written_; }
  void push(std::string_view bytes) { bytes_.append(bytes); }
  // The string to append to; the same as push().
  std::string* tail() { return &bytes_; }

  // Writes until nothing is left (kEmpty), the socket takes no more (kBlocked), or it is broken.
  State write(boost::asio::ip::tcp::socket* socket) {
    while (written_ < bytes_.size()) {
      boost::system::error_code error;
      written_ += socket->write_some(boost::asio::buffer(bytes_.data() + written_, bytes_.size() - written_), error);
      if (error == boost::asio::error::would_block) return State::kBlocked;
      if (error && error != boost::asio::error::interrupted) return State::kBroken;
    }
    clear();
    return State::kEmpty;
  }

 private:
  // Room for a burst is given back, that of a usual write is kept.
  void clear() {
    constexpr size_t kKeep = 64 << 10;
    written_ = 0;
    if (bytes_.capacity() > kKeep) {
      std::string().swap(bytes_);
    } else {
      bytes_.clear();
    }
  }

  std::string bytes_;
  size_t written_ = 0;
};

}  // namespace cep::server
