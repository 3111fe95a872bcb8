// The nearest known name, for "did you mean".
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace cep::base {

// The candidate with the smallest edit distance (transposition counts one, case differences count little) if it is near enough to be
// meant (at most a third of the length, at least 1); ties: the first. Empty if none.
std::string nearest(std::string_view word, const std::vector<std::string>& candidates);

}  // namespace cep::base
