// Positions of the input at which tests make the engine fail one of its own checks, as a line would that it cannot stand: CEPD_CRASH_AT=NAME:POSITION in the environment, or
// arm_crash() in a test. Names: `ingest`, when the entry is about to be offered; `shard`, when a row or tick of it is worked.
#pragma once
#include <cstdint>
#include <string_view>

namespace cep::base {

// The position at which `name` fails; 0: none. One load and a branch where nothing is armed.
uint64_t crash_position(std::string_view name);
// As in the environment; position 0: nothing is armed any more. Not beside threads.
void arm_crash(std::string_view name, uint64_t position);

}  // namespace cep::base
