// Control lines as JSON, read strictly: one whole object, nothing nested deep, no member twice. For the first lines of connections, never for events.
#pragma once
#include <cstddef>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace cep::server {

inline constexpr size_t kControlBytesMax = 64 << 10;

// A discarded value and the reason in *reason if the line is no such JSON, or longer than kControlBytesMax. Never throws, whatever the bytes; takes time in proportion to them.
nlohmann::json parse_strict(std::string_view line, std::string* reason);

// Of any length: what lies deeper than so many lists and objects is refused with its reason, as is a member that is there twice, at the first such place.
nlohmann::json parse_bounded(std::string_view text, size_t depth_most, std::string* reason);

// `text` as a JSON string with its quotes; bytes that are no UTF-8 become U+FFFD.
std::string json_quoted(std::string_view text);

// A name that a client sent, for an error: json_quoted of its beginning.
std::string name_shown(std::string_view name);

// A name that a client gives itself: a string of 1 to 256 bytes of UTF-8. Returns what is wrong with it (`member` is its name), empty when *out holds it.
std::string read_own_name(const std::string& member, const nlohmann::json& value, std::string* out);

}  // namespace cep::server
