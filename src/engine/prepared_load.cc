#include "engine/prepared_load.h"

#include <algorithm>

#include "lang/compile.h"

namespace cep {

std::shared_ptr<const plan::Plan> compile_program(const std::vector<SourceFile>& files, std::vector<Diagnostic>* diagnostics, bool recorded) {
  lang::CompileResult compiled = lang::compile(files, recorded);
  const bool failed = has_errors(compiled.diagnostics);
  diagnostics->insert(diagnostics->end(), compiled.diagnostics.begin(), compiled.diagnostics.end());
  return failed ? nullptr : std::move(compiled.plan);
}

std::shared_ptr<PreparedLoad> PreparedLoad::fill_tables(std::shared_ptr<const plan::Plan> plan, const Program& program, const PreparedLoad* before,
                                                        std::vector<Diagnostic>* diagnostics) {
  auto out = std::make_shared<PreparedLoad>();
  out->loaded = before ? std::make_shared<runtime::Loaded>(std::move(plan), *before->loaded) : std::make_shared<runtime::Loaded>(std::move(plan));
  if (before) out->before = before->loaded;
  if (!out->fill.read(out->loaded.get(), program.table_files, program.limits, before ? &before->fill : nullptr, diagnostics)) return nullptr;
  return out;
}

std::shared_ptr<PreparedLoad> PreparedLoad::of(const Program& program, std::shared_ptr<const PreparedLoad> before, std::vector<Diagnostic>* diagnostics) {
  std::shared_ptr<const plan::Plan> plan = compile_program(program.files, diagnostics, true);
  if (!plan || !has_table_files(*plan, program.table_files, diagnostics)) return nullptr;
  return fill_tables(std::move(plan), program, before.get(), diagnostics);
}

std::shared_ptr<PreparedLoad> PreparedLoad::with_files(Program* program, std::shared_ptr<const PreparedLoad> before, std::vector<Diagnostic>* diagnostics) {
  program->table_files.clear();
  std::shared_ptr<const plan::Plan> plan = compile_program(program->files, diagnostics, false);
  if (!plan || !read_table_files_of(*plan, &program->table_files, diagnostics)) return nullptr;
  return fill_tables(std::move(plan), *program, before.get(), diagnostics);
}

std::shared_ptr<PreparedLoad> PreparedLoad::matched_with(const Program& program, std::shared_ptr<const PreparedLoad> before, std::vector<Diagnostic>* diagnostics) const {
  return fill_tables(loaded->plan, program, before.get(), diagnostics);
}

UnnamedLines PreparedLoad::unnamed_lines() const {
  const std::vector<int>& sources = loaded->topology.sources;
  if (std::any_of(sources.begin(), sources.end(), [&](int node) { return loaded->plan->nodes[node].source.when != nullptr; })) return UnnamedLines::kByWhen;
  return sources.size() == 1 ? UnnamedLines::kOneStream : UnnamedLines::kRejected;
}

}  // namespace cep
