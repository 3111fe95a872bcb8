// The log on descriptors of all kinds: in a child each, since descriptor 2 is replaced.
#include "base/log.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <string>

#include "base/child.h"
#include "base/log_sink.h"
#include "base/process.h"
#include "base/temp_dir.h"

using namespace cep::base;
using base_test::in_child;
using base_test::left_with;
using base_test::TempDir;

namespace {

constexpr int kLines = 5000;

void log_many() {
  for (int i = 0; i < kLines; ++i) LogLine(LogLevel::kInfo, "a line of some length, so that no pipe holds them all").add("n", static_cast<uint64_t>(i));
}

std::string read_all(int fd) {
  std::string out(4 << 20, '\0');
  const ssize_t n = ::read(fd, out.data(), out.size());
  out.resize(n > 0 ? static_cast<size_t>(n) : 0);
  return out;
}

// 7: a reader that sleeps costs nothing, what was lost is counted and told once it reads, and no line is mixed with another.
int nobody_reads(int writer, int reader) {
  if (::dup2(writer, STDERR_FILENO) < 0) return 1;
  ::fcntl(reader, F_SETFL, O_NONBLOCK);
  ::alarm(20);   // who waits is killed
  log_many();
  const uint64_t lost = log_lines_lost();
  if (lost == 0 || lost >= kLines) return 2;
  std::string text = read_all(reader);
  flush_log();
  LogLine(LogLevel::kInfo, "the last one");
  text += read_all(reader);
  if (text.find("msg=\"log lines were lost: nobody read them in time, or they could not be written\" lines=" + std::to_string(lost) + "\n") == std::string::npos) return 3;
  if (!text.ends_with("msg=\"the last one\"\n")) return 4;
  size_t lines = 0;
  for (size_t at = 0, end; (end = text.find('\n', at)) != std::string::npos; at = end + 1, ++lines)
    if (text.compare(at, 3, "ts=") != 0 || text.substr(at, end - at).find(" ts=") != std::string::npos) return 5;
  return lines == kLines - lost + 2 ? 7 : 6;
}

}  // namespace

TEST_CASE("a pipe that nobody reads holds up nobody") {
  CHECK(left_with(in_child([] {
    int ends[2];
    return ::pipe(ends) == 0 ? nobody_reads(ends[1], ends[0]) : 1;
  }), 7));
}

TEST_CASE("nor does a socket, such as the service manager's") {
  CHECK(left_with(in_child([] {
    int ends[2];
    return ::socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0 ? nobody_reads(ends[1], ends[0]) : 1;
  }), 7));
}

TEST_CASE("a reader that has gone, a full device: lost and counted, and the process lives") {
  CHECK(left_with(in_child([] {
    int ends[2];
    prepare_daemon();
    if (::pipe(ends) != 0 || ::dup2(ends[1], STDERR_FILENO) < 0) return 1;
    ::close(ends[0]);
    LogLine(LogLevel::kInfo, "nobody");
    const int full = ::open("/dev/full", O_WRONLY);
    if (full >= 0 && ::dup2(full, STDERR_FILENO) < 0) return 2;
    LogLine(LogLevel::kInfo, "no room");
    return log_lines_lost() == 2 ? 7 : 3;
  }), 7));
}

TEST_CASE("a file gets every line, at its end") {
  TempDir dir;
  const std::string path = dir.file("log");
  CHECK(left_with(in_child([&] {
    const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0644);
    if (::write(file, "before\n", 7) != 7 || ::dup2(file, STDERR_FILENO) < 0) return 1;
    log_many();
    return log_lines_lost() == 0 ? 7 : 2;
  }), 7));
  const int file = ::open(path.c_str(), O_RDONLY);
  const std::string text = read_all(file);
  ::close(file);
  CHECK(text.starts_with("before\nts="));
  CHECK(std::count(text.begin(), text.end(), '\n') == kLines + 1);
}

TEST_CASE("descriptors that were closed are taken before anything is opened") {
  TempDir dir;
  CHECK(left_with(in_child([&] {
    for (int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) ::close(fd);
    prepare_process();
    const int file = ::open(dir.file("a").c_str(), O_RDWR | O_CREAT, 0644);
    char byte = 0;
    LogLine(LogLevel::kInfo, "lost");
    struct stat st {};
    const bool kept = file > STDERR_FILENO && ::fstat(file, &st) == 0 && st.st_size == 0;
    return kept && ::read(STDIN_FILENO, &byte, 1) == 0 && ::write(STDOUT_FILENO, "x", 1) == -1 ? 7 : 1;
  }), 7));
}

TEST_CASE("a SIGHUP before anybody handles it is kept and does not kill") {
  CHECK(left_with(in_child([] {
    prepare_daemon();
    if (take_early_hangup()) return 1;
    ::raise(SIGHUP);
    return take_early_hangup() && !take_early_hangup() ? 7 : 2;
  }), 7));
}
