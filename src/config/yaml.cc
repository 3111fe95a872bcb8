// Text to tree, over yaml-cpp's events: they carry the marks and the quotes that its node tree forgets.
#include "config/yaml.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <istream>
#include <streambuf>

namespace cep::config {
namespace {

// Lets yaml-cpp read a string_view without a copy.
class ViewBuffer : public std::streambuf {
 public:
  explicit ViewBuffer(std::string_view text) {
    char* begin = const_cast<char*>(text.data());
    setg(begin, begin, begin + text.size());
  }
};

class TreeBuilder : public YAML::EventHandler {
 public:
  explicit TreeBuilder(YamlDocument* out) : out_(out) {}

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    add(node(YamlNode::kNull, mark), anchor);
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    fail(mark, "an alias (*name) is not read: write the value out");
    add(node(YamlNode::kNull, mark), 0);
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    check_tag(mark, tag);
    YamlNode n = node(YamlNode::kScalar, mark);
    n.plain = tag == "?";
    n.text = value;
    if (n.plain && value.empty()) n.kind = YamlNode::kNull;
    add(std::move(n), anchor);
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    check_tag(mark, tag);
    open(node(YamlNode::kList, mark), anchor);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    check_tag(mark, tag);
    open(node(YamlNode::kMap, mark), anchor);
  }
  void OnMapEnd() override { close(); }

 private:
  struct Open {
    YamlNode node;
    bool has_key = false;
    std::string key;
    int key_line = 0;
  };

  static YamlNode node(YamlNode::Kind kind, const YAML::Mark& mark) {
    YamlNode n;
    n.kind = kind;
    n.line = mark.line + 1;
    return n;
  }
  std::string path() const {
    std::string p;
    for (const Open& o : stack_) {
      if (o.node.kind == YamlNode::kList) p += "[" + std::to_string(o.node.items.size()) + "]";
      if (o.node.kind == YamlNode::kMap && o.has_key) p += (p.empty() ? "" : ".") + o.key;
    }
    return p;
  }
  void fail(const YAML::Mark& mark, std::string message) {
    out_->errors.push_back({mark.line + 1, path(), std::move(message)});
  }
  void fail_line(int line, std::string message) {
    out_->errors.push_back({line, path(), std::move(message)});
  }
  void check_tag(const YAML::Mark& mark, const std::string& tag) {
    if (tag != "?" && tag != "!" && !tag.empty()) fail(mark, "a tag (" + tag + ") is not read: leave it out");
  }
  void check_anchor(const YamlNode& n, YAML::anchor_t anchor) {
    if (anchor != 0) fail_line(n.line, "an anchor (&name) is not read: leave it out");
  }
  void open(YamlNode n, YAML::anchor_t anchor) {
    check_anchor(n, anchor);
    stack_.push_back({std::move(n), false, "", 0});
  }
  void close() {
    YamlNode n = std::move(stack_.back().node);
    stack_.pop_back();
    add(std::move(n), 0);
  }
  void add(YamlNode n, YAML::anchor_t anchor) {
    check_anchor(n, anchor);
    if (stack_.empty()) {
      out_->root = std::move(n);
      return;
    }
    Open& top = stack_.back();
    if (top.node.kind == YamlNode::kList) {
      top.node.items.push_back(std::move(n));
    } else if (!top.has_key) {
      add_key(n);
    } else {
      top.node.members.push_back({top.key, top.key_line, std::move(n)});
      top.has_key = false;
    }
  }
  void add_key(const YamlNode& n) {
    Open& top = stack_.back();
    if (n.kind != YamlNode::kScalar) {
      fail_line(n.line, "a key must be a name");
    } else {
      for (const YamlMember& m : top.node.members) {
        if (m.key != n.text) continue;
        fail_line(n.line, "`" + n.text + "` is given twice, first in line " + std::to_string(m.line));
        break;
      }
    }
    top.has_key = true;
    top.key = n.text;
    top.key_line = n.line;
  }

  YamlDocument* out_;
  std::vector<Open> stack_;
};

}  // namespace

YamlDocument parse_yaml(std::string_view text) {
  YamlDocument doc;
  TreeBuilder builder(&doc);
  try {
    ViewBuffer buffer(text);
    std::istream in(&buffer);
    YAML::Parser parser(in);
    if (parser.HandleNextDocument(builder)) {
      YamlDocument rest;
      TreeBuilder second(&rest);
      if (parser.HandleNextDocument(second)) {
        doc.errors.push_back(
            {rest.root.line, "", "a second document (---) is not read: use one file for each"});
      }
    }
  } catch (const YAML::Exception& e) {
    doc.errors.push_back({e.mark.line + 1, "", e.msg});
  }
  return doc;
}

std::string render(std::vector<YamlError> errors, const std::string& name) {
  std::stable_sort(errors.begin(), errors.end(),
                   [](const YamlError& a, const YamlError& b) { return a.line < b.line; });
  std::string out;
  for (const YamlError& e : errors) {
    out += name + ":";
    if (e.line > 0) out += std::to_string(e.line) + ":";
    out += " error: ";
    if (!e.path.empty()) out += e.path + ": ";
    out += e.message + "\n";
  }
  return out;
}

}  // namespace cep::config
