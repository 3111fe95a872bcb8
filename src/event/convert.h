// JSON values to values of a declared type (converted where nothing is lost). Internal
// to this room: simdjson shows here.
#pragma once
#include <simdjson.h>

#include <string>
#include <string_view>
#include <vector>

#include "cep/value.h"
#include "event/json_scan.h"
#include "event/schema.h"

namespace cep::event {

enum class Found : uint8_t { kYes, kNo, kDuplicate };

// The value at a dotted path below `at`: at each object the member of exactly that name before the first part
// as a member; an index in an array. kDuplicate: a member on the way comes twice. `ordinals` (may be null)
// gets the ordinal at each level.
Found find_path(simdjson::dom::element at, std::string_view path, simdjson::dom::element* out,
                std::vector<uint32_t>* ordinals);

// Where a value stands in its line, for its exact text.
struct Place {
  std::string_view line;
  simdjson::dom::element top;  // the top-level member it is in
  uint32_t member = 0;         // index of that member
  std::string_view rest;       // path below it; empty: the member itself
  RawValues* raw = nullptr;    // of the line
  std::string_view marker;     // of lone surrogates, in a document without its oddities (json_scan.h); else empty
};

// The text of the value as it stands in the line.
std::string_view raw_text(const Place& place);

// Whether the text of a parsed document had a lone surrogate in the line.
inline bool holds_marker(std::string_view text, std::string_view marker) {
  return !marker.empty() && text.find(marker) != std::string_view::npos;
}

class Converter {
 public:
  // The value of `e` for `field`; a JSON null gives a null. Strings point into the parsed document or into
  // this converter, until the next call. False: reason() says why not.
  bool convert(const Field& field, simdjson::dom::element e, const Place& place, Value* out);
  const std::string& reason() const { return reason_; }

 private:
  bool to_string(const Field& field, simdjson::dom::element e, const Place& place, Value* out);
  bool read_double(const Field& field, std::string_view text, const Place& place, double* out);
  bool to_int(const Field& field, simdjson::dom::element e, const Place& place, int64_t* out);
  bool to_double(const Field& field, simdjson::dom::element e, const Place& place, double* out);
  bool to_timestamp(const Field& field, simdjson::dom::element e, const Place& place, int64_t* ms);
  bool scaled_timestamp(const Field& field, simdjson::dom::element e, const Place& place, int64_t* ms);
  bool text_timestamp(const Field& field, simdjson::dom::element e, const Place& place, int64_t* ms);
  bool whole(const Field& field, std::string_view number, const Place& place, int64_t* out);
  bool wrong(const Field& field, const Place& place, std::string_view why = {});

  std::string scratch_;
  std::string reason_;
};

// The text cut at 64 bytes (never within a character) for a reason.
std::string cut_text(std::string_view text);

}  // namespace cep::event
