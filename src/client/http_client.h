// A blocking HTTP client for `cepctl`: one request a call, to the port `http` of a daemon.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "cep/diagnostic.h"
#include "cep/status.h"

namespace cep::client {

struct HttpCall {
  std::string at = "127.0.0.1:7802";   // HOST:PORT, [V6]:PORT or PORT
  std::string method = "GET";
  std::string target = "/";
  std::string body;
  std::string type = "text/plain; charset=utf-8";   // of the body
  int64_t timeout_ms = 65'000;         // of the whole call
};

struct HttpReply {
  int code = 0;
  std::string body;
  // The member `error` of a JSON body, else the body.
  std::string error() const;
};

// An error: the daemon cannot be reached, does not answer in time, or what answers is no HTTP. It names the place.
Result<HttpReply> call_http(const HttpCall& call);

// As a part of a target: "%41" for what is not a letter, a digit or one of _ - . ~ .
std::string percent_encode(std::string_view text);
// The body of PUT /api/v1/patterns, files that come and go together: {"files":[{"name":"a.cep","text":"…"}],"remove":["b.cep"]}.
std::string pattern_change_body(const std::vector<SourceFile>& put, const std::vector<std::string>& removed);

}  // namespace cep::client
