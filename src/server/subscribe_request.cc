// The first line of a subscriber (wire.h).
#include "base/nearest.h"
#include "server/strict_json.h"
#include "server/wire.h"

namespace cep::server {
namespace {

using Json = nlohmann::json;

std::string read_channel(const Json& value, Channel* out) {
  if (!value.is_string()) return "`channel` must be a string";
  std::string name = value.get<std::string>();
  if (parse_channel(name, out)) return {};
  std::vector<std::string> known;
  for (int i = 0; i < kChannels; ++i) known.emplace_back(channel_name(static_cast<Channel>(i)));
  std::string near = base::nearest(name, known);
  std::string reason = "there is no channel " + name_shown(name);
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
    out->from = SubscribeRequest::From::kResume;
    if (word == "resume") return {};
  }
  return "`from` must be \"latest\", \"earliest\", \"resume\" or a seq (1, 2, …)";
}

std::string read_member(const std::string& name, const Json& value, SubscribeRequest* out) {
  if (name == "channel") return read_channel(value, &out->channel);
  if (name == "patterns") return read_patterns(value, &out->patterns);
  if (name == "from") return read_from(value, out);
  if (name == "token") return {};  // nothing listens beyond loopback without `insecure`, so nothing asks for one
  if (name == "consumer") return read_own_name(name, value, &out->consumer);
  std::string near = base::nearest(name, {"channel", "patterns", "from", "consumer", "token"});
  std::string reason = "`_subscribe` has no member " + name_shown(name);
  return near.empty() ? reason : reason + "; did you mean " + json_quoted(near) + "?";
}

// What each member alone does not show.
std::string check_together(const SubscribeRequest& request) {
  const bool streams = request.channel == Channel::kStreams;
  if (streams && !request.consumer.empty()) return "`streams` is a live view that keeps nothing, a consumer's place neither: leave `consumer` out";
  const bool resume = request.from == SubscribeRequest::From::kResume;
  if (resume && request.consumer.empty()) return "`from` \"resume\" goes on where a `consumer` has acknowledged: say which";
  if (streams && request.from != SubscribeRequest::From::kLatest) return "`streams` is a live view that keeps nothing: it can be read from \"latest\" only";
  return {};
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
  return check_together(*out);
}

}  // namespace cep::server
