// Strings. Positions and lengths count code points (bytes that begin one), from 1.
#include "base/utf8.h"
#include "expr/arithmetic.h"
#include "expr/functions/bodies.h"
#include "expr/functions/letter_case.h"

namespace cep::expr::functions_detail {
namespace {

// The byte at which code point number n (from 0) after byte `at` begins; the size if there are not so many.
size_t skip_code_points(std::string_view s, size_t at, uint64_t n) {
  for (; at < s.size(); ++at)
    if (base::begins_code_point(s[at]) && n-- == 0) return at;
  return s.size();
}

}  // namespace

Value lower(EvalContext& c, Args a, Type) {
  return Value::string(map_letters(a[0].str(), to_lower, c.arena));
}
Value upper(EvalContext& c, Args a, Type) {
  return Value::string(map_letters(a[0].str(), to_upper, c.arena));
}

Value trim(EvalContext&, Args a, Type) {
  constexpr std::string_view kBlanks = " \t\n\r\v\f";
  std::string_view s = a[0].str();
  size_t begin = s.find_first_not_of(kBlanks);
  if (begin == std::string_view::npos) return Value::string(s.substr(0, 0));
  return Value::string(s.substr(begin, s.find_last_not_of(kBlanks) - begin + 1));
}

Value length(EvalContext&, Args a, Type) {
  int64_t count = 0;
  for (char c : a[0].str()) count += base::begins_code_point(c);
  return Value::integer(count);
}

Value contains(EvalContext&, Args a, Type) {
  return Value::boolean(a[0].str().find(a[1].str()) != std::string_view::npos);
}
Value starts_with(EvalContext&, Args a, Type) { return Value::boolean(a[0].str().starts_with(a[1].str())); }
Value ends_with(EvalContext&, Args a, Type) { return Value::boolean(a[0].str().ends_with(a[1].str())); }

// As in SQL, positions before the first are counted but hold nothing: substr("alpha", 0, 3) is "al". A
// negative length takes nothing.
Value substr(EvalContext&, Args a, Type) {
  std::string_view s = a[0].str();
  int64_t from = a[1].i, length = a.size() > 2 ? a[2].i : INT64_MAX;
  int64_t end;  // the position behind the last one
  if (__builtin_add_overflow(from, length, &end)) end = length > 0 ? INT64_MAX : INT64_MIN;
  if (from < 1) from = 1;
  if (end <= from) return Value::string(s.substr(0, 0));
  size_t begin = skip_code_points(s, 0, static_cast<uint64_t>(from - 1));
  return Value::string(
      s.substr(begin, skip_code_points(s, begin, static_cast<uint64_t>(end - from)) - begin));
}

Value concat(EvalContext& c, Args a, Type) {
  bool all_text = true;
  for (const Value& v : a) all_text = all_text && v.type == Type::kString;
  if (all_text) return join(c, a.data(), a.size());
  std::string text;
  for (const Value& v : a) {
    append_text(v, &text);
    if (text.size() > kLongestText) return fault(c);
  }
  return Value::string(c.arena->copy(text));
}

// An empty separator does not split. Out of range: null.
Value split_part(EvalContext&, Args a, Type) {
  std::string_view rest = a[0].str(), separator = a[1].str();
  for (int64_t n = a[2].i; n >= 1; --n) {
    size_t at = separator.empty() ? std::string_view::npos : rest.find(separator);
    if (n == 1) return Value::string(rest.substr(0, at));
    if (at == std::string_view::npos) break;
    rest.remove_prefix(at + separator.size());
  }
  return Value::null();
}

}  // namespace cep::expr::functions_detail
