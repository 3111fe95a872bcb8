// Rubbish and excess: an error, soon, and the stack holds.
#include <doctest/doctest.h>

#include <random>

#include "lang/parser_kit.h"

namespace cep::lang {
namespace {

std::string repeat(const std::string& text, size_t count) {
  std::string out;
  out.reserve(text.size() * count);
  for (size_t i = 0; i < count; ++i) out += text;
  return out;
}

bool one_error(const std::string& text, const std::string& message) {
  const Parsed p = parse_text(text);
  CAPTURE(p.shown());
  CHECK(p.errors.size() == 1);
  return !p.errors.empty() && p.errors[0].message.find(message) != std::string::npos;
}

TEST_CASE("depth is limited, and what is within the limit is read") {
  CHECK(one_error("let x = " + repeat("(", 5000) + "1" + repeat(")", 5000), "nested deeper"));
  CHECK(one_error("let x = " + repeat("-", 100'000) + "1", "nested deeper"));
  CHECK(one_error("let x = " + repeat("-(", 5000) + "1" + repeat(")", 5000), "nested deeper"));
  CHECK(one_error("let x = " + repeat("not ", 100'000) + "true", "nested deeper"));
  CHECK(one_error("let x = " + repeat("f(", 5000) + repeat(")", 5000), "nested deeper"));
  CHECK(one_error("let x = " + repeat("t[", 5000) + "1" + repeat("].f", 5000), "nested deeper"));
  CHECK(one_error("pattern p on e {" + repeat("begin {", 5000) + repeat("}", 5001), "nested deeper"));
  CHECK(parse_expr(repeat("(", kMaxDepth) + "1" + repeat(")", kMaxDepth)) == "1");
}

TEST_CASE("the height of a tree is limited") {
  CHECK(one_error("let x = " + repeat("1+", 100'000) + "1", "more than 1000 operands"));
  CHECK(one_error("let x = " + repeat("a or ", 100'000) + "a", "more than 1000 operands"));
  CHECK(parse_text("let x = " + repeat("1+", kMaxHeight - 1) + "1").errors.empty());
  CHECK(parse_text("let x = a in (" + repeat("1,", 100'000) + "1)").errors.empty());
}

TEST_CASE("what is no text") {
  CHECK(one_error("let a = 1 # caf\xE9\nlet b = 2", "not UTF-8"));
  CHECK(one_error(std::string("let a = 1 \0 let b = 2", 21), "NUL"));
  CHECK(one_error("let a = '\xED\xA0\x80'", "not UTF-8 (and") == false);
  CHECK(parse_text("let a = '\xED\xA0\x80'").errors.size() == 1);
  CHECK(one_error(repeat("\xFF\xFE", 1'000'000), "no UTF-8 text"));
  CHECK(one_error(repeat(std::string(1, '\0'), 1'000'000), "no UTF-8 text"));
}

TEST_CASE("rubbish of every kind ends soon and with an error") {
  const std::string pieces[] = {"(",
                                "{",
                                "}",
                                ")",
                                "\"",
                                "\"\n",
                                "`",
                                "'\\",
                                "@",
                                "pattern p on e {",
                                "pattern p on e {\n",
                                "stream s (",
                                "let a = ",
                                "window w on e {\n",
                                "/*",
                                "//\n",
                                ";\n",
                                "1.2.3.",
                                "begin ",
                                "\xC3\xA9",
                                "left ",
                                "t["};
  for (const std::string& piece : pieces) {
    const Parsed p = parse_text(repeat(piece, 1'000'000 / piece.size()));
    CAPTURE(piece);
    CHECK_FALSE(p.errors.empty());
    CHECK(p.errors.size() <= 101);
  }
}

TEST_CASE("random words") {
  const std::vector<std::string> words = {
      "and",    "or",   "not",   "in", "is",    "null", "if",    "pattern", "stream", "let",   "window",
      "left",   "join", "table", "on", "begin", "next", "where", "times",   "select", "alert", "low",
      "within", "(",    ")",     "{",  "}",     "[",    "]",     ",",       ".",      "..",    ":",
      "=",      "==",   "<",     "+",  "-",     "5",    "1h",    "'x {a}'", "a",      "b",     "\n"};
  std::mt19937 random(7);
  for (int round = 0; round < 3000; ++round) {
    std::string text = round % 2 == 0 ? "" : "pattern p on e { begin a where ";
    for (int i = 0; i < 40; ++i) text += words[random() % words.size()] + " ";
    const Parsed p = parse_text(text);
    for (const Diagnostic& d : p.errors) {
      CHECK(d.span.begin <= d.span.end);
      CHECK(d.span.end <= text.size());
      CHECK_FALSE(d.message.empty());
    }
    CHECK_FALSE((p.errors.empty() && p.file.declarations.empty() &&
                 text.find_first_not_of(" \n") != std::string::npos));
  }
}

}  // namespace
}  // namespace cep::lang
