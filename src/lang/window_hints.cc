#include "lang/window_hints.h"

#include "lang/body_words.h"

namespace cep::lang {
namespace {

struct Way {
  std::string_view word;
  std::string_view message;
};
// Words that are right elsewhere, and words of other languages.
constexpr Way kWays[] = {
    {"every", "`every` goes right after what it belongs to: `sliding 1h every 5m`, `early every 5m`"},
    {"offset", "`offset` goes right after the window's size: `tumbling 1d offset 2h`"},
    {"by", "the keys stand before the body: `on SOURCE by KEYS {`"},
    {"group", "the keys stand before the body: `on SOURCE by KEYS {`"},
    {"partition", "the keys stand before the body: `on SOURCE by KEYS {`"},
    {"hop", "hopping windows are written `sliding SIZE every STEP`"},
    {"hopping", "hopping windows are written `sliding SIZE every STEP`"},
    {"tumble", "write `tumbling SIZE`"},
    {"slide", "write `sliding SIZE every STEP`"},
    {"size", "the size stands after the kind of window: `tumbling 5m`"},
    {"filter", "write `where CONDITION`, or after an aggregate `filter (CONDITION)`"},
    {"within", "a window has its length after `tumbling`, `sliding`, `session` or `rolling`"},
};
constexpr Way kWindowWays[] = {
    {"between", "`between` belongs to a join, not to a window"},
    {"processing", "`processing` goes right after `early every DURATION`"},
    {"keys", "write `limit keys DURATION`"},
    {"each", "write `having each CONDITION`"},
    {"allowed", "allowed lateness is written `lateness DURATION`"},
    {"emit", "firings before the end are written `early every DURATION` or `early count N`"},
    {"trigger", "firings before the end are written `early every DURATION` or `early count N`"},
};
constexpr Way kJoinWays[] = {
    {"on", "what the join is on stands before the body: `A by KEYS, B by KEYS`; other conditions after `where`"},
    {"within", "the distance of the two times is written `between -5m and 10m`"},
    {"having", "a join has no `having`; its condition is `where`"},
    {"lateness", "a join has no `lateness`: a window that is still open takes the row"},
};

std::string_view find(std::string_view text, const Way* begin, const Way* end) {
  for (const Way* way = begin; way != end; ++way) {
    if (way->word == text) return way->message;
  }
  return {};
}

}  // namespace

std::string misplaced_window_word(TimedBody body, Word word, const std::string& text) {
  const bool window = body == TimedBody::kWindow;
  std::string_view way = window ? find(text, std::begin(kWindowWays), std::end(kWindowWays))
                                : find(text, std::begin(kJoinWays), std::end(kJoinWays));
  if (way.empty()) way = find(text, std::begin(kWays), std::end(kWays));
  if (!way.empty()) return std::string(way);
  if (is_body_word(word))
    return "`" + text + "` belongs to a pattern, not to a " + (window ? "window" : "join");
  if (!window && is_one_of(word, kWindowWords))
    return "`" + text + "` belongs to a window, not to a join";
  return {};
}

std::vector<std::string> words_of_timed_body(TimedBody body) {
  std::vector<std::string> words = spellings(body == TimedBody::kWindow ? kWindowWords : kJoinWords);
  const std::initializer_list<Word> inside = {Word::kEvery, Word::kOffset, Word::kAt, Word::kBy};
  for (std::string& w : spellings(inside)) words.push_back(std::move(w));
  if (body == TimedBody::kWindow) words.emplace_back(spelling(Word::kProcessing));
  return words;
}

}  // namespace cep::lang
