// The nearest known name, for "did you mean".
#pragma once
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace cep::base {

// The first of `candidates` that `word` is the fewest slips away from (a slip: one letter wrong, missing, too many, or two swapped; the other case
// is a quarter of one); empty if all of them are further than a third of the word's letters (at least one slip) or have nothing in common with it.
// Takes microseconds for a hundred candidates, however chosen.
std::string nearest(std::string_view word, const std::vector<std::string>& candidates);

// nearest() among names that stay the same, for words that come again and again: answers are remembered, within a bound. One thread.
class Suggestions {
 public:
  void add(std::string name) { names_.push_back(std::move(name)); }
  // Valid until the next call. REQUIRES that nothing is added after the first one.
  const std::string& nearest_to(std::string_view word);

 private:
  static constexpr size_t kRememberedMost = 1024;
  static constexpr size_t kLongestRemembered = 256;   // bytes of a word

  std::vector<std::string> names_;
  std::unordered_map<std::string, std::string> remembered_;
};

}  // namespace cep::base
