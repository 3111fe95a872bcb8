// "did you mean": near enough helps, too far confuses.
#include "base/nearest.h"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <algorithm>

using cep::base::nearest;

namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

// The whole table, in quarters of a slip.
size_t distance(const std::string& a, const std::string& b) {
  std::vector<std::vector<size_t>> d(a.size() + 1, std::vector<size_t>(b.size() + 1));
  for (size_t i = 0; i <= a.size(); ++i) {
    for (size_t j = 0; j <= b.size(); ++j) {
      if (i == 0 || j == 0) {
        d[i][j] = 4 * (i + j);
        continue;
      }
      const size_t change = a[i - 1] == b[j - 1] ? 0 : lower(a[i - 1]) == lower(b[j - 1]) ? 1 : 4;
      d[i][j] = std::min({d[i - 1][j] + 4, d[i][j - 1] + 4, d[i - 1][j - 1] + change});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 4);
    }
  }
  return d[a.size()][b.size()];
}

// Every candidate measured in full.
std::string slow_nearest(const std::string& word, const std::vector<std::string>& candidates) {
  if (word.empty() || word.size() > 256) return {};
  size_t best = std::max<size_t>(4, word.size() * 4 / 3) + 1;
  std::string found;
  for (const std::string& candidate : candidates) {
    const size_t d = distance(word, candidate);
    if (d >= best || d >= 4 * std::max(word.size(), candidate.size())) continue;
    best = d;
    found = candidate;
  }
  return found;
}

rc::Gen<std::string> words(size_t most) {
  return rc::gen::mapcat(rc::gen::inRange<size_t>(0, most), [](size_t n) { return rc::gen::container<std::string>(n, rc::gen::elementOf(std::string("aabBc_1"))); });
}

// A word with some slips in it.
std::string slipped(std::string word, const std::vector<int>& slips) {
  for (int slip : slips) {
    const size_t at = word.empty() ? 0 : static_cast<size_t>(slip / 8) % word.size();
    if (slip % 4 == 0) word.insert(at, 1, 'x');
    else if (word.empty()) continue;
    else if (slip % 4 == 1) word.erase(at, 1);
    else if (slip % 4 == 2) word[at] = word[at] == 'b' ? 'B' : 'y';
    else if (at + 1 < word.size()) std::swap(word[at], word[at + 1]);
  }
  return word;
}

}  // namespace

TEST_CASE("one slip is found") {
  CHECK(nearest("amuont", {"id", "amount", "ts"}) == "amount");
  CHECK(nearest("strat", {"b", "start"}) == "start");
  CHECK(nearest("ee", {"x", "e"}) == "e");
  CHECK(nearest("tz", {"id", "ts"}) == "ts");
  CHECK(nearest("nmae", {"k", "name"}) == "name");
  CHECK(nearest("lenght", {"least", "length"}) == "length");
}

TEST_CASE("the other case costs little") {
  CHECK(nearest("AMOUNT", {"count", "amount"}) == "amount");
  CHECK(nearest("userId", {"user_id", "user"}) == "user_id");
  CHECK(nearest("Ab", {"xb", "ab"}) == "ab");
}

TEST_CASE("what is far is not offered") {
  CHECK(nearest("absolute", {"abs"}) == "");
  CHECK(nearest("country", {"amount", "ts"}) == "");
  CHECK(nearest("x", {"y", "z"}) == "");
  CHECK(nearest("x", {}) == "");
  CHECK(nearest("", {"a"}) == "");
  CHECK(nearest(std::string(100000, 'a'), {std::string(100000, 'b')}) == "");
}

TEST_CASE("of equally near ones the first") { CHECK(nearest("cat", {"bat", "hat", "ca"}) == "bat"); }

TEST_CASE("it is the one that the whole table says, whatever is left out") {
  CHECK(rc::check("short words", [] {
    const auto candidates = *rc::gen::container<std::vector<std::string>>(words(12));
    const auto word = *words(12);
    RC_ASSERT(nearest(word, candidates) == slow_nearest(word, candidates));
  }));
  CHECK(rc::check("words with slips, long ones too", [] {
    auto candidates = *rc::gen::container<std::vector<std::string>>(words(60));
    candidates.push_back(*words(345));
    const auto slips = *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 4000));
    const auto word = slipped(candidates[*rc::gen::inRange<size_t>(0, candidates.size())], slips);
    RC_ASSERT(nearest(word, candidates) == slow_nearest(word, candidates));
  }));
}

TEST_CASE("what is remembered is what would be found") {
  cep::base::Suggestions suggestions;
  std::vector<std::string> names;
  for (int i = 0; i < 50; ++i) names.push_back("stream_" + std::to_string(i * i));
  for (const std::string& name : names) suggestions.add(name);
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i < 2000; ++i) {
      const std::string word = "straem_" + std::to_string(i);
      REQUIRE(suggestions.nearest_to(word) == nearest(word, names));
    }
  }
  CHECK(suggestions.nearest_to(std::string(5000, 's')) == "");
}
