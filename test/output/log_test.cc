// The output log by itself: what readers see and when, restarts, the comparison, segments, retention.
#include "output/kit.h"
#include "sim/sim_env.h"

using namespace output_test;

namespace {

const std::string kDir = "/data/output";

OutputLogOptions small() {
  OutputLogOptions options;
  options.segment_bytes = 2000;
  options.ring_bytes = 4096;
  options.live_bytes = 4096;
  return options;
}

size_t segments(const sim::SimEnv& env) {
  size_t n = 0;
  for (const std::string& file : env.files()) n += file.find(".log") != std::string::npos && file.find(".log.") == std::string::npos && file.find("log.state") == std::string::npos;
  return n;
}

}  // namespace

TEST_CASE("what is appended is read when it is published") {
  sim::SimEnv env(1);
  auto log = opened(&env, kDir);
  CHECK(log->place(Channel::kAlerts).next == 1);
  append(log.get(), Channel::kAlerts, 1, 4);
  append(log.get(), Channel::kLate, 1, 2);
  CHECK(log->place(Channel::kAlerts).next == 1);
  CHECK(read_all(*log, Channel::kAlerts, 1) == "");
  check_ok(log->publish());
  CHECK(log->place(Channel::kAlerts).next == 4);
  CHECK(log->place(Channel::kAlerts).oldest == 1);
  CHECK(read_all(*log, Channel::kAlerts, 1) == text_of(Channel::kAlerts, 1, 4));
  CHECK(read_all(*log, Channel::kAlerts, 3) == text_of(Channel::kAlerts, 3, 4));
  CHECK(read_all(*log, Channel::kLate, 1) == text_of(Channel::kLate, 1, 2));
  CHECK(log->bytes_from(Channel::kAlerts, 2) == text_of(Channel::kAlerts, 2, 4).size());
  CHECK(log->bytes_from(Channel::kAlerts, 4) == 0);
  CHECK(log->still_to_compare() == 0);
}

TEST_CASE("a copy begins no record beyond max_bytes, and asks for each name") {
  sim::SimEnv env(1);
  auto log = opened(&env, kDir);
  append(log.get(), Channel::kAlerts, 1, 50);
  check_ok(log->publish());
  std::string out;
  auto got = log->copy(Channel::kAlerts, 1, 1, all, &out);
  CHECK(got.value().next == 2);
  CHECK(out == text_of(Channel::kAlerts, 1, 2));
  got = log->copy(Channel::kAlerts, 2, out.size(), all, &out);   // it is full
  CHECK(got.value().next == 2);
  out.clear();
  got = log->copy(Channel::kAlerts, 1, 1 << 20, [](std::string_view name) { return name == "odd_one"; }, &out);
  CHECK(got.value().next == 50);
  CHECK(out == text_of(Channel::kAlerts, 1, 50, "odd_one"));
  got = log->copy(Channel::kAlerts, 99, 1 << 20, all, &out);
  CHECK(got.value().next == 99);
}

TEST_CASE("a copy that nothing is wanted of ends after a while") {
  sim::SimEnv env(1);
  auto log = opened(&env, kDir);
  const std::string more(cep::output::OutputLog::kPassedBytesMax / 4, 'm');
  for (uint64_t seq = 1; seq <= 12; ++seq) check_ok(log->append(made(Channel::kAlerts, seq, more)->record));
  check_ok(log->publish());
  std::string out;
  auto none = [](std::string_view) { return false; };
  uint64_t seq = 1;
  size_t calls = 0;
  for (; seq < 13 && calls < 10; ++calls) seq = log->copy(Channel::kAlerts, seq, 1 << 20, none, &out).value().next;
  CHECK(seq == 13);
  CHECK(calls == 3);
  CHECK(out.empty());
}

TEST_CASE("streams are kept in memory alone, bounded, with places") {
  sim::SimEnv env(1);
  auto log = opened(&env, kDir, small());
  for (int i = 1; i <= 300; ++i) {
    Record record{Channel::kStreams, 0, "s", "{\"n\":1}", 7};
    check_ok(log->append(record));
  }
  check_ok(log->publish());
  std::string dropped;
  auto place = log->place(Channel::kStreams);
  CHECK(place.next == 301);
  CHECK(place.oldest > 1);
  CHECK(place.bytes < 3 * 4096);
  CHECK(log->copy(Channel::kStreams, 1, 100, all, &dropped).value().gone);
  CHECK(read_all(*log, Channel::kStreams, 300) == "{\"n\":1}\n");
  CHECK(read_all(*log, Channel::kStreams, place.oldest).size() == place.bytes);
  CHECK(segments(env) == 0);
}

TEST_CASE("segments roll, and every place is read from disk or memory") {
  sim::SimEnv env(1);
  auto log = opened(&env, kDir, small());
  uint64_t next = 1;
  for (int batch = 1; batch <= 40; ++batch) {
    append(log.get(), Channel::kAlerts, next, next + static_cast<uint64_t>(batch));
    check_ok(log->publish());
    next += static_cast<uint64_t>(batch);
  }
  CHECK(segments(env) > 20);
  for (uint64_t seq = 1; seq < next; seq += 13) {
    CHECK(read_all(*log, Channel::kAlerts, seq, 100 + seq) == text_of(Channel::kAlerts, seq, next));
    const size_t exact = text_of(Channel::kAlerts, seq, next).size();
    const uint64_t said = log->bytes_from(Channel::kAlerts, seq);
    CHECK(said >= exact);
    CHECK(said <= exact + (64 << 10));
  }
}

TEST_CASE("after a restart records are compared, then appended") {
  sim::SimEnv env(1);
  {
    auto log = opened(&env, kDir, small());
    append(log.get(), Channel::kAlerts, 1, 30);
    append(log.get(), Channel::kRejects, 1, 5);
    check_ok(log->publish());
  }
  env.restart();
  auto log = opened(&env, kDir, small());
  CHECK(log->cuts().empty());
  CHECK(log->still_to_compare() == 33);
  CHECK(read_all(*log, Channel::kAlerts, 1) == text_of(Channel::kAlerts, 1, 30));
  append(log.get(), Channel::kAlerts, 1, 35);
  CHECK(log->still_to_compare() == 4);
  CHECK_FALSE(log->end_of_replay().ok());
  env.restart();
  log = opened(&env, kDir, small());
  append(log.get(), Channel::kRejects, 1, 5);
  append(log.get(), Channel::kAlerts, 1, 40);
  CHECK(log->still_to_compare() == 0);
  check_ok(log->end_of_replay());
  check_ok(log->publish());
  CHECK(read_all(*log, Channel::kAlerts, 1) == text_of(Channel::kAlerts, 1, 40));
}

TEST_CASE("a record that is made otherwise ends it, and the message shows both") {
  for (int what = 0; what < 3; ++what) {
    sim::SimEnv env(1);
    auto log = opened(&env, kDir, small());
    append(log.get(), Channel::kAlerts, 1, 100);
    check_ok(log->publish());
    env.restart();
    log = opened(&env, kDir, small());
    append(log.get(), Channel::kAlerts, 1, 57);
    auto other = made(Channel::kAlerts, 57, what == 0 ? "other" : "");
    if (what == 1) other->record.name = "renamed";
    if (what == 2) ++other->record.position;
    const std::string message = log->append(other->record).message();
    CHECK_MESSAGE(message.find("replay diverged at alerts/57: recorded at position") == 0, message);
    CHECK(message.find(made(Channel::kAlerts, 57)->line) != std::string::npos);
    CHECK(message.find(std::string(other->record.line)) != std::string::npos);
    CHECK(log->append(made(Channel::kAlerts, 58)->record).message() == message);   // final
    CHECK(log->publish().message() == message);
  }
}

TEST_CASE("a log that has more than the journal makes is refused") {
  sim::SimEnv env(1);
  auto log = opened(&env, kDir, small());
  append(log.get(), Channel::kLate, 1, 10);
  check_ok(log->publish());
  env.restart();
  log = opened(&env, kDir, small());
  append(log.get(), Channel::kLate, 1, 6);
  const std::string message = log->end_of_replay().message();
  CHECK_MESSAGE(message.find("late/9 is recorded, late/5 is the last that is made again") != std::string::npos, message);
}

TEST_CASE("retention by age takes whole old segments") {
  sim::SimEnv env(1);
  auto options = small();
  options.retain_age_ms = 1000;
  auto log = opened(&env, kDir, options);
  append(log.get(), Channel::kAlerts, 1, 60);
  append(log.get(), Channel::kLate, 1, 60);
  check_ok(log->publish());
  check_ok(log->retain());
  CHECK(log->place(Channel::kAlerts).oldest == 1);
  env.advance_ms(2000);   // and the newest of alerts is not durable
  append(log.get(), Channel::kLate, 60, 120);
  check_ok(log->publish());
  check_ok(log->retain());
  CHECK(segments(env) > 2);
  const auto alerts = log->place(Channel::kAlerts), late = log->place(Channel::kLate);
  CHECK(alerts.oldest > 1);
  CHECK(alerts.oldest < 60);
  CHECK(late.oldest == 60);   // in a segment of its own: the one before was too old to go on
  std::string out;
  auto got = log->copy(Channel::kAlerts, alerts.oldest - 1, 1000, all, &out);
  CHECK(got.value().gone);
  CHECK(out.empty());
  CHECK(read_all(*log, Channel::kAlerts, alerts.oldest) == text_of(Channel::kAlerts, alerts.oldest, 60));
  CHECK(log->bytes_from(Channel::kAlerts, 1) == text_of(Channel::kAlerts, alerts.oldest, 60).size());
}

TEST_CASE("a quiet channel loses its newest segment for its age, and goes on with its next seq") {
  sim::SimEnv env(1);
  auto options = small();
  options.retain_age_ms = 1000;
  auto log = opened(&env, kDir, options);
  append(log.get(), Channel::kAlerts, 1, 4);
  check_ok(log->publish());
  env.advance_ms(2000);
  check_ok(log->retain());
  CHECK(log->place(Channel::kAlerts).oldest == 1);   // not durable yet
  check_ok(log->sync());
  append(log.get(), Channel::kAlerts, 4, 5);
  check_ok(log->retain());
  CHECK(log->place(Channel::kAlerts).oldest == 1);   // it is being written
  check_ok(log->publish());
  check_ok(log->retain());
  CHECK(log->place(Channel::kAlerts).oldest == 4);   // the new record is in a segment of its own
  env.advance_ms(2000);
  check_ok(log->sync());
  check_ok(log->retain());
  CHECK(log->place(Channel::kAlerts).oldest == 5);
  CHECK(log->place(Channel::kAlerts).next == 5);
  CHECK(log->place(Channel::kAlerts).bytes == 0);
  CHECK(log->bytes_from(Channel::kAlerts, 1) == 0);
  CHECK(segments(env) == 0);
  std::string out;
  CHECK(log->copy(Channel::kAlerts, 4, 1000, all, &out).value().gone);
  CHECK(!log->copy(Channel::kAlerts, 5, 1000, all, &out).value().gone);
  append(log.get(), Channel::kAlerts, 5, 9);
  check_ok(log->publish());
  CHECK(read_all(*log, Channel::kAlerts, 5) == text_of(Channel::kAlerts, 5, 9));
}

TEST_CASE("a channel that retention has emptied is known after a restart") {
  for (const char* killed_at : {"", "output-retain", "output-remove", "output-removed"}) {
    CAPTURE(killed_at);
    sim::SimEnv env(1);
    auto options = small();
    options.retain_age_ms = 1000;
    auto log = opened(&env, kDir, options);
    append(log.get(), Channel::kLate, 1, 50);
    check_ok(log->publish());
    check_ok(log->sync());
    env.advance_ms(2000);
    if (*killed_at) env.crash_at_kill_point(1, killed_at);
    try {
      check_ok(log->retain());
      CHECK(segments(env) == 0);
    } catch (const sim::SimCrash&) {
      CHECK(*killed_at);
    }
    auto again = [&] {
      log.reset();
      env.restart();
      log = opened(&env, kDir, options);
    };
    again();
    // Killed before log.state was written, nothing was retained away.
    const uint64_t oldest = std::string_view(killed_at) == "output-retain" ? 1 : 50;
    CHECK((segments(env) == 0) == (oldest == 50));
    CHECK(log->place(Channel::kLate).oldest == oldest);
    CHECK(log->place(Channel::kLate).next == 50);
    CHECK(log->still_to_compare() == 49);
    append(log.get(), Channel::kLate, 1, 49);
    // A journal that has lost its end makes fewer records than there were: to go on would give a seq twice.
    const std::string message = log->end_of_replay().message();
    CHECK_MESSAGE(message.find("late/49 is recorded, late/48 is the last that is made again") != std::string::npos, message);
    again();
    append(log.get(), Channel::kLate, 1, 60);
    check_ok(log->end_of_replay());
    check_ok(log->publish());
    CHECK(read_all(*log, Channel::kLate, oldest) == text_of(Channel::kLate, oldest, 60));
  }
}

TEST_CASE("a segment that was retained away comes back with a power cut, and the one behind it does not") {
  sim::SimEnv env(1);
  auto options = small();
  options.segment_bytes = 1;   // a record each
  options.retain_age_ms = 1000;
  auto log = opened(&env, kDir, options);
  append(log.get(), Channel::kLate, 1, 4);
  check_ok(log->publish());
  check_ok(log->sync());
  const std::string first = kDir + "/late-00000000000000000001.log", bytes = env.content(first);
  env.advance_ms(2000);
  check_ok(log->retain());
  append(log.get(), Channel::kLate, 4, 7);
  check_ok(log->publish());
  log.reset();
  env.restart();
  env.put(first, bytes);
  check_ok(env.remove(kDir + "/late-00000000000000000004.log"));
  log = opened(&env, kDir, options);
  CHECK(!env.exists(first));
  CHECK(log->place(Channel::kLate).oldest == 4);
  CHECK(log->place(Channel::kLate).next == 4);
  append(log.get(), Channel::kLate, 1, 7);
  check_ok(log->publish());
  CHECK(read_all(*log, Channel::kLate, 4) == text_of(Channel::kLate, 4, 7));
}

TEST_CASE("no record outlives the age by more than an eighth; restarts included") {
  sim::SimEnv env(1);
  auto options = small();
  options.segment_bytes = 1 << 20;
  options.retain_age_ms = 1000;
  auto log = opened(&env, kDir, options);
  std::vector<int64_t> made_ms = {0};   // by seq
  const int64_t step_ms = 10;
  for (uint64_t seq = 1; seq < 1000; ++seq) {
    append(log.get(), Channel::kAlerts, seq, seq + 1);
    made_ms.push_back(static_cast<int64_t>(env.steady_us() / 1000));
    check_ok(log->publish());
    env.advance_ms(step_ms);
    check_ok(log->sync());
    check_ok(log->retain());
    const int64_t now_ms = static_cast<int64_t>(env.steady_us() / 1000);
    const auto place = log->place(Channel::kAlerts);
    CAPTURE(seq);
    if (place.oldest < place.next) CHECK(now_ms - made_ms[place.oldest] <= 1125 + 3 * step_ms);
    if (place.oldest > 1) CHECK(now_ms - made_ms[place.oldest - 1] > 1000);
    CHECK(segments(env) <= 12);
    if (seq % 150 != 0) continue;
    log.reset();
    env.restart();
    log = opened(&env, kDir, options);
    append(log.get(), Channel::kAlerts, 1, seq + 1);
  }
}

TEST_CASE("retention by size goes over all channels, oldest first") {
  sim::SimEnv env(1);
  auto options = small();
  options.retain_bytes = 20'000;
  auto log = opened(&env, kDir, options);
  uint64_t next = 1;
  for (; next < 400; next += 20) {
    append(log.get(), Channel::kAlerts, next, next + 20);
    append(log.get(), Channel::kLate, next, next + 20);
    check_ok(log->publish());
    env.advance_ms(10);
    check_ok(log->retain());
    uint64_t bytes = 0;
    for (Channel channel : kNumberedChannels) bytes += log->place(channel).bytes;
    CHECK(bytes <= options.retain_bytes);
  }
  for (Channel channel : {Channel::kAlerts, Channel::kLate}) {
    const auto place = log->place(channel);
    CHECK(place.oldest > 100);
    CHECK(read_all(*log, channel, place.oldest) == text_of(channel, place.oldest, next));
  }
}

TEST_CASE("what was retained away is dropped when it is made again") {
  sim::SimEnv env(1);
  auto options = small();
  options.retain_bytes = 6000;
  auto log = opened(&env, kDir, options);
  append(log.get(), Channel::kAlerts, 1, 200);
  check_ok(log->publish());
  check_ok(log->retain());
  const auto before = log->place(Channel::kAlerts);
  CHECK(before.oldest > 100);
  env.restart();
  options.retain_bytes = 3000;
  log = opened(&env, kDir, options);
  CHECK(log->place(Channel::kAlerts).oldest == before.oldest);
  CHECK(log->still_to_compare() == 199);   // those that are kept no longer must be made too
  append(log.get(), Channel::kAlerts, 1, 150);
  check_ok(log->retain());   // nothing before the replay's end
  CHECK(log->place(Channel::kAlerts).oldest == before.oldest);
  append(log.get(), Channel::kAlerts, 150, 250);
  check_ok(log->end_of_replay());
  check_ok(log->publish());
  CHECK(read_all(*log, Channel::kAlerts, before.oldest) == text_of(Channel::kAlerts, before.oldest, 250));
  check_ok(log->retain());
  CHECK(log->place(Channel::kAlerts).oldest > before.oldest);
}

TEST_CASE("a write that fails is final; a full disk loses nothing that was made") {
  sim::SimEnv env(1);
  auto log = opened(&env, kDir, small());
  append(log.get(), Channel::kAlerts, 1, 20);
  check_ok(log->publish());
  env.set_capacity(6000);
  append(log.get(), Channel::kAlerts, 20, 200);
  const std::string message = log->publish().message();
  CHECK(message.find("No space left on device") != std::string::npos);
  CHECK(log->publish().message() == message);
  CHECK(log->place(Channel::kAlerts).next == 20);
  env.set_capacity(1 << 20);
  env.restart();
  log = opened(&env, kDir, small());
  append(log.get(), Channel::kAlerts, 1, 200);
  check_ok(log->end_of_replay());
  check_ok(log->publish());
  CHECK(read_all(*log, Channel::kAlerts, 1) == text_of(Channel::kAlerts, 1, 200));
}

TEST_CASE("a sync that fails is final, and what it lost is found and made again") {
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    sim::SimEnv env(seed);
    auto log = opened(&env, kDir, small());
    append(log.get(), Channel::kAlerts, 1, 40);
    check_ok(log->publish());
    env.fail(sim::Op::kSync, 1 + seed % 2, ".log");
    const bool failed = !log->sync().ok();
    CHECK(log->sync().ok() != failed);
    env.restart();   // the page cache still shows what the disk does not have
    log = opened(&env, kDir, small());
    CHECK(log->cuts().empty());
    append(log.get(), Channel::kAlerts, 1, 50);
    check_ok(log->publish());
    check_ok(log->sync());
    env.cut_power();
    log = opened(&env, kDir, small());
    CHECK(log->still_to_compare() == 49);
    CHECK(read_all(*log, Channel::kAlerts, 1) == text_of(Channel::kAlerts, 1, 50));
  }
}

TEST_CASE("what a failed sync lost is written again from the first record that is not durable, over many marks of the index") {
  for (uint64_t seed = 1; seed <= 5; ++seed) {
    sim::SimEnv env(seed);
    auto log = opened(&env, kDir);
    append(log.get(), Channel::kAlerts, 1, 100);
    check_ok(log->publish());
    check_ok(log->sync());
    append(log.get(), Channel::kAlerts, 100, 3000);
    check_ok(log->publish());
    CHECK(log->place(Channel::kAlerts).bytes > 200'000);
    env.fail(sim::Op::kSync, 1, ".log");
    CHECK(!log->sync().ok());
    env.restart();
    log = opened(&env, kDir);
    append(log.get(), Channel::kAlerts, 1, 3001);
    check_ok(log->publish());
    check_ok(log->sync());
    env.cut_power();
    log = opened(&env, kDir);
    CHECK(log->still_to_compare() == 3000);
    CHECK(read_all(*log, Channel::kAlerts, 1) == text_of(Channel::kAlerts, 1, 3001));
  }
}

TEST_CASE("a channel keeps its later segments as long as its earlier ones, whatever the clock has said") {
  sim::SimEnv env(1);
  auto options = small();
  options.retain_age_ms = 10'000;
  auto log = opened(&env, kDir, options);
  append(log.get(), Channel::kAlerts, 1, 40);
  check_ok(log->publish());
  env.set_wall_clock(-20'000);
  append(log.get(), Channel::kAlerts, 40, 80);
  check_ok(log->publish());
  check_ok(log->sync());
  env.set_wall_clock(20'000);  // those of the second batch look old, those of the first are not
  check_ok(log->retain());
  CHECK(log->place(Channel::kAlerts).oldest == 1);
  CHECK(read_all(*log, Channel::kAlerts, 1) == text_of(Channel::kAlerts, 1, 80));
}

TEST_CASE("no jump of the wall clock makes a record old, in no life") {
  sim::SimEnv env(1);
  auto options = small();
  options.retain_age_ms = 10'000;
  auto log = opened(&env, kDir, options);
  append(log.get(), Channel::kAlerts, 1, 40);
  append(log.get(), Channel::kLate, 1, 10);
  check_ok(log->publish());
  check_ok(log->sync());
  for (int64_t jump_ms : {int64_t{2} * 3600'000, int64_t{-5} * 3600'000, int64_t{900} * 86'400'000, int64_t{-1000} * 86'400'000}) {
    env.set_wall_clock(jump_ms);
    check_ok(log->retain());
    append(log.get(), Channel::kLate, log->place(Channel::kLate).next, log->place(Channel::kLate).next + 1);
    check_ok(log->publish());
    check_ok(log->sync());
    const uint64_t next = log->place(Channel::kLate).next;
    log.reset();
    env.restart();
    log = opened(&env, kDir, options);
    append(log.get(), Channel::kAlerts, 1, 40);
    append(log.get(), Channel::kLate, 1, next);
    check_ok(log->end_of_replay());
    check_ok(log->retain());
    CHECK(log->place(Channel::kAlerts).oldest == 1);
    CHECK(log->place(Channel::kLate).oldest == 1);
  }
  env.advance_ms(11'000);
  check_ok(log->retain());
  CHECK(log->place(Channel::kAlerts).oldest == 40);
}

TEST_CASE("names are durable before something builds on them") {
  for (uint64_t seed = 1; seed <= 80; ++seed) {
    sim::SimEnv env(seed);
    auto crash_in_rename = [&](auto work) {
      env.crash_at_kill_point(1, "whole-renamed");
      CHECK_THROWS_AS(work(), sim::SimCrash);
      env.forget_faults();
    };
    CAPTURE(seed);
    std::unique_ptr<OutputLog> log;
    crash_in_rename([&] { opened(&env, kDir, small()); });
    env.restart();  // the state's name is there, and may not be after a power cut
    log = opened(&env, kDir, small());
    append(log.get(), Channel::kAlerts, 1, 10);
    check_ok(log->publish());
    if (seed % 2 == 0) crash_in_rename([&] { log->sync().ok(); });  // the state may be durable, so its segments must be
    log.reset();
    env.cut_power();
    log = opened(&env, kDir, small());
    append(log.get(), Channel::kAlerts, 1, 10);
    check_ok(log->publish());
    CHECK(read_all(*log, Channel::kAlerts, 1) == text_of(Channel::kAlerts, 1, 10));
  }
}
