// Bytes that are no state, or not the one that was written.
#include <doctest/doctest.h>

#include "state/format.h"
#include "state/key_codec.h"
#include "state/state_reader.h"
#include "state/state_writer.h"

using namespace cep;
using state::Encoder;
using state::Part;

namespace {

std::string some_state() {
  state::StateWriter out;
  out.entry(0, Part::kIngest).text("numbers");
  out.entry(3, Part::kRuns, "key").text("runs");
  return out.finish();
}

std::string message_of(std::string_view bytes) { return state::StateReader::read(bytes).status().message(); }

// A state of one section, sound but for what it says.
std::string with_section(uint64_t op, std::string_view part, uint64_t version, uint64_t group) {
  Encoder body;
  body.number(op);
  body.text(part);
  body.number(version);
  body.number(1);
  body.number(group);
  body.text("key");
  body.text("");
  std::string bytes(state::kMagic);
  state::append_section(body.bytes(), &bytes);
  state::append_section({}, &bytes);
  return bytes;
}

}  // namespace

TEST_CASE("every flipped bit and every cut is told") {
  const std::string good = some_state();
  REQUIRE(state::StateReader::read(good).ok());
  for (size_t at = 0; at < good.size(); ++at) {
    CHECK_MESSAGE(!state::StateReader::read(good.substr(0, at)).ok(), at);
    for (int bit = 0; bit < 8; ++bit) {
      std::string bad = good;
      bad[at] = static_cast<char>(bad[at] ^ 1 << bit);
      CHECK_MESSAGE(!state::StateReader::read(bad).ok(), at);
    }
  }
  CHECK(message_of(good + "x").find("something stands behind its end") != std::string::npos);
}

TEST_CASE("what a newer version wrote is refused as that") {
  const uint64_t group = state::group_of("key");
  CHECK(state::StateReader::read(with_section(1, "runs", 1, group)).ok());
  CHECK(message_of(with_section(1, "runs", 2, group)).find("of a newer version: `runs` 2") != std::string::npos);
  CHECK(message_of(with_section(1, "walks", 1, group)).find("of a newer version: `walks` 1") != std::string::npos);
  CHECK(message_of(with_section(1, "runs", 0, group)).find("damaged") != std::string::npos);
  CHECK(message_of("CEPSTAT9").find("no saved state of a version that this cepd knows") != std::string::npos);
}

TEST_CASE("a key in another group than its own is refused") {
  CHECK(message_of(with_section(1, "runs", 1, state::group_of("key") ^ 1)).find("damaged") != std::string::npos);
  CHECK(message_of(with_section(1, "runs", 1, state::kKeyGroups)).find("damaged") != std::string::npos);
}
