// Time as text and back. The references are slow and obvious: a loop over days, and the other direction.
#include "base/time_text.h"

#include <doctest/doctest.h>
#include <rapidcheck.h>

using namespace cep::base;

namespace {

std::string rfc3339(int64_t ms) {
  std::string out;
  append_rfc3339(ms, &out);
  return out;
}
std::string duration(int64_t ms) {
  std::string out;
  append_duration(ms, &out);
  return out;
}
constexpr int64_t kMorning = 1772600767089;  // 2026-03-04T05:06:07.089Z

}  // namespace

TEST_CASE("the calendar agrees with counting days") {
  static const int kLengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  int64_t day_number = days_from_civil(-401, 1, 1);
  bool all = true;
  for (int64_t year = -401; year <= 2801; ++year)
    for (unsigned month = 1; month <= 12; ++month) {
      bool leap = ((year % 4 == 0) && (year % 100 != 0)) || year % 400 == 0;
      for (unsigned day = 1; day <= kLengths[month - 1] + (month == 2 && leap ? 1u : 0u);
           ++day, ++day_number) {
        int64_t y;
        unsigned m, d;
        civil_from_days(day_number, &y, &m, &d);
        all = all && days_from_civil(year, month, day) == day_number && y == year && m == month && d == day;
      }
    }
  CHECK(all);
  CHECK(days_from_civil(1970, 1, 1) == 0);
}

TEST_CASE("RFC 3339 is read") {
  CHECK(parse_rfc3339("2026-03-04T05:06:07.089Z") == kMorning);
  CHECK(parse_rfc3339("2026-03-04 05:06:07.089Z") == kMorning);
  CHECK(parse_rfc3339("2026-03-04t05:06:07.089z") == kMorning);
  CHECK(parse_rfc3339("2026-03-04T05:06:07.089") == kMorning);
  CHECK(parse_rfc3339("2026-03-04T05:06:07.0899999Z") == kMorning);
  CHECK(parse_rfc3339("2026-03-04T07:06:07.089+02:00") == kMorning);
  CHECK(parse_rfc3339("2026-03-04T02:36:07.089-02:30") == kMorning);
  CHECK(parse_rfc3339("2026-03-04T05:06:07Z") == kMorning - 89);
  CHECK(parse_rfc3339("2026-03-04T05:06:07.5Z") == kMorning - 89 + 500);
  CHECK(parse_rfc3339("1969-12-31T23:59:59.9999Z") == -1);  // cut towards the past
  CHECK(parse_rfc3339("0000-01-01T00:00:00Z") == -62167219200000);
  CHECK(parse_rfc3339("9999-12-31T23:59:59.999Z") == 253402300799999);
  CHECK(parse_rfc3339("2024-02-29T00:00:00Z").has_value());
}

TEST_CASE("what is no RFC 3339 is refused") {
  for (const char* text : {"",
                           "2026",
                           "2026-03-04",
                           "2026-13-04T05:06:07Z",
                           "2026-00-04T05:06:07Z",
                           "2026-02-30T05:06:07Z",
                           "2025-02-29T00:00:00Z",
                           "1900-02-29T00:00:00Z",
                           "2026-03-00T05:06:07Z",
                           "2026-03-04T24:00:00Z",
                           "2026-03-04T05:60:07Z",
                           "2026-03-04T05:06:60Z",
                           "2026-03-04T05:06:07.Z",
                           "2026-03-04T05:06:07,5Z",
                           "2026-03-04T05:06:07+0200",
                           "2026-03-04T05:06:07+24:00",
                           "2026-03-04T05:06:07+02:60",
                           "2026-03-04T05:06:07ZZ",
                           "2026-03-04T05:06:07 Z",
                           " 2026-03-04T05:06:07Z",
                           "2026/03/04T05:06:07Z",
                           "2026-03-04_05:06:07Z",
                           "+026-03-04T05:06:07Z",
                           "2026-3-04T05:06:07.00Z",
                           "2026-03-04T05:06:07.1e3Z"})
    CHECK_MESSAGE(!parse_rfc3339(text), text);
}

TEST_CASE("RFC 3339 is written with milliseconds, in UTC") {
  CHECK(rfc3339(kMorning) == "2026-03-04T05:06:07.089Z");
  CHECK(rfc3339(0) == "1970-01-01T00:00:00.000Z");
  CHECK(rfc3339(-1) == "1969-12-31T23:59:59.999Z");
  CHECK(rfc3339(253402300800000) == "+10000-01-01T00:00:00.000Z");
  CHECK(rfc3339(-62167219200001) == "-0001-12-31T23:59:59.999Z");
  CHECK(rfc3339(INT64_MAX) == "+292278994-08-17T07:12:55.807Z");
  CHECK(rfc3339(INT64_MIN) == "-292275055-05-16T16:47:04.192Z");
}

TEST_CASE("written and read again a time is the same") {
  CHECK(rc::check("parse_rfc3339(append_rfc3339(x)) == x", [] {
    int64_t ms = *rc::gen::inRange<int64_t>(-62167219200000, 253402300800000);
    RC_ASSERT(parse_rfc3339(rfc3339(ms)) == ms);
    RC_ASSERT(parse_time(rfc3339(ms), "%Y-%m-%dT%H:%M:%S.%fZ") == ms);
  }));
}

TEST_CASE("durations are written largest unit first") {
  CHECK(duration(0) == "0s");
  CHECK(duration(250) == "250ms");
  CHECK(duration(90000) == "1m30s");
  CHECK(duration(-5000) == "-5s");
  CHECK(duration(36 * 3600000) == "1d12h");
  CHECK(duration(-367089) == "-6m7s89ms");
  CHECK(duration(INT64_MAX) == "106751991167d7h12m55s807ms");
  CHECK(duration(INT64_MIN) == "-106751991167d7h12m55s808ms");
}

TEST_CASE("durations are read") {
  CHECK(parse_duration("1h30m") == 5400000);
  CHECK(parse_duration("250ms") == 250);
  CHECK(parse_duration("5s") == 5000);
  CHECK(parse_duration("7d") == 7 * 86400000);
  CHECK(parse_duration("1d2h3m4s5ms") == 93784005);
  CHECK(parse_duration("90m") == 5400000);
  CHECK(parse_duration("0s") == 0);
  for (const char* text : {"", "5", "s", "-5s", "5 s", "5s5s", "5s1m", "1.5h", "5x", "5sm", "5s ",
                           "99999999999999999999s", "106751991168d", "106751991167d8h", "1m1", "+1s", "1S"})
    CHECK_MESSAGE(!parse_duration(text), text);
}

TEST_CASE("a duration written and read again is the same") {
  CHECK(rc::check("parse_duration(append_duration(x)) == x", [] {
    int64_t ms = *rc::gen::nonNegative<int64_t>() >> *rc::gen::inRange(0, 60);
    RC_ASSERT(parse_duration(duration(ms)) == ms);
    if (ms > 0) RC_ASSERT(duration(-ms) == "-" + duration(ms));
  }));
}

TEST_CASE("any bytes are read without harm") {
  CHECK(rc::check("no crash", [](const std::string& text, const std::string& format) {
    parse_rfc3339(text);
    parse_duration(text);
    check_time_format(format);
    parse_time(text, format);
    parse_time(text, "%Y " + format);
  }));
}
