// The bytes of a whole small segment, as FORMAT.md says them. What is read here was not written by today's code: a change of the format fails.
#include <doctest/doctest.h>

#include "journal/format.h"
#include "journal/journal_kit.h"
#include "journal/segment_writer.h"
#include "sim/sim_env.h"

using namespace cep;
using namespace cep::journal;
using namespace cep::journal::test;

namespace {

constexpr char kName[] = "/data/journal/00000000000000000041.journal";

SegmentHeader golden_header() {
  SegmentHeader h;
  h.first = 41;
  h.id = {'t', 'h', 'e', ' ', 'g', 'o', 'l', 'd', 'e', 'n', ' ', 'j', 'o', 'u', 'r', 'n'};
  h.reserved_bytes = 1024;
  return h;
}

std::string bytes_of(std::string_view digits) {
  std::string out;
  auto value = [](char c) { return c <= '9' ? c - '0' : c - 'a' + 10; };
  for (size_t i = 0; i + 1 < digits.size(); i += 2) out.push_back(static_cast<char>(value(digits[i]) * 16 + value(digits[i + 1])));
  return out;
}

const std::string kHeader =
    "636570646a726e6c" "01000000" "80000000" "2900000000000000"        // magic, version, where frames begin, first position
    "74686520676f6c64656e206a6f75726e" "0004000000000000"              // id, reserved bytes
    "0000000000000000" "68b37ee4d2557596";                             // zeros, checksum
const std::string kFirst =
    "f7636a66" "01" "00" "0000" "2900000000000000" "02000000"          // magic, entries, as it is, zeros, base, count
    "0a000000" "0a000000" "00000000" "e803000000000000"                // payload, stored, zeros, arrival
    "2800000000000000" "af31ba7150ce994a" "c28cfaab50e86574"               // synced up to, checksums
    "01" "03" "7b7d20" "01" "03" "7b7d0d";                             // two lines
const std::string kMarkFrame =
    "f7636a66" "02" "00" "0000" "2b00000000000000" "00000000"
    "00000000" "00000000" "00000000" "0000000000000000"
    "2a00000000000000" "2ba2f3ab675edd8a" "f6c584e4c9b8abd8";
const std::string kSecond =
    "f7636a66" "01" "01" "0000" "2b00000000000000" "01000000"          // LZ4
    "66000000" "0d000000" "00000000" "e903000000000000"
    "2a00000000000000" "a37129ceb08c1b29" "81aff1f0e23077c3"
    "3f01647801004b507878787878";
const std::string kEndFrame =
    "f7636a66" "03" "00" "0000" "2c00000000000000" "00000000"
    "00000000" "00000000" "00000000" "0000000000000000"
    "2b00000000000000" "722653d68e5d2edd" "ca94bc198aab55ff";

// 100 times x.
std::string long_line() { return std::string("\x01\x64") + std::string(100, 'x'); }

}  // namespace

TEST_CASE("a segment has these bytes") {
  sim::SimEnv env(1);
  REQUIRE(env.make_dir(kDir).ok());
  Result<OpenSegment> made = make_segment(&env, kDir, golden_header());
  REQUIRE(made.ok());
  WriterOptions options;
  options.segment_bytes = 1024;
  auto w = make_writer(&env, kDir, options, std::move(made.value()), 0);
  CHECK(w->next_position() == 41);
  REQUIRE(w->append({41, 2, 1000, "\x01\x03{} \x01\x03{}\r"}).ok());
  CHECK(w->durable_position() == 40);
  REQUIRE(w->sync().ok());
  CHECK(w->durable_position() == 42);
  REQUIRE(w->append({43, 1, 1001, long_line()}).ok());
  std::string big = std::string("\x01\x80\x08", 3) + std::string(1024, '\0');
  for (size_t i = 3; i < big.size(); ++i) big[i] = static_cast<char>(i * i * 7 >> 3);   // what cannot be packed
  REQUIRE(w->append({44, 1, 1002, big}).ok());                                          // does not fit: the segment is closed
  CHECK(w->next_position() == 45);
  const std::string want = kHeader + kHeader + kFirst + kMarkFrame + kSecond + kEndFrame;
  CHECK(hex(env.content(kName)) == want);
}

TEST_CASE("these bytes are read") {
  sim::SimEnv env(1);
  env.put(kName, bytes_of(kHeader + kHeader + kFirst + kMarkFrame + kSecond + kEndFrame));
  std::string error;
  const std::vector<OwnFrame> frames = read_all(&env, kDir, &error, 41);
  CHECK(error == "");
  REQUIRE(frames.size() == 2);
  CHECK(frames[0] == OwnFrame{41, 2, 1000, "\x01\x03{} \x01\x03{}\r"});
  CHECK(frames[1] == OwnFrame{43, 1, 1001, long_line()});
  CHECK(read_all(&env, kDir, &error, 43).size() == 1);
  CHECK(read_all(&env, kDir, &error, 44).empty());
  CHECK(error == "");
  CHECK(read_all(&env, kDir, &error, 40).empty());
  CHECK(error.find("begins at position 41") != std::string::npos);
}

TEST_CASE("names") {
  CHECK(segment_name(1) == "00000000000000000001.journal");
  CHECK(segment_name(UINT64_MAX) == "18446744073709551615.journal");
  CHECK(parse_segment_name("00000000000000000041.journal") == 41);
  for (const char* other : {"", "1.journal", "00000000000000000041.journal.tmp", "00000000000000000000.journal", "+0000000000000000041.journal",
                            "99999999999999999999.journal", "0000000000000000004x.journal", "damaged-1", "LOCK"})
    CHECK(!parse_segment_name(other));
}
