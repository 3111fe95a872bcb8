// Planted bugs: one at a time, by name from outside, by value from a test; a name that is none is refused with the list.
#include "base/fault_control.h"

#include <doctest/doctest.h>
#include <signal.h>

#include <cstdlib>
#include <set>

#include "base/child.h"
#include "base/env.h"
#include "base/temp_dir.h"

using namespace cep::base;

namespace {

std::set<std::string> names() {
  std::set<std::string> all;
  for (int i = static_cast<int>(Bug::kNone) + 1; i <= static_cast<int>(Bug::kSkipCompare); ++i) all.insert(std::string(bug_name(static_cast<Bug>(i))));
  return all;
}

}  // namespace

TEST_CASE("the bug of the environment is planted" * doctest::skip()) {
  int found = 0;
  for (int i = 0; i <= static_cast<int>(Bug::kSkipCompare); ++i) {
    Bug bug = static_cast<Bug>(i);
    if (!planted(bug)) continue;
    ++found;
    CHECK(bug_name(bug) == std::getenv("CEPD_PLANTED_BUG"));
  }
  CHECK(found == 1);
}

TEST_CASE("a test plants one bug at a time") {
  CHECK(planted(Bug::kNone));
  plant(Bug::kRetrySync);
  CHECK(planted(Bug::kRetrySync));
  CHECK(!planted(Bug::kNone));
  plant(Bug::kSeqReset);
  CHECK(!planted(Bug::kRetrySync));
  plant(Bug::kNone);
  CHECK(!planted(Bug::kSeqReset));
}

TEST_CASE("each bug has a name of its own that the environment knows") {
  CHECK(names().size() == 14);
  CHECK(names().count("none") == 0);
  CHECK(bug_name(Bug::kNone) == "none");
  CHECK(bug_name(Bug::kAckBeforeSync) == "ack-before-sync");
  for (const auto& name : names()) {
    CHECK(base_test::left_with(base_test::run_case_again("CEPD_PLANTED_BUG", name.c_str(), "the bug of the environment is planted"), 0));
  }
}

TEST_CASE("an unknown name is refused with the list") {
  base_test::TempDir dir;
  const std::string errors = dir.file("errors");
  CHECK(base_test::killed_by(base_test::run_case_again("CEPD_PLANTED_BUG", "ack-before", "the bug of the environment is planted", errors), SIGABRT));
  const std::string said = read_whole(posix_env(), errors).value();
  CHECK(said.rfind("cepd: CEPD_PLANTED_BUG=ack-before is unknown; there are ", 0) == 0);
  for (const auto& name : names()) CHECK(said.find(name) != std::string::npos);
}
