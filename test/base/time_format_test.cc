// `timestamp("…")`: what strptime formats read.
#include <doctest/doctest.h>

#include "base/time_text.h"

using cep::base::check_time_format;
using cep::base::parse_time;

namespace {
constexpr int64_t kMorning = 1772600767000;  // 2026-03-04T05:06:07Z, a Wednesday
}

TEST_CASE("formats of the wild") {
  CHECK(parse_time("04/Mar/2026:05:06:07 +0000", "%d/%b/%Y:%H:%M:%S %z") == kMorning);
  CHECK(parse_time("04/Mar/2026:07:06:07 +0200", "%d/%b/%Y:%H:%M:%S %z") == kMorning);
  CHECK(parse_time("2026-03-04T05:06:07.089123+00:00", "%Y-%m-%dT%H:%M:%S.%f%z") == kMorning + 89);
  CHECK(parse_time("Wed Mar  4 05:06:07 2026", "%a %b %d %H:%M:%S %Y") == kMorning);
  CHECK(parse_time("Wednesday, march 4, 2026 5:06:07 AM", "%A, %B %e, %Y %I:%M:%S %p") == kMorning);
  CHECK(parse_time("20260304050607", "%Y%m%d%H%M%S") == kMorning);
  CHECK(parse_time("2026-03-04 05:06:07", "%F %T") == kMorning);
  CHECK(parse_time("03/04/26 05:06", "%D %R") == kMorning - 7000);
  CHECK(parse_time("2026 063 05:06:07", "%Y %j %T") == kMorning);
  CHECK(parse_time("2026-03-04 05:06:07 UTC", "%F %T %Z") == kMorning);
  CHECK(parse_time("2026-03-04 05:06:07Z", "%F %T%z") == kMorning);
  CHECK(parse_time("2026-03-04 05:06:07-05", "%F %T%z") == kMorning + 5 * 3600000);
  CHECK(parse_time("100% 2026", "100%% %Y") == 1767225600000);
  CHECK(parse_time("2026-03-04\t 05:06:07", "%F%n%T") == kMorning);
}

TEST_CASE("noon and midnight") {
  CHECK(parse_time("2026 12 AM", "%Y %I %p") == 1767225600000);
  CHECK(parse_time("2026 12 pm", "%Y %I %p") == 1767225600000 + 12 * 3600000);
  CHECK(parse_time("2026 1 pm", "%Y %I %p") == 1767225600000 + 13 * 3600000);
}

TEST_CASE("two-digit years turn at 69") {
  CHECK(parse_time("69", "%y") == -31536000000);
  CHECK(parse_time("68", "%y") == 3092601600000);
}

TEST_CASE("what does not fit is refused") {
  CHECK(!parse_time("2026-02-30", "%F"));
  CHECK(!parse_time("2025 366", "%Y %j"));
  CHECK(parse_time("2024 366", "%Y %j").has_value());
  CHECK(!parse_time("2026-03-04x", "%F"));
  CHECK(!parse_time("2026-03-", "%F"));
  CHECK(!parse_time("2026-13-01", "%F"));
  CHECK(!parse_time("2026 25:00:00", "%Y %T"));
  CHECK(!parse_time("2026 00:00:60", "%Y %T"));
  CHECK(!parse_time("2026 13 pm", "%Y %I %p"));
  CHECK(!parse_time("04/Foo/2026", "%d/%b/%Y"));
  CHECK(!parse_time("2026 CET", "%Y %Z"));  // a zone that is not known is no UTC
  CHECK(!parse_time("2026 +2", "%Y %z"));
  CHECK(!parse_time("2026 +02:6", "%Y %z"));
  CHECK(!parse_time("", "%Y"));
  CHECK(!parse_time("03-04", "%m-%d"));  // no year
}

TEST_CASE("a format is checked before it is used") {
  CHECK(check_time_format("%d/%b/%Y:%H:%M:%S %z") == "");
  CHECK(check_time_format("%F %T.%f") == "");
  CHECK(check_time_format("%y%j") == "");
  CHECK(check_time_format("%D") == "");
  CHECK(check_time_format("%H:%M") == "has no year");
  CHECK(check_time_format("%%Y") == "has no year");
  CHECK(check_time_format("%Q %Y") == "%Q is not known");
  CHECK(check_time_format("%Y %") == "ends with a single %");
  CHECK(check_time_format("%Y %\xc3\xa9x") == "%\xc3\xa9 is not known");
}
