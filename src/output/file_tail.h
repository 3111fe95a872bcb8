// The end of a file of records, held against the log: which of its lines are whole and the log's own, and where what a crash left behind them begins. Changes nothing.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "base/env.h"
#include "cep/record.h"
#include "cep/status.h"
#include "output/output_log.h"

namespace cep::output {

// True if `line`, with its LF, is a whole record of `channel`: {"channel":"…","seq":N,…}.
bool is_record_line(std::string_view line, Channel channel, uint64_t* seq);

struct FileTail {
  uint64_t begin = 0;        // of the first line looked at
  std::string bytes;         // sound lines from there on, or nothing
  uint64_t end = 0;          // behind the last sound line; what follows is torn
  uint64_t last_seq = 0;     // of the last sound line; 0: the file has none
};

// Looks at the last `tail_bytes` of a file of `size` bytes, at all of it if they have no sound line. Errors: the file cannot be read, or it is not this log's: a whole line that
// the log has otherwise, a seq that does not rise, one beyond the log, bytes that are no part of a record.
Result<FileTail> read_file_tail(const base::File& file, uint64_t size, uint64_t tail_bytes, const OutputLog& log, Channel channel);

}  // namespace cep::output
