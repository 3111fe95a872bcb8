// What infer learns about the fields of one kind of event. Internal to this room.
#pragma once
#include <simdjson.h>

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "event/schema.h"

namespace cep::event {

// The values seen at one path.
struct FieldStats {
  std::string path;
  bool nested = false;
  uint64_t nulls = 0, bools = 0, ints = 0, doubles = 0, strings = 0,
           parts = 0;                                     // parts: objects, arrays, ints beyond 64 bits
  uint64_t int_texts = 0, number_texts = 0, rfc3339 = 0;  // of the strings
  uint64_t forms = ~uint64_t{0};                          // strptime forms that fit every string so far
  double least = 0, greatest = 0;                         // of numbers and of text that is one

  uint64_t values() const { return bools + ints + doubles + strings + parts; }
};

struct Guess {
  Field field;          // name not set
  std::string comment;  // may be empty
};

// The type that takes (nearly) all values.
Guess guess_type(const FieldStats& stats, bool csv);

// How likely a timestamp of this path is the event's time: smaller is likelier.
int time_rank(std::string_view path);

class FieldTable {
 public:
  // Adds the members of one event; what lies deeper than three levels is one value.
  void add(simdjson::dom::object event);
  const std::vector<FieldStats>& fields() const { return fields_; }
  uint64_t events() const { return events_; }
  bool cut() const { return cut_; }

 private:
  void add_member(const std::string& path, int depth, simdjson::dom::element value);
  void add_value(FieldStats* stats, simdjson::dom::element value);

  std::vector<FieldStats> fields_;  // by first appearance
  std::map<std::string, size_t, std::less<>> by_path_;
  uint64_t events_ = 0;
  bool cut_ = false;
};

}  // namespace cep::event
