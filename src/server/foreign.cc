#include "server/foreign.h"

#include <fmt/format.h>

#include "server/wire.h"

namespace cep::server {
namespace {

// What may stand in the name of a method: that of a custom one too.
bool is_token(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

}  // namespace

std::string http_answer(std::string_view port) {
  const std::string body = error_answer(fmt::format("this is cepd's port for {}, which does not speak HTTP: that is the port `http`, 7802 if nothing else is said", port));
  return fmt::format("HTTP/1.1 400 Bad Request\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{}", body.size(), body);
}

std::string tls_answer(std::string_view port) {
  return error_answer(fmt::format("this is cepd's port for {}, which does not speak TLS: connect without it, or put a TLS proxy before it", port));
}

bool is_http_line(std::string_view line, bool whole) {
  size_t method = 0;
  while (method < line.size() && is_token(line[method])) ++method;
  if (method == 0 || method == line.size() || line[method] != ' ') return false;
  if (!whole) return true;
  if (line.ends_with('\r')) line.remove_suffix(1);
  const size_t version = line.rfind(" HTTP/");
  return version != std::string_view::npos && version >= method && line.find_first_not_of("0123456789.", version + 6) == std::string_view::npos;
}

bool is_tls_hello(std::string_view bytes) { return bytes[0] == '\x16' && (bytes.size() == 1 || bytes[1] == '\x03'); }

}  // namespace cep::server
