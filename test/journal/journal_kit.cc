#include "journal/journal_kit.h"

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
  }
  return "?";
}

std::string append_random_entry(std::string* payload) {
  const std::string a = random_text(50), b = random_text(10);
  const uint64_t n = random_number();
  const size_t from = payload->size();
  switch (*rc::gen::inRange(1, 9)) {
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
    default: append_forget(a, payload); return "forget " + a;
  }
}

}  // namespace cep::journal::test
