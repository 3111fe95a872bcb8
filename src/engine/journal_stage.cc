#include "engine/journal_stage.h"

#include <algorithm>

#include "base/check.h"
#include "base/fault.h"

namespace cep::engine {

using base::Bug;
using base::planted;

JournalStage::JournalStage(base::Env* env, journal::Writer* writer, SessionTable* sessions, int64_t last_arrival_ms, uint64_t producers_most)
    : env_(env), writer_(writer), sessions_(sessions), producers_most_(producers_most), next_(writer->next_position()), clock_(env, last_arrival_ms),
      last_arrival_ms_(last_arrival_ms) {}

// The frame that the next entry goes into.
WrittenFrame& JournalStage::frame() {
  if (frames_.empty() || frames_.back().closed || frames_.back().payload.size() >= kFrameBytes) {
    WrittenFrame made;
    made.base = next_;
    made.arrival_ms = clock_.now_ms();
    frames_.push_back(std::move(made));
  }
  return frames_.back();
}

void JournalStage::take_lines(LineBatch batch) {
  if (batch.count == 0) return;
  const bool session = !batch.producer.empty();
  if (session) {
    SessionTable::Session* s = sessions_->find(batch.producer);
    const bool current = s && s->epoch == batch.epoch && s->connection == batch.connection;
    if (!current && !(planted(Bug::kTakeoverInFlight) && s)) return;
    CEP_CHECK(!current || s->next == batch.first_number);
  }
  WrittenFrame& f = frame();
  // Where the lines before it in the frame are the connection's last ones, they go on without a word.
  const bool goes_on = !f.from.empty() && f.from.back().connection == batch.connection && f.from.back().first + f.from.back().count == f.count &&
                       f.from.back().number + f.from.back().count == batch.first_number;
  if (goes_on) {
    f.from.back().count += batch.count;
    f.from.back().bytes += batch.entries.size();
  } else {
    journal::append_source({batch.producer, batch.stream, batch.epoch, session ? batch.first_number : 0}, &f.payload);
    f.from.push_back({f.count, batch.count, batch.connection, batch.first_number, batch.entries.size(), false});
  }
  f.payload += batch.entries;
  f.count += batch.count;
  next_ += batch.count;
  if (!session) return;
  sessions_->wrote(batch.producer, batch.first_number, batch.count, f.arrival_ms);
  const uint64_t upto = batch.first_number + batch.count - 1;
  const auto at = waiting_of_.find(batch.connection);
  if (at != waiting_of_.end() && !waiting_[at->second.back()].welcome) waiting_[at->second.back()].number = upto;
  else wait_for_sync({batch.connection, false, false, upto, batch.epoch});
}

void JournalStage::take_hello(uint64_t connection, std::string_view producer, std::string_view stream, std::vector<Notice>* out) {
  SessionTable::Session* before = sessions_->find(producer);
  if (!before && sessions_->size() >= producers_most_) {
    Notice n;
    n.kind = Notice::Kind::kRefused;
    n.connection = connection;
    n.text = "limits.producers (" + std::to_string(producers_most_) + ") ids are known already; use ids again, raise it, or lower limits.producer_ttl, after which they are forgotten";
    out->push_back(std::move(n));
    return;
  }
  if (before && before->connection != 0 && before->connection != connection) {
    Notice n;
    n.kind = Notice::Kind::kTakenOver;
    n.connection = before->connection;
    out->push_back(std::move(n));
    take_goodbye(before->connection);
  }
  WrittenFrame& f = frame();
  const uint64_t epoch = sessions_->next_epoch();
  journal::Source source;
  source.producer = producer;
  source.stream = stream;
  source.epoch = epoch;
  journal::append_session(source, &f.payload);
  ++f.count;
  ++next_;
  SessionTable::Session& s = sessions_->begin(producer, epoch, f.arrival_ms);
  s.connection = connection;
  producers_[connection] = producer;
  wait_for_sync({connection, true, false, s.next, epoch});
}

void JournalStage::wait_for_sync(Waiting waiting) {
  waiting_of_[waiting.connection].push_back(waiting_.size());
  waiting_.push_back(waiting);
}

void JournalStage::take_goodbye(uint64_t connection) {
  if (auto waiting = waiting_of_.find(connection); waiting != waiting_of_.end()) {
    for (size_t i : waiting->second) waiting_[i].gone = true;
    waiting_of_.erase(waiting);
  }
  auto at = producers_.find(connection);
  if (at == producers_.end()) return;
  SessionTable::Session* s = sessions_->find(at->second);
  if (s && s->connection == connection) {
    s->connection = 0;
    s->away_since_us = env_->steady_us();
  }
  producers_.erase(at);
}

// A frame of its own, since the moment that it tells lies before what has been taken since: the arrival of its frame, or before that for a pause (journal/FORMAT.md).
void JournalStage::append_tick(int64_t at_ms, int64_t arrival_ms) {
  WrittenFrame made;
  made.base = next_++;
  made.count = 1;
  made.arrival_ms = arrival_ms;
  made.closed = true;
  journal::append_tick(at_ms, &made.payload);
  frames_.push_back(std::move(made));
}

void JournalStage::take_silence(int64_t at_ms) {
  const int64_t since_ms = looked_ms_.value_or(last_arrival_ms_);
  const bool first = !looked_ms_.has_value();
  looked_ms_ = std::max(since_ms, at_ms);
  if (!first && at_ms - since_ms <= kPauseMs) return append_tick(at_ms, at_ms);
  if (since_ms > 0 && since_ms < at_ms) append_tick(since_ms, at_ms);
}

void JournalStage::take_load(uint64_t request, std::shared_ptr<const journal::Load> load, std::shared_ptr<PreparedLoad> prepared) {
  WrittenFrame& f = frame();
  journal::append_load(*load, last_load_.get(), &f.payload);
  last_load_ = load;
  f.loads.push_back(request);
  f.ready.push_back({std::move(load), std::move(prepared)});
  ++f.count;
  ++next_;
}

void JournalStage::take_reset(uint64_t request, std::string_view stream) {
  WrittenFrame& f = frame();
  journal::append_reset(stream, &f.payload);
  f.loads.push_back(request);
  ++f.count;
  ++next_;
}

void JournalStage::forget_unseen(int64_t ttl_ms) {
  // A wall clock that jumps and a daemon that did not run are no absence of the producer: it must have had the time to come back.
  const uint64_t chance_us = static_cast<uint64_t>(std::min(ttl_ms, kReturnMs)) * 1000;
  const uint64_t now_us = env_->steady_us();
  if (!began_us_) began_us_ = now_us;
  if (now_us - *began_us_ < chance_us) return;
  for (const std::string& producer : sessions_->unseen_since(clock_.now_ms() - ttl_ms, now_us - chance_us)) {
    WrittenFrame& f = frame();
    journal::append_forget(producer, &f.payload);
    ++f.count;
    ++next_;
    sessions_->forget(producer);
  }
}

Status JournalStage::write(std::vector<WrittenFrame>* out) {
  for (WrittenFrame& f : frames_) {
    Status written = writer_->append(f.frame());
    if (!written.ok()) return written;
    out->push_back(std::move(f));
  }
  frames_.clear();
  return {};
}

WrittenFrame JournalStage::finished() {
  WrittenFrame out;
  out.base = next_;
  if (!anything_to_write() && !anything_to_sync()) out.finished.swap(finishing_);
  return out;
}

void JournalStage::tell(std::vector<Notice>* out) {
  for (const Waiting& w : waiting_) {
    if (w.gone) continue;
    Notice n;
    n.kind = w.welcome ? Notice::Kind::kWelcome : Notice::Kind::kAck;
    n.connection = w.connection;
    n.number = w.number;
    n.epoch = w.epoch;
    out->push_back(std::move(n));
  }
  waiting_.clear();
  waiting_of_.clear();
}

// REQUIRES nothing taken waits to be written: what is told is durable.
Status JournalStage::sync(std::vector<Notice>* out) {
  CEP_CHECK(frames_.empty());
  if (planted(Bug::kAckBeforeSync)) tell(out);
  Status synced = writer_->sync();
  if (!synced.ok()) return synced;
  tell(out);
  return {};
}

}  // namespace cep::engine
