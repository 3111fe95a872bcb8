#include "sim/verdict.h"

#include <algorithm>
#include <set>

#include "journal/reader.h"

namespace sim {

using cep::Channel;
using cep::journal::Entry;
using cep::journal::EntryKind;
using Item = JournalContent::Item;

namespace {

std::string journal_dir() { return std::string(kDataDir) + "/journal"; }

std::string read_frame(const cep::journal::Frame& frame, JournalContent* out) {
  cep::journal::EntryCursor cursor(frame.payload);
  Entry e;
  cep::journal::Source source;
  uint64_t position = frame.base;
  while (cursor.next(&e)) {
    if (e.kind == EntryKind::kSource) {
      source = e.source;
      continue;
    }
    Item item;
    item.kind = e.kind;
    item.position = position++;
    item.arrival_ms = frame.arrival_ms;
    item.reason = e.reason;
    item.body = e.body;
    item.now_ms = e.now_ms;
    item.skipped = e.position;
    item.producer = e.source.producer;
    item.epoch = e.source.epoch;
    if (e.kind == EntryKind::kLine || e.kind == EntryKind::kBroken) {
      item.line = {{e.kind == EntryKind::kBroken, std::string(e.line)}, std::string(source.producer), std::string(source.stream), source.epoch, source.first_number};
      if (!source.producer.empty()) ++source.first_number;
    }
    out->items.push_back(std::move(item));
  }
  return cursor.bad() || position != frame.base + frame.count ? "a frame's entries and its count differ" : "";
}

// Every line of every producer once, in order, by the epoch then in force. A producer that was forgotten begins anew.
std::string judge_producers(const World& world, const JournalContent& journal) {
  std::map<std::string, uint64_t> epochs, numbers;
  uint64_t last_epoch = 0;
  std::map<std::string, const Producer*> producers;
  for (const Producer& p : world.clients.producers) producers[p.id] = &p;
  for (const Item& item : journal.items) {
    if (item.kind == EntryKind::kSession) {
      if (item.epoch <= last_epoch) return "an epoch does not rise at position " + std::to_string(item.position);
      last_epoch = epochs[item.producer] = item.epoch;
      continue;
    }
    if (item.kind == EntryKind::kForget) numbers[item.producer] = epochs[item.producer] = 0;
    const auto& line = item.line;
    if (line.producer.empty()) continue;
    const std::string where = line.producer + "/" + std::to_string(line.number) + " at position " + std::to_string(item.position);
    if (line.epoch != epochs[line.producer]) return where + ": of epoch " + std::to_string(line.epoch) + ", " + std::to_string(epochs[line.producer]) + " is in force";
    if (line.number != ++numbers[line.producer]) return where + ": " + std::to_string(numbers[line.producer]) + " should come";
    const auto& sent = producers.at(line.producer)->lines;
    if (line.number > sent.size() || !(line.line == sent[line.number - 1])) return where + ": not what was sent";
  }
  for (const Producer& p : world.clients.producers) {
    if (numbers[p.id] != p.lines.size()) return p.id + ": " + std::to_string(numbers[p.id]) + " of " + std::to_string(p.lines.size()) + " lines are in the journal";
  }
  return "";
}

// Lines of plain connections may be lost, but nothing else is there, and nothing twice.
std::string judge_plain_lines(const World& world, const JournalContent& journal) {
  std::multiset<std::string> sent;
  for (const SentLine& line : world.clients.plain) sent.insert(line.text);
  for (const Item& item : journal.items) {
    if (item.kind != EntryKind::kLine && item.kind != EntryKind::kBroken) continue;
    if (!item.line.producer.empty()) continue;
    auto found = sent.find(item.line.line.text);
    if (found == sent.end()) return "a plain line that was not sent, or twice, at position " + std::to_string(item.position);
    sent.erase(found);
  }
  return "";
}

std::string differs(const std::string& what, uint64_t seq, const std::string& is, const std::string& should) {
  return what + "/" + std::to_string(seq) + " is\n  " + is + "\nand should be\n  " + should;
}

std::string judge_log(World* world, const cep::output::OutputLog& log, const PlainRecords& plain) {
  for (int c = 0; c < cep::kChannels; ++c) {
    const auto channel = static_cast<Channel>(c);
    if (channel == Channel::kStreams) continue;
    const std::string name(cep::channel_name(channel));
    const auto& should = plain.lines[c];
    const auto place = log.place(channel);
    if (place.next != should.size() + 1) return name + " has " + std::to_string(place.next - 1) + " records, " + std::to_string(should.size()) + " are right";
    std::string lines;
    uint64_t seq = place.oldest;
    while (seq < place.next) {
      lines.clear();
      auto read = log.copy(channel, seq, 1 << 20, [](std::string_view) { return true; }, &lines);
      if (!read.ok()) return read.status().message();
      for (size_t at = 0, end; (end = lines.find('\n', at)) != std::string::npos; at = end + 1, ++seq) {
        const std::string line = lines.substr(at, end - at);
        if (line != should[seq - 1]) return differs(name, seq, line, should[seq - 1]);
      }
      if (read.value().next != seq) return name + ": a gap at " + std::to_string(seq);
    }
    for (const auto& [at, line] : world->clients.seen[c]) {
      if (at > should.size()) return name + "/" + std::to_string(at) + " was shown and is not right: " + line;
      if (line != should[at - 1]) return differs(name + " as shown", at, line, should[at - 1]);
    }
  }
  return "";
}

// The files that were moved away, in their order, and the last one: every alert in its order. One that was moved before its place was stored may hold what the next one holds too, and
// a power cut may then have torn what was not synced; nothing else comes twice.
std::string judge_file(World* world, const PlainRecords& plain) {
  const auto& should = plain.lines[static_cast<size_t>(Channel::kAlerts)];
  std::vector<std::string> paths;
  for (uint64_t i = 1; i <= world->files_moved; ++i) paths.push_back(std::string(kFileOutput) + "." + std::to_string(i));
  paths.push_back(kFileOutput);
  size_t next = 0;   // of the line that is due
  for (const std::string& path : paths) {
    const std::string lines = world->env.exists(path) ? world->env.content(path) : "";
    if (lines.empty()) continue;
    const bool last = path == kFileOutput;
    const auto first = std::find(should.begin(), should.end(), lines.substr(0, lines.find('\n')));
    size_t at = static_cast<size_t>(first - should.begin());
    if (first == should.end() && !last) continue;   // torn in its first line
    if (at > next || (at < next && world->files_moved == 0)) return path + " begins with line " + std::to_string(at + 1) + " of the alerts, " + std::to_string(next + 1) + " is due";
    size_t good = 0;
    for (; at < should.size() && lines.compare(good, should[at].size() + 1, should[at] + "\n") == 0; ++at) good += should[at].size() + 1;
    if (last && good < lines.size()) return path + " is not the alerts, each once: " + lines.substr(good, 200);
    next = std::max(next, at);
  }
  return next == should.size() ? "" : "the file outputs end with line " + std::to_string(next) + " of " + std::to_string(should.size()) + " alerts";
}

}  // namespace

std::string read_journal(cep::base::Env* env, const std::string& dir, JournalContent* out) {
  auto opened = cep::journal::open_reader(env, dir, 1);
  if (!opened.ok()) return opened.status().message();
  cep::journal::Frame frame;
  uint64_t next = 1;
  int64_t arrival_ms = 0;
  for (;;) {
    auto more = opened.value()->next(&frame);
    if (!more.ok()) return more.status().message();
    if (!more.value()) return "";
    if (frame.base != next) return "the journal has a gap at position " + std::to_string(next);
    if (frame.arrival_ms < arrival_ms) return "arrival goes back at position " + std::to_string(next);
    if (std::string bad = read_frame(frame, out); !bad.empty()) return bad;
    next += frame.count;
    arrival_ms = frame.arrival_ms;
  }
}

namespace {

// One that lies before its arrival says that nothing was read meanwhile: as the lines of a recorded stream say it.
void play_tick(const Item& item, cep::Engine* engine) {
  if (item.now_ms >= item.arrival_ms) return engine->tick(item.now_ms);
  cep::OfferOptions recorded;
  recorded.arrival_ms = item.arrival_ms;
  (void)engine->offer("{\"_tick\":" + std::to_string(item.now_ms) + "}", recorded);
}

}  // namespace

std::string run_plainly(const JournalContent& journal, PlainRecords* out) {
  std::unique_ptr<cep::Engine> engine;
  auto sink = [out](const cep::Record& r) {
    if (r.channel != Channel::kStreams) out->lines[static_cast<size_t>(r.channel)].emplace_back(r.line);
  };
  std::unique_ptr<cep::journal::Load> before;   // the last load entry
  std::map<uint64_t, std::string> skips;
  for (const Item& item : journal.items)
    if (item.kind == EntryKind::kSkip) skips[item.skipped] = item.reason;
  for (const Item& item : journal.items) {
    const auto skip = skips.find(item.position);
    const bool skipped = skip != skips.end();
    std::vector<cep::Diagnostic> diagnostics;
    if (skipped && item.kind == EntryKind::kTick) continue;
    if (item.kind == EntryKind::kLoad) {
      auto load = cep::journal::decode_load(item.body, before.get());
      if (!load.ok()) return load.status().message();
      before = std::make_unique<cep::journal::Load>(load.value());
      if (skipped) continue;
      cep::EngineOptions options;
      options.limits = load.value().program.limits;
      if (engine) engine->next_position(item.position);
      const bool good = engine ? engine->load(load.value().program, &diagnostics) : (engine = cep::Engine::create(load.value().program, options, sink, &diagnostics)) != nullptr;
      if (!good) return "a load of the journal does not compile";
      continue;
    }
    const bool line = item.kind == EntryKind::kLine, broken = item.kind == EntryKind::kBroken, tick = item.kind == EntryKind::kTick;
    if (!line && !broken && !tick) continue;
    if (!engine) return "a line comes before the first load";
    engine->next_position(item.position);
    cep::OfferOptions options;
    options.stream = item.line.stream;
    options.producer = item.line.producer;
    options.arrival_ms = item.arrival_ms;
    options.client = true;
    if (skipped) engine->offer_broken(item.line.line.text, skip->second);
    else if (line) (void)engine->offer(item.line.line.text, options);
    else if (broken) engine->offer_broken(item.line.line.text, item.reason);
    else play_tick(item, engine.get());
  }
  if (engine) engine->flush();
  return "";
}

namespace {

// As it was: what it names stands in the load before it, here too.
void append_load_body(std::string_view body, std::string* out) {
  out->push_back(static_cast<char>(EntryKind::kLoad));
  uint64_t size = body.size();
  for (; size >= 0x80; size >>= 7) out->push_back(static_cast<char>(size | 0x80));
  out->push_back(static_cast<char>(size));
  out->append(body);
}

// One entry with what must stand before it, as a frame.
std::string payload_of(const Item& item) {
  std::string out;
  cep::journal::Source source;
  source.producer = item.line.producer.empty() ? item.producer : item.line.producer;
  source.stream = item.line.stream;
  source.epoch = item.line.epoch + item.epoch;
  source.first_number = item.line.number;
  switch (item.kind) {
    case EntryKind::kLine:
      cep::journal::append_source(source, &out);
      cep::journal::append_line(item.line.line.text, &out);
      break;
    case EntryKind::kBroken:
      cep::journal::append_source(source, &out);
      cep::journal::append_broken(item.line.line.text.size(), item.line.line.text, item.reason, &out);
      break;
    case EntryKind::kLoad: append_load_body(item.body, &out); break;
    case EntryKind::kTick: cep::journal::append_tick(item.now_ms, &out); break;
    case EntryKind::kForget: cep::journal::append_forget(item.producer, &out); break;
    case EntryKind::kSkip: cep::journal::append_skip(item.skipped, item.reason, &out); break;
    default: cep::journal::append_session(source, &out); break;
  }
  return out;
}

std::string write_journal(cep::base::Env* env, const std::string& dir, const JournalContent& journal) {
  cep::journal::WriterOptions options;
  options.segment_bytes = 65536;
  auto opened = cep::journal::open_journal(env, dir, options);
  if (!opened.ok()) return opened.status().message();
  cep::journal::Writer& writer = *opened.value().writer;
  for (const Item& item : journal.items) {
    const std::string payload = payload_of(item);
    if (auto done = writer.append({item.position, 1, item.arrival_ms, payload}); !done.ok()) return done.message();
  }
  return writer.sync().message();
}

// Whether a log that has the records `kept` from its oldest on cannot have come from a journal that gives `made`.
bool another(const cep::output::OutputLog& log, const PlainRecords& kept, const PlainRecords& made) {
  for (int c = 0; c < cep::kChannels; ++c) {
    if (static_cast<Channel>(c) == Channel::kStreams) continue;
    const auto &a = kept.lines[c], &b = made.lines[c];
    const auto oldest = static_cast<std::ptrdiff_t>(log.place(static_cast<Channel>(c)).oldest - 1);
    if (a.size() > b.size() || !std::equal(a.begin() + oldest, a.end(), b.begin() + oldest)) return true;
  }
  return false;
}

}  // namespace

std::string judge_other_history(World* world) {
  JournalContent journal;
  if (std::string bad = read_journal(&world->env, journal_dir(), &journal); !bad.empty()) return bad;
  PlainRecords kept, made;
  if (std::string bad = run_plainly(journal, &kept); !bad.empty()) return bad;
  Item& other = journal.items[world->rng.below(journal.items.size())];
  if (other.kind != EntryKind::kLine) return "";
  other.line.line.text = "{\"id\":\"other\",\"k\":\"x\",\"v\":3,\"ts\":1767225600100}";
  if (std::string bad = run_plainly(journal, &made); !bad.empty()) return bad;
  auto log = cep::output::OutputLog::open(&world->env, std::string(kDataDir) + "/output", world->output);
  if (!log.ok()) return log.status().message();
  if (!another(*log.value(), kept, made)) return "";
  const std::string from = kDataDir, to = "/other";
  for (const std::string& path : world->env.files()) {
    if (path == from + "/ID" || path.rfind(from + "/output/", 0) == 0) world->env.put(to + path.substr(from.size()), world->env.content(path));
  }
  if (std::string bad = write_journal(&world->env, to + "/journal", journal); !bad.empty()) return bad;
  return Life(world, to).recover().ok() ? "a log that this journal cannot have made is taken for its own" : "";
}

std::string judge(World* world) {
  JournalContent journal;
  if (std::string bad = read_journal(&world->env, journal_dir(), &journal); !bad.empty()) return bad;
  if (std::string bad = judge_producers(*world, journal); !bad.empty()) return bad;
  if (std::string bad = judge_plain_lines(*world, journal); !bad.empty()) return bad;
  PlainRecords plain;
  if (std::string bad = run_plainly(journal, &plain); !bad.empty()) return bad;
  auto log = cep::output::OutputLog::open(&world->env, std::string(kDataDir) + "/output", world->output);
  if (!log.ok()) return log.status().message();
  if (std::string bad = judge_log(world, *log.value(), plain); !bad.empty()) return bad;
  return judge_file(world, plain);
}

}  // namespace sim
