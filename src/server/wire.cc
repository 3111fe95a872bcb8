#include "server/wire.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/nearest.h"

namespace cep::server {
namespace {

using Json = nlohmann::json;
using Members = std::vector<std::pair<std::string, Json>>;

constexpr int kDepthMax = 8;

std::string json_quoted(std::string_view text) {
  return Json(std::string(text)).dump(-1, ' ', false, Json::error_handler_t::replace);
}

// Bad JSON, too deep or a duplicate member: a discarded value and the reason.
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

std::string read_channel(const Json& value, Channel* out) {
  if (!value.is_string()) return "`channel` must be a string";
  std::string name = value.get<std::string>();
  if (parse_channel(name, out)) return {};
  std::vector<std::string> known;
  for (int i = 0; i < kChannels; ++i) known.emplace_back(channel_name(static_cast<Channel>(i)));
  std::string near = base::nearest(name, known);
  std::string reason = "there is no channel " + json_quoted(name);
  if (!near.empty()) return reason + "; did you mean " + json_quoted(near) + "?";
  return reason + "; channels are alerts, timeouts, late, rejects, limits, streams";
}

std::string read_patterns(const Json& value, std::vector<std::string>* out) {
  constexpr size_t kPatternsMax = 1000;
  if (!value.is_array()) return "`patterns` must be a list of names, such as [\"login_*\"]";
  if (value.size() > kPatternsMax) return "`patterns` may hold 1000 names";
  for (const Json& item : value) {
    if (!item.is_string()) return "`patterns` must be a list of names, such as [\"login_*\"]";
    out->push_back(item.get<std::string>());
  }
  if (out->empty()) return "`patterns` is empty: leave it out or say [\"*\"] for all";
  return {};
}

std::string read_from(const Json& value, SubscribeRequest* out) {
  if (value.is_number_unsigned() && value.get<uint64_t>() > 0) {
    out->from = SubscribeRequest::From::kSeq;
    out->seq = value.get<uint64_t>();
    return {};
  }
  if (value.is_string()) {
    std::string word = value.get<std::string>();
    out->from = SubscribeRequest::From::kLatest;
    if (word == "latest") return {};
    out->from = SubscribeRequest::From::kEarliest;
    if (word == "earliest") return {};
    if (word == "resume") {
      return "`from` \"resume\": this version keeps no consumer's place; ask for \"latest\", \"earliest\" or the seq after your last record";
    }
  }
  return "`from` must be \"latest\", \"earliest\" or a seq (1, 2, …)";
}

std::string read_member(const std::string& name, const Json& value, SubscribeRequest* out) {
  if (name == "channel") return read_channel(value, &out->channel);
  if (name == "patterns") return read_patterns(value, &out->patterns);
  if (name == "from") return read_from(value, out);
  if (name == "token") return {};  // nothing listens beyond loopback without `insecure`, so nothing asks for one
  if (name == "consumer") {
    return "`consumer`: this version keeps no consumer's place; leave it out and ask by \"from\":SEQ";
  }
  std::string near = base::nearest(name, {"channel", "patterns", "from", "consumer", "token"});
  std::string reason = "`_subscribe` has no member " + json_quoted(name);
  return near.empty() ? reason : reason + "; did you mean " + json_quoted(near) + "?";
}

constexpr const char* kExample = "the first line must be like "
                                 "{\"_subscribe\":{\"channel\":\"alerts\",\"patterns\":[\"*\"],\"from\":\"latest\"}}";

}  // namespace

std::string parse_subscribe(std::string_view line, SubscribeRequest* out) {
  std::string reason;
  Json value = parse_strict(line, &reason);
  if (!reason.empty()) return reason + ": " + kExample;
  if (!value.is_object() || value.size() != 1 || !value.contains("_subscribe")) return kExample;
  const Json& body = value["_subscribe"];
  if (!body.is_object()) return kExample;
  for (const auto& [name, member] : body.items()) {
    reason = read_member(name, member, out);
    if (!reason.empty()) return reason;
  }
  if (out->channel == Channel::kStreams && out->from != SubscribeRequest::From::kLatest) {
    return "`streams` is a live view that keeps nothing: it can be read from \"latest\" only";
  }
  return {};
}

std::string error_answer(uint64_t line, std::string_view reason) {
  return fmt::format("{{\"_error\":{{\"line\":{},\"reason\":{}}}}}\n", line, json_quoted(reason));
}

std::string error_answer(std::string_view reason) {
  return fmt::format("{{\"_error\":{{\"reason\":{}}}}}\n", json_quoted(reason));
}

std::string gone_answer(uint64_t seq, uint64_t oldest) {
  return fmt::format("{{\"_error\":{{\"code\":\"gone\",\"oldest\":{1},\"reason\":\"record {0} is no longer kept; the oldest is {1}\"}}}}\n",
                     seq, oldest);
}

std::string ahead_answer(uint64_t seq, uint64_t next) {
  return fmt::format("{{\"_error\":{{\"code\":\"ahead\",\"next\":{1},\"reason\":\"there is no record {0} yet; the next is {1}\"}}}}\n",
                     seq, next);
}

std::string subscribed_answer(std::string_view log_id, Channel channel, uint64_t from, uint64_t oldest, uint64_t next) {
  std::string places;
  if (channel != Channel::kStreams) places = fmt::format(",\"from\":{},\"oldest\":{},\"next\":{}", from, oldest, next);
  return fmt::format("{{\"_subscribed\":{{\"log\":{},\"channel\":\"{}\"{}}}}}\n", json_quoted(log_id), channel_name(channel), places);
}

bool is_hello(std::string_view line) {
  constexpr std::string_view kName = "\"_hello\"";
  size_t i = line.find_first_not_of(" \t");
  if (i == std::string_view::npos || line[i] != '{') return false;
  i = line.find_first_not_of(" \t", i + 1);
  return i != std::string_view::npos && line.substr(i, kName.size()) == kName;
}

}  // namespace cep::server
