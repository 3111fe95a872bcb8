#include "engine/stages.h"

#include "base/fault.h"
#include "engine/ingest_feed.h"
#include "engine/program_set.h"

namespace cep::engine {

Result<std::unique_ptr<Stages>> Stages::open(const DurableOptions& options, EngineOptions engine, StageHooks hooks) {
  auto out = std::make_unique<Stages>();
  Stages& s = *out;
  if (options.opened_dir) {
    s.dir = std::move(*options.opened_dir);
  } else {
    Result<DataDir> dir = open_data_dir(options.env, options.data_dir);
    if (!dir.ok()) return dir.status();
    s.dir = std::move(dir.value());
  }
  s.crash = read_crash_notes(options.env, s.dir.crash());

  journal::WriterOptions writer;
  writer.segment_bytes = options.segment_bytes;
  Result<journal::Opened> opened = journal::open_journal(options.env, s.dir.journal(), writer);
  if (!opened.ok()) return opened.status();
  s.journal_files = std::move(opened.value());
  Result<JournalScan> scan = scan_journal(options.env, s.dir.journal(), {options.scan_progress, options.give_up});
  if (!scan.ok()) return scan.status();
  s.scan = std::move(scan.value());

  Result<std::unique_ptr<output::OutputLog>> log = output::OutputLog::open(options.env, s.dir.output(), options.output);
  if (!log.ok()) return log.status();
  s.log = std::move(log.value());
  Status places = s.places.open(options.env, s.dir.places());
  if (!places.ok()) return places;

  s.keeper = std::make_unique<RecordKeeper>(s.log.get(), hooks.wait_durable, hooks.fail, hooks.published);
  if (!s.scan.accepted.empty()) {
    const Accepted& last = s.scan.accepted.back();
    if (Status accepted = s.log->accept(last.upto, last.next); !accepted.ok()) return accepted;
  }
  RecordKeeper* keeper = s.keeper.get();
  engine.before_release = [keeper](uint64_t position) { keeper->before_release(position); };
  engine.after_release = [keeper, worked = hooks.worked](uint64_t position) {
    keeper->after_release(position);
    if (worked) worked();
  };
  engine.after_shard = hooks.shard_worked;
  s.feed = std::make_unique<IngestFeed>(options.env, engine, [keeper](const Record& record) { keeper->take(record); }, s.scan.skips);
  s.feed->set_accepted(s.scan.accepted);
  s.journal = std::make_unique<JournalStage>(options.env, s.journal_files.writer.get(), &s.scan.sessions, s.scan.last_arrival_ms, options.producers_most);
  s.journal->set_last_load(s.scan.load_entry);
  return out;
}

Result<Replayed> Stages::recover(const DurableOptions& options, ReplayOptions replay) {
  replay.next = scan.next;
  replay.crash = crash;
  if (scan.skips.contains(replay.crash.held)) replay.crash.held = 0;
  Result<Replayed> done = replay_journal(options.env, dir.journal(), replay, feed.get());
  if (!done.ok() || done.value().held_at != 0 || (replay.stop && replay.stop())) return done;
  Status compared = log->end_of_replay();
  if (!compared.ok()) return compared;
  return done;
}

journal::Load Stages::wanted(const Program& disk, std::vector<Diagnostic>* diagnostics, UnnamedLines* unnamed) const {
  journal::Load out = with_disk(scan.last_load ? *scan.last_load : journal::Load{}, disk);
  check_load(&out, diagnostics, unnamed);
  return out;
}

bool Stages::differs(const journal::Load& wanted) const { return !scan.last_load || !same(wanted, *scan.last_load); }

}  // namespace cep::engine
