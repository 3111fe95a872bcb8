#include "event/infer_fields.h"

#include <algorithm>
#include <charconv>

#include "base/time_text.h"
#include "event/decimal.h"
#include "event/shapes.h"

namespace cep::event {
namespace {

using simdjson::dom::element;
using simdjson::dom::element_type;

constexpr int kDepthMax = 3;
constexpr size_t kFieldsMax = 500;

// Common forms beside RFC 3339, the likelier first where a text fits several.
constexpr const char* kForms[] = {
    "%d/%b/%Y:%H:%M:%S %z",
    "%Y-%m-%dT%H:%M:%S.%f%z",
    "%Y-%m-%dT%H:%M:%S%z",
    "%Y-%m-%d %H:%M:%S,%f",
    "%Y/%m/%d %H:%M:%S",
    "%m/%d/%Y %H:%M:%S",
    "%d/%m/%Y %H:%M:%S",
    "%m/%d/%Y %I:%M:%S %p",
    "%m/%d/%Y %H:%M",
    "%d/%m/%Y %H:%M",
    "%d.%m.%Y %H:%M:%S",
    "%d-%m-%Y %H:%M:%S",
    "%a %b %e %H:%M:%S %Y",
    "%a, %d %b %Y %H:%M:%S %z",
    "%d %b %Y %H:%M:%S",
    "%Y-%m-%d %H:%M",
    "%Y-%m-%d",
    "%m/%d/%Y",
    "%d/%m/%Y",
    "%d.%m.%Y",
};
constexpr size_t kFormCount = sizeof kForms / sizeof kForms[0];

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  return out;
}

bool named_like_time(std::string_view path) {
  if (time_rank(path) < 100) return true;
  std::string name = lower(path.substr(path.rfind('.') + 1));
  for (std::string_view end : {"_at", "_ts", "time", "timestamp", "date"})
    if (name.size() >= end.size() && name.ends_with(end)) return true;
  return false;
}

void add_number(FieldStats* stats, double value, bool first) {
  stats->least = first ? value : std::min(stats->least, value);
  stats->greatest = first ? value : std::max(stats->greatest, value);
}

// Text of an integer from which nothing is lost: no leading zero, 18 digits at most.
bool plain_int(std::string_view text) {
  if (!text.empty() && text[0] == '-') text.remove_prefix(1);
  if (text.empty() || text.size() > 18 || (text.size() > 1 && text[0] == '0')) return false;
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

void add_text(FieldStats* stats, std::string_view text) {
  if (plain_int(text)) ++stats->int_texts;
  double value = 0;
  bool padded = text.size() > 1 && text[0] == '0' && text[1] != '.';
  if (!padded && is_number_text(text) &&
      std::from_chars(text.data(), text.data() + text.size(), value).ec == std::errc()) {
    add_number(stats, value, stats->number_texts + stats->ints + stats->doubles == 0);
    ++stats->number_texts;
  }
  if (base::parse_rfc3339(text)) ++stats->rfc3339;
  for (size_t i = 0; i < kFormCount && stats->forms != 0; ++i) {
    uint64_t bit = uint64_t{1} << i;
    if ((stats->forms & bit) != 0 && !base::parse_time(text, kForms[i])) stats->forms &= ~bit;
  }
}

// Numbers of a field named like a time: the unit that their size tells. False: they are no times.
bool epoch_unit(const FieldStats& stats, bool decimals, TimestampFormat::Kind* kind, std::string* comment) {
  struct Unit {
    double from, to;
    TimestampFormat::Kind kind;
    const char* name;
  };
  static constexpr Unit kUnits[] = {
      {1e8, 1e11, TimestampFormat::kSeconds, "epoch seconds by their size"},
      {1e11, 1e14, TimestampFormat::kDefault, "epoch milliseconds by their size"},
      {1e14, 1e17, TimestampFormat::kMicros, "epoch microseconds by their size"},
      {1e17, 9.3e18, TimestampFormat::kNanos, "epoch nanoseconds by their size"},
  };
  for (const Unit& unit : kUnits) {
    if (stats.least < unit.from || stats.greatest >= unit.to) continue;
    if (decimals && unit.kind == TimestampFormat::kDefault) return false;
    *kind = unit.kind;
    *comment = unit.name;
    return true;
  }
  return false;
}

bool guess_text_time(const FieldStats& stats, Guess* guess) {
  if (stats.rfc3339 == stats.strings) {
    guess->field.type = Type::kTimestamp;
    return true;
  }
  for (size_t i = 0; i < kFormCount; ++i) {
    if ((stats.forms >> i & 1) == 0) continue;
    guess->field.type = Type::kTimestamp;
    guess->field.timestamp = {TimestampFormat::kText, kForms[i]};
    std::string other = kForms[i];
    bool both = other.rfind("%m/%d", 0) == 0;
    if (both) other.replace(0, 5, "%d/%m");
    for (size_t j = i + 1; both && j < kFormCount; ++j)
      if (other == kForms[j] && (stats.forms >> j & 1) != 0)
        guess->comment = "or day first: \"" + other + "\"";
    return true;
  }
  return false;
}

Guess guess_text(const FieldStats& stats, bool csv) {
  Guess guess;
  guess.field.type = Type::kString;
  bool all_numbers = stats.number_texts == stats.strings;
  bool all_ints = stats.int_texts == stats.strings;
  if (all_numbers && named_like_time(stats.path) &&
      epoch_unit(stats, !all_ints, &guess.field.timestamp.kind, &guess.comment)) {
    guess.field.type = Type::kTimestamp;
    return guess;
  }
  if (guess_text_time(stats, &guess)) return guess;
  if (csv && all_numbers) guess.field.type = all_ints ? Type::kInt : Type::kDouble;
  return guess;
}

}  // namespace

int time_rank(std::string_view path) {
  static constexpr std::string_view kNames[] = {"ts",        "@timestamp", "timestamp", "event_time",
                                                "eventtime", "time",       "datetime",  "date_time",
                                                "date",      "created_at"};
  std::string name = lower(path.substr(path.rfind('.') + 1));
  int depth = static_cast<int>(std::count(path.begin(), path.end(), '.'));
  for (size_t i = 0; i < std::size(kNames); ++i)
    if (name == kNames[i]) return static_cast<int>(i) + 20 * std::min(depth, 4);
  return 100 + depth;
}

Guess guess_type(const FieldStats& stats, bool csv) {
  Guess guess;
  guess.field.type = Type::kString;
  const uint64_t n = stats.values();
  if (n == 0) {
    guess.comment = "always null here";
    return guess;
  }
  if (2 * stats.bools > n) {
    guess.field.type = Type::kBool;
  } else if (stats.strings + stats.bools == n && stats.strings > 0) {
    guess = guess_text(stats, csv);
  } else if (stats.ints + stats.doubles + stats.bools == n) {
    guess.field.type = stats.doubles > 0 ? Type::kDouble : Type::kInt;
    if (named_like_time(stats.path) &&
        epoch_unit(stats, stats.doubles > 0, &guess.field.timestamp.kind, &guess.comment)) {
      guess.field.type = Type::kTimestamp;
    }
  } else if (stats.parts == n) {
    guess.comment = "objects or arrays as their JSON text";
  } else {
    guess.comment = "values of several types";
  }
  if (stats.bools > 0 && stats.bools < n)
    guess.comment = "bool and other types: those of another type are rejected";
  return guess;
}

void FieldTable::add(simdjson::dom::object event) {
  ++events_;
  for (simdjson::dom::key_value_pair member : event) {
    Special special = special_name(member.key);
    if (special == Special::kNone || special == Special::kReserved)
      add_member(std::string(member.key), 1, member.value);
  }
}

void FieldTable::add_member(const std::string& path, int depth, element value) {
  // A name with a dot is found as a whole only: no way leads on from it.
  size_t dots = static_cast<size_t>(std::count(path.begin(), path.end(), '.'));
  if (value.is_object() && depth < kDepthMax && dots + 1 == static_cast<size_t>(depth)) {
    const simdjson::dom::object object = value.get_object().value_unsafe();
    for (simdjson::dom::key_value_pair member : object)
      add_member(path + "." + std::string(member.key), depth + 1, member.value);
    return;
  }
  auto at = by_path_.find(path);
  if (at == by_path_.end()) {
    if (fields_.size() == kFieldsMax) {
      cut_ = true;
      return;
    }
    at = by_path_.emplace(path, fields_.size()).first;
    fields_.emplace_back();
    fields_.back().path = path;
    fields_.back().nested = depth > 1;
  }
  add_value(&fields_[at->second], value);
}

void FieldTable::add_value(FieldStats* stats, element value) {
  bool first = stats->ints + stats->doubles + stats->number_texts == 0;
  switch (value.type()) {
    case element_type::NULL_VALUE:
      ++stats->nulls;
      return;
    case element_type::BOOL:
      ++stats->bools;
      return;
    case element_type::STRING:
      add_text(stats, value.get_string().value_unsafe());
      ++stats->strings;
      return;
    case element_type::INT64:
    case element_type::DOUBLE:
      add_number(stats, value.get_double().value_unsafe(), first);
      ++(value.is_int64() ? stats->ints : stats->doubles);
      return;
    default:
      ++stats->parts;
      return;
  }
}

}  // namespace cep::event
