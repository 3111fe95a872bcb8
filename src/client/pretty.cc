#include "client/pretty.h"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <string>

#include "base/visible.h"

namespace cep::client {
namespace {

using Json = nlohmann::ordered_json;

// A value as people read it: texts without quotes, and nothing of an event that their terminal would obey.
std::string plain(const Json& value) {
  if (value.is_string()) return base::visible(value.get<std::string>());
  return base::visible(value.dump(-1, ' ', false, Json::error_handler_t::replace));
}

// "name=value name=value".
std::string pairs(const Json& object) {
  std::string out;
  for (const auto& [name, value] : object.items()) out += (out.empty() ? "" : "  ") + base::visible(name) + "=" + plain(value);
  return out;
}

class Printer {
 public:
  explicit Printer(bool colour) : colour_(colour) {}

  std::string print(const Json& record) {
    headline(record);
    if (record.contains("message")) add_line(2, plain(record["message"]));
    for (const char* name : {"reason", "line", "dropped_by", "watermark", "suppressed", "tags"}) {
      if (record.contains(name)) add_line(2, dim(std::string(name) + " ") + plain(record[name]));
    }
    if (record.contains("start") && record.contains("end")) add_line(2, dim("from ") + plain(record["start"]) + dim(" to ") + plain(record["end"]));
    if (record.contains("fields") && record["fields"].is_object() && !record["fields"].empty()) add_line(2, pairs(record["fields"]));
    if (record.contains("event")) add_line(2, plain(record["event"]));
    if (record.contains("match") && record["match"].is_object()) match(record["match"]);
    return out_ + "\n";
  }

 private:
  void headline(const Json& record) {
    std::string severity = record.contains("severity") ? plain(record["severity"]) : plain(record["channel"]);
    std::transform(severity.begin(), severity.end(), severity.begin(), [](unsigned char c) { return std::toupper(c); });
    out_ += paint(severity_colour(severity), severity);
    for (const char* name : {"pattern", "stream"}) {
      if (record.contains(name)) out_ += "  " + paint("1", plain(record[name]));
    }
    if (record.contains("key")) out_ += "  " + (record["key"].is_object() ? pairs(record["key"]) : plain(record["key"]));
    if (record.contains("seq")) out_ += dim("  #" + plain(record["seq"]));
    out_ += "\n";
  }

  // Each stage with its events; of many the first and the last.
  void match(const Json& stages) {
    constexpr size_t kShown = 4;
    size_t width = 0;
    for (const auto& [name, events] : stages.items()) width = std::max(width, base::visible(name).size());
    for (const auto& [name, events] : stages.items()) {
      if (!events.is_array()) continue;
      for (size_t i = 0; i < events.size(); ++i) {
        std::string label = i == 0 ? base::visible(name) : "";
        label.resize(width, ' ');
        bool skipped = events.size() > kShown + 1 && i >= kShown - 1 && i + 1 < events.size();
        if (skipped && i == kShown - 1) add_line(4, dim(std::string(width, ' ') + "  … " + std::to_string(events.size() - kShown) + " more"));
        if (!skipped) add_line(4, paint("36", label) + "  " + (events[i].is_object() ? pairs(events[i]) : plain(events[i])));
      }
    }
  }

  void add_line(size_t indent, const std::string& text) { out_ += std::string(indent, ' ') + text + "\n"; }
  std::string dim(const std::string& text) const { return paint("2", text); }
  std::string paint(const char* code, const std::string& text) const {
    return colour_ && *code != '\0' ? "\033[" + std::string(code) + "m" + text + "\033[0m" : text;
  }
  static const char* severity_colour(const std::string& severity) {
    static const std::map<std::string, const char*> kColours = {
        {"CRITICAL", "1;31"}, {"HIGH", "31"}, {"MEDIUM", "33"}, {"LOW", "32"}, {"INFO", "34"}};
    auto found = kColours.find(severity);
    return found == kColours.end() ? "1" : found->second;
  }

  bool colour_;
  std::string out_;
};

}  // namespace

std::string pretty_record(std::string_view line, bool colour) {
  Json record = Json::parse(line.begin(), line.end(), nullptr, false);
  if (!record.is_object() || !record.contains("channel")) return base::visible(line) + "\n";
  return Printer(colour).print(record);
}

}  // namespace cep::client
