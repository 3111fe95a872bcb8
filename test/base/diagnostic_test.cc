#include "cep/diagnostic.h"

#include <doctest/doctest.h>

namespace cep {
namespace {

std::string shown(const std::string& text, uint32_t begin, uint32_t end,
                  const std::string& message = "wrong") {
  return render({Severity::kError, {0, begin, end}, message}, {{"f.cep", text}});
}

TEST_CASE("a diagnostic shows file, line, column, the line and a caret") {
  CHECK(shown("one\ntwo three\nfour", 8, 13) == "f.cep:2:5: error: wrong\n  two three\n      ^~~~~\n");
  CHECK(shown("one", 0, 0) == "f.cep:1:1: error: wrong\n  one\n  ^\n");
  CHECK(render({Severity::kWarning, {0, 1, 2}, "w"}, {{"f", "abc"}}) == "f:1:2: warning: w\n  abc\n   ^\n");
}

TEST_CASE("places at the edges of a file") {
  CHECK(shown("", 0, 0) == "f.cep:1:1: error: wrong\n  \n  ^\n");
  CHECK(shown("ab\n", 3, 3) == "f.cep:2:1: error: wrong\n  \n  ^\n");
  CHECK(shown("ab\n", 2, 3) == "f.cep:1:3: error: wrong\n  ab\n    ^\n");
  CHECK(shown("ab", 99, 120) == "f.cep:1:3: error: wrong\n  ab\n    ^\n");
  CHECK(shown("ab\r\ncd\r\n", 4, 6) == "f.cep:2:1: error: wrong\n  cd\n  ^~\n");
  CHECK(shown("ab\r\ncd\r\n", 0, 6) == "f.cep:1:1: error: wrong\n  ab\n  ^~\n");
}

TEST_CASE("columns count code points and tabs are kept") {
  CHECK(shown("\t\xC3\xA9\xE2\x82\xAC x", 7, 8) ==
        "f.cep:1:5: error: wrong\n  \t\xC3\xA9\xE2\x82\xAC x\n  \t   ^\n");
}

TEST_CASE("control characters and broken UTF-8 are not passed on") {
  CHECK(shown(std::string("a\x1B[1m\xFF\0b", 8), 7, 8) ==
        "f.cep:1:8: error: wrong\n  a\xEF\xBF\xBD[1m\xEF\xBF\xBD\xEF\xBF\xBD"
        "b\n         ^\n");
}

TEST_CASE("a very long line is cut round the caret") {
  const std::string text = shown(std::string(5000, 'x') + "!" + std::string(5000, 'y'), 5000, 5001);
  CHECK(text.size() < 600);
  const size_t line = text.find('\n') + 1;
  const size_t caret_line = text.find('\n', line) + 1;
  const size_t ellipsis_bytes = 3 - 1;
  CHECK(text.find('!') - line == text.find('^') - caret_line + ellipsis_bytes);
  CHECK(text.find("f.cep:1:5001:") == 0);
  CHECK(shown(std::string(30, 'x') + "!" + std::string(5000, 'y'), 30, 31).find("\n  xxx") !=
        std::string::npos);
  CHECK(shown(std::string(200, 'x'), 199, 200).find("\n  \xE2\x80\xA6xxx") != std::string::npos);
}

TEST_CASE("a diagnostic of no known file has no place") {
  CHECK(render({Severity::kError, {7, 0, 0}, "m"}, {}) == "error: m\n");
}

TEST_CASE("colours only when asked") {
  const Diagnostic d{Severity::kError, {0, 0, 1}, "m"};
  CHECK(render(d, {{"f", "a"}}).find('\033') == std::string::npos);
  CHECK(render(d, {{"f", "a"}}, true).find("\033[1;31merror: \033[0mm\n") != std::string::npos);
}

TEST_CASE("all: in order of place, errors first, equal ones once") {
  const std::vector<SourceFile> files = {{"a", "xyz"}, {"b", "xyz"}};
  std::vector<Diagnostic> list = {
      {Severity::kError, {1, 0, 1}, "second file"}, {Severity::kWarning, {0, 1, 2}, "a warning"},
      {Severity::kError, {0, 1, 2}, "an error"},    {Severity::kError, {0, 0, 1}, "first"},
      {Severity::kError, {0, 1, 2}, "an error"},
  };
  CHECK(render_all(list, files) ==
        "a:1:1: error: first\n  xyz\n  ^\n"
        "a:1:2: error: an error\n  xyz\n   ^\n"
        "a:1:2: warning: a warning\n  xyz\n   ^\n"
        "b:1:1: error: second file\n  xyz\n  ^\n");
  CHECK(has_errors(list));
  CHECK_FALSE(has_errors({list[1]}));
  CHECK_FALSE(has_errors({}));
}

}  // namespace
}  // namespace cep
