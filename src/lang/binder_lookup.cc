// Tables in expressions: `t[k, …].f` and `x in t`.
#include "lang/binder_expr.h"
#include "lang/type_rules.h"

namespace cep::lang {

using ast::Expr;
using expr::ExprPtr;
using expr::Op;

// The table of that name; null: reported, or its declaration is wrong. `in`: a list may have been meant.
const TableShape* ExprBinder::find_table(const ast::Ident& name, bool in) {
  if (context_.excused(name.name)) return nullptr;
  std::string_view refused = scope_.no_tables;
  if (scope_.place == Scope::kConstant) refused = "here only constants can stand, and a table changes";
  if (!refused.empty()) {
    context_.report.error(name.span, "`" + name.name + "`: " + std::string(refused));
    return nullptr;
  }
  auto it = context_.tables.find(name.name);
  if (it != context_.tables.end()) return it->second.fine ? &it->second : nullptr;
  if (context_.report.full()) {
    context_.report.error(name.span, "");
    return nullptr;
  }
  std::string list = in ? "; a list of values stands in parentheses: in (" + name.name + ", …)" : "";
  if (const Declared* d = context_.find(name.name)) {
    context_.report.error(name.span,
                          "`" + name.name + "` is " + std::string(a_kind(d->kind)) + ", not a table" + list);
    return nullptr;
  }
  std::vector<std::string> tables;
  for (const auto& [table, shape] : context_.tables) tables.push_back(table);
  std::string near = did_you_mean(name.name, tables);
  if (near.empty() && in) near = list;
  if (near.empty() && tables.empty()) near = "; declare it: table " + name.name + " (…) key …";
  if (near.empty()) near = "; the tables are " + listed(tables);
  context_.report.error(name.span, "there is no table `" + name.name + "`" + near);
  return nullptr;
}

// The bound value, as a value of the key field.
ExprPtr ExprBinder::table_key(const Expr& e, ExprPtr value, const ast::Ident& table,
                              const event::Field& field) {
  if (!value || value->type == field.type || value->type == Type::kNull) return value;
  if (field.type == Type::kDouble && value->type == Type::kInt) return as_double(std::move(value));
  std::string hint;
  if (field.type == Type::kString) hint = "; to_string(…) makes one";
  if (field.type == Type::kInt && is_number(value->type)) hint = "; to_int(…) makes one";
  context_.report.error(e.span, "the key `" + field.name + "` of table `" + table.name + "` is " +
                                    a_type(field.type) + ", but " + context_.report.quote(e.span) + " is " +
                                    a_type(value->type) + hint);
  return nullptr;
}

ExprPtr ExprBinder::lookup(const Expr& e) {
  const ast::Ident& name = e.names[0];
  const ast::Ident& field = e.names[1];
  const TableShape* table = find_table(name, false);
  std::vector<ExprPtr> keys;
  for (const ast::ExprPtr& key : e.args) keys.push_back(bind(*key));
  if (!table) return nullptr;
  const auto& fields = table->shape.schema.fields;
  bool fine = true;
  if (keys.size() != table->key.size()) {
    std::vector<std::string> names;
    for (uint16_t slot : table->key) names.push_back(fields[slot].name);
    context_.report.error(e.span, "the key of table `" + name.name + "` is " + listed(names) +
                                      ", so a row is looked up with " + std::to_string(names.size()) +
                                      (names.size() == 1 ? " value" : " values") + " in the brackets");
    fine = false;
  }
  for (size_t i = 0; fine && i < keys.size(); ++i)
    keys[i] = table_key(*e.args[i], keys[i], name, fields[table->key[i]]);
  for (const ExprPtr& key : keys) fine &= key != nullptr;
  int slot = table->shape.find(field.name);
  if (slot < 0) {
    if (table->shape.open) return nullptr;
    std::vector<std::string> names = field_names({&table->shape}, -1);
    std::string near = did_you_mean(field.name, names);
    if (near.empty()) near = "; its fields are " + listed(names);
    context_.report.error(field.span, "table `" + name.name + "` has no field `" + field.name + "`" + near);
    return nullptr;
  }
  auto at = static_cast<size_t>(slot);
  if (!fine || table->shape.bad[at]) return nullptr;
  auto node = make_node(Op::kLookup, fields[at].type, e.span, std::move(keys));
  node->index = table->number;
  node->slots = {static_cast<uint16_t>(slot)};
  return node;
}

ExprPtr ExprBinder::in_table(const Expr& e) {
  const ast::Ident& name = e.names[0];
  ExprPtr value = bind(*e.args[0]);
  const TableShape* table = find_table(name, true);
  if (!table) return nullptr;
  const auto& fields = table->shape.schema.fields;
  if (table->key.size() != 1) {
    context_.report.error(name.span, "`in` asks for the key of a table with one key field, and `" + name.name +
                                         "` has " + std::to_string(table->key.size()) + "; write `" +
                                         name.name + "[…, …]." + fields[table->key[0]].name + " is " +
                                         (e.negated ? "null`" : "not null`"));
    return nullptr;
  }
  value = table_key(*e.args[0], value, name, fields[table->key[0]]);
  if (!value) return nullptr;
  auto node = make_node(Op::kInTable, Type::kBool, e.span, {value});
  node->index = table->number;
  return e.negated ? make_node(Op::kNot, Type::kBool, e.span, {node}) : node;
}

}  // namespace cep::lang
