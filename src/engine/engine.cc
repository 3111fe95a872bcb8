// Wiring only: text → plan → ingest, shards, sequencer (include/cep/engine.h). A load makes all of them anew for the plan that comes, and each takes over from its
// predecessor what goes on (runtime/succession.h).
#include "cep/engine.h"

#include <algorithm>

#include "engine/accepted.h"
#include "engine/prepared_load.h"
#include "engine/saved_program.h"
#include "engine/state_sizes.h"
#include "event/recorded_line.h"
#include "runtime/ingest_stage.h"
#include "runtime/loaded.h"
#include "runtime/pipeline.h"

namespace cep {
namespace {

using runtime::Loaded;

bool hears_ticks(const plan::Node& node) {
  if (node.kind == plan::NodeKind::kSource) return node.source.idle_ms >= 0;
  return node.kind == plan::NodeKind::kWindow && node.window->early_processing;
}

std::string_view kind_of(const plan::Node& node) {
  switch (node.kind) {
    case plan::NodeKind::kPattern: return "pattern";
    case plan::NodeKind::kWindow: return "window";
    case plan::NodeKind::kJoin: return "join";
    default: return "stream";
  }
}

bool has_alert(const plan::Node& node) {
  if (node.pattern) return node.pattern->alert.has_value() || (node.pattern->on_timeout && node.pattern->on_timeout->alert);
  return node.window ? node.window->alert.has_value() : node.join && node.join->alert.has_value();
}

class RunningEngine : public Engine, public TakesPrepared {
 public:
  RunningEngine(const EngineOptions& options, Sink sink, std::shared_ptr<PreparedLoad> first, const std::vector<SourceFile>& files)
      : options_(options), sink_(std::move(sink)) {
    run(std::move(first), files);
  }
  // For restore().
  RunningEngine(const EngineOptions& options, Sink sink) : options_(options), sink_(std::move(sink)) {}

  std::string save() override;
  // Starts where the state was saved.
  Status restore(const state::StateReader& in);

  bool load(const Program& program, std::vector<Diagnostic>* diagnostics) override { return load_prepared(program, nullptr, diagnostics); }

  bool load_prepared(const Program& program, std::shared_ptr<PreparedLoad> prepared, std::vector<Diagnostic>* diagnostics) override {
    std::vector<Diagnostic> own;
    // 1. All that can fail, before anything is touched.
    if (!diagnostics) diagnostics = &own;
    if (!prepared) prepared = PreparedLoad::of(program, current_, diagnostics);
    else if (prepared->before.lock() != loaded_) prepared = prepared->matched_with(program, current_, diagnostics);
    if (!prepared) return false;
    // 2. What was offered before is worked off; then nothing is under way.
    ingest_->work_off();
    const uint64_t faults = faults_before_ + faults_now();
    // 3. The tables that go on are shared by both programs: operators that go on see them through the old one.
    prepared->fill.join(prepared->loaded.get(), loaded_.get());
    options_.limits = program.limits;
    options_.semantics = program.semantics;
    run(std::move(prepared), program.files);
    faults_before_ = faults - faults_now();
    return true;
  }
  std::shared_ptr<const PreparedLoad> in_force() const override { return current_; }

  OfferResult offer(std::string_view line, const OfferOptions& options) override {
    if (options.client) return ingest_->offer(line, options);
    if (event::begins_recorded(line)) return obey(line, options);
    return session_.known ? ingest_->offer(line, of_session(options)) : ingest_->offer(line, options);
  }
  void offer_broken(std::string_view first_bytes, std::string_view reason) override { ingest_->offer_broken(first_bytes, reason); }
  void next_position(uint64_t p) override { ingest_->next_position(p); }
  void cut() override { ingest_->cut(); }
  void flush() override {
    ingest_->cut();
    pipeline_->drain();
  }
  void end() override {
    ingest_->end();
    pipeline_->drain();
  }
  void tick(int64_t now_ms) override { ingest_->tick(now_ms); }
  void reset_clock(std::string_view stream) override { ingest_->reset_clock(stream); }
  bool wants_ticks() const override { return wants_ticks_; }

  EngineStats stats() const override;
  std::vector<StreamStats> stream_stats() const override { return ingest_->stream_stats(); }
  std::vector<OperatorStats> operator_stats() const override;
  std::vector<engine::StateSize> state_sizes() const;
  std::vector<engine::StateSize> beside_lanes() const;
  std::vector<std::string> streams() const override { return streams_; }
  const Limits& limits() const override { return options_.limits; }
  uint32_t semantics() const override { return options_.semantics; }
  bool has_stream(std::string_view name) const override { return std::find(streams_.begin(), streams_.end(), name) != streams_.end(); }
  UnnamedLines unnamed_lines() const override { return current_->unnamed_lines(); }

 private:
  // Puts what the plan needs in the place of what there is.
  void run(std::shared_ptr<PreparedLoad> prepared, const std::vector<SourceFile>& files) {
    const std::shared_ptr<Loaded>& loaded = prepared->loaded;
    auto pipeline = std::make_unique<runtime::Pipeline>(loaded, options_, sink_, pipeline_.get());
    auto ingest = std::make_unique<runtime::IngestStage>(loaded.get(), options_, pipeline.get());
    if (ingest_) ingest->take_over(*ingest_);
    ingest_ = std::move(ingest);
    pipeline_ = std::move(pipeline);
    loaded_ = loaded;
    current_ = std::move(prepared);
    const plan::Plan& plan = *loaded_->plan;
    streams_.clear();
    for (int node : loaded_->topology.sources) streams_.push_back(plan.nodes[node].name);
    files_ = files;
    wants_ticks_ = std::any_of(plan.nodes.begin(), plan.nodes.end(), hears_ticks);
  }

  OfferResult obey(std::string_view line, const OfferOptions& options);
  OfferResult obey_load(const event::RecordedLine& recorded);

  OfferOptions of_session(OfferOptions options) const {
    options.stream = session_.stream;
    options.producer = session_.producer;
    return options;
  }

  uint64_t faults_now() const { return ingest_->faults() + pipeline_->stats().faults; }

  EngineOptions options_;
  Sink sink_;
  std::shared_ptr<PreparedLoad> current_;
  std::shared_ptr<Loaded> loaded_;   // its
  std::unique_ptr<runtime::Pipeline> pipeline_;
  std::unique_ptr<runtime::IngestStage> ingest_;
  std::vector<std::string> streams_;  // names
  std::vector<SourceFile> files_;     // of the program, without those of its tables
  bool wants_ticks_ = false;
  engine::RecordedSession session_;
  uint64_t faults_before_ = 0;  // of operators that are no more
};

// A line of a recorded stream. Each takes a position, as it does in the journal; which one is nobody's affair.
OfferResult RunningEngine::obey(std::string_view line, const OfferOptions& options) {
  event::RecordedLine recorded = event::read_recorded(line);
  if (recorded.kind == event::RecordedLine::kLoad) return obey_load(recorded);
  OfferOptions o = session_.known ? of_session(options) : options;
  if (!recorded.wrong.empty()) {
    ingest_->offer_broken(line, recorded.wrong);
    return {true, recorded.wrong};
  }
  switch (recorded.kind) {
    case event::RecordedLine::kSession:
      session_ = {true, std::move(recorded.producer), std::move(recorded.stream)};
      return ingest_->offer({}, {});
    case event::RecordedLine::kBroken:
      ingest_->offer_broken(recorded.text, recorded.reason);
      return {true, recorded.reason};
    case event::RecordedLine::kAccepted:
      if (recorded.text.empty()) {
        flush();
        pipeline_->renumber(recorded.next);
      } else {
        ingest_->tell_settled(kOutputAccepted, recorded.text);
      }
      return {};
    case event::RecordedLine::kReset:
      ingest_->reset_clock(recorded.stream);
      return {};
    case event::RecordedLine::kLine:
      o.client = true;
      return ingest_->offer(recorded.text, o);
    default: return ingest_->offer(line, o);
  }
}

OfferResult RunningEngine::obey_load(const event::RecordedLine& recorded) {
  std::vector<Diagnostic> diagnostics;
  if (recorded.wrong.empty() && load(recorded.program, &diagnostics)) return {};
  OfferResult result{true, recorded.wrong};
  if (result.reason.empty()) result.reason = "`_load`: the program has mistakes\n" + render_all(diagnostics, recorded.program.files);
  result.load_failed = true;
  return result;
}

std::string RunningEngine::save() {
  ingest_->work_off();
  state::StateWriter out;
  engine::SavedProgram{{files_, {}, options_.limits, options_.semantics}, session_, faults_before_ + faults_now()}.save(&out);
  engine::save_operators(*loaded_, &out);
  current_->fill.save(&out.entry(0, state::Part::kTableFiles));
  loaded_->tables.save(&out);
  ingest_->save(&out);
  pipeline_->save(&out);
  return out.finish();
}

Status RunningEngine::restore(const state::StateReader& in) {
  Result<engine::SavedProgram> saved = engine::SavedProgram::load(in);
  if (!saved.ok()) return saved.status();
  const Program& program = saved.value().program;
  std::vector<Diagnostic> diagnostics;
  std::shared_ptr<const plan::Plan> plan = compile_program(program.files, &diagnostics, true);
  if (!plan) return Status::error("the program of the saved state has mistakes:\n" + render_all(diagnostics, program.files));
  const Result<std::vector<int>> lanes = engine::load_operators(*plan, in);
  if (!lanes.ok()) return lanes.status();
  options_.limits = program.limits;
  options_.semantics = program.semantics;
  session_ = saved.value().session;
  auto prepared = std::make_shared<PreparedLoad>();
  prepared->loaded = std::make_shared<Loaded>(std::move(plan), lanes.value());
  run(std::move(prepared), program.files);
  Status status = in.one(0, state::Part::kTableFiles, [&](state::Decoder* entry) {
    return current_->fill.load(loaded_->plan->tables.size(), entry) ? Status() : state::damaged(0, state::Part::kTableFiles);
  });
  if (status.ok()) status = ingest_->load(in);
  if (status.ok()) status = loaded_->tables.load(in, ingest_->position());
  if (status.ok()) status = pipeline_->load(in);
  faults_before_ = saved.value().faults - faults_now();
  return status;
}

EngineStats RunningEngine::stats() const {
  const auto& c = ingest_->counters();
  runtime::LaneStats lanes = pipeline_->stats();
  EngineStats s;
  s.lines = c.lines;
  s.events = c.events;
  s.rejected = c.rejected;
  s.late = c.late;
  s.unrouted = c.unrouted;
  s.faults = faults_before_ + ingest_->faults() + lanes.faults;
  for (int i = 0; i < kChannels; ++i) s.records[i] = pipeline_->count(static_cast<Channel>(i));
  s.live_keys = lanes.keys;
  s.live_runs = lanes.runs;
  s.state_bytes = lanes.bytes + ingest_->waiting_bytes();
  for (const engine::StateSize& beside : beside_lanes()) s.state_bytes += beside.bytes;
  for (size_t node = 0; node < loaded_->plan->nodes.size(); ++node) s.state_bytes += pipeline_->sequencer().throttle_bytes(static_cast<int>(node));
  s.waiting_rows = lanes.waiting;
  return s;
}

// The state of tables and clocks.
std::vector<engine::StateSize> RunningEngine::beside_lanes() const {
  const plan::Plan& plan = *loaded_->plan;
  std::vector<engine::StateSize> out;
  for (size_t t = 0; t < plan.tables.size(); ++t) out.push_back({plan.tables[t].name, "table", loaded_->tables.bytes(static_cast<int>(t))});
  for (int node : loaded_->topology.sources)
    if (plan.nodes[node].source.watermark.by_field != -1) out.push_back({plan.nodes[node].name, "stream", ingest_->by_bytes(node)});
  return out;
}

std::vector<engine::StateSize> RunningEngine::state_sizes() const {
  const plan::Plan& plan = *loaded_->plan;
  const std::vector<plan::Lane>& lanes = loaded_->topology.lanes;
  const std::vector<uint64_t> bytes = pipeline_->stats().lane_bytes;
  const runtime::OutputSequencer& sequencer = pipeline_->sequencer();
  std::vector<engine::StateSize> out = beside_lanes();
  for (size_t lane = 0; lane < std::min(lanes.size(), bytes.size()); ++lane) {
    const int node = lanes[lane].node >= 0 ? lanes[lane].node : lanes[lane].patterns.front();
    uint64_t throttles = 0;
    for (int pattern : lanes[lane].patterns) throttles += sequencer.throttle_bytes(pattern);
    if (plan.nodes[node].window || plan.nodes[node].join) throttles = sequencer.throttle_bytes(node);
    out.push_back({plan.nodes[node].name, kind_of(plan.nodes[node]), bytes[lane] + throttles});
  }
  return out;
}

std::vector<OperatorStats> RunningEngine::operator_stats() const {
  std::vector<OperatorStats> out;
  const plan::Plan& plan = *loaded_->plan;
  for (size_t i = 0; i < plan.nodes.size(); ++i) {
    const plan::Node& node = plan.nodes[i];
    if (!node.pattern && !node.window && !node.join) continue;
    if (!has_alert(node) && !loaded_->topology.readers[i].any()) continue;
    OperatorStats s;
    s.name = node.name;
    s.kind = kind_of(node);
    s.file = files_[node.span.file].name;
    s.alerts = pipeline_->sequencer().alerts(static_cast<int>(i));
    s.timeouts = pipeline_->sequencer().timeouts(static_cast<int>(i));
    out.push_back(std::move(s));
  }
  return out;
}

EngineOptions bounded(EngineOptions options) {
  options.shards = std::clamp(options.shards, 1, 64);
  options.batch = std::max(1u, options.batch);
  return options;
}

std::unique_ptr<Engine> start(std::shared_ptr<PreparedLoad> prepared, const Program& program, const EngineOptions& options, Engine::Sink sink) {
  if (!prepared) return nullptr;
  EngineOptions o = bounded(options);
  o.limits = program.limits;
  o.semantics = program.semantics;
  return std::make_unique<RunningEngine>(o, std::move(sink), std::move(prepared), program.files);
}

}  // namespace

std::vector<engine::StateSize> engine::state_sizes(const Engine& engine) {
  const auto* running = dynamic_cast<const RunningEngine*>(&engine);
  return running ? running->state_sizes() : std::vector<StateSize>();
}

std::unique_ptr<Engine> Engine::create(const std::vector<SourceFile>& files, const EngineOptions& options, Sink sink, std::vector<Diagnostic>* diagnostics) {
  std::vector<Diagnostic> own;
  std::vector<Diagnostic>* said = diagnostics ? diagnostics : &own;
  said->clear();
  Program program;
  program.files = files;
  program.limits = options.limits;
  program.semantics = options.semantics;
  return start(PreparedLoad::with_files(&program, nullptr, said), program, options, std::move(sink));
}

std::unique_ptr<Engine> Engine::create(const Program& program, const EngineOptions& options, Sink sink, std::vector<Diagnostic>* diagnostics) {
  std::vector<Diagnostic> own;
  std::vector<Diagnostic>* said = diagnostics ? diagnostics : &own;
  said->clear();
  return start(PreparedLoad::of(program, nullptr, said), program, options, std::move(sink));
}

Result<std::unique_ptr<Engine>> Engine::restore(std::string_view state, const EngineOptions& options, Sink sink) {
  const Result<state::StateReader> in = state::StateReader::read(state);
  if (!in.ok()) return in.status();
  auto engine = std::make_unique<RunningEngine>(bounded(options), std::move(sink));
  if (const Status status = engine->restore(in.value()); !status.ok()) return status;
  return std::unique_ptr<Engine>(std::move(engine));
}

bool Engine::read_table_files(Program* program, std::vector<Diagnostic>* diagnostics) {
  std::shared_ptr<const plan::Plan> plan = compile_program(program->files, diagnostics, false);
  return plan && read_table_files_of(*plan, &program->table_files, diagnostics);
}

}  // namespace cep
