// File outputs: each record once through restarts, crashes, power cuts and full disks; filters; rotation; what is refused.
#include "output/file_output.h"

#include "output/kit.h"
#include "sim/sim_env.h"

using namespace output_test;
using cep::output::FileOutput;
using cep::output::FileOutputOptions;

namespace {

const std::string kDir = "/data/output";
const std::string kFile = "/var/alerts.ndjson";

OutputLogOptions small() {
  OutputLogOptions options;
  options.segment_bytes = 4000;
  options.ring_bytes = 4096;
  return options;
}

std::unique_ptr<FileOutput> output(Env* env, const OutputLog* log, FileOutputOptions options = {}) {
  if (options.path.empty()) options.path = kFile;
  auto opened = FileOutput::open(env, log, options);
  REQUIRE_MESSAGE(opened.ok(), opened.status().message());
  return std::move(opened.value());
}

void pump(FileOutput* file, size_t piece = 1000) {
  for (;;) {
    auto more = file->pump(piece);
    REQUIRE_MESSAGE(more.ok(), more.status().message());
    if (!more.value()) return;
  }
}

std::string pump_refused(FileOutput* file) {
  auto more = file->pump(1000);
  REQUIRE_FALSE(more.ok());
  return more.status().message();
}

struct Setup {
  explicit Setup(uint64_t next, OutputLogOptions options = small()) : env(1), options(options) {
    check_ok(env.make_dir("/var"));
    log = opened(&env, kDir, options);
    grow(1, next);
  }
  void grow(uint64_t first, uint64_t next) {
    append(log.get(), Channel::kAlerts, first, next);
    check_ok(log->publish());
  }
  std::string content() const { return env.content(kFile); }
  sim::SimEnv env;
  OutputLogOptions options;
  std::unique_ptr<OutputLog> log;
};

}  // namespace

TEST_CASE("a file has every record once, and goes on behind its last line") {
  Setup s(20);
  {
    auto file = output(&s.env, s.log.get());
    pump(file.get());
    CHECK(file->next() == 20);
    CHECK(s.content() == text_of(Channel::kAlerts, 1, 20));
    s.grow(20, 25);
    pump(file.get());
    CHECK(s.content() == text_of(Channel::kAlerts, 1, 25));
    CHECK(file->durable() == 0);
    check_ok(file->sync());
    CHECK(file->durable() == 24);
  }
  s.grow(25, 30);
  auto file = output(&s.env, s.log.get());
  CHECK(file->next() == 0);
  pump(file.get());
  CHECK(s.content() == text_of(Channel::kAlerts, 1, 30));
}

TEST_CASE("globs choose what is written; the place goes on past what is not") {
  Setup s(60);
  FileOutputOptions options;
  options.patterns = {"odd_*", "nothing"};
  {
    auto file = output(&s.env, s.log.get(), options);
    pump(file.get(), 10);
    CHECK(file->next() == 60);
    CHECK(s.content() == text_of(Channel::kAlerts, 1, 60, "odd_one"));
  }
  s.grow(60, 90);
  auto file = output(&s.env, s.log.get(), options);
  pump(file.get());
  CHECK(s.content() == text_of(Channel::kAlerts, 1, 90, "odd_one"));
}

TEST_CASE("a torn end is cut and written again; zeros where bytes are missing are a torn end too") {
  const std::string whole = text_of(Channel::kAlerts, 1, 20);
  for (size_t keep = 0; keep < whole.size(); keep += 7) {
    for (size_t zeros : {size_t{0}, size_t{5}, size_t{2000}}) {
      Setup s(25);
      s.env.put(kFile, whole.substr(0, keep) + std::string(zeros, '\0'));
      auto file = output(&s.env, s.log.get());
      pump(file.get());
      CHECK(s.content() == text_of(Channel::kAlerts, 1, 25));
    }
  }
}

TEST_CASE("only the end of a long file is read") {
  OutputLogOptions options;
  Setup s(1, options);
  const std::string more(1 << 20, 'm');
  std::string text;
  for (uint64_t seq = 1; seq <= 12; ++seq) {
    auto one = made(Channel::kAlerts, seq, more);
    check_ok(s.log->append(one->record));
    text += one->line + "\n";
  }
  check_ok(s.log->publish());
  {
    auto file = output(&s.env, s.log.get());
    pump(file.get(), 1 << 20);
    CHECK((s.content() == text));
  }
  s.env.flip(kFile, 10);                     // nobody looks there
  s.env.chop(kFile, text.size() - 100);      // but here
  text[10] = static_cast<char>(text[10] ^ 1);
  auto file = output(&s.env, s.log.get());
  pump(file.get());
  CHECK((s.content() == text));
}

TEST_CASE("what is not this log's is refused and left alone") {
  Setup s(20);
  auto refused = [&](const std::string& content, const std::string& why) {
    s.env.put(kFile, content);
    auto file = output(&s.env, s.log.get());
    const std::string message = pump_refused(file.get());
    CHECK_MESSAGE(message.find(kFile + ": ") == 0, message);
    CHECK_MESSAGE(message.find(why) != std::string::npos, message);
    CHECK_MESSAGE(message.find("move") != std::string::npos, message);
    CHECK(s.content() == content);
  };
  refused("127.0.0.1 localhost\n", "what stands at offset 0 is no record of alerts");
  refused(text_of(Channel::kLate, 1, 3), "what stands at offset 0 is no record of alerts");
  refused(text_of(Channel::kAlerts, 1, 3) + "# a note\n", "is no record of alerts");
  refused(text_of(Channel::kAlerts, 1, 22), "alerts/20, but the log's next record is 20");
  refused(text_of(Channel::kAlerts, 1, 3) + made(Channel::kAlerts, 3, "other")->line + "\n", "alerts/3, but the log has it otherwise");
  refused(text_of(Channel::kAlerts, 1, 3) + text_of(Channel::kAlerts, 2, 4), "alerts/2, but it stands behind 2");
}

TEST_CASE("a place that the log no longer has is said, and the stored place helps where nothing is missing") {
  auto options = small();
  options.retain_bytes = 6000;
  Setup s(10, options);
  FileOutputOptions odd;
  odd.patterns = {"odd_one"};
  {
    auto file = output(&s.env, s.log.get(), odd);
    pump(file.get());
  }
  const std::string before = s.content();
  s.grow(10, 300);
  check_ok(s.log->retain());
  const uint64_t oldest = s.log->place(Channel::kAlerts).oldest;
  REQUIRE(oldest > 100);
  {
    auto file = output(&s.env, s.log.get(), odd);
    const std::string message = pump_refused(file.get());
    CHECK_MESSAGE(message.find("the oldest that is kept alerts/" + std::to_string(oldest)) != std::string::npos, message);
    CHECK(s.content() == before);
  }
  odd.after = oldest + 10;
  auto file = output(&s.env, s.log.get(), odd);
  pump(file.get());
  CHECK(s.content() == before + text_of(Channel::kAlerts, oldest + 11, 300, "odd_one"));
  FileOutputOptions fresh;
  fresh.path = "/var/new.ndjson";
  auto made_new = output(&s.env, s.log.get(), fresh);
  pump(made_new.get());
  CHECK(s.env.content(fresh.path) == text_of(Channel::kAlerts, oldest, 300));
}

TEST_CASE("a reader that falls behind retention says so") {
  auto options = small();
  options.retain_bytes = 6000;
  Setup s(2, options);
  auto file = output(&s.env, s.log.get());
  pump(file.get());
  s.grow(2, 300);
  check_ok(s.log->retain());
  const uint64_t oldest = s.log->place(Channel::kAlerts).oldest;
  auto refused = [&] { CHECK(pump_refused(file.get()).find("the next record is alerts/2, the oldest that is kept alerts/" + std::to_string(oldest)) != std::string::npos); };
  refused();
  FileOutputOptions stored;
  stored.after = 1;
  bool moved = false;
  SUBCASE("and goes on when it is moved away") {}
  SUBCASE("and goes on when it is moved away behind a start") {
    file = output(&s.env, s.log.get(), stored);
    refused();
  }
  SUBCASE("and goes on when it is moved away before a start") {
    check_ok(s.env.rename(kFile, "/var/alerts.1"));
    file = output(&s.env, s.log.get(), stored);
    moved = true;
  }
  if (!moved) check_ok(s.env.rename(kFile, "/var/alerts.1"));
  pump(file.get());
  CHECK(s.env.content("/var/alerts.1") == text_of(Channel::kAlerts, 1, 2));
  CHECK(s.content() == text_of(Channel::kAlerts, oldest, 300));
  check_ok(file->sync());
  CHECK(file->durable() == 299);
}

TEST_CASE("a file that is moved away before anything was written to it") {
  Setup s(1);
  auto file = output(&s.env, s.log.get());
  pump(file.get());
  check_ok(s.env.rename(kFile, "/var/alerts.1"));
  s.env.put(kFile, "");   // as logrotate does with `create`
  s.grow(1, 5);
  pump(file.get());
  CHECK(s.env.content("/var/alerts.1").empty());
  CHECK(s.content() == text_of(Channel::kAlerts, 1, 5));
}

TEST_CASE("a full disk is an error now and no loss later") {
  Setup s(2);
  auto file = output(&s.env, s.log.get());
  s.grow(2, 40);
  uint64_t used = 0;
  for (const std::string& path : s.env.files()) used += s.env.content(path).size();
  size_t errors = 0;
  for (uint64_t room = 0; room < text_of(Channel::kAlerts, 1, 40).size() + 500; room += 311) {
    s.env.set_capacity(used + room);
    for (auto more = file->pump(500);; more = file->pump(500)) {
      errors += !more.ok();
      if (!more.ok()) CHECK(more.status().message().find("No space left on device") != std::string::npos);
      if (!more.ok() || !more.value()) break;
    }
    const std::string now = s.content();
    CHECK(now == text_of(Channel::kAlerts, 1, 40).substr(0, now.size()));
    CHECK((now.empty() || now.back() == '\n'));
  }
  CHECK(errors > 3);
  CHECK(s.content() == text_of(Channel::kAlerts, 1, 40));
}

TEST_CASE("a write that fails and cannot be taken back is mended before the next") {
  Setup s(40);
  auto file = output(&s.env, s.log.get());
  s.env.fail(sim::Op::kWrite, 1, kFile);
  s.env.fail(sim::Op::kTruncate, 1, kFile);
  CHECK_FALSE(file->pump(3000).ok());
  pump(file.get());
  CHECK(s.content() == text_of(Channel::kAlerts, 1, 40));
}

TEST_CASE("a file that is moved away or emptied while it is written goes on anew") {
  Setup s(10);
  auto file = output(&s.env, s.log.get());
  pump(file.get());
  check_ok(s.env.rename(kFile, "/var/alerts.1"));
  s.grow(10, 20);
  pump(file.get());
  CHECK(s.env.content("/var/alerts.1") == text_of(Channel::kAlerts, 1, 10));
  CHECK(s.content() == text_of(Channel::kAlerts, 10, 20));
  check_ok(s.env.rename(kFile, "/var/alerts.2"));
  s.env.put(kFile, "");
  s.grow(20, 30);
  pump(file.get());
  CHECK(s.content() == text_of(Channel::kAlerts, 20, 30));
  s.env.put(kFile, "");
  s.grow(30, 35);
  pump(file.get());
  CHECK(s.content() == text_of(Channel::kAlerts, 30, 35));
  check_ok(file->sync());
  FileOutputOptions options;
  options.after = file->durable();
  s.env.put(kFile, "");
  file = output(&s.env, s.log.get(), options);   // emptied while the daemon was down
  s.grow(35, 40);
  pump(file.get());
  CHECK(s.content() == text_of(Channel::kAlerts, 35, 40));
  s.env.put(kFile, "what somebody else has written\n");
  s.grow(40, 45);
  CHECK(pump_refused(file.get()).find("another process changes it") != std::string::npos);
  CHECK(s.content() == "what somebody else has written\n");
}

TEST_CASE("nothing is written while the replay is under way") {
  Setup s(20);
  s.env.restart();
  s.log = opened(&s.env, kDir, s.options);
  auto file = output(&s.env, s.log.get());
  append(s.log.get(), Channel::kAlerts, 1, 10);
  pump(file.get());
  CHECK(s.content() == "");
  append(s.log.get(), Channel::kAlerts, 10, 22);
  check_ok(s.log->publish());
  pump(file.get());
  CHECK(s.content() == text_of(Channel::kAlerts, 1, 22));
}

TEST_CASE("a failed sync stops the file, and a restart mends it") {
  for (uint64_t seed = 1; seed < 30; ++seed) {
    sim::SimEnv env(seed);
    check_ok(env.make_dir("/var"));
    auto log = opened(&env, kDir);
    append(log.get(), Channel::kAlerts, 1, 60);
    check_ok(log->publish());
    check_ok(log->sync());
    auto file = output(&env, log.get());
    pump(file.get());
    env.fail(sim::Op::kSync, 1, kFile);
    CHECK_FALSE(file->sync().ok());
    CHECK_FALSE(file->pump(1000).ok());
    file = output(&env, log.get());
    pump(file.get());
    CHECK(file->durable() == 59);
    env.cut_power();
    CHECK(env.content(kFile) == text_of(Channel::kAlerts, 1, 60));
  }
}

TEST_CASE("a folder that is not there is an error") {
  sim::SimEnv env(1);
  auto log = opened(&env, kDir);
  FileOutputOptions options;
  options.path = "/nowhere/alerts.ndjson";
  CHECK_FALSE(FileOutput::open(&env, log.get(), options).ok());
}

namespace {

// A file output that is killed over and over while somebody renames its file, at any time: between two writes, and while no daemon runs.
class Rotated {
 public:
  explicit Rotated(uint64_t seed) : rng_(seed), env_(seed) {
    check_ok(env_.make_dir("/var"));
    check_ok(env_.make_dir("/data"));
    for (int life = 0; life < 12; ++life) live();
    env_.forget_faults();
    start();
    pump(file_.get());
  }

  // All files, the one that was renamed first in front.
  std::string content() {
    std::string all;
    for (int i = 1; i <= renamed_; ++i)
      if (const std::string path = kFile + "." + std::to_string(i); env_.exists(path)) all += env_.content(path);  // the process may have ended in the middle
    return all + env_.content(kFile);
  }
  uint64_t next() const { return next_; }
  int renamed() const { return renamed_; }

 private:
  void start() {
    file_.reset();
    log_.reset();
    env_.restart();
    log_ = opened(&env_, kDir, small());
    append(log_.get(), Channel::kAlerts, 1, next_);
    check_ok(log_->publish());
    FileOutputOptions options;
    options.note = "/data/note";
    file_ = output(&env_, log_.get(), options);
  }

  // The stored place is never written: it is as old as can be.
  void live() {
    try {
      start();
      env_.crash_at_op(1 + rng_.below(60));
      for (int step = 0; step < 20; ++step) {
        const uint64_t from = next_;
        next_ += rng_.below(4);  // the journal has them
        append(log_.get(), Channel::kAlerts, from, next_);
        check_ok(log_->publish());
        static_cast<void>(file_->pump(1 + rng_.below(900)).ok());
        if (rng_.chance(0.3)) rename();
      }
    } catch (const sim::SimCrash&) {
      env_.restart();
      if (rng_.coin()) rename();
    }
  }

  void rename() {
    if (env_.exists(kFile)) check_ok(env_.rename(kFile, kFile + "." + std::to_string(++renamed_)));
  }

  sim::Rng rng_;
  sim::SimEnv env_;
  std::unique_ptr<OutputLog> log_;
  std::unique_ptr<FileOutput> file_;
  uint64_t next_ = 1;
  int renamed_ = 0;
};

}  // namespace

TEST_CASE("killed and renamed at any time: each record stands in one of the files, once") {
  int renamed = 0;
  for (uint64_t seed = 1; seed <= 300; ++seed) {
    CAPTURE(seed);
    Rotated life(seed);
    CHECK(life.content() == text_of(Channel::kAlerts, 1, life.next()));
    renamed += life.renamed();
  }
  CHECK(renamed > 1000);
}
