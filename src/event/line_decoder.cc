// 1. parse(): simdjson reads the line; one walk over the top-level members follows them through the tree of
// shapes (shapes.h).
// 2. decode(): the shape knows, per schema, which member each field is; plain values are taken at once, all
// else goes to the Converter.
#include "event/line_decoder.h"

#include <simdjson.h>

#include <algorithm>
#include <cstring>
#include <numeric>

#include "base/check.h"
#include "base/time_text.h"
#include "event/convert.h"
#include "event/decimal.h"
#include "event/json_scan.h"
#include "event/json_writer.h"
#include "event/shapes.h"

namespace cep::event {
namespace {

using simdjson::dom::element;
using simdjson::dom::element_type;

constexpr int64_t kTimeMax =
    253402300799999;  // the last millisecond of the year 9999: sums with durations stay far from overflow
constexpr size_t kFirstCapacity = 16384;
constexpr uint32_t kLinesKept = 1024;  // so many short lines after a long one, and its buffers are given back

struct Member {
  std::string_view name;
  element value;
};

// What decode() needs of a schema, in little memory.
struct FieldPlan {
  Type type = Type::kNull;
  bool plain = true;  // a timestamp in epoch milliseconds, any other type
  bool required = false;
  bool raw = false;
  const Field* field = nullptr;
  std::string_view path;  // of the field, or its name
  Value fallback;
};

struct SchemaPlan {
  const Schema* schema = nullptr;
  std::vector<FieldPlan> fields;
};

Value fallback_of(const Field& field) {
  Value v = field.fallback.get();
  if (v.type == Type::kInt && field.type == Type::kDouble) return Value::real(static_cast<double>(v.i));
  if (v.type == Type::kInt && field.type == Type::kTimestamp) return Value::timestamp(v.i);
  if (v.type == Type::kString && field.type == Type::kTimestamp) {
    auto ms = base::parse_rfc3339(v.str());
    CEP_CHECK(ms.has_value());
    return Value::timestamp(*ms);
  }
  CEP_CHECK(v.is_null() || v.type == field.type);
  return v;
}

bool reads(const SchemaPlan& plan, std::string_view member) {
  for (const FieldPlan& f : plan.fields) {
    if (f.raw) continue;
    if (f.path == member) return true;
    if (f.path.size() > member.size() && f.path[member.size()] == '.' &&
        f.path.substr(0, member.size()) == member)
      return true;
  }
  return false;
}

}  // namespace

struct LineDecoder::Impl {
  explicit Impl(const Limits& l) : limits(l) { grow(kFirstCapacity); }

  Limits limits;
  simdjson::dom::parser parser;
  size_t capacity = 0;
  std::unique_ptr<char[]> buffer;
  std::string_view text;  // the line in `buffer`
  std::string plain;      // the line without its oddities (json_scan.h), where the parser took it only so
  bool is_odd = false;    // the document is that of `plain`: nothing is taken from it without its Place
  std::string marker;
  std::vector<Oddity> oddities;
  RawValues raw;          // of `text`
  size_t largest = 0;     // of the lines since the buffers were looked at
  uint32_t lines = 0;
  LineKind kind;
  std::vector<Member> members;
  ShapeTree shapes;
  Shape* shape = nullptr;         // of the current line; null: looked at name by name
  std::vector<uint32_t> by_name;  // without a shape: member numbers in order of their names
  std::vector<std::unique_ptr<SchemaPlan>> plans;
  uint32_t last_plan = 0;
  Mapping own_mapping;  // without a shape
  Converter converter;

  void grow(size_t bytes);
  void shrink(size_t next);
  void broken(std::string reason) {
    kind.kind = LineKind::kBroken;
    kind.reason = std::move(reason);
  }
  bool copy(std::string_view line);
  bool parse_text(element* root);
  bool read_members();
  bool sort_names();
  void read_specials();
  bool read_special(Special special, const Member& member);
  bool read_control(Special special, const Member& member);
  bool read_assertion(const Member& member, bool with_time);
  bool read_time(std::string_view name, element value, bool text_too);

  uint32_t plan_of(const Schema& schema);
  const Mapping& mapping_of(uint32_t plan);
  void map_fields(const SchemaPlan& plan, Mapping* mapping) const;
  int32_t find_member(std::string_view name) const;
  bool read_field(const SchemaPlan& plan, uint32_t i, const Source& source, Value* out, std::string* reason);
  bool read_below(const FieldPlan& field, const Source& source, Value* out, std::string* reason);
  bool absent(const FieldPlan& field, Value* out, std::string* reason) const;
};

void LineDecoder::Impl::grow(size_t bytes) {
  capacity = bytes;
  buffer = std::make_unique<char[]>(bytes + simdjson::SIMDJSON_PADDING);
  // One level more: simdjson refuses at its limit, we beyond it.
  CEP_CHECK(parser.allocate(bytes, limits.json_depth + 1) == simdjson::SUCCESS);
}

// What one long line has made large is not kept for ever.
void LineDecoder::Impl::shrink(size_t next) {
  largest = std::max(largest, next);
  if (++lines < kLinesKept) return;
  const size_t fits = std::max(2 * largest, kFirstCapacity);
  largest = lines = 0;
  if (fits > capacity / 4) return;
  parser = simdjson::dom::parser();
  grow(fits);
  plain = {};
  oddities = {};
  members = {};
  by_name = {};
}

// The line into the padded buffer, without what is no part of it; false: it is too long.
bool LineDecoder::Impl::copy(std::string_view line) {
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  if (line.size() >= 3 && std::memcmp(line.data(), "\xef\xbb\xbf", 3) == 0) line.remove_prefix(3);
  if (line.size() > limits.line_bytes) {
    broken("the line has " + std::to_string(line.size()) + " bytes, the limit is " +
           std::to_string(limits.line_bytes));
    return false;
  }
  shrink(line.size());
  if (line.size() > capacity) grow(std::max(line.size(), std::min<size_t>(2 * capacity, limits.line_bytes)));
  if (!line.empty()) std::memcpy(buffer.get(), line.data(), line.size());
  text = std::string_view(buffer.get(), line.size());
  raw.begin(text);
  return true;
}

// What the grammar allows and the parser does not take costs the line nothing: it is parsed again without.
bool LineDecoder::Impl::parse_text(element* root) {
  is_odd = false;
  if (parser.parse(buffer.get(), text.size(), false).get(*root) == simdjson::SUCCESS) return true;
  oddities.clear();
  std::string fault = json_fault(text, limits.json_depth, &oddities);
  if (!fault.empty()) return broken(std::move(fault)), false;
  is_odd = without_oddities(text, oddities, &plain, &marker);
  if (!is_odd) return broken("a lone surrogate in a line with all noncharacters"), false;
  const size_t size = plain.size();
  plain.resize(size + simdjson::SIMDJSON_PADDING);
  if (parser.parse(plain.data(), size, false).get(*root) == simdjson::SUCCESS) return true;
  return broken("bad JSON"), false;
}

bool LineDecoder::Impl::read_members() {
  element root;
  if (!parse_text(&root)) return false;
  if (!root.is_object()) {
    broken("the line is no JSON object");
    return false;
  }
  shapes.trim();
  shape = shapes.root();
  const simdjson::dom::object object = root.get_object().value_unsafe();
  for (simdjson::dom::key_value_pair member : object) {
    if (shape != nullptr) shape = shapes.step(shape, member.key);
    members.push_back({member.key, member.value});
  }
  return shape != nullptr || sort_names();
}

bool LineDecoder::Impl::sort_names() {
  by_name.resize(members.size());
  std::iota(by_name.begin(), by_name.end(), 0u);
  std::sort(by_name.begin(), by_name.end(),
            [&](uint32_t a, uint32_t b) { return members[a].name < members[b].name; });
  for (size_t i = 1; i < by_name.size(); ++i) {
    if (members[by_name[i - 1]].name != members[by_name[i]].name) continue;
    broken("the member `" + cut_text(members[by_name[i]].name) + "` comes twice");
    return false;
  }
  return true;
}

void LineDecoder::Impl::read_specials() {
  for (const Member& member : members) {
    Special special = special_name(member.name);
    if (special != Special::kNone && !read_special(special, member)) return;
  }
}

bool LineDecoder::Impl::read_special(Special special, const Member& member) {
  switch (special) {
    case Special::kStream:
      if (!member.value.is_string()) return broken("`_stream` must be a string"), false;
      kind.stream = member.value.get_string().value_unsafe();
      kind.has_stream = true;
      if (is_odd && holds_marker(kind.stream, marker)) return broken("`_stream` has a lone surrogate"), false;
      return true;
    case Special::kDelete:
      if (!member.value.is_bool()) return broken("`_delete` must be true or false"), false;
      kind.is_delete = member.value.get_bool().value_unsafe();
      return true;
    case Special::kWatermark:
    case Special::kEnd:
    case Special::kAt:
    case Special::kTick:
      return read_control(special, member);
    case Special::kRecorded:
      if (members.size() != 1) return true;  // a reserved name like others
      kind.kind = LineKind::kRecorded;
      kind.name = member.name;
      return false;
    default:
      return true;
  }
}

// Always the last word on the line: false.
bool LineDecoder::Impl::read_control(Special special, const Member& member) {
  if (members.size() != 1)
    return broken("`" + std::string(member.name) + "` must be the only member of its line"), false;
  bool done = false;
  if (special == Special::kWatermark || special == Special::kEnd) {
    done = read_assertion(member, special == Special::kWatermark);
  } else {
    done = read_time(member.name, member.value, false);
  }
  if (!done) return false;
  switch (special) {
    case Special::kWatermark:
      kind.kind = LineKind::kWatermark;
      break;
    case Special::kEnd:
      kind.kind = LineKind::kEnd;
      break;
    case Special::kAt:
      kind.kind = LineKind::kAt;
      break;
    default:
      kind.kind = LineKind::kTick;
      break;
  }
  return false;
}

// {"stream":"…"[,"time":T]}
bool LineDecoder::Impl::read_assertion(const Member& member, bool with_time) {
  const std::string name(member.name);
  const std::string form = with_time ? "{\"stream\":NAME,\"time\":T}" : "{\"stream\":\"*\"}";
  if (!member.value.is_object()) return broken("`" + name + "` must be " + form), false;
  bool has_time = false;
  const simdjson::dom::object object = member.value.get_object().value_unsafe();
  for (simdjson::dom::key_value_pair m : object) {
    bool is_stream = m.key == "stream";
    bool is_time = with_time && m.key == "time";
    if ((!is_stream && !is_time) || (is_stream ? kind.has_stream : has_time) ||
        (is_stream && !m.value.is_string())) {
      return broken("`" + name + "` must be " + form), false;
    }
    if (is_stream) {
      kind.stream = m.value.get_string().value_unsafe();
      kind.has_stream = true;
    } else {
      if (!read_time("time", m.value, true)) return false;
      has_time = true;
    }
  }
  if (!kind.has_stream || has_time != with_time) return broken("`" + name + "` must be " + form), false;
  return true;
}

bool LineDecoder::Impl::read_time(std::string_view name, element value, bool text_too) {
  bool good = false;
  if (value.is_int64()) {
    kind.time = value.get_int64().value_unsafe();
    good = true;
  } else if (text_too && value.is_string()) {
    auto parsed = base::parse_rfc3339(value.get_string().value_unsafe());
    good = parsed.has_value();
    kind.time = parsed.value_or(0);
  }
  if (good && kind.time >= 0 && kind.time <= kTimeMax) return true;
  broken("`" + std::string(name) + "` must be epoch milliseconds" + (text_too ? " or an RFC 3339 text" : "") +
         ", from 1970 to the year 9999");
  return false;
}

uint32_t LineDecoder::Impl::plan_of(const Schema& schema) {
  if (last_plan < plans.size() && plans[last_plan]->schema == &schema) return last_plan;
  for (last_plan = 0; last_plan < plans.size(); ++last_plan)
    if (plans[last_plan]->schema == &schema) return last_plan;
  auto plan = std::make_unique<SchemaPlan>();
  plan->schema = &schema;
  for (const Field& field : schema.fields) {
    FieldPlan f;
    f.type = field.type;
    f.plain = field.type != Type::kTimestamp || field.timestamp.kind == TimestampFormat::kDefault;
    f.required = field.required;
    f.raw = field.raw;
    f.field = &field;
    f.path = field.path.empty() ? field.name : field.path;
    f.fallback = fallback_of(field);
    plan->fields.push_back(f);
  }
  plans.push_back(std::move(plan));
  return last_plan;
}

int32_t LineDecoder::Impl::find_member(std::string_view name) const {
  if (shape != nullptr) {
    for (size_t i = 0; i < members.size(); ++i)
      if (members[i].name == name) return static_cast<int32_t>(i);
    return -1;
  }
  auto at = std::lower_bound(by_name.begin(), by_name.end(), name,
                             [&](uint32_t member, std::string_view n) { return members[member].name < n; });
  return at != by_name.end() && members[*at].name == name ? static_cast<int32_t>(*at) : -1;
}

void LineDecoder::Impl::map_fields(const SchemaPlan& plan, Mapping* mapping) const {
  mapping->sources.assign(plan.fields.size(), Source());
  mapping->reason.clear();
  for (size_t i = 0; i < plan.fields.size(); ++i) {
    if (plan.fields[i].raw) continue;
    std::string_view path = plan.fields[i].path;
    Source& source = mapping->sources[i];
    source.member = find_member(path);
    size_t dot = path.find('.');
    if (source.member >= 0 || dot == std::string_view::npos || dot + 1 == path.size()) continue;
    source.member = find_member(path.substr(0, dot));
    source.rest = static_cast<uint32_t>(dot + 1);
  }
  for (const Member& member : members) {
    const Special special = special_name(member.name);
    if ((special != Special::kReserved && special != Special::kRecorded) || reads(plan, member.name)) continue;
    mapping->reason = "`" + cut_text(member.name) +
                      "`: names that begin with `_` are reserved; a field reads it with `from`";
    return;
  }
}

const Mapping& LineDecoder::Impl::mapping_of(uint32_t plan) {
  if (shape == nullptr) {
    map_fields(*plans[plan], &own_mapping);
    return own_mapping;
  }
  if (shape->mappings.size() <= plan) shape->mappings.resize(plan + 1);
  std::unique_ptr<Mapping>& mapping = shape->mappings[plan];
  if (mapping == nullptr) {
    mapping = std::make_unique<Mapping>();
    map_fields(*plans[plan], mapping.get());
    shapes.count_cells(8 + plan + mapping->sources.size());
  }
  return *mapping;
}

bool LineDecoder::Impl::absent(const FieldPlan& field, Value* out, std::string* reason) const {
  if (field.required) {
    *reason = "field `" + field.field->name + "` is required, and the event has none";
    return false;
  }
  *out = field.fallback;
  return true;
}

// A value inside a member, or one that must be converted.
bool LineDecoder::Impl::read_below(const FieldPlan& field, const Source& source, Value* out,
                                   std::string* reason) {
  Place place;
  place.line = text;
  place.raw = &raw;
  if (is_odd) place.marker = marker;
  place.top = members[static_cast<size_t>(source.member)].value;
  place.member = static_cast<uint32_t>(source.member);
  element value = place.top;
  if (source.rest != 0) {
    place.rest = field.path.substr(source.rest);
    Found found = find_path(place.top, place.rest, &value, nullptr);
    if (found == Found::kNo) return absent(field, out, reason);
    if (found == Found::kDuplicate) {
      *reason = "field `" + field.field->name + "`: a member of its path comes twice";
      return false;
    }
  }
  if (!converter.convert(*field.field, value, place, out)) {
    *reason = converter.reason();
    return false;
  }
  return !out->is_null() || absent(field, out, reason);
}

bool LineDecoder::Impl::read_field(const SchemaPlan& plan, uint32_t i, const Source& source, Value* out,
                                   std::string* reason) {
  const FieldPlan& field = plan.fields[i];
  if (source.member < 0) {
    if (!field.raw) return absent(field, out, reason);
    *out = Value::string(text);
    return true;
  }
  if (source.rest == 0 && !is_odd) {
    element e = members[static_cast<size_t>(source.member)].value;
    switch (e.type()) {
      case element_type::STRING:
        if (field.type != Type::kString) break;
        *out = Value::string(e.get_string().value_unsafe());
        return true;
      case element_type::INT64:
        if (field.type == Type::kInt || (field.type == Type::kTimestamp && field.plain)) {
          *out = Value::whole(field.type, e.get_int64().value_unsafe());
          return true;
        }
        break;
      case element_type::DOUBLE:
        if (field.type != Type::kDouble) break;
        *out = Value::real(e.get_double().value_unsafe());
        return true;
      case element_type::BOOL:
        if (field.type != Type::kBool) break;
        *out = Value::boolean(e.get_bool().value_unsafe());
        return true;
      default:
        break;
    }
  }
  return read_below(field, source, out, reason);
}

LineDecoder::LineDecoder(const Limits& limits) : impl_(std::make_unique<Impl>(limits)) {}
LineDecoder::~LineDecoder() = default;

const LineKind& LineDecoder::parse(std::string_view line) {
  Impl& d = *impl_;
  d.kind.kind = LineKind::kBlank;
  d.kind.stream = {};
  d.kind.has_stream = d.kind.is_delete = false;
  d.kind.time = 0;
  d.kind.name = {};
  d.kind.reason.clear();
  d.members.clear();
  d.text = {};
  if (!d.copy(line)) return d.kind;
  if (d.text.find_first_not_of(" \t\r\n") == std::string_view::npos) return d.kind;
  if (!d.read_members()) return d.kind;
  d.kind.kind = LineKind::kEvent;
  if (d.shape == nullptr || d.shape->has_special) d.read_specials();
  return d.kind;
}

std::string_view LineDecoder::member_text(std::string_view name) const {
  const Impl& d = *impl_;
  CEP_CHECK(d.kind.kind == LineKind::kEvent);
  int32_t i = d.find_member(name);
  if (i < 0) return {};
  element value = d.members[static_cast<size_t>(i)].value;
  if (value.is_string() && !(d.is_odd && holds_marker(value.get_string().value_unsafe(), d.marker)))
    return value.get_string().value_unsafe();
  if (value.is_null() || value.is_object() || value.is_array()) return {};
  return raw_text({d.text, value, static_cast<uint32_t>(i), {}, &impl_->raw, {}});
}

uint64_t LineDecoder::raw_bytes_read() const { return impl_->raw.bytes_read(); }
size_t LineDecoder::buffer_bytes() const { return impl_->capacity; }

std::string LineDecoder::decode(const Schema& schema, int time_field, const std::vector<uint16_t>* which,
                                RowBuilder* out, int64_t* time) {
  Impl& d = *impl_;
  CEP_CHECK(d.kind.kind == LineKind::kEvent);
  const uint32_t number = d.plan_of(schema);
  const SchemaPlan& plan = *d.plans[number];
  const Mapping& mapping = d.mapping_of(number);
  out->start(static_cast<uint16_t>(plan.fields.size()));
  std::string reason;
  Value value;
  if (which == nullptr) {
    if (!mapping.reason.empty()) return mapping.reason;
    for (uint32_t i = 0; i < plan.fields.size(); ++i) {
      if (!d.read_field(plan, i, mapping.sources[i], &value, &reason)) return reason;
      out->set(i, value);
      if (static_cast<int>(i) == time_field) *time = value.is_null() ? -1 : value.i;
    }
  } else {
    for (uint16_t i : *which) {
      if (!d.read_field(plan, i, mapping.sources[i], &value, &reason)) return reason;
      out->set(i, value);
    }
  }
  if (time_field < 0) return reason;
  const uint32_t at = static_cast<uint32_t>(time_field);
  if (which != nullptr || *time < 0 || *time > kTimeMax) {
    if (!d.read_field(plan, at, mapping.sources[at], &value, &reason)) return reason;
    const std::string name = "field `" + schema.fields[at].name + "`: ";
    if (value.is_null()) return name + "the event has no time";
    if (value.i < 0) return name + "a time before 1970 is none for an event";
    if (value.i > kTimeMax) return name + "a time after the year 9999 is none for an event";
    out->set(at, value);
    *time = value.i;
  }
  return reason;
}

void LineDecoder::forget_schemas() {
  impl_->plans.clear();
  impl_->last_plan = 0;
  impl_->shapes.clear();
}

void append_row_json(const Schema& schema, const Row& row, std::string* out) {
  char separator = '{';
  for (uint32_t i = 0; i < row.fields; ++i) {
    if (row.is_null(i)) continue;
    out->push_back(separator);
    separator = ',';
    append_json_string(schema.fields[i].name, out);
    out->push_back(':');
    append_json_value(row.get(i, schema.fields[i].type), out);
  }
  if (separator == '{') out->push_back('{');
  out->push_back('}');
}

}  // namespace cep::event
