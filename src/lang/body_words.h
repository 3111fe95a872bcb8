// Which words can stand where in the bodies and after the heads of declarations.
#pragma once
#include <string>
#include <vector>

#include "lang/token.h"

namespace cep::lang {

inline constexpr std::initializer_list<Word> kContiguityWords = {
    Word::kBegin, Word::kNext, Word::kFollowedBy, Word::kFollowedByAny, Word::kNotNext, Word::kNotFollowedBy};
inline constexpr std::initializer_list<Word> kModifierWords = {
    Word::kWhere,    Word::kUntil,  Word::kTimes,       Word::kOneOrMore,
    Word::kOptional, Word::kGreedy, Word::kConsecutive, Word::kAllowCombinations,
    Word::kEvery};
inline constexpr std::initializer_list<Word> kClauseWords = {
    Word::kDescription, Word::kTags, Word::kWithin, Word::kAfter, Word::kSelect, Word::kAlert, Word::kOn};
inline constexpr std::initializer_list<Word> kDeclarationWords = {
    Word::kStream, Word::kTable, Word::kLet, Word::kPattern, Word::kWindow, Word::kJoin, Word::kLeft};
inline constexpr std::initializer_list<Word> kStreamOptionWords = {
    Word::kTime,  Word::kWatermark, Word::kOwn,    Word::kIdle,
    Word::kAhead, Word::kWhen,      Word::kUnique, Word::kKeep};
inline constexpr std::initializer_list<Word> kWindowWords = {
    Word::kTumbling,   Word::kSliding,    Word::kSession, Word::kRolling, Word::kCount,
    Word::kGlobal,     Word::kWhere,      Word::kSelect,  Word::kAlert,   Word::kLateness,
    Word::kEarly,      Word::kAccumulating, Word::kDiscarding, Word::kRetracting, Word::kLimit,
    Word::kHaving};
inline constexpr std::initializer_list<Word> kJoinWords = {
    Word::kBetween, Word::kTumbling, Word::kSliding, Word::kSession,
    Word::kWhere,   Word::kSelect,   Word::kAlert};
// After these stands a number or a duration.
inline constexpr std::initializer_list<Word> kAmountWords = {
    Word::kTumbling, Word::kSliding,  Word::kSession, Word::kRolling, Word::kCount,
    Word::kEvery,    Word::kLateness, Word::kOffset,  Word::kKeys,    Word::kBetween};
inline constexpr std::initializer_list<Word> kDerivedWords = {Word::kAs, Word::kWhere, Word::kSelect,
                                                              Word::kUnique};

inline bool is_one_of(Word word, std::initializer_list<Word> words) {
  for (Word w : words) {
    if (w == word && w != Word::kNone) return true;
  }
  return false;
}
inline bool is_contiguity(const Token& t) {
  return t.kind == TokenKind::kWord && is_one_of(t.word, kContiguityWords);
}
inline bool is_body_word(Word w) {
  return is_one_of(w, kContiguityWords) || is_one_of(w, kModifierWords) || is_one_of(w, kClauseWords);
}
inline bool is_timed_body_word(Word w) { return is_one_of(w, kWindowWords) || is_one_of(w, kJoinWords); }

}  // namespace cep::lang
