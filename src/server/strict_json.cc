#include "server/strict_json.h"

#include <vector>

namespace cep::server {

using Json = nlohmann::json;

namespace {
constexpr int kDepthMax = 8;
constexpr size_t kNameBytesMax = 256;
}  // namespace

std::string json_quoted(std::string_view text) {
  return Json(std::string(text)).dump(-1, ' ', false, Json::error_handler_t::replace);
}

Json parse_strict(std::string_view line, std::string* reason) {
  std::vector<std::vector<std::string>> seen;
  bool bad = false;
  auto watch = [&](int depth, Json::parse_event_t event, Json& value) {
    if (bad) return false;
    if (event == Json::parse_event_t::object_start) {
      seen.emplace_back();
    } else if (event == Json::parse_event_t::object_end) {
      seen.pop_back();
    } else if (event == Json::parse_event_t::key) {
      std::string name = value.get<std::string>();
      for (const std::string& other : seen.back()) {
        if (other == name) *reason = "the member " + json_quoted(name) + " is there twice";
      }
      seen.back().push_back(name);
    }
    if (depth > kDepthMax) *reason = "nested too deep";
    bad = !reason->empty();
    return !bad;
  };
  Json value = Json::parse(line.begin(), line.end(), watch, /*allow_exceptions=*/false);
  if (reason->empty() && value.is_discarded()) *reason = "not one whole JSON object";
  return value;
}

std::string read_own_name(const std::string& member, const Json& value, std::string* out) {
  if (!value.is_string()) return "`" + member + "` must be a string";
  *out = value.get<std::string>();
  if (out->empty()) return "`" + member + "` is empty";
  if (out->size() > kNameBytesMax) return "`" + member + "` is longer than 256 bytes";
  return {};
}

}  // namespace cep::server
