#include "cepctl/case_file.h"

#include <filesystem>

#include "cepctl/files.h"

namespace cep::cepctl {
namespace {

using config::YamlError;
using config::YamlMap;
using config::YamlMember;
using config::YamlNode;
using config::YamlScalar;

class Reader {
 public:
  explicit Reader(const std::string& path) : directory_(std::filesystem::path(path).parent_path()) {
    file_.path = path;
  }

  CaseFile read(const std::string& text) {
    config::YamlDocument doc = config::parse_yaml(text);
    errors_ = std::move(doc.errors);
    if (errors_.empty()) read_root(doc.root);
    file_.errors = config::render(errors_, file_.path);
    return std::move(file_);
  }

 private:
  void read_root(const YamlNode& root) {
    YamlMap map(root, "", &errors_);
    map.read_string("prelude", &prelude_);
    map.read_string("event_id", &file_.event_id);
    std::string order;
    if (map.read_string("order", &order)) {
      file_.any_order = order == "any";
      if (!file_.any_order)
        map.fail("order", "must be `any`, or be left out: then records are compared in order");
    }
    const YamlNode* cases = map.child("cases");
    map.finish();
    if (cases == nullptr || cases->kind != YamlNode::kList) {
      map.fail("cases", "must be a list of cases");
      return;
    }
    for (size_t i = 0; i < cases->items.size(); ++i) {
      read_case(cases->items[i], "cases[" + std::to_string(i) + "]");
    }
  }

  void read_case(const YamlNode& node, std::string path) {
    Case c;
    c.line = node.line;
    if (const YamlNode* name = node.find("name"); name != nullptr && !name->text.empty())
      path += " (" + name->text + ")";
    YamlMap map(node, path, &errors_);
    if (!map.read_string("name", &c.name)) map.fail("name", "a case needs a name");
    read_program(&map, &c);
    read_events(&map, &c);
    std::vector<int64_t> shards;
    map.read_ints("shards", 1, 64, &shards);
    c.shards.assign(shards.begin(), shards.end());
    const YamlNode* expect = map.child("expect");
    std::string error;
    if (map.read_string("error", &error)) c.error = error;
    if ((expect != nullptr) == c.error.has_value())
      map.fail("expect", "a case has either `expect` or `error`");
    if (expect != nullptr) read_expect(*expect, map.path_of("expect"), &c);
    map.finish();
    file_.cases.push_back(std::move(c));
  }

  void read_program(YamlMap* map, Case* c) {
    if (!prelude_.empty()) c->program.push_back({below("<prelude>"), prelude_});
    std::vector<std::string> patterns;
    const bool has_files = map->read_strings("patterns", &patterns);
    for (std::string& p : patterns) p = below(p);
    auto files = cepctl::read_program(patterns);
    if (!files.ok()) {
      map->fail("patterns", files.status().message());
    } else {
      for (SourceFile& f : files.value()) c->program.push_back(std::move(f));
    }
    std::string text;
    const bool has_text = map->read_string("program", &text);
    if (has_text) c->program.push_back({below("<program>"), std::move(text)});  // tables read files beside it
    if (!has_files && !has_text && prelude_.empty())
      map->fail("program", "a case needs a `program` or `patterns`");
  }

  void read_events(YamlMap* map, Case* c) {
    std::string path;
    const bool has_text = map->read_string("events", &c->events);
    if (!map->read_string("events_file", &path)) return;
    if (has_text) map->fail("events_file", "a case has either `events` or `events_file`");
    auto text = read_text(below(path));
    if (!text.ok()) {
      map->fail("events_file", text.status().message());
      return;
    }
    c->events = std::move(text.value());
    c->csv = path.ends_with(".csv");
  }

  void read_expect(const YamlNode& node, const std::string& path, Case* c) {
    YamlMap map(node, path, &errors_);
    for (int i = 0; i < kChannels; ++i) {
      const auto channel = static_cast<Channel>(i);
      const std::string name(channel_name(channel));
      const YamlNode* records = map.child(name);
      if (records == nullptr) continue;
      if (records->kind != YamlNode::kList) {
        map.fail(name, "must be a list of records, [] for none");
        continue;
      }
      for (size_t n = 0; n < records->items.size(); ++n) {
        check_record(records->items[n], map.path_of(name) + "[" + std::to_string(n) + "]");
      }
      c->expect.push_back({channel, records->items});
    }
    map.finish();
  }

  void check_record(const YamlNode& record, const std::string& path) {
    if (record.kind != YamlNode::kMap)
      errors_.push_back({record.line, path, "must be a record: a map of its members"});
    check_values(record, path);
  }

  // Numbers that may be read in several ways are no expectation.
  void check_values(const YamlNode& node, const std::string& path) {
    if (config::scalar_of(node).kind == YamlScalar::kLookalike) {
      errors_.push_back({node.line, path,
                         node.text + " may be read in several ways: write \"" + node.text +
                             "\" for the text, or the number in decimal"});
    }
    for (size_t i = 0; i < node.items.size(); ++i)
      check_values(node.items[i], path + "[" + std::to_string(i) + "]");
    for (const YamlMember& m : node.members) check_values(m.value, path + "." + m.key);
  }

  std::string below(const std::string& path) const { return (directory_ / path).string(); }

  std::filesystem::path directory_;
  CaseFile file_;
  std::string prelude_;
  std::vector<YamlError> errors_;
};

}  // namespace

CaseFile parse_case_file(const std::string& path, const std::string& text) { return Reader(path).read(text); }

CaseFile read_case_file(const std::string& path) {
  auto text = read_text(path);
  if (text.ok()) return parse_case_file(path, text.value());
  CaseFile file;
  file.path = path;
  file.errors = path + ": error: " + text.status().message() + "\n";
  return file;
}

}  // namespace cep::cepctl
