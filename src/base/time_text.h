// Time as text. Milliseconds since the epoch; proleptic Gregorian calendar.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace cep::base {

// RFC 3339, "2026-01-01T10:00:00.000Z"; a space for the T and a missing zone (UTC) are accepted; digits finer than ms are cut (towards the past).
// nullopt if it is none (wrong form, month 13, 30 February …; a leap second :60 is none). Years 0000 to 9999.
std::optional<int64_t> parse_rfc3339(std::string_view text);
// Appends "2026-01-01T10:00:00.000Z". Years outside 0000..9999 are written with a sign and as many digits as needed.
void append_rfc3339(int64_t ms, std::string* out);

// strptime-like, C locale, independent of the process's locale and time zone: %Y %m %d %H %M %S %b %B %a %A %e %j %y %p %I %T %D %F %R %z %Z
// %n %t %% and %f (fraction of a second, any digits). The whole text must be used; a year must be in the format. nullopt otherwise.
std::optional<int64_t> parse_time(std::string_view text, std::string_view format);
// Empty if the format can be used, else the reason ("has no year", "%Q is not known").
std::string check_time_format(std::string_view format);

// "1d12h", "1m30s", "-5s", "0s", "250ms".
void append_duration(int64_t ms, std::string* out);
// "1h30m" with falling units (d h m s ms), each at most once, no sign, no blanks; nullopt on anything else or overflow.
std::optional<int64_t> parse_duration(std::string_view text);

// Days since 1970-01-01 of a civil date and back.
int64_t days_from_civil(int64_t year, unsigned month, unsigned day);
void civil_from_days(int64_t days, int64_t* year, unsigned* month, unsigned* day);

}  // namespace cep::base
