// `cepctl infer`: a first declaration from a file of events.
#include "event/infer.h"

#include <cstdio>
#include <filesystem>

#include "base/visible.h"
#include "cepctl/commands.h"
#include "cepctl/console.h"
#include "cepctl/event_file.h"

namespace cep::cepctl {
namespace {
constexpr size_t kMaxLines = 100'000;  // more say nothing new about fields and types
}

int run_infer(const InferOptions& options) {
  auto file = EventFile::open(options.events, options.format, Limits());
  if (!file.ok()) {
    complain(file.status().message());
    return kWrongUse;
  }
  std::vector<std::string> lines;
  FileLine line;
  while (lines.size() < kMaxLines && file.value()->next(&line)) lines.emplace_back(line.text);
  if (!file.value()->trouble().empty()) {
    complain(file.value()->trouble());
    return kWrongUse;
  }
  if (lines.size() == kMaxLines) std::fprintf(stderr, "cepctl: looked at the first %zu lines\n", kMaxLines);
  event::InferOptions how;
  how.csv = options.format == "csv" || (options.format.empty() && options.events.ends_with(".csv"));
  if (!options.name.empty()) {
    how.name = options.name;
  } else if (options.events != "-") {
    how.name = std::filesystem::path(options.events).stem().string();
  }
  const std::string text = event::infer_streams(lines, how);
  if (text.empty()) {
    complain("no line of " + options.events + " is an event");
    return kFindings;
  }
  Output out;
  out.write(base::visible_lines(text));  // in a string of the language an escape means the same
  return out.flush() ? kDone : kFindings;
}

}  // namespace cep::cepctl
