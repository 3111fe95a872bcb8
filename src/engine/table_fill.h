// The files of a program's tables and what becomes of the tables' rows when a program is loaded in the place of another: a table that goes on keeps its rows, unless its
// file has other bytes than before; then it has the file's.
#pragma once
#include <string>
#include <vector>

#include "cep/diagnostic.h"
#include "cep/limits.h"
#include "plan/plan.h"
#include "runtime/loaded.h"
#include "state/encoder.h"

namespace cep {

// Reads the tables' files from the disk into *files, each once (engine/table_file.h).
bool read_table_files_of(const plan::Plan& plan, std::vector<SourceFile>* files, std::vector<Diagnostic>* diagnostics);

// Whether `files` holds all that the tables need; what it lacks is an error each.
bool has_table_files(const plan::Plan& plan, const std::vector<SourceFile>& files, std::vector<Diagnostic>* diagnostics);

class TableFill {
 public:
  // Fills the tables of `loaded` that have a file, but not those that go on from `before` (null: there is none) with the same bytes. Touches nothing else. False if a line
  // is no row. REQUIRES has_table_files().
  bool read(runtime::Loaded* loaded, const std::vector<SourceFile>& files, const Limits& limits, const TableFill* before,
            std::vector<Diagnostic>* diagnostics);
  // The tables that go on from `before` are shared with it from here on; the others lose their rows. REQUIRES read() was good, nothing is under way.
  void join(runtime::Loaded* loaded, runtime::Loaded* before) const;

  // What it knows of the files, for a state that is saved; the rows are the tables' (runtime/table_store.h).
  void save(state::Encoder* out) const;
  // False if the bytes are none that save() wrote for so many tables.
  bool load(size_t tables, state::Decoder* in);

 private:
  struct File {
    std::string fingerprint;  // of its bytes; empty: the table has none
    bool same = false;        // as before
  };
  std::vector<File> files_;   // by table
};

}  // namespace cep
