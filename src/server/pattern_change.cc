#include "server/pattern_change.h"

#include <algorithm>

#include "server/http_route.h"
#include "server/strict_json.h"

namespace cep::server {
namespace {

using Json = nlohmann::json;

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
  constexpr size_t kDepthMost = 3;
  std::string reason;
  const Json json = parse_bounded(body, kDepthMost, &reason);
  if (reason.ends_with("is there twice")) return reason;
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
