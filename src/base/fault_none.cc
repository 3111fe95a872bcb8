// The places of base/fault.h in the programs that are delivered: nothing outside, the environment least of all, makes them do anything.
#include "base/fault.h"

namespace cep::base {

void kill_point(const char*) {}

uint64_t crash_position(std::string_view) { return 0; }

bool planted(Bug) { return false; }

}  // namespace cep::base
