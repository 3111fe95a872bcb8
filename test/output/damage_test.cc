// Damage: every byte flipped, every truncation, missing and foreign files. What was durable is refused with file, offset and the way out, the rest is cut and made again; after the
// repair, or the cut, the replay gives the same log. Never a wrong or a silent answer.
#include "output/format.h"
#include "output/kit.h"
#include "output/repair.h"
#include "sim/sim_env.h"

using namespace output_test;
using namespace cep::output;

namespace {

const std::string kDir = "/data/output";
constexpr uint64_t kAlerts = 12, kLate = 3;   // records of each

OutputLogOptions small() {
  OutputLogOptions options;
  options.segment_bytes = 700;
  options.ring_bytes = 4096;
  return options;
}

struct Saved {
  std::vector<std::pair<std::string, std::string>> files;
};

// A small log of several segments; durable up to alerts/`synced_alerts`, or all of it.
Saved small_log(bool synced) {
  sim::SimEnv env(7);
  auto log = opened(&env, kDir, small());
  append(log.get(), Channel::kAlerts, 1, kAlerts + 1);
  append(log.get(), Channel::kLate, 1, kLate + 1);
  check_ok(log->publish());
  if (synced) check_ok(log->sync());
  Saved out;
  for (const std::string& file : env.files()) out.files.emplace_back(file, env.content(file));
  return out;
}

void put(sim::SimEnv* env, const Saved& saved) {
  for (const auto& [path, bytes] : saved.files) env->put(path, bytes);
}

// The replay makes everything, and a little more; then the log has it all.
void check_replay(sim::SimEnv* env) {
  auto log = opened(env, kDir, small());
  append(log.get(), Channel::kAlerts, 1, kAlerts + 4);
  append(log.get(), Channel::kLate, 1, kLate + 4);
  check_ok(log->end_of_replay());
  check_ok(log->publish());
  CHECK(read_all(*log, Channel::kAlerts, 1) == text_of(Channel::kAlerts, 1, kAlerts + 4));
  CHECK(read_all(*log, Channel::kLate, 1) == text_of(Channel::kLate, 1, kLate + 4));
}

// Opening is refused and says where; the repair mends it.
void check_refused(sim::SimEnv* env, const std::string& path) {
  const std::string message = refusal(env, kDir, small());
  CHECK_MESSAGE(message.find(path) == 0, message);
  CHECK_MESSAGE(message.find("cepctl journal repair") != std::string::npos, message);
  if (path.find("log.state") == std::string::npos) CHECK_MESSAGE(message.find(", offset ") != std::string::npos, message);
  std::string report;
  check_ok(repair_output(env, kDir, &report));
  CHECK_MESSAGE(report.find(path) == 0, report);
  check_replay(env);
  check_ok(repair_output(env, kDir, &report));
  CHECK(report == "the output log is sound\n");
}

// Opening cuts and says so.
void check_cut(sim::SimEnv* env) {
  {
    auto log = opened(env, kDir, small());
    CHECK(log->cuts().size() == 1);
  }
  check_replay(env);
}

}  // namespace

TEST_CASE("every byte flipped, durable: refused, repaired, made again") {
  const Saved saved = small_log(true);
  CHECK(saved.files.size() >= 5);
  for (const auto& [path, bytes] : saved.files) {
    for (size_t at = 0; at < bytes.size(); ++at) {
      CAPTURE(path);
      CAPTURE(at);
      sim::SimEnv env(1);
      put(&env, saved);
      env.flip(path, at, static_cast<uint8_t>(1u << at % 8));
      check_refused(&env, path);
    }
  }
}

TEST_CASE("every byte flipped, not durable: cut, made again") {
  const Saved saved = small_log(false);
  for (const auto& [path, bytes] : saved.files) {
    if (path.find("log.state") != std::string::npos) continue;
    for (size_t at = 0; at < bytes.size(); ++at) {
      CAPTURE(path);
      CAPTURE(at);
      sim::SimEnv env(1);
      put(&env, saved);
      env.flip(path, at, static_cast<uint8_t>(1u << at % 8));
      check_cut(&env);
    }
  }
}

TEST_CASE("every truncation of every file") {
  for (bool synced : {true, false}) {
    const Saved saved = small_log(synced);
    for (const auto& [path, bytes] : saved.files) {
      if (!synced && path.find("log.state") != std::string::npos) continue;
      for (size_t keep = 0; keep < bytes.size(); ++keep) {
        CAPTURE(path);
        CAPTURE(keep);
        sim::SimEnv env(1);
        put(&env, saved);
        env.chop(path, keep);
        if (synced) {
          // Of the file that is named the one before may be meant: that ends too early.
          const std::string message = refusal(&env, kDir, small());
          CHECK_MESSAGE(message.find("cepctl journal repair") != std::string::npos, message);
          std::string report;
          check_ok(repair_output(&env, kDir, &report));
        }
        check_replay(&env);
      }
    }
  }
}

TEST_CASE("every file missing") {
  for (bool synced : {true, false}) {
    const Saved saved = small_log(synced);
    for (const auto& [path, bytes] : saved.files) {
      CAPTURE(path);
      sim::SimEnv env(1);
      put(&env, saved);
      check_ok(env.remove(path));
      if (synced || path.find("log.state") != std::string::npos) {
        CHECK(refusal(&env, kDir, small()).find("cepctl journal repair") != std::string::npos);
        std::string report;
        check_ok(repair_output(&env, kDir, &report));
        if (path.find("log.state") != std::string::npos) CHECK(report == kDir + "/log.state: it is missing; made again from the segments\n");
      }
      check_replay(&env);
    }
  }
}

TEST_CASE("a segment of another log, of another channel, of another place") {
  const Saved saved = small_log(true);
  Saved other;
  {
    sim::SimEnv env(8);
    auto log = opened(&env, kDir, small());
    append(log.get(), Channel::kAlerts, 1, kAlerts + 1);
    check_ok(log->publish());
    for (const std::string& file : env.files()) other.files.emplace_back(file, env.content(file));
  }
  const std::string first = kDir + "/alerts-00000000000000000001.log";
  auto bytes_of = [](const Saved& in, const std::string& path) {
    for (const auto& [name, bytes] : in.files) {
      if (name == path) return bytes;
    }
    FAIL(path);
    return std::string();
  };
  for (const std::string& bytes : {bytes_of(other, first), bytes_of(saved, kDir + "/late-00000000000000000001.log"), saved.files[2].second, std::string("hello\n")}) {
    sim::SimEnv env(1);
    put(&env, saved);
    env.put(first, bytes);
    check_refused(&env, first);
  }
}

TEST_CASE("a frame that a client wrote into its record is none") {
  sim::SimEnv env(1);
  // The text of a record, torn off before it, would have to be a frame with the segment's seed.
  std::string forged(frame_bytes(1, 2), '\0');
  encode_frame(1, 1, "p", "{}", 0, forged.data());
  auto log = opened(&env, kDir);
  check_ok(log->append(Record{Channel::kRejects, 1, "", forged, 1}));
  check_ok(log->publish());
  CHECK(read_all(*log, Channel::kRejects, 1) == forged + "\n");
  FrameView view;
  const std::string bytes = env.content(kDir + "/rejects-00000000000000000001.log");
  const size_t at = bytes.find(forged);
  REQUIRE(at != std::string::npos);
  uint64_t seed = 0;
  REQUIRE(header_seed(bytes, &seed));
  CHECK(read_frame(std::string_view(bytes).substr(at), 1, frame_seed(Channel::kRejects, 1, seed), &view) == "a record's checksum is wrong");
}

TEST_CASE("a log of a later version is refused, and no repair touches it") {
  const Saved saved = small_log(true);
  sim::SimEnv env(1);
  put(&env, saved);
  std::string state = env.content(kDir + "/log.state");
  state.replace(state.find("log 1"), 5, "log 2");
  state.resize(state.rfind("checksum "));
  char sum[32];
  std::snprintf(sum, sizeof sum, "checksum %016llx\n", static_cast<unsigned long long>(checksum(state, 0)));
  env.put(kDir + "/log.state", state + sum);
  CHECK(refusal(&env, kDir).find("its format is version 2; this cepd reads version 1") != std::string::npos);
  std::string report;
  CHECK_FALSE(repair_output(&env, kDir, &report).ok());
  for (const auto& [path, bytes] : saved.files) {
    if (path.find("log.state") == std::string::npos) CHECK(env.content(path) == bytes);
  }
}

TEST_CASE("rot that comes while the log is open is found by its readers") {
  sim::SimEnv env(1);
  auto options = small();
  options.ring_bytes = 0;
  auto log = opened(&env, kDir, options);
  append(log.get(), Channel::kAlerts, 1, 100);
  check_ok(log->publish());
  check_ok(log->sync());
  env.flip(kDir + "/alerts-00000000000000000001.log", 150);
  std::string out;
  auto got = log->copy(Channel::kAlerts, 1, 100'000, all, &out);
  REQUIRE_FALSE(got.ok());
  CHECK_MESSAGE(got.status().message().find("alerts-00000000000000000001.log, offset ") != std::string::npos, got.status().message());
}

TEST_CASE("records are set aside from a place on, and made again") {
  for (uint64_t seq : {1, 2, 5, 9, 12}) {
    const Saved saved = small_log(true);
    sim::SimEnv env(1);
    put(&env, saved);
    std::string report;
    CHECK_FALSE(set_aside_output(&env, kDir, Channel::kAlerts, 13, &report).ok());
    check_ok(set_aside_output(&env, kDir, Channel::kAlerts, seq, &report));
    CHECK_MESSAGE(report.find("alerts ends before " + std::to_string(seq) + " now: ") == 0, report);
    {
      auto log = opened(&env, kDir, small());
      CHECK(log->cuts().empty());
      CHECK(log->place(Channel::kAlerts).next == seq);
      CHECK(log->place(Channel::kLate).next == kLate + 1);
      CHECK(read_all(*log, Channel::kAlerts, 1) == text_of(Channel::kAlerts, 1, seq));
    }
    check_replay(&env);
  }
}

TEST_CASE("records of positions that the journal has lost are set aside") {
  const Saved saved = small_log(true);
  for (uint64_t last = 0; last < 140; last += 3) {
    sim::SimEnv env(1);
    put(&env, saved);
    std::string report;
    check_ok(set_aside_output_behind(&env, kDir, last, &report));
    auto log = opened(&env, kDir, small());
    CHECK(log->cuts().empty());
    for (Channel channel : {Channel::kAlerts, Channel::kLate}) {
      uint64_t next = 1;
      while (next <= (channel == Channel::kAlerts ? kAlerts : kLate) && made(channel, next)->record.position <= last) ++next;
      CHECK(log->place(channel).next == next);
      const bool shorter = next <= (channel == Channel::kAlerts ? kAlerts : kLate);
      const std::string said = std::string(cep::channel_name(channel)) + " ends before " + std::to_string(next) + " now: ";
      CHECK_MESSAGE((report.find(said) != std::string::npos) == shorter, report);
    }
    log.reset();
    check_replay(&env);
  }
}
