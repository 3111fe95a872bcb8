// Any bytes as entries, as a load, as a segment, and as damage to a sound journal. What must hold: no crash and no look beyond the bytes; entries read are the entries written; a
// journal with changed bytes gives a beginning of what was written or an error, and never loses what was acknowledged without one.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "journal/entry.h"
#include "journal/format.h"
#include "journal/reader.h"
#include "sim/sim_env.h"

namespace {

using namespace cep;
using namespace cep::journal;

constexpr char kDir[] = "/data/journal";

void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "%s\n", what);
  std::abort();
}

void append_again(const Entry& e, std::string* out) {
  switch (e.kind) {
    case EntryKind::kLine: return append_line(e.line, out);
    case EntryKind::kBroken: return append_broken(e.length, e.line, e.reason, out);
    case EntryKind::kSource: return append_source(e.source, out);
    case EntryKind::kSession: return append_session(e.source, out);
    case EntryKind::kTick: return append_tick(e.now_ms, out);
    case EntryKind::kSkip: return append_skip(e.position, e.reason, out);
    case EntryKind::kForget: return append_forget(e.source.producer, out);
    case EntryKind::kAccepted: return append_accepted(e.position, e.next, e.reason, out);
    case EntryKind::kReset: return append_reset(e.source.stream, out);
    case EntryKind::kLoad: {
      Result<Load> load = decode_load(e.body);
      if (load.ok()) return append_load(load.value(), out);
      out->push_back(static_cast<char>(e.kind));
      std::string line;
      append_line(e.body, &line);
      out->append(line, 1);
    }
  }
}

// Every number and text has one form: what was read, written again, is the same bytes.
void entries(std::string_view bytes) {
  auto copy = std::make_unique<char[]>(bytes.size());
  std::copy(bytes.begin(), bytes.end(), copy.get());
  EntryCursor cursor({copy.get(), bytes.size()});
  std::string again;
  Entry e;
  while (cursor.next(&e)) append_again(e, &again);
  require(bytes.substr(0, again.size()) == again, "entries are not what was read");
  require(cursor.bad() || again.size() == bytes.size(), "entries end early");
  (void)decode_load({copy.get(), bytes.size()});
}

std::vector<std::string> read_all(base::Env* env, std::string* error) {
  std::vector<std::string> out;
  auto reader = open_reader(env, kDir, 1);
  if (!reader.ok()) return *error = reader.status().message(), out;
  Frame f;
  for (;;) {
    Result<bool> more = reader.value()->next(&f);
    if (!more.ok()) return *error = more.status().message(), out;
    if (!more.value()) return out;
    out.emplace_back(f.payload);
  }
}

WriterOptions options() {
  WriterOptions o;
  o.segment_bytes = 800;
  return o;
}

constexpr int kFrames = 9, kAcknowledged = 7;

// The files of a sound journal, made once: three segments, the last two frames never synced.
const std::vector<std::pair<std::string, std::string>>& sound() {
  static std::vector<std::pair<std::string, std::string>> files;
  if (!files.empty()) return files;
  sim::SimEnv env(1);
  Result<Opened> opened = open_journal(&env, kDir, options());
  Writer& w = *opened.value().writer;
  for (int i = 1; i <= kFrames; ++i) {
    std::string payload;
    append_line("{\"n\":" + std::to_string(i) + ",\"text\":\"" + std::string(static_cast<size_t>(i) * 9, 'x') + "\"}", &payload);
    require(w.append({static_cast<uint64_t>(i), 1, i, payload}).ok(), "append");
    if (i <= kAcknowledged) require(w.sync().ok(), "sync");
  }
  for (const std::string& path : env.files()) files.emplace_back(path, env.content(path));
  return files;
}

// Four bytes are one change: which file, where, what.
void damage(std::string_view bytes) {
  auto files = sound();
  for (; bytes.size() >= 4; bytes.remove_prefix(4)) {
    const auto byte = [&](size_t i) { return static_cast<unsigned char>(bytes[i]); };
    std::string& file = files[byte(0) % files.size()].second;
    const size_t at = (byte(1) * 256u + byte(2)) % (file.size() + 1);
    if (byte(0) >= 0xf0) file.resize(at);
    else if (at < file.size()) file[at] = static_cast<char>(file[at] ^ byte(3));
    if (file.empty()) file.push_back('\0');
  }
  sim::SimEnv env(2);
  for (const auto& [path, content] : files) env.put(path, content);
  std::string error;
  const std::vector<std::string> read = read_all(&env, &error);
  require(read.size() <= kFrames, "more frames than were written");
  for (size_t i = 0; i < read.size(); ++i) require(read[i].find("{\"n\":" + std::to_string(i + 1) + ",") != std::string::npos, "other content");
  require(!error.empty() || read.size() >= kAcknowledged, "acknowledged frames are gone without an error");
  if (inspect(&env, kDir).value().back().fatal) require(!error.empty(), "inspect and reader differ");
  if (error.empty()) return require(open_journal(&env, kDir, options()).ok(), "what can be read cannot be opened");
  std::string report, none;
  require(repair(&env, kDir, &report).ok(), "repair");
  if (report.find("made again") != std::string::npos) return;  // one thing at a time
  require(read_all(&env, &none).size() == read.size() && none.empty(), "repair keeps what could be read");
}

void segment(std::string_view bytes) {
  sim::SimEnv env(3);
  env.put(std::string(kDir) + "/" + segment_name(1), bytes);
  std::string error;
  read_all(&env, &error);
  // The same behind a good header.
  SegmentHeader h;
  h.reserved_bytes = 64;
  env.put(std::string(kDir) + "/" + segment_name(1), encode_segment_header(h) + std::string(bytes));
  read_all(&env, &error);
  (void)inspect(&env, kDir);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0] % 3) {
    case 0: entries(bytes); break;
    case 1: damage(bytes); break;
    default: segment(bytes); break;
  }
  return 0;
}
