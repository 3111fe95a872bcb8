// DurableEngine as the server uses it: threads, a real disk, starts and stops. What a crash does to it is the business of test/sim and test/faults.
#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <thread>

#include "engine/durable_engine.h"
#include "journal/entry.h"
#include "journal/reader.h"

using namespace cep;
using namespace cep::engine;

namespace {

constexpr const char* kProgram =
    "stream e (k string, v int, ts timestamp) time ts watermark 1s\n"
    "pattern two on e by k { begin a where v > 0 followedBy b where v > a.v within 1m select d = b.v - a.v alert low \"{k}\" }\n"
    "window sums on e by k { tumbling 10s select n = count(), s = sum(v) alert info \"{k} {n}\" }\n";

struct TempDir {
  std::string path;
  TempDir() {
    char name[] = "/tmp/cepd-durable-XXXXXX";
    path = mkdtemp(name);
  }
  ~TempDir() { std::filesystem::remove_all(path); }
};

Program program(const std::string& text) {
  Program p;
  p.files.push_back({"test.cep", text});
  return p;
}

// One daemon without its sockets.
struct Running {
  std::unique_ptr<DurableEngine> engine;
  std::mutex mutex;
  std::condition_variable woken;
  bool news = false;
  std::vector<Notice> seen;
  std::string error;

  Running(const std::string& dir, const Program& p, int shards = 1, const DurableOptions& options = {}, bool wait_ready = true) {
    DurableOptions o = options;
    o.env = base::posix_env();
    o.data_dir = dir;
    o.shards = shards;
    o.disk_reserve_bytes = 0;
    std::vector<Diagnostic> diagnostics;
    auto opened = DurableEngine::open(o, p, &diagnostics);
    if (!opened.ok()) {
      error = opened.status().message();
      return;
    }
    engine = std::move(opened.value());
    engine->start([this] {
      std::lock_guard lock(mutex);
      news = true;
      woken.notify_one();
    });
    if (wait_ready) wait(Notice::Kind::kReady, 0);
  }
  // The first notice of the kind, for the connection or request, since the start.
  Notice wait(Notice::Kind kind, uint64_t id, uint64_t number = 0) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    for (;;) {
      for (const Notice& n : seen) {
        if (n.kind == Notice::Kind::kFailed) FAIL("the engine failed: " << n.text);
        const uint64_t its = kind == Notice::Kind::kLoaded ? n.request : n.connection;
        if (n.kind == kind && its == id && n.number >= number) return n;
      }
      {
        std::unique_lock lock(mutex);
        if (!woken.wait_until(lock, deadline, [this] { return news; })) FAIL("no such notice in time");
        news = false;
      }
      engine->take_notices(&seen);
    }
  }
  void offer(uint64_t connection, const std::string& producer, uint64_t epoch, uint64_t first, const std::vector<std::string>& lines) {
    LineBatch b;
    b.connection = connection;
    b.producer = producer;
    b.epoch = epoch;
    b.first_number = first;
    b.count = static_cast<uint32_t>(lines.size());
    for (const std::string& line : lines) journal::append_line(line, &b.entries);
    REQUIRE(engine->offer(&b));
  }
  // Idle: the position that the status says is worked is the journal's last.
  bool all_worked() const {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    for (DurableStatus s = engine->status(); std::chrono::steady_clock::now() < deadline; s = engine->status()) {
      if (s.worked > s.journal_durable) return false;
      if (s.worked == s.journal_next - 1) return true;
      std::this_thread::yield();
    }
    return false;
  }
  void end(uint64_t connection) {
    engine->finish(connection);
    wait(Notice::Kind::kFinished, connection);
  }
  std::string records(Channel channel = Channel::kAlerts) const {
    std::string out;
    uint64_t seq = engine->log().place(channel).oldest;
    for (;;) {
      auto read = engine->log().copy(channel, seq, out.size() + (1 << 20), [](std::string_view) { return true; }, &out);
      REQUIRE(read.ok());
      if (read.value().next == seq) return out;
      seq = read.value().next;
    }
  }
};

std::vector<std::string> lines(int from, int to) {
  std::vector<std::string> out;
  for (int i = from; i < to; ++i)
    out.push_back("{\"k\":\"k" + std::to_string(i % 7) + "\",\"v\":" + std::to_string(i * 31 % 17 - 3) + ",\"ts\":" + std::to_string(i * 400) + "}");
  return out;
}

// What an engine without a memory gives for the lines.
std::string plain(const std::vector<std::string>& all, Channel channel) {
  std::string out;
  std::vector<Diagnostic> diagnostics;
  auto engine = Engine::create(
      program(kProgram), {},
      [&](const Record& r) {
        if (r.channel == channel) out.append(r.line).push_back('\n');
      },
      &diagnostics);
  for (const std::string& line : all) engine->offer(line, {});
  engine->flush();
  return out;
}

}  // namespace

TEST_CASE("records are those of the plain engine, through stops and starts and any number of shards") {
  TempDir dir;
  const auto all = lines(0, 900);
  std::string id;
  for (int part = 0; part < 3; ++part) {
    Running r(dir.path, program(kProgram), 1 + part);
    REQUIRE(r.error.empty());
    if (part > 0) CHECK(r.engine->log_id() == id);
    id = r.engine->log_id();
    r.offer(9, "", 0, 1, lines(part * 300, part * 300 + 300));
    r.end(9);
    const auto so_far = lines(0, part * 300 + 300);
    CHECK(r.records() == plain(so_far, Channel::kAlerts));
    CHECK(r.records(Channel::kRejects).empty());
    CHECK(r.engine->status().phase == Phase::kReady);
    CHECK(r.engine->stop().ok());
    CHECK(r.engine->status().worked == r.engine->status().journal_durable);
  }
}

TEST_CASE("a producer goes on where its acknowledged lines end, and a takeover silences the one before") {
  TempDir dir;
  const auto all = lines(0, 100);
  uint64_t epoch = 0;
  {
    Running r(dir.path, program(kProgram));
    r.engine->hello(1, "gw", "e");
    Notice welcome = r.wait(Notice::Kind::kWelcome, 1);
    CHECK(welcome.number == 1);
    epoch = welcome.epoch;
    r.offer(1, "gw", epoch, 1, lines(0, 50));
    CHECK(r.wait(Notice::Kind::kAck, 1, 50).number == 50);
    r.engine->hello(2, "gw", "e");
    CHECK(r.wait(Notice::Kind::kTakenOver, 1).connection == 1);
    welcome = r.wait(Notice::Kind::kWelcome, 2);
    CHECK(welcome.number == 51);
    CHECK(welcome.epoch > epoch);
    r.offer(1, "gw", epoch, 51, lines(10, 20));  // of the old epoch: discarded
    r.offer(2, "gw", welcome.epoch, 51, lines(50, 70));
    r.wait(Notice::Kind::kAck, 2, 70);
    epoch = welcome.epoch;
    CHECK(r.engine->stop().ok());
  }
  Running r(dir.path, program(kProgram));
  r.engine->hello(5, "gw", "e");
  Notice welcome = r.wait(Notice::Kind::kWelcome, 5);
  CHECK(welcome.number == 71);
  CHECK(welcome.epoch > epoch);
  r.offer(5, "gw", welcome.epoch, 71, lines(70, 100));
  r.end(5);
  CHECK(r.records() == plain(all, Channel::kAlerts));
  CHECK(r.engine->stop().ok());
}

TEST_CASE("an idle daemon says that all is worked, entries that decide nothing included") {
  TempDir dir;
  for (int shards : {1, 2}) {
    Running a(dir.path, program(kProgram), shards);
    CHECK(a.all_worked());   // after the load, or the session at the journal's end
    a.engine->hello(1, "gw", "e");
    const Notice first = a.wait(Notice::Kind::kWelcome, 1);
    CHECK(a.all_worked());
    a.offer(1, "gw", first.epoch, first.number, {lines(0, 1)[0], "", "no event"});
    a.wait(Notice::Kind::kAck, 1, first.number + 2);
    CHECK(a.all_worked());
    const std::string more = "pattern any on e { begin a where v == " + std::to_string(shards) + " alert low \"\" }";
    CHECK(a.wait(Notice::Kind::kLoaded, a.engine->change_files({{{"more.cep", more}}, {}})).text == "");
    CHECK(a.all_worked());
    a.engine->hello(2, "gw", "e");
    a.wait(Notice::Kind::kWelcome, 2);
    CHECK(a.all_worked());
    CHECK(a.engine->stop().ok());
  }
}

TEST_CASE("rejected lines are told by their number, to plain connections and sessions") {
  TempDir dir;
  Running r(dir.path, program(kProgram));
  r.offer(3, "", 0, 1, {lines(0, 1)[0], "nonsense", "", "{\"_at\":5}"});
  r.end(3);
  CHECK(r.wait(Notice::Kind::kRejected, 3, 2).number == 2);
  CHECK(r.wait(Notice::Kind::kRejected, 3, 3).number == 4);
  r.engine->hello(4, "p", "");
  Notice welcome = r.wait(Notice::Kind::kWelcome, 4);
  r.offer(4, "p", welcome.epoch, 1, {"", lines(1, 2)[0], "[]"});
  r.end(4);
  CHECK(r.wait(Notice::Kind::kRejected, 4, 1).number == 3);
  CHECK(r.engine->stop().ok());
}

TEST_CASE("how far recovery is: of what is in the journal, not of what is reserved for it") {
  TempDir dir;
  uint64_t bytes = 0;
  {
    Running r(dir.path, program(kProgram));
    r.offer(1, "", 0, 1, lines(0, 1000));
    r.end(1);
    bytes = r.engine->status().journal_bytes;
    CHECK(r.engine->stop().ok());
  }
  Running r(dir.path, program(kProgram));
  const DurableStatus status = r.engine->status();
  CHECK(status.recover_bytes >= bytes);
  CHECK(status.recover_bytes < bytes + 4096);
  CHECK(status.recovered_bytes == status.recover_bytes);
  CHECK(r.engine->stop().ok());
}

TEST_CASE("files that need each other come and go together, or not at all") {
  TempDir dir;
  Running r(dir.path, program(kProgram));
  auto change = [&](const FileChange& c) {
    const uint64_t request = r.engine->change_files(c);
    return r.wait(Notice::Kind::kLoaded, request);
  };
  const SourceFile reader{"a.cep", "pattern on_new on fresh { begin a alert low }"}, stream{"b.cep", "stream fresh (id string, ts timestamp) time ts when id == \"new\""};
  CHECK(change({{reader}, {}}).text.find("fresh") != std::string::npos);
  CHECK(change({{reader, {"c.cep", "nonsense"}, stream}, {}}).text.find("c.cep:1:") != std::string::npos);
  CHECK(r.engine->files().size() == 1);
  const Notice both = change({{reader, stream}, {}});
  CHECK(both.text.empty());
  CHECK(r.engine->files().size() == 3);
  CHECK(change({{}, {"b.cep"}}).text.find("fresh") != std::string::npos);
  CHECK(change({{}, {"b.cep", "none.cep"}}).text.find("there is no pattern file none.cep") != std::string::npos);
  CHECK(r.engine->files().size() == 3);
  const Notice gone = change({{}, {"b.cep", "a.cep"}});
  CHECK(gone.text.empty());
  CHECK(gone.number == both.number + 1);   // one entry each
  CHECK(r.engine->files().size() == 1);
  CHECK(r.engine->stop().ok());
}

TEST_CASE("pattern files change at a position; a set with an error changes nothing") {
  TempDir dir;
  {
    Running r(dir.path, program(kProgram));
    r.offer(1, "", 0, 1, lines(0, 100));
    r.end(1);
    const std::string before = r.records();
    uint64_t request = r.engine->change_files({{{"more.cep", "pattern p on nowhere { begin a }"}}, {}});
    Notice bad = r.wait(Notice::Kind::kLoaded, request);
    CHECK(bad.text.find("nowhere") != std::string::npos);
    CHECK(r.engine->files().size() == 1);
    request = r.engine->change_files({{{"more.cep", "pattern any_nine on e { begin a where v == 9 alert low \"nine\" }"}}, {}});
    CHECK(r.wait(Notice::Kind::kLoaded, request).text.empty());
    CHECK(r.records() == before);
    r.offer(2, "", 0, 1, lines(100, 200));
    r.end(2);
    CHECK(r.records().find("any_nine") != std::string::npos);
    CHECK(r.engine->stop().ok());
  }
  // What was put by the API is there after a start with the files on disk as they were.
  std::string all;
  {
    Running r(dir.path, program(kProgram));
    CHECK(r.engine->files().size() == 2);
    all = r.records();
    const uint64_t request = r.engine->change_files({{}, {"more.cep"}});
    CHECK(r.wait(Notice::Kind::kLoaded, request).text.empty());
    CHECK(r.engine->files().size() == 1);
    CHECK(r.engine->stop().ok());
  }
  Running r(dir.path, program(std::string(kProgram) + "pattern later on e { begin a where v == 8 alert low \"x\" }\n"));
  CHECK(r.records() == all);  // today's patterns make nothing of yesterday's lines
  CHECK(r.engine->files().size() == 1);
  r.offer(2, "", 0, 1, lines(200, 300));
  r.end(2);
  CHECK(r.records().find("\"later\"") != std::string::npos);
  CHECK(r.engine->stop().ok());
}

TEST_CASE("a load writes no file again that the one before it holds; the journal reads whole all the same") {
  TempDir dir;
  constexpr uint64_t kRows = 40'000;
  {
    std::ofstream rows(dir.path + "/rows.csv");
    rows << "k,n\n";
    for (uint64_t i = 0; i < kRows; ++i) rows << "k" << i * 7919 % 1000003 << "," << i * 31 % 9973 << "\n";
  }
  const std::string data = dir.path + "/data", pattern = dir.path + "/test.cep";
  const std::string text = std::string(kProgram) + "table t (k string, n int) key k from \"rows.csv\"\npattern big on e by k { begin a where v > t[\"k0\"].n alert low \"{t['k7919'].n}\" }\n";
  Program p;
  p.files.push_back({pattern, text});
  std::string records;
  {
    Running r(data, p);
    r.offer(1, "", 0, 1, lines(0, 50));
    r.end(1);
    const uint64_t before = r.engine->status().journal_bytes;
    for (int i = 0; i < 20; ++i) {
      const uint64_t request = r.engine->change_files({{{"more.cep", "pattern more on e { begin a where v == " + std::to_string(i) + " alert low \"{t['k0'].n}\" }"}}, {}});
      CHECK(r.wait(Notice::Kind::kLoaded, request).text.empty());
      r.offer(2 + static_cast<uint64_t>(i), "", 0, 1, lines(50 + 10 * i, 60 + 10 * i));
      r.end(2 + static_cast<uint64_t>(i));
    }
    CHECK(r.engine->status().journal_bytes < before + (100 << 10));   // the rows are 500 KB
    records = r.records();
    CHECK(records.find("\"more\"") != std::string::npos);
    CHECK(records.find("\"big\"") != std::string::npos);
    CHECK(r.engine->stop().ok());
  }
  for (int shards : {1, 3}) {
    Running r(data, p, shards);
    CHECK(r.records() == records);
    const uint64_t before = r.engine->status().journal_bytes;
    const uint64_t request = r.engine->change_files({{}, {"more.cep"}});   // named from the load that was read back
    CHECK(r.wait(Notice::Kind::kLoaded, request).text.empty());
    CHECK(r.engine->status().journal_bytes < before + (100 << 10));
    const uint64_t again = r.engine->change_files({{{"more.cep", "pattern more on e { begin a where v == 19 alert low \"{t['k0'].n}\" }"}}, {}});
    CHECK(r.wait(Notice::Kind::kLoaded, again).text.empty());
    CHECK(r.engine->stop().ok());
  }
}

TEST_CASE("a position at which two crashes met holds the daemon; a skip lets it go on") {
  TempDir dir;
  {
    Running r(dir.path, program(kProgram));
    r.offer(1, "", 0, 1, lines(0, 50));
    r.end(1);
    CHECK(r.engine->stop().ok());
  }
  std::ofstream(dir.path + "/crash") << "20 60\n30 30\n";
  Running r(dir.path, program(kProgram));
  CHECK(r.engine->status().phase == Phase::kHeld);
  CHECK(r.engine->status().held_position == 30);
  CHECK(r.engine->status().why.find("`cepctl journal skip 30 --data-dir " + dir.path + "`") != std::string::npos);
  r.offer(2, "", 0, 1, lines(50, 60));
  r.end(2);
  CHECK(r.engine->status().journal_durable >= 61);
  CHECK(r.engine->stop().ok());
}

TEST_CASE("a second engine on the same directory is refused") {
  TempDir dir;
  Running first(dir.path, program(kProgram));
  Running second(dir.path, program(kProgram));
  CHECK(second.error.find("is in use") != std::string::npos);
  CHECK(first.engine->stop().ok());
}

TEST_CASE("time in which the daemon did not run is no silence of a stream") {
  TempDir dir;
  const Program idle = program("stream e (k string, ts timestamp) time ts idle 50ms advance\npattern p on e { begin a notFollowedBy b within 1h alert low }\n");
  auto ticked = [](const Running& r, uint64_t from) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (r.engine->status().journal_next < from && std::chrono::steady_clock::now() < deadline) {
      r.engine->all_read(r.engine->arrival_ms());   // as a server that finds its sockets empty
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    return r.engine->status().journal_next >= from;
  };
  {
    Running r(dir.path, idle);
    r.offer(1, "", 0, 1, {R"({"k":"x","ts":1000})"});
    CHECK(ticked(r, 5));
    CHECK(r.engine->stop().ok());
  }
  auto ticks = [&] {  // the clock of each tick and its frame's arrival
    std::vector<std::pair<int64_t, int64_t>> out;
    auto reader = std::move(journal::open_reader(base::posix_env(), dir.path + "/journal", 1).value());
    journal::Frame frame;
    while (reader->next(&frame).value()) {
      journal::EntryCursor cursor(frame.payload);
      for (journal::Entry e; cursor.next(&e);)
        if (e.kind == journal::EntryKind::kTick) out.emplace_back(e.now_ms, frame.arrival_ms);
    }
    return out;
  };
  const auto before = ticks();
  REQUIRE(!before.empty());
  const int64_t stopped_ms = before.back().second;
  while (base::posix_env()->wall_ms() < stopped_ms + 300) std::this_thread::yield();
  {
    Running r(dir.path, idle);
    CHECK(ticked(r, 5 + before.size() + 3));
    CHECK(r.engine->stop().ok());
  }
  const auto after = ticks();
  REQUIRE(after.size() > before.size() + 1);
  CHECK(after[before.size()].first == stopped_ms);
  CHECK(after[before.size()].second >= stopped_ms + 300);
  for (size_t i = 0; i < after.size(); ++i)
    if (i != before.size()) CHECK(after[i].first == after[i].second);
}

TEST_CASE("no consumer's name reaches the place of a file output or of another consumer") {
  TempDir dir;
  DurableOptions options;
  options.files.push_back({dir.path + "/alerts.ndjson", Channel::kAlerts, {}, 0});
  const std::vector<std::string> names = {"siem", "file:" + options.files[0].path, "consumer:siem", "consumer:file:" + options.files[0].path, "file:", "../../etc/passwd", "a\nb c\\"};
  {
    Running r(dir.path + "/data", program(kProgram), 1, options);
    for (size_t i = 0; i < names.size(); ++i) REQUIRE(r.engine->acknowledge(Channel::kAlerts, names[i], 100 + i).ok());
    CHECK(r.engine->stop().ok());
  }
  Running r(dir.path + "/data", program(kProgram), 1, options);
  for (size_t i = 0; i < names.size(); ++i) CHECK(r.engine->acknowledged(Channel::kAlerts, names[i]) == 100 + i);
  r.offer(1, "", 0, 1, lines(0, 100));
  r.end(1);
  const std::string all = r.records();
  REQUIRE(!all.empty());
  CHECK(r.engine->stop().ok());
  CHECK(r.engine->status().file_errors.empty());
  std::ifstream file(options.files[0].path);
  CHECK(std::string(std::istreambuf_iterator<char>(file), {}) == all);
}

TEST_CASE("beyond consumers_most a new place is refused, those that are kept go on; the same for producers") {
  TempDir dir;
  DurableOptions options;
  options.consumers_most = 3;
  options.producers_most = 2;
  Running r(dir.path, program(kProgram), 1, options);
  for (const char* name : {"a", "b", "c"}) REQUIRE(r.engine->acknowledge(Channel::kAlerts, name, 1).ok());
  const Status refused = r.engine->acknowledge(Channel::kAlerts, "d", 1);
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.message().find("limits.consumers (3)") != std::string::npos);
  CHECK_FALSE(r.engine->acknowledge(Channel::kLate, "a", 1).ok());
  CHECK(r.engine->acknowledge(Channel::kAlerts, "b", 2).ok());
  CHECK(r.engine->acknowledged(Channel::kAlerts, "b") == 2);
  CHECK(r.engine->acknowledged(Channel::kAlerts, "d") == 0);

  r.engine->hello(1, "gw-1", "");
  r.engine->hello(2, "gw-2", "");
  r.engine->hello(3, "gw-3", "");
  r.engine->hello(4, "gw-1", "");
  r.wait(Notice::Kind::kWelcome, 2);
  CHECK(r.wait(Notice::Kind::kRefused, 3).text.find("limits.producers (2)") != std::string::npos);
  r.wait(Notice::Kind::kWelcome, 4);
  CHECK(r.engine->stop().ok());
}

namespace {

// Entries of one kind in the journal.
size_t count_entries(const std::string& dir, journal::EntryKind kind) {
  size_t count = 0;
  auto reader = std::move(journal::open_reader(base::posix_env(), dir + "/journal", 1).value());
  journal::Frame frame;
  while (reader->next(&frame).value()) {
    journal::EntryCursor cursor(frame.payload);
    for (journal::Entry e; cursor.next(&e);) count += e.kind == kind;
  }
  return count;
}

// A directory whose recovery takes a while.
void fill(const std::string& dir) {
  Running r(dir, program(kProgram));
  for (int i = 0; i < 20; ++i) r.offer(1, "", 0, 1 + 1000 * i, lines(1000 * i, 1000 * i + 1000));
  r.end(1);
  CHECK(r.engine->stop().ok());
}

}  // namespace

TEST_CASE("a set that is asked for while the daemon recovers is loaded once") {
  TempDir dir;
  fill(dir.path);
  const std::string more = std::string(kProgram) + "pattern later on e { begin a where v == 8 alert low \"x\" }\n";
  {
    Running r(dir.path, program(kProgram), 2, {}, false);
    const uint64_t request = r.engine->reload([&more]() -> Result<Program> { return program(more); });
    CHECK(r.wait(Notice::Kind::kLoaded, request).text.empty());
    r.wait(Notice::Kind::kReady, 0);
    r.offer(2, "", 0, 1, lines(20000, 20100));
    r.end(2);
    CHECK(r.records().find("\"later\"") != std::string::npos);
    CHECK(r.engine->stop().ok());
  }
  CHECK(count_entries(dir.path, journal::EntryKind::kLoad) == 2);
  Running r(dir.path, program(more));
  CHECK(r.engine->stop().ok());
  CHECK(count_entries(dir.path, journal::EntryKind::kLoad) == 2);
}

TEST_CASE("a stop while the daemon recovers waits for no queue") {
  TempDir dir;
  fill(dir.path);
  DurableOptions narrow;
  narrow.queue_bytes = 1;
  Running r(dir.path, program(kProgram), 1, narrow, false);
  r.engine->change_files({{{"more.cep", "pattern nine on e { begin a where v == 9 alert low \"nine\" }"}}, {}});   // its frame fills the queue that recovery does not read
  r.engine->hello(7, "gw", "");
  r.engine->goodbye(7);
  CHECK(r.engine->stop().ok());
}

TEST_CASE("behind a stop while it recovers nobody is called any more") {
  TempDir dir;
  fill(dir.path);
  for (int i = 0; i < 10; ++i) {
    std::filesystem::remove_all(dir.path + "/output");   // so that all records come again
    std::atomic<int> calls{0};
    std::atomic<bool> records{false};
    DurableOptions o;
    o.env = base::posix_env();
    o.data_dir = dir.path;
    o.disk_reserve_bytes = 0;
    std::vector<Diagnostic> none;
    auto engine = std::move(DurableEngine::open(o, program(kProgram), &none).value());
    engine->start([&] {
      ++calls;
      records = true;
      records.notify_one();
    });
    records.wait(false);
    CHECK(engine->stop().ok());
    std::vector<Notice> rest;
    engine->take_notices(&rest);   // the next one would call
    const int before = calls;
    engine.reset();
    CHECK(calls == before);
  }
}
