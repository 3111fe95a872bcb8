#include "cepctl/junit.h"

#include <fmt/format.h>

namespace cep::cepctl {
namespace {

// Escapes, and leaves out what XML cannot carry.
std::string xml(std::string_view text) {
  std::string out;
  for (unsigned char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\n':
        out += "&#10;";
        break;
      default:
        if (c >= 0x20 || c == '\t') out += static_cast<char>(c);
    }
  }
  return out;
}

void append_suite(const std::vector<NamedResult>& all, size_t from, size_t to, std::string* out) {
  size_t failed = 0;
  double seconds = 0;
  for (size_t i = from; i < to; ++i) {
    failed += all[i].result.outcome == Outcome::kFailed;
    seconds += all[i].seconds;
  }
  *out +=
      fmt::format("  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" time=\"{:.6f}\">\n",
                  xml(all[from].file), to - from, failed, seconds);
  for (size_t i = from; i < to; ++i) {
    const NamedResult& r = all[i];
    *out += fmt::format("    <testcase classname=\"{}\" name=\"{}\" time=\"{:.6f}\"", xml(r.file),
                        xml(r.name), r.seconds);
    if (r.result.outcome == Outcome::kPassed) {
      *out += "/>\n";
    } else {
      *out += fmt::format("><failure message=\"{}:{}\">{}</failure></testcase>\n", xml(r.file), r.line,
                          xml(r.result.report));
    }
  }
  *out += "  </testsuite>\n";
}

}  // namespace

std::string junit_text(const std::vector<NamedResult>& results) {
  std::string out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n";
  for (size_t from = 0; from < results.size();) {
    size_t to = from;
    while (to < results.size() && results[to].file == results[from].file) ++to;
    append_suite(results, from, to, &out);
    from = to;
  }
  return out + "</testsuites>\n";
}

}  // namespace cep::cepctl
