#include "sim/clients.h"

#include <algorithm>

namespace sim {

using cep::engine::LineBatch;

namespace {

constexpr const char* kReason = "line is longer than 100 bytes";

void append(const SentLine& line, std::string* out) {
  if (line.broken) cep::journal::append_broken(line.text.size() + 1000, line.text, kReason, out);
  else cep::journal::append_line(line.text, out);
}

std::string quoted(const std::string& name, const std::string& value) { return "\"" + name + "\":\"" + value + "\""; }

// Lines that are no events of a stream.
SentLine odd_line(Rng* rng, const std::string& tag, int64_t ms) {
  switch (rng->below(6)) {
    case 0: return {false, "no json " + tag};
    case 1: return {false, "{" + quoted("_stream", "nowhere") + "," + quoted("id", tag) + "}"};
    case 2: return {false, "{\"_watermark\":{\"stream\":\"s\",\"time\":" + std::to_string(ms - 10) + "}," + quoted("id", tag) + "}"};
    case 3: return {true, "{" + quoted("id", tag) + "," + quoted("note", std::string(100, 'x'))};
    case 4: return {false, "{\"_tick\":" + std::to_string(ms) + "," + quoted("id", tag) + "}"};   // a client may not
    default: return {false, "{" + quoted("_stream", "s") + "," + quoted("id", tag) + ",\"v\":\"none\"}"};
  }
}

}  // namespace

SentLine some_line(Rng* rng, const std::string& who, uint64_t n, int64_t* event_ms) {
  *event_ms += static_cast<int64_t>(rng->below(12)) - 2;
  const std::string tag = who + "-" + std::to_string(n);
  if (rng->chance(0.08)) return odd_line(rng, tag, *event_ms);
  static constexpr const char* kStreams[] = {"s", "s", "a", "h"};
  static constexpr const char* kKeys[] = {"x", "y", "z"};
  const std::string stream = kStreams[rng->below(4)];
  const int64_t ms = rng->chance(0.05) ? *event_ms - 60 : *event_ms;   // late
  std::string line = "{";
  if (stream != "s" || rng->coin()) line += quoted("_stream", stream) + ",";
  line += quoted("id", tag) + "," + quoted("k", kKeys[rng->below(3)]) + ",\"v\":" + std::to_string(rng->below(4));
  if (stream != "a") line += ",\"ts\":" + std::to_string(ms);
  return {false, line + "}"};
}

Clients::Clients(Rng* rng, const std::vector<std::string>& given) {
  const size_t count = 2 + rng->below(3);
  int64_t event_ms = 1'767'225'600'000;
  producers.resize(count);
  for (size_t i = 0; i < count; ++i) {
    producers[i].id = "gw-" + std::to_string(i);
    producers[i].stream = i % 2 == 0 ? "s" : "";
    if (given.empty()) producers[i].lines.resize(10 + rng->below(40));
  }
  for (const std::string& line : given) producers[rng->below(count)].lines.push_back({false, line});
  if (!given.empty()) return;
  // Their events run side by side in time.
  std::vector<size_t> made(count);
  for (size_t left = 1; left > 0;) {
    left = 0;
    for (size_t i = 0; i < count; ++i) {
      Producer& p = producers[i];
      if (made[i] == p.lines.size()) continue;
      left += p.lines.size() - made[i];
      if (rng->coin()) continue;
      p.lines[made[i]] = some_line(rng, p.id, made[i] + 1, &event_ms);
      ++made[i];
    }
  }
}

LineBatch batch_of(const Connection& connection, uint64_t first, uint64_t count) {
  const Producer& p = *connection.producer;
  LineBatch out;
  out.connection = connection.number;
  out.producer = p.id;
  out.epoch = connection.epoch;
  out.stream = p.stream;
  out.first_number = first;
  out.count = static_cast<uint32_t>(count);
  for (uint64_t n = first; n < first + count; ++n) append(p.lines[n - 1], &out.entries);
  return out;
}

LineBatch plain_batch(const Connection& connection, const std::vector<SentLine>& lines) {
  LineBatch out;
  out.connection = connection.number;
  out.first_number = connection.next;
  out.count = static_cast<uint32_t>(lines.size());
  for (const SentLine& line : lines) append(line, &out.entries);
  return out;
}

}  // namespace sim
