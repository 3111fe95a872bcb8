#include "engine/opening_engine.h"

#include <chrono>
#include <cstdlib>

#include "base/check.h"
#include "base/log.h"
#include "engine/data_dir.h"

namespace cep::engine {

namespace {

constexpr std::chrono::seconds kPatience{5};   // of a stop, for a part that cannot be broken off

}  // namespace

Result<std::unique_ptr<OpeningEngine>> OpeningEngine::make(const DurableOptions& options, const Program& program) {
  Result<DataDir> dir = open_data_dir(options.env, options.data_dir);
  if (!dir.ok()) return dir.status();
  std::unique_ptr<OpeningEngine> out(new OpeningEngine(options, program));
  out->id_ = dir.value().id;
  out->options_.opened_dir = std::make_shared<DataDir>(std::move(dir.value()));
  out->options_.scan_progress = [raw = out.get()](uint64_t read, uint64_t total) {
    raw->read_bytes_.store(read, std::memory_order_relaxed);
    raw->journal_bytes_.store(total, std::memory_order_relaxed);
  };
  out->options_.give_up = [raw = out.get()] { return raw->give_up_.load(); };
  return out;
}

OpeningEngine::~OpeningEngine() {
  give_up_ = true;
  if (thread_.joinable()) thread_.join();
}

DurableEngine* OpeningEngine::ready() const {
  DurableEngine* engine = opened();
  CEP_CHECK(engine != nullptr);
  return engine;
}

void OpeningEngine::start(std::function<void()> notify) {
  notify_ = std::move(notify);
  thread_ = std::thread([this] {
    open();
    std::lock_guard lock(mutex_);
    over_ = true;
    changed_.notify_all();
  });
}

void OpeningEngine::open() {
  std::vector<Diagnostic> diagnostics;
  Result<std::unique_ptr<DurableEngine>> made = DurableEngine::open(options_, program_, &diagnostics);
  if (give_up_) return;
  if (!made.ok()) {
    {
      std::lock_guard lock(mutex_);
      failure_ = made.status().message();
      mistakes_ = render_all(diagnostics, program_.files);
    }
    return notify_();
  }
  program_ = Program();   // tables are large
  {
    std::lock_guard lock(mutex_);
    engine_ = std::move(made.value());
    for (const Ask& ask : asked_) ask(engine_.get());
    opened_.store(engine_.get(), std::memory_order_release);
  }
  engine_->start(notify_);
}

std::string OpeningEngine::mistakes() const {
  std::lock_guard lock(mutex_);
  return mistakes_;
}

void OpeningEngine::take_notices(std::vector<Notice>* out) {
  if (opened() != nullptr) return opened()->take_notices(out);
  std::lock_guard lock(mutex_);
  if (failure_.empty() || std::exchange(failure_told_, true)) return;
  out->emplace_back();
  out->back().kind = Notice::Kind::kFailed;
  out->back().text = failure_;
}

bool OpeningEngine::offer(LineBatch* batch) { return opened() != nullptr && opened()->offer(batch); }

void OpeningEngine::goodbye(uint64_t connection) {
  if (opened() != nullptr) opened()->goodbye(connection);
}

uint64_t OpeningEngine::ask(Ask ask) {
  asked_.push_back(std::move(ask));
  return asked_.size();
}

uint64_t OpeningEngine::reload(std::function<Result<Program>()> read) {
  std::lock_guard lock(mutex_);
  if (engine_) return engine_->reload(std::move(read));
  return ask([read = std::move(read)](DurableEngine* engine) { engine->reload(read); });
}

uint64_t OpeningEngine::change_files(FileChange change) {
  std::lock_guard lock(mutex_);
  if (engine_) return engine_->change_files(std::move(change));
  return ask([change = std::move(change)](DurableEngine* engine) { engine->change_files(change); });
}

std::vector<PatternFile> OpeningEngine::files() const { return opened() != nullptr ? opened()->files() : std::vector<PatternFile>(); }

DurableStatus OpeningEngine::brief_status() const {
  if (opened() != nullptr) return opened()->brief_status();
  DurableStatus out;
  out.opening = true;
  out.recovered_bytes = read_bytes_.load(std::memory_order_relaxed);
  out.recover_bytes = journal_bytes_.load(std::memory_order_relaxed);
  std::lock_guard lock(mutex_);
  if (!failure_.empty()) {
    out.phase = Phase::kFailed;
    out.why = failure_;
  }
  return out;
}

// Nothing was taken before it is open, and what opening writes outlives a kill: a part that takes long and cannot be broken off ends with the process.
Status OpeningEngine::stop() {
  give_up_ = true;
  std::unique_lock wait(mutex_);
  const bool over = changed_.wait_for(wait, kPatience, [this] { return over_; });
  wait.unlock();
  if (!over && opened() == nullptr) {
    base::LogLine(base::LogLevel::kInfo, "stopped while the data directory was being read");
    std::_Exit(0);
  }
  if (thread_.joinable()) thread_.join();
  if (opened() != nullptr) return opened()->stop();
  std::lock_guard lock(mutex_);
  return failure_.empty() ? Status() : Status::error(failure_);
}

}  // namespace cep::engine
