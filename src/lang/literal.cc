// Reading literals. The forms are few on purpose, so every other form that people try has an answer of its
// own.
#include "lang/literal.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "base/time_text.h"
#include "base/utf8.h"

namespace cep::lang {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }

std::string quoted(std::string_view text) { return "`" + std::string(text) + "`"; }

int hex4(std::string_view raw, size_t at) {
  if (at + 4 > raw.size()) return -1;
  int value = 0;
  const auto [end, error] = std::from_chars(raw.data() + at, raw.data() + at + 4, value, 16);
  return error == std::errc() && end == raw.data() + at + 4 && raw[at] != '-' ? value : -1;
}

struct Escape {
  size_t size = 1;    // bytes, with the backslash
  std::string text;   // what it stands for
  std::string fault;  // empty: it is good
};

Escape read_unicode_escape(std::string_view raw, size_t at) {
  const int high = hex4(raw, at + 2);
  if (high < 0) return {2, "", "`\\u` needs four hexadecimal digits; for a backslash write `\\\\`"};
  Escape escape{6, "", ""};
  uint32_t c = static_cast<uint32_t>(high);
  if (c >= 0xDC00 && c < 0xE000)
    return {6, "", quoted(raw.substr(at, 6)) + " is the second half of a pair without the first"};
  if (c >= 0xD800 && c < 0xDC00) {
    const int low = raw.substr(std::min(at + 6, raw.size()), 2) == "\\u" ? hex4(raw, at + 8) : -1;
    if (low < 0xDC00 || low >= 0xE000) {
      return {6, "",
              quoted(raw.substr(at, 6)) +
                  " is the first half of a pair; the second (`\\uDC00` to `\\uDFFF`) must follow"};
    }
    c = 0x10000 + ((c - 0xD800) << 10) + (static_cast<uint32_t>(low) - 0xDC00);
    escape.size = 12;
  }
  char bytes[4];
  escape.text.assign(bytes, base::write_code_point(c, bytes));
  return escape;
}

Escape read_escape(std::string_view raw, size_t at) {
  constexpr std::string_view kLetters = "\"\\/'bfnrt";
  constexpr std::string_view kValues = "\"\\/'\b\f\n\r\t";
  if (at + 1 >= raw.size()) return {1, "", "nothing follows this backslash; for a backslash write `\\\\`"};
  if (raw[at + 1] == 'u') return read_unicode_escape(raw, at);
  const size_t found = kLetters.find(raw[at + 1]);
  if (found != std::string_view::npos) return {2, std::string(1, kValues[found]), ""};
  size_t size = 2;
  while (at + size < raw.size() && !base::begins_code_point(raw[at + size])) ++size;
  const std::string letter(raw.substr(at + 1, size - 1));
  return {size, "", "`\\" + letter + "` is no escape; for a backslash write `\\\\`: `\\\\" + letter + "`"};
}

struct Unit {
  std::string_view name;
  int64_t ms;
};
constexpr std::array<Unit, 5> kUnits = {
    {{"d", 86'400'000}, {"h", 3'600'000}, {"m", 60'000}, {"s", 1000}, {"ms", 1}}};
constexpr std::string_view kUnitsHelp =
    "a duration is whole numbers with the units d, h, m, s, ms, largest first: `1h30m`";

int unit_index(std::string_view name) {
  for (size_t i = 0; i < kUnits.size(); ++i) {
    if (kUnits[i].name == name) return static_cast<int>(i);
  }
  return -1;
}

std::string unit_fault(std::string_view digits, std::string_view unit) {
  if (unit.empty()) return quoted(digits) + " has no unit; " + std::string(kUnitsHelp);
  const std::string_view meant = unit_meant(unit);
  if (!meant.empty())
    return quoted(unit) + " is no unit: write " + quoted(std::string(digits) + std::string(meant));
  if (unit == "w" || unit == "week" || unit == "weeks") return "weeks are written in days: `7d`";
  if (unit == "us" || unit == "ns") return "no duration is finer than a millisecond (`1ms`)";
  return quoted(std::string(digits) + std::string(unit)) + " is neither a number nor a duration; " +
         std::string(kUnitsHelp);
}

// What is wrong with digits and letters in a row that should be a duration; empty: nothing.
std::string duration_fault(std::string_view text) {
  int last_unit = -1;
  for (size_t at = 0; at < text.size();) {
    size_t letters = at;
    while (letters < text.size() && is_digit(text[letters])) ++letters;
    size_t end = letters;
    while (end < text.size() && is_letter(text[end])) ++end;
    const std::string_view unit = text.substr(letters, end - letters);
    const int index = unit_index(unit);
    if (index < 0) return unit_fault(text.substr(at, letters - at), unit);
    if (index == last_unit)
      return quoted(unit) + " stands twice in " + quoted(text) + "; each unit at most once";
    if (index < last_unit)
      return "the units of a duration fall, the largest first: `1h30m`, not " + quoted(text);
    last_unit = index;
    at = end;
  }
  return base::parse_duration(text) ? "" : "this duration is too long: the most is about 292 million years";
}

// Decimal digits and a unit ("1.5h"): the whole numbers that say the same, if there are such.
std::string decimal_duration_fault(std::string_view number, std::string_view unit) {
  std::string fault = "a duration has whole numbers only";
  const std::string_view meant = unit_index(unit) >= 0 ? unit : unit_meant(unit);
  double value = 0;
  std::from_chars(number.data(), number.data() + number.size(), value);
  if (meant.empty())
    return quoted(std::string(number) + std::string(unit)) + " is neither a number nor a duration";
  const double ms = value * static_cast<double>(kUnits[static_cast<size_t>(unit_index(meant))].ms);
  if (!(ms >= 0 && ms < 1e15) || ms != static_cast<double>(static_cast<int64_t>(ms)))
    return fault + ": `1h30m`";
  fault += ": write `";
  base::append_duration(static_cast<int64_t>(ms), &fault);
  return fault + "`";
}

size_t alnum_run(std::string_view text, size_t at) {
  while (at < text.size() && (is_digit(text[at]) || is_letter(text[at]))) ++at;
  return at;
}

size_t digit_run(std::string_view text, size_t at) {
  while (at < text.size() && is_digit(text[at])) ++at;
  return at;
}

// The end of an exponent at `at`, or `at` if there is none.
size_t exponent_end(std::string_view text, size_t at) {
  if (at >= text.size() || (text[at] != 'e' && text[at] != 'E')) return at;
  size_t digits = at + 1;
  if (digits < text.size() && (text[digits] == '+' || text[digits] == '-')) ++digits;
  const size_t end = digit_run(text, digits);
  return end > digits ? end : at;
}

Number scan_decimal(std::string_view text, size_t fraction) {
  const size_t digits_end = digit_run(text, fraction);
  const size_t end = exponent_end(text, digits_end);
  const size_t run = alnum_run(text, end);
  Number number{TokenKind::kDecimal, static_cast<uint32_t>(run), ""};
  if (run == end) return number;
  const std::string_view letters = text.substr(digits_end, run - digits_end);
  if (letters == "e" || letters == "E") {
    number.fault = "the exponent has no digits: write " +
                   quoted(std::string(text.substr(0, digits_end)) + "e0") + " or leave it out";
  } else {
    number.kind = TokenKind::kDuration;
    number.fault = decimal_duration_fault(text.substr(0, digits_end), letters);
  }
  return number;
}

// Digits that go on with letters.
Number scan_suffixed(std::string_view text, size_t digits_end, size_t run) {
  Number number{TokenKind::kDuration, static_cast<uint32_t>(run), ""};
  const std::string_view digits = text.substr(0, digits_end);
  const std::string_view suffix = text.substr(digits_end, run - digits_end);
  const size_t exponent = exponent_end(text, digits_end);
  if (exponent > digits_end && exponent >= run) {
    number.size = static_cast<uint32_t>(exponent);
    number.kind = TokenKind::kDecimal;
    number.fault =
        "an exponent follows digits after a point: write " +
        quoted(std::string(digits) + ".0" + std::string(text.substr(digits_end, exponent - digits_end)));
  } else if (digits == "0" && (suffix[0] == 'x' || suffix[0] == 'X' || suffix[0] == 'b')) {
    number.kind = TokenKind::kInt;
    number.fault = "numbers are decimal: there is no " + quoted(text.substr(0, 2));
  } else if (suffix.find_first_not_of("0123456789_") == std::string_view::npos) {
    std::string plain(text.substr(0, run));
    plain.erase(std::remove(plain.begin(), plain.end(), '_'), plain.end());
    number.kind = TokenKind::kInt;
    number.fault = "digits are written without `_`: " + quoted(plain);
  } else {
    number.fault = duration_fault(text.substr(0, run));
  }
  return number;
}

}  // namespace

std::string_view unit_meant(std::string_view word) {
  constexpr std::pair<std::string_view, std::string_view> kMeant[] = {
      {"sec", "s"},     {"secs", "s"},          {"second", "s"}, {"seconds", "s"},      {"S", "s"},
      {"min", "m"},     {"mins", "m"},          {"minute", "m"}, {"minutes", "m"},      {"M", "m"},
      {"hr", "h"},      {"hrs", "h"},           {"hour", "h"},   {"hours", "h"},        {"H", "h"},
      {"day", "d"},     {"days", "d"},          {"D", "d"},      {"msec", "ms"},        {"msecs", "ms"},
      {"millis", "ms"}, {"milliseconds", "ms"}, {"MS", "ms"},    {"millisecond", "ms"},
  };
  for (const auto& [text, unit] : kMeant) {
    if (text == word) return unit;
  }
  return {};
}

std::string decode_string(std::string_view raw, std::optional<LiteralFault>* fault,
                          std::vector<uint32_t>* origin) {
  std::string out;
  out.reserve(raw.size());
  for (size_t at = 0; at < raw.size();) {
    const size_t before = out.size();
    const auto place = static_cast<uint32_t>(at);
    const auto c = static_cast<unsigned char>(raw[at]);
    Escape escape{1, std::string(1, raw[at]), ""};
    if (c == '\\') {
      escape = read_escape(raw, at);
    } else if (c < 0x20 && c != '\t' && c != 0) {
      escape.fault = "a control character; inside a string it is written as an escape (`\\n`, `\\u001b`)";
    }
    if (!escape.fault.empty()) {
      if (fault != nullptr && !*fault)
        *fault = LiteralFault{place, place + static_cast<uint32_t>(escape.size), escape.fault};
      escape.text = raw.substr(at, escape.size);
    }
    out += escape.text;
    at += escape.size;
    if (origin != nullptr) origin->insert(origin->end(), out.size() - before, place);
  }
  if (origin != nullptr) origin->push_back(static_cast<uint32_t>(raw.size()));
  return out;
}

Number scan_number(std::string_view text) {
  const size_t digits_end = digit_run(text, 0);
  const auto at = [&](size_t i) { return i < text.size() ? text[i] : '\0'; };
  if (at(digits_end) == '.' && is_digit(at(digits_end + 1))) return scan_decimal(text, digits_end + 1);
  if (at(digits_end) == '.' && at(digits_end + 1) != '.') {
    const std::string digits(text.substr(0, digits_end));
    return {TokenKind::kDecimal, static_cast<uint32_t>(alnum_run(text, digits_end + 1)),
            "a decimal has digits after its point: write `" + digits + ".0`, or `" + digits + "`"};
  }
  const size_t run = alnum_run(text, digits_end);
  if (run == digits_end) return {TokenKind::kInt, static_cast<uint32_t>(digits_end), ""};
  return scan_suffixed(text, digits_end, run);
}

}  // namespace cep::lang
