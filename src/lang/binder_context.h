// What all parts of the binder share: where mistakes go, what is declared, and what is known of each stream
// so far.
#pragma once
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "cep/diagnostic.h"
#include "event/schema.h"
#include "expr/expr.h"
#include "lang/ast.h"

namespace cep::lang {

// Collects mistakes. Quotes the text they are about.
class Reporter {
 public:
  // `recorded`: the program was in force before (lang/compile.h).
  Reporter(const std::vector<SourceFile>& sources, std::vector<Diagnostic>* out, bool recorded)
      : sources_(sources), out_(out), recorded_(recorded) {}

  void error(Span span, std::string message);
  void warning(Span span, std::string message);
  // An error; of a recorded program, which once was taken, a warning.
  void refuse(Span span, std::string message);
  bool recorded() const { return recorded_; }
  // The source text at the span, on one line, cut where it is long; between backquotes.
  std::string quote(Span span) const;
  // Errors reported through this object so far.
  size_t errors() const { return errors_; }
  size_t warnings() const { return warnings_; }
  // Beyond kMostErrors nothing more is shown: looking for near names can be left off.
  bool full() const { return errors_ > kMostErrors; }
  static constexpr size_t kMostErrors = 1000;

 private:
  const std::vector<SourceFile>& sources_;
  std::vector<Diagnostic>* out_;
  size_t errors_ = 0;
  size_t warnings_ = 0;
  bool recorded_;
};

// A stream as its readers see it. A field whose declaration is wrong is known by name only: whoever uses it
// is not blamed.
struct Shape {
  event::Schema schema;
  std::vector<bool> bad;  // by field
  bool open = false;      // nothing is known for certain: any field name may be right
  std::map<std::string, int, std::less<>> by_name;  // of the schema's fields

  int find(std::string_view field) const;  // its index, or -1

  void add(event::Field field, bool is_bad = false);
};

enum class DeclaredKind : uint8_t {
  kLet,
  kStream,
  kDerived,
  kPattern,
  kWindow,
  kJoin,
  kTable,
  kBroken,  // its text could not be read
};

// A table as expressions see it.
struct TableShape {
  int number = -1;  // in the plan
  Shape shape;
  std::vector<uint16_t> key;
  bool fine = true;  // of the key; if not, who looks a row up is not blamed
};

struct Declared {
  DeclaredKind kind = DeclaredKind::kBroken;
  const ast::Declaration* declaration = nullptr;  // null: kBroken
  Span span;                                      // of the name
};

struct Context {
  explicit Context(Reporter r) : report(r) {}

  Reporter report;
  std::map<std::string, Declared, std::less<>> declared;   // the one namespace
  std::map<std::string, expr::ExprPtr, std::less<>> lets;  // null: wrong, already reported
  std::map<std::string, Shape, std::less<>> shapes;        // of streams bound so far
  std::map<std::string, int, std::less<>> nodes;           // their numbers in the plan
  std::map<std::string, TableShape, std::less<>> tables;

  // What a short text can make grow is counted, in parts of some hundred bytes. False: there are too many, which is
  // reported once; nothing more is to be made then.
  bool spend(size_t units, Span place);
  // The same for bytes of constants.
  bool spend_text(size_t bytes, Span place);
  // The same for regular expressions, whose cost is known afterwards.
  bool regex_allowed(Span place);
  void spend_regex(size_t cost) { regex_cost_ += cost; }

  const Declared* find(std::string_view name) const;
  // Whether the name is declared in a way that already was complained about.
  bool excused(std::string_view name) const;

 private:
  static constexpr size_t kMostUnits = 500'000;
  static constexpr size_t kMostConstantBytes = 16u << 20;
  size_t units_ = 0;
  static constexpr size_t kMostRegexCost = 2'000'000;
  size_t constant_bytes_ = 0;
  size_t regex_cost_ = 0;
  bool regexes_refused_ = false;
};

// "; did you mean `x`?" or an empty string.
std::string did_you_mean(std::string_view word, const std::vector<std::string>& candidates);
// "`a`, `b` and `c`", cut after `most` names.
std::string listed(const std::vector<std::string>& names, size_t most = 8);
// "an int", "a string".
std::string a_type(Type type);
// "a pattern", "a stream".
std::string_view a_kind(DeclaredKind kind);

}  // namespace cep::lang
