// The scanner behind the size rules: what it takes for a function, and how long it says that is.
#include <doctest/doctest.h>

#include "tidy/scanner.h"

namespace {
std::string names(const std::string& text) {
  std::string out;
  for (const auto& f : tidy::functions(text)) out += f.name + "|" + std::to_string(f.line) + "+" + std::to_string(f.lines) + "\n";
  return out;
}
}  // namespace

TEST_CASE("functions, methods and test cases are found, with their lines") {
  CHECK(names("int f() {\n  return 1;\n}\n") == "int f() {|1+3\n");
  CHECK(names("namespace a {\nstruct S {\n  int g() const { return 2; }\n};\n}\n") == "int g() const {|3+1\n");
  CHECK(names("TEST_CASE(\"x\") {\n\n}\n") == "TEST_CASE(\"x\") {|1+3\n");
  CHECK(names("int f(int a,\n      int b)\n{\n}\n") == "int f(int a,|1+4\n");
}

TEST_CASE("a lambda belongs to its function, data is no function") {
  CHECK(names("void f() {\n  auto g = [] {\n    return 1;\n  };\n}\n") == "void f() {|1+5\n");
  CHECK(names("const int k[] = {\n1,\n2};\nenum class E { kA };\nstruct P { int x = 0; };\n").empty());
}

TEST_CASE("what may stand between the parameters and the body") {
  CHECK(names("auto f() -> std::vector<int> {\n}\n") == "auto f() -> std::vector<int> {|1+2\n");
  CHECK(names("struct S {\n  void g() const noexcept override {\n  }\n};\n") == "void g() const noexcept override {|2+2\n");
}

TEST_CASE("a constructor's list in braces is not its body") {
  CHECK(names("struct S {\n  S() : a_{1}, b_(2) {\n    f();\n  }\n};\n") == "S() : a_{1}, b_(2) {|2+3\n");
}

TEST_CASE("braces in strings, comments and macros do not count") {
  CHECK(names("void f() {\n  g(\"{\", '{');  // {\n  /* { */\n}\n") == "void f() {|1+4\n");
  CHECK(names("void f() {\n  g(R\"x({\n)x\");\n}\n") == "void f() {|1+4\n");
  CHECK(names("#define A { \\\n {\nvoid f() {\n}\n") == "void f() {|3+2\n");
  CHECK(names("int f() {\n  return 1'000;\n}\n") == "int f() {|1+3\n");
}

TEST_CASE("comments and strings are blanked out, line ends stay") {
  CHECK(tidy::blank_out("a // b\nc") == "a     \nc");
  CHECK(tidy::blank_out("x = \"a\\\"b\";") == "x =       ;");
}
