// The journal alone: journal_bench DIR [MIB [FRAME_KIB]]. Appends so many MiB of lines of about 150 bytes to a new journal in DIR/bench-journal with a sync after each frame, after
// each 16 frames and at the end alone, as they are and with LZ4; then reads them back. Per second of CPU, too, for a machine that does other work. What it wrote is removed.
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string>
#include <vector>

#include "journal/entry.h"
#include "journal/reader.h"
#include "report.h"

namespace {

using namespace cep;
using Clock = std::chrono::steady_clock;

struct Batch {
  std::string payload;
  uint32_t count = 0;
};

// Lines as a card service sends them; no two are equal.
Batch make_batch(uint64_t first, size_t bytes) {
  Batch b;
  uint64_t x = first * 0x9e3779b97f4a7c15;
  while (b.payload.size() < bytes) {
    x ^= x << 13, x ^= x >> 7, x ^= x << 17;
    char line[256];
    const int n = std::snprintf(line, sizeof line, "{\"tx_id\":\"t%016llx\",\"user_id\":\"u%llu\",\"amount\":%llu.%02llu,\"country\":\"DE\",\"device\":\"d%llu\",\"ts\":%llu}",
                                static_cast<unsigned long long>(x), static_cast<unsigned long long>(x % 100000), static_cast<unsigned long long>(x >> 50),
                                static_cast<unsigned long long>(x % 100), static_cast<unsigned long long>(x >> 40 & 0xffff),
                                static_cast<unsigned long long>(1767225600000 + first * 10 + b.count));
    journal::append_line({line, static_cast<size_t>(n)}, &b.payload);
    ++b.count;
  }
  return b;
}

void must(const Status& s) {
  if (s.ok()) return;
  std::fprintf(stderr, "journal_bench: %s\n", s.message().c_str());
  std::exit(1);
}

void remove_journal(base::Env* env, const std::string& dir) {
  if (!env->exists(dir)) return;
  const Result<std::vector<std::string>> names = env->list(dir);
  if (!names.ok()) must(names.status());
  for (const std::string& name : names.value()) must(env->remove(dir + "/" + name));
}

// Wall time and the CPU time of this process since it was made.
struct Watch {
  Clock::time_point wall = Clock::now();
  std::clock_t cpu = std::clock();

  void print(const std::string& what, uint64_t bytes, uint64_t lines) const {
    const double seconds = std::chrono::duration<double>(Clock::now() - wall).count();
    const double cpu_seconds = static_cast<double>(std::clock() - cpu) / CLOCKS_PER_SEC;
    const double mib = static_cast<double>(bytes) / (1 << 20);
    char more[120];
    std::snprintf(more, sizeof more, " %8.0f MiB/s %8.3f CPU s %8.0f MiB/CPU s", mib / seconds, cpu_seconds, mib / cpu_seconds);
    bench::print_rate("journal, " + what, lines, "lines", seconds, more);
  }
};

void write_and_read(const std::string& dir, const std::vector<Batch>& batches, bool compress, size_t sync_every) {
  base::Env* env = base::posix_env();
  remove_journal(env, dir);
  journal::WriterOptions options;
  options.compress = compress;
  uint64_t bytes = 0, lines = 0;
  const Watch append;
  {
    Result<journal::Opened> opened = journal::open_journal(env, dir, options);
    if (!opened.ok()) must(opened.status());
    journal::Writer& w = *opened.value().writer;
    for (size_t i = 0; i < batches.size(); ++i) {
      must(w.append({w.next_position(), batches[i].count, static_cast<int64_t>(i), batches[i].payload}));
      if (sync_every > 0 && (i + 1) % sync_every == 0) must(w.sync());
      bytes += batches[i].payload.size();
      lines += batches[i].count;
    }
    must(w.sync());
  }
  const std::string how = std::string(compress ? "LZ4" : "plain") + ", sync " + (sync_every == 0 ? "at the end" : "each " + std::to_string(sync_every) + " frames");
  append.print("append, " + how, bytes, lines);
  if (sync_every != 0) return;
  for (bool entries : {false, true}) {
    const Watch read;
    auto reader = journal::open_reader(env, dir, 1);
    if (!reader.ok()) must(reader.status());
    uint64_t got = 0, seen = 0;
    journal::Frame f;
    for (;;) {
      Result<bool> more = reader.value()->next(&f);
      if (!more.ok()) must(more.status());
      if (!more.value()) break;
      got += f.count;
      journal::EntryCursor cursor(f.payload);
      journal::Entry e;
      while (entries && cursor.next(&e)) ++seen;
    }
    if (got != lines || (entries && seen != lines)) must(Status::error("read " + std::to_string(got) + " lines of " + std::to_string(lines)));
    read.print(std::string("read, ") + (compress ? "LZ4" : "plain") + (entries ? ", with entries" : ""), bytes, lines);
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: journal_bench DIR [MIB [FRAME_KIB]]\n");
    return 2;
  }
  const std::string dir = std::string(argv[1]) + "/bench-journal";
  const size_t mib = argc > 2 ? std::strtoul(argv[2], nullptr, 10) : 512;
  const size_t frame = (argc > 3 ? std::strtoul(argv[3], nullptr, 10) : 256) << 10;
  bench::print_machine();
  std::vector<Batch> batches;
  for (size_t made = 0; made < mib << 20; made += frame) batches.push_back(make_batch(batches.size() + 1, frame));
  for (bool compress : {false, true})
    for (size_t sync_every : {size_t{1}, size_t{16}, size_t{0}}) write_and_read(dir, batches, compress, sync_every);
  remove_journal(cep::base::posix_env(), dir);
  ::rmdir(dir.c_str());
  return 0;
}
