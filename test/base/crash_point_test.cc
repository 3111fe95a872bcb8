// Which position is armed for whom, from the environment and by hand.
#include "base/fault_control.h"

#include <doctest/doctest.h>
#include <signal.h>

#include "base/child.h"
#include "base/check.h"

using namespace cep::base;
using base_test::killed_by;
using base_test::left_with;
using base_test::run_case_again;

TEST_CASE("stumbles over position 7" * doctest::skip()) {
  for (uint64_t position = 1; position < 10; ++position) CEP_CHECK(crash_position("here") != position);
}

TEST_CASE("a check fails at the armed position of its name alone") {
  const char* stumbles = "stumbles over position 7";
  CHECK(killed_by(run_case_again("CEPD_CRASH_AT", "here:7", stumbles), SIGABRT));
  CHECK(left_with(run_case_again("CEPD_CRASH_AT", "here:10", stumbles), 0));
  CHECK(left_with(run_case_again("CEPD_CRASH_AT", "there:7", stumbles), 0));
  CHECK(left_with(run_case_again("CEPD_CRASH_AT", "", stumbles), 0));
  for (const char* bad : {"here", "here:", "here:0", "here:x"}) CHECK(killed_by(run_case_again("CEPD_CRASH_AT", bad, stumbles), SIGABRT));
}

TEST_CASE("armed and let go by hand") {
  CHECK(crash_position("here") == 0);
  arm_crash("here", 3);
  CHECK(crash_position("here") == 3);
  CHECK(crash_position("there") == 0);
  arm_crash("", 0);
  CHECK(crash_position("here") == 0);
}
