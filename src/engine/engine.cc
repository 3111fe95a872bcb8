// Wiring only: text → plan → ingest, shards, sequencer (include/cep/engine.h).
#include "cep/engine.h"

#include <algorithm>

#include "engine/table_file.h"
#include "lang/compile.h"
#include "runtime/ingest_stage.h"
#include "runtime/pipeline.h"

namespace cep {
namespace {

class SingleThreadEngine : public Engine {
 public:
  SingleThreadEngine(std::shared_ptr<const plan::Plan> plan, const EngineOptions& options, Sink sink)
      : plan_(std::move(plan)), limits_(options.limits), topology_(runtime::make_topology(*plan_)), tables_(*plan_),
        pipeline_(*plan_, topology_, options, &tables_, std::move(sink)), ingest_(*plan_, topology_, options, &pipeline_, &tables_) {
    for (int node : topology_.sources) streams_.push_back(plan_->nodes[node].name);
  }

  OfferResult offer(std::string_view line, const OfferOptions& options) override { return ingest_.offer(line, options); }
  void offer_broken(std::string_view first_bytes, std::string_view reason) override { ingest_.offer_broken(first_bytes, reason); }
  void next_position(uint64_t p) override { ingest_.next_position(p); }
  void cut() override { ingest_.cut(); }
  bool load(const Program&, std::vector<Diagnostic>*) override { return false; }
  bool wants_ticks() const override { return true; }
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

  // Reads the tables' files. Mistakes in them are diagnostics.
  void load_tables(std::vector<Diagnostic>* diagnostics) {
    for (size_t t = 0; t < plan_->tables.size(); ++t)
      if (!plan_->tables[t].file.empty()) load_table_file(plan_->tables[t], static_cast<int>(t), limits_, &tables_, diagnostics);
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
};

}  // namespace

std::unique_ptr<Engine> Engine::create(const std::vector<SourceFile>& program, const EngineOptions& options, Sink sink,
                                       std::vector<Diagnostic>* diagnostics) {
  lang::CompileResult compiled = lang::compile(program);
  bool failed = !compiled.plan || has_errors(compiled.diagnostics);
  if (diagnostics) *diagnostics = std::move(compiled.diagnostics);
  if (failed) return nullptr;
  EngineOptions o = options;
  o.shards = std::clamp(o.shards, 1, 64);
  o.batch = std::max(1u, o.batch);
  auto engine = std::make_unique<SingleThreadEngine>(std::move(compiled.plan), o, std::move(sink));
  std::vector<Diagnostic> of_tables;
  engine->load_tables(&of_tables);
  if (diagnostics) diagnostics->insert(diagnostics->end(), of_tables.begin(), of_tables.end());
  if (has_errors(of_tables)) return nullptr;
  return engine;
}

std::unique_ptr<Engine> Engine::create(const Program& program, const EngineOptions& options, Sink sink, std::vector<Diagnostic>* diagnostics) {
  EngineOptions o = options;
  o.limits = program.limits;
  return create(program.files, o, std::move(sink), diagnostics);
}

bool Engine::read_table_files(Program*, std::vector<Diagnostic>*) { return true; }

}  // namespace cep
