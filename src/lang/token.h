// The words of a text: what the lexer cuts and the grammar reads. Small, because a file may have millions.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "cep/diagnostic.h"

namespace cep::lang {

enum class TokenKind : uint8_t { kEnd, kWord, kQuoted, kInt, kDecimal, kDuration, kString, kSymbol };

// The words that mean something somewhere; in the order of their letters (words.cc has the spellings).
enum class Word : uint8_t {
  kNone,
  kAccumulating,
  kAdvance,
  kAfter,
  kAhead,
  kAlert,
  kAllowCombinations,
  kAnd,
  kAs,
  kAscending,
  kAt,
  kBegin,
  kBetween,
  kBy,
  kConsecutive,
  kCount,
  kDefault,
  kDescription,
  kDiscarding,
  kEach,
  kEarly,
  kEvent,
  kEvents,
  kEvery,
  kFalse,
  kFilter,
  kFirst,
  kFollowedBy,
  kFollowedByAny,
  kFrom,
  kGlobal,
  kGreedy,
  kHaving,
  kIdle,
  kIf,
  kIn,
  kIs,
  kJoin,
  kKeep,
  kKey,
  kKeys,
  kLag,
  kLast,
  kLateness,
  kLeft,
  kLet,
  kLimit,
  kMatch,
  kMatches,
  kMax,
  kMost,
  kNext,
  kNo,
  kNot,
  kNotFollowedBy,
  kNotNext,
  kNull,
  kOffset,
  kOn,
  kOnce,
  kOneOrMore,
  kOptional,
  kOr,
  kOwn,
  kPast,
  kPattern,
  kPer,
  kProcessing,
  kPunctuated,
  kRaw,
  kRequired,
  kRetracting,
  kRolling,
  kSelect,
  kSession,
  kSkip,
  kSliding,
  kStream,
  kTable,
  kTags,
  kTime,
  kTimeout,
  kTimes,
  kTo,
  kTrue,
  kTumbling,
  kUnique,
  kUntil,
  kWatermark,
  kWhen,
  kWhere,
  kWindow,
  kWithin,
};

enum class Symbol : uint8_t {
  kNone,
  kOpenParen,
  kCloseParen,
  kOpenBrace,
  kCloseBrace,
  kOpenBracket,
  kCloseBracket,
  kComma,
  kDot,
  kDotDot,
  kColon,
  kAssign,
  kEqual,
  kNotEqual,
  kLess,
  kLessEqual,
  kGreater,
  kGreaterEqual,
  kPlus,
  kMinus,
  kTimes,
  kDivide,
  kModulo,
};

struct Token {
  uint32_t begin = 0;  // bytes of the text
  uint32_t end = 0;
  uint32_t close = 0;  // of an opening symbol: the index of the token that closes it; 0: never closed
  TokenKind kind = TokenKind::kEnd;
  Word word = Word::kNone;        // of a kWord
  Symbol symbol = Symbol::kNone;  // of a kSymbol
  bool first_on_line : 1 = false;
  bool bad : 1 = false;       // its mistake has been reported: complaints right here would be repetition
  bool unclosed : 1 = false;  // a string that swallowed the rest of its line
};

Word find_word(std::string_view text);
std::string_view spelling(Word word);
std::string_view spelling(Symbol symbol);
bool is_reserved(Word word);  // and or not in is null true false matches if
std::vector<std::string> spellings(std::initializer_list<Word> words);

inline bool is_word(const Token& t, Word w) { return t.kind == TokenKind::kWord && t.word == w; }
inline bool is_symbol(const Token& t, Symbol s) { return t.kind == TokenKind::kSymbol && t.symbol == s; }
// Can stand where a name must: any word that is not reserved, or a text between backquotes.
inline bool is_name(const Token& t) {
  return t.kind == TokenKind::kQuoted || (t.kind == TokenKind::kWord && !is_reserved(t.word));
}

// A text with where its bytes came from: a file, or the decoded text of a message inside one.
struct Text {
  std::string_view bytes;
  uint32_t file = 0;
  const std::vector<uint32_t>* origin =
      nullptr;  // place in the file of each byte and of the end; null: the same

  Span span(uint32_t begin, uint32_t end) const {
    return origin == nullptr ? Span{file, begin, end} : Span{file, (*origin)[begin], (*origin)[end]};
  }
  Span span(const Token& t) const { return span(t.begin, t.end); }
  std::string_view of(const Token& t) const { return bytes.substr(t.begin, t.end - t.begin); }
};

}  // namespace cep::lang
