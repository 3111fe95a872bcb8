// The rows that a table begins with: a CSV or NDJSON file below the folder of its pattern file. The file's bytes belong to the
// program (cep/program.h): they are read from the disk once, the rows are made of what was read.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "cep/diagnostic.h"
#include "cep/limits.h"
#include "plan/table.h"
#include "runtime/table_store.h"

namespace cep {

// The name of a table's file among Program::table_files: its path, the pattern file's folder before it.
std::string table_path(const plan::Table& table);

// Reads the file from the disk. What is wrong (no such file, a path that leaves the folder) is one error at the table's name; false then.
bool read_table_file(const plan::Table& table, std::string* bytes, std::vector<Diagnostic>* diagnostics);

// Puts the rows of the file's bytes into table number `number` of the store. A line that is no row is one error at the table's name, with file and line;
// after the first nothing more is read.
void fill_table(const plan::Table& table, int number, std::string_view bytes, const Limits& limits, runtime::TableStore* store,
                std::vector<Diagnostic>* diagnostics);

}  // namespace cep
