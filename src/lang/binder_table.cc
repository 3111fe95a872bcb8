#include "lang/binder_table.h"

#include "lang/binder_field.h"
#include "lang/binder_stream.h"
#include "lang/scope.h"

namespace cep::lang {

namespace {

bool ends_with(const std::string& text, std::string_view end) {
  return text.size() > end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
}

// Whether one part of the path is `..`.
bool goes_up(const std::string& path) {
  size_t begin = 0;
  while (begin <= path.size()) {
    size_t end = path.find('/', begin);
    if (end == std::string::npos) end = path.size();
    if (path.compare(begin, end - begin, "..") == 0 && end - begin == 2) return true;
    begin = end + 1;
  }
  return false;
}

std::string check_path(const std::string& path) {
  if (!ends_with(path, ".csv") && !ends_with(path, ".ndjson"))
    return "a table is read from a file whose name ends in .csv or .ndjson";
  if (path[0] == '/' || goes_up(path))
    return "a table's file lies below the folder of its pattern file; write its path from there, without `..`";
  return "";
}

}  // namespace

plan::Table bind_table(const ast::TableDecl& decl, int number, const std::string& folder, Context* context) {
  plan::Table table;
  table.name = decl.name.name;
  table.span = decl.name.span;
  TableShape known;
  known.number = number;
  known.shape.schema.name = table.name;
  for (const ast::FieldDecl& field : decl.fields) {
    if (known.shape.open) break;
    bind_field(field, &known.shape, context);
  }
  if (decl.key.empty()) {
    known.fine = false;
    context->report.error(decl.name.span, "a table needs the key by which its rows are looked up; write `key FIELD`");
  }
  known.key = resolve_fields(decl.key, known.shape, &known.fine, context);
  for (uint16_t slot : known.key) known.fine &= !known.shape.bad[slot];
  if (decl.from_file) {
    std::string reason = check_path(decl.file.text);
    if (!reason.empty()) context->report.error(decl.file.span, reason);
    table.file = decl.file.text;
  }
  table.folder = folder;
  table.schema = known.shape.schema;
  table.key = known.key;
  context->tables[table.name] = std::move(known);
  return table;
}

void link_table(const ast::TableDecl& decl, plan::Table* table, Context* context) {
  if (!decl.from_stream) return;
  const Shape* source = resolve_source(decl.stream, &table->stream, context);
  const Shape& own = context->tables[table->name].shape;
  for (size_t i = 0; i < own.schema.fields.size(); ++i) {
    const event::Field& field = own.schema.fields[i];
    FieldPlace place = find_field({source}, -1, field.name);
    table->stream_slots.push_back(place.slots[0]);
    if (own.bad[i] || place.status == FieldPlace::kSilent) continue;
    Span span = i < decl.fields.size() ? decl.fields[i].name.span : decl.name.span;
    if (place.status != FieldPlace::kFound) {
      std::vector<std::string> names = field_names({source}, -1);
      std::string near = did_you_mean(field.name, names);
      if (near.empty()) near = "; its fields are " + listed(names);
      context->report.error(span, "table `" + table->name + "` takes its rows from `" + decl.stream.name +
                                      "`, which has no field `" + field.name + "`" + near);
    } else if (place.type != field.type) {
      context->report.error(span, "table `" + table->name + "` takes its rows from `" + decl.stream.name +
                                      "`, where `" + field.name + "` is " + a_type(place.type) + ", not " +
                                      a_type(field.type));
    }
  }
}

}  // namespace cep::lang
