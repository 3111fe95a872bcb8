// The engine while its data directory is being opened: a journal and an output log of some size take minutes to be read, and meanwhile somebody asks how the daemon is. It has the
// directory's lock from the beginning, opens the rest in a thread of its own, and is the engine itself from then on.
#pragma once
#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "engine/durable_engine.h"

namespace cep::engine {

class OpeningEngine final : public DurableEngine {
 public:
  // Takes the lock of the data directory. `program` and `options`: as for DurableEngine::open, which start() calls. What is wrong then is a notice kFailed.
  static Result<std::unique_ptr<OpeningEngine>> make(const DurableOptions& options, const Program& program);
  ~OpeningEngine() override;

  // Of a kFailed for the sake of pattern files: what `cepctl check` says of them, rendered; empty otherwise.
  std::string mistakes() const;

  void start(std::function<void()> notify) override;
  void take_notices(std::vector<Notice>* out) override;
  bool offer(LineBatch* batch) override;
  void hello(uint64_t connection, std::string_view producer, std::string_view stream) override { ready()->hello(connection, producer, stream); }
  void finish(uint64_t connection) override { ready()->finish(connection); }
  void goodbye(uint64_t connection) override;
  bool wants_silence() const override { return opened() != nullptr && opened()->wants_silence(); }
  int64_t arrival_ms() override { return ready()->arrival_ms(); }
  void all_read(int64_t at_ms) override { ready()->all_read(at_ms); }
  uint64_t reload(std::function<Result<Program>()> read) override;
  uint64_t change_files(FileChange change) override;
  uint64_t reset_clock(std::string_view stream) override { return ready()->reset_clock(stream); }
  std::string take_load_warnings(uint64_t request) override { return ready()->take_load_warnings(request); }
  std::vector<PatternFile> files() const override;
  uint64_t acknowledged(Channel channel, std::string_view consumer) const override { return ready()->acknowledged(channel, consumer); }
  Status acknowledge(Channel channel, std::string_view consumer, uint64_t seq) override { return ready()->acknowledge(channel, consumer, seq); }
  void attend(Channel channel, std::string_view consumer, bool there) override { ready()->attend(channel, consumer, there); }
  const output::OutputLog& log() const override { return ready()->log(); }
  const std::string& log_id() const override { return id_; }
  DurableStatus status() const override { return opened() != nullptr ? opened()->status() : brief_status(); }
  DurableStatus brief_status() const override;
  void closing() override {
    if (opened() != nullptr) opened()->closing();
  }
  Status stop() override;

 private:
  using Ask = std::function<void(DurableEngine*)>;

  OpeningEngine(const DurableOptions& options, const Program& program) : options_(options), program_(program) {}
  void open();
  uint64_t ask(Ask ask);
  // Null: it is being opened.
  DurableEngine* opened() const { return opened_.load(std::memory_order_acquire); }
  // REQUIRES it is open.
  DurableEngine* ready() const;

  DurableOptions options_;
  Program program_;
  std::string id_;
  std::function<void()> notify_;
  std::thread thread_;
  std::atomic<bool> give_up_{false};
  std::atomic<uint64_t> read_bytes_{0}, journal_bytes_{0};

  mutable std::mutex mutex_;                 // of what follows
  std::condition_variable changed_;          // over_
  bool over_ = false;                        // the thread has nothing more to do
  std::unique_ptr<DurableEngine> engine_;
  std::vector<Ask> asked_;                   // before it was open; their numbers are 1, 2, …, as the engine would count
  std::string failure_, mistakes_;
  bool failure_told_ = false;
  std::atomic<DurableEngine*> opened_{nullptr};
};

}  // namespace cep::engine
