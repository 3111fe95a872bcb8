// Clients that have come to the wrong port. A web page can make a browser send any lines to any port, as the body of a request: who begins like HTTP or TLS on a port of lines is told
// where to go and closed before any line counts.
#pragma once
#include <string>
#include <string_view>

namespace cep::server {

// Answers of a port of lines, whole; `port`: what it is for ("event lines").
std::string http_answer(std::string_view port);
std::string tls_answer(std::string_view port);

// Whether the first line of a connection, or its beginning if it is longer than lines may be, is that of an HTTP request.
bool is_http_line(std::string_view line, bool whole);
// Whether the first bytes of a connection, one at least, are those of a TLS client.
bool is_tls_hello(std::string_view bytes);

}  // namespace cep::server
