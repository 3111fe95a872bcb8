// 1. Which member tells kinds of events apart; 2. per kind the fields and their types; 3. the declarations
// are tried on the same lines, which gives the disorder (for `watermark`) and the number of lines that would
// be rejected.
#include "event/infer.h"

#include <algorithm>
#include <map>
#include <set>

#include "base/time_text.h"
#include "event/infer_fields.h"
#include "event/json_writer.h"
#include "event/json_scan.h"
#include "event/line_decoder.h"

namespace cep::event {
namespace {

using simdjson::dom::element;
using simdjson::dom::object;

constexpr std::string_view kKindMembers[] = {"_stream", "@stream", "event_type", "eventType", "type", "kind"};
constexpr size_t kKindsMax = 64;

// One `stream` to be.
struct Kind {
  std::string value;  // of the member that tells kinds apart
  std::string name;   // of the stream
  FieldTable table;
  Schema schema;
  std::vector<std::string> comments;  // of the fields
  int time_field = -1;
  int64_t behind = 0;  // the furthest that an event's time lies behind the greatest before it, in any kind
  uint64_t rejected = 0;
  std::string reason;  // of the first rejected line
};

bool is_identifier(std::string_view name) {
  if (name.empty() || (name[0] >= '0' && name[0] <= '9')) return false;
  return std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  });
}

bool is_reserved(std::string_view name) {
  static constexpr std::string_view kReserved[] = {"and",  "or",   "not",   "in",      "is",
                                                   "null", "true", "false", "matches", "if"};
  return std::find(std::begin(kReserved), std::end(kReserved), name) != std::end(kReserved);
}

// An identifier that reads like `text`: what cannot stand in one becomes a single `_`.
std::string readable(std::string_view text, std::string_view otherwise) {
  std::string out;
  for (char c : text) {
    bool fits = is_identifier(std::string(1, c)) || (c >= '0' && c <= '9');
    if (fits && c != '_')
      out.push_back(c);
    else if (!out.empty() && out.back() != '_')
      out.push_back('_');
  }
  while (!out.empty() && out.back() == '_') out.pop_back();
  if (out.empty()) return std::string(otherwise);
  return out[0] >= '0' && out[0] <= '9' ? std::string(otherwise) + "_" + out : out;
}

std::string unique_name(std::string name, std::set<std::string>* taken) {
  std::string base = name;
  for (int i = 2; !taken->insert(name).second; ++i) name = base + "_" + std::to_string(i);
  return name;
}

std::string written(const std::string& name) { return is_reserved(name) ? "`" + name + "`" : name; }

std::string json_text(std::string_view text) {
  std::string out;
  append_json_string(text, &out);
  return out;
}

class Inferrer {
 public:
  Inferrer(const std::vector<std::string>& lines, const InferOptions& options)
      : lines_(lines), options_(options) {}

  std::string run() {
    choose_kind_member();
    collect();
    if (kinds_.empty()) return {};
    std::set<std::string> names;
    for (Kind& kind : kinds_) {
      kind.name = unique_name(readable(kind.value, "events"), &names);
      if (kind_member_ == "_stream") kind.name = kind.value;
      declare(&kind);
    }
    try_out();
    return text();
  }

 private:
  // The event of a line, or false. Valid until the next call.
  bool read(const std::string& line, object* event) {
    if (decoder_.parse(line).kind != LineKind::kEvent) return false;
    std::string_view body =
        line;  // the decoder's own document is not ours to see: the line is known to be good
    if (body.substr(0, 3) == "\xef\xbb\xbf") body.remove_prefix(3);
    if (parser_.parse(body.data(), body.size()).get(*event) == simdjson::SUCCESS) return true;
    std::vector<Oddity> odd;
    std::string plain, marker;
    if (!json_fault(body, Limits().json_depth, &odd).empty() || !without_oddities(body, odd, &plain, &marker)) return false;
    return parser_.parse(plain.data(), plain.size()).get(*event) == simdjson::SUCCESS;
  }

  void choose_kind_member();
  bool tells_kinds(std::string_view member);
  void collect();
  void declare(Kind* kind);
  void choose_time(Kind* kind);
  void try_out();
  std::string kind_of(object event) const {
    std::string_view value;
    if (kind_member_.empty() || event[kind_member_].get(value) != simdjson::SUCCESS) return options_.name;
    return std::string(value);
  }
  std::string text() const;
  std::string field_text(const Kind& kind, size_t i) const;
  std::string stream_text(const Kind& kind) const;
  std::string options_text(const Kind& kind) const;

  const std::vector<std::string>& lines_;
  const InferOptions& options_;
  LineDecoder decoder_{Limits()};
  simdjson::dom::parser parser_;
  std::string kind_member_;
  std::vector<Kind> kinds_;  // by first appearance
  uint64_t events_ = 0, others_ = 0;
};

// In every event, a few short names, and the kinds have members of their own: on average three quarters of
// all at most.
bool Inferrer::tells_kinds(std::string_view member) {
  std::map<std::string, std::set<std::string>, std::less<>> members_of;
  std::set<std::string> all;
  object event;
  for (const std::string& line : lines_) {
    if (!read(line, &event)) continue;
    std::string_view value;
    if (event[member].get(value) != simdjson::SUCCESS || value.empty() || value.size() > 64) return false;
    auto& members = members_of[std::string(value)];
    if (members_of.size() > kKindsMax) return false;
    for (simdjson::dom::key_value_pair m : event) {
      members.insert(std::string(m.key));
      all.insert(std::string(m.key));
    }
  }
  if (member == "_stream") return !members_of.empty();
  size_t sum = 0;
  for (const auto& [value, members] : members_of) sum += members.size();
  return members_of.size() > 1 && 4 * sum <= 3 * all.size() * members_of.size();
}

void Inferrer::choose_kind_member() {
  for (std::string_view member : kKindMembers) {
    if (!tells_kinds(member)) continue;
    kind_member_ = std::string(member);
    return;
  }
}

void Inferrer::collect() {
  std::map<std::string, size_t> by_value;
  object event;
  for (const std::string& line : lines_) {
    if (!read(line, &event)) {
      ++others_;
      continue;
    }
    ++events_;
    std::string value = kind_of(event);
    auto [at, added] = by_value.emplace(value, kinds_.size());
    if (added) {
      kinds_.emplace_back();
      kinds_.back().value = value;
    }
    kinds_[at->second].table.add(event);
  }
}

void Inferrer::declare(Kind* kind) {
  std::set<std::string> taken;
  kind->schema.name = kind->name;
  for (const FieldStats& stats : kind->table.fields())
    if (!stats.nested && is_identifier(stats.path) && stats.path[0] != '_') taken.insert(stats.path);
  for (const FieldStats& stats : kind->table.fields()) {
    Guess guess = guess_type(stats, options_.csv);
    Field& field = guess.field;
    bool as_it_is = !stats.nested && is_identifier(stats.path) && stats.path[0] != '_';
    field.name = as_it_is ? stats.path : unique_name(readable(stats.path, "field"), &taken);
    if (!as_it_is) field.path = stats.path;
    uint64_t with = stats.values(), all = kind->table.events();
    if (with > 0 && with < all) {
      uint64_t percent = std::max<uint64_t>(1, with * 100 / all);
      guess.comment +=
          (guess.comment.empty() ? "" : "; ") + ("in " + std::to_string(percent) + "% of the events");
    }
    kind->schema.fields.push_back(field);
    kind->comments.push_back(guess.comment);
  }
  choose_time(kind);
}

void Inferrer::choose_time(Kind* kind) {
  int best = 0;
  const auto& fields = kind->schema.fields;
  for (size_t i = 0; i < fields.size(); ++i) {
    const FieldStats& stats = kind->table.fields()[i];
    if (fields[i].type != Type::kTimestamp || stats.values() < kind->table.events()) continue;
    int rank = time_rank(stats.path);
    if (kind->time_field >= 0 && rank >= best) continue;
    best = rank;
    kind->time_field = static_cast<int>(i);
  }
}

// All kinds are one feed: what is behind is behind the greatest time of any.
void Inferrer::try_out() {
  std::map<std::string, Kind*> by_value;
  for (Kind& kind : kinds_) by_value[kind.value] = &kind;
  RowBuilder row;
  int64_t greatest = INT64_MIN;
  object event;
  for (const std::string& line : lines_) {
    if (!read(line, &event)) continue;
    Kind& kind = *by_value[kind_of(event)];
    int64_t time = 0;
    std::string reason = decoder_.decode(kind.schema, kind.time_field, nullptr, &row, &time);
    if (!reason.empty()) {
      if (kind.rejected++ == 0) kind.reason = reason;
      continue;
    }
    if (kind.time_field < 0) continue;
    if (greatest > time) kind.behind = std::max(kind.behind, greatest - time);
    greatest = std::max(greatest, time);
  }
}

std::string Inferrer::field_text(const Kind& kind, size_t i) const {
  const Field& field = kind.schema.fields[i];
  std::string out = "  " + written(field.name) + " " + std::string(type_name(field.type));
  switch (field.timestamp.kind) {
    case TimestampFormat::kDefault:
      break;
    case TimestampFormat::kSeconds:
      out += "(s)";
      break;
    case TimestampFormat::kMicros:
      out += "(us)";
      break;
    case TimestampFormat::kNanos:
      out += "(ns)";
      break;
    case TimestampFormat::kText:
      out += "(" + json_text(field.timestamp.format) + ")";
      break;
  }
  if (!field.path.empty()) out += " from " + json_text(field.path);
  if (i + 1 < kind.schema.fields.size()) out += ",";
  if (!kind.comments[i].empty()) out += "  # " + kind.comments[i];
  return out + "\n";
}

// The next round duration that holds `ms`.
int64_t rounded_up(int64_t ms) {
  constexpr int64_t kSecond = 1000, kMinute = 60 * kSecond, kHour = 60 * kMinute, kDay = 24 * kHour;
  for (int64_t step : {int64_t{100}, int64_t{500}, kSecond, 2 * kSecond, 5 * kSecond, 10 * kSecond,
                       30 * kSecond, kMinute, 2 * kMinute, 5 * kMinute, 10 * kMinute, 15 * kMinute,
                       30 * kMinute, kHour, 2 * kHour, 6 * kHour, 12 * kHour, kDay})
    if (ms <= step) return step;
  return (ms + kDay - 1) / kDay * kDay;
}

std::string Inferrer::options_text(const Kind& kind) const {
  std::string out;
  if (kind.time_field >= 0) {
    out += " time " + written(kind.schema.fields[static_cast<size_t>(kind.time_field)].name);
    if (kind.behind > 0) {
      out += " watermark ";
      base::append_duration(rounded_up(kind.behind), &out);
    } else {
      out += " watermark ascending";
    }
  }
  if (kind_member_.empty() || kind_member_ == "_stream") return out;
  for (const Field& field : kind.schema.fields) {
    if ((field.path.empty() ? field.name : field.path) != kind_member_) continue;
    out += "\n  when " + written(field.name) + " == " + json_text(kind.value);
  }
  return out;
}

std::string Inferrer::stream_text(const Kind& kind) const {
  const uint64_t n = kind.table.events();
  std::string out = "\n# " + std::to_string(n) + (n == 1 ? " event" : " events");
  if (kind.time_field < 0) {
    out += "; no field is a time in every event, so the time of arrival is taken";
  } else if (kind.behind > 0) {
    out += "; the latest came ";
    base::append_duration(kind.behind, &out);
    out += " behind the greatest time before it";
  } else {
    out += " in order of time";
  }
  out += "\n";
  if (kind.rejected > 0)
    out += "# " + std::to_string(kind.rejected) + " of them would be rejected: " + kind.reason + "\n";
  if (kind.table.cut()) out += "# more fields than are shown\n";
  out += "stream " +
         (is_identifier(kind.name) && !is_reserved(kind.name) ? kind.name : "`" + kind.name + "`") + " (\n";
  for (size_t i = 0; i < kind.schema.fields.size(); ++i) out += field_text(kind, i);
  return out + ")" + options_text(kind) + "\n";
}

std::string Inferrer::text() const {
  std::string out = "# Inferred from " + std::to_string(events_) + (events_ == 1 ? " event" : " events");
  if (others_ > 0) out += " (" + std::to_string(others_) + " other lines left out)";
  out += ": types, time and watermark are guesses to look over.\n";
  if (!kind_member_.empty())
    out += "# " + json_text(kind_member_) + " tells " + std::to_string(kinds_.size()) +
           " kinds of events apart.\n";
  for (const Kind& kind : kinds_) out += stream_text(kind);
  return out;
}

}  // namespace

std::string infer_streams(const std::vector<std::string>& lines, const InferOptions& options) {
  return Inferrer(lines, options).run();
}

}  // namespace cep::event
