// Diagnostics as text. Columns count code points; what a terminal would obey (control characters, broken UTF-8) is shown as U+FFFD.
#include "cep/diagnostic.h"

#include <algorithm>
#include <string_view>
#include <tuple>

namespace cep {
namespace {

constexpr size_t kLineWidthMax = 160;  // code points of a line that are shown
constexpr size_t kLeftOfCaret = 60;    // of these, kept before the place when a line is cut
constexpr std::string_view kReplacement = "\xEF\xBF\xBD";
constexpr std::string_view kEllipsis = "\xE2\x80\xA6";

// Bytes of the code point at text[i]; 1 for a byte that begins none (`valid` is false then).
size_t code_point_size(std::string_view text, size_t i, bool* valid) {
  const auto c = static_cast<unsigned char>(text[i]);
  const size_t size = c < 0x80 ? 1 : c >= 0xF0 && c < 0xF5 ? 4 : c >= 0xE0 && c < 0xF0 ? 3 : c >= 0xC2 && c < 0xE0 ? 2 : 0;
  *valid = size != 0 && i + size <= text.size();
  for (size_t k = 1; *valid && k < size; ++k) *valid = (static_cast<unsigned char>(text[i + k]) & 0xC0) == 0x80;
  return *valid ? size : 1;
}

struct Line {
  size_t number = 1;
  std::string_view text;  // without its line end
  size_t caret = 0;       // bytes of the line before the place
  size_t length = 0;      // bytes of the line that the span covers
};

Line find_line(std::string_view text, Span span) {
  const size_t begin = std::min<size_t>(span.begin, text.size());
  size_t start = 0;
  Line line;
  for (size_t at = text.find('\n'); at < begin; at = text.find('\n', start)) {
    start = at + 1;
    ++line.number;
  }
  size_t end = std::min(text.find('\n', begin), text.size());
  line.caret = begin - start;
  line.text = text.substr(start, end - start);
  line.length = std::min<size_t>(std::max<size_t>(span.end, begin), end) - begin;
  if (!line.text.empty() && line.text.back() == '\r') line.text.remove_suffix(1);
  line.caret = std::min(line.caret, line.text.size());
  line.length = std::min(line.length, line.text.size() - line.caret);
  return line;
}

// The line as it is shown: one string per code point, and which of them the caret and its tail cover.
struct Shown {
  std::vector<std::string_view> points;
  size_t caret = 0;
  size_t length = 0;
};

Shown split(const Line& line) {
  Shown shown;
  for (size_t i = 0; i < line.text.size();) {
    bool valid = true;
    const size_t size = code_point_size(line.text, i, &valid);
    const auto c = static_cast<unsigned char>(line.text[i]);
    const bool plain = valid && (c >= 0x20 || c == '\t') && c != 0x7F;
    if (i < line.caret) ++shown.caret;
    if (i >= line.caret && i < line.caret + line.length) ++shown.length;
    shown.points.push_back(plain ? line.text.substr(i, size) : kReplacement);
    i += size;
  }
  return shown;
}

void append_line_and_caret(const Line& line, bool colour, std::string* out) {
  const Shown shown = split(line);
  size_t first = 0;
  size_t last = shown.points.size();
  if (last > kLineWidthMax) {
    first = shown.caret > kLeftOfCaret ? shown.caret - kLeftOfCaret : 0;
    last = std::min(last, first + kLineWidthMax);
  }
  std::string padding = "  ";
  *out += "  ";
  if (first > 0) {
    *out += kEllipsis;
    padding += ' ';
  }
  for (size_t i = first; i < last; ++i) {
    *out += shown.points[i];
    if (i < shown.caret) padding += shown.points[i] == "\t" ? '\t' : ' ';
  }
  if (last < shown.points.size()) *out += kEllipsis;
  *out += '\n';
  *out += padding;
  if (colour) *out += "\033[1;32m";
  *out += '^';
  const size_t tail_end = std::min(shown.caret + shown.length, last);
  for (size_t i = shown.caret + 1; i < tail_end; ++i) *out += '~';
  if (colour) *out += "\033[0m";
  *out += '\n';
}

auto order_of(const Diagnostic& d) {
  return std::make_tuple(d.span.file, d.span.begin, d.severity, d.span.end, std::string_view(d.message));
}

}  // namespace

bool has_errors(const std::vector<Diagnostic>& list) {
  return std::any_of(list.begin(), list.end(), [](const Diagnostic& d) { return d.severity == Severity::kError; });
}

std::string render(const Diagnostic& d, const std::vector<SourceFile>& files, bool colour) {
  const bool error = d.severity == Severity::kError;
  const bool known = d.span.file < files.size();
  const Line line = known ? find_line(files[d.span.file].text, d.span) : Line{};
  std::string out;
  if (known) {
    if (colour) out += "\033[1m";
    out += files[d.span.file].name + ":" + std::to_string(line.number) + ":";
    out += std::to_string(split({line.number, line.text.substr(0, line.caret), 0, 0}).points.size() + 1) + ": ";
    if (colour) out += "\033[0m";
  }
  if (colour) out += error ? "\033[1;31m" : "\033[1;35m";
  out += error ? "error: " : "warning: ";
  if (colour) out += "\033[0m";
  out += d.message;
  if (out.back() != '\n') out += '\n';
  if (known) append_line_and_caret(line, colour, &out);
  return out;
}

std::string render_all(std::vector<Diagnostic> list, const std::vector<SourceFile>& files, bool colour) {
  std::stable_sort(list.begin(), list.end(), [](const Diagnostic& a, const Diagnostic& b) { return order_of(a) < order_of(b); });
  std::string out;
  for (size_t i = 0; i < list.size(); ++i) {
    if (i == 0 || order_of(list[i]) != order_of(list[i - 1])) out += render(list[i], files, colour);
  }
  return out;
}

}  // namespace cep
