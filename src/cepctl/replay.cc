// `cepctl replay`: files of events through the engine, as fast as it goes or at the pace of the events.
#include <sched.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <thread>
#include <utility>

#include "base/terminal.h"
#include "cepctl/commands.h"
#include "cepctl/console.h"
#include "cepctl/event_feed.h"
#include "cepctl/files.h"
#include "config/daemon_config.h"
#include "config/program_files.h"
#include "event/recorded_line.h"
#include "lang/compile.h"

namespace cep::cepctl {
namespace {

using Clock = std::chrono::steady_clock;

// That this process may run on (`taskset -c 0`: one).
int cores() {
  cpu_set_t set;
  return sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
}

// Holds events back until their time has come, at `speed` times the pace at which they happened.
class Pace {
 public:
  explicit Pace(double speed) : speed_(speed) {}
  // How long to wait before a line of this time; time that goes back waits for nothing.
  Clock::duration wait_for(int64_t time) {
    const auto now = Clock::now();
    if (!started_) {
      started_ = true;
      first_ = time;
      begin_ = now;
    }
    const double ms = static_cast<double>(time - first_) / speed_;
    const auto due =
        begin_ + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double, std::milli>(ms));
    return due > now ? due - now : Clock::duration::zero();
  }

 private:
  double speed_;
  bool started_ = false;
  int64_t first_ = 0;
  Clock::time_point begin_;
};

class Replay {
 public:
  explicit Replay(const ReplayOptions& options) : options_(options), pace_(options.speed) {}

  int run() {
    if (!read_channels() || !read_limits()) return kWrongUse;
    if (reads_twice()) return wrong("standard input (-) can be read once only");
    Result<std::vector<SourceFile>> files = std::vector<SourceFile>();
    if (!options_.files.empty()) files = read_program(options_.files);
    if (!files.ok()) return wrong(files.status().message());
    if (!start(files.value())) return kFindings;
    FeedOptions feed;
    feed.format = options_.format;
    feed.limits = engine_options_.limits;
    feed.before_wait = [this] { show(); };
    feed.needs_time = options_.speed > 0 || options_.arrival_ms >= 0;
    auto opened = EventFeed::open(options_.events, feed, *engine_, [&] { return times(files.value()); });
    if (!opened.ok()) return wrong(opened.status().message());
    feed_ = std::move(opened.value());
    begin_ = Clock::now();
    if (!offer_all()) return kFindings;
    if (options_.flush) {
      engine_->end();
    } else {
      engine_->flush();
    }
    return finish();
  }

 private:
  static int wrong(const std::string& message) {
    complain(message);
    return kWrongUse;
  }

  bool reads_twice() const {
    auto is_input = [](const std::string& path) { return path == "-" || path.ends_with("=-"); };
    return std::count_if(options_.files.begin(), options_.files.end(), is_input) +
               std::count_if(options_.events.begin(), options_.events.end(), is_input) >
           1;
  }

  bool read_channels() {
    std::string_view rest = options_.channels;
    for (bool& w : engine_options_.want) w = rest == "all";
    while (rest != "all" && !rest.empty()) {
      const std::string_view name = rest.substr(0, rest.find(','));
      rest.remove_prefix(std::min(rest.size(), name.size() + 1));
      Channel c{};
      if (!parse_channel(name, &c)) {
        complain("--channel: there is no channel `" + std::string(name) +
                 "`; there are alerts, timeouts, late, rejects, limits, streams, and all");
        return false;
      }
      engine_options_.want[static_cast<int>(c)] = true;
    }
    return true;
  }

  bool read_limits() {
    std::string text;
    if (!options_.config.empty()) {
      Result<std::string> read = config::read_file(options_.config);
      if (!read.ok()) {
        complain(read.status().message());
        return false;
      }
      text = std::move(read.value());
    }
    config::DaemonConfig settings;
    const std::string wrong = config::read_daemon_config(text, options_.config, options_.sets, &settings);
    if (!wrong.empty()) {
      std::fputs(wrong.c_str(), stderr);
      return false;
    }
    engine_options_.limits = settings.limits;
    return true;
  }

  bool start(const std::vector<SourceFile>& files) {
    engine_options_.shards = options_.shards;
    engine_options_.batch = options_.batch;
    engine_options_.seed = options_.seed;
    // Decoding, matching and writing side by side; a seed asks for the scheduler that it drives.
    engine_options_.threads = options_.seed == 0 && cores() > 1;
    std::vector<Diagnostic> diagnostics;
    engine_ = Engine::create(
        files, engine_options_, [this](const Record& r) { out_.write_line(r.line); }, &diagnostics);
    std::fputs(render_all(diagnostics, files, base::wants_colour(2)).c_str(), stderr);
    return engine_ != nullptr;
  }

  std::unique_ptr<LineTimes> times(const std::vector<SourceFile>& files) const {
    return std::make_unique<LineTimes>(lang::compile(files).plan, engine_options_.limits);
  }

  // False: the events say something that cannot be obeyed, and it has been said.
  bool offer_all() {
    Progress progress(feed_->file_bytes());
    has_program_ = !options_.files.empty();
    FedLine line;
    for (uint64_t n = 1; feed_->next(&line); ++n) {
      if (!has_program_ && !line.file.text.empty() && !line.file.text.starts_with("{\"_")) {
        complain("no pattern files are named, and the events do not begin with a {\"_load\":…}, as `cepctl journal cat` prints it");
        return false;
      }
      if (options_.speed > 0 && line.has_time) wait(line.time);
      if (line.file.broken) {
        engine_->offer_broken(line.file.text, line.file.reason);
      } else if (!offer(line)) {
        return false;
      }
      if (n % 4096 == 0) progress.at(feed_->bytes_read());
    }
    return true;
  }

  bool offer(const FedLine& line) {
    OfferOptions o;
    o.stream = line.stream;
    if (options_.arrival_ms >= 0 && line.timeless) {
      o.arrival_ms = arrival_;
      arrival_ += options_.arrival_ms;
    }
    if (!event::begins_load(line.file.text.substr(0, 64))) return engine_->offer(line.file.text, o), true;
    const OfferResult result = engine_->offer(line.file.text, o);
    if (!result.load_failed) return after_load(line.file.text);
    complain(result.reason);
    return false;
  }

  bool after_load(std::string_view line) {
    if (!options_.files.empty() && !std::exchange(told_of_load_, true)) {
      complain("warning: the events bring pattern files of their own ({\"_load\":…}), which stand for those named here from there on; to try those on them: "
               "cepctl journal cat | grep -v '^{\"_load\"' | cepctl replay FILE --events -");
    }
    has_program_ = true;
    engine_options_.limits = engine_->limits();
    if (feed_->needs_times()) feed_->set_times(times(event::read_recorded(line).program.files));
    feed_->set_limits(engine_->limits());
    return true;
  }

  void wait(int64_t time) {
    const Clock::duration d = pace_.wait_for(time);
    if (d < std::chrono::milliseconds(1)) return;
    show();
    std::this_thread::sleep_for(d);
  }

  void show() {
    engine_->flush();
    out_.flush();
  }

  int finish() {
    const double seconds = std::chrono::duration<double>(Clock::now() - begin_).count();
    const bool written = out_.flush();
    const EngineStats s = engine_->stats();
    if (options_.metrics) print_metrics(s, seconds);
    const bool hidden = !engine_options_.want[static_cast<int>(Channel::kRejects)];
    if (s.rejected > 0 && hidden) {
      std::fprintf(stderr, "cepctl: %s rejected; `--channel alerts,rejects` shows which and why\n",
                   counted(s.rejected, "line").c_str());
    }
    if (!feed_->trouble().empty()) return wrong(feed_->trouble());
    return written ? kDone : kFindings;
  }

  void print_metrics(const EngineStats& s, double seconds) const {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    auto row = [](std::string_view name, uint64_t n) {
      std::fprintf(stderr, "%-18.*s %15llu\n", static_cast<int>(name.size()), name.data(),
                   static_cast<unsigned long long>(n));
    };
    row("lines", s.lines);
    row("events", s.events);
    row("rejected", s.rejected);
    row("late", s.late);
    row("unrouted", s.unrouted);
    row("faults", s.faults);
    for (int i = 0; i < kChannels; ++i) {
      row("records " + std::string(channel_name(static_cast<Channel>(i))), s.records[i]);
    }
    row("live keys", s.live_keys);
    row("live runs", s.live_runs);
    row("waiting rows", s.waiting_rows);
    row("state bytes", s.state_bytes);
    row("peak memory bytes", static_cast<uint64_t>(usage.ru_maxrss) * 1024);
    std::fprintf(stderr, "%-18s %15.3f\n", "seconds", seconds);
    row("events per second",
        static_cast<uint64_t>(seconds > 0 ? static_cast<double>(s.events) / seconds : 0));
  }

  const ReplayOptions& options_;
  EngineOptions engine_options_;
  Pace pace_;
  Output out_;
  std::unique_ptr<Engine> engine_;
  std::unique_ptr<EventFeed> feed_;
  Clock::time_point begin_;
  int64_t arrival_ = 0;
  bool has_program_ = false, told_of_load_ = false;
};

}  // namespace

int run_replay(const ReplayOptions& options) { return Replay(options).run(); }

}  // namespace cep::cepctl
