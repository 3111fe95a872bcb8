// An Env that crashes, tears writes and fails, all by one seed: a virtual disk and clock for running the real journal, output log and recovery in one thread. The same seed and
// the same calls give the same disk and the same errors. It prints nothing.
//
// A run: faults are armed, the work is done in `try`; SimCrash comes out of the call (or the kill point) at which the process ended; what was opened is let go; restart() or
// cut_power(); the work is begun again on the same Env. After SimCrash, until then, every call is an error and nothing reaches the disk: destructors may call what they like.
#pragma once
#include <array>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/env.h"
#include "sim/rng.h"
#include "sim/sim_disk.h"

namespace sim {

enum class Op : uint8_t { kOpen, kRead, kWrite, kSync, kTruncate, kPreallocate, kRename, kRemove, kMakeDir, kSyncDir, kList, kLock };
inline constexpr int kOps = 12;

// The process has ended here. No std::exception: nothing but the test takes it.
struct SimCrash {
  std::string where;   // "write /data/journal/…" or "kill point whole-synced"
};

class SimEnv final : public cep::base::Env {
 public:
  // Hears kill points from here on. REQUIRES no other SimEnv is alive.
  explicit SimEnv(uint64_t seed);
  ~SimEnv() override;
  SimEnv(const SimEnv&) = delete;
  SimEnv& operator=(const SimEnv&) = delete;

  // ---- what shall happen (from now on; counted from 1)
  void crash_at_op(uint64_t nth);                            // before that call, behind it, or in the middle of a write
  void crash_at_kill_point(uint64_t nth, const std::string& name = "");   // empty: any
  // The nth call of this kind on a path that contains `path_part` fails. A write was done in part then; a sync has dropped what was dirty (sim_file.h).
  void fail(Op op, uint64_t nth, const std::string& path_part = "");
  void fail_often(Op op, double probability);
  void set_capacity(uint64_t bytes);                         // of all files together; beyond it a write is done in part and fails
  void slow(Op op, uint64_t us_min, uint64_t us_max);        // how long each call takes on the virtual clock
  void forget_faults();                                      // all of the above but capacity and slow()

  // ---- the end of a process and of the machine
  void restart();     // as after kill -9: locks are free, the page cache has survived
  void cut_power();   // as after a reboot: of what was not synced, anything or nothing has survived

  // ---- the disk from outside
  std::vector<std::string> files() const { return disk_.files(); }
  std::string content(const std::string& path) const;        // REQUIRES it exists
  void flip(const std::string& path, uint64_t offset, uint8_t mask = 1);   // rot
  void chop(const std::string& path, uint64_t bytes);        // the file is cut short
  void put(const std::string& path, std::string_view bytes); // a file, durable, with the directories above it

  [[noreturn]] void crash(std::string where);                // the process ends now

  // ---- what has happened
  bool down() const { return down_; }
  uint64_t ops() const { return ops_; }
  uint64_t ops_of(Op op) const { return ops_of_[static_cast<size_t>(op)]; }
  uint64_t errors() const { return errors_; }                // injected, the full disk's too
  const std::map<std::string, uint64_t>& kill_points() const { return kill_points_; }
  void advance_ms(uint64_t ms) { now_us_ += ms * 1000; }
  void set_wall_clock(int64_t by_ms) { wall_off_ms_ += by_ms; }   // somebody puts it forward or back

  // ---- Env
  cep::Result<std::unique_ptr<cep::base::File>> open(const std::string& path, cep::base::OpenMode mode) override;
  cep::Status rename(const std::string& from, const std::string& to) override;
  cep::Status remove(const std::string& path) override;
  cep::Status make_dir(const std::string& path) override;
  cep::Status sync_dir(const std::string& path) override;
  cep::Result<std::vector<std::string>> list(const std::string& path) override;
  bool exists(const std::string& path) override;
  cep::Result<uint64_t> free_bytes(const std::string& path) override;
  cep::Result<std::unique_ptr<cep::base::FileLock>> lock(const std::string& path) override;
  uint64_t file_id(const std::string& path) override;
  int64_t modified_ms(const std::string& path) override;
  int64_t wall_ms() override { return static_cast<int64_t>(kStartMs + now_us_ / 1000) + wall_off_ms_; }
  uint64_t steady_us() override { return now_us_; }
  uint64_t random() override { return rng_.next(); }
  uint64_t boot() override { return boots_; }

 private:
  friend class SimHandle;
  friend class SimLock;
  static constexpr uint64_t kStartMs = 1767225600000;   // 2026-01-01
  struct Failure {
    Op op;
    uint64_t nth;
    std::string path_part;
  };
  // What becomes of a call: nothing of it, a part and an error, all of it, all of it and then the end.
  enum class Turn : uint8_t { kDown, kFails, kGoes, kGoesAndCrashes };

  Turn begin(Op op, const std::string& path);
  bool fails(Op op, const std::string& path);
  // Ends a call that went through: throws if the crash is due behind it.
  void end(Turn turn, Op op, const std::string& path);
  void pass_kill_point(const char* name);
  cep::Status error_of(Turn turn, const std::string& what, const std::string& path);
  cep::Status write(SimFile* file, const std::string& path, uint64_t offset, std::string_view bytes);
  uint64_t room() const;
  void end_process();

  Rng rng_;
  SimDisk disk_;
  bool down_ = false;
  uint64_t life_ = 0;        // handles of an earlier life are dead
  uint64_t now_us_ = 0;
  uint64_t boots_ = 1;
  int64_t wall_off_ms_ = 0;
  uint64_t ops_ = 0, errors_ = 0, crash_op_ = 0, crash_kill_point_ = 0;
  std::array<uint64_t, kOps> ops_of_{};
  std::string crash_name_;
  std::vector<Failure> failures_;
  std::array<double, kOps> fail_often_{};
  std::array<std::pair<uint64_t, uint64_t>, kOps> slow_{};
  uint64_t capacity_ = UINT64_MAX;
  std::map<std::string, uint64_t> kill_points_;
  std::map<std::string, bool> locked_;
  std::map<std::string, int64_t> modified_;
};

}  // namespace sim
