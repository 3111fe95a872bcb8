// What the rows of a stream look like: names, types, and for source streams where in a line each field comes from.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "cep/value.h"

namespace cep::event {

// How a timestamp field is read: kDefault takes integer epoch milliseconds or RFC 3339 text.
struct TimestampFormat {
  enum Kind : uint8_t { kDefault, kSeconds, kMicros, kNanos, kText };
  Kind kind = kDefault;
  std::string format;  // strptime format of kText
};

struct Field {
  std::string name;
  Type type = Type::kNull;
  std::string path;          // `from "PATH"`; empty: the member of the field's own name
  bool required = false;     // a line without it is rejected
  OwnedValue fallback;       // `default`; null: none
  TimestampFormat timestamp;
  bool raw = false;          // the hidden field `_raw` of `keep raw`: the line itself
};

struct Schema {
  std::string name;  // the stream's
  std::vector<Field> fields;

  // Index of the field, or -1.
  int find(std::string_view field) const {
    for (size_t i = 0; i < fields.size(); ++i)
      if (fields[i].name == field) return static_cast<int>(i);
    return -1;
  }
};

}  // namespace cep::event
