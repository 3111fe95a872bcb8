// The engine in threads: the same bytes as in one, however small the channels; nobody waits who must not; an end in the middle of the work.
#include <doctest/doctest.h>

#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <csignal>
#include <cstdio>
#include <mutex>
#include <random>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/fault_control.h"
#include "cep/engine.h"

namespace {

// Four levels, each by another key, tables that lines and operators feed: everything crosses from shard to shard.
const char* const kChain = R"(stream s (id string, a string, b string, v int, ts timestamp) time ts watermark 30ms
table t (b string, n int) key b
stream big = s where v > 2 unique by (a, v) within 3ms
pattern p on s by a { begin x where v > 0 next y where v >= x.v within 40ms select id = x.id, b = y.b, n = t[y.b].n alert low }
window w on p by b { tumbling 25ms select id = last(id), c = count() alert low }
join j on w l by b, big r by b { between -60ms and 60ms select id = l.id, a = r.a, v = r.v }
pattern q on j by a { begin x followedBy y within 90ms select ids = x.id alert high at most once per 20ms }
)";
const char* const kFed = "table last_of (b string, id string) key b from stream w\npattern r on s by b { begin x where last_of[b].id != null alert low }\n";

std::vector<std::string> make_lines(size_t n, bool table_lines, uint64_t seed = 11) {
  std::mt19937_64 random(seed);
  std::vector<std::string> out;
  int64_t t = 1000;
  for (size_t i = 0; i < n; ++i) {
    t += static_cast<int64_t>(random() % 4);
    std::string b = "b" + std::to_string(random() % 9);
    if (table_lines && random() % 40 == 0) {
      out.push_back("{\"_stream\":\"t\",\"b\":\"" + b + "\",\"n\":" + std::to_string(random() % 5) + (random() % 5 == 0 ? ",\"_delete\":true}" : "}"));
      continue;
    }
    out.push_back("{\"_stream\":\"s\",\"id\":\"e" + std::to_string(i) + "\",\"a\":\"a" + std::to_string(random() % 23) + "\",\"b\":\"" + b +
                  "\",\"v\":" + std::to_string(random() % 6) + ",\"ts\":" + std::to_string(t - static_cast<int64_t>(random() % 40)) + "}");
  }
  return out;
}

std::unique_ptr<cep::Engine> create(const std::string& program, const cep::EngineOptions& options, cep::Engine::Sink sink) {
  std::vector<cep::SourceFile> files{{"p.cep", program}};
  std::vector<cep::Diagnostic> diagnostics;
  auto engine = cep::Engine::create(files, options, std::move(sink), &diagnostics);
  REQUIRE_MESSAGE(engine, cep::render_all(diagnostics, files));
  return engine;
}

// `disturb`: calls for statistics, cuts and flushes in between.
std::string run(const std::string& program, const std::vector<std::string>& lines, const cep::EngineOptions& options, bool disturb = false,
                cep::EngineStats* stats = nullptr) {
  std::string out;
  auto engine = create(program, options, [&](const cep::Record& r) { out.append(r.line).push_back('\n'); });
  std::mt19937_64 random(3);
  for (const std::string& l : lines) {
    engine->offer(l, {});
    if (!disturb || random() % 50 != 0) continue;
    engine->stats();
    if (random() % 3 == 0) engine->cut();
    if (random() % 9 == 0) engine->flush();
  }
  engine->flush();
  if (stats) *stats = engine->stats();
  engine->end();
  return out;
}

cep::EngineOptions in_threads(int shards, uint32_t batch) {
  cep::EngineOptions o;
  o.threads = true;
  o.shards = shards;
  o.batch = batch;
  o.channel_bytes = 1;
  return o;
}

// Holds whoever comes until it is opened.
class Gate {
 public:
  void open() {
    std::lock_guard lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }
  // False: not opened in time.
  bool wait() {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(60), [&] { return open_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool open_ = false;
};

}  // namespace

TEST_CASE("chains of operators with other keys at each level give the same bytes in threads") {
  const std::vector<std::string> lines = make_lines(6000, true);
  cep::EngineOptions one;
  cep::EngineStats expected_stats;
  const std::string expected = run(kChain, lines, one, false, &expected_stats);
  CHECK(std::count(expected.begin(), expected.end(), '\n') > 3000);
  for (int shards : {1, 2, 3, 7})
    for (uint32_t batch : {5u, 64u, 1000u}) {
      cep::EngineOptions o = in_threads(shards, batch);
      if (batch == 64) o.under_way_bytes = 20'000;
      cep::EngineStats stats;
      CAPTURE(shards);
      CAPTURE(batch);
      CHECK(run(kChain, lines, o, batch != 1000, &stats) == expected);
      for (int c = 0; c < cep::kChannels; ++c) CHECK(stats.records[c] == expected_stats.records[c]);
      CHECK(stats.live_keys == expected_stats.live_keys);
      CHECK(stats.live_runs == expected_stats.live_runs);
      CHECK(stats.waiting_rows == expected_stats.waiting_rows);
    }
}

TEST_CASE("rows that operators make for tables are seen at the next line, in threads too") {
  const std::vector<std::string> lines = make_lines(400, true);
  const std::string expected = run(std::string(kChain) + kFed, lines, {});
  for (int shards : {1, 3}) CHECK(run(std::string(kChain) + kFed, lines, in_threads(shards, 100)) == expected);
}

TEST_CASE("while the sequencer waits for the disk, shards and updates of tables go on") {
  const std::vector<std::string> lines = make_lines(2000, true);
  Gate all_offered;
  bool in_time = false;
  std::string out;
  cep::EngineOptions o = in_threads(3, 10);
  o.before_release = [&, first = true](uint64_t) mutable {
    if (std::exchange(first, false)) in_time = all_offered.wait();
  };
  auto engine = create(kChain, o, [&](const cep::Record& r) { out.append(r.line).push_back('\n'); });
  for (const std::string& l : lines) engine->offer(l, {});
  engine->cut();
  all_offered.open();
  engine->end();
  CHECK(in_time);
  CHECK(out == run(kChain, lines, {}));
}

TEST_CASE("no more than the bound is under way") {
  constexpr uint64_t kBatch = 10;
  std::atomic<uint64_t> offered{0};
  uint64_t most_ahead = 0;
  cep::EngineOptions o = in_threads(2, kBatch);
  o.under_way_bytes = 1;  // a batch is taken only when the one before has come out
  o.before_release = [&](uint64_t position) { most_ahead = std::max(most_ahead, offered - std::min<uint64_t>(offered, position)); };
  auto engine = create(kChain, o, [](const cep::Record&) {});
  for (const std::string& l : make_lines(3000, false)) {
    engine->offer(l, {});
    ++offered;
  }
  engine->flush();
  CHECK(most_ahead <= 2 * kBatch);
}

TEST_CASE("an engine may end in the middle of its work: what has come out is the beginning of all") {
  const std::vector<std::string> lines = make_lines(3000, true);
  const std::string expected = run(kChain, lines, {});
  auto ended_after = [&](size_t n, const cep::EngineOptions& options) {
    std::string out;
    auto engine = create(kChain, options, [&](const cep::Record& r) { out.append(r.line).push_back('\n'); });
    for (size_t i = 0; i < n; ++i) engine->offer(lines[i], {});
    engine.reset();  // aborts if rows are left over
    CHECK(expected.starts_with(out));
  };
  for (int shards : {1, 4})
    for (size_t n : {0, 1, 37, 500, 3000}) {
      ended_after(n, in_threads(shards, 7));
      for (uint64_t seed : {0, 1, 2, 3}) {  // one thread: work is left undone in inboxes and before them
        cep::EngineOptions o;
        o.shards = shards;
        o.batch = 7;
        o.seed = seed;
        o.channel_bytes = 1;
        ended_after(n, o);
      }
    }
}

TEST_CASE("an engine ends when before_release has returned") {
  Gate entered, durable;
  std::atomic<bool> left{false};
  cep::EngineOptions o = in_threads(2, 5);
  o.before_release = [&](uint64_t) {
    entered.open();
    durable.wait();
    left = true;
  };
  auto engine = create(kChain, o, [](const cep::Record&) {});
  for (const std::string& l : make_lines(200, false)) engine->offer(l, {});
  CHECK(entered.wait());
  std::thread disk([&] { durable.open(); });
  engine.reset();
  CHECK(left);
  disk.join();
}

TEST_CASE("statistics can be asked for while shards work") {
  cep::EngineOptions o = in_threads(3, 20);
  auto engine = create(kChain, o, [](const cep::Record&) {});
  uint64_t before = 0;
  for (const std::string& l : make_lines(4000, false)) {
    engine->offer(l, {});
    const cep::EngineStats s = engine->stats();
    REQUIRE(s.records[static_cast<int>(cep::Channel::kAlerts)] >= before);
    before = s.records[static_cast<int>(cep::Channel::kAlerts)];
    uint64_t alerts = 0;
    for (const cep::OperatorStats& o : engine->operator_stats()) alerts += o.alerts;
    REQUIRE(alerts >= before);  // asked later
    REQUIRE(engine->stream_stats().size() == 1);
  }
  engine->flush();
  CHECK(engine->stats().live_keys > 0);
}

TEST_CASE("planted: a push that blocks stops all, and the scheduler says so") {
  const std::vector<std::string> lines = make_lines(500, false);
  auto stopped = [&](cep::base::Bug bug) {
    const pid_t child = fork();
    if (child == 0) {
      if (std::freopen("/dev/null", "w", stderr) == nullptr) _exit(2);
      std::signal(SIGABRT, SIG_DFL);  // not doctest's
      cep::base::plant(bug);
      for (uint64_t seed = 1; seed <= 10; ++seed) {
        cep::EngineOptions o;
        o.shards = 3;
        o.batch = 5;
        o.seed = seed;
        o.channel_bytes = 1;
        run(kChain, lines, o);
      }
      _exit(0);
    }
    int status = 0;
    REQUIRE(waitpid(child, &status, 0) == child);
    CAPTURE(status);
    REQUIRE((status == 0 || (WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT)));
    return status != 0;
  };
  CHECK_FALSE(stopped(cep::base::Bug::kNone));
  CHECK(stopped(cep::base::Bug::kPushBlocks));
}

TEST_CASE("planted: a batch border that shows is seen in the bytes") {
  const std::vector<std::string> lines = make_lines(2000, false);
  const std::string expected = run(kChain, lines, {});
  cep::EngineOptions o;
  o.batch = 17;
  CHECK(run(kChain, lines, o) == expected);
  cep::base::plant(cep::base::Bug::kBatchBorderShows);
  const std::string wrong = run(kChain, lines, o);
  cep::base::plant(cep::base::Bug::kNone);
  CHECK(wrong != expected);
}
