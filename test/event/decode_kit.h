// Lines to rows in one call, for tests.
#pragma once
#include <string>
#include <string_view>
#include <utility>

#include "event/line_decoder.h"

namespace cep::event::test {

inline Field field(std::string name, Type type, std::string path = {}) {
  Field f;
  f.name = std::move(name);
  f.type = type;
  f.path = std::move(path);
  return f;
}

inline Field timestamp(std::string name, TimestampFormat::Kind kind, std::string format = {}) {
  Field f = field(std::move(name), Type::kTimestamp);
  f.timestamp.kind = kind;
  f.timestamp.format = std::move(format);
  return f;
}

template <class... Fields>
Schema schema(Fields... fields) {
  Schema s;
  s.name = "s";
  (s.fields.push_back(std::move(fields)), ...);
  return s;
}

// The row as JSON, or "! reason".
inline std::string decoded(LineDecoder& decoder, const Schema& s, std::string_view line,
                           int time_field = -1) {
  const LineKind& kind = decoder.parse(line);
  if (kind.kind == LineKind::kBroken) return "! " + kind.reason;
  if (kind.kind != LineKind::kEvent) return "no event";
  RowBuilder row;
  int64_t time = 0;
  std::string reason = decoder.decode(s, time_field, nullptr, &row, &time);
  decoder.forget_schemas();
  if (!reason.empty()) return "! " + reason;
  std::string out;
  append_row_json(s, *row.finish(time, 0), &out);
  return out;
}

inline std::string decoded(const Schema& s, std::string_view line, int time_field = -1) {
  LineDecoder decoder{Limits()};
  return decoded(decoder, s, line, time_field);
}

}  // namespace cep::event::test
