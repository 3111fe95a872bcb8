#include "server/pattern_change.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "server/http_route.h"

namespace cep::server {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kExample = "the body must be like {\"files\":[{\"name\":\"fraud.cep\",\"text\":\"…\"}],\"remove\":[\"old.cep\"]}";

std::string read_file(const Json& value, engine::FileChange* out) {
  const bool whole = value.is_object() && value.size() == 2 && value.contains("name") && value.contains("text") && value["name"].is_string() && value["text"].is_string();
  if (!whole) return kExample;
  out->put.push_back({value["name"].get<std::string>(), value["text"].get<std::string>()});
  return wrong_file_name(out->put.back().name);
}

// No name may stand twice: which of the two would it be?
std::string twice(const engine::FileChange& change) {
  std::vector<std::string> names = change.removed;
  for (const SourceFile& file : change.put) names.push_back(file.name);
  std::sort(names.begin(), names.end());
  const auto second = std::adjacent_find(names.begin(), names.end());
  return second == names.end() ? "" : "the file `" + *second + "` is named twice";
}

}  // namespace

std::string parse_pattern_change(std::string_view body, engine::FileChange* out) {
  constexpr int kDepthMost = 3;   // what lies deeper is dropped while it is read, whatever its size
  const Json json = Json::parse(body.begin(), body.end(), [](int depth, Json::parse_event_t, const Json&) { return depth <= kDepthMost; }, false);
  if (!json.is_object()) return kExample;
  for (const auto& [name, list] : json.items()) {
    if ((name != "files" && name != "remove") || !list.is_array()) return kExample;
    for (const Json& item : list) {
      if (name == "files") {
        if (std::string wrong = read_file(item, out); !wrong.empty()) return wrong;
      } else {
        if (!item.is_string()) return kExample;
        out->removed.push_back(item.get<std::string>());
      }
    }
  }
  if (out->put.empty() && out->removed.empty()) return kExample;
  return twice(*out);
}

}  // namespace cep::server
