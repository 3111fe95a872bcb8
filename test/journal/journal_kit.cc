#include "journal/journal_kit.h"

#include <doctest/doctest.h>
#include <rapidcheck.h>

namespace cep::journal::test {
namespace {

std::string text_of(const Source& s) {
  return std::string(s.producer) + "/" + std::string(s.stream) + "/" + std::to_string(s.epoch) + "/" + std::to_string(s.first_number);
}

std::string random_text(int most) {
  return *rc::gen::resize(most, rc::gen::arbitrary<std::string>());
}

uint64_t random_number() {
  const int bits = *rc::gen::inRange(0, 64);
  const uint64_t any = (static_cast<uint64_t>(*rc::gen::arbitrary<uint32_t>()) << 32) | *rc::gen::arbitrary<uint32_t>();
  return any >> bits;
}

}  // namespace

std::string hex(std::string_view bytes) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string out;
  for (unsigned char c : bytes) {
    out.push_back(kDigits[c >> 4]);
    out.push_back(kDigits[c & 15]);
  }
  return out;
}

std::string text_of(const Entry& e) {
  switch (e.kind) {
    case EntryKind::kLine: return "line " + std::string(e.line);
    case EntryKind::kBroken: return "broken " + std::to_string(e.length) + " " + std::string(e.line) + " " + std::string(e.reason);
    case EntryKind::kSource: return "source " + text_of(e.source);
    case EntryKind::kSession: return "session " + text_of(e.source);
    case EntryKind::kTick: return "tick " + std::to_string(e.now_ms);
    case EntryKind::kLoad: return "load " + std::string(e.body);
    case EntryKind::kSkip: return "skip " + std::to_string(e.position) + " " + std::string(e.reason);
    case EntryKind::kForget: return "forget " + std::string(e.source.producer);
    case EntryKind::kAccepted: {
      std::string out = "accepted " + std::to_string(e.position);
      for (uint64_t next : e.next) out += " " + std::to_string(next);
      return out + " " + std::string(e.reason);
    }
    case EntryKind::kReset: return "reset " + std::string(e.source.stream);
  }
  return "?";
}

std::string append_random_entry(std::string* payload) {
  const std::string a = random_text(50), b = random_text(10);
  const uint64_t n = random_number();
  const size_t from = payload->size();
  switch (*rc::gen::inRange(1, 11)) {
    case 1: append_line(a, payload); return "line " + a;
    case 2: append_broken(n, a, b, payload); return "broken " + std::to_string(n) + " " + a + " " + b;
    case 3: append_source({a, b, n, n / 2}, payload); return "source " + text_of(Source{a, b, n, n / 2});
    case 4: append_session({a, b, n, 0}, payload); return "session " + text_of(Source{a, b, n, 0});
    case 5: append_tick(static_cast<int64_t>(n), payload); return "tick " + std::to_string(static_cast<int64_t>(n));
    case 6: {
      Load load;
      load.program.files = {{a, b}};
      load.origins = {Origin::kApi};
      load.program.limits.line_bytes = n;
      append_load(load, payload);
      EntryCursor cursor(std::string_view(*payload).substr(from));
      Entry e;
      RC_ASSERT(cursor.next(&e));
      Result<Load> back = decode_load(e.body);
      RC_ASSERT(back.ok());
      RC_ASSERT(back.value().program.files[0].name == a);
      RC_ASSERT(back.value().program.files[0].text == b);
      RC_ASSERT(back.value().program.limits.line_bytes == n);
      return text_of(e);
    }
    case 7: append_skip(n, b, payload); return "skip " + std::to_string(n) + " " + b;
    case 8: {
      std::array<uint64_t, kNumberedChannels> next{};
      for (uint64_t& number : next) number = random_number() | 1;
      append_accepted(n, next, b, payload);
      Entry e;
      e.kind = EntryKind::kAccepted, e.position = n, e.next = next, e.reason = b;
      return text_of(e);
    }
    case 9: append_forget(a, payload); return "forget " + a;
    default: append_reset(a, payload); return "reset " + a;
  }
}

OwnFrame frame_of_lines(uint64_t base, uint32_t count, int64_t arrival_ms) {
  OwnFrame f{base, count, arrival_ms, ""};
  for (uint32_t i = 0; i < count; ++i) append_line("line " + std::to_string(base + i) + " of the journal", &f.payload);
  return f;
}

std::vector<OwnFrame> frames_of_lines(size_t n) {
  std::vector<OwnFrame> out;
  uint64_t base = 1;
  for (size_t i = 0; i < n; ++i) {
    const uint32_t count = static_cast<uint32_t>(1 + i % 3);
    out.push_back(frame_of_lines(base, count, static_cast<int64_t>(1000 + 5 * i)));
    base += count;
  }
  return out;
}

std::vector<OwnFrame> read_all(base::Env* env, const std::string& dir, std::string* error, uint64_t from) {
  std::vector<OwnFrame> out;
  error->clear();
  auto opened = open_reader(env, dir, from);
  if (!opened.ok()) return *error = opened.status().message(), out;
  Frame f;
  for (;;) {
    Result<bool> more = opened.value()->next(&f);
    if (!more.ok()) return *error = more.status().message(), out;
    if (!more.value()) return out;
    out.push_back({f.base, f.count, f.arrival_ms, std::string(f.payload)});
  }
}

void write_frames(base::Env* env, const std::vector<OwnFrame>& frames, size_t sync_every, const WriterOptions& options) {
  Result<Opened> opened = open_journal(env, kDir, options);
  REQUIRE_MESSAGE(opened.ok(), opened.status().message());
  Writer& w = *opened.value().writer;
  for (size_t i = 0; i < frames.size(); ++i) {
    REQUIRE(w.append(frames[i].view()).ok());
    if (sync_every > 0 && (i + 1) % sync_every == 0) REQUIRE(w.sync().ok());
  }
}

}  // namespace cep::journal::test
