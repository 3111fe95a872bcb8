// Golden bytes: what FORMAT.md says, byte by byte. Who changes them changes the version.
#include "output/format.h"

#include "output/kit.h"
#include "output/log_state.h"
#include "sim/sim_env.h"

using namespace output_test;
using namespace cep::output;

namespace {

std::string hex(std::string_view bytes) {
  std::string out;
  for (char c : bytes) {
    out += "0123456789abcdef"[static_cast<unsigned char>(c) >> 4];
    out += "0123456789abcdef"[c & 15];
  }
  return out;
}

constexpr uint64_t kSeed = 0x5d0c1e9b7a3f2468;

}  // namespace

TEST_CASE("golden: the header of a segment") {
  CHECK(hex(encode_header(Channel::kAlerts, 161873, kSeed)) ==
        "636570646f75740a"                  // cepdout, LF
        "01000000" "40000000"               // version, bytes of the header
        "68243f7a9b1e0c5d"                  // the log's seed
        "616c65727473" "00000000000000000000"
        "5178020000000000"                  // first seq
        "0000000000000000"
        "3114e82d2b4eab09");
  CHECK(header_problem(encode_header(Channel::kAlerts, 161873, kSeed), Channel::kAlerts, 161873, kSeed) == "");
}

TEST_CASE("golden: a frame") {
  std::string frame(frame_bytes(1, 3), '?');
  encode_frame(258, 7, "p", "{1}", 99, frame.data());
  CHECK(hex(frame) ==
        "3f8e57f013bb642e"
        "25000000" "01000000"               // bytes of the frame, of the name
        "0201000000000000"                  // seq
        "0700000000000000"                  // position
        "70" "7b317d" "0a");                // name, line, LF
  FrameView view;
  CHECK(read_frame(frame, 258, 99, &view) == "");
  CHECK(view.name == "p");
  CHECK(view.line == "{1}");
  CHECK(view.text == "{1}\n");
  CHECK(view.position == 7);
  CHECK(read_frame(frame, 257, 99, &view) == "record 258 stands where 257 should");
  CHECK(read_frame(frame, 258, 98, &view) == "a record's checksum is wrong");
}

TEST_CASE("golden: log.state") {
  LogState state;
  state.seed = kSeed;
  state.channels[0] = {161873, 200000};
  state.channels[3].synced = 12;
  state.ran_ms = 604800000;
  state.written = {{{0, 161873}, 604750000}, {{3, 1}, 1200}};
  const std::string text = state.encode(), before =
        "cepd output log 1\nseed 5d0c1e9b7a3f2468\nalerts oldest 161873 synced 200000\ntimeouts oldest 1 synced 0\nlate oldest 1 synced 0\n"
        "rejects oldest 1 synced 12\nlimits oldest 1 synced 0\n";
  CHECK(text == before + "ran 604800000\nalerts 161873 written 604750000\nrejects 1 written 1200\nchecksum a555ffb3f9b69a96\n");
  auto read = LogState::decode(text);
  REQUIRE(read.ok());
  CHECK(read.value().encode() == text);
  // As logs of before have it.
  auto old = LogState::decode(before + "checksum ffe0ab62dd9c135b\n");
  REQUIRE(old.ok());
  CHECK(old.value().channels[3].synced == 12);
  CHECK(old.value().ran_ms == 0);
}

TEST_CASE("golden: a whole segment is its header and its frames") {
  sim::SimEnv env(1);
  auto log = opened(&env, "/data/output");
  append(log.get(), Channel::kLate, 1, 3);
  check_ok(log->publish());
  const std::string bytes = env.content("/data/output/late-00000000000000000001.log");
  const uint64_t seed = LogState::decode(env.content("/data/output/log.state")).value().seed;
  std::string expected = encode_header(Channel::kLate, 1, seed);
  for (uint64_t seq = 1; seq < 3; ++seq) {
    auto one = made(Channel::kLate, seq);
    std::string frame(frame_bytes(one->name.size(), one->line.size()), '\0');
    encode_frame(seq, one->record.position, one->name, one->line, frame_seed(Channel::kLate, 1, seed), frame.data());
    expected += frame;
  }
  CHECK(hex(bytes) == hex(expected));
}

TEST_CASE("segments' names") {
  CHECK(segment_name(Channel::kRejects, 1) == "rejects-00000000000000000001.log");
  CHECK(segment_name(Channel::kAlerts, UINT64_MAX) == "alerts-18446744073709551615.log");
  Channel channel;
  uint64_t first = 0;
  CHECK(parse_segment_name("alerts-18446744073709551615.log", &channel, &first));
  CHECK(first == UINT64_MAX);
  for (const char* other : {"alerts-1.log", "alerts-00000000000000000000.log", "alerts-00000000000000000001.lo", "alerts-00000000000000000001.logs", "streams-00000000000000000001.log",
                            "other-00000000000000000001.log", "alerts-0000000000000000000x.log", "alerts-99999999999999999999.log", "log.state", "", "-"}) {
    CHECK_MESSAGE(!parse_segment_name(other, &channel, &first), other);
  }
}

TEST_CASE("no frame is read beyond the bytes that are there") {
  std::string frame(frame_bytes(1, 30), '?');
  encode_frame(5, 7, "p", std::string(30, 'x'), 99, frame.data());
  FrameView view;
  for (size_t n = 0; n < frame.size(); ++n) CHECK(read_frame(std::string(frame, 0, n), 5, 99, &view) != "");
  for (size_t i = 0; i < frame.size() * 8; ++i) {
    std::string flipped = frame;
    flipped[i / 8] = static_cast<char>(flipped[i / 8] ^ (1 << i % 8));
    CHECK(read_frame(flipped, 5, 99, &view) != "");
  }
}
