#include "sim/simulation.h"

#include <algorithm>

#include "journal/reader.h"
#include "output/repair.h"
#include "sim/verdict.h"

namespace sim {

using cep::Status;

namespace {

// What a seed's disk does beside crashing.
enum class Mood : uint8_t { kKills, kPowerCuts, kBoth, kFailedSyncs, kRot, kFullDisk, kErrors };
constexpr uint64_t kMoods = 7;

// Passed in few lives: without this hardly one would end there.
constexpr const char* kSeldom[] = {"file-output-cut", "output-cut", "output-retain", "output-remove", "output-removed"};
constexpr size_t kLastBytes = 300;
constexpr int kLastStarts = 2;   // the faults are over: one start may be refused for rot, the next is good

class Simulation {
 public:
  explicit Simulation(uint64_t seed) : w_(seed), mood_(static_cast<Mood>(w_.rng.below(kMoods))) {
    w_.segment_bytes = w_.rng.coin() ? 2048 : 16384;
    w_.output.segment_bytes = w_.rng.coin() ? 1024 : 8192;
    w_.output.ring_bytes = w_.rng.coin() ? 512 : 65536;
    if (w_.rng.chance(0.3)) {
      w_.output.retain_bytes = w_.rng.coin() ? 1024 : 4096;
      w_.output.segment_bytes = 512;
    }
    if (w_.rng.chance(0.3)) w_.output.retain_age_ms = w_.rng.coin() ? 5 : 100;
    w_.may_poison = w_.rng.chance(0.5);
    w_.env.put(std::string(kFileOutput) + ".other", "");   // its directory
    w_.env.slow(Op::kSync, 100, 20000);
  }

  Outcome run() {
    const uint64_t lives = 2 + w_.rng.below(5);
    for (uint64_t i = 0; i < lives && w_.broken.empty(); ++i) {
      live();
      die();
      if (held_ && w_.rng.chance(0.7)) skip_poison();
    }
    if (w_.broken.empty()) live_to_the_end();
    if (w_.broken.empty()) w_.breaks(judge(&w_));
    if (w_.broken.empty() && w_.rng.chance(0.1)) w_.breaks(judge_other_history(&w_));
    return outcome();
  }

 private:
  void arm() {
    const double how = static_cast<double>(w_.rng.below(100)) / 100;
    if (how < 0.45) w_.env.crash_at_op(1 + w_.rng.below(w_.rng.coin() ? 40 : 400));
    else if (how < 0.85) arm_kill_point();
    if (mood_ == Mood::kFailedSyncs) w_.env.fail(Op::kSync, 1 + w_.rng.below(15), w_.rng.coin() ? "journal" : "");
    if (mood_ == Mood::kFullDisk) w_.env.set_capacity(used() + w_.rng.below(20000));
    if (mood_ != Mood::kErrors) return;
    for (Op op : {Op::kRead, Op::kWrite, Op::kOpen, Op::kRename, Op::kSyncDir, Op::kTruncate, Op::kPreallocate, Op::kRemove}) {
      if (w_.rng.chance(0.3)) w_.env.fail(op, 1 + w_.rng.below(30));
    }
  }

  // Any of those passed so far, or whichever comes: some are passed a hundred times as often as others.
  void arm_kill_point() {
    const auto& passed = w_.env.kill_points();
    if (w_.rng.chance(0.15)) return w_.env.crash_at_kill_point(1, kSeldom[w_.rng.below(std::size(kSeldom))]);
    if (passed.empty() || w_.rng.chance(0.3)) return w_.env.crash_at_kill_point(1 + w_.rng.below(w_.rng.coin() ? 20 : 150));
    auto rarest = passed.end();
    for (int i = 0; i < 4; ++i) {
      const auto name = std::next(passed.begin(), static_cast<std::ptrdiff_t>(w_.rng.below(passed.size())));
      if (rarest == passed.end() || name->second < rarest->second) rarest = name;
    }
    w_.env.crash_at_kill_point(w_.rng.coin() ? 1 : 1 + w_.rng.below(30), rarest->first);
  }

  uint64_t used() const {
    uint64_t sum = 0;
    for (const std::string& path : w_.env.files()) sum += w_.env.content(path).size();
    return sum;
  }

  void tell(const std::string& what) { out_.story += "\n  after " + std::to_string(w_.env.ops()) + " calls: " + what; }

  // A life until it crashes, fails or is killed.
  void live() {
    ++out_.lives;
    held_ = false;
    const uint64_t errors = w_.env.errors();
    arm();
    try {
      Life life(&w_);
      Status status = life.start();
      if (status.ok()) rot_.path.clear();   // all was read, and taken for good
      held_ = life.held();
      for (uint64_t steps = w_.rng.below(w_.rng.coin() ? 60 : 300); status.ok() && steps > 0 && w_.broken.empty(); --steps) status = life.step();
      if (!status.ok()) refused(status, errors);
      tell(status.ok() ? "killed" : status.message());
    } catch (const SimCrash& crash) {
      tell("ends at " + crash.where);
      ++out_.crashes;
      ++out_.killed_at[crash.where.substr(0, crash.where.find(" /"))];
    }
  }

  // Nothing but the disk's own trouble, or rot, may end a life or refuse a start.
  void refused(const Status& status, uint64_t errors_before) {
    if (w_.env.errors() > errors_before) {
      ++out_.env_errors;
    } else if (!rot_.path.empty()) {
      ++out_.refusals;
      mend();
    } else {
      w_.breaks("nothing was wrong with the disk, and yet: " + status.message());
    }
  }

  void die() {
    w_.env.set_capacity(UINT64_MAX);
    const bool power = mood_ == Mood::kPowerCuts || (mood_ != Mood::kKills && mood_ != Mood::kRot && w_.rng.coin());
    if (power) tell("the power is cut");
    if (power) {
      ++out_.power_cuts;
      w_.env.cut_power();
    } else {
      w_.env.restart();
    }
    w_.env.advance_ms(w_.rng.below(200));
    if (w_.rng.chance(0.2)) w_.disk = w_.programs.some(&w_.rng);   // somebody edits the files meanwhile
    if (mood_ == Mood::kRot) rot();
  }

  // A byte of journal, output log or places flips while nobody looks, or a file loses its end.
  void rot() {
    if (!rot_.path.empty()) return;   // not noticed yet
    const std::string part = w_.rng.coin() ? "/journal/" : w_.rng.chance(0.8) ? "/output/" : "/places";
    std::vector<std::string> paths;
    for (const std::string& path : w_.env.files()) {
      if (path.find(part) != std::string::npos && !w_.env.content(path).empty()) paths.push_back(path);
    }
    if (paths.empty()) return;
    rot_.path = paths[w_.rng.below(paths.size())];
    rot_.before = w_.env.content(rot_.path);
    // Most of a segment that is not full is zeros.
    const size_t used_bytes = rot_.before.find_last_not_of('\0') + 1;
    const size_t bytes = w_.rng.chance(0.9) && used_bytes > 0 ? used_bytes : rot_.before.size();
    const size_t last = std::min<size_t>(bytes, kLastBytes);   // where a tear and rot look alike
    const size_t at = w_.rng.coin() ? w_.rng.below(bytes) : bytes - last + w_.rng.below(last);
    if (w_.rng.chance(0.2)) w_.env.chop(rot_.path, at);
    else w_.env.flip(rot_.path, at, static_cast<uint8_t>(1 << w_.rng.below(8)));
    rot_.after = w_.env.content(rot_.path);
    ++out_.rots;
    tell(rot_.path + " is damaged");
  }

  // The start was refused: a person puts the file back, unless it is another by now.
  void mend() {
    const auto files = w_.env.files();
    const bool there = std::find(files.begin(), files.end(), rot_.path) != files.end();
    if (there && w_.env.content(rot_.path) == rot_.after) w_.env.put(rot_.path, rot_.before);
    rot_.path.clear();
  }

  // A person lets go of the position at which the daemon crashes, as `cepctl journal skip` does. Where the journal cannot be read nothing is done.
  void skip_poison() {
    if (w_.poison == 0) return;
    const std::string dir = kDataDir, notes = dir + "/crash";
    JournalContent journal;
    if (!read_journal(&w_.env, dir + "/journal", &journal).empty()) return;
    const auto item = std::find_if(journal.items.begin(), journal.items.end(), [this](const auto& each) { return each.position == w_.poison; });
    using Kind = cep::journal::EntryKind;
    const bool fits = item != journal.items.end() && item->kind != Kind::kSession && item->kind != Kind::kForget && item->kind != Kind::kSkip;
    if (fits) {
      auto sent = cep::output::first_sent_from(&w_.env, dir + "/output", w_.poison);
      if (!sent.ok()) return;
      if (sent.value()) w_.breaks("something was sent of position " + std::to_string(w_.poison) + ", on which every engine crashed");
      auto opened = cep::journal::open_journal(&w_.env, dir + "/journal", {});
      if (!opened.ok()) return;
      std::string payload;
      cep::journal::append_skip(w_.poison, "it crashes", &payload);
      cep::journal::Writer& writer = *opened.value().writer;
      cep::Status done = writer.append({writer.next_position(), 1, journal.items.back().arrival_ms, payload});
      if (done.ok()) done = writer.sync();
      if (!done.ok()) return;
      ++out_.skips;
    } else if (w_.env.exists(notes)) {   // what was there has never become durable
      (void)w_.env.remove(notes);
    }
    tell("position " + std::to_string(w_.poison) + (fits ? " is skipped" : " is no more"));
    w_.poison = 0;
  }

  void live_to_the_end() {
    w_.may_poison = false;
    for (int i = 0; i < kLastStarts && w_.broken.empty(); ++i) {
      ++out_.lives;
      skip_poison();
      {
        Life life(&w_);
        Status status = life.start();
        if (status.ok()) status = life.finish();
        if (status.ok()) break;
        refused(status, w_.env.errors());
      }
      w_.env.restart();
    }
    w_.env.restart();
    if (w_.broken.empty() && w_.rng.coin()) start_once_more();
    w_.env.restart();
  }

  // A start without a word from clients changes nothing.
  void start_once_more() {
    Life life(&w_);
    if (Status status = life.start(); !status.ok()) refused(status, w_.env.errors());
  }

  Outcome outcome() {
    out_.broken = w_.broken;
    out_.acks = w_.acks;
    out_.welcomes = w_.welcomes;
    out_.takeovers = w_.takeovers;
    out_.stale_batches = w_.stale_batches;
    out_.loads = w_.loads;
    out_.forgotten = w_.forgotten;
    out_.records = w_.records_seen;
    out_.pauses = w_.pauses;
    out_.poisonings = w_.poisonings;
    out_.held = w_.held;
    out_.files_moved = w_.files_moved;
    out_.meanwhile = w_.hellos_while_recovering;
    out_.ops = w_.env.ops();
    out_.kill_points = w_.env.kill_points();
    return out_;
  }

  World w_;
  Mood mood_;
  Outcome out_;
  bool held_ = false;   // the last life was
  struct {
    std::string path, before, after;   // path empty: none that could still be noticed
  } rot_;
};

}  // namespace

void Outcome::add(const Outcome& other) {
  lives += other.lives, crashes += other.crashes, power_cuts += other.power_cuts, env_errors += other.env_errors, refusals += other.refusals;
  rots += other.rots, acks += other.acks, welcomes += other.welcomes, takeovers += other.takeovers, stale_batches += other.stale_batches;
  loads += other.loads, forgotten += other.forgotten, records += other.records, ops += other.ops;
  pauses += other.pauses, poisonings += other.poisonings, held += other.held, skips += other.skips, files_moved += other.files_moved, meanwhile += other.meanwhile;
  for (const auto& [name, count] : other.kill_points) kill_points[name] += count;
  for (const auto& [name, count] : other.killed_at) killed_at[name] += count;
}

Outcome simulate(uint64_t seed) { return Simulation(seed).run(); }

}  // namespace sim
