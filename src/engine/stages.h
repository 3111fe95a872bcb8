// The passive parts of the durable engine, opened and wired: everything but threads. DurableEngine runs them in threads of their own; the simulation (test/sim) in one, in an order
// drawn from a seed. Start: open() → recover() → take_load_at_end() → lines.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/env.h"
#include "engine/crash_file.h"
#include "engine/data_dir.h"
#include "engine/durable_engine.h"
#include "engine/ingest_feed.h"
#include "engine/journal_stage.h"
#include "engine/record_keeper.h"
#include "engine/recovery.h"
#include "journal/reader.h"
#include "output/output_log.h"
#include "output/places.h"

namespace cep::engine {

// What the parts call. `wait_durable` and `published` come from the thread of the engine's sequencer (without threads: from within feed()).
struct StageHooks {
  std::function<bool(uint64_t position)> wait_durable;   // see RecordKeeper
  std::function<void(Status)> fail;
  std::function<void()> published;
  std::function<void()> worked = {};      // may be empty: behind each batch that is out
  std::function<void(int shard, uint64_t position, uint64_t cpu_ns, uint64_t bytes)> shard_worked = {};   // EngineOptions::after_shard
};

struct Stages {
  DataDir dir;
  CrashNotes crash;
  journal::Opened journal_files;
  JournalScan scan;
  std::unique_ptr<output::OutputLog> log;
  output::Places places;
  std::unique_ptr<RecordKeeper> keeper;
  std::unique_ptr<IngestFeed> feed;
  std::unique_ptr<JournalStage> journal;

  // Locks the directory, opens journal and output log, scans the journal. `engine` holds shards, threads and the like; callbacks and limits are put in here.
  static Result<std::unique_ptr<Stages>> open(const DurableOptions& options, EngineOptions engine, StageHooks hooks);

  // Replays the journal and compares. After it the engine stands where the journal ends (or before the position that holds it).
  // `replay`: its functions; the rest is put in here.
  Result<Replayed> recover(const DurableOptions& options, ReplayOptions replay);

  // The set that the journal's last load becomes with the files on disk as they are now. Mistakes in it: *diagnostics, which name places in its files.
  journal::Load wanted(const Program& disk, std::vector<Diagnostic>* diagnostics, UnnamedLines* unnamed = nullptr) const;
  // Whether it differs from the one in force at the journal's end: then it is to be taken by journal->take_load before anything else.
  bool differs(const journal::Load& wanted) const;
};

}  // namespace cep::engine
