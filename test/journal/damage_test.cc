// A byte flipped anywhere, a file cut anywhere, files lost, swapped, moved: refused with place and way out, or a torn tail of what was never durable; never other content.
#include <doctest/doctest.h>

#include "base/fault_control.h"
#include "journal/format.h"
#include "journal/journal_kit.h"
#include "journal/segment_writer.h"
#include "sim/sim_env.h"

using namespace cep;
using namespace cep::journal;
using namespace cep::journal::test;

namespace {

std::string path_of(uint64_t first) { return std::string(kDir) + "/" + segment_name(first); }

WriterOptions small(uint64_t bytes) {
  WriterOptions o;
  o.segment_bytes = bytes;
  o.compress = false;
  return o;
}

bool is_prefix(const std::vector<OwnFrame>& part, const std::vector<OwnFrame>& whole) {
  return part.size() <= whole.size() && std::equal(part.begin(), part.end(), whole.begin());
}

bool names_way_out(const std::string& error) { return error.find("cepctl journal repair") != std::string::npos && error.find(".journal") != std::string::npos; }

std::string read_error(base::Env* env) {
  std::string error;
  read_all(env, kDir, &error);
  return error;
}

using Files = std::vector<std::pair<std::string, std::string>>;
Files files_of(const sim::SimEnv& env) {
  Files out;
  for (const std::string& path : env.files()) out.emplace_back(path, env.content(path));
  return out;
}

// Reads and opens a copy of the disk's journal in which one file has other bytes.
struct Tried {
  std::string read_error, open_error;
  std::vector<OwnFrame> frames;
  uint64_t torn = 0;
  std::string full;
};
Tried try_with(const Files& files) {
  sim::SimEnv env(3);
  for (const auto& [path, bytes] : files) env.put(path, bytes);
  Tried t;
  t.frames = read_all(&env, kDir, &t.read_error);
  Result<Opened> opened = open_journal(&env, kDir, small(1024));
  if (!opened.ok()) return t.open_error = opened.status().message(), t;
  t.torn = opened.value().torn_bytes;
  t.full = opened.value().full;
  std::string again;
  const std::vector<OwnFrame> after = read_all(&env, kDir, &again);
  if (t.read_error.empty()) {
    CHECK(again == "");
    CHECK(after == t.frames);
  } else {
    CHECK(again != "");  // damage in an older segment: opening does not hide it
  }
  return t;
}

// The files of a journal with these frames.
Files files_with(const std::vector<OwnFrame>& frames, size_t sync_every, uint64_t segment_bytes, uint64_t seed = 1) {
  sim::SimEnv env(seed);
  write_frames(&env, frames, sync_every, small(segment_bytes));
  return files_of(env);
}

}  // namespace

TEST_CASE("every byte flipped: what was acknowledged is refused, never cut, never other content") {
  const std::vector<OwnFrame> frames = frames_of_lines(12);
  const Files files = files_with(frames, 2, 1024);
  REQUIRE(files.size() == 3);
  size_t refused = 0, harmless = 0;
  for (size_t f = 0; f < files.size(); ++f) {
    for (size_t i = 0; i < files[f].second.size(); ++i) {
      for (int mask : {0x01, 0x80}) {
        auto changed = files;
        changed[f].second[i] = static_cast<char>(changed[f].second[i] ^ mask);
        const Tried t = try_with(changed);
        INFO(files[f].first, " byte ", i, " ", t.read_error);
        REQUIRE(is_prefix(t.frames, frames));
        if (t.read_error.empty()) {
          REQUIRE(t.frames == frames);   // in the mark behind the last sync, or in the room behind it
          REQUIRE(t.torn > 0);
          ++harmless;
        } else {
          REQUIRE(names_way_out(t.read_error));
          ++refused;
        }
      }
    }
  }
  CHECK(refused > 3000);
  CHECK(harmless > 100);
}

TEST_CASE("every length of every segment: refused, but for a last one that is whole") {
  const std::vector<OwnFrame> frames = frames_of_lines(12);
  const Files files = files_with(frames, 2, 1024);
  for (size_t f = 0; f < files.size(); ++f) {
    for (size_t n = 0; n < files[f].second.size(); ++n) {
      auto changed = files;
      changed[f].second.resize(n);
      const Tried t = try_with(changed);
      INFO(files[f].first, " cut to ", n);
      REQUIRE(is_prefix(t.frames, frames));
      REQUIRE(names_way_out(t.read_error));
    }
  }
}

TEST_CASE("bytes behind the end: more of a closed segment is refused, of the last a torn tail") {
  const std::vector<OwnFrame> frames = frames_of_lines(12);
  Files files = files_with(frames, 2, 1024);
  files[0].second += "x";
  CHECK(names_way_out(try_with(files).read_error));
  files[0].second.pop_back();
  files[2].second += "xyz";
  const Tried t = try_with(files);
  CHECK(t.read_error == "");
  CHECK(t.frames == frames);
  CHECK(t.torn > 0);
}

TEST_CASE("frames that were never synced are a torn tail, whichever of them has reached the disk") {
  const std::vector<OwnFrame> frames = frames_of_lines(6);
  Files written;
  {
    sim::SimEnv env(1);
    write_frames(&env, frames, 3, small(4096));   // two syncs
    Result<Opened> opened = open_journal(&env, kDir, small(4096));
    REQUIRE(opened.ok());
    uint64_t next = opened.value().writer->next_position();
    for (int i = 0; i < 3; ++i, next += 2) REQUIRE(opened.value().writer->append(frame_of_lines(next, 2, 9).view()).ok());
    env.fail(sim::Op::kSync, 1);
    REQUIRE(!opened.value().writer->sync().ok());  // nothing may say that they were durable
    written = files_of(env);
  }
  const std::string& whole = written[0].second;
  const size_t first = whole.find("line 13 of") - 66, second = whole.find("line 15 of") - 66;
  for (size_t hole : {first, first + 70, second, second + 10}) {
    Files files = written;
    files[0].second.replace(hole, 20, 20, '\0');
    const Tried t = try_with(files);
    INFO(t.read_error);
    CHECK(t.read_error == "");
    CHECK(t.open_error == "");
    CHECK(t.torn > 0);
    CHECK(t.frames.size() == (hole < second ? 6u : 7u));
    CHECK(is_prefix(frames, t.frames));
  }
}

TEST_CASE("what an opening has found is durable from then on: damage there is refused") {
  const std::vector<OwnFrame> frames = frames_of_lines(3);
  Files files;
  {
    sim::SimEnv env(1);
    write_frames(&env, frames, 0, small(4096));  // never synced
    REQUIRE(open_journal(&env, kDir, small(4096)).ok());
    files = files_of(env);
  }
  const size_t last = files[0].second.find("line 6 of");
  REQUIRE(last != std::string::npos);
  files[0].second[last] ^= 1;
  const Tried t = try_with(files);
  CHECK(t.read_error.find("was durable") != std::string::npos);
  CHECK(t.open_error == t.read_error);
}

TEST_CASE("segments lost, swapped, from another journal") {
  const Files files = files_with(frames_of_lines(30), 2, 1024);
  REQUIRE(files.size() > 4);
  auto without = files;
  without.erase(without.begin() + 1);
  CHECK(try_with(without).read_error.find("are missing") != std::string::npos);
  without = files;
  without.erase(without.begin());
  CHECK(try_with(without).read_error.find(segment_name(1) + " is missing): put it back from a copy") != std::string::npos);
  CHECK(try_with(files).full.empty());
  without = files;
  without.pop_back();   // looks like a crash between two segments: it is told
  CHECK(try_with(without).full == without.back().first.substr(std::string(kDir).size() + 1));
  auto swapped = files;
  std::swap(swapped[1].second, swapped[2].second);
  CHECK(try_with(swapped).read_error.find("its name says otherwise") != std::string::npos);
  auto mixed = files;
  mixed[2].second = files_with(frames_of_lines(30), 2, 1024, 2)[2].second;
  CHECK(try_with(mixed).read_error.find("another journal") != std::string::npos);
}

TEST_CASE("a frame moved, doubled or from another place of the same journal is bad") {
  std::vector<OwnFrame> frames;
  for (uint64_t i = 1; i <= 6; ++i) frames.push_back({i, 1, 7, std::string("\x01\x01", 2) + static_cast<char>('a' + i)});
  const Files files = files_with(frames, 1, 4096);
  constexpr size_t kFrame = kFrameHeaderBytes + 3, kStep = kFrame + kFrameHeaderBytes;   // with its mark
  auto changed = files;
  const std::string a = files[0].second.substr(kSegmentBegin, kFrame), b = files[0].second.substr(kSegmentBegin + kStep, kFrame);
  changed[0].second.replace(kSegmentBegin, kFrame, b);
  changed[0].second.replace(kSegmentBegin + kStep, kFrame, a);
  CHECK(try_with(changed).read_error.find("checksum") != std::string::npos);
  changed = files;
  changed[0].second.replace(kSegmentBegin + 6 * kStep, kFrame, b);   // behind the end: no proof of anything
  CHECK(try_with(changed).read_error == "");
  CHECK(try_with(changed).torn == kFrame);
}

TEST_CASE("a client cannot forge a frame: not by magic, not by a frame of the journal itself") {
  sim::SimEnv env(1);
  SegmentHeader guessed;   // everything but the id is known to a client
  guessed.reserved_bytes = 8192;
  std::string evil;
  for (uint64_t offset = 0; offset < 600; ++offset) evil += mark_frame(FrameKind::kMark, guessed, offset, 1000).substr(0, 5);
  for (uint64_t offset = 0; offset < 4000; offset += 64) evil += mark_frame(FrameKind::kMark, guessed, kSegmentBegin + 250 + offset, 1000);
  std::vector<OwnFrame> frames = {frame_of_lines(1, 1, 1), {2, 1, 2, ""}};
  append_line(evil, &frames[1].payload);
  write_frames(&env, {frames[0]}, 1, small(16384));
  {
    Result<Opened> opened = open_journal(&env, kDir, small(16384));
    REQUIRE(opened.value().writer->append(frames[1].view()).ok());
  }
  const std::string bytes = env.content(path_of(1));
  env.flip(path_of(1), bytes.find(evil) + evil.size() - 1);   // torn in the frame that holds the bytes
  std::string error;
  CHECK(read_all(&env, kDir, &error).size() == 1);
  CHECK(error == "");
}

TEST_CASE("the planted bugs of this room show") {
  const std::vector<OwnFrame> frames = frames_of_lines(4);
  Files files = files_with(frames, 1, 4096);
  const size_t at = files[0].second.find("line 2 of");
  files[0].second[at] = 'L';
  base::plant(base::Bug::kIgnoreChecksum);
  const Tried ignored = try_with(files);
  base::plant(base::Bug::kNone);
  CHECK(ignored.read_error == "");
  CHECK(ignored.frames.size() == 4);
  CHECK(!is_prefix(ignored.frames, frames));
  CHECK(try_with(files).read_error != "");

  sim::SimEnv env(1);
  write_frames(&env, frames, 1, small(4096));
  const uint64_t end = kSegmentBegin + 4 * 2 * kFrameHeaderBytes + frames[0].payload.size() + frames[1].payload.size() + frames[2].payload.size() + frames[3].payload.size();
  env.flip(path_of(1), end + 5);
  base::plant(base::Bug::kKeepTornTail);
  {
    Result<Opened> opened = open_journal(&env, kDir, small(4096));
    REQUIRE(opened.ok());
    const uint64_t next = opened.value().writer->next_position();
    REQUIRE(opened.value().writer->append(frame_of_lines(next, 1, 1).view()).ok());
    REQUIRE(opened.value().writer->sync().ok());
  }
  base::plant(base::Bug::kNone);
  CHECK(read_error(&env) != "");
}
