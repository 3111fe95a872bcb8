// A scanner with an explicit stack: objects and arrays are a bit each.
#include "event/json_scan.h"

#include <algorithm>

#include "base/utf8.h"

namespace cep::event {
namespace {

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

int hex_digit(char c) {
  if (is_digit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// Reads one value; `fault` says what is wrong at `at`.
class Scanner {
 public:
  Scanner(std::string_view text, uint32_t depth, std::vector<Oddity>* odd) : text_(text), depth_(depth), odd_(odd) {}

  std::string run() {
    if (scan()) return {};
    std::string place = " at byte " + std::to_string(at_ + 1);
    if (at_ < text_.size() && text_[at_] == '\0') return "a NUL byte" + place;
    return (bad_json_ ? "bad JSON" + place + ": " : std::string()) + fault_ + (bad_json_ ? "" : place);
  }

 private:
  bool fail(const char* fault) {
    fault_ = fault;
    return false;
  }
  // For what is JSON but more than is taken.
  bool refuse(std::string fault) {
    fault_ = std::move(fault);
    bad_json_ = false;
    return false;
  }
  void skip_blanks() {
    while (at_ < text_.size() && is_blank(text_[at_])) ++at_;
  }
  bool next_is(char c) const { return at_ < text_.size() && text_[at_] == c; }
  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }

  bool scan() {
    skip_blanks();
    if (at_ == text_.size()) return fail("a value is missing");
    bool more = true;
    while (more) {
      if (!value()) return false;
      if (!after_value(&more)) return false;
    }
    skip_blanks();
    return at_ == text_.size() || fail("there is text after the end of the value");
  }

  // One scalar, or the way into a container up to its first scalar (an empty container counts as one).
  bool value() {
    for (;;) {
      skip_blanks();
      char c = peek();
      if (c == '{' || c == '[') {
        bool object = c == '{';
        size_t begin = at_++;
        skip_blanks();
        if (next_is(object ? '}' : ']')) return ++at_, true;
        if (stack_.size() >= depth_) {
          at_ = begin;
          return refuse("nested deeper than " + std::to_string(depth_) + " levels");
        }
        stack_.push_back(object);
        if (object && !key()) return false;
        continue;
      }
      if (c == '"') return string();
      if (c == '-' || is_digit(c)) return number();
      return word();
    }
  }

  // After a value: closes what ends here; *more: another value follows.
  bool after_value(bool* more) {
    for (;;) {
      if (stack_.empty()) return *more = false, true;
      skip_blanks();
      bool object = stack_.back();
      if (next_is(',')) {
        ++at_;
        *more = true;
        return !object || key();
      }
      if (!next_is(object ? '}' : ']')) {
        if (at_ == text_.size()) return fail("the line ends before its end bracket");
        return fail(object ? "`,` or `}` is expected" : "`,` or `]` is expected");
      }
      ++at_;
      stack_.pop_back();
    }
  }

  bool key() {
    skip_blanks();
    if (!next_is('"')) return fail("a member's name in double quotes is expected");
    if (!string()) return false;
    skip_blanks();
    if (!next_is(':')) return fail("`:` is expected");
    ++at_;
    return true;
  }

  bool word() {
    for (std::string_view w : {"true", "false", "null"})
      if (text_.substr(at_, w.size()) == w) return at_ += w.size(), true;
    return fail(at_ == text_.size() ? "a value is missing" : "this is no value");
  }

  bool string() {
    size_t begin = at_++;
    for (; at_ < text_.size(); ++at_) {
      unsigned char c = static_cast<unsigned char>(text_[at_]);
      if (c == '"') return ++at_, true;
      if (c < 0x20) return fail("a control character must be escaped");
      if (c == '\\' && !escape()) return false;
    }
    at_ = begin;
    return fail("the string has no end");
  }

  // At the backslash; leaves at_ on the last byte of the escape.
  bool escape() {
    char c = at_ + 1 < text_.size() ? text_[at_ + 1] : '\0';
    if (c != 'u') {
      if (std::string_view("\"\\/bfnrt").find(c) == std::string_view::npos)
        return fail("this escape is not known");
      ++at_;
      return true;
    }
    int first = unit(at_);
    if (first < 0) return fail("`\\u` needs four hexadecimal digits");
    const size_t begin = at_;
    at_ += 5;
    if (first < 0xd800 || first > 0xdfff) return true;
    const int second = first <= 0xdbff ? unit(begin + 6) : -1;
    if (second >= 0xdc00 && second <= 0xdfff)
      at_ += 6;
    else if (odd_ != nullptr)
      odd_->push_back({begin, begin + 6, true});
    return true;
  }

  // The code unit of `\uXXXX` at `at`, or -1.
  int unit(size_t at) const {
    if (at + 6 > text_.size() || text_[at] != '\\' || text_[at + 1] != 'u') return -1;
    int value = 0;
    for (size_t i = 2; i < 6; ++i) {
      int digit = hex_digit(text_[at + i]);
      if (digit < 0) return -1;
      value = value * 16 + digit;
    }
    return value;
  }

  bool digits() {
    if (!is_digit(peek())) return fail("a digit is missing");
    while (is_digit(peek())) ++at_;
    return true;
  }

  // Any size is JSON. What may be beyond the parser's ranges is noted, and some that is not.
  bool number() {
    constexpr size_t kPlainDigits = 18;
    const size_t begin = at_;
    bool exponent = false;
    if (next_is('-')) ++at_;
    if (peek() == '0' && at_ + 1 < text_.size() && is_digit(text_[at_ + 1]))
      return fail("a number begins with 0");
    if (!digits()) return false;
    if (next_is('.')) {
      ++at_;
      if (!digits()) return false;
    }
    if (peek() == 'e' || peek() == 'E') {
      exponent = true;
      ++at_;
      if (peek() == '+' || peek() == '-') ++at_;
      if (!digits()) return false;
    }
    if (odd_ != nullptr && (exponent || at_ - begin > kPlainDigits)) odd_->push_back({begin, at_, false});
    return true;
  }

  std::string_view text_;
  uint32_t depth_;
  std::vector<Oddity>* odd_;
  size_t at_ = 0;
  std::vector<bool> stack_;
  std::string fault_;
  bool bad_json_ = true;
};

constexpr size_t kMarkers = 32;  // the noncharacters U+FDD0 to U+FDEF: EF B7 90 to EF B7 AF

// A noncharacter that the text holds neither as it is nor escaped; empty if it holds them all.
std::string free_marker(std::string_view text) {
  bool taken[kMarkers] = {};
  for (size_t at = text.find("\xef\xb7"); at != std::string_view::npos; at = text.find("\xef\xb7", at + 2)) {
    const size_t i = at + 2 < text.size() ? static_cast<unsigned char>(text[at + 2]) - size_t{0x90} : kMarkers;
    if (i < kMarkers) taken[i] = true;
  }
  for (size_t at = text.find("\\u"); at != std::string_view::npos; at = text.find("\\u", at + 2)) {
    size_t value = 0;
    for (size_t i = at + 2; i < std::min(at + 6, text.size()); ++i)
      value = value * 16 + static_cast<size_t>(std::max(0, hex_digit(text[i])));
    if (value >= 0xfdd0 && value < 0xfdd0 + kMarkers) taken[value - 0xfdd0] = true;
  }
  const size_t i = static_cast<size_t>(std::find(std::begin(taken), std::end(taken), false) - std::begin(taken));
  return i == kMarkers ? std::string() : std::string("\xef\xb7") + static_cast<char>(0x90 + i);
}

size_t skip_blanks(std::string_view text, size_t at) {
  while (at < text.size() && is_blank(text[at])) ++at;
  return at;
}

size_t skip_string(std::string_view text, size_t at) {
  for (++at; at < text.size() && text[at] != '"'; ++at)
    if (text[at] == '\\') ++at;
  return at + 1;
}

// The byte after the value that begins at `at`.
size_t skip_value(std::string_view text, size_t at) {
  if (text[at] == '"') return skip_string(text, at);
  if (text[at] != '{' && text[at] != '[') {
    while (at < text.size() && text[at] != ',' && text[at] != '}' && text[at] != ']' && !is_blank(text[at]))
      ++at;
    return at;
  }
  size_t depth = 0;
  do {
    char c = text[at];
    if (c == '"') {
      at = skip_string(text, at);
      continue;
    }
    if (c == '{' || c == '[') ++depth;
    if (c == '}' || c == ']') --depth;
    ++at;
  } while (depth > 0 && at < text.size());
  return at;
}

// From the bracket at `at` to the value number `ordinal` inside.
size_t enter(std::string_view text, size_t at, uint32_t ordinal) {
  bool object = text[at] == '{';
  ++at;
  for (uint32_t i = 0;; ++i) {
    at = skip_blanks(text, at);
    if (object) at = skip_blanks(text, skip_blanks(text, skip_string(text, at)) + 1);
    if (i == ordinal) return at;
    at = skip_blanks(text, skip_value(text, at)) + 1;
  }
}

}  // namespace

bool without_oddities(std::string_view text, const std::vector<Oddity>& odd, std::string* out, std::string* marker) {
  out->clear();
  marker->clear();
  if (std::any_of(odd.begin(), odd.end(), [](const Oddity& o) { return o.surrogate; })) {
    *marker = free_marker(text);
    if (marker->empty()) return false;
  }
  size_t done = 0;
  for (const Oddity& o : odd) {
    out->append(text, done, o.begin - done);
    done = o.end;
    if (!o.surrogate) {
      *out += "18446744073709551615";
      continue;
    }
    *out += *marker;
    for (char c : text.substr(o.begin + 2, 4)) *out += c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  out->append(text, done);
  return true;
}

std::string json_fault(std::string_view text, uint32_t depth, std::vector<Oddity>* odd) {
  const size_t bad = base::find_bad_utf8(text);
  if (bad != std::string_view::npos) return "bad UTF-8 at byte " + std::to_string(bad + 1);
  return Scanner(text, depth, odd).run();
}

std::string_view raw_value(std::string_view text, const std::vector<uint32_t>& ordinals) {
  size_t at = skip_blanks(text, 0);
  for (uint32_t ordinal : ordinals) at = enter(text, at, ordinal);
  return text.substr(at, skip_value(text, at) - at);
}

void RawValues::begin(std::string_view text) {
  text_ = text;
  values_.clear();
  bytes_read_ = 0;
}

const std::vector<uint32_t>& RawValues::values_of(uint32_t container) {
  const auto [known, is_new] = values_.try_emplace(container);
  std::vector<uint32_t>& out = known->second;
  if (!is_new) return out;
  const bool object = text_[container] == '{';
  size_t at = skip_blanks(text_, container + 1);
  while (at < text_.size() && text_[at] != '}' && text_[at] != ']') {
    if (object) at = skip_blanks(text_, skip_blanks(text_, skip_string(text_, at)) + 1);
    out.push_back(static_cast<uint32_t>(at));
    at = skip_blanks(text_, skip_value(text_, at));
    if (at < text_.size() && text_[at] == ',') at = skip_blanks(text_, at + 1);
  }
  bytes_read_ += at - container;
  return out;
}

std::string_view RawValues::at(const std::vector<uint32_t>& ordinals) {
  uint32_t at = static_cast<uint32_t>(skip_blanks(text_, 0));
  for (uint32_t ordinal : ordinals) at = values_of(at)[ordinal];
  const size_t bytes = skip_value(text_, at) - at;
  bytes_read_ += bytes;
  return text_.substr(at, bytes);
}

void append_compact(std::string_view json, std::string* out) {
  for (size_t at = 0; at < json.size();) {
    if (json[at] == '"') {
      size_t end = skip_string(json, at);
      out->append(json, at, end - at);
      at = end;
    } else {
      if (!is_blank(json[at])) out->push_back(json[at]);
      ++at;
    }
  }
}

}  // namespace cep::event
