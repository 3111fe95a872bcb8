// YAML, strictly: the only door to yaml-cpp. A text becomes a tree that keeps lines and quotes; what YAML
// readers guess about (keys given twice, anchors, octal and hexadecimal look-alikes, unknown keys, numbers
// without their unit) is an error that names the key path and the line. Tests: test/config/yaml_test.cc.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace cep::config {

struct YamlMember;

struct YamlNode {
  enum Kind : uint8_t { kNull, kScalar, kList, kMap } kind = kNull;
  bool plain = false;           // a scalar without quotes: may be a number, true, false; others are strings
  int line = 0;                 // from 1
  std::string text;             // kScalar
  std::vector<YamlNode> items;  // kList
  std::vector<YamlMember> members;  // kMap, in the order written, no key twice

  // The value of a key, or null.
  const YamlNode* find(std::string_view key) const;
};

struct YamlMember {
  std::string key;
  int line = 0;
  YamlNode value;
};

// One mistake. `path` is "limits.line" or "cases[3].expect"; empty: the document itself.
struct YamlError {
  int line = 0;
  std::string path;
  std::string message;
};

struct YamlDocument {
  YamlNode root;
  std::vector<YamlError> errors;  // the tree is meaningful only without errors
};

// Reads one document. Never throws. An empty text is a null root.
YamlDocument parse_yaml(std::string_view text);

// "name:12: limits.line: message", one line each, by line.
std::string render(std::vector<YamlError> errors, const std::string& name);

// What a scalar means. A plain one is null, a bool, an int, a double, or else a string; kLookalike is one
// that readers of YAML disagree about
// ("010", "0x1F", "+5", "1_000"): quote it or write it plainly. Ints beyond 64 bits are doubles.
struct YamlScalar {
  enum Kind : uint8_t { kNull, kBool, kInt, kDouble, kString, kLookalike } kind = kNull;
  bool b = false;
  int64_t i = 0;
  double d = 0;
};
YamlScalar scalar_of(const YamlNode& node);

// "64MiB" in bytes (B KiB MiB GiB TiB), and "0"; false on anything else, other bare numbers and overflow too.
// *why says what to write.
bool parse_size(std::string_view text, uint64_t* bytes, std::string* why);

// Reads the members of one map. Every read names its key as known; finish() reports the others with the
// nearest known key. A read returns whether the key is there and good; if not, *out is left alone (a bad
// value adds an error).
class YamlMap {
 public:
  // A node that is not a map is an error (null: an empty map). `path`: of the map itself, empty for the root.
  // Both must outlive this.
  YamlMap(const YamlNode& node, std::string path, std::vector<YamlError>* errors);

  bool read_string(std::string_view key, std::string* out);
  bool read_bool(std::string_view key, bool* out);
  bool read_int(std::string_view key, int64_t least, int64_t most, int64_t* out);
  bool read_duration(std::string_view key, int64_t* ms);                   // "1h30m", "0"
  bool read_size(std::string_view key, uint64_t* bytes);                   // "64MiB", "0"
  bool read_strings(std::string_view key, std::vector<std::string>* out);  // a list of strings
  bool read_ints(std::string_view key, int64_t least, int64_t most,
                 std::vector<int64_t>* out);  // a list, or one
  // The node whatever it is, or null.
  const YamlNode* child(std::string_view key);

  std::string path_of(std::string_view key) const;
  // An error at the key (or at the map, if the key is missing).
  void fail(std::string_view key, std::string message);
  // Reports unknown keys. Call it last.
  void finish();

 private:
  const YamlNode* scalar(std::string_view key, std::string_view what);
  bool int_of(const YamlNode& node, const std::string& path, int64_t least, int64_t most, int64_t* out);

  const YamlNode* node_;
  std::string path_;
  std::vector<YamlError>* errors_;
  std::vector<std::string> known_;
};

// Sets a value from the command line, "limits.line=1MiB": the text after `=` is read as YAML, maps on the way
// are made. Returns an empty string or what is wrong with it.
std::string set_override(YamlNode* root, std::string_view assignment);

}  // namespace cep::config
