// Globs over names of patterns and streams.
#include <doctest/doctest.h>

#include <string>

#include "base/glob.h"

using cep::base::glob_match;

TEST_CASE("globs") {
  CHECK(glob_match("*", ""));
  CHECK(glob_match("*", "anything"));
  CHECK(glob_match("login_*", "login_burst"));
  CHECK(glob_match("*_*t", "login_burst"));
  CHECK(glob_match("l?gin", "login"));
  CHECK_FALSE(glob_match("login", "login_burst"));
  CHECK_FALSE(glob_match("", "x"));
  CHECK_FALSE(glob_match("a*b", "ac"));
  CHECK_FALSE(glob_match(std::string(100, '*') + "z", std::string(10'000, 'a')));
}
