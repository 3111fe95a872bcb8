#include "engine/table_file.h"

#include <filesystem>

#include "base/regular_file.h"
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
    return store_->apply(number_, *builder_.finish(0, 0), kind.is_delete, 0) ? "" : "a row of a table needs all of its key fields";
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

void error(const plan::Table& table, const std::string& what, std::vector<Diagnostic>* diagnostics) {
  diagnostics->push_back({Severity::kError, table.span, "table " + table.name + ": " + what});
}

}  // namespace

std::string table_path(const plan::Table& table) { return (fs::path(table.folder) / table.file).string(); }

bool read_table_file(const plan::Table& table, std::string* bytes, std::vector<Diagnostic>* diagnostics) {
  if (leaves_folder(table.file)) {
    error(table, "\"" + table.file + "\" must lie below the folder of the pattern file", diagnostics);
    return false;
  }
  Result<std::string> text = base::read_regular(table_path(table));
  if (!text.ok()) {
    error(table, text.status().message(), diagnostics);
    return false;
  }
  *bytes = std::move(text.value());
  return true;
}

void fill_table(const plan::Table& table, int number, std::string_view bytes, const Limits& limits, runtime::TableStore* store,
                std::vector<Diagnostic>* diagnostics) {
  const std::string path = table_path(table);
  std::string reason = Loader(table, number, limits, store).load(bytes, path.ends_with(".csv"));
  store->forget_all();  // rows that a later line of the file has replaced
  if (!reason.empty()) error(table, path + ", " + reason, diagnostics);
}

}  // namespace cep
