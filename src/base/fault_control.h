// What tests do to the places of base/fault.h in their own process. Only cep_fault_hooks has these functions: a program that is delivered cannot call them. Not beside threads.
#pragma once
#include <cstdint>
#include <string_view>

#include "base/fault.h"

namespace cep::base {

// For the simulation: called with each name passed, in the thread that passes it; null: none.
void set_kill_hook(void (*hook)(const char* name));
// As CEPD_CRASH_AT in the environment; position 0: nothing is armed any more.
void arm_crash(std::string_view name, uint64_t position);
void plant(Bug bug);
// As in the environment: "ack-before-sync"; of kNone "none".
std::string_view bug_name(Bug bug);

}  // namespace cep::base
