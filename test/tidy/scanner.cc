#include "tidy/scanner.h"

#include <algorithm>
#include <cctype>
#include <regex>

namespace tidy {
namespace {

// Blanks text[from, to), line ends excepted; returns to.
size_t blank(std::string* text, size_t from, size_t to) {
  to = std::min(to, text->size());
  for (size_t i = from; i < to; ++i) {
    if ((*text)[i] != '\n') (*text)[i] = ' ';
  }
  return to;
}

size_t end_of_raw_string(const std::string& text, size_t quote) {
  const size_t open = text.find('(', quote);
  if (open == std::string::npos) return text.size();
  const std::string close = ")" + text.substr(quote + 1, open - quote - 1) + "\"";
  const size_t end = text.find(close, open);
  return end == std::string::npos ? text.size() : end + close.size();
}

size_t end_of_literal(const std::string& text, size_t quote) {
  for (size_t i = quote + 1; i < text.size() && text[i] != '\n'; ++i) {
    if (text[i] == '\\') ++i;
    else if (text[i] == text[quote]) return i + 1;
  }
  return text.size();
}

// A preprocessor line with its continuations.
size_t end_of_directive(const std::string& text, size_t from) {
  size_t end = text.find('\n', from);
  while (end != std::string::npos && end > 0 && text[end - 1] == '\\') end = text.find('\n', end + 1);
  return end == std::string::npos ? text.size() : end;
}

bool word_before(const std::string& text, size_t i) {
  return i > 0 && (std::isalnum(static_cast<unsigned char>(text[i - 1])) || text[i - 1] == '_');
}

enum class Brace { kContainer, kFunction, kOther };

// What a `{` opens, by the text since the last `;`, `{` or `}` of its level.
Brace kind_of(const std::string& head) {
  static const std::regex container(R"(^\s*(inline\s+)?(namespace|extern)\b|\b(class|struct|union|enum)\b[^()]*$)");
  static const std::regex data(R"(=\s*$|\breturn\b[^()]*$)");
  if (std::regex_search(head, container)) return Brace::kContainer;
  static const std::regex body(R"((\)|\}|&|\b(const|noexcept|override|final|try|mutable))\s*$|\)[^():]*->[^()]*$)");
  if (std::regex_search(head, data) || head.find('(') == std::string::npos) return Brace::kOther;
  return std::regex_search(head, body) ? Brace::kFunction : Brace::kOther;
}

std::string first_line(const std::string& head) {
  const size_t a = head.find_first_not_of(" \n");
  if (a == std::string::npos) return "";
  return head.substr(a, std::min<size_t>(head.find('\n', a) - a, 80));
}

class Walker {
 public:
  explicit Walker(const std::string& text) : text_(text), code_(blank_out(text)) {}

  std::vector<Function> walk() {
    for (at_ = 0; at_ < code_.size(); ++at_) {
      if (code_[at_] == '\n') ++line_;
      if (code_[at_] == '{') open();
      else if (code_[at_] == '}') close();
      else if (code_[at_] == ';' && function_depth_ == 0) head_ = at_ + 1;
    }
    return std::move(found_);
  }

 private:
  void open() {
    const Brace kind = function_depth_ ? Brace::kOther : kind_of(code_.substr(head_, at_ - head_));
    braces_.push_back(kind);
    if (kind == Brace::kContainer) head_ = at_ + 1;
    if (kind != Brace::kFunction) {
      if (function_depth_) ++function_depth_;
      return;
    }
    function_depth_ = 1;
    const size_t begin = std::min(code_.find_first_not_of(" \n", head_), at_);
    Function f;
    f.name = first_line(text_.substr(begin, at_ - begin + 1));
    f.line = 1 + static_cast<int>(std::count(code_.begin(), code_.begin() + static_cast<long>(begin), '\n'));
    found_.push_back(f);
  }

  void close() {
    if (braces_.empty()) return;
    const Brace kind = braces_.back();
    braces_.pop_back();
    if (function_depth_ && --function_depth_ == 0) found_.back().lines = line_ - found_.back().line + 1;
    // After `b_{y}` of a constructor's list the head goes on.
    const size_t next = code_.find_first_not_of(" \n", at_ + 1);
    const bool goes_on = kind == Brace::kOther && next != std::string::npos && (code_[next] == ',' || code_[next] == '{');
    if (function_depth_ == 0 && !goes_on) head_ = at_ + 1;
  }

  const std::string& text_;
  const std::string code_;
  std::vector<Brace> braces_;
  std::vector<Function> found_;
  size_t at_ = 0, head_ = 0;
  int line_ = 1, function_depth_ = 0;
};

}  // namespace

std::string blank_out(const std::string& text) {
  std::string out = text;
  bool line_start = true;
  for (size_t i = 0; i < out.size();) {
    const char c = out[i];
    if (c == '\n') {
      line_start = true;
      ++i;
      continue;
    }
    if (c == '#' && line_start) i = blank(&out, i, end_of_directive(text, i));
    else if (text.compare(i, 2, "//") == 0) i = blank(&out, i, text.find('\n', i));
    else if (text.compare(i, 2, "/*") == 0) i = blank(&out, i, std::min(text.find("*/", i), text.size() - 2) + 2);
    else if (c == '"' && i > 0 && text[i - 1] == 'R') i = blank(&out, i, end_of_raw_string(text, i));
    else if (c == '"' || (c == '\'' && !word_before(text, i))) i = blank(&out, i, end_of_literal(text, i));
    else ++i;
    if (c != ' ') line_start = false;
  }
  return out;
}

std::vector<Function> functions(const std::string& text) { return Walker(text).walk(); }

}  // namespace tidy
