// Optimal string alignment distance (Levenshtein and swaps of neighbours) in quarters: a letter in the other
// case costs one, all else four.
#include "base/nearest.h"

#include <algorithm>

namespace cep::base {
namespace {

constexpr size_t kEdit = 4;
constexpr size_t kCase = 1;
constexpr size_t kLongestWord = 256;

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

size_t change_cost(char a, char b) { return a == b ? 0 : lower(a) == lower(b) ? kCase : kEdit; }

size_t distance(std::string_view a, std::string_view b) {
  std::vector<size_t> before(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) last[j] = j * kEdit;
  for (size_t i = 1; i <= a.size(); ++i) {
    row[0] = i * kEdit;
    for (size_t j = 1; j <= b.size(); ++j) {
      row[j] = std::min({last[j] + kEdit, row[j - 1] + kEdit, last[j - 1] + change_cost(a[i - 1], b[j - 1])});
      bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) row[j] = std::min(row[j], before[j - 2] + kEdit);
    }
    std::swap(before, last);
    std::swap(last, row);
  }
  return last[b.size()];
}

}  // namespace

std::string nearest(std::string_view word, const std::vector<std::string>& candidates) {
  if (word.empty() || word.size() > kLongestWord) return {};
  const size_t limit = std::max(kEdit, word.size() * kEdit / 3);
  size_t best = limit + 1;
  std::string_view found;
  for (const std::string& candidate : candidates) {
    size_t longer = std::max(word.size(), candidate.size());
    size_t shorter = std::min(word.size(), candidate.size());
    if ((longer - shorter) * kEdit > limit) continue;
    size_t d = distance(word, candidate);
    bool nothing_in_common = d >= longer * kEdit;
    if (d < best && !nothing_in_common) {
      best = d;
      found = candidate;
    }
  }
  return std::string(found);
}

}  // namespace cep::base
