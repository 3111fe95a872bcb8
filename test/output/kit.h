// What the tests of the output log share: records that are a function of channel and seq, logs in a directory, readers.
#pragma once
#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <vector>

#include "base/env.h"
#include "output/output_log.h"

namespace output_test {

using cep::Channel;
using cep::Record;
using cep::base::Env;
using cep::output::OutputLog;
using cep::output::OutputLogOptions;

inline const Channel kNumberedChannels[] = {Channel::kAlerts, Channel::kTimeouts, Channel::kLate, Channel::kRejects, Channel::kLimits};

// The record with this seq: the same bytes each time; of different lengths, some long.
struct Made {
  std::string name, line;
  Record record;
};
inline std::unique_ptr<Made> made(Channel channel, uint64_t seq, const std::string& more = "") {
  auto out = std::make_unique<Made>();
  const uint64_t mix = (seq * 2654435761u + static_cast<uint64_t>(channel) * 97) % 1000;
  out->name = channel == Channel::kRejects ? "" : mix % 3 == 0 ? "odd_one" : "pattern_" + std::to_string(mix % 4);
  out->line = R"({"channel":")" + std::string(cep::channel_name(channel)) + R"(","seq":)" + std::to_string(seq) + R"(,"pattern":")" + out->name + R"(","more":")" + more +
              std::string(mix % 17 == 0 ? 700 : mix % 40, 'x') + "\"}";
  out->record = Record{channel, seq, out->name, out->line, 10 * seq + mix % 7};
  return out;
}

inline std::string text_of(Channel channel, uint64_t first, uint64_t next, const std::string& name = "") {
  std::string out;
  for (uint64_t seq = first; seq < next; ++seq) {
    auto one = made(channel, seq);
    if (name.empty() || one->name == name) out += one->line + "\n";
  }
  return out;
}

inline void check_ok(const cep::Status& status) { REQUIRE_MESSAGE(status.ok(), status.message()); }

inline std::unique_ptr<OutputLog> opened(Env* env, const std::string& dir, const OutputLogOptions& options = {}) {
  auto log = OutputLog::open(env, dir, options);
  REQUIRE_MESSAGE(log.ok(), log.status().message());
  return std::move(log.value());
}

// The message of an open that must fail.
inline std::string refusal(Env* env, const std::string& dir, const OutputLogOptions& options = {}) {
  auto log = OutputLog::open(env, dir, options);
  REQUIRE_FALSE(log.ok());
  return log.status().message();
}

inline void append(OutputLog* log, Channel channel, uint64_t first, uint64_t next) {
  for (uint64_t seq = first; seq < next; ++seq) check_ok(log->append(made(channel, seq)->record));
}

inline bool all(std::string_view) { return true; }

// Everything that is kept from `seq` on, read in pieces.
inline std::string read_all(const OutputLog& log, Channel channel, uint64_t seq, size_t piece = 1000) {
  std::string out;
  for (;;) {
    std::string part;
    auto got = log.copy(channel, seq, piece, all, &part);
    REQUIRE_MESSAGE(got.ok(), got.status().message());
    REQUIRE_FALSE(got.value().gone);
    out += part;
    if (got.value().next == seq) return out;
    seq = got.value().next;
  }
}

}  // namespace output_test
