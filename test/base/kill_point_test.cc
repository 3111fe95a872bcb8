// Kill points end the process at the Nth passing of a name, and write_whole leaves the old content or the new at each of them.
#include <doctest/doctest.h>
#include <signal.h>

#include "base/child.h"
#include "base/env.h"
#include "base/fault_control.h"
#include "base/temp_dir.h"

using namespace cep::base;
using base_test::killed_by;
using base_test::left_with;
using base_test::run_case_again;

namespace {

std::vector<std::string>* g_passed = nullptr;

std::string case_text(const std::string& path) { return read_whole(posix_env(), path).value(); }

}  // namespace

TEST_CASE("passes here five times" * doctest::skip()) {
  for (int i = 0; i < 5; ++i) kill_point("here");
  kill_point("elsewhere");
}

TEST_CASE("writes the file whole" * doctest::skip()) { (void)write_whole(posix_env(), std::getenv("CEPD_TEST_FILE"), "new"); }

TEST_CASE("the Nth passing kills, as kill -9 does") {
  CHECK(killed_by(run_case_again("CEPD_KILL_POINT", "here:1", "passes here five times"), SIGKILL));
  CHECK(killed_by(run_case_again("CEPD_KILL_POINT", "here:5", "passes here five times"), SIGKILL));
  CHECK(left_with(run_case_again("CEPD_KILL_POINT", "here:6", "passes here five times"), 0));
  CHECK(killed_by(run_case_again("CEPD_KILL_POINT", "elsewhere:1", "passes here five times"), SIGKILL));
  CHECK(left_with(run_case_again("CEPD_KILL_POINT", "her:1", "passes here five times"), 0));
  CHECK(left_with(run_case_again("CEPD_KILL_POINT", "", "passes here five times"), 0));
}

TEST_CASE("a setting that is none is refused at the start") {
  base_test::TempDir dir;
  for (const char* bad : {"here", "here:", ":1", "here:0", "here:x", "here:1x", "here:-1", "here:99999999999999999999"}) {
    CHECK(killed_by(run_case_again("CEPD_KILL_POINT", bad, "passes here five times", dir.file("errors")), SIGABRT));
    CHECK(case_text(dir.file("errors")) == "cepd: CEPD_KILL_POINT=" + std::string(bad) + " is no NAME:N with N from 1\n");
  }
}

TEST_CASE("the hook hears each name in order, and nothing once it is gone") {
  std::vector<std::string> passed;
  g_passed = &passed;
  set_kill_hook([](const char* name) { g_passed->push_back(name); });
  base_test::TempDir dir;
  CHECK(write_whole(posix_env(), dir.file("a"), "x").ok());
  set_kill_hook(nullptr);
  kill_point("here");
  CHECK(passed == std::vector<std::string>{"whole-begin", "whole-made", "whole-written", "whole-synced", "whole-renamed", "whole-durable"});
}

TEST_CASE("killed anywhere in write_whole, the file is the old one or the new one") {
  base_test::TempDir dir;
  ::setenv("CEPD_TEST_FILE", dir.file("a").c_str(), 1);
  bool renamed = false;
  for (const char* name : {"whole-begin", "whole-made", "whole-written", "whole-synced", "whole-renamed", "whole-durable"}) {
    if (std::string(name) == "whole-renamed") renamed = true;
    CHECK(write_whole(posix_env(), dir.file("a"), "old").ok());
    CHECK(killed_by(run_case_again("CEPD_KILL_POINT", (std::string(name) + ":1").c_str(), "writes the file whole"), SIGKILL));
    CHECK(case_text(dir.file("a")) == (renamed ? "new" : "old"));
    CHECK(left_with(run_case_again("CEPD_KILL_POINT", "none:1", "writes the file whole"), 0));
    CHECK(case_text(dir.file("a")) == "new");
    CHECK(posix_env()->list(dir.path()).value().size() == 1);
  }
  ::unsetenv("CEPD_TEST_FILE");
}
