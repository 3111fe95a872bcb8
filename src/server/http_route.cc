#include "server/http_route.h"

#include <charconv>
#include <nlohmann/json.hpp>

#include "base/nearest.h"
#include "server/strict_json.h"

namespace cep::server {
namespace {

constexpr std::string_view kPatternsBelow = "/api/v1/patterns/";
constexpr std::string_view kStreamsBelow = "/api/v1/streams/", kResetClockEnd = "/reset-clock";
constexpr size_t kNameBytesMax = 255;   // of a file
constexpr size_t kPathBytesMax = 4096;

struct Place {
  std::string_view path;
  HttpPlace place;
  std::string_view allow;   // GET stands for HEAD too
};

constexpr Place kPlaces[] = {
    {"/", HttpPlace::kIndex, "GET, HEAD"},
    {"/healthz", HttpPlace::kHealth, "GET, HEAD"},
    {"/readyz", HttpPlace::kReady, "GET, HEAD"},
    {"/metrics", HttpPlace::kMetrics, "GET, HEAD"},
    {"/api/v1/status", HttpPlace::kStatus, "GET, HEAD"},
    {"/api/v1/patterns", HttpPlace::kPatterns, "GET, HEAD, PUT"},
    {kPatternsBelow, HttpPlace::kPattern, "GET, HEAD, PUT, DELETE"},
    {"/api/v1/events", HttpPlace::kEvents, "POST"},
    {"/api/v1/streams/NAME/reset-clock", HttpPlace::kResetClock, "POST"},
};

// What the interface names and this version does not have: a clear word instead of a guess at what else was meant.
struct Missing {
  std::string_view path;
  std::string_view why;
};

constexpr Missing kMissing[] = {
    {"/api/v1/savepoints", "this version makes no checkpoints and no savepoints; a start works the whole journal again"},
    {"/api/v1/alerts", "this version has no WebSocket; records come over TCP, on the port `alerts`: see `cepctl tail`"},
};

// Why there is no such place yet; empty: nobody has said that there would be one.
std::string_view missing(std::string_view path) {
  for (const Missing& place : kMissing)
    if (path == place.path) return place.why;
  if (path.starts_with(kPatternsBelow) && path.ends_with("/graph")) return "this version draws no graph here; `cepctl explain FILE --dot` does";
  return {};
}

// The stream in /api/v1/streams/NAME/reset-clock; empty: the path is another.
std::string_view reset_stream(std::string_view path) {
  if (!path.starts_with(kStreamsBelow) || !path.ends_with(kResetClockEnd) || path.size() <= kStreamsBelow.size() + kResetClockEnd.size()) return {};
  return path.substr(kStreamsBelow.size(), path.size() - kStreamsBelow.size() - kResetClockEnd.size());
}

bool allows(std::string_view list, std::string_view method) {
  for (size_t at = 0; at <= list.size();) {
    size_t comma = std::min(list.find(", ", at), list.size());
    if (list.substr(at, comma - at) == method) return true;
    at = comma + 2;
  }
  return false;
}

std::string unknown_path(const std::string& path) {
  std::vector<std::string> known;
  for (const Place& place : kPlaces) known.emplace_back(place.path);
  const std::string near = base::nearest(path, known);
  if (!near.empty()) return "there is no " + path.substr(0, 200) + "; did you mean " + near + "?";
  return "there is no " + path.substr(0, 200) + "; there are /healthz, /readyz, /metrics, /api/v1/status, /api/v1/patterns, /api/v1/events, /api/v1/streams/NAME/reset-clock";
}

// One "key=value" of /api/v1/events; the reason if it cannot be taken.
std::string take_parameter(const std::string& key, const std::string& value, HttpRoute* route) {
  if (key == "stream") {
    return read_own_name(key, value, &route->stream);
  } else if (key == "producer") {
    return read_own_name(key, value, &route->producer);
  } else if (key == "first") {
    const char* end = value.data() + value.size();
    auto [at, error] = std::from_chars(value.data(), end, route->first);
    if (error != std::errc() || at != end || route->first == 0) return "`first` must be the number of the first line, 1 or more";
  } else {
    const std::string near = base::nearest(key, {"stream", "producer", "first"});
    return "there is no parameter `" + key + "`; " + (near.empty() ? "there are `stream`, `producer`, `first`" : "did you mean `" + near + "`?");
  }
  return {};
}

std::string take_query(std::string_view query, HttpRoute* route) {
  while (!query.empty()) {
    const size_t end = std::min(query.find('&'), query.size());
    const std::string_view part = query.substr(0, end);
    query.remove_prefix(std::min(end + 1, query.size()));
    const size_t equals = std::min(part.find('='), part.size());
    std::string key, value;
    if (!percent_decode(part.substr(0, equals), true, &key) || !percent_decode(part.substr(std::min(equals + 1, part.size())), true, &value))
      return "the query is badly encoded";
    if (part.empty()) continue;
    std::string wrong = take_parameter(key, value, route);
    if (!wrong.empty()) return wrong;
  }
  if (route->first > 0 && route->producer.empty()) return "`first` counts the lines of a producer: say `producer` too";
  return {};
}

}  // namespace

std::string wrong_file_name(std::string_view name) {
  if (name.size() > kPathBytesMax) return "the path of a pattern file has 4096 bytes at most";
  if (!name.ends_with(".cep")) return "the name of a pattern file ends in .cep";
  for (std::string_view rest = name.substr(name.starts_with('/') ? 1 : 0);;) {
    const size_t slash = std::min(rest.find('/'), rest.size());
    const std::string_view part = rest.substr(0, slash);
    if (part.empty() || part.size() > kNameBytesMax) return "the name of a pattern file, and that of each folder before it, has 1 to 255 bytes";
    for (char c : part) {
      const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.';
      if (!plain) return "the name of a pattern file is made of letters, digits, `_`, `-` and `.`";
    }
    if (part.front() == '.') return "the name of a pattern file does not begin with a dot";
    if (slash == rest.size()) return {};
    rest.remove_prefix(slash + 1);
  }
}

HttpAnswer error_of(int code, std::string_view text, bool plain) {
  HttpAnswer answer;
  answer.code = code;
  if (plain) {
    answer.type = "text/plain; charset=utf-8";
    answer.body = text;
    if (!answer.body.ends_with('\n')) answer.body += '\n';
    return answer;
  }
  using Json = nlohmann::json;
  answer.body = Json{{"error", std::string(text)}}.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
  return answer;
}

HttpRoute route_of(std::string_view method, std::string_view target) {
  HttpRoute route;
  const size_t question = std::min(target.find('?'), target.size());
  std::string path;
  if (target.empty() || target[0] != '/' || !percent_decode(target.substr(0, question), false, &path)) {
    route.error = error_of(400, "the target of a request is a path such as /api/v1/status");
    return route;
  }
  if (const std::string_view why = missing(path); !why.empty()) {
    route.error = error_of(501, why);
    return route;
  }
  const Place* found = nullptr;
  for (const Place& place : kPlaces)
    if (path == place.path || (place.place == HttpPlace::kPattern && path.starts_with(kPatternsBelow)) || (place.place == HttpPlace::kResetClock && !reset_stream(path).empty())) found = &place;
  if (found == nullptr) {
    route.error = error_of(404, unknown_path(path));
    return route;
  }
  route.place = found->place;
  if (!allows(found->allow, method)) {
    route.error = error_of(405, path.substr(0, 200) + " allows " + std::string(found->allow));
    route.error.allow = found->allow;
    return route;
  }
  std::string wrong;
  if (route.place == HttpPlace::kPattern) {
    route.name = path.substr(kPatternsBelow.size());
    if (method == "PUT") {
      wrong = wrong_file_name(route.name);   // those on disk may be called otherwise
    } else if (route.name.empty()) {
      wrong = "the name of a pattern file is missing";
    }
  }
  if (route.place == HttpPlace::kResetClock) route.name = reset_stream(path);
  if (route.place == HttpPlace::kEvents) wrong = take_query(target.substr(std::min(question + 1, target.size())), &route);
  if (!wrong.empty()) route.error = error_of(400, wrong);
  return route;
}

uint64_t body_limit(const HttpRoute& route) {
  if (route.place == HttpPlace::kEvents) return 8 << 20;
  if (route.place == HttpPlace::kPattern) return 4 << 20;
  if (route.place == HttpPlace::kPatterns) return 16 << 20;
  return 64 << 10;   // nothing reads it, but it has to be got out of the way
}

bool percent_decode(std::string_view text, bool query, std::string* out) {
  auto hex = [](char c) { return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1; };
  out->clear();
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+' && query) {
      *out += ' ';
    } else if (text[i] != '%') {
      *out += text[i];
    } else {
      if (i + 2 >= text.size() || hex(text[i + 1]) < 0 || hex(text[i + 2]) < 0) return false;
      *out += static_cast<char>(hex(text[i + 1]) * 16 + hex(text[i + 2]));
      i += 2;
    }
  }
  return true;
}

}  // namespace cep::server
