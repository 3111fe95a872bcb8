// Crashes: random lives of log, file output and places on a disk that tears, reorders and forgets what was not synced; every kill point, under the simulation and with SIGKILL.
#include <signal.h>
#include <sys/mman.h>

#include <map>
#include <set>

#include "base/child.h"
#include "base/fault_control.h"
#include "base/temp_dir.h"
#include "output/file_output.h"
#include "output/kit.h"
#include "output/places.h"
#include "output/repair.h"
#include "sim/rng.h"
#include "sim/sim_env.h"

using namespace output_test;
using cep::output::FileOutput;
using cep::output::FileOutputOptions;
using cep::output::Places;

namespace {

const std::string kDir = "/data/output";
const std::string kFile = "/data/alerts.ndjson";

OutputLogOptions small() {
  OutputLogOptions options;
  options.segment_bytes = 1500;
  options.ring_bytes = 4096;
  options.retain_bytes = 8000;
  return options;
}

// The journal is the test's: how many records of each channel are decided.
struct Journal {
  uint64_t decided[5] = {};
  uint64_t& operator[](Channel channel) { return decided[static_cast<size_t>(channel)]; }
};

// What one log lives through.
class World {
 public:
  World(Env* env, sim::Rng* rng, Journal* journal, std::string dir, std::string file)
      : env_(env), rng_(rng), decided_(*journal), dir_(std::move(dir)), file_path_(std::move(file)) {}

  void open() {
    OutputLogOptions options = small();
    if (rng_->coin()) options.retain_age_ms = 10;
    log_ = opened(env_, dir_, options);
    check_ok(places_.open(env_, dir_ + ".places"));
    std::map<Channel, uint64_t> again;
    for (;;) {  // the replay, in another order and in other batches than before
      std::vector<Channel> left;
      for (Channel channel : kNumberedChannels) {
        if (again[channel] < decided_[channel]) left.push_back(channel);
      }
      if (left.empty()) break;
      const Channel channel = left[rng_->below(left.size())];
      const uint64_t n = std::min<uint64_t>(1 + rng_->below(20), decided_[channel] - again[channel]);
      append(log_.get(), channel, again[channel] + 1, again[channel] + 1 + n);
      again[channel] += n;
      if (rng_->chance(0.3)) check_ok(log_->publish());
    }
    check_ok(log_->publish());
    check_ok(log_->end_of_replay());
    FileOutputOptions file_options;
    file_options.path = file_path_;
    file_options.after = places_.acknowledged("alerts", "file");
    auto file = FileOutput::open(env_, log_.get(), file_options);
    REQUIRE_MESSAGE(file.ok(), file.status().message());
    file_ = std::move(file.value());
  }

  void close() {
    file_.reset();
    log_.reset();
  }

  void step() {
    switch (rng_->below(10)) {
      case 0: return check_ok(log_->sync());
      case 1: return pump();
      case 2: return keep();
      case 3:
        keep();
        return check_ok(log_->retain());
      default: break;
    }
    for (uint64_t batch = 1 + rng_->below(3); batch > 0; --batch) {
      const Channel channel = kNumberedChannels[rng_->below(5)];
      const uint64_t n = 1 + rng_->below(10), first = decided_[channel] + 1;
      decided_[channel] += n;
      append(log_.get(), channel, first, first + n);
    }
    check_ok(log_->publish());
  }

  // Everything that is kept is right, and the file has all.
  void check() {
    for (Channel channel : kNumberedChannels) {
      const auto place = log_->place(channel);
      REQUIRE(place.next == decided_[channel] + 1);
      REQUIRE(place.oldest <= place.next);
      const std::string text = read_all(*log_, channel, place.oldest);   // may crash: not within a macro that takes exceptions
      REQUIRE(text == text_of(channel, place.oldest, place.next));
    }
    pump();
    const auto file = cep::base::read_whole(env_, file_path_);
    REQUIRE(file.value() == text_of(Channel::kAlerts, 1, decided_[Channel::kAlerts] + 1));
  }

 private:
  void pump() {
    for (bool more = true; more;) {
      auto pumped = file_->pump(300);
      REQUIRE_MESSAGE(pumped.ok(), pumped.status().message());
      more = pumped.value();
    }
  }

  void keep() {
    pump();
    check_ok(file_->sync());
    places_.acknowledge("alerts", "file", file_->durable());
    check_ok(places_.save());
  }

  Env* env_;
  sim::Rng* rng_;
  Journal& decided_;
  const std::string dir_, file_path_;
  std::unique_ptr<OutputLog> log_;
  std::unique_ptr<FileOutput> file_;
  Places places_;
};

void live(sim::SimEnv* env, World* world, sim::Rng* rng, uint64_t steps) {
  try {
    world->open();
    world->check();
    for (uint64_t i = 0; i < steps; ++i) {
      world->step();
      if (rng->chance(0.2)) env->advance_ms(rng->below(8));
    }
  } catch (const sim::SimCrash&) {
  }
  world->close();
  if (rng->coin()) env->cut_power();
  else env->restart();
}

uint64_t seeds(uint64_t few) {
  const char* many = std::getenv("CEPD_SEEDS");
  return many ? std::strtoull(many, nullptr, 10) : few;
}

}  // namespace

TEST_CASE("random lives: nothing lost, nothing twice, nothing otherwise") {
  std::set<std::string> passed;
  for (uint64_t seed = 1; seed <= seeds(300); ++seed) {
    CAPTURE(seed);
    sim::SimEnv env(seed);
    sim::Rng rng(seed * 7919);
    check_ok(env.make_dir("/data"));
    Journal journal;
    World world(&env, &rng, &journal, kDir, kFile);
    for (int life = 0; life < 8; ++life) {
      if (rng.coin()) env.crash_at_op(1 + rng.below(300));
      else env.crash_at_kill_point(1 + rng.below(100));
      live(&env, &world, &rng, 30);
    }
    world.open();
    world.check();
    for (const auto& [name, n] : env.kill_points()) passed.insert(name);
  }
  for (const char* name : {"output-append", "output-appended", "output-publish", "output-published", "output-roll", "output-segment-made", "output-rolled", "output-written",
                           "output-sync", "output-synced", "output-retain", "output-remove", "output-removed", "output-cut", "file-output-made", "file-output-write",
                           "file-output-written", "file-output-cut"}) {
    CHECK_MESSAGE(passed.count(name) == 1, name);
  }
}

TEST_CASE("a disk that fails now and then: errors, never a wrong record") {
  size_t errors = 0;
  for (uint64_t seed = 1; seed <= seeds(200); ++seed) {
    CAPTURE(seed);
    sim::SimEnv env(seed);
    OutputLogOptions options = small();
    uint64_t decided = 0;
    for (int life = 0; life < 6; ++life) {
      env.fail_often(sim::Op::kWrite, 0.02);
      env.fail_often(sim::Op::kSync, 0.05);
      env.fail_often(sim::Op::kOpen, 0.02);
      env.fail_often(sim::Op::kTruncate, 0.2);
      env.fail_often(sim::Op::kRename, 0.05);
      auto log = OutputLog::open(&env, kDir, options);
      bool ok = log.ok();
      for (uint64_t seq = 1; ok && seq <= decided; ++seq) ok = log.value()->append(made(Channel::kAlerts, seq)->record).ok();
      ok = ok && log.value()->end_of_replay().ok() && log.value()->publish().ok();
      for (int i = 0; ok && i < 20; ++i) {
        for (int n = 0; ok && n < 7; ++n) ok = log.value()->append(made(Channel::kAlerts, ++decided)->record).ok();
        ok = ok && log.value()->publish().ok() && (i % 5 != 4 || (log.value()->sync().ok() && log.value()->retain().ok()));
      }
      errors += !ok;
      env.forget_faults();
      if (seed % 2) env.cut_power();
      else env.restart();
    }
    auto log = opened(&env, kDir, options);
    append(log.get(), Channel::kAlerts, 1, decided + 1);
    check_ok(log->end_of_replay());
    check_ok(log->publish());
    const auto place = log->place(Channel::kAlerts);
    CHECK(read_all(*log, Channel::kAlerts, place.oldest) == text_of(Channel::kAlerts, place.oldest, decided + 1));
  }
  CHECK(errors > 100);
}

TEST_CASE("a repair that is broken off anywhere can be made again") {
  for (uint64_t op = 1, crashed = 1; crashed; ++op) {
    CAPTURE(op);
    sim::SimEnv env(op);
    {
      auto log = opened(&env, kDir, small());
      append(log.get(), Channel::kAlerts, 1, 40);
      append(log.get(), Channel::kLate, 1, 40);
      check_ok(log->publish());
      check_ok(log->sync());
    }
    env.flip(kDir + "/alerts-00000000000000000001.log", 500);
    env.flip(kDir + "/late-00000000000000000001.log", 700);
    std::string report;
    env.crash_at_op(op);
    crashed = 0;
    try {
      check_ok(cep::output::repair_output(&env, kDir, &report));
    } catch (const sim::SimCrash&) {
      crashed = 1;
    }
    env.cut_power();
    check_ok(cep::output::repair_output(&env, kDir, &report));
    auto log = opened(&env, kDir, small());
    append(log.get(), Channel::kAlerts, 1, 45);
    append(log.get(), Channel::kLate, 1, 45);
    check_ok(log->end_of_replay());
    check_ok(log->publish());
    CHECK(read_all(*log, Channel::kAlerts, 1) == text_of(Channel::kAlerts, 1, 45));
    CHECK(read_all(*log, Channel::kLate, 1) == text_of(Channel::kLate, 1, 45));
  }
}

TEST_CASE("planted bugs: a seq that begins anew and a comparison that is left out are seen") {
  using cep::base::Bug;
  sim::SimEnv env(1);
  auto log = opened(&env, kDir);
  append(log.get(), Channel::kAlerts, 1, 10);
  check_ok(log->publish());
  env.restart();
  log = opened(&env, kDir);
  cep::base::plant(Bug::kSkipCompare);
  CHECK(log->append(made(Channel::kAlerts, 1, "other")->record).ok());
  cep::base::plant(Bug::kNone);
  CHECK_FALSE(log->append(made(Channel::kAlerts, 2, "other")->record).ok());
  env.restart();
  log = opened(&env, kDir);
  cep::base::plant(Bug::kSeqReset);
  append(log.get(), Channel::kAlerts, 1, 10);
  check_ok(log->end_of_replay());
  check_ok(log->publish());
  cep::base::plant(Bug::kNone);
  CHECK(read_all(*log, Channel::kAlerts, 1) == text_of(Channel::kAlerts, 1, 10) + text_of(Channel::kAlerts, 1, 10));
}

namespace {

std::string g_kill_name;
uint64_t g_kill_left = 0;

void kill_here(const char* name) {
  if (g_kill_name == name && --g_kill_left == 0) ::raise(SIGKILL);
}

}  // namespace

TEST_CASE("killed at each point on a real disk: the next life has all") {
  auto* journal = static_cast<Journal*>(::mmap(nullptr, sizeof(Journal), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
  REQUIRE(journal != MAP_FAILED);
  // A process that is killed leaves the page cache: memory will do, and thousands of syncs cost nothing there.
  if (::access("/dev/shm", W_OK) == 0) ::setenv("TMPDIR", "/dev/shm", 0);
  for (const std::string name : {"output-append", "output-appended", "output-publish", "output-published", "output-roll", "output-segment-made", "output-rolled", "output-written",
                                 "output-sync", "output-synced", "output-retain", "output-remove", "output-removed", "file-output-write", "file-output-written", "whole-begin",
                                 "whole-made", "whole-written", "whole-synced", "whole-renamed", "whole-durable"}) {
    size_t killed = 0;
    for (uint64_t nth = 1; nth <= 10; ++nth) {
      CAPTURE(name);
      CAPTURE(nth);
      const base_test::TempDir dir;
      *journal = Journal();
      auto live = [&](uint64_t kill_at) {
        return base_test::in_child([&] {
          sim::Rng rng(nth + kill_at);
          World world(cep::base::posix_env(), &rng, journal, dir.file("output"), dir.file("alerts.ndjson"));
          g_kill_name = name;
          g_kill_left = kill_at;
          if (kill_at > 0) cep::base::set_kill_hook(kill_here);
          try {
            world.open();
            for (int i = 0; i < (kill_at > 0 ? 1000 : 10); ++i) world.step();
            world.check();
          } catch (...) {
            return 7;
          }
          return 0;
        });
      };
      killed += base_test::killed_by(live(nth), SIGKILL);
      CHECK(base_test::left_with(live(0), 0));
    }
    CHECK_MESSAGE(killed == 10, name);
  }
  ::munmap(journal, sizeof(Journal));
}
