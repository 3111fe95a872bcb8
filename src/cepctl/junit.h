// The results of `cepctl test` as build servers read them.
#pragma once
#include <string>
#include <vector>

#include "cepctl/case_runner.h"

namespace cep::cepctl {

struct NamedResult {
  std::string file;
  std::string name;
  int line = 0;
  double seconds = 0;
  CaseResult result;
};

// One <testsuite> a file, one <testcase> a case, in the order given.
std::string junit_text(const std::vector<NamedResult>& results);

}  // namespace cep::cepctl
