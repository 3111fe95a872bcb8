// The pattern set in force as the sum of three: the files on disk, the files that people put by the API over them, those that they removed. Pure data. A file is its path; what
// people call it: engine/file_names.h.
#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "cep/engine.h"
#include "cep/program.h"
#include "cep/status.h"
#include "engine/durable_engine.h"
#include "journal/entry.h"

namespace cep {
class PreparedLoad;
}

namespace cep::engine {

// The set that `last` becomes when the files on disk are `disk`: those that were removed stay out, those put by the API stay and stand for the file that they were put over, or
// for the only one that ends in their name.
// Table files are those of `disk` for now: the caller reads them anew (Engine::read_table_files).
journal::Load with_disk(const journal::Load& last, const Program& disk);
// The set with the file that `name` means replaced by `text`, one that was removed put again, or a new one of this name. An error: it means several, or is a path (with a `/`) of
// none.
Result<journal::Load> with_file(const journal::Load& last, std::string_view name, std::string_view text);
// The set without the file that `name` means. An error: there is none, or there are several.
Result<journal::Load> without_file(const journal::Load& last, std::string_view name);
// What is said of a name that means several files, with those that it means.
std::string several_files(std::string_view name, const std::vector<std::string>& meant);

// Reads the set's table files anew and compiles it. False if it has mistakes; warnings are in *diagnostics too. *unnamed, if wanted: where its lines without
// `_stream` go. *prepared, if wanted: what an engine in which `before` is in force then takes.
bool check_load(journal::Load* load, std::vector<Diagnostic>* diagnostics, UnnamedLines* unnamed = nullptr, std::shared_ptr<const PreparedLoad> before = nullptr,
                std::shared_ptr<PreparedLoad>* prepared = nullptr);
// What senders lose when a set takes the place of another: lines without `_stream` that found their stream and will not any more. Empty: nothing. Ends with LF.
std::string unnamed_warning(UnnamedLines before, UnnamedLines after);
// The same content: the same records.
bool same(const journal::Load& a, const journal::Load& b);
std::vector<PatternFile> files_of(const journal::Load& load);

}  // namespace cep::engine
