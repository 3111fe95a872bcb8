// Optimal string alignment distance (Levenshtein and swaps of neighbours) in quarters: a letter in the other
// case costs one, all else four. Most candidates are left out by a lower bound of it; for the rest only the
// cells of the table are filled from which a distance below the best so far can come.
#include "base/nearest.h"

#include <algorithm>
#include <array>
#include <cstdint>

namespace cep::base {
namespace {

constexpr size_t kEdit = 4;
constexpr size_t kCase = 1;
constexpr size_t kLongestWord = 256;
constexpr size_t kLongestCandidate = kLongestWord + kLongestWord / 3;  // what is longer is too far from any word
constexpr size_t kFar = size_t{1} << 30;

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

size_t change_cost(char a, char b) { return a == b ? 0 : lower(a) == lower(b) ? kCase : kEdit; }

// How many of each letter the word has, its case aside.
class Letters {
 public:
  explicit Letters(std::string_view word) {
    for (char c : word) ++count(c);
  }
  // At least so many slips lie between the word and `other`: each changes one letter for another at most.
  size_t least_slips(std::string_view word, std::string_view other) {
    size_t common = 0;
    for (char c : other) common += count(c)-- > 0;
    for (char c : other) ++count(c);
    return std::max(word.size(), other.size()) - common;
  }

 private:
  int16_t& count(char c) { return counts_[static_cast<unsigned char>(lower(c))]; }
  std::array<int16_t, 256> counts_{};
};

void strip_common(std::string_view* a, std::string_view* b) {
  size_t n = 0;
  while (n < a->size() && n < b->size() && (*a)[n] == (*b)[n]) ++n;
  a->remove_prefix(n);
  b->remove_prefix(n);
  for (n = 0; n < a->size() && n < b->size() && (*a)[a->size() - 1 - n] == (*b)[b->size() - 1 - n]; ++n) {
  }
  a->remove_suffix(n);
  b->remove_suffix(n);
}

// The distance if it is below `bound`, else anything that is not. REQUIRES b.size() <= kLongestCandidate.
size_t distance_below(size_t bound, std::string_view a, std::string_view b) {
  strip_common(&a, &b);
  const size_t band = (bound - 1) / kEdit;  // further from the diagonal than that nothing is below the bound
  std::array<std::array<size_t, kLongestCandidate + 2>, 3> rows;
  auto *before = rows[0].data(), *last = rows[1].data(), *row = rows[2].data();
  for (size_t j = 0; j <= b.size(); ++j) last[j] = j <= band ? j * kEdit : kFar;
  size_t least_last = 0;
  for (size_t i = 1; i <= a.size(); ++i) {
    const size_t first = i > band ? i - band : 1, end = std::min(b.size(), i + band);
    if (first > end && first > 1) return kFar;
    row[first - 1] = first == 1 ? i * kEdit : kFar;
    size_t least = row[first - 1];
    for (size_t j = first; j <= end; ++j) {
      size_t cell = std::min({last[j] + kEdit, row[j - 1] + kEdit, last[j - 1] + change_cost(a[i - 1], b[j - 1])});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) cell = std::min(cell, before[j - 2] + kEdit);
      row[j] = cell;
      least = std::min(least, cell);
    }
    if (end < b.size()) row[end + 1] = kFar;
    if (std::min(least, least_last + kEdit) >= bound) return kFar;
    least_last = least;
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
  Letters letters(word);
  for (const std::string& candidate : candidates) {
    size_t longer = std::max(word.size(), candidate.size());
    size_t shorter = std::min(word.size(), candidate.size());
    if ((longer - shorter) * kEdit >= best) continue;
    if (letters.least_slips(word, candidate) * kEdit >= best) continue;
    size_t d = distance_below(best, word, candidate);
    bool nothing_in_common = d >= longer * kEdit;
    if (d < best && !nothing_in_common) {
      best = d;
      found = candidate;
      if (best == 0) break;
    }
  }
  return std::string(found);
}

const std::string& Suggestions::nearest_to(std::string_view word) {
  static const std::string kNone;
  if (word.size() > kLongestRemembered) return kNone;
  auto [at, is_new] = remembered_.try_emplace(std::string(word));
  if (!is_new) return at->second;
  if (remembered_.size() > kRememberedMost) {
    remembered_.clear();
    at = remembered_.try_emplace(std::string(word)).first;
  }
  return at->second = nearest(word, names_);
}

}  // namespace cep::base
