#include "sim/life.h"

#include <algorithm>

#include "engine/program_set.h"

namespace sim {

using cep::Channel;
using cep::Result;
using cep::Status;
using cep::engine::Notice;
using cep::engine::WrittenFrame;

namespace {

constexpr uint64_t kTtlMs = 100;
constexpr const char* kFilePlace = "file:/out/alerts.ndjson";

cep::engine::DurableOptions options_of(World* w, const std::string& data_dir) {
  cep::engine::DurableOptions out;
  out.env = &w->env;
  out.data_dir = data_dir;
  out.segment_bytes = w->segment_bytes;
  out.output = w->output;
  return out;
}

}  // namespace

// ---- start

Status Life::open() {
  cep::EngineOptions engine;
  engine.shards = 1 + static_cast<int>(w_.rng.below(3));
  engine.batch = static_cast<uint32_t>(1 + w_.rng.below(w_.rng.coin() ? 3 : 100));
  engine.seed = w_.rng.next();
  cep::engine::StageHooks hooks;
  hooks.wait_durable = [this](uint64_t position) { return wait_durable(position); };
  hooks.fail = [this](Status status) {
    if (failure_.ok()) failure_ = std::move(status);
  };
  hooks.published = [] {};
  auto opened = cep::engine::Stages::open(options_of(&w_, data_dir_), engine, std::move(hooks));
  if (!opened.ok()) return opened.status();
  stages_ = std::move(opened.value());
  check_places();
  if (w_.log_id.empty()) w_.log_id = stages_->dir.id;
  if (w_.log_id != stages_->dir.id) w_.breaks("the data directory has another id");
  return {};
}

Status Life::recover() {
  Status opened = open();
  if (!opened.ok()) return opened;
  std::vector<cep::Diagnostic> diagnostics;
  set_ = stages_->wanted(w_.disk, &diagnostics);
  if (cep::has_errors(diagnostics)) w_.breaks("the simulation's program does not compile");
  stages_->feed->set_program_of_today(&set_.program);
  stages_->feed->set_on_position([this](uint64_t position) { meet(position); });
  cep::engine::ReplayOptions replay;
  replay.progress = [this](uint64_t, uint64_t) { meanwhile(); };
  Result<cep::engine::Replayed> replayed = stages_->recover(options_of(&w_, data_dir_), std::move(replay));
  if (Status done = checked(replayed.status()); !done.ok()) return done;
  held_ = replayed.value().held_at != 0;
  w_.held += held_;
  if (held_ && replayed.value().held_at != w_.poison) w_.breaks("held though nothing crashed there");
  if (held_ || stages_->crash.first == 0) return {};
  return w_.env.remove(stages_->dir.crash());
}

// The engine is about to process the position: it may be one that it cannot stand. What the handler of a signal would write down is written (engine/crash_file.h).
void Life::meet(uint64_t position) {
  if (data_dir_ != kDataDir) return;
  const bool is_new = position > w_.met;
  w_.met = std::max(w_.met, position);
  if (is_new && w_.poison == 0 && w_.may_poison && stages_->feed->engine() && w_.rng.chance(0.03)) {
    w_.poison = position;
    ++w_.poisonings;
  }
  if (position != w_.poison) return;
  const cep::engine::CrashNotes& before = stages_->crash;
  const bool careful = before.first <= position && position <= before.last;
  const uint64_t about = careful ? 0 : w_.rng.below(5);
  const std::string path = stages_->dir.crash(), notes = w_.env.exists(path) ? w_.env.content(path) : "";
  w_.env.put(path, notes + std::to_string(position - std::min(about, position - 1)) + " " + std::to_string(position + about) + "\n");
  w_.env.crash("position " + std::to_string(position));
}

// While it recovers the daemon takes hellos and, by a signal, loads; and writes them.
void Life::meanwhile() {
  if (data_dir_ != kDataDir || !w_.rng.chance(0.1)) return;
  Status done;
  if (w_.rng.chance(0.2)) {
    done = load();
  } else {
    connect();
    done = take_one();
    ++w_.hellos_while_recovering;
  }
  if (done.ok() && w_.rng.coin()) done = sync();
  if (!done.ok() && failure_.ok()) failure_ = done;
}

// Nothing was read for a while: the disk was full, say.
Status Life::pause() {
  if (!stages_->feed->engine() || !stages_->feed->engine()->wants_ticks()) return {};
  w_.env.advance_ms(cep::engine::JournalStage::kPauseMs + w_.rng.below(100));
  stages_->journal->take_silence(stages_->journal->clock().now_ms());
  ++w_.pauses;
  return {};
}

// Nothing waits unread at a moment, and nothing was read for some time behind it, in which lines come: they are taken before the engine hears of that moment.
void Life::look_at_sockets() {
  const int64_t at_ms = stages_->journal->clock().now_ms();
  if (w_.rng.coin()) {
    w_.env.advance_ms(w_.rng.below(20));
    put_plain_lines();
  }
  stages_->journal->take_silence(at_ms);
}

// As a person or logrotate does: moved away, with a new one in its place or without, or copied and emptied. What they do is durable.
Status Life::move_file() {
  const std::string to = std::string(kFileOutput) + "." + std::to_string(w_.files_moved + 1);
  if (!w_.env.exists(kFileOutput) || file_->next() == 0) return {};   // its end may still be torn
  ++w_.files_moved;
  if (w_.rng.coin()) {
    w_.env.put(to, w_.env.content(kFileOutput));
    w_.env.put(kFileOutput, "");
    return {};
  }
  Status moved = w_.env.rename(kFileOutput, to);
  if (moved.ok()) moved = w_.env.sync_dir("/out");
  if (moved.ok() && w_.rng.coin()) w_.env.put(kFileOutput, "");
  return moved;
}

Status Life::start() {
  if (Status recovered = recover(); !recovered.ok()) return recovered;
  if (!load_asked_ && stages_->differs(set_)) stages_->journal->take_load(0, std::make_shared<const cep::journal::Load>(set_));
  stages_->journal->forget_unseen(kTtlMs);   // as the daemon: from here on producers may come back
  auto file = cep::output::FileOutput::open(&w_.env, stages_->log.get(), {kFileOutput, Channel::kAlerts, {}, stages_->places.acknowledged("alerts", kFilePlace), stages_->dir.note("file")});
  if (!file.ok()) return file.status();
  file_ = std::move(file.value());
  return {};
}

// ---- steps

Status Life::step() {
  const uint64_t what = w_.rng.below(102);
  w_.env.advance_ms(w_.rng.below(8));
  if (w_.rng.chance(0.005)) w_.env.set_wall_clock(static_cast<int64_t>(w_.rng.below(400)) - 200);   // somebody sets the clock
  if (what >= 101) return checked(move_file());
  if (what >= 100) return checked(pause());
  if (what < 8) connect();
  else if (what < 26) put_lines();
  else if (what < 29) put_plain_lines();
  else if (what < 31) disconnect();
  else if (what < 51) return checked(take_one());
  else if (what < 63) return checked(write());
  else if (what < 69) return checked(sync());
  else if (what < 83) return checked(work());
  else if (what < 87) return checked(let_go());
  else if (what < 92) read_records();
  else if (what < 95) return checked(keep_house());
  else if (what < 97) return checked(load());
  else if (what < 98) forget();
  else if (stages_->feed->engine() && stages_->feed->engine()->wants_ticks()) look_at_sockets();   // held or not
  return checked({});
}

Connection* Life::some_connection(bool (*fits)(const Connection&)) {
  std::vector<Connection*> all;
  for (Connection& c : connections_) {
    if (fits(c)) all.push_back(&c);
  }
  return all.empty() ? nullptr : all[w_.rng.below(all.size())];
}

// A producer says hello, though an older connection of it may be alive.
void Life::connect() {
  Producer* p = &w_.clients.producers[w_.rng.below(w_.clients.producers.size())];
  const bool alive = std::any_of(connections_.begin(), connections_.end(), [&](const Connection& c) { return c.producer == p && !c.taken_over; });
  if (alive && w_.rng.chance(0.7)) return;
  Connection c;
  c.number = ++w_.clients.last_connection;
  c.producer = p;
  connections_.push_back(std::move(c));
}

void Life::put_batch(Connection* c, uint64_t count) {
  count = std::min<uint64_t>(count, c->producer->lines.size() + 1 - c->next);
  if (count == 0) return;
  c->in_flight.push_back(batch_of(*c, c->next, count));
  c->next += count;
  c->producer->offered = std::max(c->producer->offered, c->next - 1);
}

void Life::put_lines() {
  Connection* c = some_connection([](const Connection& each) { return each.welcome && !each.taken_over; });
  if (c) put_batch(c, 1 + w_.rng.below(w_.rng.chance(0.2) ? 20 : 5));
}

void Life::put_plain_lines() {
  if (!w_.programs.lines.empty()) return;   // made-up events would be far ahead of those
  Connection c;
  c.number = ++w_.clients.last_connection;
  c.hello_arrived = true;
  std::vector<SentLine> lines;
  int64_t ms = w_.env.wall_ms();
  for (uint64_t i = 1 + w_.rng.below(3); i > 0; --i) {
    w_.clients.plain.push_back(some_line(&w_.rng, "plain", w_.clients.plain.size() + 1, &ms));
    lines.push_back(w_.clients.plain.back());
  }
  c.in_flight.push_back(plain_batch(c, lines));
  connections_.push_back(std::move(c));
}

// What is in flight may still come, behind the end of the connection for its client.
void Life::disconnect() {
  Connection* c = some_connection([](const Connection& each) { return each.welcome; });
  if (!c) return;
  stages_->journal->take_goodbye(c->number);
  const uint64_t number = c->number;
  std::erase_if(connections_, [&](const Connection& each) { return each.number == number; });
}

// The journal thread takes what came on some connection.
Status Life::take_one() {
  Connection* c = some_connection([](const Connection& each) { return !each.hello_arrived || !each.in_flight.empty(); });
  if (!c) return {};
  if (!c->hello_arrived) {
    c->hello_arrived = true;
    std::vector<Notice> notices;
    stages_->journal->take_hello(c->number, c->producer->id, c->producer->stream, &notices);
    for (const Notice& n : notices) hear(n);
    return {};
  }
  if (c->taken_over) ++w_.stale_batches;
  stages_->journal->take_lines(std::move(c->in_flight.front()));
  c->in_flight.pop_front();
  return {};
}

Status Life::write() {
  std::vector<WrittenFrame> written;
  Status done = stages_->journal->write(&written);
  for (WrittenFrame& frame : written) frames_.push_back(std::move(frame));
  return done;
}

Status Life::sync() {
  if (stages_->journal->anything_to_write()) {
    if (Status written = write(); !written.ok()) return written;
  }
  std::vector<Notice> notices;
  // What was told before it failed, or before the power went, was told.
  auto tell = [&] {
    for (const Notice& n : notices) hear(n);
  };
  try {
    Status done = stages_->journal->sync(&notices);
    tell();
    return done;
  } catch (const SimCrash&) {
    tell();
    throw;
  }
}

// The engine asks from within feed(), cut() or flush(): in the daemon it would wait for the journal's thread.
bool Life::wait_durable(uint64_t position) {
  if (stages_->journal->durable_position() >= position) return true;
  Status done = sync();
  if (!done.ok() && failure_.ok()) failure_ = done;
  return done.ok();
}

Status Life::work() {
  if (frames_.empty()) return {};
  WrittenFrame frame = std::move(frames_.front());
  frames_.pop_front();
  std::vector<Notice> notices;
  if (held_) return {};
  Status fed = stages_->feed->feed(frame, &notices);
  if (fed.ok() && stages_->feed->engine() && w_.rng.coin()) stages_->feed->engine()->cut();
  return fed;
}

Status Life::let_go() {
  if (stages_->feed->engine()) stages_->feed->engine()->flush();
  return {};
}

// A consumer acknowledges what he was shown; the daemon keeps the place now and then.
Status Life::keep_places() {
  const uint64_t shown = w_.clients.seen_next[static_cast<size_t>(Channel::kAlerts)] - 1;
  if (shown > w_.clients.acknowledged && w_.rng.coin()) {
    w_.clients.acknowledged = shown;
    stages_->places.acknowledge("alerts", "siem", shown);
  }
  if (!stages_->places.dirty()) return {};
  const uint64_t place = stages_->places.acknowledged("alerts", "siem");
  Status saved = stages_->places.save();
  if (saved.ok()) w_.clients.kept = place;
  return saved;
}

void Life::check_places() {
  if (data_dir_ != kDataDir) return;
  const uint64_t place = stages_->places.acknowledged("alerts", "siem");
  if (place < w_.clients.kept || place > w_.clients.acknowledged) w_.breaks("a consumer's place is " + std::to_string(place) + ", " + std::to_string(w_.clients.kept) + " was kept");
  w_.clients.kept = std::max(w_.clients.kept, place);
}

Status Life::keep_house() {
  if (Status kept = keep_places(); !kept.ok()) return kept;
  if (Status synced = stages_->log->sync(); !synced.ok()) return synced;
  for (bool more = true; more;) {   // some programs make more than one pump takes
    Result<bool> pumped = file_->pump(1 << 20);
    if (!pumped.ok()) return pumped.status();
    more = pumped.value();
  }
  if (w_.rng.coin()) return {};
  // Nothing is retained away that the file does not have durably: what would follow is another promise (gone).
  if (Status synced = file_->sync(); !synced.ok()) return synced;
  stages_->places.acknowledge("alerts", kFilePlace, file_->durable());
  if (Status saved = stages_->places.save(); !saved.ok()) return saved;
  return stages_->log->retain();
}

// Producers that are away for long are forgotten.
void Life::forget() {
  w_.env.advance_ms(w_.rng.below(2 * kTtlMs));
  const auto before = stages_->journal->sessions().unseen_since(INT64_MAX);
  stages_->journal->forget_unseen(kTtlMs);
  const auto after = stages_->journal->sessions().unseen_since(INT64_MAX);
  for (Producer& p : w_.clients.producers) {
    const bool was = std::count(before.begin(), before.end(), p.id) > 0, is = std::count(after.begin(), after.end(), p.id) > 0;
    if (!was || is) continue;
    ++w_.forgotten;
    p.forgotten = true;
  }
}

// The pattern set changes: other files on disk, a file put or removed by people. What is wrong or changes nothing is not taken, as in the daemon.
Status Life::load() {
  cep::journal::Load next = set_;
  switch (w_.rng.below(3)) {
    case 0:
      w_.disk = w_.programs.some(&w_.rng);
      next = cep::engine::with_disk(set_, w_.disk);
      break;
    case 1: next = std::move(cep::engine::with_file(set_, "put.cep", put_text(static_cast<int>(w_.rng.below(3)))).value()); break;
    default: {
      cep::Result<cep::journal::Load> without = cep::engine::without_file(set_, "put.cep");
      if (!without.ok()) return {};
      next = std::move(without.value());
    }
  }
  std::vector<cep::Diagnostic> diagnostics;
  if (!cep::engine::check_load(&next, &diagnostics)) w_.breaks("the simulation's program does not compile:\n" + cep::render_all(diagnostics, next.program.files));
  if (cep::engine::same(next, set_)) return {};
  set_ = next;
  load_asked_ = true;
  ++w_.loads;
  stages_->journal->take_load(w_.loads, std::make_shared<const cep::journal::Load>(set_));
  return {};
}

// ---- what clients hear and see

void Life::hear(const Notice& notice) {
  auto found = std::find_if(connections_.begin(), connections_.end(), [&](const Connection& c) { return c.number == notice.connection; });
  if (found == connections_.end() || !found->producer) return;
  Producer& p = *found->producer;
  const std::string who = p.id + ": ";
  if (notice.kind == Notice::Kind::kTakenOver) {
    ++w_.takeovers;
    found->taken_over = true;
  } else if (notice.kind == Notice::Kind::kWelcome) {
    ++w_.welcomes;
    if (p.forgotten && notice.number == 1) p.safe = 0;
    p.forgotten = false;
    if (notice.number <= p.safe) w_.breaks(who + "welcome next " + std::to_string(notice.number) + " though " + std::to_string(p.safe) + " was durable");
    if (notice.number > p.offered + 1) w_.breaks(who + "welcome next " + std::to_string(notice.number) + " though only " + std::to_string(p.offered) + " were sent");
    found->welcome = true;
    found->epoch = notice.epoch;
    found->next = notice.number;
    p.safe = std::max(p.safe, notice.number - 1);
  } else if (notice.kind == Notice::Kind::kAck) {
    ++w_.acks;
    if (notice.number >= found->next) w_.breaks(who + "acknowledged up to " + std::to_string(notice.number) + ", which was not sent");
    p.safe = std::max(p.safe, notice.number);
  }
}

void Life::read_channel(Channel channel) {
  const auto c = static_cast<size_t>(channel);
  uint64_t& next = w_.clients.seen_next[c];
  const auto place = stages_->log->place(channel);
  if (place.next < next) return w_.breaks(std::string(cep::channel_name(channel)) + " ends before " + std::to_string(next) + ", which was seen");
  next = std::max(next, place.oldest);
  while (next < place.next) {
    std::string lines;
    auto read = stages_->log->copy(channel, next, 1 << 16, [](std::string_view) { return true; }, &lines);
    if (!read.ok()) {
      if (failure_.ok()) failure_ = read.status();
      return;
    }
    if (read.value().gone || read.value().next <= next) return w_.breaks("a place of " + std::string(cep::channel_name(channel)) + " cannot be read");
    for (size_t at = 0, end; (end = lines.find('\n', at)) != std::string::npos; at = end + 1) {
      w_.clients.seen[c][next++] = lines.substr(at, end - at);
      ++w_.records_seen;
    }
    if (next != read.value().next) return w_.breaks(std::string(cep::channel_name(channel)) + ": a reading's seq and lines differ");
  }
}

void Life::read_records() {
  for (int c = 0; c < cep::kChannels; ++c) {
    const auto channel = static_cast<Channel>(c);
    if (channel != Channel::kStreams) read_channel(channel);
  }
}

// ---- the end

Status Life::finish() {
  connections_.clear();
  for (Producer& p : w_.clients.producers) {
    Connection c;
    c.number = ++w_.clients.last_connection;
    c.producer = &p;
    connections_.push_back(std::move(c));
  }
  for (size_t i = 0; i < connections_.size(); ++i) (void)take_one();
  if (Status welcomed = checked(sync()); !welcomed.ok()) return welcomed;
  for (Connection& c : connections_) {
    while (c.next <= c.producer->lines.size()) put_batch(&c, 7);
  }
  while (some_connection([](const Connection& c) { return !c.in_flight.empty(); })) (void)take_one();
  Connection plain;
  plain.number = ++w_.clients.last_connection;
  w_.clients.plain.push_back({false, "{\"_end\":{\"stream\":\"*\"}}"});
  stages_->journal->take_lines(plain_batch(plain, {w_.clients.plain.back()}));
  if (Status synced = checked(sync()); !synced.ok()) return synced;
  while (!frames_.empty()) {
    if (Status worked = checked(work()); !worked.ok()) return worked;
  }
  (void)let_go();
  read_records();
  for (const Producer& p : w_.clients.producers) {
    if (p.safe != p.lines.size()) w_.breaks(p.id + ": only " + std::to_string(p.safe) + " of " + std::to_string(p.lines.size()) + " lines are acknowledged at the end");
  }
  return checked(keep_house());
}

}  // namespace sim
