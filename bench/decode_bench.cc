// Lines per second of LineDecoder alone: decode_bench FILE.ndjson [ROUNDS]. The schema is what `infer`-like
// rules would give the first line: strings, ints, doubles, bools; a member `ts` is the time. Prints the best
// round.
#include <chrono>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "event/line_decoder.h"
#include "report.h"

namespace {

using cep::Type;

Type type_of(char first, std::string_view value) {
  if (first == '"') return Type::kString;
  if (first == 't' || first == 'f') return Type::kBool;
  return value.find('.') == std::string_view::npos ? Type::kInt : Type::kDouble;
}

// Flat members without escapes are enough here.
cep::event::Schema schema_of(std::string_view line) {
  cep::event::Schema schema;
  schema.name = "bench";
  for (size_t at = line.find('"'); at != std::string_view::npos; at = line.find('"', at)) {
    size_t end = line.find('"', at + 1);
    cep::event::Field field;
    field.name = std::string(line.substr(at + 1, end - at - 1));
    size_t value = end + 2;
    size_t value_end = line[value] == '"' ? line.find('"', value + 1) + 1 : line.find_first_of(",}", value);
    field.type =
        field.name == "ts" ? Type::kTimestamp : type_of(line[value], line.substr(value, value_end - value));
    schema.fields.push_back(field);
    at = value_end;
  }
  return schema;
}

std::vector<std::string_view> split_lines(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    size_t end = text.find('\n');
    lines.push_back(text.substr(0, end));
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  return lines;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: decode_bench FILE.ndjson [ROUNDS]\n");
    return 2;
  }
  std::ifstream in(argv[1], std::ios::binary);
  const std::string text((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  const std::vector<std::string_view> lines = split_lines(text);
  if (lines.empty()) return 1;
  const cep::event::Schema schema = schema_of(lines[0]);
  const int time_field = schema.find("ts");
  const int rounds = argc > 2 ? std::atoi(argv[2]) : 3;
  cep::event::LineDecoder decoder{cep::Limits()};
  cep::event::RowBuilder row;
  double best[2] = {1e9, 1e9};
  uint64_t bytes = 0;
  size_t rejected = 0;
  for (int round = 0; round < rounds; ++round) {
    for (int with_decode = 0; with_decode < 2; ++with_decode) {
      auto begin = std::chrono::steady_clock::now();
      for (std::string_view line : lines) {
        int64_t time = 0;
        if (decoder.parse(line).kind != cep::event::LineKind::kEvent) continue;
        if (with_decode == 0) continue;
        if (!decoder.decode(schema, time_field, nullptr, &row, &time).empty()) ++rejected;
        bytes += row.finish(time, 0)->size;
      }
      std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
      best[with_decode] = std::min(best[with_decode], took.count());
    }
  }
  const double n = static_cast<double>(lines.size());
  bench::print_machine();
  bench::print_rate("decoding, parse", lines.size(), "lines", best[0]);
  bench::print_rate("decoding, parse and decode", lines.size(), "lines", best[1],
                    ", " + std::to_string(schema.fields.size()) + " fields, " + std::to_string(rejected) + " rejected, rows of " +
                        std::to_string(static_cast<int>(static_cast<double>(bytes) / n / rounds)) + " bytes");
  return 0;
}
