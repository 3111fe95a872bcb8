// Any bytes as event lines and as CSV. What must hold: no crash; the parser and our own scanner agree on what
// is JSON; what a decoder has seen before changes nothing (a used one answers like a new one); rows come out
// as JSON again; CSV does not depend on how its bytes came.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/utf8.h"
#include "event/csv_reader.h"
#include "event/infer.h"
#include "event/json_scan.h"
#include "event/line_decoder.h"

namespace {

using namespace cep;
using namespace cep::event;

void require(bool holds, const char* what, std::string_view line) {
  if (holds) return;
  std::fprintf(stderr, "%s: %.*s\n", what, static_cast<int>(line.size()), line.data());
  std::abort();
}

Field field(const char* name, Type type, const char* path = "",
            TimestampFormat::Kind kind = TimestampFormat::kDefault) {
  Field f;
  f.name = name;
  f.type = type;
  f.path = path;
  f.timestamp.kind = kind;
  if (kind == TimestampFormat::kText) f.timestamp.format = "%d/%b/%Y:%H:%M:%S %z";
  return f;
}

const Schema* schemas() {
  static Schema all[3];
  if (!all[0].fields.empty()) return all;
  all[0].fields = {field("s", Type::kString), field("n", Type::kInt), field("d", Type::kDouble),
                   field("b", Type::kBool), field("ts", Type::kTimestamp)};
  all[1].fields = {field("deep", Type::kString, "a.b.c"), field("first", Type::kInt, "tags.0"),
                   field("id", Type::kString, "_id"), field("n", Type::kString),
                   field("_raw", Type::kString)};
  all[1].fields[4].raw = true;
  all[2].fields = {field("sec", Type::kTimestamp, "ts", TimestampFormat::kSeconds),
                   field("us", Type::kTimestamp, "n", TimestampFormat::kMicros),
                   field("ns", Type::kTimestamp, "d", TimestampFormat::kNanos),
                   field("text", Type::kTimestamp, "s", TimestampFormat::kText)};
  return all;
}

std::string answer(LineDecoder& decoder, std::string_view line) {
  const LineKind& kind = decoder.parse(line);
  std::string out = std::to_string(kind.kind) + "|" + std::string(kind.stream) + "|" +
                    std::to_string(kind.time) + "|" + kind.reason;
  if (kind.kind != LineKind::kEvent) return out;
  for (int i = 0; i < 3; ++i) {
    const Schema& schema = schemas()[i];
    RowBuilder row;
    int64_t time = 0;
    std::string reason = decoder.decode(schema, i == 0 ? 4 : i == 1 ? -1 : 0, nullptr, &row, &time);
    require(base::find_bad_utf8(reason) == std::string::npos, "a reason that is no UTF-8", line);
    out += "|" + reason;
    if (!reason.empty()) continue;
    std::string json;
    append_row_json(schema, *row.finish(time, 0), &json);
    require(json_fault(json, 3).empty(), "a row that is no JSON", json);
    out += json;
  }
  out += decoder.member_text("_producer");
  return out;
}

void lines(std::string_view text) {
  static LineDecoder used{Limits()};
  while (!text.empty()) {
    size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    LineDecoder fresh{Limits()};
    std::string one = answer(used, line);
    require(one == answer(fresh, line), "a used decoder answers otherwise", line);
    require(one != "6||0|bad JSON", "a fault that the scanner does not see", line);
    const LineKind& kind = fresh.parse(line);
    if (kind.kind == LineKind::kEvent) {
      std::string_view bare = line.substr(line.substr(0, 3) == "\xef\xbb\xbf" ? 3 : 0);
      require(json_fault(bare, 64).empty(), "a fault that the parser does not see", line);
    }
  }
}

std::string csv(std::string_view text, size_t piece) {
  CsvReader reader{Limits()};
  CsvRecord record;
  std::string out;
  while (!text.empty()) {
    reader.feed(text.substr(0, piece));
    text.remove_prefix(std::min(piece, text.size()));
    while (reader.next(&record))
      out += std::to_string(record.number) + std::string(record.reason) + std::string(record.line) + "\n";
  }
  reader.finish();
  while (reader.next(&record))
    out += std::to_string(record.number) + std::string(record.reason) + std::string(record.line) + "\n";
  return out;
}

void infer(std::string_view text) {
  std::vector<std::string> all;
  for (size_t at = 0; at < text.size() && all.size() < 8;) {
    size_t end = std::min(text.find('\n', at), text.size());
    all.emplace_back(text.substr(at, end - at));
    at = end + 1;
  }
  std::string out = infer_streams(all, {"fuzz", false});
  require(base::find_bad_utf8(out) == std::string::npos, "a declaration that is no UTF-8", out);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  lines(text);
  require(csv(text, 1) == csv(text, 100000), "CSV depends on the pieces", text);
  infer(text);
  return 0;
}
