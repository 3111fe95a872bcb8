// Typed reading of the tree: what a scalar means, units, known keys, overrides.
#include <charconv>
#include <limits>

#include "base/nearest.h"
#include "base/time_text.h"
#include "config/yaml.h"

namespace cep::config {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// -?(0|[1-9][0-9]*)(.digits)?(e[+-]?digits)? ; *whole: without fraction and exponent.
bool is_json_number(std::string_view s, bool* whole) {
  size_t i = !s.empty() && s[0] == '-' ? 1 : 0;
  auto digits = [&] {
    size_t from = i;
    while (i < s.size() && is_digit(s[i])) ++i;
    return i - from;
  };
  *whole = true;
  const size_t first = i;
  const size_t n = digits();
  if (n == 0 || (n > 1 && s[first] == '0')) return false;
  if (i < s.size() && s[i] == '.') {
    ++i;
    *whole = false;
    if (digits() == 0) return false;
  }
  if (i < s.size() && (s[i] == 'e' || s[i] == 'E')) {
    ++i;
    *whole = false;
    if (i < s.size() && (s[i] == '+' || s[i] == '-')) ++i;
    if (digits() == 0) return false;
  }
  return i == s.size();
}

// What some reader of YAML takes for a number and another for text.
bool is_lookalike(std::string_view s) {
  if (!s.empty() && (s[0] == '-' || s[0] == '+')) {
    if (s[0] == '+' && s.size() > 1 && is_digit(s[1])) return true;
    s.remove_prefix(1);
  }
  if (s.size() < 2 || !is_digit(s[0])) return false;
  bool numeric = true;
  bool underscore = false;
  for (char c : s) {
    underscore = underscore || c == '_';
    numeric = numeric && (is_digit(c) || c == '_');
  }
  if (numeric) return underscore || s[0] == '0';
  if (s[0] != '0' || s.size() < 3) return false;
  const char base = s[1];
  if (base != 'x' && base != 'X' && base != 'o' && base != 'b') return false;
  for (char c : s.substr(2)) {
    const bool hex = is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') || c == '_';
    if (!hex) return false;
  }
  return true;
}

std::string quoted(std::string_view text) {
  std::string shown(text.substr(0, 60));
  if (text.size() > 60) shown += "…";
  return "\"" + shown + "\"";
}

std::string_view kind_name(const YamlNode& n) {
  switch (n.kind) {
    case YamlNode::kNull:
      return "nothing";
    case YamlNode::kScalar:
      return "a value";
    case YamlNode::kList:
      return "a list";
    case YamlNode::kMap:
      return "a map";
  }
  return "";
}

}  // namespace

const YamlNode* YamlNode::find(std::string_view key) const {
  for (const YamlMember& m : members)
    if (m.key == key) return &m.value;
  return nullptr;
}

YamlScalar scalar_of(const YamlNode& node) {
  YamlScalar s;
  if (node.kind != YamlNode::kScalar) return s;
  const std::string& t = node.text;
  s.kind = YamlScalar::kString;
  if (!node.plain) return s;
  bool whole = false;
  if (t == "null" || t == "~") {
    s.kind = YamlScalar::kNull;
  } else if (t == "true" || t == "false") {
    s.kind = YamlScalar::kBool;
    s.b = t == "true";
  } else if (is_json_number(t, &whole)) {
    std::from_chars(t.data(), t.data() + t.size(), s.d);
    const bool fits = std::from_chars(t.data(), t.data() + t.size(), s.i).ec == std::errc();
    s.kind = whole && fits ? YamlScalar::kInt : YamlScalar::kDouble;
  } else if (is_lookalike(t)) {
    s.kind = YamlScalar::kLookalike;
  }
  return s;
}

bool parse_size(std::string_view text, uint64_t* bytes, std::string* why) {
  static constexpr struct {
    std::string_view unit;
    int shift;
  } kUnits[] = {{"B", 0}, {"KiB", 10}, {"MiB", 20}, {"GiB", 30}, {"TiB", 40}};
  uint64_t n = 0;
  const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), n);
  const std::string_view unit = text.substr(static_cast<size_t>(end - text.data()));
  const bool zero_led = text.size() > 1 && text[0] == '0' && is_digit(text[1]);
  *why = quoted(text) + " is no size: write a whole number and B, KiB, MiB, GiB or TiB, such as 64MiB";
  if (ec == std::errc::invalid_argument || zero_led) return false;
  for (const auto& u : kUnits) {
    if (u.unit != unit && text != "0") continue;  // 0 is 0 in every unit
    if (ec != std::errc() || n > std::numeric_limits<uint64_t>::max() >> u.shift) {
      *why = quoted(text) + " is too large";
      return false;
    }
    *bytes = n << u.shift;
    why->clear();
    return true;
  }
  if (unit.empty())
    *why = quoted(text) + " has no unit: write B, KiB, MiB, GiB or TiB behind it, such as 64MiB";
  return false;
}

YamlMap::YamlMap(const YamlNode& node, std::string path, std::vector<YamlError>* errors)
    : node_(&node), path_(std::move(path)), errors_(errors) {
  if (node.kind == YamlNode::kMap || node.kind == YamlNode::kNull) return;
  errors_->push_back(
      {node.line, path_, "must be a map of keys and values, not " + std::string(kind_name(node))});
  static const YamlNode kNothing;
  node_ = &kNothing;
}

std::string YamlMap::path_of(std::string_view key) const {
  return path_.empty() ? std::string(key) : path_ + "." + std::string(key);
}

void YamlMap::fail(std::string_view key, std::string message) {
  const YamlNode* n = node_->find(key);
  errors_->push_back({n != nullptr ? n->line : node_->line, path_of(key), std::move(message)});
}

const YamlNode* YamlMap::child(std::string_view key) {
  known_.emplace_back(key);
  return node_->find(key);
}

// The scalar of a key; an error if the key holds something else (null counts as missing).
const YamlNode* YamlMap::scalar(std::string_view key, std::string_view what) {
  const YamlNode* n = child(key);
  if (n == nullptr || n->kind == YamlNode::kScalar) return n;
  fail(key, "must be " + std::string(what) + ", not " + std::string(kind_name(*n)));
  return nullptr;
}

bool YamlMap::read_string(std::string_view key, std::string* out) {
  const YamlNode* n = scalar(key, "a text");
  if (n == nullptr) return false;
  *out = n->text;
  return true;
}

bool YamlMap::read_bool(std::string_view key, bool* out) {
  const YamlNode* n = scalar(key, "true or false");
  if (n == nullptr) return false;
  const YamlScalar s = scalar_of(*n);
  if (s.kind != YamlScalar::kBool) {
    fail(key, "must be true or false, not " + quoted(n->text));
    return false;
  }
  *out = s.b;
  return true;
}

bool YamlMap::int_of(const YamlNode& node, const std::string& path, int64_t least, int64_t most,
                     int64_t* out) {
  const YamlScalar s = scalar_of(node);
  auto fail_here = [&](std::string message) {
    errors_->push_back({node.line, path, std::move(message)});
    return false;
  };
  if (s.kind == YamlScalar::kLookalike)
    return fail_here(quoted(node.text) +
                     " may be read in several ways: write the number in decimal, without leading zeros");
  if (s.kind != YamlScalar::kInt)
    return fail_here("must be a whole number, not " +
                     (node.kind == YamlNode::kScalar ? quoted(node.text) : std::string(kind_name(node))));
  if (s.i < least || s.i > most)
    return fail_here("must be from " + std::to_string(least) + " to " + std::to_string(most) + ", not " +
                     node.text);
  *out = s.i;
  return true;
}

bool YamlMap::read_int(std::string_view key, int64_t least, int64_t most, int64_t* out) {
  const YamlNode* n = scalar(key, "a whole number");
  return n != nullptr && int_of(*n, path_of(key), least, most, out);
}

bool YamlMap::read_duration(std::string_view key, int64_t* ms) {
  const YamlNode* n = scalar(key, "a duration");
  if (n == nullptr) return false;
  const auto parsed = n->text == "0" ? 0 : base::parse_duration(n->text);  // 0 is 0 in every unit
  if (!parsed) {
    const bool bare = scalar_of(*n).kind == YamlScalar::kInt;
    fail(key, quoted(n->text) + (bare ? " has no unit" : " is no duration") +
                  ": write d, h, m, s and ms, largest first, such as 1h30m or 250ms");
    return false;
  }
  *ms = *parsed;
  return true;
}

bool YamlMap::read_size(std::string_view key, uint64_t* bytes) {
  const YamlNode* n = scalar(key, "a size");
  if (n == nullptr) return false;
  std::string why;
  if (parse_size(n->text, bytes, &why)) return true;
  fail(key, why);
  return false;
}

bool YamlMap::read_strings(std::string_view key, std::vector<std::string>* out) {
  const YamlNode* n = child(key);
  if (n == nullptr) return false;
  std::vector<std::string> list;
  bool good = n->kind == YamlNode::kList;
  for (const YamlNode& item : n->items) {
    good = good && item.kind == YamlNode::kScalar;
    list.push_back(item.text);
  }
  if (!good) {
    fail(key, "must be a list of texts, such as [a, b]");
    return false;
  }
  *out = std::move(list);
  return true;
}

bool YamlMap::read_ints(std::string_view key, int64_t least, int64_t most, std::vector<int64_t>* out) {
  const YamlNode* n = child(key);
  if (n == nullptr) return false;
  std::vector<int64_t> list;
  int64_t value = 0;
  if (n->kind == YamlNode::kScalar) {
    if (!int_of(*n, path_of(key), least, most, &value)) return false;
    *out = {value};
    return true;
  }
  if (n->kind != YamlNode::kList || n->items.empty()) {
    fail(key, "must be a list of whole numbers, such as [1, 3]");
    return false;
  }
  bool good = true;
  for (size_t i = 0; i < n->items.size(); ++i) {
    if (int_of(n->items[i], path_of(key) + "[" + std::to_string(i) + "]", least, most, &value)) {
      list.push_back(value);
    } else {
      good = false;
    }
  }
  if (good) *out = std::move(list);
  return good;
}

void YamlMap::finish() {
  for (const YamlMember& m : node_->members) {
    bool is_known = false;
    for (const std::string& k : known_) is_known = is_known || k == m.key;
    if (is_known) continue;
    std::string message = "there is no such key";
    const std::string near = base::nearest(m.key, known_);
    if (!near.empty()) {
      message += "; did you mean `" + near + "`?";
    } else {
      message += "; known are";
      for (size_t i = 0; i < known_.size(); ++i) message += (i == 0 ? " " : ", ") + known_[i];
    }
    errors_->push_back({m.line, path_of(m.key), std::move(message)});
  }
}

std::string set_override(YamlNode* root, std::string_view assignment) {
  const size_t eq = assignment.find('=');
  if (eq == std::string_view::npos || eq == 0) {
    return quoted(assignment) + " is no setting: write key=value, such as limits.line=1MiB";
  }
  YamlDocument value = parse_yaml(assignment.substr(eq + 1));
  if (!value.errors.empty()) return std::string(assignment.substr(0, eq)) + ": " + value.errors[0].message;
  std::string_view path = assignment.substr(0, eq);
  YamlNode* at = root;
  while (true) {
    const std::string_view key = path.substr(0, path.find('.'));
    if (key.empty()) return quoted(assignment) + " is no setting: a name is missing";
    if (at->kind == YamlNode::kNull) at->kind = YamlNode::kMap;
    if (at->kind != YamlNode::kMap)
      return std::string(assignment.substr(0, eq)) + ": this is no map of keys and values";
    YamlNode* next = const_cast<YamlNode*>(at->find(key));
    if (next == nullptr) next = &at->members.emplace_back(YamlMember{std::string(key), 0, {}}).value;
    at = next;
    if (key.size() == path.size()) break;
    path.remove_prefix(key.size() + 1);
  }
  *at = std::move(value.root);
  at->line = 0;
  return "";
}

}  // namespace cep::config
