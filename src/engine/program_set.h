// The pattern set in force as the sum of three: the files on disk, the files that people put by the API over them (by base name), the names that they removed. Pure data.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "cep/engine.h"
#include "cep/program.h"
#include "engine/durable_engine.h"
#include "journal/entry.h"

namespace cep::engine {

// "patterns/fraud.cep" → "fraud.cep".
std::string_view base_name(std::string_view path);

// The set that `last` becomes when the files on disk are `disk`: those that were removed stay out, those put by the API stay and stand for files of their base name.
// Table files are those of `disk` for now: the caller reads them anew (Engine::read_table_files).
journal::Load with_disk(const journal::Load& last, const Program& disk);
// The set with `name` put or replaced by `text`.
journal::Load with_file(const journal::Load& last, std::string_view name, std::string_view text);
// The set without `name`; false if it has no such file.
bool without_file(const journal::Load& last, std::string_view name, journal::Load* out);

// Reads the set's table files anew and compiles it. False if it has mistakes; warnings are in *diagnostics too. *unnamed, if wanted: where its lines without
// `_stream` go.
bool check_load(journal::Load* load, std::vector<Diagnostic>* diagnostics, UnnamedLines* unnamed = nullptr);
// What senders lose when a set takes the place of another: lines without `_stream` that found their stream and will not any more. Empty: nothing. Ends with LF.
std::string unnamed_warning(UnnamedLines before, UnnamedLines after);
// The same content: the same records.
bool same(const journal::Load& a, const journal::Load& b);
std::vector<PatternFile> files_of(const journal::Load& load);

}  // namespace cep::engine
