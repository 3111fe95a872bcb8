// The process: how it starts, what it says when it cannot, and how it stops.
#include <doctest/doctest.h>
#include <pty.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>

#include "server/daemon.h"

using namespace cep::testing;

namespace {

bool has(const std::string& text, const std::string& part) {
  bool found = text.find(part) != std::string::npos;
  if (!found) MESSAGE(text);
  return found;
}

// What a service manager hears; the daemons that are started while it is there find it.
class NotifySocket {
 public:
  explicit NotifySocket(const std::string& path) {
    fd_ = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    sockaddr_un at{};
    at.sun_family = AF_UNIX;
    path.copy(at.sun_path, sizeof at.sun_path - 1);
    REQUIRE(::bind(fd_, reinterpret_cast<sockaddr*>(&at), sizeof at) == 0);
    ::setenv("NOTIFY_SOCKET", path.c_str(), 1);
  }
  ~NotifySocket() {
    ::unsetenv("NOTIFY_SOCKET");
    ::close(fd_);
  }
  // Takes messages until one says so.
  bool eventually(const std::string& part) const {
    return cep::testing::eventually([&] {
      char buffer[4096];
      const ssize_t n = ::recv(fd_, buffer, sizeof buffer, 0);
      return n > 0 && std::string(buffer, static_cast<size_t>(n)).find(part) != std::string::npos;
    });
  }

 private:
  int fd_;
};

Finished cepd(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), CEPD_BINARY);
  return run(arguments);
}

// What cepd says when its standard error is a terminal.
std::string on_terminal(std::vector<std::string> arguments) {
  int master = -1, slave = -1;
  REQUIRE(::openpty(&master, &slave, nullptr, nullptr, nullptr) == 0);
  arguments.insert(arguments.begin(), CEPD_BINARY);
  std::vector<char*> argv;
  for (std::string& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  const pid_t child = ::fork();
  if (child == 0) {
    ::dup2(slave, STDERR_FILENO);
    ::execv(CEPD_BINARY, argv.data());
    ::_exit(127);
  }
  ::close(slave);
  std::string text;
  char buffer[4096];
  for (ssize_t n; (n = ::read(master, buffer, sizeof buffer)) > 0;) text.append(buffer, static_cast<size_t>(n));  // EIO at the end
  ::close(master);
  ::waitpid(child, nullptr, 0);
  return text;
}

}  // namespace

TEST_CASE("SIGTERM delivers everything that came") {
  for (int round = 0; round < times(5, 2); ++round) {
    Daemon daemon;
    Client subscriber = daemon.subscriber();
    Client open = daemon.producer(), closed = daemon.producer();
    std::string lines;
    for (int i = 0; i < 2000; ++i) lines += event("x");
    REQUIRE(open.send(lines + R"({"id":"half)"));
    REQUIRE(closed.send(lines));
    closed.close();
    CHECK(daemon.stop() == 0);
    std::vector<std::string> records = subscriber.rest();
    CHECK(records.size() == 4000);
    CHECK(records.back() != "<nothing>");
    CHECK(has(daemon.log(), "msg=stopped lines=4000"));
  }
}

TEST_CASE("SIGINT is the same; a subscriber that does not read does not hold the stop up for ever") {
  Daemon daemon;
  Client deaf = daemon.subscriber(R"("channel":"alerts")", 4096);
  Client reader = daemon.subscriber();
  Client producer = daemon.producer();
  const std::string id(10'000, 'x');
  for (int i = 0; i < 500; ++i) REQUIRE(producer.send(event(id)));
  for (int i = 0; i < 500; ++i) REQUIRE(is_alert_of(reader.line(), id));
  daemon.signal(SIGINT);
  CHECK(daemon.wait() == 0);
  CHECK(has(daemon.log(), "signal=SIGINT"));
}

TEST_CASE("a second signal ends it at once") {
  Daemon daemon;
  Client deaf = daemon.subscriber(R"("channel":"alerts")", 4096);
  Client reader = daemon.subscriber();
  Client producer = daemon.producer();
  const std::string id(10'000, 'x');
  for (int i = 0; i < 1000; ++i) REQUIRE(producer.send(event(id)));
  for (int i = 0; i < 1000; ++i) REQUIRE(is_alert_of(reader.line(), id));
  daemon.signal(SIGTERM);
  REQUIRE(eventually([&] { return daemon.log().find("msg=stopping") != std::string::npos; }));
  daemon.signal(SIGTERM);
  CHECK(daemon.wait() == -SIGTERM);
}

TEST_CASE("a second daemon on the same data directory is refused, and says who has it") {
  Daemon daemon;
  Finished second = cepd({"--set", "patterns=[" + daemon.program_path() + "]", "--set", "data_dir=" + daemon.data_dir(), "--set", "disk.reserve=1MiB",
                          "--set", "listen={events: '127.0.0.1:0', alerts: '127.0.0.1:0', http: '127.0.0.1:0'}"});
  CHECK(second.status == 74);
  CHECK(has(second.output, daemon.data_dir()));
  CHECK(has(second.output, std::to_string(daemon.pid())));
  Client subscriber = daemon.subscriber();
  Client producer = daemon.producer();
  producer.send(event("1"));
  CHECK(is_alert_of(subscriber.line(), "1"));
}

TEST_CASE("a stop and a start lose nothing and say nothing twice") {
  Daemon daemon;
  REQUIRE(daemon.logged("msg=listening"));  // who connects before waits, and is let go by a stop
  Client producer = daemon.producer();
  std::string lines;
  for (int i = 1; i <= 3000; ++i) lines += event(std::to_string(i));
  REQUIRE(producer.send(lines));
  CHECK(daemon.stop() == 0);
  daemon.start();
  Client subscriber = daemon.subscriber(R"("from":1)");
  for (int i = 1; i <= 3000; ++i) REQUIRE(is_alert_of(subscriber.line(), std::to_string(i)));
  CHECK(has(daemon.log(), "msg=recovered"));
  CHECK(daemon.stop() == 0);
  CHECK(subscriber.rest().empty());
}

TEST_CASE("a stop while it recovers ends it; the next start recovers all") {
  Daemon daemon;
  constexpr uint64_t kLines = times(100'000, 20'000);
  uint64_t next = 0;
  {
    Client producer = daemon.session("gw", &next);
    REQUIRE(producer.send(events(1, kLines + 1)));
    REQUIRE(producer.acknowledged(kLines));
  }
  daemon.kill();
  daemon.start();
  daemon.signal(SIGHUP);  // waits its turn, and loses it
  CHECK(daemon.stop() == 0);
  daemon.start();
  Client subscriber = daemon.subscriber(R"("from":1)");
  for (uint64_t i = 1; i <= kLines; ++i) REQUIRE(is_alert_of(subscriber.line(), std::to_string(i)));
  daemon.session("gw", &next);
  CHECK(next == kLines + 1);
}

TEST_CASE("systemd is told when it is ready, when it reloads and when it stops") {
  TemporaryFolder folder;
  NotifySocket notify(folder.path() + "/notify");
  Daemon daemon;
  CHECK(notify.eventually("READY=1"));
  daemon.signal(SIGHUP);
  CHECK(notify.eventually("RELOADING=1"));
  CHECK(notify.eventually("READY=1"));
  CHECK(daemon.stop() == 0);
  CHECK(notify.eventually("STOPPING=1"));
}

TEST_CASE("--check reads and compiles only") {
  TemporaryFolder folder;
  std::string program = folder.write("p.cep", kProgram);
  Finished good = cepd({"--check", "--set", "patterns=[" + program + "]"});
  CHECK(good.status == 0);
  CHECK(has(good.output, "settings and 1 pattern file are good, 1 stream\n"));
  CHECK(good.output.find("warning") == std::string::npos);
  Finished unused = cepd({"--check", "--set", "patterns=[" + program + "]", "--config", folder.write("unused.yaml", "shards: 1\njournal: {retain: {age: 1h}}\n")});
  CHECK(unused.status == 0);
  CHECK(has(unused.output, "unused.yaml:2: warning: journal.retain: has no effect"));
  TemporaryFolder empty;
  Finished none = cepd({"--check", "--set", "patterns=[" + empty.path() + "]", "--set", "checkpoint.interval=5s"});
  CHECK(none.status == 0);
  CHECK(has(none.output, "--set: warning: checkpoint: has no effect"));
  CHECK(has(none.output, "cepd: warning: no pattern files"));
  std::string bad = folder.write("bad.cep", "pattern p on nowhere { begin a alert low \"x\" }\n");
  Finished wrong = cepd({"--check", "--set", "patterns=[" + bad + "]"});
  CHECK(wrong.status == 65);
  CHECK(has(wrong.output, "bad.cep:1:"));
  Finished folderless = cepd({"--check", "--set", "patterns=[" + program + "]", "--set", "outputs.files=[{path: " + folder.path() + "/none/alerts}]"});
  CHECK(folderless.status == 66);
  CHECK(has(folderless.output, "make " + folder.path() + "/none, or set another path"));
}

TEST_CASE("colour for people only, and never with NO_COLOR") {
  TemporaryFolder folder;
  const std::string bad = "patterns=[" + folder.write("bad.cep", "pattern p on nowhere { begin a alert low \"x\" }\n") + "]";
  CHECK(on_terminal({"--check", "--set", bad}).find("\033[") != std::string::npos);
  ::setenv("NO_COLOR", "1", 1);
  const std::string plain = on_terminal({"--check", "--set", bad});
  ::unsetenv("NO_COLOR");
  CHECK(has(plain, "bad.cep:1:"));
  CHECK(plain.find("\033[") == std::string::npos);
}

TEST_CASE("settings without effect are told at the start") {
  Daemon daemon({"checkpoint.interval=5s", "journal.retain.age=1h"});
  CHECK(has(daemon.log(), "level=warn msg=\"a setting without effect\" key=checkpoint reason="));
  CHECK(has(daemon.log(), "key=journal.retain reason="));
}

TEST_CASE("each failure to start has its reason and its exit status") {
  TemporaryFolder folder;
  std::string program = folder.write("p.cep", kProgram);
  const std::string patterns = "patterns=[" + program + "]";
  Finished usage = cepd({"--nonsense"});
  CHECK(usage.status == 64);
  CHECK(has(cepd({"--confg", "x"}).output, "there is no flag `--confg`; did you mean `--config`?"));
  CHECK(has(cepd({"cepd.yaml"}).output, "settings are read with `--config cepd.yaml`"));
  Finished no_config = cepd({"--config", folder.path() + "/none.yaml"});
  CHECK(no_config.status == 66);
  CHECK(has(no_config.output, "none.yaml"));
  Finished no_patterns = cepd({"--set", "patterns=[" + folder.path() + "/none]"});
  CHECK(no_patterns.status == 66);
  CHECK(has(no_patterns.output, "/none"));
  Finished key = cepd({"--config", folder.write("key.yaml", "patterns: [p]\nlimit: {line: 1MiB}\n")});
  CHECK(key.status == 78);
  CHECK(has(key.output, "key.yaml:2: error: limit: there is no such key; did you mean `limits`?"));
  Finished bind = cepd({"--set", "listen.events=0.0.0.0:0", "--set", patterns});
  CHECK(bind.status == 78);
  CHECK(has(bind.output, "insecure: true"));
  const std::string data = "data_dir=" + folder.path() + "/data";
  Finished address = cepd({"--set", "listen={events: '192.0.2.1:0', alerts: '127.0.0.1:0', http: '127.0.0.1:0'}", "--set", "insecure=true", "--set", patterns,
                           "--set", data});
  CHECK(address.status == 74);
  CHECK(has(address.output, "192.0.2.1"));
  Daemon daemon;
  Finished taken = cepd({"--set", patterns, "--set", "listen={events: '127.0.0.1:" + std::to_string(daemon.events_port()) +
                                                         "', alerts: '127.0.0.1:0', http: '127.0.0.1:0'}", "--set", data});
  CHECK(taken.status == 74);
  CHECK(has(taken.output, "in use"));
}
