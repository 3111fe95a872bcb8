// What a request asks for: method and target → one of the interface's places, with its parameters checked, or the error that is answered. No sockets here; any bytes are fine.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace cep::server {

// What is answered.
struct HttpAnswer {
  int code = 200;
  std::string type = "application/json";
  std::string body;
  std::string allow;             // of 405
  int retry_after_seconds = 0;   // of 503; 0: none
};

// {"error":"…"}; with `plain` the text alone, as text/plain.
HttpAnswer error_of(int code, std::string_view text, bool plain = false);

enum class HttpPlace : uint8_t { kIndex, kHealth, kReady, kMetrics, kStatus, kPatterns, kPattern, kEvents, kResetClock };

struct HttpRoute {
  HttpPlace place = HttpPlace::kIndex;
  std::string name;              // of kPattern: the last parts of a path (engine/file_names.h); that of a PUT ends in .cep. Of kResetClock: a stream
  // Of kEvents:
  std::string stream;            // default stream
  std::string producer;          // empty: the daemon's own session
  uint64_t first = 0;            // number of the first line; 0: not given
  HttpAnswer error;              // code 200: none
  bool ok() const { return error.code == 200; }
};

// `target`: as it stands in the request, "/api/v1/events?stream=e".
HttpRoute route_of(std::string_view method, std::string_view target);

// Why a pattern file cannot be called so; empty: it can.
std::string wrong_file_name(std::string_view name);

// The longest body that the place takes.
uint64_t body_limit(const HttpRoute& route);

// "%41+b" decoded ("+" is a blank only in a query); false if a % has no two hex digits behind it.
bool percent_decode(std::string_view text, bool query, std::string* out);

}  // namespace cep::server
