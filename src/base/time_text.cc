// RFC 3339, durations and the calendar, written by hand: the readers of the libraries are a hundred times
// slower and ask the process's locale. The calendar is Howard Hinnant's arithmetic on eras of 400 years. The
// strptime-like reader is in time_format.cc.
#include "base/time_text.h"

#include <cstring>

namespace cep::base {
namespace {

constexpr int64_t kSecond = 1000;
constexpr int64_t kMinute = 60 * kSecond;
constexpr int64_t kHour = 60 * kMinute;
constexpr int64_t kDay = 24 * kHour;

// The number that `n` digits spell, or -1.
int digits(const char* p, int n) {
  int value = 0;
  for (int i = 0; i < n; ++i) {
    unsigned digit = static_cast<unsigned char>(p[i]) - '0';
    if (digit > 9) return -1;
    value = value * 10 + static_cast<int>(digit);
  }
  return value;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

unsigned days_in_month(int64_t year, unsigned month) {
  static constexpr unsigned char kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
  return month == 2 && leap ? 29 : kDays[month - 1];
}

// Reads ".123456" at *p, which is moved behind it: milliseconds, or -1.
int fraction(const char** p, const char* end) {
  const char* at = *p + 1;
  int ms = 0, count = 0;
  for (; at < end && is_digit(*at); ++at, ++count)
    if (count < 3) ms = ms * 10 + (*at - '0');
  if (count == 0) return -1;
  for (; count < 3; ++count) ms *= 10;
  *p = at;
  return ms;
}

// The rest of the text is a zone, or nothing: its offset in ms in *offset.
bool zone(const char* p, const char* end, int64_t* offset) {
  *offset = 0;
  if (p == end) return true;
  if (end - p == 1) return *p == 'Z' || *p == 'z';
  if (end - p != 6 || (*p != '+' && *p != '-') || p[3] != ':') return false;
  int hours = digits(p + 1, 2), minutes = digits(p + 4, 2);
  if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59) return false;
  *offset = (hours * kHour + minutes * kMinute) * (*p == '-' ? -1 : 1);
  return true;
}

void put(char* to, uint64_t value, int width) {
  for (int i = width - 1; i >= 0; --i, value /= 10) to[i] = static_cast<char>('0' + value % 10);
}

void append_year(int64_t year, std::string* out) {
  char text[4];
  if (year >= 0 && year <= 9999) {
    put(text, static_cast<uint64_t>(year), 4);
    out->append(text, 4);
    return;
  }
  std::string number = std::to_string(year < 0 ? -year : year);
  out->push_back(year < 0 ? '-' : '+');
  if (number.size() < 4) out->append(4 - number.size(), '0');
  out->append(number);
}

struct Unit {
  std::string_view name;
  uint64_t ms;
};
constexpr Unit kUnits[] = {{"d", kDay}, {"h", kHour}, {"m", kMinute}, {"s", kSecond}, {"ms", 1}};

}  // namespace

int64_t days_from_civil(int64_t year, unsigned month, unsigned day) {
  year -= month <= 2;
  int64_t era = (year >= 0 ? year : year - 399) / 400;
  unsigned year_of_era = static_cast<unsigned>(year - era * 400);
  unsigned day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
  unsigned day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * 146097 + static_cast<int64_t>(day_of_era) - 719468;
}

void civil_from_days(int64_t days, int64_t* year, unsigned* month, unsigned* day) {
  days += 719468;
  int64_t era = (days >= 0 ? days : days - 146096) / 146097;
  unsigned day_of_era = static_cast<unsigned>(days - era * 146097);
  unsigned year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  unsigned day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  unsigned shifted = (5 * day_of_year + 2) / 153;
  *day = day_of_year - (153 * shifted + 2) / 5 + 1;
  *month = shifted < 10 ? shifted + 3 : shifted - 9;
  *year = static_cast<int64_t>(year_of_era) + era * 400 + (*month <= 2);
}

std::optional<int64_t> parse_rfc3339(std::string_view text) {
  const char* p = text.data();
  if (text.size() < 19 || p[4] != '-' || p[7] != '-' || p[13] != ':' || p[16] != ':') return std::nullopt;
  if (p[10] != 'T' && p[10] != ' ' && p[10] != 't') return std::nullopt;
  int year = digits(p, 4), month = digits(p + 5, 2), day = digits(p + 8, 2);
  int hour = digits(p + 11, 2), minute = digits(p + 14, 2), second = digits(p + 17, 2);
  if (year < 0 || month < 1 || month > 12 || day < 1) return std::nullopt;
  if (static_cast<unsigned>(day) > days_in_month(year, static_cast<unsigned>(month))) return std::nullopt;
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59) return std::nullopt;
  const char* end = p + text.size();
  p += 19;
  int ms = p < end && *p == '.' ? fraction(&p, end) : 0;
  int64_t offset;
  if (ms < 0 || !zone(p, end, &offset)) return std::nullopt;
  int64_t days = days_from_civil(year, static_cast<unsigned>(month), static_cast<unsigned>(day));
  return days * kDay + hour * kHour + minute * kMinute + second * kSecond + ms - offset;
}

void append_rfc3339(int64_t ms, std::string* out) {
  int64_t days = ms / kDay - (ms % kDay < 0), year;
  unsigned month, day;
  civil_from_days(days, &year, &month, &day);
  // Not ms - days * kDay: that product may lie below the range.
  uint64_t rest = static_cast<uint64_t>(ms % kDay < 0 ? ms % kDay + kDay : ms % kDay);
  append_year(year, out);
  char text[] = "-00-00T00:00:00.000Z";
  put(text + 1, month, 2);
  put(text + 4, day, 2);
  put(text + 7, rest / kHour, 2);
  put(text + 10, rest / kMinute % 60, 2);
  put(text + 13, rest / kSecond % 60, 2);
  put(text + 16, rest % kSecond, 3);
  out->append(text, sizeof text - 1);
}

void append_duration(int64_t ms, std::string* out) {
  uint64_t rest = ms < 0 ? -static_cast<uint64_t>(ms) : static_cast<uint64_t>(ms);
  if (rest == 0) {
    out->append("0s");
    return;
  }
  if (ms < 0) out->push_back('-');
  for (const Unit& unit : kUnits) {
    if (rest < unit.ms) continue;
    out->append(std::to_string(rest / unit.ms)).append(unit.name);
    rest %= unit.ms;
  }
}

std::optional<int64_t> parse_duration(std::string_view text) {
  if (text.empty()) return std::nullopt;
  int64_t total = 0;
  size_t at = 0, next_unit = 0;
  while (at < text.size()) {
    if (!is_digit(text[at])) return std::nullopt;
    int64_t number = 0;
    for (; at < text.size() && is_digit(text[at]); ++at)
      if (__builtin_mul_overflow(number, 10, &number) ||
          __builtin_add_overflow(number, text[at] - '0', &number))
        return std::nullopt;
    size_t begin = at;
    while (at < text.size() && !is_digit(text[at])) ++at;
    std::string_view name = text.substr(begin, at - begin);
    while (next_unit < std::size(kUnits) && kUnits[next_unit].name != name) ++next_unit;
    if (next_unit == std::size(kUnits)) return std::nullopt;
    int64_t part;
    if (__builtin_mul_overflow(number, static_cast<int64_t>(kUnits[next_unit++].ms), &part))
      return std::nullopt;
    if (__builtin_add_overflow(total, part, &total)) return std::nullopt;
  }
  return total;
}

}  // namespace cep::base
