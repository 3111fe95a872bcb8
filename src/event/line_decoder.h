// NDJSON line to rows: the schemas in, rows or a reason out; a pure function of the line. simdjson lives here.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "cep/limits.h"
#include "event/row.h"
#include "event/schema.h"

namespace cep::event {

// What kind of line it is, before any stream is looked at.
struct LineKind {
  enum Kind : uint8_t { kBlank, kEvent, kWatermark, kEnd, kAt, kTick, kRecorded, kBroken } kind = kBlank;
  std::string_view stream;    // `_stream` of an event, `stream` of a watermark or end; empty: not given. Valid until the next parse()
  bool has_stream = false;
  bool is_delete = false;     // "_delete": true
  int64_t time = 0;           // of kWatermark, kAt, kTick (ms)
  std::string_view name;      // of kRecorded: `_load`, `_session`, `_line` or `_broken`, the only member of its line (event/recorded_line.h)
  std::string reason;         // of kBroken
};

class LineDecoder {
 public:
  explicit LineDecoder(const Limits& limits);
  ~LineDecoder();

  // Reads one line (no LF). kBroken: not an object, bad JSON, bad UTF-8, over the limits, any duplicate top-level
  // member (duplicates further down are found by decode(), on the way to a declared field), a control line of the wrong form. A BOM at the
  // beginning and a CR at the end are dropped. The parsed line stays current for decode() until the next parse().
  // The bytes are copied into a padded buffer: any string_view will do.
  const LineKind& parse(std::string_view line);

  // The text of a scalar top-level member of the current line (a number's digits, true, false; a string's content), "" if there is none or it is
  // null. For `_producer` and `_partition`. Valid until the next parse(). REQUIRES kEvent.
  std::string_view member_text(std::string_view name) const;

  // Reads the fields of one stream from the current line into *out (RowBuilder::start with the schema's count; fields not carried get their
  // default or stay null; `raw` fields get the line). Empty result: done; else the reason ("field `n`: \"x\" is no int"). `which`: only these
  // fields (for `when`; the others stay null), or null for all.
  // *time gets the value of `time_field` (>= 0; a missing or null one is a reason), else stays. With `which` a time field is read too.
  // What is learned of a schema is kept by its address: REQUIRES that schemas stay unchanged until forget_schemas(). REQUIRES kEvent.
  // A reserved name (`_x` that no field of the schema reads) is a reason, unless `which` is given: only a stream that takes a line rejects it.
  std::string decode(const Schema& schema, int time_field, const std::vector<uint16_t>* which, RowBuilder* out, int64_t* time);

  // For tests of the work: bytes of the line that were read beside the parser; and the length of the longest line for which there is a buffer now.
  uint64_t raw_bytes_read() const;
  size_t buffer_bytes() const;

  // To be called before schemas that were used are destroyed or changed.
  void forget_schemas();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// The declared fields of a row as a JSON object, in order, nulls left out for events (fields the event did not carry).
void append_row_json(const Schema& schema, const Row& row, std::string* out);

}  // namespace cep::event
