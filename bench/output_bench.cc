// The output log alone: records per second of append and publish, of reading from memory and from disk, of opening and of comparing a replay.
//   output_bench [DIR [RECORDS [BYTES [BATCH]]]]     default: a directory below the system's temporary one, 2,000,000 records of 300 bytes, 1,000 a batch
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>

#include "output/output_log.h"
#include "report.h"

namespace {

using cep::Channel;
using cep::output::OutputLog;

double now() {
  using std::chrono::steady_clock;
  return std::chrono::duration<double>(steady_clock::now().time_since_epoch()).count();
}

void must(const cep::Status& status) {
  if (status.ok()) return;
  std::fprintf(stderr, "output_bench: %s\n", status.message().c_str());
  std::exit(1);
}

struct Load {
  uint64_t records, bytes, batch;
};

void say(const std::string& what, uint64_t records, uint64_t bytes, double seconds, const std::string& more = "") {
  char rate[40];
  std::snprintf(rate, sizeof rate, " %8.0f MiB/s", static_cast<double>(records * bytes) / seconds / (1 << 20));
  bench::print_rate("output log, " + what, records, "records", seconds, rate + more);
}

// Appends all records, publishing each batch; gives the seconds, and the longest batch in *longest.
double append_all(OutputLog* log, const Load& load, double* longest) {
  std::string line(load.bytes - 1, 'x');
  const double begin = now();
  *longest = 0;
  double batch_begin = begin;
  for (uint64_t seq = 1; seq <= load.records; ++seq) {
    std::snprintf(line.data(), 64, "{\"channel\":\"alerts\",\"seq\":%llu", static_cast<unsigned long long>(seq));
    must(log->append(cep::Record{Channel::kAlerts, seq, "account_takeover", line, seq}));
    if (seq % load.batch != 0) continue;
    must(log->publish());
    const double end = now();
    if (end - batch_begin > *longest) *longest = end - batch_begin;
    batch_begin = end;
  }
  must(log->publish());
  return now() - begin;
}

double read_all(const OutputLog& log, uint64_t seq) {
  const double begin = now();
  std::string out;
  for (const uint64_t end = log.place(Channel::kAlerts).next; seq < end;) {
    out.clear();
    auto got = log.copy(Channel::kAlerts, seq, 256 << 10, [](std::string_view) { return true; }, &out);
    must(got.ok() ? cep::Status() : got.status());
    seq = got.value().next;
  }
  return now() - begin;
}

std::unique_ptr<OutputLog> open(const std::string& dir) {
  auto log = OutputLog::open(cep::base::posix_env(), dir, {});
  must(log.ok() ? cep::Status() : log.status());
  return std::move(log.value());
}

}  // namespace

int main(int argc, char** argv) {
  const bool own_dir = argc < 2 || *argv[1] == '\0';
  std::string dir = !own_dir ? argv[1] : (std::filesystem::temp_directory_path() / ("output_bench-" + std::to_string(::getpid()))).string();
  dir += "/output";
  Load load{2'000'000, 300, 1000};
  if (argc > 2) load.records = std::strtoull(argv[2], nullptr, 10);
  if (argc > 3) load.bytes = std::strtoull(argv[3], nullptr, 10);
  if (argc > 4) load.batch = std::strtoull(argv[4], nullptr, 10);
  if (load.bytes < 80 || load.batch == 0) return 2;
  bench::print_machine();
  double longest = 0;
  {
    auto log = open(dir);
    const double seconds_all = append_all(log.get(), load, &longest);
    say("append and publish", load.records, load.bytes, seconds_all, ", longest batch " + std::to_string(static_cast<int>(longest * 1e3)) + " ms");
    const uint64_t newest = (4 << 20) / load.bytes;   // surely in memory
    double seconds = 0;
    for (int round = 0; round < 100; ++round) seconds += read_all(*log, load.records - newest);
    say("read from memory", 100 * newest, load.bytes, seconds);
    say("read from disk", load.records, load.bytes, read_all(*log, 1));
    const double begin = now();
    must(log->sync());
    say("sync", load.records, load.bytes, now() - begin);
  }
  const double begin = now();
  auto log = open(dir);
  say("open", load.records, load.bytes, now() - begin);
  say("compare a replay", load.records, load.bytes, append_all(log.get(), load, &longest));
  must(log->end_of_replay());
  log.reset();
  std::filesystem::remove_all(dir);
  if (own_dir) std::filesystem::remove_all(std::filesystem::path(dir).parent_path());
  return 0;
}
