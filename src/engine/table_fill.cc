#include "engine/table_fill.h"

#include <algorithm>

#include "base/check.h"
#include "engine/table_file.h"
#include "expr/hash.h"

namespace cep {
namespace {

const SourceFile* find_file(const std::vector<SourceFile>& files, std::string_view name) {
  for (const SourceFile& file : files)
    if (file.name == name) return &file;
  return nullptr;
}

}  // namespace

bool read_table_files_of(const plan::Plan& plan, std::vector<SourceFile>* files, std::vector<Diagnostic>* diagnostics) {
  bool good = true;
  files->clear();
  for (const plan::Table& table : plan.tables) {
    if (table.file.empty() || find_file(*files, table_path(table))) continue;
    std::string bytes;
    if (read_table_file(table, &bytes, diagnostics)) files->push_back({table_path(table), std::move(bytes)});
    else good = false;
  }
  return good;
}

bool has_table_files(const plan::Plan& plan, const std::vector<SourceFile>& files, std::vector<Diagnostic>* diagnostics) {
  bool good = true;
  for (const plan::Table& table : plan.tables) {
    if (table.file.empty() || find_file(files, table_path(table))) continue;
    diagnostics->push_back({Severity::kError, table.span, "table " + table.name + ": the program does not hold its file, " + table_path(table)});
    good = false;
  }
  return good;
}

bool TableFill::read(runtime::Loaded* loaded, const std::vector<SourceFile>& files, const Limits& limits, const TableFill* before,
                     std::vector<Diagnostic>* diagnostics) {
  const std::vector<plan::Table>& tables = loaded->plan->tables;
  std::vector<Diagnostic> wrong;
  files_.assign(tables.size(), {});
  for (size_t t = 0; t < tables.size(); ++t) {
    if (tables[t].file.empty()) continue;
    const SourceFile* file = find_file(files, table_path(tables[t]));
    CEP_CHECK(file != nullptr);
    files_[t].fingerprint = expr::fingerprint(file->text);
    const int old = before ? loaded->succession.table_before[t] : -1;
    files_[t].same = old >= 0 && before->files_[static_cast<size_t>(old)].fingerprint == files_[t].fingerprint;
    if (!files_[t].same) fill_table(tables[t], static_cast<int>(t), file->text, limits, &loaded->tables, &wrong);
  }
  diagnostics->insert(diagnostics->end(), wrong.begin(), wrong.end());
  return !has_errors(wrong);
}

void TableFill::join(runtime::Loaded* loaded, runtime::Loaded* before) const {
  const std::vector<int>& goes_on = loaded->succession.table_before;
  for (size_t old = 0; old < before->plan->tables.size(); ++old)
    if (std::find(goes_on.begin(), goes_on.end(), static_cast<int>(old)) == goes_on.end()) before->tables.drop(static_cast<int>(old));
  for (size_t t = 0; t < files_.size(); ++t) {
    const int old = loaded->succession.table_before[t];
    const bool of_file = !files_[t].fingerprint.empty() && !files_[t].same;
    if (old >= 0) loaded->tables.join(static_cast<int>(t), &before->tables, old, of_file);
  }
}

void TableFill::save(state::Encoder* out) const {
  out->number(files_.size());
  for (const File& file : files_) out->text(file.fingerprint);
}

bool TableFill::load(size_t tables, state::Decoder* in) {
  if (in->count() != tables) return false;
  files_.assign(tables, {});
  for (File& file : files_) file.fingerprint = in->text();
  return in->ok();
}

}  // namespace cep
