// The frame round the sections of a saved state (FORMAT.md).
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace cep::state {

inline constexpr std::string_view kMagic = "CEPSTAT1";

// Appends a section: its length, its checksum and itself. An empty one ends the state.
void append_section(std::string_view body, std::string* out);
// Takes the first section off *bytes. False if it is cut or damaged.
bool take_section(std::string_view* bytes, std::string_view* body);

}  // namespace cep::state
