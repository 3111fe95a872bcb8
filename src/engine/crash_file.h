// Where the daemon crashed: one line "FIRST LAST" for each crash by an own check or a fault of the processor, written by a signal handler: the positions that the crashing thread was
// working. A kill from outside leaves none. Two crashes that meet in one position hold the daemon there (interfaces: `cepctl journal skip`). The file goes when that place is passed.
#pragma once
#include <cstdint>
#include <string>

#include "base/env.h"
#include "cep/status.h"

namespace cep::engine {

struct CrashNotes {
  uint64_t first = 0, last = 0;   // positions of the last crash: worked one by one this time; 0: there was none
  uint64_t held = 0;              // the position at which two crashes met; 0: none
};

// Missing or damaged: no notes.
CrashNotes read_crash_notes(base::Env* env, const std::string& path);

// From here on a crash (SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL) appends its line to `path`. Once a process.
void note_crashes_in(const std::string& path);

}  // namespace cep::engine
