// What the journal's tests share: entries as text, random entries, bytes as hex.
#pragma once
#include <string>
#include <string_view>

#include "journal/entry.h"

namespace cep::journal::test {

std::string hex(std::string_view bytes);
std::string text_of(const Entry& e);
// Appends an entry drawn by rapidcheck; returns its text_of(). REQUIRES inside rc::check.
std::string append_random_entry(std::string* payload);

}  // namespace cep::journal::test
