#include "storage/numbered_name.h"

#include <doctest/doctest.h>
#include <rapidcheck.h>

using namespace cep::storage;

TEST_CASE("names are twenty digits and go in the order of their numbers") {
  CHECK(numbered_name("", 1, ".journal") == "00000000000000000001.journal");
  CHECK(numbered_name("alerts-", UINT64_MAX, ".log") == "alerts-18446744073709551615.log");
  CHECK(rc::check([] {
    const auto a = *rc::gen::arbitrary<uint64_t>(), b = *rc::gen::arbitrary<uint64_t>();
    RC_ASSERT((numbered_name("x", a, ".y") < numbered_name("x", b, ".y")) == (a < b));
    if (a > 0) RC_ASSERT(parse_numbered_name(numbered_name("x", a, ".y"), "x", ".y") == a);
  }));
}

TEST_CASE("nothing else is such a name") {
  for (const char* name : {"", "x1.y", "x00000000000000000000.y", "x00000000000000000001.y.tmp", "x0000000000000000001.y", "x000000000000000000001.y", "x-0000000000000000001.y",
                           "x+0000000000000000001.y", "x 0000000000000000001.y", "x18446744073709551616.y", "x0000000000000000001a.y", "00000000000000000001.y", "x00000000000000000001"})
    CHECK_MESSAGE(!parse_numbered_name(name, "x", ".y"), name);
  CHECK(rc::check([] {
    const auto name = *rc::gen::arbitrary<std::string>();
    const auto number = parse_numbered_name(name, "", "");
    if (number) RC_ASSERT(numbered_name("", *number, "") == name);
  }));
}
