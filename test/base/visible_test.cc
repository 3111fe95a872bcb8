#include "base/visible.h"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include "base/log.h"
#include "base/utf8.h"
#include "cep/diagnostic.h"

using namespace cep;
using namespace cep::base;

namespace {

// No byte or code point that a terminal would obey; every byte belongs to one.
bool is_tame(std::string_view text, bool lines) {
  for (size_t at = 0, size = 0; at < text.size(); at += size) {
    const int32_t c = code_point_at(text, at, &size);
    const bool line = lines && (c == '\n' || c == '\t');
    if (c < 0 || (is_control(c) && !line)) return false;
  }
  return true;
}

}  // namespace

TEST_CASE("what a terminal would obey is written out") {
  struct Row {
    std::string text, shown;
  };
  const Row rows[] = {
      {"plain, né, 漢, 😀", "plain, né, 漢, 😀"},
      {"\x1b[31mred\x1b[0m", "\\u001b[31mred\\u001b[0m"},
      {"\x1b]0;title\x07", "\\u001b]0;title\\u0007"},
      {std::string("a\0b", 3), "a\\u0000b"},
      {"tab\tline\nreturn\r", "tab\\u0009line\\u000areturn\\u000d"},
      {"\x7f", "\\u007f"},
      {"\xc2\x9b" "31m", "\\u009b31m"},                      // CSI in one code point of C1
      {"\xe2\x80\xae" "evil", "\\u202eevil"},                // right to left override
      {"\xe2\x81\xa6x\xe2\x81\xa9", "\\u2066x\\u2069"},      // isolates
      {"\xe2\x80\x8f\xd8\x9c", "\\u200f\\u061c"},            // marks of direction
      {"\xe2\x80\xa8", "\\u2028"},                           // line separator
      {"\xef\xbb\xbf", "\\ufeff"},
      {"\x9b" "31m", "\\x9b31m"},                            // the same CSI as a bare byte
      {"\xc0\x80\xed\xa0\x80\xf4\x90\x80\x80", "\\xc0\\x80\\xed\\xa0\\x80\\xf4\\x90\\x80\\x80"},
      {"cut \xe2\x82", "cut \\xe2\\x82"},
      {"", ""},
  };
  for (const Row& row : rows) {
    CAPTURE(row.shown);
    CHECK(visible(row.text) == row.shown);
  }
  CHECK(visible_lines("a\tb\n\x1b[2J\r\n") == "a\tb\n\\u001b[2J\\u000d\n");
}

TEST_CASE("any bytes are tame then, and what was tame is unchanged") {
  CHECK(rc::check([] {
    const auto pieces = *rc::gen::container<std::vector<std::string>>(rc::gen::elementOf(std::vector<std::string>{
        "a", "\\", "\x1b", "\xc2\x9b", "\xe2\x80\xae", "\xe2", "\x80", "\n", "\t", "\r", "é", "😀", "\xff", std::string(1, '\0')}));
    std::string text;
    for (const std::string& piece : pieces) text += piece;
    RC_ASSERT(is_tame(visible(text), false));
    RC_ASSERT(is_tame(visible_lines(text), true));
    RC_ASSERT(visible(visible(text)) == visible(text));
    std::string log;
    append_logfmt(text, &log);
    RC_ASSERT(is_tame(log, false));
  }));
}

TEST_CASE("the log escapes what a terminal would obey") {
  const auto shown = [](std::string_view text) {
    std::string out;
    append_logfmt(text, &out);
    return out;
  };
  CHECK(shown("plain") == "plain");
  CHECK(shown("né") == "né");
  CHECK(shown("") == "\"\"");
  CHECK(shown("two words") == "\"two words\"");
  CHECK(shown("a=b") == "\"a=b\"");
  CHECK(shown("\"\\\n\r\t") == "\"\\\"\\\\\\n\\r\\t\"");
  CHECK(shown("\x1b[31m") == "\"\\x1b[31m\"");
  CHECK(shown("\x7f") == "\"\\x7f\"");
  CHECK(shown("\xc2\x9b" "31m") == "\"\\u009b31m\"");
  CHECK(shown("\xe2\x80\xae") == "\"\\u202e\"");
  CHECK(shown("\xff") == "\"\\xff\"");
}

TEST_CASE("a diagnostic shows nothing of the text that a terminal would obey") {
  const std::vector<SourceFile> files = {{"f\x1b[2J.cep", "let a = \"\xc2\x9b" "31m\xe2\x80\xae\"\n"}};
  const std::string shown = render({Severity::kError, {0, 8, 12}, "about `\x1b[31m`\xe2\x80\xae\nsecond line"}, files);
  CAPTURE(shown);
  CHECK(is_tame(shown, true));
  CHECK(shown.starts_with("f\\u001b[2J.cep:1:9: error: about `\\u001b[31m`\\u202e\nsecond line\n"));
  CHECK(shown.find("let a = \"\xef\xbf\xbd" "31m\xef\xbf\xbd\"") != std::string::npos);
}
