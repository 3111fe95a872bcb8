// A program made ready to run beside the engine that will run it: compiled, matched with the one that it takes the place of, the rows of its tables' files made. What is left for the
// engine's own thread is the exchange. Passive; made in one thread, then given to the engine's.
#pragma once
#include <memory>
#include <string_view>
#include <vector>

#include "cep/diagnostic.h"
#include "cep/engine.h"
#include "cep/program.h"
#include "engine/table_fill.h"
#include "runtime/loaded.h"

namespace cep {

class PreparedLoad {
 public:
  // Of a whole program, as a journal or a recorded stream has it: what was taken once is taken again (lang/compile.h). `before`: the one that will be in force then; null: none. Null:
  // what cannot be compiled or filled is said in *diagnostics (which may hold warnings otherwise).
  static std::shared_ptr<PreparedLoad> of(const Program& program, std::shared_ptr<const PreparedLoad> before, std::vector<Diagnostic>* diagnostics);
  // Of one that a person has given: the tables' files are read from the disk into it.
  static std::shared_ptr<PreparedLoad> with_files(Program* program, std::shared_ptr<const PreparedLoad> before, std::vector<Diagnostic>* diagnostics);

  // The same program matched with another one before it: its tables are filled again, it is not compiled again.
  std::shared_ptr<PreparedLoad> matched_with(const Program& program, std::shared_ptr<const PreparedLoad> before, std::vector<Diagnostic>* diagnostics) const;

  UnnamedLines unnamed_lines() const;

  std::shared_ptr<runtime::Loaded> loaded;
  TableFill fill;
  std::weak_ptr<const runtime::Loaded> before;   // what it was matched with; empty: nothing

 private:
  static std::shared_ptr<PreparedLoad> fill_tables(std::shared_ptr<const plan::Plan> plan, const Program& program, const PreparedLoad* before, std::vector<Diagnostic>* diagnostics);
};

// The plan, or null and errors in *diagnostics. `recorded`: of a journal or a recorded stream (lang/compile.h).
std::shared_ptr<const plan::Plan> compile_program(const std::vector<SourceFile>& files, std::vector<Diagnostic>* diagnostics, bool recorded);

// An engine that takes what was prepared. All that Engine::create makes are such.
class TakesPrepared {
 public:
  virtual ~TakesPrepared() = default;
  // As Engine::load(program), by an exchange alone if what is in force is what `prepared` was matched with; else that is done again (null: all of it), and it
  // takes the time that it takes.
  virtual bool load_prepared(const Program& program, std::shared_ptr<PreparedLoad> prepared, std::vector<Diagnostic>* diagnostics) = 0;
  // What is in force.
  virtual std::shared_ptr<const PreparedLoad> in_force() const = 0;
};

}  // namespace cep
