// Text that strangers sent, made fit for a record.
#pragma once
#include <string>
#include <string_view>

namespace cep::runtime {

// The bytes, with U+FFFD in place of every byte that is not part of well-formed UTF-8 (Unicode 15, table 3-7).
std::string to_utf8(std::string_view bytes);

}  // namespace cep::runtime
