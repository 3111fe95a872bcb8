// What the fault tests reach into the code with (base/fault.h) is not in the programs that are delivered.
#include <doctest/doctest.h>
#include <signal.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "base/fault_control.h"
#include "server/daemon.h"

using namespace cep::testing;

namespace {

struct Setting {
  const char* name;
  const char* wrong;   // what the hooks refuse at once
};

constexpr Setting kSettings[] = {{"CEPD_PLANTED_BUG", "no-such-bug"}, {"CEPD_KILL_POINT", "nonsense"}, {"CEPD_CRASH_AT", "nonsense"}};

Finished with(const Setting& setting, const std::string& program) {
  ::setenv(setting.name, setting.wrong, 1);
  Finished out = run({program, "--version"});
  ::unsetenv(setting.name);
  return out;
}

std::string bytes_of(const std::string& program) {
  std::ifstream file(program, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

}  // namespace

TEST_CASE("cepd and cepctl know none of the settings that plant bugs, kill and crash") {
  for (const std::string program : {CEPD_BINARY, CEPCTL_BINARY}) {
    const std::string bytes = bytes_of(program);
    REQUIRE(bytes.size() > 100'000);
    for (const Setting& setting : kSettings) {
      CHECK(bytes.find(setting.name) == std::string::npos);
      const Finished f = with(setting, program);
      CHECK_MESSAGE(f.status == 0, program << " " << setting.name << ": " << f.output);
    }
    for (int bug = 1; bug <= static_cast<int>(cep::base::Bug::kSkipCompare); ++bug)
      CHECK(bytes.find(cep::base::bug_name(static_cast<cep::base::Bug>(bug))) == std::string::npos);
  }
}

TEST_CASE("the programs of the fault tests know them") {
  for (const std::string program : {FAULTY_CEPD_BINARY, FAULTY_CEPCTL_BINARY}) {
    const std::string bytes = bytes_of(program);
    for (const Setting& setting : kSettings) {
      CHECK(bytes.find(setting.name) != std::string::npos);
      CHECK_MESSAGE(with(setting, program).status == -SIGABRT, program << " " << setting.name);
    }
  }
}
