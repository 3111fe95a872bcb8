// What was appended is read, through any number of segments; errors are final; positions and sizes are as the contract says.
#include "journal/writer.h"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include "base/fault_control.h"
#include "base/temp_dir.h"
#include "journal/format.h"
#include "journal/journal_kit.h"
#include "sim/sim_env.h"

using namespace cep;
using namespace cep::journal;
using namespace cep::journal::test;

namespace {

WriterOptions small(uint64_t bytes, bool compress = true) {
  WriterOptions o;
  o.segment_bytes = bytes;
  o.compress = compress;
  return o;
}

std::vector<std::string> segments(base::Env* env, const std::string& dir = kDir) { return env->list(dir).value(); }

}  // namespace

TEST_CASE("a new journal begins at position 1, an opened one goes on") {
  sim::SimEnv env(1);
  {
    Result<Opened> opened = open_journal(&env, kDir, {});
    REQUIRE(opened.ok());
    CHECK(opened.value().torn_bytes == 0);
    CHECK(opened.value().torn_at.empty());
    Writer& w = *opened.value().writer;
    CHECK(w.next_position() == 1);
    CHECK(w.durable_position() == 0);
    REQUIRE(w.append(frame_of_lines(1, 3, 5).view()).ok());
    CHECK(w.next_position() == 4);
    CHECK(w.durable_position() == 0);
    REQUIRE(w.sync().ok());
    CHECK(w.durable_position() == 3);
    const uint64_t syncs = env.ops_of(sim::Op::kSync);
    REQUIRE(w.sync().ok());
    CHECK(env.ops_of(sim::Op::kSync) == syncs);  // nothing new: nothing to do
  }
  Result<Opened> again = open_journal(&env, kDir, {});
  REQUIRE(again.ok());
  CHECK(again.value().writer->next_position() == 4);
  CHECK(again.value().writer->durable_position() == 3);
  CHECK(segments(&env) == std::vector<std::string>{segment_name(1)});
  CHECK(env.content(std::string(kDir) + "/" + segment_name(1)).size() == 64 << 20);
}

TEST_CASE("opening again and again adds nothing") {
  sim::SimEnv env(1);
  write_frames(&env, frames_of_lines(3), 0, small(4096));
  std::string before;
  for (int i = 0; i < 5; ++i) {
    Result<Opened> opened = open_journal(&env, kDir, small(4096));
    REQUIRE(opened.ok());
    CHECK(opened.value().torn_bytes == 0);
    const std::string now = env.content(std::string(kDir) + "/" + segment_name(1));
    if (i > 0) CHECK(now == before);
    before = now;
  }
}

TEST_CASE("a frame that does not fit begins a new segment; each name says its first position") {
  sim::SimEnv env(1);
  const std::vector<OwnFrame> frames = frames_of_lines(40);
  write_frames(&env, frames, 3, small(1024, false));
  const std::vector<std::string> names = segments(&env);
  CHECK(names.size() > 4);
  CHECK(names[0] == segment_name(1));
  std::string error;
  CHECK(read_all(&env, kDir, &error) == frames);
  CHECK(error == "");
  for (size_t i = 0; i < frames.size(); ++i) {
    for (uint64_t from = frames[i].base; from < frames[i].base + frames[i].count; ++from)
      CHECK(read_all(&env, kDir, &error, from) == std::vector<OwnFrame>(frames.begin() + static_cast<long>(i), frames.end()));
  }
  CHECK(read_all(&env, kDir, &error, 1000).empty());
  CHECK(error == "");
  for (size_t i = 0; i + 1 < names.size(); ++i) CHECK(env.content(std::string(kDir) + "/" + names[i]).size() <= 1024);
}

TEST_CASE("a frame larger than a segment has one of its own size") {
  sim::SimEnv env(1);
  std::vector<OwnFrame> frames = {frame_of_lines(1, 1, 1), frame_of_lines(2, 300, 2), frame_of_lines(302, 1, 3)};
  {
    Result<Opened> opened = open_journal(&env, kDir, small(1, false));  // not even a small one fits
    REQUIRE(opened.ok());
    for (const OwnFrame& f : frames) REQUIRE(opened.value().writer->append(f.view()).ok());
    REQUIRE(opened.value().writer->sync().ok());
  }
  CHECK(segments(&env) == std::vector<std::string>{segment_name(1), segment_name(2), segment_name(302)});
  std::string error;
  CHECK(read_all(&env, kDir, &error) == frames);
  CHECK(error == "");
}

TEST_CASE("payloads are packed where that saves an eighth, and come back the same") {
  for (bool compress : {false, true}) {
    sim::SimEnv env(1);
    OwnFrame f = frame_of_lines(1, 2000, 1);
    std::string noise;
    for (uint32_t i = 0, x = 1; i < 5000; ++i) noise.push_back(static_cast<char>((x = x * 1664525 + 1013904223) >> 24));
    OwnFrame random{2001, 1, 2, ""};
    append_line(noise, &random.payload);
    uint64_t sizes[3] = {};
    {
      Result<Opened> opened = open_journal(&env, kDir, small(1 << 20, compress));
      Writer& w = *opened.value().writer;
      sizes[0] = w.bytes();
      REQUIRE(w.append(f.view()).ok());
      sizes[1] = w.bytes();
      REQUIRE(w.append(random.view()).ok());
      sizes[2] = w.bytes();
      REQUIRE(w.sync().ok());
    }
    CHECK(sizes[0] == kSegmentBegin);
    if (compress) CHECK(sizes[1] - sizes[0] < f.payload.size() / 2);
    else CHECK(sizes[1] - sizes[0] == f.payload.size() + kFrameHeaderBytes);
    CHECK(sizes[2] - sizes[1] == random.payload.size() + kFrameHeaderBytes);
    std::string error;
    CHECK(read_all(&env, kDir, &error) == std::vector<OwnFrame>{f, random});
    CHECK(error == "");
  }
}

TEST_CASE("random entries in random frames and segments, opened now and then: the same frames, the same entries") {
  CHECK(rc::check([] {
    sim::SimEnv env(*rc::gen::arbitrary<uint32_t>());
    const uint64_t segment = *rc::gen::inRange<uint64_t>(1, 5000);
    const int rounds = *rc::gen::inRange(1, 5);
    std::vector<OwnFrame> frames;
    uint64_t next = 1;
    for (int r = 0; r < rounds; ++r) {
      Result<Opened> opened = open_journal(&env, kDir, small(segment, *rc::gen::arbitrary<bool>()));
      RC_ASSERT(opened.ok());
      RC_ASSERT(opened.value().writer->next_position() == next);
      const int n = *rc::gen::inRange(0, 12);
      for (int i = 0; i < n; ++i) {
        OwnFrame f{next, 0, *rc::gen::inRange<int64_t>(-5, 1'000'000'000'000), ""};
        const int entries = *rc::gen::inRange(1, 10);
        for (int e = 0; e < entries; ++e) f.count += append_random_entry(&f.payload).rfind("source ", 0) == 0 ? 0 : 1;
        if (f.count == 0) append_tick(1, &f.payload), f.count = 1;
        RC_ASSERT(opened.value().writer->append(f.view()).ok());
        if (*rc::gen::inRange(0, 3) == 0) RC_ASSERT(opened.value().writer->sync().ok());
        next += f.count;
        frames.push_back(std::move(f));
      }
    }
    std::string error;
    RC_ASSERT(read_all(&env, kDir, &error) == frames);
    RC_ASSERT(error == "");
    const uint64_t from = *rc::gen::inRange<uint64_t>(1, next + 1);
    std::vector<OwnFrame> want;
    for (const OwnFrame& f : frames)
      if (f.base + f.count > from) want.push_back(f);
    RC_ASSERT(read_all(&env, kDir, &error, from) == want);
    Result<std::vector<SegmentInfo>> infos = inspect(&env, kDir);
    RC_ASSERT(infos.ok());
    for (const SegmentInfo& info : infos.value()) RC_ASSERT(info.problem == "");
  }));
}

TEST_CASE("after a failed write or sync every call fails with the same words") {
  for (sim::Op op : {sim::Op::kWrite, sim::Op::kSync, sim::Op::kTruncate, sim::Op::kPreallocate, sim::Op::kRename, sim::Op::kSyncDir, sim::Op::kOpen}) {
    for (uint64_t nth = 1; nth <= 4; ++nth) {
      sim::SimEnv env(7);
      Result<Opened> opened = open_journal(&env, kDir, small(512, false));
      REQUIRE(opened.ok());
      Writer& w = *opened.value().writer;
      env.fail(op, nth);
      std::string first;
      uint64_t durable = 0;
      for (const OwnFrame& f : frames_of_lines(30)) {
        Status s = w.append(f.view());
        if (s.ok()) s = w.sync();
        if (s.ok()) continue;
        first = s.message();
        durable = w.durable_position();
        break;
      }
      INFO("op ", static_cast<int>(op), " nth ", nth);
      REQUIRE(first != "");
      CHECK(w.sync().message() == first);
      CHECK(w.append(frame_of_lines(w.next_position(), 1, 1).view()).message() == first);
      CHECK(w.durable_position() == durable);
    }
  }
}

TEST_CASE("a planted retry of a failed sync reports what is not durable") {
  sim::SimEnv env(7);
  Result<Opened> opened = open_journal(&env, kDir, {});
  REQUIRE(opened.value().writer->append(frame_of_lines(1, 1, 1).view()).ok());
  env.fail(sim::Op::kSync, 1);
  base::plant(base::Bug::kRetrySync);
  const bool said_ok = opened.value().writer->sync().ok();
  base::plant(base::Bug::kNone);
  CHECK(said_ok);
}

TEST_CASE("a directory that cannot be written, a file that cannot be read: the status names it") {
  sim::SimEnv env(1);
  write_frames(&env, frames_of_lines(3), 1);
  env.fail(sim::Op::kRead, 1);
  CHECK(open_journal(&env, kDir, {}).status().message().find(segment_name(1)) != std::string::npos);
  env.fail(sim::Op::kPreallocate, 1);
  CHECK(open_journal(&env, kDir, {}).status().message().find(segment_name(1)) != std::string::npos);
  REQUIRE(open_journal(&env, kDir, {}).ok());
  CHECK(!open_reader(&env, "/nowhere", 1).ok());
  CHECK(!inspect(&env, "/nowhere").ok());
}

TEST_CASE("on the machine's own disk") {
  base_test::TempDir dir;
  base::Env* env = base::posix_env();
  const std::string path = dir.file("a/b/journal");
  const std::vector<OwnFrame> frames = frames_of_lines(200);
  for (size_t i = 0; i < frames.size(); ++i) {
    if (i % 50 != 0) continue;
    Result<Opened> opened = open_journal(env, path, small(4096));
    REQUIRE_MESSAGE(opened.ok(), opened.status().message());
    for (size_t k = i; k < i + 50; ++k) REQUIRE(opened.value().writer->append(frames[k].view()).ok());
    REQUIRE(opened.value().writer->sync().ok());
  }
  std::string error;
  CHECK(read_all(env, path, &error) == frames);
  CHECK(error == "");
  CHECK(segments(env, path).size() > 2);
}

TEST_CASE("a reader beside a writer gives what was written before it came") {
  sim::SimEnv env(1);
  const std::vector<OwnFrame> frames = frames_of_lines(60);
  Result<Opened> opened = open_journal(&env, kDir, small(1000, false));
  std::vector<std::unique_ptr<Reader>> readers;
  std::vector<size_t> told;
  for (size_t i = 0; i < frames.size(); ++i) {
    REQUIRE(opened.value().writer->append(frames[i].view()).ok());
    if (i % 2 == 0) REQUIRE(opened.value().writer->sync().ok());
    auto reader = open_reader(&env, kDir, 1);
    REQUIRE(reader.ok());
    Frame first;
    REQUIRE(reader.value()->next(&first).ok());   // the piece it has read is old by the time it goes on
    readers.push_back(std::move(reader.value()));
    told.push_back(i + 1);
  }
  for (size_t r = 0; r < readers.size(); ++r) {
    size_t n = 1;
    Frame f;
    for (;; ++n) {
      Result<bool> more = readers[r]->next(&f);
      REQUIRE_MESSAGE(more.ok(), more.status().message());
      if (!more.value()) break;
      REQUIRE(f.payload == frames[n].payload);
    }
    CHECK(n >= told[r]);
    CHECK(readers[r]->bytes_read() == readers[r]->bytes_total());
  }
}
