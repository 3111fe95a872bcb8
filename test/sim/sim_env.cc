#include "sim/sim_env.h"

#include <algorithm>

#include "base/check.h"
#include "base/fault_control.h"

namespace sim {

using cep::Result;
using cep::Status;
using cep::base::File;
using cep::base::FileLock;
using cep::base::OpenMode;

namespace {

constexpr const char* kOpNames[kOps] = {"open", "read", "write", "sync", "truncate", "preallocate", "rename", "remove", "make_dir", "sync_dir", "list", "lock"};

SimEnv* g_env = nullptr;   // that hears kill points

std::string name_of(Op op, const std::string& path) { return std::string(kOpNames[static_cast<size_t>(op)]) + " " + path; }

Status refused(const std::string& what, const std::string& path, const char* why) { return Status::error("cannot " + what + " " + path + ": " + why); }

constexpr const char* kMissing = "No such file or directory";
constexpr const char* kNoRoom = "No space left on device";

}  // namespace

class SimHandle final : public File {
 public:
  SimHandle(SimEnv* env, std::shared_ptr<SimFile> file, std::string path, bool writes)
      : env_(env), file_(std::move(file)), path_(std::move(path)), writes_(writes), life_(env->life_) {}

  Status write_at(uint64_t offset, std::string_view bytes) override {
    if (stale()) return gone();
    return writes_ ? env_->write(file_.get(), path_, offset, bytes) : refused("write", path_, "Bad file descriptor");
  }

  Result<size_t> read_at(uint64_t offset, char* out, size_t n) const override {
    if (stale()) return gone();
    auto turn = env_->begin(Op::kRead, path_);
    if (turn < SimEnv::Turn::kGoes) return env_->error_of(turn, "read", path_);
    const std::string& content = file_->cache();
    size_t got = offset >= content.size() ? 0 : content.copy(out, n, offset);
    env_->end(turn, Op::kRead, path_);
    return got;
  }

  Status sync() override {
    if (stale()) return gone();
    auto turn = env_->begin(Op::kSync, path_);
    if (turn == SimEnv::Turn::kFails) file_->fail_sync(&env_->rng_);
    if (turn < SimEnv::Turn::kGoes) return env_->error_of(turn, "sync", path_);
    file_->sync();
    env_->end(turn, Op::kSync, path_);
    return {};
  }

  Status truncate(uint64_t bytes) override { return resize(Op::kTruncate, "truncate", bytes); }

  Result<uint64_t> size() const override {
    if (stale()) return gone();
    return static_cast<uint64_t>(file_->cache().size());
  }

  uint64_t id() const override { return file_->id(); }

  Status preallocate(uint64_t bytes) override {
    if (!stale() && bytes <= file_->cache().size()) return {};
    return resize(Op::kPreallocate, "reserve room for", bytes);
  }

 private:
  bool stale() const { return env_->down_ || life_ != env_->life_; }
  Status gone() const { return Status::error("the process that opened " + path_ + " has ended"); }

  Status resize(Op op, const char* what, uint64_t bytes) {
    if (stale()) return gone();
    if (!writes_) return refused(what, path_, "Bad file descriptor");
    auto turn = env_->begin(op, path_);
    if (turn < SimEnv::Turn::kGoes) return env_->error_of(turn, what, path_);
    if (bytes > file_->cache().size() && bytes - file_->cache().size() > env_->room()) {
      ++env_->errors_;
      return refused(what, path_, kNoRoom);
    }
    file_->resize(bytes);
    env_->modified_[path_] = env_->wall_ms();
    env_->end(turn, op, path_);
    return {};
  }

  SimEnv* env_;
  std::shared_ptr<SimFile> file_;
  std::string path_;
  bool writes_;
  uint64_t life_;
};

class SimLock final : public FileLock {
 public:
  SimLock(SimEnv* env, std::string path) : env_(env), path_(std::move(path)), life_(env->life_) {}
  ~SimLock() override {
    if (life_ == env_->life_) env_->locked_.erase(path_);
  }

 private:
  SimEnv* env_;
  std::string path_;
  uint64_t life_;
};

SimEnv::SimEnv(uint64_t seed) : rng_(seed) {
  CEP_CHECK(g_env == nullptr);
  g_env = this;
  cep::base::set_kill_hook([](const char* name) { g_env->pass_kill_point(name); });
}

SimEnv::~SimEnv() {
  cep::base::set_kill_hook(nullptr);
  g_env = nullptr;
}

// ---- faults

void SimEnv::crash_at_op(uint64_t nth) { crash_op_ = nth == 0 ? 0 : ops_ + nth; }

void SimEnv::crash_at_kill_point(uint64_t nth, const std::string& name) {
  crash_kill_point_ = nth;
  crash_name_ = name;
}

void SimEnv::fail(Op op, uint64_t nth, const std::string& path_part) { failures_.push_back({op, nth, path_part}); }
void SimEnv::fail_often(Op op, double probability) { fail_often_[static_cast<size_t>(op)] = probability; }
void SimEnv::set_capacity(uint64_t bytes) { capacity_ = bytes; }
void SimEnv::slow(Op op, uint64_t us_min, uint64_t us_max) { slow_[static_cast<size_t>(op)] = {us_min, us_max}; }

void SimEnv::forget_faults() {
  crash_op_ = crash_kill_point_ = 0;
  failures_.clear();
  fail_often_.fill(0);
}

void SimEnv::crash(std::string where) {
  down_ = true;
  throw SimCrash{std::move(where)};
}

void SimEnv::pass_kill_point(const char* name) {
  if (down_) return;
  ++kill_points_[name];
  if (crash_kill_point_ == 0 || (!crash_name_.empty() && crash_name_ != name)) return;
  if (--crash_kill_point_ == 0) crash(std::string("kill point ") + name);
}

bool SimEnv::fails(Op op, const std::string& path) {
  bool due = false;
  for (Failure& failure : failures_) {
    if (failure.op != op || failure.nth == 0 || path.find(failure.path_part) == std::string::npos) continue;
    due |= --failure.nth == 0;
  }
  const double often = fail_often_[static_cast<size_t>(op)];
  return (often > 0 && rng_.chance(often)) || due;
}

SimEnv::Turn SimEnv::begin(Op op, const std::string& path) {
  if (down_) return Turn::kDown;
  ++ops_of_[static_cast<size_t>(op)];
  const auto [us_min, us_max] = slow_[static_cast<size_t>(op)];
  now_us_ += us_max > 0 ? rng_.between(us_min, us_max) : 1;
  const bool crashes = ++ops_ == crash_op_;
  if (crashes && rng_.coin()) crash("before " + name_of(op, path));
  if (fails(op, path)) {
    ++errors_;
    return Turn::kFails;
  }
  return crashes ? Turn::kGoesAndCrashes : Turn::kGoes;
}

void SimEnv::end(Turn turn, Op op, const std::string& path) {
  if (turn == Turn::kGoesAndCrashes) crash("behind " + name_of(op, path));
}

Status SimEnv::error_of(Turn turn, const std::string& what, const std::string& path) {
  return turn == Turn::kDown ? Status::error("the process has ended") : refused(what, path, "Input/output error");
}

void SimEnv::end_process() {
  down_ = false;
  ++life_;
  locked_.clear();
  forget_faults();
}

void SimEnv::restart() { end_process(); }

void SimEnv::cut_power() {
  end_process();
  ++boots_;
  disk_.cut_power(&rng_);
}

// ---- the disk from outside

std::string SimEnv::content(const std::string& path) const {
  auto file = disk_.file(plain_path(path));
  CEP_CHECK(file != nullptr);
  return file->cache();
}

void SimEnv::flip(const std::string& path, uint64_t offset, uint8_t mask) {
  auto file = disk_.file(plain_path(path));
  CEP_CHECK(file != nullptr);
  file->sync();
  file->flip(offset, mask);
}

void SimEnv::chop(const std::string& path, uint64_t bytes) {
  auto file = disk_.file(plain_path(path));
  CEP_CHECK(file != nullptr);
  file->sync();
  file->chop(bytes);
}

void SimEnv::put(const std::string& path, std::string_view bytes) {
  const std::string plain = plain_path(path);
  for (size_t end = plain.find('/', 1); end != std::string::npos; end = plain.find('/', end + 1)) {
    const std::string dir = plain.substr(0, end);
    if (!disk_.exists(dir)) disk_.make_dir(dir);
    disk_.sync_dir(parent_of(dir));
  }
  auto file = disk_.file(plain);
  if (!file) file = disk_.make_file(plain);
  file->resize(0);
  file->write(0, bytes);
  file->sync();
  disk_.sync_dir(parent_of(plain));
}

// ---- Env

uint64_t SimEnv::room() const {
  if (capacity_ == UINT64_MAX) return UINT64_MAX;
  const uint64_t used = disk_.used_bytes();
  return used >= capacity_ ? 0 : capacity_ - used;
}

Status SimEnv::write(SimFile* file, const std::string& path, uint64_t offset, std::string_view bytes) {
  const Turn turn = begin(Op::kWrite, path);
  if (turn == Turn::kDown) return error_of(turn, "write", path);
  modified_[path] = wall_ms();
  if (turn == Turn::kFails) {
    file->write(offset, bytes.substr(0, rng_.below(bytes.size() + 1)));
    return error_of(turn, "write", path);
  }
  const uint64_t grows = offset + bytes.size() > file->cache().size() ? offset + bytes.size() - file->cache().size() : 0;
  if (const uint64_t free = grows == 0 ? UINT64_MAX : room(); grows > free) {
    const uint64_t missing = grows - free;
    if (missing < bytes.size()) file->write(offset, bytes.substr(0, bytes.size() - missing));
    ++errors_;
    return refused("write", path, kNoRoom);
  }
  // Killed within a write: a part of it.
  const bool part = turn == Turn::kGoesAndCrashes && rng_.coin();
  file->write(offset, part ? bytes.substr(0, rng_.below(bytes.size() + 1)) : bytes);
  end(turn, Op::kWrite, path);
  return {};
}

Result<std::unique_ptr<File>> SimEnv::open(const std::string& raw, OpenMode mode) {
  const std::string path = plain_path(raw);
  const char* what = mode == OpenMode::kCreate ? "make" : "open";
  const Turn turn = begin(Op::kOpen, path);
  if (turn < Turn::kGoes) return error_of(turn, what, path);
  auto file = disk_.file(path);
  if (mode == OpenMode::kCreate) {
    if (disk_.exists(path)) return refused(what, path, "File exists");
    if (!disk_.is_dir(parent_of(path))) return refused(what, path, kMissing);
    file = disk_.make_file(path);
    modified_[path] = wall_ms();
  }
  if (!file) return refused(what, path, disk_.is_dir(path) ? "Is a directory" : kMissing);
  end(turn, Op::kOpen, path);
  return std::unique_ptr<File>(std::make_unique<SimHandle>(this, file, path, mode != OpenMode::kRead));
}

Status SimEnv::rename(const std::string& raw_from, const std::string& raw_to) {
  const std::string from = plain_path(raw_from), to = plain_path(raw_to);
  const std::string what = "rename " + from + " to";
  const Turn turn = begin(Op::kRename, from);
  if (turn < Turn::kGoes) return error_of(turn, what, to);
  if (!disk_.file(from) || !disk_.is_dir(parent_of(to))) return refused(what, to, kMissing);
  if (disk_.is_dir(to)) return refused(what, to, "Is a directory");
  disk_.rename(from, to);
  modified_[to] = modified_[from];
  end(turn, Op::kRename, from);
  return {};
}

Status SimEnv::remove(const std::string& raw) {
  const std::string path = plain_path(raw);
  const Turn turn = begin(Op::kRemove, path);
  if (turn < Turn::kGoes) return error_of(turn, "remove", path);
  if (!disk_.file(path)) return refused("remove", path, disk_.is_dir(path) ? "Is a directory" : kMissing);
  disk_.remove(path);
  end(turn, Op::kRemove, path);
  return {};
}

Status SimEnv::make_dir(const std::string& raw) {
  const std::string path = plain_path(raw);
  const Turn turn = begin(Op::kMakeDir, path);
  if (turn < Turn::kGoes) return error_of(turn, "make the directory", path);
  for (size_t end = path.find('/', 1);; end = path.find('/', end + 1)) {
    const std::string dir = path.substr(0, end);
    if (disk_.file(dir)) return refused("make the directory", dir, "Not a directory");
    const bool made = !disk_.exists(dir);
    if (made) disk_.make_dir(dir);
    if (made || end == std::string::npos) disk_.sync_dir(parent_of(dir));
    if (end == std::string::npos) break;
  }
  end(turn, Op::kMakeDir, path);
  return {};
}

Status SimEnv::sync_dir(const std::string& raw) {
  const std::string path = plain_path(raw);
  const Turn turn = begin(Op::kSyncDir, path);
  if (turn < Turn::kGoes) return error_of(turn, "sync", path);
  if (!disk_.is_dir(path)) return refused("open", path, disk_.exists(path) ? "Not a directory" : kMissing);
  disk_.sync_dir(path);
  end(turn, Op::kSyncDir, path);
  return {};
}

Result<std::vector<std::string>> SimEnv::list(const std::string& raw) {
  const std::string path = plain_path(raw);
  const Turn turn = begin(Op::kList, path);
  if (turn < Turn::kGoes) return error_of(turn, "list", path);
  if (!disk_.is_dir(path)) return refused("list", path, disk_.exists(path) ? "Not a directory" : kMissing);
  auto names = disk_.list(path);
  end(turn, Op::kList, path);
  return names;
}

bool SimEnv::exists(const std::string& path) { return !down_ && disk_.exists(plain_path(path)); }

Result<uint64_t> SimEnv::free_bytes(const std::string& path) {
  if (!disk_.exists(plain_path(path))) return refused("ask for the free room of", path, kMissing);
  return room();
}

Result<std::unique_ptr<FileLock>> SimEnv::lock(const std::string& raw) {
  const std::string path = plain_path(raw);
  const Turn turn = begin(Op::kLock, path);
  if (turn < Turn::kGoes) return error_of(turn, "lock", path);
  if (!disk_.is_dir(parent_of(path))) return refused("open", path, kMissing);
  if (locked_[path]) return Status::error(path + " is locked by process 1");
  if (!disk_.exists(path)) disk_.make_file(path);
  locked_[path] = true;
  end(turn, Op::kLock, path);
  return std::unique_ptr<FileLock>(std::make_unique<SimLock>(this, path));
}

uint64_t SimEnv::file_id(const std::string& path) {
  const std::shared_ptr<SimFile> file = down_ ? nullptr : disk_.file(plain_path(path));
  return file ? file->id() : 0;
}

int64_t SimEnv::modified_ms(const std::string& raw) {
  const std::string path = plain_path(raw);
  if (!disk_.exists(path)) return -1;
  auto found = modified_.find(path);
  return found == modified_.end() ? static_cast<int64_t>(kStartMs) : found->second;
}

}  // namespace sim
