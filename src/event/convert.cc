// What is not plainly of the right type takes the number's own digits (decimal.h), so that no rounding shows.
#include "event/convert.h"

#include <charconv>
#include <cmath>

#include "base/time_text.h"
#include "base/utf8.h"
#include "event/decimal.h"
#include "event/json_scan.h"

namespace cep::event {
namespace {

using simdjson::dom::element;
using simdjson::dom::element_type;

bool is_number(element_type type) {
  return type == element_type::INT64 || type == element_type::UINT64 || type == element_type::DOUBLE;
}

std::string_view string_of(element e) { return e.get_string().value_unsafe(); }
int64_t int_of(element e) { return e.get_int64().value_unsafe(); }

// "0", "12"; no sign, no leading zero.
bool array_index(std::string_view text, uint32_t* index) {
  if (text.empty() || (text.size() > 1 && text[0] == '0')) return false;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), *index);
  return error == std::errc() && end == text.data() + text.size();
}

Found find_member(simdjson::dom::object object, std::string_view name, element* out, uint32_t* ordinal) {
  Found found = Found::kNo;
  uint32_t i = 0;
  for (simdjson::dom::key_value_pair member : object) {
    if (member.key == name) {
      if (found == Found::kYes) return Found::kDuplicate;
      found = Found::kYes;
      *out = member.value;
      *ordinal = i;
    }
    ++i;
  }
  return found;
}

int64_t floor_div(int64_t a, int64_t b) { return a / b - (a % b < 0); }

}  // namespace

Found find_path(element at, std::string_view path, element* out, std::vector<uint32_t>* ordinals) {
  for (;;) {
    const size_t dot = path.find('.');
    const std::string_view head = path.substr(0, dot);
    uint32_t ordinal = 0;
    bool last = dot == std::string_view::npos;
    if (at.is_object()) {
      simdjson::dom::object object = at.get_object().value_unsafe();
      Found found = find_member(object, path, out, &ordinal);
      if (found == Found::kNo && !last)
        found = find_member(object, head, out, &ordinal);
      else
        last = true;
      if (found != Found::kYes) return found;
    } else if (at.is_array() && array_index(head, &ordinal)) {
      if (at.get_array().value_unsafe().at(ordinal).get(*out) != simdjson::SUCCESS) return Found::kNo;
    } else {
      return Found::kNo;
    }
    if (ordinals != nullptr) ordinals->push_back(ordinal);
    if (last) return Found::kYes;
    at = *out;
    path.remove_prefix(dot + 1);
  }
}

std::string_view raw_text(const Place& place) {
  std::vector<uint32_t> ordinals{place.member};
  element ignored;
  if (!place.rest.empty()) find_path(place.top, place.rest, &ignored, &ordinals);
  return place.raw != nullptr ? place.raw->at(ordinals) : raw_value(place.line, ordinals);
}

std::string cut_text(std::string_view text) {
  constexpr size_t kShown = 64;
  if (text.size() <= kShown) return std::string(text);
  return std::string(base::cut_utf8(text, kShown)) + "…";
}

bool Converter::wrong(const Field& field, const Place& place, std::string_view why) {
  reason_ = "field `" + field.name + "`: " + cut_text(raw_text(place)) + " ";
  if (!why.empty()) {
    reason_ += why;
  } else if (field.type == Type::kTimestamp && field.timestamp.kind == TimestampFormat::kText) {
    reason_ += "is no timestamp of the form \"" + field.timestamp.format + "\"";
  } else {
    reason_ += "is no " + std::string(type_name(field.type));
  }
  return false;
}

bool Converter::convert(const Field& field, element e, const Place& place, Value* out) {
  if (e.is_null()) return *out = Value::null(), true;
  switch (field.type) {
    case Type::kString:
      return to_string(field, e, place, out);
    case Type::kInt:
      *out = Value::integer(0);
      return to_int(field, e, place, &out->i);
    case Type::kDouble:
      *out = Value::real(0);
      return to_double(field, e, place, &out->d);
    case Type::kTimestamp:
      *out = Value::timestamp(0);
      return to_timestamp(field, e, place, &out->i);
    case Type::kBool:
      if (!e.is_bool()) return wrong(field, place);
      *out = Value::boolean(e.get_bool().value_unsafe());
      return true;
    default:
      return wrong(field, place, "cannot be read: no line carries a duration");
  }
}

bool Converter::to_string(const Field& field, element e, const Place& place, Value* out) {
  element_type type = e.type();
  if (type == element_type::STRING) {
    if (holds_marker(string_of(e), place.marker)) return wrong(field, place, "has a lone surrogate, which is no text");
    return *out = Value::string(string_of(e)), true;
  }
  if (type == element_type::BOOL) return wrong(field, place);
  std::string_view raw = raw_text(place);
  if (!is_number(type)) {
    scratch_.clear();
    append_compact(raw, &scratch_);
    raw = scratch_;
  }
  *out = Value::string(raw);
  return true;
}

// The text of a number that must be integral and of 64 bits.
bool Converter::whole(const Field& field, std::string_view number, const Place& place, int64_t* out) {
  switch (scale_decimal(number, 0, out)) {
    case Scaled::kExact:
      return true;
    case Scaled::kOverflow:
      return wrong(field, place, "is beyond 64 bits");
    default:
      return wrong(field, place);
  }
}

bool Converter::to_int(const Field& field, element e, const Place& place, int64_t* out) {
  element_type type = e.type();
  if (type == element_type::INT64) return *out = int_of(e), true;
  if (type == element_type::STRING) return whole(field, string_of(e), place, out);
  if (!is_number(type)) return wrong(field, place);
  return whole(field, raw_text(place), place, out);
}

bool Converter::to_double(const Field& field, element e, const Place& place, double* out) {
  element_type type = e.type();
  // Beyond 63 bits the digits decide: the parser's number may stand for another (json_scan.h).
  if (type == element_type::UINT64) return read_double(field, raw_text(place), place, out);
  if (is_number(type)) return *out = e.get_double().value_unsafe(), true;
  if (type != element_type::STRING) return wrong(field, place);
  return read_double(field, string_of(e), place, out);
}

// The nearest double.
bool Converter::read_double(const Field& field, std::string_view text, const Place& place, double* out) {
  if (!is_number_text(text)) return wrong(field, place);
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), *out);
  if (error == std::errc()) return true;
  int64_t size = 0;  // too small reads as 0, as the JSON number of that text does
  if (scale_decimal(text, 0, &size) == Scaled::kOverflow)
    return wrong(field, place, "is beyond the range of double");
  *out = text[0] == '-' ? -0.0 : 0.0;
  return true;
}

bool Converter::to_timestamp(const Field& field, element e, const Place& place, int64_t* ms) {
  switch (field.timestamp.kind) {
    case TimestampFormat::kDefault:
      break;
    case TimestampFormat::kText:
      return text_timestamp(field, e, place, ms);
    default:
      return scaled_timestamp(field, e, place, ms);
  }
  element_type type = e.type();
  if (type == element_type::INT64) return *ms = int_of(e), true;
  if (type == element_type::STRING) {
    if (auto parsed = base::parse_rfc3339(string_of(e))) return *ms = *parsed, true;
    return whole(field, string_of(e), place, ms);
  }
  if (!is_number(type)) return wrong(field, place);
  return whole(field, raw_text(place), place, ms);
}

bool Converter::scaled_timestamp(const Field& field, element e, const Place& place, int64_t* ms) {
  const TimestampFormat::Kind kind = field.timestamp.kind;
  element_type type = e.type();
  if (type == element_type::INT64) {
    int64_t value = int_of(e);
    if (kind == TimestampFormat::kMicros) return *ms = floor_div(value, 1000), true;
    if (kind == TimestampFormat::kNanos) return *ms = floor_div(value, 1000000), true;
    if (!__builtin_mul_overflow(value, 1000, ms)) return true;
    return wrong(field, place, "is beyond the range of timestamp");
  }
  if (type == element_type::DOUBLE && kind == TimestampFormat::kSeconds) {
    // Below 2^33 s the double is within half a microsecond of its text: only near a whole millisecond must
    // the digits decide.
    double value = e.get_double().value_unsafe();
    double scaled = value * 1000;
    double fraction = scaled - std::floor(scaled);
    if (value >= 0 && value < 8589934592.0 && fraction > 0.001 && fraction < 0.999) {
      *ms = static_cast<int64_t>(scaled);
      return true;
    }
  }
  if (!is_number(type) && type != element_type::STRING) return wrong(field, place);
  std::string_view number = type == element_type::STRING ? string_of(e) : raw_text(place);
  int exponent = kind == TimestampFormat::kSeconds ? 3 : kind == TimestampFormat::kMicros ? -3 : -6;
  switch (scale_decimal(number, exponent, ms)) {
    case Scaled::kNoNumber:
      return wrong(field, place);
    case Scaled::kOverflow:
      return wrong(field, place, "is beyond the range of timestamp");
    default:
      return true;
  }
}

bool Converter::text_timestamp(const Field& field, element e, const Place& place, int64_t* ms) {
  element_type type = e.type();
  if (!is_number(type) && type != element_type::STRING) return wrong(field, place);
  std::string_view text = type == element_type::STRING ? string_of(e) : raw_text(place);
  auto parsed = base::parse_time(text, field.timestamp.format);
  if (!parsed) return wrong(field, place);
  *ms = *parsed;
  return true;
}

}  // namespace cep::event
