// Lines of files, wherever blocks cut them.
#include "cepctl/line_reader.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

using cep::cepctl::LineReader;

namespace {

struct Lines {
  std::vector<std::string> all;
  std::vector<std::string> too_long;
};

Lines read_all(const std::string& content, size_t limit = 1 << 20) {
  const std::string path =
      (std::filesystem::temp_directory_path() / ("line_reader_test." + std::to_string(getpid()))).string();
  std::ofstream(path, std::ios::binary) << content;
  auto reader = LineReader::open(path, limit);
  REQUIRE(reader.ok());
  CHECK(reader.value()->file_bytes() == content.size());
  Lines out;
  std::string_view line;
  for (auto got = LineReader::Got::kLine; (got = reader.value()->next(&line)) != LineReader::Got::kEnd;) {
    (got == LineReader::Got::kLine ? out.all : out.too_long).emplace_back(line);
  }
  CHECK(reader.value()->bytes_read() == content.size());
  std::filesystem::remove(path);
  return out;
}

}  // namespace

TEST_CASE("lines, blank ones, CR, and a last one without LF") {
  CHECK(read_all("").all.empty());
  CHECK(read_all("a").all == std::vector<std::string>{"a"});
  CHECK(read_all("a\n").all == std::vector<std::string>{"a"});
  CHECK(read_all("a\n\nb\r\nc").all == std::vector<std::string>{"a", "", "b\r", "c"});
  CHECK(read_all(std::string("a\0b\n", 4)).all == std::vector<std::string>{std::string("a\0b", 3)});
}

TEST_CASE("lines that blocks cut") {
  std::string content;
  std::vector<std::string> expected;
  for (int i = 0; i < 40000; ++i) {
    expected.push_back(std::string(static_cast<size_t>(i * 7 % 200), 'x') + std::to_string(i));
    content += expected.back() + "\n";
  }
  REQUIRE(content.size() > 3 << 20);
  CHECK(read_all(content).all == expected);
}

TEST_CASE("a line at the limit is whole, one beyond it keeps its beginning") {
  const std::string at_limit(1 << 20, 'a');
  Lines lines = read_all(at_limit + "\nb\n");
  CHECK(lines.all == std::vector<std::string>{at_limit, "b"});
  lines = read_all("x\n" + at_limit + "a\nb");
  CHECK(lines.all == std::vector<std::string>{"x", "b"});
  CHECK(lines.too_long == std::vector<std::string>{std::string(4096, 'a')});
  lines = read_all("x\n" + std::string(5 << 20, 'a') + "\nb\n");
  CHECK(lines.all == std::vector<std::string>{"x", "b"});
  CHECK(lines.too_long.size() == 1);
  lines = read_all(std::string(5 << 20, 'a'));
  CHECK(lines.all.empty());
  CHECK(lines.too_long == std::vector<std::string>{std::string(4096, 'a')});
  lines = read_all(std::string(5000, 'a') + "\nb\n", 4096);
  CHECK(lines.all == std::vector<std::string>{"b"});
  CHECK(lines.too_long == std::vector<std::string>{std::string(4096, 'a')});
}

TEST_CASE("what cannot be read says why") {
  CHECK_FALSE(LineReader::open("/nowhere", 1 << 20).ok());
  CHECK_FALSE(LineReader::open("/tmp", 1 << 20).ok());
}
