// The strictness of config/yaml.h: what other readers of YAML guess about must be an error that names path
// and line.
#include "config/yaml.h"

#include <doctest/doctest.h>

using namespace cep::config;

namespace {

std::string errors_of(std::string_view text) { return render(parse_yaml(text).errors, "f"); }

YamlScalar plain(std::string text) {
  YamlNode n;
  n.kind = YamlNode::kScalar;
  n.plain = true;
  n.text = std::move(text);
  return scalar_of(n);
}

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("a document keeps lines, quotes and order") {
  const YamlDocument doc = parse_yaml("b: 1\na:\n  - x\n  - \"5\"\nc: |\n  two\n  lines\nd:\n");
  REQUIRE(doc.errors.empty());
  REQUIRE(doc.root.members.size() == 4);
  CHECK(doc.root.members[0].key == "b");
  const YamlNode* a = doc.root.find("a");
  REQUIRE(a != nullptr);
  REQUIRE(a->items.size() == 2);
  CHECK(a->items[0].plain);
  CHECK(a->items[1].line == 4);
  CHECK_FALSE(a->items[1].plain);
  CHECK(doc.root.find("c")->text == "two\nlines\n");
  CHECK_FALSE(doc.root.find("c")->plain);
  CHECK(doc.root.find("d")->kind == YamlNode::kNull);
  CHECK(doc.root.find("e") == nullptr);
}

TEST_CASE("duplicate keys name both lines and the path") {
  const std::string text = errors_of("x:\n  a: 1\n  b: 2\n  a: 3\n");
  CHECK(has(text, "f:4: error: x: `a` is given twice, first in line 2"));
  CHECK(errors_of("[{a: 1, a: 2}]") != "");
  CHECK(errors_of("a: {b: 1}\nc: {b: 1}\n") == "");
}

TEST_CASE("anchors, aliases, tags and second documents are refused") {
  CHECK(has(errors_of("a: &x 1\nb: *x\n"), "f:1: error: a: an anchor"));
  CHECK(has(errors_of("a: &x 1\nb: *x\n"), "f:2: error: b: an alias"));
  CHECK(has(errors_of("a: !!int 3\n"), "tag"));
  CHECK(has(errors_of("a: 1\n---\nb: 2\n"), "second document"));
  CHECK(errors_of("---\na: 1\n") == "");
}

TEST_CASE("bad syntax and deep nesting are errors with a line, never a crash") {
  CHECK(has(errors_of("a: [1\nb: 2\n"), "f:"));
  CHECK(errors_of(std::string(20000, '[')) != "");
  CHECK(errors_of("a:\n\t- b\n") != "");
  CHECK(parse_yaml("").root.kind == YamlNode::kNull);
}

TEST_CASE("what a plain scalar means") {
  CHECK(plain("12").kind == YamlScalar::kInt);
  CHECK(plain("-12").i == -12);
  CHECK(plain("0").kind == YamlScalar::kInt);
  CHECK(plain("1.5").d == 1.5);
  CHECK(plain("1e3").kind == YamlScalar::kDouble);
  CHECK(plain("9223372036854775808").kind == YamlScalar::kDouble);
  CHECK(plain("true").b);
  CHECK(plain("null").kind == YamlScalar::kNull);
  for (const char* text : {"010", "-07", "0x1F90", "0o17", "0b101", "+5", "1_000"}) {
    CAPTURE(text);
    CHECK(plain(text).kind == YamlScalar::kLookalike);
  }
  for (const char* text :
       {"yes", "on", "y", "n", "a1", "5.", ".5", "1h", "12:30", "2026-01-01", "0xyz", "-", "True"}) {
    CAPTURE(text);
    CHECK(plain(text).kind == YamlScalar::kString);
  }
}

TEST_CASE("sizes need a unit, but for 0") {
  uint64_t n = 0;
  std::string why;
  CHECK(parse_size("64MiB", &n, &why));
  CHECK(n == uint64_t{64} << 20);
  CHECK(parse_size("0B", &n, &why));
  CHECK(n == 0);
  n = 7;
  CHECK(parse_size("0", &n, &why));
  CHECK(n == 0);
  CHECK(why.empty());
  for (const char* text :
       {"64", "00", "-0", "0.0", "0MB", "99999999999999999999", "64MB", "MiB", "-1B", "1.5GiB", "010B", "0x10B", "64 MiB", "17179869184TiB", ""}) {
    CAPTURE(text);
    CHECK_FALSE(parse_size(text, &n, &why));
    CHECK(why != "");
  }
  for (const char* text : {"64", "99999999999999999999"}) {
    CHECK_FALSE(parse_size(text, &n, &why));
    CHECK(has(why, "has no unit: write B, KiB, MiB, GiB or TiB"));
  }
}

TEST_CASE("a map reads typed values and reports each mistake with its path") {
  const YamlDocument doc = parse_yaml(
      "line: 1MiB\nage: 90\ndepth: 0x40\nruns: 12\nsmall: 3\nname: x\nflag: yes\nmap: {a: 1}\nlisst: "
      "[]\nints: [1, 3]\none: 5\n"
      "words: [a, \"1\"]\nodd: [1, 07]\n");
  REQUIRE(doc.errors.empty());
  std::vector<YamlError> errors;
  YamlMap map(doc.root, "limits", &errors);
  uint64_t size = 0;
  int64_t n = 7;
  bool flag = false;
  std::string name;
  std::vector<std::string> words;
  std::vector<int64_t> ints;
  CHECK(map.read_size("line", &size));
  CHECK(size == 1 << 20);
  CHECK(map.read_int("runs", 1, 100, &n));
  CHECK(n == 12);
  CHECK(map.read_string("name", &name));
  CHECK(map.read_strings("words", &words));
  CHECK(words == std::vector<std::string>{"a", "1"});
  CHECK(map.read_ints("ints", 1, 64, &ints));
  CHECK(ints == std::vector<int64_t>{1, 3});
  CHECK(map.read_ints("one", 1, 64, &ints));
  CHECK(ints == std::vector<int64_t>{5});
  CHECK(errors.empty());

  CHECK_FALSE(map.read_duration("age", &n));
  CHECK_FALSE(map.read_int("depth", 1, 100, &n));
  CHECK_FALSE(map.read_int("small", 5, 100, &n));
  CHECK_FALSE(map.read_bool("flag", &flag));
  CHECK_FALSE(map.read_string("map", &name));
  CHECK_FALSE(map.read_ints("odd", 1, 64, &ints));
  CHECK_FALSE(map.read_strings("list", &words));
  CHECK(n == 12);
  map.finish();
  const std::string text = render(errors, "f");
  CHECK(has(text, "f:2: error: limits.age: \"90\" has no unit"));
  CHECK(has(text, "f:3: error: limits.depth: \"0x40\" may be read in several ways"));
  CHECK(has(text, "f:5: error: limits.small: must be from 5 to 100, not 3"));
  CHECK(has(text, "f:7: error: limits.flag: must be true or false, not \"yes\""));
  CHECK(has(text, "f:8: error: limits.map: must be a text, not a map"));
  CHECK(has(text, "f:9: error: limits.lisst: there is no such key; did you mean `list`?"));
  CHECK(has(text, "f:13: error: limits.odd[1]: \"07\" may be read"));
  CHECK(errors.size() == 7);
}

TEST_CASE("an unknown key far from all others lists the known ones") {
  const YamlDocument doc = parse_yaml("zzzzzz: 1\n");
  std::vector<YamlError> errors;
  YamlMap map(doc.root, "", &errors);
  map.child("alpha");
  map.child("beta");
  map.finish();
  CHECK(has(render(errors, "f"), "f:1: error: zzzzzz: there is no such key; known are alpha, beta"));
}

TEST_CASE("a map must be a map") {
  const YamlDocument doc = parse_yaml("[1]");
  std::vector<YamlError> errors;
  YamlMap map(doc.root, "a.b", &errors);
  map.finish();
  CHECK(has(render(errors, "f"), "f:1: error: a.b: must be a map of keys and values, not a list"));
}

TEST_CASE("overrides from the command line") {
  YamlNode root;
  CHECK(set_override(&root, "limits.line=2MiB") == "");
  CHECK(set_override(&root, "limits.depth=3") == "");
  CHECK(set_override(&root, "limits.depth=4") == "");
  CHECK(set_override(&root, "patterns=[a, b]") == "");
  REQUIRE(root.find("limits") != nullptr);
  CHECK(root.find("limits")->find("line")->text == "2MiB");
  CHECK(root.find("limits")->find("depth")->text == "4");
  CHECK(root.find("limits")->members.size() == 2);
  CHECK(root.find("patterns")->items.size() == 2);
  CHECK(set_override(&root, "limits") != "");
  CHECK(set_override(&root, "=3") != "");
  CHECK(set_override(&root, "a..b=3") != "");
  CHECK(set_override(&root, "limits.line.x=3") != "");
  CHECK(set_override(&root, "a=[1") != "");
}
