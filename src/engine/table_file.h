// The rows that a table begins with: a CSV or NDJSON file below the folder of its pattern file (language.md, "table").
#pragma once
#include <vector>

#include "cep/diagnostic.h"
#include "cep/limits.h"
#include "plan/table.h"
#include "runtime/table_store.h"

namespace cep {

// Puts the file's rows into table number `number` of the store. What is wrong (no such file, a path that leaves the folder, a line that is no row) is one
// error at the table's name, with file and line; after the first bad line nothing more is read.
void load_table_file(const plan::Table& table, int number, const Limits& limits, runtime::TableStore* store, std::vector<Diagnostic>* diagnostics);

}  // namespace cep
