// Start, stop and the I/O thread's side. The loops are in durable_loops.cc.
#include "engine/durable_threads.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "base/log.h"
#include "base/time_text.h"
#include "engine/program_set.h"

namespace cep::engine {

namespace {

constexpr uint64_t kRecordByteNs = 2;   // what a record costs behind the shards: in order, written, sent

std::string place_of_file(const std::string& path) { return std::string(kFilePlace) + path; }

std::string place_of_consumer(std::string_view name) {
  const bool marked = name.starts_with(kFilePlace) || name.starts_with(kConsumerPlace);
  return marked ? std::string(kConsumerPlace).append(name) : std::string(name);
}

}  // namespace

Result<std::unique_ptr<DurableEngine>> DurableEngine::open(const DurableOptions& options, const Program& program, std::vector<Diagnostic>* diagnostics) {
  auto made = std::make_unique<DurableThreads>(options);
  Status opened = made->open(program, diagnostics);
  if (!opened.ok()) return opened;
  return std::unique_ptr<DurableEngine>(std::move(made));
}

std::string ahead_text(const StreamStats& stream) {
  if (stream.ahead_ms == 0) return {};
  std::string out = "the clock of " + stream.name + " is ";
  base::append_duration(stream.ahead_ms >= 60'000 ? stream.ahead_ms / 60'000 * 60'000 : stream.ahead_ms, &out);
  out += " ahead of arrivals, set by ";
  if (stream.ahead_line != 0) out += "line " + std::to_string(stream.ahead_line) + " of " + stream.ahead_producer;
  else out += "the line at position " + std::to_string(stream.ahead_position) + ", of a plain connection";
  return out + ", " + std::to_string(stream.ahead_late) + (stream.ahead_late == 1 ? " event" : " events") + " late since";
}

Status DurableThreads::open(const Program& program, std::vector<Diagnostic>* diagnostics) {
  EngineOptions engine;
  engine.shards = options_.shards;
  engine.threads = true;
  engine.spill_dir = options_.data_dir;
  engine.spill_reserve_bytes = options_.disk_reserve_bytes;
  engine.wait_for_room = [this] { return wait_for_room(); };
  StageHooks hooks;
  hooks.wait_durable = [this](uint64_t position) { return wait_durable(position); };
  hooks.fail = [this](Status status) { fail(std::move(status)); };
  hooks.worked = [this] {
    if (wants_window_) wake_journal();
  };
  hooks.shard_worked = [this](int shard, uint64_t position, uint64_t cpu_ns, uint64_t bytes) { shard_worked(shard, position, cpu_ns + kRecordByteNs * bytes); };
  hooks.published = [this] {
    {
      std::lock_guard lock(outputs_mutex_);
      outputs_news_ = true;
    }
    outputs_changed_.notify_one();
    tell(Notice::Kind::kRecords);
  };
  Result<std::unique_ptr<Stages>> stages = Stages::open(options_, engine, std::move(hooks));
  if (!stages.ok()) return stages.status();
  stages_ = std::move(stages.value());
  stages_->feed->count_into(&spent_ns_);
  set_ = std::make_shared<const journal::Load>(stages_->wanted(program, diagnostics, &unnamed_));
  if (has_errors(*diagnostics)) return Status::error("the pattern files have errors");
  for (output::FileOutputOptions& file : options_.files) {
    file.after = stages_->places.acknowledged(std::string(channel_name(file.channel)), place_of_file(file.path));
    stages_->places.came(std::string(channel_name(file.channel)), place_of_file(file.path));   // as long as it is configured
    file.note = stages_->dir.note(std::string(channel_name(file.channel)) + " " + file.path);
    auto opened = output::FileOutput::open(options_.env, stages_->log.get(), file);
    if (!opened.ok()) return opened.status();
    files_.push_back(std::move(opened.value()));
  }
  durable_ = stages_->scan.next - 1;
  written_ = durable_;
  journal_bytes_ = stages_->journal->journal_bytes();
  status_.recover_bytes = journal_bytes_;
  producers_ = stages_->scan.sessions.size();
  status_.load_position = stages_->scan.last_load_position;
  note_crashes_in(stages_->dir.crash());
  starts_.open(stages_->dir.starts());
  tell_what_was_cut();
  tell_of_copy();
  return {};
}

// What a crash or a power cut has left half written: never anything that was acknowledged. A lost last segment looks like a crash between two segments: it is said.
void DurableThreads::tell_what_was_cut() const {
  using base::LogLevel;
  using base::LogLine;
  const journal::Opened& journal = stages_->journal_files;
  if (journal.torn_bytes > 0) LogLine(LogLevel::kInfo, "cut the journal's torn tail").add("at", journal.torn_at).add("bytes", journal.torn_bytes);
  if (!journal.full.empty()) {
    LogLine(LogLevel::kWarn, "the journal ends with a full segment: a crash came before the next one was begun, or somebody has removed it with all that was in it").add("last", journal.full);
  }
  for (const std::string& cut : stages_->log->cuts()) LogLine(LogLevel::kInfo, "cut from the output log, to be made again").add("what", cut);
}

void DurableThreads::tell_of_copy() const {
  const DataDir& dir = stages_->dir;
  if (dir.copied_from.empty()) return;
  base::LogLine(base::LogLevel::kWarn, "data_dir is a copy of another one, perhaps an older one that has gone on: it has a new log id, so that nobody takes its records for those of the other. "
                                       "Producers and subscribers that have gone on with the other may be ahead of it; never run both for the same clients")
      .add("data_dir", options_.data_dir)
      .add("log", dir.id)
      .add("log_before", dir.copied_from)
      .add("next_position", stages_->scan.next);
}

DurableThreads::~DurableThreads() {
  if (started_ && !stopped_) static_cast<void>(stop().ok());
  // What consumers acknowledged while they read their rest, after stop(); the least that is lost otherwise is asked for again.
  if (started_ && !failed_ && stages_->places.dirty()) static_cast<void>(stages_->places.save().ok());
}

void DurableThreads::start(std::function<void()> notify) {
  CEP_CHECK(!started_);
  started_ = true;
  notify_ = std::move(notify);
  memory_.begin();
  journal_thread_ = std::thread([this] { journal_loop(); });
  ingest_thread_ = std::thread([this] { ingest_loop(); });
  outputs_thread_ = std::thread([this] { outputs_loop(); });
  loads_thread_ = std::thread([this] { loads_loop(); });
}

// In this order nothing that was taken is lost: requests → journal → frames → records → files. Changes of the pattern set that have not begun are not made.
Status DurableThreads::stop() {
  CEP_CHECK(started_ && !stopped_);
  stopped_ = true;
  if (phase_ == Phase::kReady || phase_ == Phase::kRecovering) phase_ = Phase::kStopping;
  {
    std::lock_guard lock(room_mutex_);
    give_up_recovery_ = true;
  }
  room_changed_.notify_all();
  {
    std::lock_guard lock(loads_mutex_);
    loads_stop_ = true;
  }
  loads_changed_.notify_all();
  loads_thread_.join();
  {
    std::lock_guard lock(in_mutex_);
    in_open_ = false;
    in_stop_ = true;
  }
  in_changed_.notify_all();
  journal_thread_.join();
  {
    std::lock_guard lock(frames_mutex_);
    frames_stop_ = true;
  }
  frames_changed_.notify_all();
  ingest_thread_.join();
  // The sequencer's thread may still be at work where a recovery was given up: it must not outlive what its hooks use.
  stages_->feed->end();
  {
    std::lock_guard lock(outputs_mutex_);
    outputs_stop_ = true;
  }
  outputs_changed_.notify_all();
  outputs_thread_.join();
  if (!held_by_starts_) starts_.end();
  std::lock_guard lock(status_mutex_);
  return failure_;
}

void DurableThreads::fail(Status status) {
  {
    std::lock_guard lock(status_mutex_);
    if (!failure_.ok()) return;
    failure_ = status;
  }
  failed_ = true;
  phase_ = Phase::kFailed;
  {
    std::lock_guard lock(durable_mutex_);
  }
  durable_changed_.notify_all();
  {
    std::lock_guard lock(room_mutex_);
  }
  room_changed_.notify_all();
  in_changed_.notify_all();
  frames_changed_.notify_all();
  tell(Notice::Kind::kFailed, status.message());
}

void DurableThreads::tell(std::vector<Notice> notices) {
  if (notices.empty()) return;
  bool wake;
  {
    std::lock_guard lock(notices_mutex_);
    notices_waiting_ += notices.size();
    wake = notices_.empty();
    if (wake) notices_ = std::move(notices);
    else std::move(notices.begin(), notices.end(), std::back_inserter(notices_));
  }
  if (wake) notify_();
}

void DurableThreads::tell(Notice::Kind kind, std::string text) {
  std::vector<Notice> one(1);
  one.front().kind = kind;
  one.front().text = std::move(text);
  tell(std::move(one));
}

void DurableThreads::take_notices(std::vector<Notice>* out) {
  {
    std::lock_guard lock(notices_mutex_);
    std::move(notices_.begin(), notices_.end(), std::back_inserter(*out));
    notices_.clear();
  }
  if (notices_waiting_.exchange(0) >= kNoticesMost) wake_journal();
}

void DurableThreads::wake_journal() {
  {
    std::lock_guard lock(in_mutex_);
  }
  in_changed_.notify_one();
}

// In the shard's thread.
void DurableThreads::shard_worked(int shard, uint64_t position, uint64_t spent_ns) {
  spent_ns_ += spent_ns;
  shards_done_[static_cast<size_t>(shard)] = position;
  if (wants_window_) wake_journal();
}

bool DurableThreads::offer(LineBatch* batch) {
  {
    std::lock_guard lock(in_mutex_);
    if (!in_.has_room(batch->connection, in_open_ && !shut())) return false;
    Request r;
    r.batch = std::move(*batch);
    in_.push(std::move(r));
  }
  in_changed_.notify_one();
  return true;
}

void DurableThreads::request(Request r) {
  {
    std::lock_guard lock(in_mutex_);
    in_.push(std::move(r));
  }
  in_changed_.notify_one();
}

void DurableThreads::hello(uint64_t connection, std::string_view producer, std::string_view stream) {
  Request r;
  r.kind = Request::Kind::kHello;
  r.batch.connection = connection;
  r.batch.producer = producer;
  r.batch.stream = stream;
  request(std::move(r));
}

void DurableThreads::finish(uint64_t connection) {
  Request r;
  r.kind = Request::Kind::kFinish;
  r.batch.connection = connection;
  request(std::move(r));
}

void DurableThreads::goodbye(uint64_t connection) {
  Request r;
  r.kind = Request::Kind::kGoodbye;
  r.batch.connection = connection;
  request(std::move(r));
}

void DurableThreads::all_read(int64_t at_ms) {
  Request r;
  r.kind = Request::Kind::kAllRead;
  r.at_ms = at_ms;
  request(std::move(r));
}

void DurableThreads::loaded(uint64_t request, std::string text) {
  std::vector<Notice> one(1);
  one.front().kind = Notice::Kind::kLoaded;
  one.front().request = request;
  {
    std::lock_guard lock(status_mutex_);
    last_load_error_ = text;
    one.front().number = status_.load_position;
  }
  one.front().text = std::move(text);
  tell(std::move(one));
}

// ---- changes of the pattern set, one after the other

uint64_t DurableThreads::request_load(std::function<Result<journal::Load>(const journal::Load&)> make) {
  const uint64_t number = ++last_request_;
  {
    std::lock_guard lock(loads_mutex_);
    loads_.push_back({number, std::move(make)});
  }
  loads_changed_.notify_one();
  return number;
}

void DurableThreads::loads_loop() {
  for (;;) {
    Change change;
    {
      std::unique_lock lock(loads_mutex_);
      loads_changed_.wait(lock, [this] { return loads_stop_ || !loads_.empty(); });
      if (loads_stop_) return;
      change = std::move(loads_.front());
      loads_.pop_front();
    }
    Result<journal::Load> made = change.make(*set_);   // which nobody else changes
    if (made.ok()) load(change.number, std::move(made.value()));
    else loaded(change.number, made.status().message());
  }
}

// The program that will be in force when the next load comes to the engine.
std::shared_ptr<const PreparedLoad> DurableThreads::load_before() {
  std::lock_guard lock(in_mutex_);
  return loads_under_way_ > 0 ? asked_ : in_force_;
}

void DurableThreads::load(uint64_t number, journal::Load load) {
  std::vector<Diagnostic> diagnostics;
  UnnamedLines unnamed = unnamed_;
  std::shared_ptr<PreparedLoad> prepared;
  const bool good = check_load(&load, &diagnostics, &unnamed, load_before(), &prepared);
  loaded_ = true;
  if (!good) return loaded(number, render_all(diagnostics, load.program.files));
  if (same(load, *set_)) return loaded(number, {});
  std::string warnings = render_all(diagnostics, load.program.files) + unnamed_warning(std::exchange(unnamed_, unnamed), unnamed);
  if (!warnings.empty()) {
    std::lock_guard lock(status_mutex_);
    load_warnings_[number] = std::move(warnings);
  }
  Request r;
  r.kind = Request::Kind::kLoad;
  r.number = number;
  r.load = std::make_shared<const journal::Load>(std::move(load));
  r.prepared = prepared;
  {
    std::lock_guard lock(status_mutex_);
    last_load_error_.clear();
  }
  {
    std::lock_guard lock(in_mutex_);
    set_ = r.load;
    asked_ = std::move(prepared);
    ++loads_under_way_;
    load_asked_ = true;
    in_.push(std::move(r));
  }
  in_changed_.notify_one();
}

uint64_t DurableThreads::reload(std::function<Result<Program>()> read) {
  return request_load([read = std::move(read)](const journal::Load& last) -> Result<journal::Load> {
    Result<Program> disk = read();
    if (!disk.ok()) return disk.status();
    return with_disk(last, disk.value());
  });
}

uint64_t DurableThreads::change_files(FileChange change) {
  return request_load([change = std::move(change)](const journal::Load& last) -> Result<journal::Load> {
    journal::Load load = last;
    for (const std::string& name : change.removed) {
      Result<journal::Load> without = without_file(load, name);
      if (!without.ok()) return without.status();
      load = std::move(without.value());
    }
    for (const SourceFile& file : change.put) {
      Result<journal::Load> with = with_file(load, file.name, file.text);
      if (!with.ok()) return with.status();
      load = std::move(with.value());
    }
    return load;
  });
}

uint64_t DurableThreads::reset_clock(std::string_view stream) {
  Request r;
  r.kind = Request::Kind::kReset;
  r.number = ++last_request_;
  r.batch.stream = stream;
  const uint64_t number = r.number;
  request(std::move(r));
  return number;
}

std::string DurableThreads::take_load_warnings(uint64_t request) {
  std::lock_guard lock(status_mutex_);
  auto at = load_warnings_.find(request);
  if (at == load_warnings_.end()) return {};
  std::string out = std::move(at->second);
  load_warnings_.erase(at);
  return out;
}

std::vector<PatternFile> DurableThreads::files() const {
  std::shared_ptr<const journal::Load> set;
  {
    std::lock_guard lock(in_mutex_);
    set = set_;
  }
  return files_of(*set);
}

uint64_t DurableThreads::acknowledged(Channel channel, std::string_view consumer) const {
  std::lock_guard lock(places_mutex_);
  return stages_->places.acknowledged(std::string(channel_name(channel)), place_of_consumer(consumer));
}

void DurableThreads::acknowledge_file(const output::FileOutput& file, Channel channel) {
  std::lock_guard lock(places_mutex_);
  stages_->places.acknowledge(std::string(channel_name(channel)), place_of_file(file.path()), file.durable());
}

Status DurableThreads::acknowledge(Channel channel, std::string_view consumer, uint64_t seq) {
  const std::string name(channel_name(channel)), place = place_of_consumer(consumer);
  std::lock_guard lock(places_mutex_);
  if (stages_->places.acknowledged(name, place) == 0 && stages_->places.size() >= options_.consumers_most + files_.size()) {
    return Status::error("the places of limits.consumers (" + std::to_string(options_.consumers_most) +
                         ") consumers are kept already, so this one's is not: use names again, or raise it");
  }
  stages_->places.acknowledge(name, place, seq);
  return {};
}

void DurableThreads::attend(Channel channel, std::string_view consumer, bool there) {
  const std::string name(channel_name(channel)), place = place_of_consumer(consumer);
  std::lock_guard lock(places_mutex_);
  if (there) stages_->places.came(name, place);
  else stages_->places.left(name, place);
}

DurableStatus DurableThreads::status() const {
  DurableStatus out = brief_status();
  std::shared_ptr<const Lists> lists;
  {
    std::lock_guard lock(status_mutex_);
    lists = lists_;
    out.file_errors = file_errors_;
    out.last_load_error = last_load_error_;
  }
  out.streams = lists->streams;
  out.operators = lists->operators;
  out.state_sizes = lists->state_sizes;
  for (int c = 0; c < kChannels; ++c) out.channels[c] = stages_->log->place(static_cast<Channel>(c));
  return out;
}

DurableStatus DurableThreads::brief_status() const {
  DurableStatus out;
  {
    std::lock_guard lock(status_mutex_);
    out = status_;
    if (!failure_.ok()) out.why = failure_.message();
    out.sync_seconds = {static_cast<double>(sync_us_.quantile(0.5)) / 1e6, static_cast<double>(sync_us_.quantile(0.99)) / 1e6,
                        static_cast<double>(sync_us_.max()) / 1e6};
    out.sync_times = sync_times_;
  }
  out.phase = phase_;
  out.wall_offset_ms = stages_->journal->clock().wall_offset_ms();
  out.no_room = no_room_;
  out.memory_full = memory_.full();
  out.memory_used = memory_.used();
  out.memory_bound = memory_.bound();
  if (out.memory_full) out.memory_text = memory_text();
  out.journal_next = written_ + 1;
  {
    std::lock_guard lock(const_cast<std::mutex&>(durable_mutex_));
    out.journal_durable = durable_;
  }
  out.journal_bytes = journal_bytes_;
  out.worked = std::min(stages_->feed->worked(stages_->keeper->worked()), out.journal_durable);
  out.producers = producers_;
  out.live_producers = live_producers_;
  {
    std::lock_guard lock(in_mutex_);
    out.queue_bytes[0] = in_.bytes();
  }
  out.queue_bytes[1] = frames_bytes_;
  return out;
}

}  // namespace cep::engine
