// Diagnostics as text. Columns count code points; what a terminal would obey (control characters, broken
// UTF-8) is shown as U+FFFD.
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
  const size_t size = c < 0x80                ? 1
                      : c >= 0xF0 && c < 0xF5 ? 4
                      : c >= 0xE0 && c < 0xF0 ? 3
                      : c >= 0xC2 && c < 0xE0 ? 2
                                              : 0;
  *valid = size != 0 && i + size <= text.size();
  for (size_t k = 1; *valid && k < size; ++k)
    *valid = (static_cast<unsigned char>(text[i + k]) & 0xC0) == 0x80;
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

// Calls f(bytes of the line, text to show) for each code point from byte `from` on, until it returns false.
template <typename F>
void for_each_point(std::string_view line, size_t from, F f) {
  for (size_t i = from; i < line.size();) {
    bool valid = true;
    const size_t size = code_point_size(line, i, &valid);
    const auto c = static_cast<unsigned char>(line[i]);
    const bool plain = valid && (c >= 0x20 || c == '\t') && c != 0x7F;
    if (!f(i, plain ? line.substr(i, size) : kReplacement)) return;
    i += size;
  }
}

size_t count_points(std::string_view text) {
  size_t count = 0;
  for_each_point(text, 0, [&](size_t, std::string_view) { return ++count, true; });
  return count;
}

// The byte at which `count` code points before byte `at` begin.
size_t step_back(std::string_view text, size_t at, size_t count) {
  for (; at > 0 && count > 0; --count) {
    --at;
    for (int tail = 0; tail < 3 && at > 0 && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80; ++tail)
      --at;
  }
  return at;
}

// Only what is shown is looked at, for a line may be as long as its file.
void append_line_and_caret(const Line& line, bool colour, std::string* out) {
  const std::string_view near = line.text.substr(0, line.caret + kLineWidthMax * 4);
  const bool long_line = near.size() < line.text.size() || count_points(near) > kLineWidthMax;
  const size_t first = long_line ? step_back(line.text, line.caret, kLeftOfCaret) : 0;
  std::string padding = "  ";
  std::string tail;
  *out += "  ";
  if (first > 0) {
    *out += kEllipsis;
    padding += ' ';
  }
  size_t shown = 0;
  for_each_point(line.text, first, [&](size_t at, std::string_view point) {
    if (long_line && shown++ == kLineWidthMax) return *out += kEllipsis, false;
    *out += point;
    if (at < line.caret) padding += point == "\t" ? '\t' : ' ';
    if (at > line.caret && at < line.caret + line.length) tail += '~';
    return true;
  });
  *out += '\n' + padding + (colour ? "\033[1;32m^" : "^") + tail + (colour ? "\033[0m\n" : "\n");
}

auto order_of(const Diagnostic& d) {
  return std::make_tuple(d.span.file, d.span.begin, d.severity, d.span.end, std::string_view(d.message));
}

}  // namespace

bool has_errors(const std::vector<Diagnostic>& list) {
  return std::any_of(list.begin(), list.end(),
                     [](const Diagnostic& d) { return d.severity == Severity::kError; });
}

std::string render(const Diagnostic& d, const std::vector<SourceFile>& files, bool colour) {
  const bool error = d.severity == Severity::kError;
  const bool known = d.span.file < files.size();
  const Line line = known ? find_line(files[d.span.file].text, d.span) : Line{};
  std::string out;
  if (known) {
    if (colour) out += "\033[1m";
    out += files[d.span.file].name + ":" + std::to_string(line.number) + ":";
    out += std::to_string(count_points(line.text.substr(0, line.caret)) + 1) + ": ";
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
  std::stable_sort(list.begin(), list.end(),
                   [](const Diagnostic& a, const Diagnostic& b) { return order_of(a) < order_of(b); });
  std::string out;
  for (size_t i = 0; i < list.size(); ++i) {
    if (i == 0 || order_of(list[i]) != order_of(list[i - 1])) out += render(list[i], files, colour);
  }
  return out;
}

}  // namespace cep
