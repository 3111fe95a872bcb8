#include "engine/ingest_feed.h"

#include <algorithm>

#include "base/check.h"
#include "base/fault.h"
#include "engine/prepared_load.h"
#include "event/json_writer.h"
#include "runtime/cpu_clock.h"
#include "runtime/worked_range.h"

namespace cep::engine {

using base::Bug;
using base::planted;
using journal::Entry;
using journal::EntryKind;

IngestFeed::IngestFeed(base::Env* env, const EngineOptions& options, Engine::Sink sink, std::map<uint64_t, std::string> skips)
    : env_(env), options_(options), sink_(std::move(sink)), skips_(std::move(skips)) {}

Result<ReadyLoad> IngestFeed::ready_load(const Entry& e) {
  ReadyLoad out;
  const size_t number = frame_loads_++;
  if (written_ && number < written_->ready.size()) {
    out = written_->ready[number];
  } else {
    Result<journal::Load> read = journal::decode_load(e.body, load_entry_.get());
    if (!read.ok()) return read.status();
    out.load = std::make_shared<const journal::Load>(std::move(read.value()));
  }
  load_entry_ = out.load;
  return out;
}

Status IngestFeed::load(const Entry& e, uint64_t position) {
  Result<ReadyLoad> ready = ready_load(e);
  if (!ready.ok()) return ready.status();
  const bool today = planted(Bug::kConfigOfToday) && of_today_ && !out_;
  const Program& program = today ? *of_today_ : ready.value().load->program;
  if (program.semantics == 0 || program.semantics > kSemanticsVersion)
    return Status::error("the journal's load at position " + std::to_string(position) + " is of semantics version " + std::to_string(program.semantics) +
                         ", this cepd speaks " + std::to_string(kSemanticsVersion) + ": its records would differ. Run the version that wrote it");
  std::vector<Diagnostic> diagnostics;
  bool good = true;
  if (!engine_) {
    EngineOptions options = options_;
    options.limits = program.limits;
    engine_ = Engine::create(program, options, sink_, &diagnostics);
    good = engine_ != nullptr;
  } else {
    engine_->next_position(position);
    good = dynamic_cast<TakesPrepared&>(*engine_).load_prepared(program, today ? nullptr : std::move(ready.value().prepared), &diagnostics);
  }
  if (!good)
    return Status::error("the journal's load at position " + std::to_string(position) + " does not compile any more:\n" + render_all(diagnostics, program.files));
  load_position_ = position;
  ++loads_;
  return {};
}

std::string accepted_line(const Accepted& accepted) {
  std::string out = "{\"_accepted\":{";
  for (size_t c = 0; c < journal::kNumberedChannels; ++c) {
    if (c > 0) out.push_back(',');
    event::append_json_string(channel_name(static_cast<Channel>(c)), &out);
    out += ":" + std::to_string(accepted.next[c]);
  }
  return out + "}}";
}

std::string accepted_line(std::string_view message) {
  std::string out = "{\"_accepted\":{\"message\":";
  event::append_json_bytes(message, &out);
  return out + "}}";
}

void IngestFeed::renumber_before(uint64_t position) {
  for (; accepted_done_ < accepted_.size() && accepted_[accepted_done_].upto < position; ++accepted_done_)
    if (engine_) engine_->offer(accepted_line(accepted_[accepted_done_]), {});
}

Status IngestFeed::entry(const Entry& e, uint64_t position, const journal::Frame& frame, OfferResult* result) {
  if (!accepted_.empty()) renumber_before(position);
  const bool line = e.kind == EntryKind::kLine || e.kind == EntryKind::kBroken;
  if (e.kind == EntryKind::kAccepted && engine_) {
    engine_->next_position(position);
    asked_.store(position, std::memory_order_relaxed);
    engine_->offer(accepted_line(e.reason), {});
    return {};
  }
  if (!line && e.kind != EntryKind::kTick && e.kind != EntryKind::kLoad && e.kind != EntryKind::kReset) return {};
  const auto skip = skips_.empty() ? skips_.end() : skips_.find(position);
  const bool skipped = skip != skips_.end();
  if (skipped && e.kind == EntryKind::kLoad) return ready_load(e).status();  // not made; the next one may name files that it holds
  if (skipped && !line) return {};  // a tick that is not heard, a reset that is not made
  const runtime::WorkedScope working(position, position);
  CEP_CHECK(skipped || base::crash_position("ingest") != position);
  if (on_position_ && !skipped) on_position_(position);
  if (e.kind == EntryKind::kLoad) return load(e, position);
  if (!engine_) return Status::error("the journal's first line, at position " + std::to_string(position) + ", comes before any load");
  engine_->next_position(position);
  asked_.store(position, std::memory_order_relaxed);
  if (e.kind == EntryKind::kReset) {
    engine_->reset_clock(e.source.stream);
    return {};
  }
  if (e.kind == EntryKind::kTick) {
    if (e.now_ms < frame.arrival_ms) {  // a stretch in which nothing was read, as `replay` is told it
      OfferOptions recorded;
      recorded.arrival_ms = frame.arrival_ms;
      engine_->offer("{\"_tick\":" + std::to_string(e.now_ms) + "}", recorded);
    } else {
      engine_->tick(e.now_ms);
    }
    return {};
  }
  if (skipped) {
    *result = {true, skip->second};
    engine_->offer_broken(e.line.substr(0, journal::kBrokenBytesMax), skip->second);
    return {};
  }
  if (e.kind == EntryKind::kBroken) {
    *result = {true, std::string(e.reason)};
    engine_->offer_broken(e.line, e.reason);
    return {};
  }
  OfferOptions options;
  options.stream = source_.stream;
  options.producer = source_.producer;
  if (source_.first_number != 0) options.number = source_.first_number + lines_of_source_;
  options.arrival_ms = planted(Bug::kArrivalOfReplay) ? env_->wall_ms() : frame.arrival_ms;
  options.client = true;
  *result = engine_->offer(e.line, options);
  return {};
}

void IngestFeed::count_spent() {
  if (!spent_ns_) return;
  const uint64_t now = runtime::thread_cpu_ns();
  *spent_ns_ += now - std::exchange(counted_ns_, now);
}

// Where lines of another connection begin, at this entry of the frame, and theirs or those before are to be worked alone.
void IngestFeed::cut_at_border(uint32_t index) {
  const std::vector<WrittenFrame::From>& from = written_->from;
  if (border_ == from.size() || from[border_].first != index) return;
  const bool alone = from[border_].alone || (border_ > 0 && from[border_ - 1].alone);
  ++border_;
  if (!alone || !engine_) return;
  count_spent();
  engine_->cut();
}

Status IngestFeed::feed(const journal::Frame& frame, uint64_t upto) {
  journal::EntryCursor cursor(frame.payload);
  source_ = {};
  lines_of_source_ = 0;
  Entry e;
  uint64_t position = frame.base;
  size_t from = 0, loads = 0;
  frame_loads_ = 0;
  while (cursor.next(&e)) {
    if (e.kind == EntryKind::kSource) {
      source_ = e.source;
      lines_of_source_ = 0;
      continue;
    }
    if (position > upto) return {};
    if (written_) cut_at_border(static_cast<uint32_t>(position - frame.base));
    OfferResult result;
    Status done = entry(e, position, frame, &result);
    if (!done.ok()) return done;
    lines_of_source_ += e.kind == EntryKind::kLine || e.kind == EntryKind::kBroken;
    if (careful_ && engine_) engine_->flush();
    if (out_ && (e.kind == EntryKind::kLoad || e.kind == EntryKind::kReset) && loads < written_->loads.size()) {
      Notice n;
      n.kind = Notice::Kind::kLoaded;
      n.request = written_->loads[loads++];
      n.number = position;
      out_->push_back(std::move(n));
    }
    if (out_ && result.rejected) {
      const uint32_t index = static_cast<uint32_t>(position - frame.base);
      while (from + 1 < written_->from.size() && written_->from[from + 1].first <= index) ++from;
      const WrittenFrame::From& f = written_->from[from];
      Notice n;
      n.kind = Notice::Kind::kRejected;
      n.connection = f.connection;
      n.number = f.number + (index - f.first);
      n.text = std::move(result.reason);
      out_->push_back(std::move(n));
    }
    ++position;
  }
  next_ = position;
  fed_.store(position - 1, std::memory_order_release);
  if (cursor.bad() || position != frame.base + frame.count)
    return Status::error("the journal's frame at position " + std::to_string(frame.base) + " holds bytes that are no entries");
  return {};
}

uint64_t IngestFeed::worked(uint64_t released) const {
  const uint64_t fed = fed_.load(std::memory_order_acquire);
  return released >= asked_.load(std::memory_order_relaxed) ? std::max(fed, released) : released;
}

Status IngestFeed::feed(const WrittenFrame& frame, std::vector<Notice>* out) {
  out_ = out;
  written_ = &frame;
  border_ = 0;
  if (spent_ns_) counted_ns_ = runtime::thread_cpu_ns();
  Status done = feed(frame.frame());
  out_ = nullptr;
  written_ = nullptr;
  count_spent();
  for (uint64_t connection : frame.finished) {
    Notice n;
    n.kind = Notice::Kind::kFinished;
    n.connection = connection;
    out->push_back(std::move(n));
  }
  return done;
}

}  // namespace cep::engine
