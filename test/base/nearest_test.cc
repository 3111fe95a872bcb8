// "did you mean": near enough helps, too far confuses.
#include "base/nearest.h"

#include <doctest/doctest.h>

using cep::base::nearest;

TEST_CASE("one slip is found") {
  CHECK(nearest("amuont", {"id", "amount", "ts"}) == "amount");
  CHECK(nearest("strat", {"b", "start"}) == "start");
  CHECK(nearest("ee", {"x", "e"}) == "e");
  CHECK(nearest("tz", {"id", "ts"}) == "ts");
  CHECK(nearest("nmae", {"k", "name"}) == "name");
  CHECK(nearest("lenght", {"least", "length"}) == "length");
}

TEST_CASE("the other case costs little") {
  CHECK(nearest("AMOUNT", {"count", "amount"}) == "amount");
  CHECK(nearest("userId", {"user_id", "user"}) == "user_id");
  CHECK(nearest("Ab", {"xb", "ab"}) == "ab");
}

TEST_CASE("what is far is not offered") {
  CHECK(nearest("absolute", {"abs"}) == "");
  CHECK(nearest("country", {"amount", "ts"}) == "");
  CHECK(nearest("x", {"y", "z"}) == "");
  CHECK(nearest("x", {}) == "");
  CHECK(nearest("", {"a"}) == "");
  CHECK(nearest(std::string(100000, 'a'), {std::string(100000, 'b')}) == "");
}

TEST_CASE("of equally near ones the first") { CHECK(nearest("cat", {"bat", "hat", "ca"}) == "bat"); }
