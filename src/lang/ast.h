// The syntax tree: what was written, with places; nothing is resolved or checked. One generic node kind each for expressions, stages and clauses,
// so that the rules can refuse what the grammar reads.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "cep/diagnostic.h"

namespace cep::lang::ast {

struct Ident {
  std::string name;
  Span span;
  bool quoted = false;  // between backquotes
};

struct Expr;
using ExprPtr = std::shared_ptr<Expr>;

struct Expr {
  enum Kind : uint8_t {
    kNull, kTrue, kFalse,
    kInt,        // text: the digits (unsigned; the binder checks the range, and -9223372036854775808 as unary minus on it)
    kDecimal,    // text
    kString,     // text: escapes read
    kDuration,   // text: as written, "1h30m"
    kName,       // names[0]: a bare name
    kMember,     // names[0] . names[1]
    kLookup,     // names[0] [ args… ] . names[1]: a table row's field
    kCall,       // names[0] ( args… ); `if(c, x, y)` has names[0] "if"
    kNeg, kNot,  // args[0]
    kBinary,     // op: or and == != < <= > >= + - * / %; args[0], args[1]
    kIn,         // args[0] in (args[1..]); negated: not in
    kInTable,    // args[0] in names[0]; negated
    kIsNull,     // args[0]; negated: is not null
    kMatches,    // args[0] matches args[1]
    kFilter,     // args[0] filter (args[1]): an aggregate with its filter
  };
  Kind kind = kNull;
  std::string text;
  std::string op;
  bool negated = false;
  std::vector<Ident> names;
  std::vector<ExprPtr> args;
  Span span;     // the whole expression (without parentheses round it)
  Span outer;    // the same with the parentheses round it
  int height = 1;  // of the tree; the parser refuses more than kMaxHeight (parser.h), so recursion over an expression is safe
  Span op_span;  // the operator or word
};

struct Path {  // `from "PATH"`
  std::string text;
  Span span;
};

struct FieldAttribute {
  enum Kind : uint8_t { kFrom, kRequired, kDefault } kind = kFrom;
  Path from;
  ExprPtr value;  // kDefault: a literal, perhaps under kNeg
  Span span;
};

struct FieldDecl {
  Ident name;
  Ident type;              // "string", "timestamp", …
  bool has_format = false;  // timestamp(…)
  bool format_is_text = false;
  std::string format;      // "s" "us" "ns", or the strptime text
  Span format_span;
  std::vector<FieldAttribute> attributes;  // in the order written, repeats kept
};

struct UniqueDecl {
  std::vector<Ident> keys;
  ExprPtr within;
  Span span;
};

struct StreamOption {
  enum Kind : uint8_t { kTime, kWatermark, kOwn, kIdle, kAhead, kWhen, kUnique, kKeepRaw } kind = kTime;
  Span span;  // of its first word
  Ident field;                 // kTime
  bool ascending = false;      // kWatermark
  bool punctuated = false;
  ExprPtr expr;                // kWatermark: duration or punctuation; kIdle, kAhead: duration; kWhen
  bool has_by = false;         // watermark D by FIELD max lag L
  Ident by;
  ExprPtr max_lag;             // of `by` or of `own`
  UniqueDecl unique;
};

struct NamedExpr {
  Ident name;
  ExprPtr expr;
};

struct AlertDecl {
  Ident level;
  bool has_message = false;
  // The message, cut at its braces: text (escapes and {{ }} read), then an expression (null at the end).
  struct Part {
    std::string text;
    ExprPtr expr;
  };
  std::vector<Part> message;
  ExprPtr throttle;            // null: none
  bool has_throttle_by = false;
  std::vector<Ident> throttle_by;
  Span throttle_span;
  Span span;                   // of the word `alert`
};

struct SourceRef {
  Ident name;
  bool has_by = false;
  std::vector<Ident> keys;
};

struct Modifier {
  enum Kind : uint8_t {
    kWhere, kUntil, kTimes, kOneOrMore, kOptional, kGreedy, kConsecutive, kAllowCombinations, kEvery
  } kind = kWhere;
  Span span;          // of its word (`times`, `until`, …)
  ExprPtr expr;       // kWhere, kUntil, kEvery
  ExprPtr min, max;   // kTimes: N, N..M, N+ (max null and `open`), N alone (max null, not open)
  bool open = false;
};

// At least one in a pattern and in a group. That the first is `begin`, and no other, is for the rules to check.
struct Stage {
  Ident contiguity;             // begin next followedBy followedByAny notNext notFollowedBy
  bool is_group = false;
  Ident name;                   // not for groups
  bool has_source = false;
  Ident source;                 // NAME : SOURCE
  std::vector<Stage> group;
  Span group_span;              // of the group's `{`
  std::vector<Modifier> modifiers;  // in the order written, repeats kept
};

struct Clause {  // of a pattern's body; repeats kept, the rules refuse them
  enum Kind : uint8_t { kDescription, kTags, kWithin, kWithinBetween, kSkip, kSelect, kAlert, kOnTimeout } kind = kWithin;
  Span span;  // of its first word
  std::string text;                 // kDescription
  std::vector<Ident> tags;
  ExprPtr duration;                 // kWithin, kWithinBetween
  std::string skip;                 // "none" "next" "past" "first" "last"
  Ident skip_target;
  std::vector<NamedExpr> select;
  AlertDecl alert;
  std::vector<Clause> timeout;      // kOnTimeout: kSelect and kAlert clauses
};

struct LetDecl {
  Ident name;
  ExprPtr value;
};
struct StreamDecl {
  Ident name;
  std::vector<FieldDecl> fields;
  std::vector<StreamOption> options;  // in the order written, repeats kept
};
struct DerivedDecl {
  Ident name;
  std::vector<Ident> sources;
  bool has_alias = false;
  Ident alias;
  ExprPtr where;
  bool has_select = false;
  std::vector<NamedExpr> select;
  bool has_unique = false;
  UniqueDecl unique;
  Span span;  // from the name to the last source: "u = x, y"
};
struct PatternDecl {
  Ident name;
  std::vector<SourceRef> sources;
  std::vector<Stage> stages;
  std::vector<Clause> clauses;
  Span span;  // of the word `pattern`
};
// A clause of a window's or a join's body, in the order written, repeats and alternatives kept: the rules refuse them, and windows' clauses in
// joins never get here (the grammar answers them).
struct WindowClause {
  enum Kind : uint8_t {
    kTumbling, kSliding, kSession,     // windows and joins
    kRolling, kCount, kGlobal,         // windows
    kBetween,                          // joins
    kWhere, kSelect, kAlert,           // both
    kLateness, kEarlyEvery, kEarlyCount, kAccumulating, kDiscarding, kRetracting, kLimitKeys, kHaving  // windows
  } kind = kWhere;
  Span span;                  // of its first word
  ExprPtr size;               // the D of kTumbling, kSliding, kSession, kRolling, kLateness, kEarlyEvery, kLimitKeys; the N of kCount, kEarlyCount
  ExprPtr every;              // kSliding: D (always); kCount: M, or null
  ExprPtr offset;             // kTumbling, kSliding: or null
  bool processing = false;    // kEarlyEvery
  ExprPtr lower, upper;       // kBetween
  ExprPtr expr;               // kWhere, kHaving
  bool each = false;          // kHaving: `having each`
  std::vector<NamedExpr> select;
  AlertDecl alert;
};
struct WindowDecl {
  Ident name;
  SourceRef source;
  std::vector<WindowClause> clauses;
  Span span;  // of the word `window`
};
struct JoinSource {
  Ident name;
  bool has_alias = false;
  Ident alias;
  std::vector<Ident> keys;
};
struct JoinDecl {
  Ident name;
  bool left = false;
  JoinSource a, b;
  std::vector<WindowClause> clauses;
  Span span;  // of the word `join`
  Span left_span;
};
struct TableDecl {
  Ident name;
  std::vector<FieldDecl> fields;  // without attributes; a timestamp may have its format
  std::vector<Ident> key;
  bool from_file = false;
  Path file;
  bool from_stream = false;
  Ident stream;
  Span span;  // of the word `table`
};
// A declaration with a mistake that has been reported; its name, where it was readable (else empty), is taken and known, so that what refers
// to it is not a second mistake.
struct BrokenDecl {
  Ident word;
  Ident name;
};

struct Declaration {
  enum Kind : uint8_t { kLet, kStream, kDerived, kPattern, kWindow, kJoin, kTable, kBroken } kind = kLet;
  LetDecl let;
  StreamDecl stream;
  DerivedDecl derived;
  PatternDecl pattern;
  WindowDecl window;
  JoinDecl join;
  TableDecl table;
  BrokenDecl broken;
  Span span;  // all of it
};

struct File {
  std::vector<Declaration> declarations;
};

}  // namespace cep::lang::ast
