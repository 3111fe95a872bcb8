// An output record as people read it: who, what, when, why, and the events that made it.
#pragma once
#include <string>
#include <string_view>

namespace cep::client {

// `line` is one output record. Several lines, each ended by LF; a line that is no record comes back as it is.
std::string pretty_record(std::string_view line, bool colour);

}  // namespace cep::client
