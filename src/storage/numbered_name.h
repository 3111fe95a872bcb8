// Names of files that are numbered by the first thing they hold: 20 digits, so that the order of names is the order of numbers.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace cep::storage {

std::string numbered_name(std::string_view prefix, uint64_t number, std::string_view suffix);
// The number, 1 or more, of a name that numbered_name() makes; nothing if it is none.
std::optional<uint64_t> parse_numbered_name(std::string_view name, std::string_view prefix, std::string_view suffix);

}  // namespace cep::storage
