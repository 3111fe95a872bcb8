#include "base/endpoint.h"

#include <arpa/inet.h>

#include <charconv>

namespace cep::base {
namespace {

bool read_port(std::string_view text, uint16_t* port) {
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), *port);
  return error == std::errc() && end == text.data() + text.size() && !text.empty();
}

}  // namespace

Result<Endpoint> parse_endpoint(std::string_view text) {
  std::string quoted = "\"" + std::string(text) + "\"";
  Endpoint out;
  size_t colon = text.rfind(':');
  if (!read_port(colon == std::string_view::npos ? text : text.substr(colon + 1), &out.port)) {
    return Status::error(quoted + " is no HOST:PORT (a port is 0 to 65535)");
  }
  out.host = colon == std::string_view::npos ? "127.0.0.1" : std::string(text.substr(0, colon));
  bool bracketed = out.host.size() > 2 && out.host.front() == '[' && out.host.back() == ']';
  if (bracketed) out.host = out.host.substr(1, out.host.size() - 2);
  if (out.host.empty()) return Status::error(quoted + " has no host; 127.0.0.1 is this machine alone, 0.0.0.0 all of its addresses");
  if (!bracketed && out.host.find(':') != std::string::npos) {
    return Status::error(quoted + ": an IPv6 address stands in brackets, as in [::1]:7800");
  }
  return out;
}

std::string to_text(const Endpoint& endpoint) {
  bool v6 = endpoint.host.find(':') != std::string::npos;
  return (v6 ? "[" + endpoint.host + "]" : endpoint.host) + ":" + std::to_string(endpoint.port);
}

bool is_loopback(std::string_view host) {
  std::string name(host);
  in_addr v4{};
  if (inet_pton(AF_INET, name.c_str(), &v4) == 1) return (ntohl(v4.s_addr) >> 24) == 127;
  in6_addr v6{};
  if (inet_pton(AF_INET6, name.c_str(), &v6) == 1) return IN6_IS_ADDR_LOOPBACK(&v6);
  return name == "localhost";
}

bool is_address(std::string_view host) {
  std::string name(host);
  unsigned char bytes[sizeof(in6_addr)];
  return inet_pton(AF_INET, name.c_str(), bytes) == 1 || inet_pton(AF_INET6, name.c_str(), bytes) == 1;
}

}  // namespace cep::base
