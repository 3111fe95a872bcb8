#include "server/wire.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/nearest.h"
#include "server/strict_json.h"

namespace cep::server {
namespace {

using Json = nlohmann::json;

constexpr const char* kHelloExample = "a producer session begins with a line like {\"_hello\":{\"producer\":\"gw-7\"}}";

std::string read_hello_member(const std::string& name, const Json& value, HelloRequest* out) {
  if (name == "producer") return read_own_name(name, value, &out->producer);
  if (name == "stream") return read_own_name(name, value, &out->stream);
  if (name == "token") return {};  // nothing listens beyond loopback without `insecure`, so nothing asks for one
  std::string near = base::nearest(name, {"producer", "stream", "token"});
  std::string reason = "`_hello` has no member " + name_shown(name);
  return near.empty() ? reason : reason + "; did you mean " + json_quoted(near) + "?";
}

}  // namespace

std::string parse_hello(std::string_view line, HelloRequest* out) {
  std::string reason;
  Json value = parse_strict(line, &reason);
  if (!reason.empty()) return reason + ": " + kHelloExample;
  if (!value.is_object() || value.size() != 1 || !value.contains("_hello") || !value["_hello"].is_object()) return kHelloExample;
  for (const auto& [name, member] : value["_hello"].items()) {
    reason = read_hello_member(name, member, out);
    if (!reason.empty()) return reason;
  }
  return out->producer.empty() ? std::string("`producer` is missing: ") + kHelloExample : std::string();
}

std::string parse_ack(std::string_view line, uint64_t* upto) {
  constexpr const char* kExample = "a subscriber's lines must be like {\"_ack\":{\"upto\":42}}";
  std::string reason;
  Json value = parse_strict(line, &reason);
  if (!reason.empty()) return reason + ": " + kExample;
  if (!value.is_object() || value.size() != 1 || !value.contains("_ack")) return kExample;
  const Json& body = value["_ack"];
  if (!body.is_object() || body.size() != 1 || !body.contains("upto") || !body["upto"].is_number_unsigned()) return kExample;
  *upto = body["upto"].get<uint64_t>();
  return {};
}

std::string welcome_answer(uint64_t next) { return fmt::format("{{\"_welcome\":{{\"next\":{}}}}}\n", next); }

std::string ack_answer(uint64_t upto) { return fmt::format("{{\"_ack\":{{\"upto\":{}}}}}\n", upto); }

void append_error_answer(uint64_t line, std::string_view reason, std::string* out) {
  char digits[24];
  out->append("{\"_error\":{\"line\":");
  out->append(digits, std::to_chars(digits, digits + sizeof digits, line).ptr);
  out->append(",\"reason\":");
  // There may be a million of them a second: what is plain text goes as it is.
  const bool plain = std::all_of(reason.begin(), reason.end(), [](unsigned char c) { return c >= 0x20 && c < 0x7f; });
  if (plain) {
    out->push_back('"');
    for (char c : reason) {
      if (c == '"' || c == '\\') out->push_back('\\');
      out->push_back(c);
    }
    out->push_back('"');
  } else {
    out->append(json_quoted(reason));
  }
  out->append("}}\n");
}

std::string error_answer(uint64_t line, std::string_view reason) {
  std::string out;
  append_error_answer(line, reason, &out);
  return out;
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
  if (line.starts_with("\xef\xbb\xbf")) line.remove_prefix(3);  // a byte order mark, which event lines may have too
  size_t i = line.find_first_not_of(" \t");
  if (i == std::string_view::npos || line[i] != '{') return false;
  i = line.find_first_not_of(" \t", i + 1);
  return i != std::string_view::npos && line.substr(i, kName.size()) == kName;
}

}  // namespace cep::server
