// Whatever is loaded is read, refused or planned soon and in little memory: each program in a process of its own, so that its peak is its own.
#include "lang/hostile_programs.h"

#include <doctest/doctest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>

#include "lang/compile.h"
#include "plan/explain.h"
#include "sanitized.h"

namespace cep::lang {
namespace {

// Of one program on the machine of the tests, whose cores others use too: processor time, not that of the clock.
constexpr double kMostSeconds = 2.0;
constexpr long kMostMegabytes = 500;

struct Cost {
  bool ended_well = false;
  double seconds = 0;
  long megabytes = 0;
};

void work(const std::string& text) {
  const std::vector<SourceFile> files = {{"hostile.cep", text}};
  const CompileResult result = compile(files);
  size_t shown = render_all(result.diagnostics, files).size();
  if (result.plan != nullptr) {
    shown += plan::explain_text(*result.plan, files).size();
    shown += plan::explain_json(*result.plan, files).size();
    shown += plan::explain_dot(*result.plan, files).size();
  }
  if (result.plan == nullptr && shown == 0) _exit(3);  // refused without a word
}

Cost measure(const std::string& text) {
  const pid_t child = fork();
  if (child == 0) {
    alarm(testing::kSanitized ? 600 : 60);
    work(text);
    _exit(0);
  }
  int status = 0;
  rusage used{};
  while (wait4(child, &status, 0, &used) < 0) {
  }
  Cost cost;
  cost.ended_well = WIFEXITED(status) && WEXITSTATUS(status) == 0;
  cost.seconds = static_cast<double>(used.ru_utime.tv_sec + used.ru_stime.tv_sec) + static_cast<double>(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
  cost.megabytes = used.ru_maxrss / 1024;
  return cost;
}

TEST_CASE("hostile programs of 1 KB to 1 MB end within 2 s and 500 MB") {
  const bool print = std::getenv("CEPD_HOSTILE_PRINT") != nullptr;
  for (const HostileProgram& program : hostile_programs()) {
    for (size_t bytes : {size_t{1'000}, size_t{30'000}, size_t{1'000'000}}) {
      if (testing::kSanitized && bytes > 30'000) continue;
      const std::string text = program.make(bytes);
      const Cost cost = measure(text);
      if (print) std::fprintf(stderr, "%-44s %8zu bytes %7.2f s %6ld MB%s\n", program.name.c_str(), text.size(), cost.seconds, cost.megabytes, cost.ended_well ? "" : "  CRASHED");
      CAPTURE(program.name);
      CAPTURE(text.size());
      CHECK(cost.ended_well);
      if (testing::kSanitized) continue;
      CHECK(cost.seconds < kMostSeconds);
      CHECK(cost.megabytes < kMostMegabytes);
    }
  }
}

}  // namespace
}  // namespace cep::lang
