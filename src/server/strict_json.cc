#include "server/strict_json.h"

#include <set>
#include <vector>

#include "base/utf8.h"

namespace cep::server {

using Json = nlohmann::json;

namespace {
constexpr int kDepthMax = 8;
constexpr size_t kNameBytesMax = 256;
constexpr size_t kShownBytes = 100;   // of a name in an error
}  // namespace

std::string json_quoted(std::string_view text) {
  return Json(std::string(text)).dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string name_shown(std::string_view name) {
  return name.size() <= kShownBytes ? json_quoted(name) : json_quoted(std::string(name.substr(0, kShownBytes)) + "…");
}

Json parse_strict(std::string_view line, std::string* reason) {
  if (line.size() > kControlBytesMax) {
    *reason = "the line is longer than " + std::to_string(kControlBytesMax) + " bytes";
    return Json(Json::value_t::discarded);
  }
  std::vector<std::set<std::string>> seen;
  bool bad = false;
  auto watch = [&](int depth, Json::parse_event_t event, Json& value) {
    if (bad) return false;
    if (event == Json::parse_event_t::object_start) {
      seen.emplace_back();
    } else if (event == Json::parse_event_t::object_end) {
      seen.pop_back();
    } else if (event == Json::parse_event_t::key) {
      std::string name = value.get<std::string>();
      if (!seen.back().insert(name).second) *reason = "the member " + name_shown(name) + " is there twice";
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
  if (!base::is_utf8(*out)) return "`" + member + "` is no UTF-8";
  if (out->empty()) return "`" + member + "` is empty";
  if (out->size() > kNameBytesMax) return "`" + member + "` is longer than 256 bytes";
  return {};
}

}  // namespace cep::server
