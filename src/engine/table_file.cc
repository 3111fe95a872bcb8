#include "engine/table_file.h"

#include <filesystem>
#include <fstream>
#include <sstream>

#include "event/csv_reader.h"
#include "event/line_decoder.h"

namespace cep {
namespace {

namespace fs = std::filesystem;

class Loader {
 public:
  Loader(const plan::Table& table, int number, const Limits& limits, runtime::TableStore* store)
      : table_(table), number_(number), limits_(limits), store_(store), decoder_(limits) {}

  // Empty, or what is wrong.
  std::string load(std::string_view text, bool csv) {
    if (csv) return load_csv(text);
    uint64_t line = 0;
    while (!text.empty()) {
      size_t end = std::min(text.find('\n'), text.size());
      ++line;
      std::string reason = take(text.substr(0, end));
      if (!reason.empty()) return "line " + std::to_string(line) + ": " + reason;
      text.remove_prefix(std::min(end + 1, text.size()));
    }
    return {};
  }

 private:
  std::string load_csv(std::string_view text) {
    event::CsvReader reader(limits_);
    reader.feed(text);
    reader.finish();
    event::CsvRecord record;
    while (reader.next(&record)) {
      std::string reason = record.broken ? std::string(record.reason) : take(record.line);
      if (!reason.empty()) return "line " + std::to_string(record.number) + ": " + reason;
    }
    return {};
  }

  std::string take(std::string_view line) {
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    const event::LineKind& kind = decoder_.parse(line);
    if (kind.kind == event::LineKind::kBlank) return {};
    if (kind.kind == event::LineKind::kBroken) return kind.reason;
    if (kind.kind != event::LineKind::kEvent) return "a control line is no row";
    int64_t time = 0;
    std::string reason = decoder_.decode(table_.schema, -1, nullptr, &builder_, &time);
    if (!reason.empty()) return reason;
    return store_->apply(number_, *builder_.finish(0, 0), kind.is_delete) ? "" : "a row of a table needs all of its key fields";
  }

  const plan::Table& table_;
  int number_;
  Limits limits_;
  runtime::TableStore* store_;
  event::LineDecoder decoder_;
  event::RowBuilder builder_;
};

bool leaves_folder(const fs::path& path) {
  if (path.is_absolute()) return true;
  for (const fs::path& part : path)
    if (part == "..") return true;
  return false;
}

}  // namespace

void load_table_file(const plan::Table& table, int number, const Limits& limits, runtime::TableStore* store, std::vector<Diagnostic>* diagnostics) {
  auto error = [&](const std::string& what) { diagnostics->push_back({Severity::kError, table.span, "table " + table.name + ": " + what}); };
  fs::path below = table.file;
  if (leaves_folder(below)) return error("\"" + table.file + "\" must lie below the folder of the pattern file");
  fs::path path = fs::path(table.folder) / below;
  std::ifstream in(path, std::ios::binary);
  std::stringstream text;
  if (!in || !(text << in.rdbuf())) {
    std::error_code none;
    if (!in || !fs::is_empty(path, none)) return error("cannot read " + path.string());
  }
  std::string reason = Loader(table, number, limits, store).load(text.str(), path.extension() == ".csv");
  if (!reason.empty()) error(path.string() + ", " + reason);
}

}  // namespace cep
