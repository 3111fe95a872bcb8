#include "storage/numbered_name.h"

#include <charconv>

namespace cep::storage {
namespace {

constexpr size_t kDigits = 20;

}  // namespace

std::string numbered_name(std::string_view prefix, uint64_t number, std::string_view suffix) {
  const std::string digits = std::to_string(number);
  std::string name(prefix);
  name.append(kDigits - digits.size(), '0').append(digits).append(suffix);
  return name;
}

std::optional<uint64_t> parse_numbered_name(std::string_view name, std::string_view prefix, std::string_view suffix) {
  if (name.size() != prefix.size() + kDigits + suffix.size() || !name.starts_with(prefix) || !name.ends_with(suffix)) return std::nullopt;
  const std::string_view digits = name.substr(prefix.size(), kDigits);
  uint64_t number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (error != std::errc() || end != digits.data() + digits.size() || number == 0) return std::nullopt;
  return number;
}

}  // namespace cep::storage
