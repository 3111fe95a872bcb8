// Calendar parts of timestamps, in UTC or at a fixed offset from it.
#include "base/nearest.h"
#include "base/time_text.h"
#include "expr/arithmetic.h"
#include "expr/functions/bodies.h"

namespace cep::expr::functions_detail {
namespace {

constexpr int64_t kMinute = 60'000;
constexpr int64_t kHour = 60 * kMinute;
constexpr int64_t kDay = 24 * kHour;

struct Unit {
  std::string_view name;
  int64_t ms;  // 0: counted in months
  int64_t months;
};
constexpr Unit kUnits[] = {{"second", 1000, 0}, {"minute", kMinute, 0}, {"hour", kHour, 0},
                           {"day", kDay, 0},    {"week", 7 * kDay, 0},  {"month", 0, 1},
                           {"quarter", 0, 3},   {"year", 0, 12}};

const Unit* find_unit(std::string_view name) {
  for (const Unit& unit : kUnits)
    if (unit.name == name) return &unit;
  return nullptr;
}

int64_t floor_div(int64_t a, int64_t b) { return a / b - (a % b < 0); }
int64_t floor_mod(int64_t a, int64_t b) { return a % b < 0 ? a % b + b : a % b; }

// "+02:00", "-05:30", "Z".
bool parse_offset(std::string_view s, int64_t* ms) {
  *ms = 0;
  if (s == "Z") return true;
  if (s.size() != 6 || (s[0] != '+' && s[0] != '-') || s[3] != ':') return false;
  for (size_t i : {1, 2, 4, 5})
    if (s[i] < '0' || s[i] > '9') return false;
  int64_t hours = (s[1] - '0') * 10 + (s[2] - '0'), minutes = (s[4] - '0') * 10 + (s[5] - '0');
  if (hours > 23 || minutes > 59) return false;
  *ms = (hours * kHour + minutes * kMinute) * (s[0] == '-' ? -1 : 1);
  return true;
}

// The wall clock there, of argument `at`, with the offset of the argument behind it if there is one.
bool local_time(Args a, size_t at, int64_t* local, int64_t* offset) {
  *offset = 0;
  if (at + 1 < a.size() && !parse_offset(a[at + 1].str(), offset)) return false;
  return !__builtin_add_overflow(a[at].i, *offset, local);
}

// Milliseconds from the beginning of the unit to `local`.
int64_t into_unit(int64_t local, const Unit& unit) {
  constexpr int64_t kMondayBeforeEpoch = 3 * kDay;  // 1970-01-01 was a Thursday
  if (unit.name == "week") return floor_mod(floor_mod(local, unit.ms) + kMondayBeforeEpoch, unit.ms);
  if (unit.ms > 0) return floor_mod(local, unit.ms);
  int64_t days = floor_div(local, kDay), year;
  unsigned month, day;
  base::civil_from_days(days, &year, &month, &day);
  unsigned first = static_cast<unsigned>((month - 1) / unit.months * unit.months + 1);
  return (days - base::days_from_civil(year, first, 1)) * kDay + floor_mod(local, kDay);
}

}  // namespace

Value hour(EvalContext&, Args a, Type) {
  int64_t local, offset;
  if (!local_time(a, 0, &local, &offset)) return Value::null();
  return Value::integer(floor_mod(local, kDay) / kHour);
}

Value day_of_week(EvalContext&, Args a, Type) {
  int64_t local, offset;
  if (!local_time(a, 0, &local, &offset)) return Value::null();
  return Value::integer(floor_mod(floor_div(local, kDay) + 3, 7) + 1);
}

Value date_trunc(EvalContext& c, Args a, Type) {
  const Unit* unit = find_unit(a[0].str());
  int64_t local, offset, begin;
  if (!unit || !local_time(a, 1, &local, &offset)) return Value::null();
  bool overflow = __builtin_sub_overflow(a[1].i, into_unit(local, *unit), &begin);
  return overflow ? fault(c) : Value::timestamp(begin);
}

std::string check_offset(std::string_view offset) {
  int64_t ms;
  if (parse_offset(offset, &ms)) return "";
  return "\"" + std::string(offset) + "\" is no offset from UTC; write it as \"+02:00\"";
}

std::string check_unit(std::string_view unit) {
  if (find_unit(unit)) return "";
  std::vector<std::string> names;
  std::string list;
  for (const Unit& u : kUnits) {
    names.emplace_back(u.name);
    list.append(list.empty() ? "" : ", ").append(u.name);
  }
  std::string near = base::nearest(unit, names);
  std::string hint = near.empty() ? "the units are " + list : "did you mean \"" + near + "\"?";
  return "`date_trunc` knows no unit \"" + std::string(unit) + "\"; " + hint;
}

}  // namespace cep::expr::functions_detail
