// The strptime-like reader of `timestamp("…")`: C locale whatever the process's, the whole text, a year,
// nothing guessed. As strptime, blanks of the format fit any number of blanks (none too), numbers may have
// blanks before them, names are read in either case, long or short.
#include <array>

#include "base/time_text.h"
#include "base/utf8.h"

namespace cep::base {
namespace {

constexpr std::array<std::string_view, 12> kMonths = {"january",   "february", "march",    "april",
                                                      "may",       "june",     "july",     "august",
                                                      "september", "october",  "november", "december"};
constexpr std::array<std::string_view, 7> kWeekdays = {"sunday",   "monday", "tuesday", "wednesday",
                                                       "thursday", "friday", "saturday"};

// Conversions that stand for several others.
std::string_view expansion(char c) {
  switch (c) {
    case 'T':
      return "%H:%M:%S";
    case 'D':
      return "%m/%d/%y";
    case 'F':
      return "%Y-%m-%d";
    case 'R':
      return "%H:%M";
    default:
      return {};
  }
}

bool is_blank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  bool read(std::string_view format) {
    for (size_t i = 0; i < format.size(); ++i) {
      if (is_blank(format[i])) {
        skip_blanks();
      } else if (format[i] != '%') {
        if (!take(format[i])) return false;
      } else if (++i == format.size() || !convert(format[i])) {
        return false;
      }
    }
    return true;
  }
  bool at_end() const { return at_ == text_.size(); }

  std::optional<int64_t> result() const {
    if (year_ < 0) return std::nullopt;
    int64_t days;
    if (day_of_year_ > 0 && month_ == 0 && day_ == 0) {
      days = days_from_civil(year_, 1, 1) + day_of_year_ - 1;
      if (days >= days_from_civil(year_ + 1, 1, 1)) return std::nullopt;
    } else {
      unsigned month = month_ ? static_cast<unsigned>(month_) : 1,
               day = day_ ? static_cast<unsigned>(day_) : 1;
      days = days_from_civil(year_, month, day);
      int64_t year_back;
      unsigned month_back, day_back;
      civil_from_days(days, &year_back, &month_back, &day_back);
      if (month_back != month || day_back != day) return std::nullopt;  // 30 February
    }
    int hour = has_hour12_ ? hour_ % 12 + (afternoon_ ? 12 : 0) : hour_;
    return ((days * 24 + hour) * 60 + minute_ - offset_minutes_) * 60000 + second_ * 1000 + ms_;
  }

 private:
  bool convert(char c) {
    switch (c) {
      case 'Y':
        return number(4, 0, 9999, &year_);
      case 'y':
        if (!number(2, 0, 99, &year_)) return false;
        year_ += year_ < 69 ? 2000 : 1900;
        return true;
      case 'm':
        return number(2, 1, 12, &month_);
      case 'd':
      case 'e':
        return number(2, 1, 31, &day_);
      case 'j':
        return number(3, 1, 366, &day_of_year_);
      case 'H':
        has_hour12_ = false;
        return number(2, 0, 23, &hour_);
      case 'I':
        has_hour12_ = true;
        return number(2, 1, 12, &hour_);
      case 'M':
        return number(2, 0, 59, &minute_);
      case 'S':
        return number(2, 0, 59, &second_);
      case 'b':
      case 'B':
        return name(kMonths.data(), kMonths.size(), &month_);
      case 'a':
      case 'A':
        return name(kWeekdays.data(), kWeekdays.size(), &weekday_);
      case 'p':
        return half_of_day();
      case 'f':
        return fraction();
      case 'z':
        return offset();
      case 'Z':
        return zone_name();
      case 'n':
      case 't':
        skip_blanks();
        return true;
      case '%':
        return take('%');
      default:
        return !expansion(c).empty() && read(expansion(c));
    }
  }

  void skip_blanks() {
    while (at_ < text_.size() && is_blank(text_[at_])) ++at_;
  }
  bool take(char c) {
    if (at_ == text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  bool take_word(std::string_view word) {
    if (text_.size() - at_ < word.size()) return false;
    for (size_t i = 0; i < word.size(); ++i)
      if (lower(text_[at_ + i]) != word[i]) return false;
    at_ += word.size();
    return true;
  }
  bool number(int digits_max, int least, int most, int* out) {
    skip_blanks();
    return digits(digits_max, least, most, out);
  }
  bool digits(int digits_max, int least, int most, int* out) {
    int value = 0, count = 0;
    for (; count < digits_max && at_ < text_.size() && is_digit(text_[at_]); ++count)
      value = value * 10 + (text_[at_++] - '0');
    *out = value;
    return count > 0 && value >= least && value <= most;
  }
  bool name(const std::string_view* names, size_t count, int* out) {
    for (size_t i = 0; i < count; ++i)
      if (take_word(names[i]) || take_word(names[i].substr(0, 3))) {
        *out = static_cast<int>(i) + 1;
        return true;
      }
    return false;
  }
  bool half_of_day() {
    if (take_word("am")) return true;
    return afternoon_ = take_word("pm");
  }
  bool fraction() {
    ms_ = 0;
    int count = 0;
    for (; at_ < text_.size() && is_digit(text_[at_]); ++at_, ++count)
      if (count < 3) ms_ = ms_ * 10 + (text_[at_] - '0');
    for (int i = count; i < 3; ++i) ms_ *= 10;
    return count > 0;
  }
  // Z, +HH, +HHMM or +HH:MM.
  bool offset() {
    skip_blanks();
    if (take_word("z")) return true;
    bool minus = at_ < text_.size() && text_[at_] == '-';
    if (!minus && !(at_ < text_.size() && text_[at_] == '+')) return false;
    size_t begin = ++at_;
    int hours, minutes = 0;
    if (!digits(2, 0, 23, &hours) || at_ - begin != 2) return false;
    bool colon = take(':');
    if (colon || (at_ < text_.size() && is_digit(text_[at_]))) {
      begin = at_;
      if (!digits(2, 0, 59, &minutes) || at_ - begin != 2) return false;
    }
    offset_minutes_ = (hours * 60 + minutes) * (minus ? -1 : 1);
    return true;
  }
  // Only names of UTC: any other one says a time that this reader cannot tell.
  bool zone_name() {
    skip_blanks();
    return take_word("utc") || take_word("gmt") || take_word("z");
  }

  std::string_view text_;
  size_t at_ = 0;
  int year_ = -1, month_ = 0, day_ = 0, day_of_year_ = 0, weekday_ = 0;
  int hour_ = 0, minute_ = 0, second_ = 0, ms_ = 0, offset_minutes_ = 0;
  bool has_hour12_ = false, afternoon_ = false;
};

}  // namespace

std::optional<int64_t> parse_time(std::string_view text, std::string_view format) {
  Reader reader(text);
  if (!reader.read(format) || !reader.at_end()) return std::nullopt;
  return reader.result();
}

std::string check_time_format(std::string_view format) {
  constexpr std::string_view kKnown = "YmdHMSbBaAejypITDFRzZnt%f";
  bool year = false;
  for (size_t i = 0; i < format.size(); ++i) {
    if (format[i] != '%') continue;
    if (++i == format.size()) return "ends with a single %";
    char c = format[i];
    if (kKnown.find(c) == std::string_view::npos) {
      size_t end = i + 1;
      while (end < format.size() && !begins_code_point(format[end])) ++end;  // a whole code point
      return std::string(format.substr(i - 1, end - i + 1)) + " is not known";
    }
    year = year || c == 'Y' || c == 'y' || c == 'D' || c == 'F';
  }
  return year ? "" : "has no year";
}

}  // namespace cep::base
