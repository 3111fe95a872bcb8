// DurableEngine with its threads. Each loop owns its part; what they share is behind one of the mutexes below, each held for a moment.
//
//   in_        requests of the I/O thread → journal thread     frames_   written frames → ingest thread
//   durable_   journal thread → sequencer (waits)              notices_  all → I/O thread
//   loads_     changes of the pattern set → loads thread (compiles, then in_): a set may take seconds, and the I/O thread must not
#pragma once
#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/histogram.h"
#include "engine/admission.h"
#include "engine/durable_engine.h"
#include "engine/memory_watch.h"
#include "engine/prepared_load.h"
#include "engine/request_queue.h"
#include "engine/stages.h"
#include "engine/start_notes.h"

namespace cep::engine {

// Places of file outputs have this before their path, and consumers whose own name begins with either word the second one before it: no two readers share a place.
inline constexpr std::string_view kFilePlace = "file:";
inline constexpr std::string_view kConsumerPlace = "consumer:";

// How often the house is kept, and how often the note of a start that may die is written.
inline constexpr uint64_t kHouseUs = 1'000'000, kNoteUs = 20'000;

class DurableThreads : public DurableEngine {
 public:
  DurableThreads(const DurableOptions& options) : options_(options), memory_(options.memory_bytes, options.address_bytes), in_(options.queue_bytes, &costs_), shards_done_(static_cast<size_t>(std::max(1, options.shards))) {}
  ~DurableThreads() override;

  Status open(const Program& program, std::vector<Diagnostic>* diagnostics);

  void start(std::function<void()> notify) override;
  void take_notices(std::vector<Notice>* out) override;
  bool offer(LineBatch* batch) override;
  void hello(uint64_t connection, std::string_view producer, std::string_view stream) override;
  void finish(uint64_t connection) override;
  void goodbye(uint64_t connection) override;
  bool wants_silence() const override { return wants_ticks_; }
  int64_t arrival_ms() override { return stages_->journal->clock().now_ms(); }
  void all_read(int64_t at_ms) override;
  uint64_t reload(std::function<Result<Program>()> read) override;
  uint64_t change_files(FileChange change) override;
  uint64_t reset_clock(std::string_view stream) override;
  std::string take_load_warnings(uint64_t request) override;
  std::vector<PatternFile> files() const override;
  uint64_t acknowledged(Channel channel, std::string_view consumer) const override;
  Status acknowledge(Channel channel, std::string_view consumer, uint64_t seq) override;
  void attend(Channel channel, std::string_view consumer, bool there) override;
  const output::OutputLog& log() const override { return *stages_->log; }
  const std::string& log_id() const override { return stages_->dir.id; }
  DurableStatus status() const override;
  DurableStatus brief_status() const override;
  void closing() override { closing_ = true; }
  Status stop() override;

 private:
  static constexpr size_t kNoticesMost = 16'000;   // that wait for the I/O thread; beyond it no lines are taken

  // Of the status: what grows with the program. Made anew each time, so that nobody waits for a copy of it.
  struct Lists {
    std::vector<StreamStats> streams;
    std::vector<OperatorStats> operators;
    std::vector<StateSize> state_sizes;
    std::string most;
  };
  static std::string most_of(const std::vector<StateSize>& sizes);

  // A change of the pattern set: makes the new one of the one before.
  struct Change {
    uint64_t number = 0;
    std::function<Result<journal::Load>(const journal::Load&)> make;
  };

  void tell_what_was_cut() const;
  void tell_of_copy() const;

  // I/O side
  void request(Request r);
  uint64_t request_load(std::function<Result<journal::Load>(const journal::Load&)> make);
  void loaded(uint64_t request, std::string text);
  void tell(std::vector<Notice> notices);
  void tell(Notice::Kind kind, std::string text = {});

  // Loads thread
  void loads_loop();
  void load(uint64_t number, journal::Load load);
  std::shared_ptr<const PreparedLoad> load_before();
  void note_in_force(size_t loads);

  // Journal thread
  void journal_loop();
  bool take_requests(std::vector<Request>* out);
  bool can_take();
  uint64_t worked_position() const;
  uint64_t shards_position() const;
  void shard_worked(int shard, uint64_t position, uint64_t spent_ns);
  uint64_t target_us() const;
  void serve(Request* r, std::vector<Notice>* out);
  bool write_frames();
  bool sync_if_due(bool now);
  void send_frame(WrittenFrame frame);
  void housekeeping();
  void tell_of_room(bool full, uint64_t free) const;
  void tell_of_clock();
  void look_at_room();
  bool shut() const { return no_room_ || (memory_.full() && !past_memory_); }
  void opened_or_shut(bool before);

  // Memory: journal thread; ingest thread while it recovers
  void look_at_memory();
  bool memory_is_short();
  void hold_for_memory(uint64_t position);
  void hold_for_crashes(uint64_t position);
  std::string memory_text() const;
  std::string most_state() const;
  bool hold_for_starts();
  void note_start();
  void tell_room(const std::vector<uint64_t>& connections);
  uint64_t wait_us() const;

  // Ingest thread
  void ingest_loop();
  bool recover();
  bool next_frame(WrittenFrame* out);
  void work(WrittenFrame* frame);
  void publish_status(bool now);
  void tell_of_ahead(const std::vector<StreamStats>& streams);

  // Outputs thread
  void outputs_loop();
  void pump_files();
  void acknowledge_file(const output::FileOutput& file, Channel channel);
  void keep_house();
  uint64_t kept_bytes() const;
  void forget_consumers();

  // Any thread
  bool wait_for_room();
  void wake_journal();
  void fail(Status status);
  bool wait_durable(uint64_t position);

  DurableOptions options_;
  MemoryWatch memory_;
  StartNotes starts_;
  std::atomic<bool> held_by_starts_{false}, starts_decided_{false};   // who writes the note: ingest thread, then journal thread
  std::atomic<bool> closing_{false}, past_memory_{false};              // what has come is still taken
  std::unique_ptr<Stages> stages_;
  std::function<void()> notify_;
  std::atomic<Phase> phase_{Phase::kRecovering};
  std::atomic<bool> failed_{false};
  bool started_ = false, stopped_ = false;

  std::mutex notices_mutex_;
  std::vector<Notice> notices_;

  mutable std::mutex in_mutex_;           // in_…, set_
  std::condition_variable in_changed_;
  LineCosts costs_;                       // the journal thread's, also where in_ reads it
  RequestQueue in_;
  bool in_open_ = false;                  // lines are taken
  bool in_stop_ = false;                  // the journal thread ends when in_ is empty
  std::shared_ptr<const journal::Load> set_ = std::make_shared<const journal::Load>();   // asked for last; written by the loads thread alone, which reads it without the lock
  std::shared_ptr<const PreparedLoad> in_force_, asked_;   // programs: the engine's, and the one that will be it when loads_under_way_ is 0 again
  size_t loads_under_way_ = 0;
  bool load_asked_ = false;               // since the start, by somebody: set_ is on its way
  std::atomic<bool> no_room_{false};      // disk.reserve

  std::mutex room_mutex_;                 // for who waits for room
  std::condition_variable room_changed_;  // it will not be waited for any more

  std::mutex loads_mutex_;                // loads_, loads_stop_
  std::condition_variable loads_changed_;
  std::deque<Change> loads_;
  bool loads_stop_ = false;

  mutable std::mutex frames_mutex_;       // frames_, frames_stop_
  std::condition_variable frames_changed_;
  std::deque<WrittenFrame> frames_;
  bool frames_stop_ = false;
  std::atomic<size_t> frames_bytes_{0};

  std::mutex durable_mutex_;
  std::condition_variable durable_changed_;
  uint64_t durable_ = 0;
  std::atomic<uint64_t> written_{0}, journal_bytes_{0}, producers_{0}, live_producers_{0};
  std::atomic<bool> wants_ticks_{false}, give_up_recovery_{false};
  std::atomic<uint64_t> held_upto_{0};    // while held: the last position that was looked at
  std::atomic<bool> wants_window_{false}; // the journal thread waits until more is worked
  std::vector<std::atomic<uint64_t>> shards_done_;   // by shard: its last position that is worked
  std::atomic<uint64_t> spent_ns_{0};     // by ingest and shards, of CPU
  std::atomic<bool> loaded_{false};       // a set was compiled: much memory is free

  std::mutex outputs_mutex_;              // outputs_news_, outputs_stop_
  std::condition_variable outputs_changed_;
  bool outputs_news_ = false, outputs_stop_ = false;
  std::atomic<bool> trim_asked_{false};   // free memory is to go back to the system: of the outputs thread, for which nobody waits
  mutable std::mutex places_mutex_;       // stages_->places
  std::vector<std::unique_ptr<output::FileOutput>> files_;

  std::atomic<size_t> notices_waiting_{0};
  mutable std::mutex status_mutex_;
  DurableStatus status_;                  // what the threads publish, but for the lists
  std::shared_ptr<const Lists> lists_ = std::make_shared<const Lists>();
  std::map<std::string, std::string> file_errors_;
  Status failure_;
  base::Histogram sync_us_;               // written by the journal thread under status_mutex_; so are
  base::TimeBuckets sync_times_;

  // Journal thread alone.
  uint64_t last_sync_us_ = 0, last_house_us_ = 0, last_forget_us_ = 0;
  uint64_t last_memory_us_ = 0, last_trim_us_ = 0, last_note_us_ = 0;
  Admission admission_{&in_, &costs_};
  bool memory_told_ = false, recovery_memory_told_ = false;   // that limits.memory is met; the second one is the ingest thread's
  uint64_t sync_mean_us_ = 0;             // how long a sync takes of late
  // Ingest thread alone.
  uint64_t last_status_us_ = 0;
  uint64_t status_cost_us_ = 0;
  uint64_t last_consumers_us_ = 0;                   // outputs thread
  std::map<std::string, uint64_t> ahead_told_;       // by stream: the position of the line that was told of
  // I/O thread alone.
  UnnamedLines unnamed_ = UnnamedLines::kRejected;   // with set_; loads thread
  std::map<uint64_t, std::string> load_warnings_;    // by request, until they are taken; under status_mutex_
  uint64_t last_request_ = 0;
  std::string last_load_error_;           // under status_mutex_

  std::thread journal_thread_, ingest_thread_, outputs_thread_, loads_thread_;
};

}  // namespace cep::engine
