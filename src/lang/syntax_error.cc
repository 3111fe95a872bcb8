// Errors of syntax in the reader's words. unexpected() tries, in this order: a mistake already told, a way
// out for what is often meant, the nearest word that can stand here, and else says what was expected and what
// was found.
#include "lang/syntax_error.h"

#include <algorithm>

#include "base/nearest.h"
#include "lang/body_words.h"
#include "lang/lexer.h"
#include "lang/literal.h"
#include "lang/window_hints.h"

namespace cep::lang {
namespace {

constexpr size_t kShownMax = 40;  // bytes of a found text that are repeated in the message

std::string quoted(std::string_view text) { return "`" + std::string(text) + "`"; }

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return out;
}

std::string on_line(const ParseState& state, const Token& token) {
  const size_t line = state.line(token);
  return line == 0 ? "" : " on line " + std::to_string(line);
}

// The bracket that is open at `found`, or null.
Iterator open_bracket(const ParseState& state, Iterator found) {
  int closed = 0;
  for (Iterator t = found; t != state.begin;) {
    --t;
    if (t->kind != TokenKind::kSymbol) continue;
    const bool open = t->symbol == Symbol::kOpenParen || t->symbol == Symbol::kOpenBrace ||
                      t->symbol == Symbol::kOpenBracket;
    const bool close = t->symbol == Symbol::kCloseParen || t->symbol == Symbol::kCloseBrace ||
                       t->symbol == Symbol::kCloseBracket;
    if (close) ++closed;
    if (open && closed-- == 0) return t;
  }
  return nullptr;
}

// What is asked: the place, its neighbours, and what can stand there.
struct Question {
  const ParseState& state;
  Iterator found;
  Iterator before;  // the token before, or the kEnd if there is none
  std::string_view what;
  Expected expected;

  std::string text() const { return std::string(state.of(*found)); }
  bool word(Word w) const { return is_word(*found, w); }
  bool symbol(Symbol s) const { return is_symbol(*found, s); }
  bool after(Word w) const { return is_word(*before, w); }
  bool after(Symbol s) const { return is_symbol(*before, s); }
  bool in_body() const {
    return expected == Expected::kPatternBody || expected == Expected::kGroupBody ||
           expected == Expected::kTimeoutBody || in_timed_body();
  }
  bool in_timed_body() const {
    return expected == Expected::kWindowBody || expected == Expected::kJoinBody;
  }
  TimedBody timed_body() const {
    return expected == Expected::kWindowBody ? TimedBody::kWindow : TimedBody::kJoin;
  }
};

// Can the token end a value, so that an operator might follow?
bool ends_value(const Token& t) {
  return is_name(t) || is_symbol(t, Symbol::kCloseParen) ||
         (t.kind >= TokenKind::kInt && t.kind <= TokenKind::kString) || is_word(t, Word::kNull) ||
         is_word(t, Word::kTrue) || is_word(t, Word::kFalse);
}

// Operators of other languages after a value.
std::string foreign_operator(const Question& q) {
  if (q.found->kind != TokenKind::kWord || !ends_value(*q.before)) return {};
  const std::string word = lower(q.text());
  if (q.found->word == Word::kNone &&
      (word == "and" || word == "or" || word == "in" || word == "is" || word == "matches" || word == "not")) {
    return "case matters: write " + quoted(word);
  }
  if (word == "between" && q.expected != Expected::kTimeoutBody)
    return "there is no `between` for values: write `x >= a and x <= b`";
  if (word == "like" || word == "ilike" || word == "rlike" || word == "regexp" || word == "match") {
    return "there is no " + quoted(q.text()) +
           ": write `x matches \"…\"` (a regular expression), `contains(x, \"…\")` or `starts_with(x, "
           "\"…\")`";
  }
  if (word == "contains" || word == "starts_with" || word == "ends_with")
    return quoted(word) + " is a function: `" + word + "(x, \"…\")`";
  if (word == "mod" || word == "div") return "write `%` for the rest, `/` for the division";
  if (word == "eq" || word == "equals") return "equality is written `==`";
  if (word == "xor") return "there is no `xor`: conditions are compared with `!=`";
  return {};
}

std::string duration_pieces(const Question& q) {
  const TokenKind before = q.before->kind;
  const std::string pieces = std::string(q.state.of(*q.before)) + q.text();
  if (before == TokenKind::kDuration && q.found->kind == TokenKind::kDuration)
    return "a duration has no blanks: write " + quoted(pieces);
  if (before != TokenKind::kInt || q.found->kind != TokenKind::kWord) return {};
  const std::string word = q.text();
  const bool unit = word == "d" || word == "h" || word == "m" || word == "s" || word == "ms";
  const std::string_view meant = unit ? std::string_view(word) : unit_meant(word);
  if (meant.empty()) return {};
  return "a duration has no blanks: write " + quoted(std::string(q.state.of(*q.before)) + std::string(meant));
}

std::string operand_hint(const Question& q) {
  if (q.symbol(Symbol::kPlus)) return "there is no sign `+`: leave it out";
  if (q.symbol(Symbol::kAssign)) return "a single `=` compares nothing; did you mean `==`?";
  if (q.symbol(Symbol::kOpenBracket)) return "lists stand in parentheses: `in (1, 2)`";
  if (q.symbol(Symbol::kOpenBrace))
    return "there is no value in braces here; lists stand in parentheses: `in (1, 2)`";
  if (q.symbol(Symbol::kComma) && q.after(Symbol::kComma)) return "one `,` too many";
  if (q.word(Word::kNot))
    return "`not` stands before a whole condition: put it in parentheses here, `(not …)`";
  const bool list_of_in =
      q.after(Symbol::kOpenParen) && q.before != q.state.begin && is_word(*(q.before - 1), Word::kIn);
  if (q.symbol(Symbol::kCloseParen) && list_of_in) return "the list of `in` is empty";
  if (q.word(Word::kMatches) || q.word(Word::kIn) || q.word(Word::kIs)) {
    return "expected " + std::string(q.what) + ", found " + quoted(q.text()) +
           ", a reserved word (between backquotes it is a name)";
  }
  return {};
}

std::string name_hint(const Question& q) {
  if (q.found->kind == TokenKind::kWord && is_reserved(q.found->word)) {
    return quoted(q.text()) + " is a reserved word; between backquotes any text is a name";
  }
  if (q.found->kind == TokenKind::kString && q.after(Word::kAlert))
    return "the level comes before the message: `alert low " + q.text() + "`";
  if (q.found->kind == TokenKind::kString) return "a name stands without quotes (or between backquotes)";
  return {};
}

std::string kind_hint(const Question& q) {
  switch (q.expected) {
    case Expected::kOperand:
      return operand_hint(q);
    case Expected::kName:
      return name_hint(q);
    case Expected::kClose:
      return q.symbol(Symbol::kTimes) && q.after(Symbol::kOpenParen)
                 ? "there is no `*` in a call: write `count()`"
                 : "";
    case Expected::kType:
      return q.symbol(Symbol::kColon) ? "a field is written `name type`, without `:`" : "";
    case Expected::kTableFields:
      if (q.word(Word::kFrom) || q.word(Word::kRequired) || q.word(Word::kDefault))
        return "a table's field has a name and a type only";
      return {};
    case Expected::kText:
      if (q.found->kind == TokenKind::kWord)
        return "expected " + std::string(q.what) + "; did you mean `\"" + q.text() + "\"`?";
      return {};
    case Expected::kList:
      if (q.symbol(Symbol::kOpenBracket) || q.symbol(Symbol::kOpenBrace))
        return "lists stand in parentheses: `in (1, 2)`";
      if (ends_value(*q.found)) return "a list stands in parentheses: `in (" + q.text() + ", …)`";
      return {};
    case Expected::kColumn:
      if (q.symbol(Symbol::kEqual)) return "a column is named with a single `=`";
      if (q.after(Symbol::kCloseParen)) return {};
      if (q.symbol(Symbol::kDot) && q.found + 1 < q.state.end && is_name(q.found[1])) {
        const std::string field(q.state.of(q.found[1]));
        return "each column has a name: " + quoted(field + " = " + std::string(q.state.of(*q.before)) + "." + field);
      }
      return "each column has a name: `" + std::string(q.state.of(*q.before)) + " = …`";
    case Expected::kTimes:
      if (q.found->kind == TokenKind::kDecimal) return "`times` takes whole numbers";
      if (q.symbol(Symbol::kDotDot)) return "`times` needs its lower end: `times 0..3`";
      if (q.symbol(Symbol::kOpenBrace)) return "write `times 3`, `times 2..5` or `times 2+`";
      if (q.symbol(Symbol::kMinus)) return "`times` takes no negative number";
      return {};
    case Expected::kDuration:
      if (q.found->kind == TokenKind::kString) return "a duration stands without quotes: `1h30m`";
      return operand_hint(q);
    default:
      return {};
  }
}

// A brace that is missing before the next declaration or the end of the file; shown where it was opened.
bool missing_brace(const Question& q, Mistake* mistake) {
  const bool at_end = q.found->kind == TokenKind::kEnd;
  if (!at_end && !(q.found->first_on_line && begins_declaration(q.found))) return false;
  const Iterator open = open_bracket(q.state, q.found);
  if (open == nullptr) return false;
  const std::string close(spelling(static_cast<Symbol>(static_cast<int>(open->symbol) + 1)));
  std::string message =
      quoted(spelling(open->symbol)) + " is not closed: " + quoted(close) + " is missing before ";
  message += at_end ? "the end of the file" : quoted(spelling(q.found->word)) + on_line(q.state, *q.found);
  *mistake = {q.state.span(*open), message, q.before->unclosed};
  return true;
}

std::vector<std::string> words_of_body(const Question& q) {
  if (q.in_timed_body()) return words_of_timed_body(q.timed_body());
  std::vector<std::string> words = spellings(kContiguityWords);
  const auto add = [&](std::initializer_list<Word> more) {
    for (std::string& w : spellings(more)) words.push_back(std::move(w));
  };
  if (q.expected == Expected::kFirstStage) return words;
  if (q.expected == Expected::kTimeoutBody)
    return spellings({Word::kSelect, Word::kAlert, Word::kAt, Word::kBy});
  add(kModifierWords);
  if (q.expected == Expected::kPatternBody) add(kClauseWords);
  if (q.expected == Expected::kPatternBody) add({Word::kBetween, Word::kAt, Word::kBy});
  return words;
}

std::string nearest_word(const Question& q);

// `times 3 + 1`: its `+` is no operator, so the sum is cut.
std::string times_hint(const Question& q) {
  const Token* at = q.found;
  if (q.after(Symbol::kPlus)) at = q.before;
  const bool number = at - q.state.begin >= 2 && is_word(*(at - 2), Word::kTimes);
  const bool sum = at != q.found ? is_name(*q.found) || q.found->kind == TokenKind::kInt || q.symbol(Symbol::kOpenParen)
                                 : q.symbol(Symbol::kTimes) || q.symbol(Symbol::kDivide) || q.symbol(Symbol::kModulo);
  if (!number || !sum) return {};
  return "`times` takes no bare sum (`times N+` is N or more): put it in parentheses, `times (2 + 1)`";
}

std::string misplaced_body_word(const Question& q) {
  if (q.found->kind != TokenKind::kWord) return {};
  const Word w = q.found->word;
  if (q.in_timed_body()) return misplaced_window_word(q.timed_body(), w, q.text());
  const bool stage_hidden = q.found - q.state.begin >= 2 && is_contiguity(*(q.found - 2));
  if (stage_hidden && q.before->kind == TokenKind::kWord && is_one_of(q.before->word, kModifierWords)) {
    return "this stage has no name before " + quoted(spelling(q.before->word)) + ": `" +
           std::string(q.state.of(*(q.found - 2))) + " NAME " + std::string(spelling(q.before->word)) + " …`";
  }
  if (is_one_of(w, kContiguityWords))
    return "the stages of a pattern come before its clauses; move this stage up";
  if (is_one_of(w, kModifierWords))
    return quoted(q.text()) + " belongs to a stage; it goes before the clauses of the pattern";
  if (is_one_of(w, kClauseWords)) {
    return q.expected == Expected::kGroupBody
               ? quoted(q.text()) + " belongs to the pattern, not to a group; it goes after the group's `}`"
               : quoted(q.text()) + " has no place in `on timeout`, which takes `select` and `alert`";
  }
  const std::string word = q.text();
  if (word == "having" || word == "tumbling" || word == "sliding" || word == "session" || word == "rolling" ||
      word == "lateness") {
    return quoted(word) + " belongs to a window, not to a pattern";
  }
  if (word == "timeout") return "write `on timeout { … }`";
  if (w == Word::kSkip || w == Word::kNo) return "write `after match " + word + " …`";
  return {};
}

std::string body_hint(const Question& q) {
  if (is_symbol(*(q.found + (q.found->kind == TokenKind::kEnd ? 0 : 1)), Symbol::kAssign) &&
      is_name(*q.found) && ends_value(*q.before)) {
    return "`,` is missing before this column of `select`";
  }
  if (q.symbol(Symbol::kCloseParen) || q.symbol(Symbol::kCloseBracket))
    return "this " + quoted(q.text()) + " closes nothing";
  const Iterator second = q.found - q.state.begin >= 2 ? q.found - 2 : q.state.end;
  if (q.symbol(Symbol::kOpenBrace) && is_contiguity(*second)) {
    return "a group has no name: write " + quoted(std::string(spelling(second->word)) + " { … }");
  }
  if (is_word(*second, Word::kAlert) && is_name(*q.found) && !is_body_word(q.found->word) &&
      !is_timed_body_word(q.found->word))
    return "a message stands between quotes: `\"…\"`";
  const bool times_before = q.found - q.state.begin >= 2 && is_word(*(q.found - 2), Word::kTimes) &&
                            q.before->kind == TokenKind::kInt;
  if (times_before && (q.symbol(Symbol::kMinus) || q.symbol(Symbol::kComma) || q.word(Word::kTo) ||
                       q.symbol(Symbol::kColon))) {
    return "a range is written `times " + std::string(q.state.of(*q.before)) + "..5`";
  }
  if (nearest_word(q).empty()) {   // `times 3+` and then a stage whose first word is misspelled
    if (std::string hint = times_hint(q); !hint.empty()) return hint;
  }
  return misplaced_body_word(q);
}

std::string first_stage_hint(const Question& q) {
  if (q.symbol(Symbol::kCloseBrace))
    return "there is no stage between these braces; the first is `begin NAME where …`";
  if (q.found->kind != TokenKind::kWord) return {};
  if (is_one_of(q.found->word, kClauseWords))
    return "the stages come first: `begin NAME where …` before " + quoted(q.text());
  if (is_one_of(q.found->word, kModifierWords))
    return quoted(q.text()) + " belongs to a stage: `begin NAME " + q.text() + " …`";
  return {};
}

std::string nearest_word(const Question& q) {
  if (q.found->kind != TokenKind::kWord) return {};
  std::vector<std::string> words;
  if (q.in_body() || q.expected == Expected::kFirstStage) words = words_of_body(q);
  if (q.expected == Expected::kEarly) words = spellings({Word::kEvery, Word::kCount});
  if (q.expected == Expected::kFields) words = spellings({Word::kFrom, Word::kRequired, Word::kDefault});
  if (q.expected == Expected::kSkip)
    words =
        spellings({Word::kNo, Word::kSkip, Word::kTo, Word::kPast, Word::kNext, Word::kFirst, Word::kLast});
  // A single word that is expected stands first in `what`, between backquotes.
  if (q.expected == Expected::kOther && q.what.substr(0, 1) == "`") {
    const std::string_view first = q.what.substr(1, q.what.find_first_of("` ", 1) - 1);
    if (find_word(first) != Word::kNone) words.emplace_back(first);
  }
  if (q.expected != Expected::kFirstStage && ends_value(*q.before) && q.in_body()) {
    for (const char* op : {"and", "or", "matches", "in"}) words.emplace_back(op);
  }
  const std::string near = base::nearest(q.text(), words);
  if (near.empty() || near == q.text()) return {};
  return quoted(q.text()) + " is no word that can stand here; did you mean " + quoted(near) + "?";
}

std::string stage_without_contiguity(const Question& q) {
  if (q.expected != Expected::kFirstStage || !is_name(*q.found)) return {};
  return "a stage begins with how it follows: `begin " + q.text() + " …`";
}

// After a source of a join.
std::string source_hint(const Question& q) {
  if (q.expected == Expected::kSecondSource && q.symbol(Symbol::kOpenBrace))
    return "a join has two sources: `on A by KEYS, B by KEYS {`";
  if (q.expected == Expected::kJoinKeys && q.after(Word::kAs) && is_name(*q.found))
    return "an alias stands right after its source, without `as`: `SOURCE " + q.text() + " by …`";
  if (q.symbol(Symbol::kComma) || q.symbol(Symbol::kOpenBrace))
    return "each source of a join has its keys: `on A by KEYS, B by KEYS {`";
  return {};
}

std::string extra_source(const Question& q) {
  const bool join = q.what.find("join") != std::string_view::npos;
  return join ? "a join has two sources; a third is joined with its result by another join"
              : "a window reads one source; `stream NAME = A, B` is the union of several";
}

std::string head_hint(const Question& q) {
  if (q.after(Word::kOn) && q.what.substr(0, 10) == "`on SOURCE") return "the name is missing before `on`";
  if (q.expected == Expected::kJoinKeys || q.expected == Expected::kSecondSource) return source_hint(q);
  if (q.expected == Expected::kWindowHead && q.symbol(Symbol::kComma)) return extra_source(q);
  if (q.expected != Expected::kOpenBody && q.expected != Expected::kWindowHead) return {};
  const bool pattern = q.expected == Expected::kOpenBody;
  if (q.word(Word::kAs) && pattern) return "a source of a pattern has no alias; stages have names";
  if (q.word(Word::kAs)) return "there is no alias here; fields of the source stand alone";
  if (is_name(*q.found) && q.found->kind == TokenKind::kWord) {
    const std::string near = base::nearest(q.text(), spellings({Word::kBy}));
    if (!near.empty() && q.found->word != Word::kBy)
      return "expected " + std::string(q.what) + ", found " + quoted(q.text()) + "; did you mean " +
             quoted(near) + "?";
  }
  return {};
}

// Two values in a row.
std::string missing_operator(const Question& q) {
  const bool value = is_name(*q.found) || q.symbol(Symbol::kOpenParen) ||
                     (q.found->kind >= TokenKind::kInt && q.found->kind <= TokenKind::kString);
  const bool after_name = q.found - q.state.begin >= 2 && is_contiguity(*(q.found - 2));
  if (!q.in_body() || !value || q.found->first_on_line || !ends_value(*q.before) || after_name) return {};
  return "expected an operator (`and`, `or`, `==`, …) or " + std::string(q.what) + ", found " +
         describe(q.state, *q.found);
}

std::string hint(const Question& q) {
  for (auto* ask : {kind_hint, duration_pieces}) {
    if (std::string text = ask(q); !text.empty()) return text;
  }
  const bool after_value = q.in_body() || q.expected == Expected::kClose || q.expected == Expected::kEnd;
  if (after_value) {
    if (std::string text = foreign_operator(q); !text.empty()) return text;
  }
  if (q.in_body()) {
    if (std::string text = body_hint(q); !text.empty()) return text;
  }
  if (q.expected == Expected::kFirstStage) {
    if (std::string text = first_stage_hint(q); !text.empty()) return text;
  }
  for (auto* ask : {nearest_word, stage_without_contiguity, head_hint, missing_operator}) {
    if (std::string text = ask(q); !text.empty()) return text;
  }
  return {};
}

std::string default_message(const Question& q) {
  std::string message = "expected " + std::string(q.what) + ", found " + describe(q.state, *q.found);
  if (q.expected == Expected::kClose) {
    const Iterator open = open_bracket(q.state, q.found);
    if (open != nullptr)
      message += " (" + quoted(spelling(open->symbol)) + " was opened" + on_line(q.state, *open) + ")";
  }
  return message;
}

// A value was missing, and the word that begins the next line was read as its name: that word, if it stands
// right before `found`.
Iterator word_for_value(const ParseState& state, Iterator found) {
  if (found - state.begin < 2) return nullptr;
  const Token& word = *(found - 1);
  const Token& before = *(found - 2);
  if (word.kind != TokenKind::kWord) return nullptr;
  // No clause can stand after a word that a duration must follow.
  const bool amount = before.kind == TokenKind::kWord && is_one_of(before.word, kAmountWords);
  if (amount && is_timed_body_word(word.word)) return found - 1;
  if (!word.first_on_line) return nullptr;
  if (!is_body_word(word.word) && !is_timed_body_word(word.word) && !begins_declaration(&word))
    return nullptr;
  const bool by_symbol = before.kind == TokenKind::kSymbol && before.symbol >= Symbol::kAssign;
  const bool by_word =
      before.kind == TokenKind::kWord &&
      (is_reserved(before.word) || before.word == Word::kWhere || before.word == Word::kUntil ||
       before.word == Word::kHaving || before.word == Word::kEach);
  const bool value_before =
      is_word(before, Word::kNull) || is_word(before, Word::kTrue) || is_word(before, Word::kFalse);
  return by_symbol || (by_word && !value_before) ? found - 1 : nullptr;
}

Mistake missing_value(const ParseState& state, Iterator word) {
  return {state.span(*word),
          "expected a value after " + describe(state, *(word - 1)) + ", found " + describe(state, *word),
          word->bad || (word - 1)->bad};
}

std::string option_hint(const Question& q, const ast::Declaration& before, std::vector<std::string>* words) {
  const bool stream = before.kind == ast::Declaration::kStream;
  const bool derived = before.kind == ast::Declaration::kDerived;
  const std::string word = q.text();
  if (derived && is_one_of(q.found->word, kDerivedWords)) {
    return "in a derived stream `as`, `where`, `select`, `unique` come in this order, each at most once";
  }
  if (stream && word == "max") return "`max lag` belongs to `own` or to `watermark D by FIELD`, right after it";
  if (stream && word == "by") return "`by` belongs to `watermark D` or to `unique`, right after it";
  if (stream && word == "advance") return "`advance` belongs to `idle D`, right after it";
  if (stream && (word == "where" || word == "filter"))
    return "a stream takes its lines by `when CONDITION`; a filter is `stream NAME = SOURCE where …`";
  if (stream) {
    for (std::string& w : spellings(kStreamOptionWords)) words->push_back(std::move(w));
  }
  if (derived) {
    for (std::string& w : spellings(kDerivedWords)) words->push_back(std::move(w));
  }
  const bool pattern = before.kind == ast::Declaration::kPattern;
  const bool timed = before.kind == ast::Declaration::kWindow || before.kind == ast::Declaration::kJoin;
  if (!(pattern && is_body_word(q.found->word)) && !(timed && is_timed_body_word(q.found->word))) return {};
  const char* what = pattern ? "pattern" : before.kind == ast::Declaration::kJoin ? "join" : "window";
  return quoted(word) + " stands after the `}` that ends the " + what + "; is there one `}` too many before?";
}

}  // namespace

std::string describe(const ParseState& state, const Token& token) {
  std::string text(state.of(token));
  if (text.size() > kShownMax)
    text =
        text.substr(0, text.find_first_of(" \t", 20) < kShownMax ? text.find_first_of(" \t", 20) : 20) + " …";
  switch (token.kind) {
    case TokenKind::kEnd:
      return state.text.origin == nullptr ? "the end of the file" : "the end of the braces";
    case TokenKind::kString:
      return "the text " + quoted(text);
    default:
      return quoted(text);
  }
}

Mistake unexpected(const ParseState& state, Iterator found, std::string_view what, Expected expected) {
  const Question q{state, found, found == state.begin ? state.end : found - 1, what, expected};
  if (const Iterator value = word_for_value(state, found); value != nullptr)
    return missing_value(state, value);
  Mistake mistake{state.span(*found), "", found->bad || q.before->bad};
  if (missing_brace(q, &mistake)) return mistake;
  if (expected == Expected::kColumn && !q.symbol(Symbol::kEqual)) mistake.span = state.span(*q.before);
  mistake.message = hint(q);
  if (mistake.message.empty()) mistake.message = default_message(q);
  return mistake;
}

Mistake no_declaration(const ParseState& state, Iterator found, const ast::Declaration* before) {
  const Question q{state, found, found == state.begin ? state.end : found - 1, "a declaration",
                   Expected::kOther};
  if (const Iterator value = word_for_value(state, found); value != nullptr)
    return missing_value(state, value);
  Mistake mistake{state.span(*found), "", found->bad || q.before->bad};
  if (q.symbol(Symbol::kCloseBrace) || q.symbol(Symbol::kCloseParen) || q.symbol(Symbol::kCloseBracket)) {
    mistake.message = "this " + quoted(q.text()) + " closes nothing";
    return mistake;
  }
  if (mistake.message = duration_pieces(q); !mistake.message.empty()) return mistake;
  if (before != nullptr && !found->first_on_line) mistake.message = foreign_operator(q);
  if (!mistake.message.empty()) return mistake;
  std::vector<std::string> words = spellings(kDeclarationWords);
  if (found->kind == TokenKind::kWord) {
    if (before != nullptr) mistake.message = option_hint(q, *before, &words);
    if (!mistake.message.empty()) return mistake;
    if (q.word(Word::kLeft)) mistake.message = "`left` goes before `join`: `left join NAME on …`";
    if (!mistake.message.empty()) return mistake;
    const std::string near = base::nearest(q.text(), words);
    if (!near.empty()) {
      mistake.message = quoted(q.text()) + " begins nothing; did you mean " + quoted(near) + "?";
      return mistake;
    }
  }
  mistake.message =
      "expected a declaration (stream, table, let, pattern, window, join), found " + describe(state, *found);
  return mistake;
}

}  // namespace cep::lang
