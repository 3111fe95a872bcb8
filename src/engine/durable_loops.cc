// The three loops: journal, ingest, outputs. Waiting is always for a condition; what must happen in time is looked at when the wait ends.
#include <algorithm>
#include <chrono>

#include "base/log.h"
#include "base/memory.h"
#include "engine/durable_threads.h"
#include "engine/program_set.h"
#include "runtime/crash_stack.h"

namespace cep::engine {

namespace {

constexpr uint64_t kForgetUs = 60'000'000;
constexpr uint64_t kStatusUs = 200'000;
constexpr uint64_t kRecoveryStatusUs = 20'000;  // what a start that dies leaves behind names who holds the state (note_start)
constexpr uint64_t kStatusShare = 20;           // of the thread's time at most one part in so many goes into it
constexpr uint64_t kMemoryIdleUs = 50'000;      // while shards may be at work and nothing comes in
constexpr uint64_t kRoomUs = 200'000;
constexpr uint64_t kTargetUs = 3'000;           // of a frame's way, beside its sync
constexpr size_t kPumpBytes = 1 << 20;
constexpr uint64_t kLogSyncBytes = 12 << 20;    // of records: the disk takes them in milliseconds, and a sync of the journal waits for no longer

std::shared_ptr<const PreparedLoad> in_force_of(const Engine& engine) { return dynamic_cast<const TakesPrepared&>(engine).in_force(); }

}  // namespace

// ------------------------------------------------------------------------------------------------ journal

// Until the next thing that is due by the clock.
uint64_t DurableThreads::wait_us() const {
  const uint64_t now = options_.env->steady_us();
  auto until = [now](uint64_t last, uint64_t every) { return last + every > now ? last + every - now : 0; };
  uint64_t wait = phase_ == Phase::kRecovering ? kNoteUs : until(last_house_us_, kHouseUs);  // nobody keeps house before
  if (phase_ != Phase::kRecovering && (memory_.full() || stages_->feed->worked(stages_->keeper->worked()) < durable_)) wait = std::min(wait, kMemoryIdleUs);
  if (stages_->journal->anything_to_sync()) wait = std::min(wait, until(last_sync_us_, static_cast<uint64_t>(options_.sync_ms) * 1000));
  return wait;
}

// Positions that are out, or that nobody works because the daemon is held.
uint64_t DurableThreads::worked_position() const { return std::max(stages_->feed->worked(stages_->keeper->worked()), held_upto_.load()); }

// How long a frame may take until all of it is out. A sync is on its way too.
uint64_t DurableThreads::target_us() const { return kTargetUs + (static_cast<uint64_t>(options_.sync_ms) * 1000 + sync_mean_us_) * 3 / 2; }

// Positions that all shards have worked, though their records are not out.
uint64_t DurableThreads::shards_position() const {
  uint64_t done = UINT64_MAX;
  for (const std::atomic<uint64_t>& shard : shards_done_) done = std::min(done, shard.load());
  return std::max(stages_->feed->worked(done), worked_position());
}

// Whether something is asked that may be served now. When it stops, all of it: nothing more comes in, and a recovery that is given up takes no frames. With in_mutex_ held.
bool DurableThreads::can_take() {
  wants_window_ = true;   // before it looks at what is worked
  if (!in_stop_) admission_.look(worked_position(), shards_position(), spent_ns_, target_us(), options_.env->steady_us());   // noted when it is so, not when somebody asks again
  const bool any = !in_.empty() && !no_room_;
  if (!any) wants_window_ = false;
  if (!any || in_stop_) return any;
  return frames_bytes_ < options_.queue_bytes && notices_waiting_ < kNoticesMost && admission_.may_take();
}

// Waits for requests that can be served, or for the clock. False: the loop is over.
bool DurableThreads::take_requests(std::vector<Request>* out) {
  std::unique_lock lock(in_mutex_);
  in_changed_.wait_for(lock, std::chrono::microseconds(wait_us()), [this] { return in_stop_ || failed_ || can_take(); });
  wants_window_ = false;
  if (failed_) return false;
  const bool stop = in_stop_ && (in_.empty() || no_room_);
  if (can_take()) in_stop_ ? admission_.take_all(out) : admission_.take(out);
  wants_window_ = false;
  std::vector<uint64_t> roomy;
  if (in_open_ && !shut()) roomy = in_.take_roomy();
  lock.unlock();
  tell_room(roomy);
  return !stop;
}

void DurableThreads::tell_room(const std::vector<uint64_t>& connections) {
  std::vector<Notice> notices(connections.size());
  for (size_t i = 0; i < connections.size(); ++i) {
    notices[i].kind = Notice::Kind::kRoom;
    notices[i].connection = connections[i];
  }
  tell(std::move(notices));
}

void DurableThreads::serve(Request* r, std::vector<Notice>* out) {
  JournalStage& journal = *stages_->journal;
  switch (r->kind) {
    case Request::Kind::kLines: return journal.take_lines(std::move(r->batch));
    case Request::Kind::kHello: return journal.take_hello(r->batch.connection, r->batch.producer, r->batch.stream, out);
    case Request::Kind::kFinish: return journal.take_finish(r->batch.connection);
    case Request::Kind::kGoodbye:
      costs_.forget(r->batch.connection);
      return journal.take_goodbye(r->batch.connection);
    case Request::Kind::kAllRead:
      // Without room nobody is read: that time becomes a pause.
      if (wants_ticks_ && !shut()) journal.take_silence(r->at_ms);
      return;
    case Request::Kind::kReset: return journal.take_reset(r->number, r->batch.stream);
    case Request::Kind::kLoad: return journal.take_load(r->number, std::move(r->load), std::move(r->prepared));
  }
}

void DurableThreads::send_frame(WrittenFrame frame) {
  frames_bytes_ += frame.payload.size();
  admission_.sent(&frame, options_.env->steady_us());
  {
    std::lock_guard lock(frames_mutex_);
    frames_.push_back(std::move(frame));
  }
  frames_changed_.notify_one();
}

bool DurableThreads::write_frames() {
  std::vector<WrittenFrame> written;
  Status done = stages_->journal->write(&written);
  if (!done.ok()) {
    fail(std::move(done));
    return false;
  }
  for (WrittenFrame& f : written) send_frame(std::move(f));
  written_ = stages_->journal->next_position() - 1;
  journal_bytes_ = stages_->journal->journal_bytes();
  return true;
}

bool DurableThreads::sync_if_due(bool now) {
  JournalStage& journal = *stages_->journal;
  const uint64_t before = options_.env->steady_us();
  if (journal.anything_to_sync() && (now || before - last_sync_us_ >= static_cast<uint64_t>(options_.sync_ms) * 1000)) {
    last_sync_us_ = before;
    std::vector<Notice> notices;
    Status done = journal.sync(&notices);
    if (!done.ok()) {
      fail(std::move(done));
      return false;
    }
    {
      std::lock_guard lock(durable_mutex_);
      durable_ = journal.durable_position();
    }
    durable_changed_.notify_all();
    {
      const uint64_t took_us = options_.env->steady_us() - before;
      sync_mean_us_ = (7 * sync_mean_us_ + took_us) / 8;
      std::lock_guard lock(status_mutex_);
      sync_us_.add(took_us);
      sync_times_.add(took_us);
    }
    tell(std::move(notices));
  }
  WrittenFrame marks = journal.finished();
  if (!marks.finished.empty()) send_frame(std::move(marks));
  return true;
}

void DurableThreads::tell_of_clock() {
  const auto news = stages_->journal->clock().take_news();
  if (!news) return;
  if (news->jumped_ms != 0) {
    base::LogLine(base::LogLevel::kWarn, "the wall clock has jumped; what arrives is stamped by the steady clock, and nothing is taken for silence or deleted for it").add("jump_ms", std::to_string(news->jumped_ms));
  }
  if (news->followed_ms != 0) {
    base::LogLine(base::LogLevel::kWarn, "the wall clock stays ahead: arrivals are stamped by it from here on").add("step_ms", std::to_string(news->followed_ms));
  }
}

void DurableThreads::tell_of_room(bool full, uint64_t free) const {
  if (full) {
    base::LogLine(base::LogLevel::kWarn, "no room: less than disk.reserve is free on the disk of data_dir; nothing is read from producers until there is more")
        .add("free_bytes", free)
        .add("reserve_bytes", options_.disk_reserve_bytes);
  } else {
    base::LogLine(base::LogLevel::kInfo, "there is room on the disk again: producers are read").add("free_bytes", free);
  }
}

// Producers are read again, or no longer. `before`: whether they were not.
void DurableThreads::opened_or_shut(bool before) {
  if (before == shut() || shut()) return;
  std::vector<uint64_t> roomy;
  {
    std::lock_guard lock(in_mutex_);
    roomy = in_.take_roomy(true);
  }
  tell_room(roomy);
}

void DurableThreads::look_at_room() {
  Result<uint64_t> free = options_.env->free_bytes(options_.data_dir);
  const bool full = free.ok() && free.value() < options_.disk_reserve_bytes, before = shut();
  if (full == no_room_) return;
  no_room_ = full;
  tell_of_room(full, free.ok() ? free.value() : 0);
  opened_or_shut(before);
}

// What a shard makes and cannot write aside waits with it, as lines wait outside. When the daemon stops or has failed it goes into memory: no more comes, or nothing of it will be sent.
bool DurableThreads::wait_for_room() {
  std::unique_lock lock(room_mutex_);
  const auto ends = [this] { return give_up_recovery_ || failed_; };
  return !room_changed_.wait_for(lock, std::chrono::microseconds(kRoomUs), ends);
}

// What is looked at once in a while: room on the disk, producers to forget.
void DurableThreads::housekeeping() {
  const uint64_t now = options_.env->steady_us();
  if (phase_ == Phase::kReady || phase_ == Phase::kHeld) look_at_memory();   // else a recovery that is given up may still look
  if (now - last_house_us_ < kHouseUs) return;
  last_house_us_ = now;
  static_cast<void>(stages_->journal->clock().now_ms());  // though nothing comes
  tell_of_clock();
  look_at_room();
  if (phase_ == Phase::kReady && now - last_forget_us_ >= kForgetUs) {
    last_forget_us_ = now;
    stages_->journal->forget_unseen(options_.producer_ttl_ms);
  }
  producers_ = stages_->journal->sessions().size();
  live_producers_ = stages_->journal->sessions().live();
}

void DurableThreads::journal_loop() {
  for (bool go_on = true; go_on;) {
    std::vector<Request> requests;
    go_on = take_requests(&requests);
    if (failed_) return;
    std::vector<Notice> notices;
    for (Request& r : requests) serve(&r, &notices);
    if (phase_ != Phase::kRecovering) housekeeping();
    note_start();
    tell(std::move(notices));
    if (stages_->journal->anything_to_write() && !write_frames()) return;
    if (!sync_if_due(!go_on)) return;
  }
}

bool DurableThreads::wait_durable(uint64_t position) {
  std::unique_lock lock(durable_mutex_);
  durable_changed_.wait(lock, [&] { return durable_ >= position || failed_; });
  return durable_ >= position;
}

// ------------------------------------------------------------------------------------------------ ingest

void DurableThreads::hold_for_crashes(uint64_t position) {
  std::lock_guard lock(status_mutex_);
  status_.held_position = position;
  status_.why = "cepd crashed twice there. Lines are taken into the journal, none is processed; to go on without that one, stop the daemon, run `cepctl journal skip " +
                std::to_string(position) + " --data-dir " + options_.data_dir + "`, and start it again";
}

// True: go on with what comes in. False: it failed, or the daemon stops.
bool DurableThreads::recover() {
  // The reader counts whole files, reserved space too.
  auto progress = [this](uint64_t read, uint64_t) {
    publish_status(false);
    std::lock_guard lock(status_mutex_);
    status_.recovered_bytes = std::min(read, status_.recover_bytes);
  };
  ReplayOptions replay;
  replay.progress = progress;
  replay.stop = [this] { return give_up_recovery_ || failed_; };
  replay.too_much = [this] { return memory_is_short(); };
  Result<Replayed> done = Replayed{};
  const bool held = hold_for_starts();
  starts_decided_ = true;
  if (held) done.value().held_at = status_.held_position;   // which this thread has written
  else done = stages_->recover(options_, replay);
  if (!done.ok()) {
    fail(done.status());
    return false;
  }
  if (replay.stop()) return false;
  const Phase phase = done.value().held_at != 0 ? Phase::kHeld : Phase::kReady;
  if (done.value().held_by_memory) hold_for_memory(done.value().held_at);
  else if (phase == Phase::kHeld && !held_by_starts_) hold_for_crashes(done.value().held_at);
  if (phase == Phase::kReady) {
    std::lock_guard lock(status_mutex_);
    status_.recovered_bytes = status_.recover_bytes;  // marks behind the last frame too
  }
  if (phase == Phase::kReady && stages_->crash.first != 0) static_cast<void>(options_.env->remove(stages_->dir.crash()).ok());
  std::vector<uint64_t> roomy;
  {
    std::lock_guard lock(in_mutex_);
    if (Engine* engine = stages_->feed->engine()) in_force_ = in_force_of(*engine);
    if (!load_asked_ && stages_->differs(*set_)) {
      if (stages_->scan.last_load) {
        base::LogLine(base::LogLevel::kInfo, "the pattern files have changed since the last run: the new ones hold from the journal's end on")
            .add("position", stages_->scan.next);
      }
      Request r;
      r.kind = Request::Kind::kLoad;
      r.load = set_;
      ++loads_under_way_;
      in_.push(std::move(r));
    }
    in_open_ = !in_stop_;
    roomy = in_.take_roomy(true);
    wants_ticks_ = stages_->feed->engine() && stages_->feed->engine()->wants_ticks();
    phase_ = phase;
  }
  in_changed_.notify_all();
  tell_room(roomy);
  publish_status(true);
  tell(Notice::Kind::kReady);
  return true;
}

bool DurableThreads::next_frame(WrittenFrame* out) {
  std::unique_lock lock(frames_mutex_);
  frames_changed_.wait_for(lock, std::chrono::microseconds(kStatusUs), [this] { return !frames_.empty() || frames_stop_ || failed_; });
  if (frames_.empty()) return false;
  *out = std::move(frames_.front());
  frames_.pop_front();
  return true;
}

void DurableThreads::note_in_force(size_t loads) {
  std::shared_ptr<const PreparedLoad> now = in_force_of(*stages_->feed->engine());
  std::lock_guard lock(in_mutex_);
  loads_under_way_ -= loads;
  in_force_.swap(now);  // what was in force ends behind the lock
}

void DurableThreads::work(WrittenFrame* frame) {
  std::vector<Notice> notices;
  if (phase_ != Phase::kHeld) {
    const bool loads = !frame->loads.empty();
    Status fed = stages_->feed->feed(*frame, &notices);
    if (!fed.ok()) return fail(std::move(fed));
    if (stages_->feed->engine()) stages_->feed->engine()->cut();
    if (loads) {
      note_in_force(frame->ready.size());
      loaded_ = true;
      wants_ticks_ = stages_->feed->engine()->wants_ticks();
      publish_status(true);
    }
  } else {
    for (uint64_t connection : frame->finished) {
      notices.emplace_back();
      notices.back().kind = Notice::Kind::kFinished;
      notices.back().connection = connection;
    }
    for (uint64_t load : frame->loads) loaded(load, {});
    if (frame->count > 0) held_upto_ = frame->base + frame->count - 1;
  }
  // Until all of it is out: then a subscriber that has been told of an end has all that came before it.
  if (!frame->finished.empty() && stages_->feed->engine() && phase_ != Phase::kHeld) stages_->feed->engine()->flush();
  std::erase_if(notices, [](const Notice& n) { return n.kind == Notice::Kind::kLoaded && n.request == 0; });
  tell(std::move(notices));
}

// A clock that somebody has put far ahead of the arrivals: once for each such line.
void DurableThreads::tell_of_ahead(const std::vector<StreamStats>& streams) {
  for (const StreamStats& s : streams) {
    uint64_t& told = ahead_told_[s.name];
    if (s.ahead_ms == 0 || told == s.ahead_position) continue;
    told = s.ahead_position;
    base::LogLine(base::LogLevel::kWarn, "a stream's clock is far ahead of its arrivals: what comes on time is late; `cepctl stream reset-clock` sets it right")
        .add("stream", s.name)
        .add("clock", ahead_text(s));
  }
}

void DurableThreads::publish_status(bool now) {
  const uint64_t at = options_.env->steady_us();
  Engine* engine = stages_->feed->engine();
  const uint64_t every = phase_ == Phase::kRecovering ? std::clamp(status_cost_us_ * kStatusShare, kRecoveryStatusUs, kStatusUs) : kStatusUs;
  if (!engine || (!now && at - last_status_us_ < every)) return;
  last_status_us_ = at;
  EngineStats stats = engine->stats();
  auto made = std::make_shared<Lists>();
  made->streams = engine->stream_stats();
  made->operators = engine->operator_stats();
  made->state_sizes = state_sizes(*engine);
  made->most = most_of(made->state_sizes);
  status_cost_us_ = options_.env->steady_us() - at;
  if (phase_ != Phase::kRecovering) tell_of_ahead(made->streams);
  std::shared_ptr<const Lists> lists = std::move(made);   // then those before, which end behind the lock
  std::lock_guard lock(status_mutex_);
  lists_.swap(lists);
  status_.engine = stats;
  status_.loads = stages_->feed->loads();
  status_.load_position = stages_->feed->load_position();
}

void DurableThreads::ingest_loop() {
  const runtime::CrashStack crash_stack;
  if (!recover()) return;
  for (;;) {
    WrittenFrame frame;
    const bool got = next_frame(&frame);
    if (failed_) break;
    if (got) {
      work(&frame);
      frames_bytes_ -= frame.payload.size();
      wake_journal();
    } else {
      std::lock_guard lock(frames_mutex_);
      if (frames_stop_ && frames_.empty()) break;
    }
    publish_status(false);
  }
  if (stages_->feed->engine() && !failed_) stages_->feed->engine()->flush();
  publish_status(true);
}

// ------------------------------------------------------------------------------------------------ outputs

void DurableThreads::pump_files() {
  for (auto& file : files_)
    for (;;) {
      Result<bool> more = file->pump(kPumpBytes);
      if (!more.ok()) {
        std::lock_guard lock(status_mutex_);
        file_errors_[file->path()] = more.status().message();
        break;
      }
      if (!more.value()) {
        std::lock_guard lock(status_mutex_);
        file_errors_.erase(file->path());
        break;
      }
    }
}

// Those that are gone for good. Their places are written with the next ones.
void DurableThreads::forget_consumers() {
  constexpr size_t kNamed = 10;
  const uint64_t now = options_.env->steady_us();
  if (options_.consumer_ttl_ms <= 0 || now - last_consumers_us_ < kForgetUs) return;
  last_consumers_us_ = now;
  std::vector<output::Places::Reader> gone;
  {
    std::lock_guard lock(places_mutex_);
    const int64_t chance_ms = std::min(options_.consumer_ttl_ms, JournalStage::kReturnMs);
    gone = stages_->places.forget_unseen(static_cast<uint64_t>(options_.consumer_ttl_ms), static_cast<uint64_t>(chance_ms));
  }
  for (size_t i = 0; i < std::min(gone.size(), kNamed); ++i) {
    base::LogLine(base::LogLevel::kInfo, "the place of a reader that was not seen for limits.consumer_ttl is forgotten: should it come back, it begins at the oldest record")
        .add("channel", gone[i].first)
        .add("reader", gone[i].second);
  }
  if (gone.size() > kNamed) base::LogLine(base::LogLevel::kInfo, "more places of readers are forgotten").add("how_many", static_cast<uint64_t>(gone.size() - kNamed));
}

void DurableThreads::keep_house() {
  Status done;
  for (size_t i = 0; i < files_.size(); ++i) {
    if (!files_[i]->sync().ok()) continue;  // a file output never ends the daemon: its place stays where it was
    acknowledge_file(*files_[i], options_.files[i].channel);
  }
  std::string places;
  {
    std::lock_guard lock(places_mutex_);
    if (stages_->places.dirty()) places = stages_->places.take();
  }
  if (!places.empty()) done = stages_->places.write(places);  // the I/O thread does not wait for the disk
  if (loaded_.exchange(false)) base::give_back_memory();
  if (phase_ == Phase::kReady) forget_consumers();
  if (done.ok()) done = stages_->log->sync();
  if (done.ok()) done = stages_->log->retain();
  if (!done.ok()) fail(std::move(done));
}

uint64_t DurableThreads::kept_bytes() const {
  uint64_t bytes = 0;
  for (size_t c = 0; c < journal::kNumberedChannels; ++c) bytes += stages_->log->place(static_cast<Channel>(c)).bytes;
  return bytes;
}

void DurableThreads::outputs_loop() {
  uint64_t last_house_us = options_.env->steady_us(), synced_bytes = 0;
  for (bool stop = false; !stop && !failed_;) {
    {
      std::unique_lock lock(outputs_mutex_);
      outputs_changed_.wait_for(lock, std::chrono::microseconds(kHouseUs), [this] { return outputs_news_ || outputs_stop_ || trim_asked_; });
      outputs_news_ = false;
      stop = outputs_stop_;
    }
    if (trim_asked_.exchange(false)) base::give_back_memory();
    if (phase_ == Phase::kRecovering) continue;
    pump_files();
    const uint64_t now = options_.env->steady_us(), kept = kept_bytes();
    synced_bytes = std::min(synced_bytes, kept);   // old segments go
    const bool house = stop || now - last_house_us >= kHouseUs;
    if (!house && kept - synced_bytes < kLogSyncBytes) continue;
    synced_bytes = kept;
    if (!house) {
      if (Status synced = stages_->log->sync(); !synced.ok()) fail(std::move(synced));
      continue;
    }
    last_house_us = now;
    keep_house();
  }
}

}  // namespace cep::engine
