// Standard error as the log: what is written never waits for its reader. Where a pipe is full or a device refuses, lines are lost and counted, and the first line that is taken again says
// how many. Any thread.
#pragma once
#include <cstdint>
#include <string_view>

namespace cep::base {

// Whole lines, each with its LF. Lines of several calls never mix.
void write_log(std::string_view lines);
// The rest of a line that was taken in part, and how many were lost: to be called now and then, so that it is told though nothing else happens.
void flush_log();
// Lines that were lost since the start.
uint64_t log_lines_lost();

}  // namespace cep::base
