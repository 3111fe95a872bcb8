// Programs that someone writes to hurt: short ones that grow when they are compiled, long ones that are slow.
#pragma once
#include <functional>
#include <string>
#include <vector>

namespace cep::lang {

struct HostileProgram {
  std::string name;
  // About `bytes` long where the kind has a length of its own choice.
  std::function<std::string(size_t bytes)> make;
};

const std::vector<HostileProgram>& hostile_programs();

}  // namespace cep::lang
