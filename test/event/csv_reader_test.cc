#include "event/csv_reader.h"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <nlohmann/json.hpp>

using namespace cep;
using namespace cep::event;

namespace {

// Every record on a line, "! number reason | text" for a broken one; fed in pieces of `piece` bytes.
std::string rows(std::string_view text, size_t piece = 1000000, uint64_t limit = 1 << 20) {
  Limits limits;
  limits.line_bytes = limit;
  CsvReader reader(limits);
  std::string out;
  CsvRecord record;
  auto drain = [&] {
    while (reader.next(&record)) {
      if (record.broken)
        out += "! " + std::to_string(record.number) + " " + std::string(record.reason) + " | ";
      out += std::string(record.line) + "\n";
    }
  };
  while (!text.empty()) {
    reader.feed(text.substr(0, piece));
    text.remove_prefix(std::min(piece, text.size()));
    drain();
  }
  reader.finish();
  drain();
  return out;
}

}  // namespace

TEST_CASE("records become objects of strings, in pieces of any size") {
  struct Row {
    const char* csv;
    const char* lines;
  };
  const Row table[] = {
      {"", ""},
      {"a,b\n", ""},
      {"a,b\n1,x\n", "{\"a\":\"1\",\"b\":\"x\"}\n"},
      {"a,b\r\n1,x\r\n2,y", "{\"a\":\"1\",\"b\":\"x\"}\n{\"a\":\"2\",\"b\":\"y\"}\n"},
      {"\xef\xbb\xbf"
       "a\n1\n",
       "{\"a\":\"1\"}\n"},
      {"a,b,c\n,\"\",3\n", "{\"b\":\"\",\"c\":\"3\"}\n"},
      {"a,b\n,\n", "{}\n"},
      {"a,b\n1,\"x, \"\"y\"\"\nz\"\n2,\n", "{\"a\":\"1\",\"b\":\"x, \\\"y\\\"\\nz\"}\n{\"a\":\"2\"}\n"},
      {"\"a b\",\"c\"\"d\"\n1,2\n", "{\"a b\":\"1\",\"c\\\"d\":\"2\"}\n"},
      {"a\n\n\r\n1\n\n", "{\"a\":\"1\"}\n"},
      {"a\n\"1\"", "{\"a\":\"1\"}\n"},
      {"a\n\"1\"\r", "{\"a\":\"1\"}\n"},
      {"a,b\n1, x \n", "{\"a\":\"1\",\"b\":\" x \"}\n"},
      {"a\n1\\t\n", "{\"a\":\"1\\\\t\"}\n"},
  };
  for (const Row& row : table) {
    CAPTURE(row.csv);
    for (size_t piece : {1, 2, 3, 7, 1000}) CHECK(rows(row.csv, piece) == row.lines);
  }
}

TEST_CASE("a broken record is reported with its line, and the next one is read") {
  struct Row {
    const char* csv;
    const char* lines;
  };
  const Row table[] = {
      {"a,b\n1\n2,x\n", "! 2 the row has 1 fields, the header 2 | 1\n{\"a\":\"2\",\"b\":\"x\"}\n"},
      {"a,b\n1,2,3\r\n2,x\n", "! 2 the row has 3 fields, the header 2 | 1,2,3\n{\"a\":\"2\",\"b\":\"x\"}\n"},
      {"a\n\"1\"x\n2\n", "! 2 there is text after a closing quote | \"1\"x\n{\"a\":\"2\"}\n"},
      {"a\n1\"x\n2\n", "! 2 there is a quote within a field that has none around it | 1\"x\n{\"a\":\"2\"}\n"},
      {"a\n\"1\n2\n3\n", "! 2 a quoted field has no end | \"1\n{\"a\":\"2\"}\n{\"a\":\"3\"}\n"},
      {"a,b,a\n1,2,3\n", "! 1 the header has `a` twice | a,b,a\n"},
      {"\"a\n1\n", "! 1 a quoted field has no end | \"a\n"},
      {"a,b\n\"x\ny\",1\n\"x\ny\"\nz,2\n",
       "{\"a\":\"x\\ny\",\"b\":\"1\"}\n! 4 the row has 1 fields, the header 2 | \"x\n"
       "! 5 there is a quote within a field that has none around it | y\"\n{\"a\":\"z\",\"b\":\"2\"}\n"},
  };
  for (const Row& row : table) {
    CAPTURE(row.csv);
    for (size_t piece : {1, 2, 5, 1000}) CHECK(rows(row.csv, piece) == row.lines);
  }
}

TEST_CASE("a record over the limit is skipped, memory stays bounded") {
  const std::string longest(20, 'x');
  CHECK(rows("a\n" + longest + "\r\n1\n", 3, 20) == "{\"a\":\"" + longest + "\"}\n{\"a\":\"1\"}\n");
  const std::string huge(5000, 'x');
  for (size_t piece : {3, 100, 100000}) {
    std::string out = rows("a\n" + huge + "\n1\n", piece, 20);
    CHECK(out.substr(0, 41) == "! 2 the row is longer than 20 bytes | xxx");
    CHECK(out.substr(out.size() - 10) == "{\"a\":\"1\"}\n");
  }
  CHECK(rows("a\n\"1\n22222222222222222222222\n3\n", 4, 20).substr(0, 38) ==
        "! 2 the row is longer than 20 bytes | ");
}

TEST_CASE("any texts come back") {
  CHECK(rc::check([](const std::vector<std::string>& texts, uint8_t piece) {
    RC_PRE(!texts.empty());
    std::string csv = "n,text\n";
    std::vector<std::string> want;
    for (const std::string& text : texts) {
      std::string clean, quoted;
      for (char c : text) clean.push_back(static_cast<char>(c & 0x7f));
      for (char c : clean) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
      csv += "1,\"" + quoted + "\"\r\n";
      want.push_back(clean);
    }
    std::string out = rows(csv, piece + 1u);
    size_t at = 0;
    for (const std::string& text : want) {
      size_t end = out.find('\n', at);
      RC_ASSERT(nlohmann::json::parse(out.substr(at, end - at))["text"].get<std::string>() == text);
      at = end + 1;
    }
    RC_ASSERT(at == out.size());
  }));
}
