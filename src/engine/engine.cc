// Wiring only: text → plan → ingest, shards, sequencer (include/cep/engine.h).
#include "cep/engine.h"

#include <algorithm>

#include "base/check.h"
#include "engine/table_file.h"
#include "lang/compile.h"
#include "runtime/ingest_stage.h"
#include "runtime/pipeline.h"

namespace cep {
namespace {

const SourceFile* find_file(const std::vector<SourceFile>& files, std::string_view name) {
  for (const SourceFile& file : files)
    if (file.name == name) return &file;
  return nullptr;
}

// Reads the tables' files into *files, each once.
bool read_files(const plan::Plan& plan, std::vector<SourceFile>* files, std::vector<Diagnostic>* diagnostics) {
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

bool has_files(const plan::Plan& plan, const std::vector<SourceFile>& files, std::vector<Diagnostic>* diagnostics) {
  bool good = true;
  for (const plan::Table& table : plan.tables) {
    if (table.file.empty() || find_file(files, table_path(table))) continue;
    diagnostics->push_back({Severity::kError, table.span, "table " + table.name + ": the program does not hold its file, " + table_path(table)});
    good = false;
  }
  return good;
}

bool hears_ticks(const plan::Node& node) {
  if (node.kind == plan::NodeKind::kSource) return node.source.idle_ms >= 0;
  return node.kind == plan::NodeKind::kWindow && node.window->early_processing;
}

class SingleThreadEngine : public Engine {
 public:
  SingleThreadEngine(std::shared_ptr<const plan::Plan> plan, const EngineOptions& options, Sink sink)
      : plan_(std::move(plan)), limits_(options.limits), topology_(runtime::make_topology(*plan_)), tables_(*plan_),
        pipeline_(*plan_, topology_, options, &tables_, std::move(sink)), ingest_(*plan_, topology_, options, &pipeline_, &tables_) {
    for (int node : topology_.sources) streams_.push_back(plan_->nodes[node].name);
    for (const plan::Node& node : plan_->nodes) wants_ticks_ |= hears_ticks(node);
  }

  OfferResult offer(std::string_view line, const OfferOptions& options) override { return ingest_.offer(line, options); }
  void offer_broken(std::string_view first_bytes, std::string_view reason) override { ingest_.offer_broken(first_bytes, reason); }
  void next_position(uint64_t p) override { ingest_.next_position(p); }
  void cut() override { ingest_.cut(); }
  bool load(const Program&, std::vector<Diagnostic>*) override { return false; }
  bool wants_ticks() const override { return wants_ticks_; }
  std::vector<StreamStats> stream_stats() const override { return {}; }
  std::vector<OperatorStats> operator_stats() const override { return {}; }
  void flush() override {
    ingest_.cut();
    pipeline_.drain();
  }
  void end() override {
    ingest_.end();
    pipeline_.drain();
  }
  void tick(int64_t now_ms) override { ingest_.tick(now_ms); }

  // Fills the tables from their files. Mistakes in them are diagnostics.
  void fill_tables(const std::vector<SourceFile>& files, std::vector<Diagnostic>* diagnostics) {
    for (size_t t = 0; t < plan_->tables.size(); ++t) {
      const plan::Table& table = plan_->tables[t];
      if (table.file.empty()) continue;
      const SourceFile* file = find_file(files, table_path(table));
      CEP_CHECK(file != nullptr);
      fill_table(table, static_cast<int>(t), file->text, limits_, &tables_, diagnostics);
    }
  }

  EngineStats stats() const override {
    const auto& c = ingest_.counters();
    runtime::LaneStats lanes = pipeline_.stats();
    EngineStats s;
    s.lines = c.lines;
    s.events = c.events;
    s.rejected = c.rejected;
    s.late = c.late;
    s.unrouted = c.unrouted;
    s.faults = ingest_.faults() + lanes.faults;
    for (int i = 0; i < kChannels; ++i) s.records[i] = pipeline_.count(static_cast<Channel>(i));
    s.live_keys = lanes.keys;
    s.live_runs = lanes.runs;
    s.state_bytes = lanes.bytes;
    s.waiting_rows = lanes.waiting;
    return s;
  }

  std::vector<std::string> streams() const override { return streams_; }
  bool has_stream(std::string_view name) const override {
    return std::find(streams_.begin(), streams_.end(), name) != streams_.end();
  }

 private:
  std::shared_ptr<const plan::Plan> plan_;
  Limits limits_;
  runtime::Topology topology_;
  runtime::TableStore tables_;
  runtime::Pipeline pipeline_;
  runtime::IngestStage ingest_;
  std::vector<std::string> streams_;
  bool wants_ticks_ = false;
};

}  // namespace

namespace {

// The plan, or null and errors in *diagnostics.
std::shared_ptr<const plan::Plan> compile(const std::vector<SourceFile>& files, std::vector<Diagnostic>* diagnostics) {
  lang::CompileResult compiled = lang::compile(files);
  const bool failed = has_errors(compiled.diagnostics);
  diagnostics->insert(diagnostics->end(), compiled.diagnostics.begin(), compiled.diagnostics.end());
  return failed ? nullptr : std::move(compiled.plan);
}

std::unique_ptr<Engine> start(std::shared_ptr<const plan::Plan> plan, const std::vector<SourceFile>& table_files, const EngineOptions& options,
                              Engine::Sink sink, std::vector<Diagnostic>* diagnostics) {
  EngineOptions o = options;
  o.shards = std::clamp(o.shards, 1, 64);
  o.batch = std::max(1u, o.batch);
  auto engine = std::make_unique<SingleThreadEngine>(std::move(plan), o, std::move(sink));
  engine->fill_tables(table_files, diagnostics);
  if (has_errors(*diagnostics)) return nullptr;
  return engine;
}

}  // namespace

std::unique_ptr<Engine> Engine::create(const std::vector<SourceFile>& program, const EngineOptions& options, Sink sink,
                                       std::vector<Diagnostic>* diagnostics) {
  std::vector<Diagnostic> own;
  std::vector<Diagnostic>* said = diagnostics ? diagnostics : &own;
  said->clear();
  std::shared_ptr<const plan::Plan> plan = compile(program, said);
  std::vector<SourceFile> files;
  if (!plan || !read_files(*plan, &files, said)) return nullptr;
  return start(std::move(plan), files, options, std::move(sink), said);
}

std::unique_ptr<Engine> Engine::create(const Program& program, const EngineOptions& options, Sink sink, std::vector<Diagnostic>* diagnostics) {
  std::vector<Diagnostic> own;
  std::vector<Diagnostic>* said = diagnostics ? diagnostics : &own;
  said->clear();
  std::shared_ptr<const plan::Plan> plan = compile(program.files, said);
  if (!plan || !has_files(*plan, program.table_files, said)) return nullptr;
  EngineOptions o = options;
  o.limits = program.limits;
  return start(std::move(plan), program.table_files, o, std::move(sink), said);
}

bool Engine::read_table_files(Program* program, std::vector<Diagnostic>* diagnostics) {
  std::shared_ptr<const plan::Plan> plan = compile(program->files, diagnostics);
  return plan && read_files(*plan, &program->table_files, diagnostics);
}

}  // namespace cep
