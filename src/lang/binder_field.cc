#include "lang/binder_field.h"

#include <charconv>
#include <cmath>
#include <optional>
#include <set>

#include "base/time_text.h"
#include "lang/binder_constant.h"

namespace cep::lang {

using ast::FieldAttribute;
using event::TimestampFormat;

namespace {

const std::vector<std::string> kTypes = {"string", "int", "double", "bool", "timestamp"};

std::optional<Type> field_type(const ast::FieldDecl& decl, Context* context) {
  const std::string& word = decl.type.name;
  for (Type type : {Type::kString, Type::kInt, Type::kDouble, Type::kBool, Type::kTimestamp})
    if (type_name(type) == word) return type;
  static const std::map<std::string, std::string> kMeant = {
      {"integer", "int"},        {"long", "int"},       {"bigint", "int"},    {"float", "double"},
      {"real", "double"},        {"decimal", "double"}, {"number", "double"}, {"boolean", "bool"},
      {"text", "string"},        {"varchar", "string"}, {"char", "string"},   {"date", "timestamp"},
      {"datetime", "timestamp"}, {"time", "timestamp"}};
  std::string hint;
  if (word == "duration") {
    hint = "durations are made by expressions, such as ts - a.ts; read a number and say what it counts";
  } else if (auto it = kMeant.find(word); it != kMeant.end()) {
    hint = "write `" + it->second + "`";
  } else {
    std::string near = did_you_mean(word, kTypes);
    hint = near.empty() ? "the types are " + listed(kTypes) : near.substr(2);
  }
  context->report.error(decl.type.span, "a field cannot be `" + word + "`; " + hint);
  return std::nullopt;
}

bool read_format(const ast::FieldDecl& decl, Type type, TimestampFormat* out, Context* context) {
  if (!decl.has_format) return true;
  if (type != Type::kTimestamp) {
    context->report.error(decl.format_span,
                          "only a timestamp has a form in parentheses; write `" + decl.type.name + "`");
    return false;
  }
  if (decl.format_is_text) {
    std::string reason = base::check_time_format(decl.format);
    out->kind = TimestampFormat::kText;
    out->format = decl.format;
    if (!reason.empty())
      context->report.error(decl.format_span, "this time format cannot be used: " + reason +
                                                  "; an example is \"%Y-%m-%d %H:%M:%S\"");
    return reason.empty();
  }
  static constexpr std::pair<std::string_view, TimestampFormat::Kind> kUnits[] = {
      {"s", TimestampFormat::kSeconds}, {"us", TimestampFormat::kMicros}, {"ns", TimestampFormat::kNanos}};
  for (const auto& [unit, kind] : kUnits) {
    if (decl.format != unit) continue;
    out->kind = kind;
    return true;
  }
  context->report.error(decl.format_span,
                        decl.format == "ms"
                            ? "milliseconds are read by `timestamp` alone"
                            : "`timestamp(…)` takes s, us, ns or a format such as \"%Y-%m-%d %H:%M:%S\"");
  return false;
}

std::optional<int64_t> unit_to_ms(int64_t value, TimestampFormat::Kind kind) {
  int64_t ms = 0;
  auto floor_div = [](int64_t a, int64_t b) { return a / b - (a % b < 0); };
  switch (kind) {
    case TimestampFormat::kSeconds:
      return __builtin_mul_overflow(value, int64_t{1000}, &ms) ? std::nullopt : std::optional(ms);
    case TimestampFormat::kMicros:
      return floor_div(value, 1000);
    case TimestampFormat::kNanos:
      return floor_div(value, 1'000'000);
    default:
      return value;
  }
}

std::optional<int64_t> text_to_ms(const std::string& text, const TimestampFormat& format) {
  if (format.kind == TimestampFormat::kText) return base::parse_time(text, format.format);
  if (format.kind == TimestampFormat::kDefault) return base::parse_rfc3339(text);
  return std::nullopt;
}

// The default as the field keeps it; nullopt where something would be lost.
std::optional<OwnedValue> convert(const Value& v, Type type, const TimestampFormat& format) {
  constexpr double kTwo63 = 9223372036854775808.0;
  if (v.type == type) return OwnedValue(v);
  if (type == Type::kDouble && v.type == Type::kInt) return OwnedValue(Value::real(static_cast<double>(v.i)));
  if (type == Type::kInt && v.type == Type::kDouble && std::trunc(v.d) == v.d && v.d >= -kTwo63 &&
      v.d < kTwo63)
    return OwnedValue(Value::integer(static_cast<int64_t>(v.d)));
  if (type != Type::kTimestamp) return std::nullopt;
  std::optional<int64_t> ms;
  if (v.type == Type::kInt && format.kind != TimestampFormat::kText) ms = unit_to_ms(v.i, format.kind);
  if (v.type == Type::kString) ms = text_to_ms(std::string(v.str()), format);
  if (!ms) return std::nullopt;
  return OwnedValue(Value::timestamp(*ms));
}

bool read_default(const FieldAttribute& a, const ast::FieldDecl& decl, event::Field* field,
                  Context* context) {
  expr::ExprPtr value = constant(*context, *a.value);
  if (!value) return false;
  if (value->type == Type::kNull) return true;
  auto converted = convert(value->constant.get(), field->type, field->timestamp);
  if (converted) {
    field->fallback = std::move(*converted);
    return true;
  }
  std::string hint;
  if (field->type == Type::kString) hint = "; write it between quotes";
  if (field->type == Type::kTimestamp)
    hint = "; write it as the field's events do, such as \"2026-01-01T00:00:00Z\"";
  context->report.error(a.value->span, "`" + decl.name.name + "` is " + a_type(field->type) +
                                           ", and its default " + context->report.quote(a.value->span) +
                                           " is none" + hint);
  return false;
}

std::string_view word_of(FieldAttribute::Kind kind) {
  return kind == FieldAttribute::kFrom ? "from" : kind == FieldAttribute::kRequired ? "required" : "default";
}

bool read_attributes(const ast::FieldDecl& decl, bool typed, event::Field* field, Context* context) {
  bool fine = true;
  std::set<FieldAttribute::Kind> seen;
  for (const FieldAttribute& a : decl.attributes) {
    std::string word(word_of(a.kind));
    if (!seen.insert(a.kind).second) {
      context->report.error(a.span, "`" + word + "` stands twice at `" + decl.name.name + "`; keep one");
      fine = false;
      continue;
    }
    bool both = seen.count(FieldAttribute::kRequired) && seen.count(FieldAttribute::kDefault);
    if (both && a.kind != FieldAttribute::kFrom) {
      context->report.error(a.span, "`required` rejects an event without `" + decl.name.name +
                                        "`, `default` fills it in; keep one");
      fine = false;
    }
    if (a.kind == FieldAttribute::kRequired) field->required = true;
    if (a.kind == FieldAttribute::kDefault && typed) fine &= read_default(a, decl, field, context);
    if (a.kind == FieldAttribute::kFrom) {
      field->path = a.from.text;
      if (!a.from.text.empty()) continue;
      context->report.error(a.from.span,
                            "`from` needs the name of a member of the line, or a path such as \"user.name\"");
      fine = false;
    }
  }
  return fine;
}

}  // namespace

void bind_field(const ast::FieldDecl& decl, Shape* shape, Context* context) {
  event::Field field;
  field.name = decl.name.name;
  if (shape->find(field.name) >= 0) {
    context->report.error(decl.name.span, "there are two fields `" + field.name +
                                              "`; rename one and say where it comes from: NAME TYPE from \"" +
                                              field.name + "\"");
    return;
  }
  if (shape->schema.fields.size() == kMaxFields) {
    context->report.error(decl.name.span, "a stream has at most " + std::to_string(kMaxFields) + " fields");
    shape->open = true;
    return;
  }
  bool fine = true;
  if (!field.name.empty() && field.name[0] == '_') {
    context->report.error(decl.name.span,
                          "names that begin with `_` are reserved; give it another and say where it comes "
                          "from: NAME TYPE from \"" +
                              field.name + "\"");
  }
  auto type = field_type(decl, context);
  if (type) field.type = *type;
  fine &= type.has_value();
  if (type) fine &= read_format(decl, *type, &field.timestamp, context);
  fine &= read_attributes(decl, fine, &field, context);
  shape->add(std::move(field), !type);
}

Shape derived_shape(const Shape& source) {
  Shape shape = source;
  for (event::Field& field : shape.schema.fields) {
    event::Field plain;
    plain.name = field.name;
    plain.type = field.type;
    plain.raw = field.raw;
    field = std::move(plain);
  }
  return shape;
}

}  // namespace cep::lang
