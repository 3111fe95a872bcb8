// "HOST:PORT" as people write it.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "cep/status.h"

namespace cep::base {

struct Endpoint {
  std::string host;   // an address or a name, an IPv6 address without its brackets
  uint16_t port = 0;  // 0: whichever is free
};

// Reads HOST:PORT, [V6]:PORT, or PORT alone (host 127.0.0.1).
Result<Endpoint> parse_endpoint(std::string_view text);
// The inverse.
std::string to_text(const Endpoint& endpoint);
// True for 127.0.0.0/8, ::1 and `localhost`; false for everything else, other names too.
bool is_loopback(std::string_view host);
// True if `host` is an IPv4 or IPv6 address.
bool is_address(std::string_view host);

}  // namespace cep::base
