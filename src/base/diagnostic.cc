// Diagnostics as text. Columns count code points; what a terminal would obey (control characters, broken
// UTF-8) is written out in the message, and in the line shown as U+FFFD, so that the caret stands right.
#include "cep/diagnostic.h"

#include <algorithm>
#include <cstring>
#include <optional>
#include <string_view>
#include <tuple>

#include "base/utf8.h"
#include "base/visible.h"

namespace cep {
namespace {

constexpr size_t kLineWidthMax = 160;  // code points of a line that are shown
constexpr size_t kLeftOfCaret = 60;    // of these, kept before the place when a line is cut
constexpr std::string_view kReplacement = "\xEF\xBF\xBD";
constexpr std::string_view kEllipsis = "\xE2\x80\xA6";

struct Line {
  size_t number = 1;
  size_t column = 1;      // of the place, in code points
  std::string_view text;  // without its line end
  size_t caret = 0;       // bytes of the line before the place
  size_t length = 0;      // bytes of the line that the span covers
};

// Calls f(bytes of the line, text to show) for each code point from byte `from` on, until it returns false.
template <typename F>
void for_each_point(std::string_view line, size_t from, F f) {
  for (size_t i = from; i < line.size();) {
    size_t size = 1;
    const int32_t c = base::code_point_at(line, i, &size);
    const bool plain = c == '\t' || (c >= 0 && !base::is_control(c));
    if (!f(i, plain ? line.substr(i, size) : kReplacement)) return;
    i += size;
  }
}

size_t count_points(std::string_view text) {
  constexpr uint64_t kBeyondAscii = 0x8080808080808080;
  size_t count = 0;
  for (size_t at = 0, size = 0; at < text.size(); at += size) {
    uint64_t eight = kBeyondAscii;
    if (text.size() - at >= sizeof eight) std::memcpy(&eight, text.data() + at, sizeof eight);
    size = sizeof eight;
    count += sizeof eight;
    if ((eight & kBeyondAscii) == 0) continue;
    base::code_point_at(text, at, &size);
    count -= sizeof eight - 1;
  }
  return count;
}

// Goes through one text from place to place and counts lines and columns on the way: of a thousand places in a
// long text each byte is looked at once, if they come in order.
class Walk {
 public:
  explicit Walk(std::string_view text) : text_(text) {}

  Line to(Span span) {
    const size_t begin = std::min<size_t>(span.begin, text_.size());
    if (begin < at_) *this = Walk(text_);
    while (at_ < begin) {
      const size_t lf = std::min(text_.find('\n', at_), begin);
      points_ += count_points(text_.substr(at_, lf - at_));
      at_ = lf;
      if (lf == begin) break;
      start_ = at_ = lf + 1;
      points_ = 0;
      ++number_;
    }
    return line(begin, span.end);
  }

 private:
  Line line(size_t begin, size_t span_end) const {
    Line line;
    line.number = number_;
    line.column = points_ + 1;
    const size_t end = std::min(text_.find('\n', begin), text_.size());
    line.caret = begin - start_;
    line.text = text_.substr(start_, end - start_);
    line.length = std::min<size_t>(std::max<size_t>(span_end, begin), end) - begin;
    if (!line.text.empty() && line.text.back() == '\r') line.text.remove_suffix(1);
    line.caret = std::min(line.caret, line.text.size());
    line.length = std::min(line.length, line.text.size() - line.caret);
    return line;
  }

  std::string_view text_;
  size_t at_ = 0;      // gone so far
  size_t number_ = 1;  // of the line there
  size_t start_ = 0;   // where it begins
  size_t points_ = 0;  // code points of it before `at_`
};

// The byte at which `count` code points before byte `at` begin.
size_t step_back(std::string_view text, size_t at, size_t count) {
  for (; at > 0 && count > 0; --count) {
    --at;
    for (int tail = 0; tail < 3 && at > 0 && !base::begins_code_point(text[at]); ++tail)
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

// `walk` stands in the diagnostic's file; null: the file is not known.
std::string render_one(const Diagnostic& d, const std::string& file, Walk* walk, bool colour) {
  const bool error = d.severity == Severity::kError;
  const Line line = walk != nullptr ? walk->to(d.span) : Line{};
  std::string out;
  if (walk != nullptr) {
    if (colour) out += "\033[1m";
    out += base::visible(file) + ":" + std::to_string(line.number) + ":" + std::to_string(line.column) + ": ";
    if (colour) out += "\033[0m";
  }
  if (colour) out += error ? "\033[1;31m" : "\033[1;35m";
  out += error ? "error: " : "warning: ";
  if (colour) out += "\033[0m";
  out += base::visible_lines(d.message);
  if (out.back() != '\n') out += '\n';
  if (walk != nullptr) append_line_and_caret(line, colour, &out);
  return out;
}

}  // namespace

bool has_errors(const std::vector<Diagnostic>& list) {
  return std::any_of(list.begin(), list.end(),
                     [](const Diagnostic& d) { return d.severity == Severity::kError; });
}

std::string render(const Diagnostic& d, const std::vector<SourceFile>& files, bool colour) {
  if (d.span.file >= files.size()) return render_one(d, "", nullptr, colour);
  Walk walk(files[d.span.file].text);
  return render_one(d, files[d.span.file].name, &walk, colour);
}

std::string render_all(std::vector<Diagnostic> list, const std::vector<SourceFile>& files, bool colour) {
  std::stable_sort(list.begin(), list.end(),
                   [](const Diagnostic& a, const Diagnostic& b) { return order_of(a) < order_of(b); });
  std::string out;
  std::optional<Walk> walk;
  for (size_t i = 0; i < list.size(); ++i) {
    const uint32_t file = list[i].span.file;
    const bool known = file < files.size();
    if (known && (i == 0 || file != list[i - 1].span.file)) walk.emplace(files[file].text);
    if (i > 0 && order_of(list[i]) == order_of(list[i - 1])) continue;
    out += render_one(list[i], known ? files[file].name : "", known ? &*walk : nullptr, colour);
  }
  return out;
}

}  // namespace cep
