#include "engine/recovery.h"

#include <algorithm>

#include "base/fault.h"
#include "journal/reader.h"

namespace cep::engine {
namespace {

using journal::Entry;
using journal::EntryKind;

// Reads one frame of the scan. Loads that are `skipped` are none.
Status scan_frame(const journal::Frame& frame, const std::string& place, const std::map<uint64_t, std::string>& skipped, JournalScan* out) {
  journal::EntryCursor cursor(frame.payload);
  std::string producer;
  uint64_t number = 0, count = 0;
  auto lines_end = [&] {
    if (!producer.empty() && count > 0) out->sessions.wrote(producer, number, count, frame.arrival_ms);
    count = 0;
  };
  uint64_t position = frame.base;
  Entry e;
  while (cursor.next(&e)) {
    switch (e.kind) {
      case EntryKind::kSource:
        lines_end();
        producer = e.source.producer;
        number = e.source.first_number;
        continue;  // takes no position
      case EntryKind::kLine:
      case EntryKind::kBroken: ++count; break;
      case EntryKind::kSession:
        lines_end();
        out->sessions.begin(e.source.producer, e.source.epoch, frame.arrival_ms);
        break;
      case EntryKind::kForget:
        lines_end();
        out->sessions.forget(e.source.producer);
        break;
      case EntryKind::kSkip: out->skips[e.position] = e.reason; break;
      case EntryKind::kAccepted: out->accepted.push_back(accepted_of(e)); break;
      case EntryKind::kLoad: {
        Result<journal::Load> load = journal::decode_load(e.body, out->load_entry.get());
        if (!load.ok()) return load.status();
        out->load_entry = std::make_shared<const journal::Load>(std::move(load.value()));
        if (skipped.contains(position)) break;
        out->last_load = out->load_entry;
        out->last_load_position = position;
        break;
      }
      case EntryKind::kTick:
      case EntryKind::kReset: break;
    }
    ++position;
  }
  lines_end();
  if (cursor.bad() || position != frame.base + frame.count) return Status::error(place + ": the frame holds bytes that are no entries");
  out->next = position;
  out->last_arrival_ms = std::max(out->last_arrival_ms, frame.arrival_ms);  // that of a tick lies before those of the lines that came meanwhile
  return {};
}

Result<JournalScan> scan_with(base::Env* env, const std::string& dir, const std::map<uint64_t, std::string>& skipped, const ScanHooks& hooks) {
  JournalScan out;
  auto opened = journal::open_reader(env, dir, 1);
  if (!opened.ok()) return opened.status();
  journal::Reader& reader = *opened.value();
  journal::Frame frame;
  for (;;) {
    if (hooks.give_up && hooks.give_up()) return Status::error("given up");
    Result<bool> more = reader.next(&frame);
    if (!more.ok()) return more.status();
    if (!more.value()) return out;
    if (hooks.progress) hooks.progress(reader.bytes_read(), reader.bytes_total());
    Status scanned = scan_frame(frame, reader.place(), skipped, &out);
    if (!scanned.ok()) return scanned;
  }
}

}  // namespace

Accepted accepted_of(const Entry& e) {
  Accepted out;
  out.upto = e.position;
  std::fill(std::begin(out.next), std::end(out.next), 1);
  std::copy(e.next.begin(), e.next.end(), out.next);
  return out;
}

Result<JournalScan> scan_journal(base::Env* env, const std::string& dir, const ScanHooks& hooks) {
  Result<JournalScan> out = scan_with(env, dir, {}, hooks);
  // Which load is the last one is known only when the skips behind it are.
  if (!out.ok() || !out.value().skips.contains(out.value().last_load_position)) return out;
  const std::map<uint64_t, std::string> skipped = std::move(out.value().skips);
  return scan_with(env, dir, skipped, hooks);
}

Result<Replayed> replay_journal(base::Env* env, const std::string& dir, const ReplayOptions& options, IngestFeed* feed) {
  auto opened = journal::open_reader(env, dir, 1);
  if (!opened.ok()) return opened.status();
  journal::Reader& reader = *opened.value();
  const CrashNotes& crash = options.crash;
  const uint64_t upto = options.next - (base::planted(base::Bug::kReplayOffByOne) ? 2 : 1);
  journal::Frame frame;
  Replayed out;
  for (;;) {
    if (options.stop && options.stop()) return out;
    Result<bool> more = reader.next(&frame);
    if (!more.ok()) return more.status();
    if (!more.value()) break;
    const uint64_t last = frame.base + frame.count - 1;
    if (crash.held != 0 && last >= crash.held) {
      Status fed = feed->feed(frame, crash.held - 1);
      if (!fed.ok()) return fed;
      out.held_at = crash.held;
      break;
    }
    const bool careful = crash.first != 0 && frame.base <= crash.last && last >= crash.first;
    if (careful && feed->engine()) feed->engine()->flush();
    feed->set_careful(careful);
    Status fed = feed->feed(frame, upto);
    if (!fed.ok()) return fed;
    if (feed->engine()) feed->engine()->cut();
    if (options.progress) options.progress(reader.bytes_read(), reader.bytes_total());
    if (last + 1 < options.next && options.too_much && options.too_much()) {
      out.held_at = last + 1;
      out.held_by_memory = true;
      return out;
    }
  }
  feed->set_careful(false);
  if (feed->engine()) feed->engine()->flush();
  return out;
}

}  // namespace cep::engine
