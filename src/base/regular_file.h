// Files that are read whole or written at places: only a regular file is one. Opening a pipe may wait for ever, a device may do anything.
#pragma once
#include <string>

#include "cep/status.h"

namespace cep::base {

// ::open(path, flags, mode) that never waits. What is there and no regular file is refused; the message is complete: "cannot VERB PATH: it is a named pipe, …". The descriptor is the caller's.
Result<int> open_regular(const char* verb, const std::string& path, int flags, unsigned mode = 0);

// What tells this very file from any copy of it, however exact: its number and the time at which it was made. Empty where the file system does not say, or nothing is there.
std::string file_birth(const std::string& path);

// The whole text of a regular file, or why not: "cannot read PATH: …".
Result<std::string> read_regular(const std::string& path);

}  // namespace cep::base
