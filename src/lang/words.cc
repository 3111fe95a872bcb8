// The spellings of words and symbols.
#include <algorithm>
#include <array>
#include <initializer_list>

#include "lang/token.h"

namespace cep::lang {
namespace {

constexpr auto kWords = std::to_array<std::string_view>({
    "", "accumulating", "advance", "after", "ahead", "alert", "allowCombinations", "and", "as", "ascending",
    "at", "begin", "between", "by", "consecutive", "count", "default", "description", "discarding", "each",
    "early", "event", "events", "every", "false", "filter", "first", "followedBy", "followedByAny", "from",
    "global", "greedy", "having", "idle", "if", "in", "is", "join", "keep", "key", "keys", "lag", "last",
    "lateness", "left", "let", "limit", "match", "matches", "max", "most", "next", "no", "not",
    "notFollowedBy", "notNext", "null", "offset", "on", "once", "oneOrMore", "optional", "or", "own",
    "past", "pattern", "per", "processing", "punctuated", "raw", "required", "retracting", "rolling",
    "select", "session", "skip", "sliding", "stream", "table", "tags", "time", "timeout", "times", "to",
    "true", "tumbling", "unique", "until", "watermark", "when", "where", "window", "within",
});
static_assert(kWords.size() == static_cast<size_t>(Word::kWithin) + 1);
static_assert(std::is_sorted(kWords.begin(), kWords.end()));

constexpr auto kSymbols = std::to_array<std::string_view>({
    "",   "(",  ")", "{",  "}", "[",  "]", ",", ".", "..", ":", "=",
    "==", "!=", "<", "<=", ">", ">=", "+", "-", "*", "/",  "%",
});
static_assert(kSymbols.size() == static_cast<size_t>(Symbol::kModulo) + 1);

}  // namespace

Word find_word(std::string_view text) {
  const auto at = std::lower_bound(kWords.begin() + 1, kWords.end(), text);
  return at != kWords.end() && *at == text ? static_cast<Word>(at - kWords.begin()) : Word::kNone;
}

std::string_view spelling(Word word) { return kWords[static_cast<size_t>(word)]; }
std::string_view spelling(Symbol symbol) { return kSymbols[static_cast<size_t>(symbol)]; }

bool is_reserved(Word word) {
  switch (word) {
    case Word::kAnd:
    case Word::kOr:
    case Word::kNot:
    case Word::kIn:
    case Word::kIs:
    case Word::kNull:
    case Word::kTrue:
    case Word::kFalse:
    case Word::kMatches:
    case Word::kIf:
      return true;
    default:
      return false;
  }
}

std::vector<std::string> spellings(std::initializer_list<Word> words) {
  std::vector<std::string> texts;
  for (Word word : words) texts.emplace_back(spelling(word));
  return texts;
}

}  // namespace cep::lang
