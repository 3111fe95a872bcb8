// UTF-8, as Unicode 15, table 3-7 has it: no overlong forms, no surrogates, at most U+10FFFF.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace cep::base {

// False of the bytes of a code point behind its first.
inline bool begins_code_point(char byte) { return (static_cast<unsigned char>(byte) & 0xc0) != 0x80; }
// Bytes of the code point that begins at text[at]; 0 if none does there.
size_t code_point_size(std::string_view text, size_t at);
// The code point that begins at text[at], and its bytes in *size; -1, and 1, where no UTF-8 is. REQUIRES at < text.size().
int32_t code_point_at(std::string_view text, size_t at, size_t* size);
// Its bytes at `out`, four at most; returns the place behind them. REQUIRES a code point, no surrogate.
char* write_code_point(uint32_t code_point, char* out);

// Byte at which `text` stops being UTF-8, or npos.
size_t find_bad_utf8(std::string_view text);
inline bool is_utf8(std::string_view text) { return find_bad_utf8(text) == std::string_view::npos; }
// The bytes, with U+FFFD in place of every byte that is not part of well-formed UTF-8.
std::string to_utf8(std::string_view bytes);
// At most `bytes` of the text, cut between code points.
std::string_view cut_utf8(std::string_view text, size_t bytes);

}  // namespace cep::base
