// Turns the matches of one pattern into records (canonical bytes) and into rows of the stream that the pattern is.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "operators/pattern/evaluator.h"
#include "runtime/record_writer.h"

namespace cep::runtime {

class MatchWriter : public RecordWriter {
 public:
  MatchWriter(const plan::Plan& plan, int node, const WriterOptions& options);

  // Fills channel, node, bytes and throttle of *record (not its label). Returns false if no record is due (nobody wants the channel `streams`).
  bool write_match(const operators::Match& match, std::string_view key, int64_t end, OutRecord* record);
  bool write_timeout(const operators::Match& partial, std::string_view key, int64_t end, OutRecord* record);
  // `limit`: its name in the settings; `dropped`: what it took, in its own unit (runs, matches, records cut).
  bool write_limit(std::string_view limit, uint64_t dropped, std::string_view key, int64_t time, OutRecord* record);

  // The match as a row of the pattern's stream; valid until the next call.
  event::Row* write_row(const operators::Match& match, std::string_view key, int64_t end, int64_t release, uint64_t position);

 private:
  void begin(const operators::Match& match, std::string_view key, const SelectCode& select);
  void write(const operators::Match& match, std::string_view key, int64_t end, const SelectCode& select, const AlertCode* alert, OutRecord* record);
  // Everything but the events; no text longer than `text_room` bytes.
  void append_members(const operators::Match& match, std::string_view key, int64_t end, const SelectCode& select, const AlertCode* alert,
                      size_t text_room, OutRecord* record);
  void append_tags(std::string* out) const;
  bool append_match(const operators::Match& match, size_t room, std::string* out);

  const plan::PatternNode& pattern_;
  SelectCode timeout_select_;
  AlertCode timeout_alert_;
  std::vector<const event::Schema*> schemas_;  // by input
};

}  // namespace cep::runtime
