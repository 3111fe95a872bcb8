#include "lang/dump.h"

namespace cep::lang {
namespace {

using ast::Expr;
using ast::ExprPtr;

// Text between quotes, so that a dump stays on its lines.
std::string text_of(const std::string& text) {
  std::string out = "\"";
  for (char c : text) {
    if (c == '\n') {
      out += "\\n";
    } else {
      if (c == '"' || c == '\\') out += '\\';
      out += c;
    }
  }
  return out + "\"";
}

std::string name_of(const ast::Ident& ident) { return ident.quoted ? "`" + ident.name + "`" : ident.name; }

std::string names_of(const std::vector<ast::Ident>& names) {
  std::string out;
  for (const ast::Ident& name : names) out += (out.empty() ? "" : " ") + name_of(name);
  return "(" + out + ")";
}

std::string dump_expr(const ExprPtr& expr) { return expr ? dump(*expr) : "-"; }

// "(head a b)"
std::string node(const std::string& head, const Expr& expr) {
  std::string out = "(" + head;
  for (const ExprPtr& arg : expr.args) out += " " + dump_expr(arg);
  return out + ")";
}

std::string dump_columns(const std::vector<ast::NamedExpr>& columns) {
  std::string out;
  for (const ast::NamedExpr& c : columns) out += " " + name_of(c.name) + "=" + dump_expr(c.expr);
  return out;
}

std::string dump_alert(const ast::AlertDecl& alert) {
  std::string out = "alert " + name_of(alert.level);
  if (alert.has_message) out += " message";
  for (const ast::AlertDecl::Part& part : alert.message) {
    out += " " + text_of(part.text);
    if (part.expr) out += " " + dump(*part.expr);
  }
  if (alert.throttle) out += " throttle " + dump_expr(alert.throttle);
  if (alert.has_throttle_by) out += " by " + names_of(alert.throttle_by);
  return out;
}

std::string dump_modifier(const ast::Modifier& m) {
  switch (m.kind) {
    case ast::Modifier::kWhere:
      return " where " + dump_expr(m.expr);
    case ast::Modifier::kUntil:
      return " until " + dump_expr(m.expr);
    case ast::Modifier::kEvery:
      return " every " + dump_expr(m.expr);
    case ast::Modifier::kTimes:
      return " times " + dump_expr(m.min) + (m.open ? "+" : "") + (m.max ? ".." + dump_expr(m.max) : "");
    case ast::Modifier::kOneOrMore:
      return " oneOrMore";
    case ast::Modifier::kOptional:
      return " optional";
    case ast::Modifier::kGreedy:
      return " greedy";
    case ast::Modifier::kConsecutive:
      return " consecutive";
    case ast::Modifier::kAllowCombinations:
      return " allowCombinations";
  }
  return {};
}

std::string dump_stage(const ast::Stage& stage, const std::string& indent) {
  std::string out = indent + stage.contiguity.name;
  out += stage.is_group ? " {" : " " + name_of(stage.name);
  if (stage.has_source) out += " : " + name_of(stage.source);
  if (stage.is_group) {
    out += "\n";
    for (const ast::Stage& inner : stage.group) out += dump_stage(inner, indent + "  ");
    out += indent + "}";
  }
  for (const ast::Modifier& m : stage.modifiers) out += dump_modifier(m);
  return out + "\n";
}

std::string dump_clause(const ast::Clause& clause, const std::string& indent) {
  std::string out = indent;
  switch (clause.kind) {
    case ast::Clause::kDescription:
      out += "description " + text_of(clause.text);
      break;
    case ast::Clause::kTags:
      out += "tags " + names_of(clause.tags);
      break;
    case ast::Clause::kWithin:
      out += "within " + dump_expr(clause.duration);
      break;
    case ast::Clause::kWithinBetween:
      out += "within between " + dump_expr(clause.duration);
      break;
    case ast::Clause::kSkip:
      out +=
          "skip " + clause.skip + (clause.skip_target.name.empty() ? "" : " " + name_of(clause.skip_target));
      break;
    case ast::Clause::kSelect:
      out += "select" + dump_columns(clause.select);
      break;
    case ast::Clause::kAlert:
      out += dump_alert(clause.alert);
      break;
    case ast::Clause::kOnTimeout:
      out += "on timeout\n";
      for (const ast::Clause& inner : clause.timeout) out += dump_clause(inner, indent + "  ");
      return out;
  }
  return out + "\n";
}

std::string dump_unique(const ast::UniqueDecl& unique) {
  return "unique " + names_of(unique.keys) + " within " + dump_expr(unique.within);
}

std::string dump_field(const ast::FieldDecl& field) {
  std::string out = name_of(field.name) + " " + name_of(field.type);
  if (field.has_format) out += "(" + (field.format_is_text ? text_of(field.format) : field.format) + ")";
  for (const ast::FieldAttribute& a : field.attributes) {
    if (a.kind == ast::FieldAttribute::kFrom) out += " from " + text_of(a.from.text);
    if (a.kind == ast::FieldAttribute::kRequired) out += " required";
    if (a.kind == ast::FieldAttribute::kDefault) out += " default " + dump_expr(a.value);
  }
  return out;
}

std::string dump_option(const ast::StreamOption& o) {
  const std::string lag = o.max_lag ? " max lag " + dump_expr(o.max_lag) : "";
  switch (o.kind) {
    case ast::StreamOption::kTime:
      return "time " + name_of(o.field);
    case ast::StreamOption::kWatermark:
      if (o.ascending) return "watermark ascending";
      return std::string("watermark ") + (o.punctuated ? "punctuated " : "") + dump_expr(o.expr) +
             (o.has_by ? " by " + name_of(o.by) : "") + lag;
    case ast::StreamOption::kOwn:
      return "own" + lag;
    case ast::StreamOption::kIdle:
      return "idle " + dump_expr(o.expr);
    case ast::StreamOption::kAhead:
      return "ahead " + dump_expr(o.expr);
    case ast::StreamOption::kWhen:
      return "when " + dump_expr(o.expr);
    case ast::StreamOption::kUnique:
      return dump_unique(o.unique);
    case ast::StreamOption::kKeepRaw:
      return "keep raw";
  }
  return {};
}

std::string dump_stream(const ast::StreamDecl& stream) {
  std::string out = "stream " + name_of(stream.name) + "\n";
  for (const ast::FieldDecl& field : stream.fields) out += "  field " + dump_field(field) + "\n";
  for (const ast::StreamOption& option : stream.options) out += "  " + dump_option(option) + "\n";
  return out;
}

std::string dump_derived(const ast::DerivedDecl& derived) {
  std::string out = "derived " + name_of(derived.name) + " " + names_of(derived.sources) + "\n";
  if (derived.has_alias) out += "  as " + name_of(derived.alias) + "\n";
  if (derived.where) out += "  where " + dump_expr(derived.where) + "\n";
  if (derived.has_select) out += "  select" + dump_columns(derived.select) + "\n";
  if (derived.has_unique) out += "  " + dump_unique(derived.unique) + "\n";
  return out;
}

std::string dump_pattern(const ast::PatternDecl& pattern) {
  std::string out = "pattern " + name_of(pattern.name) + " on";
  for (const ast::SourceRef& s : pattern.sources)
    out += " " + name_of(s.name) + (s.has_by ? " by " + names_of(s.keys) : "");
  out += "\n";
  for (const ast::Stage& stage : pattern.stages) out += dump_stage(stage, "  ");
  for (const ast::Clause& clause : pattern.clauses) out += dump_clause(clause, "  ");
  return out;
}

std::string dump_timed(const char* word, const ast::WindowClause& clause) {
  std::string out = word;
  if (clause.size) out += " " + dump_expr(clause.size);
  if (clause.every) out += " every " + dump_expr(clause.every);
  if (clause.offset) out += " offset " + dump_expr(clause.offset);
  return out;
}

std::string dump_window_clause(const ast::WindowClause& clause) {
  using Kind = ast::WindowClause;
  switch (clause.kind) {
    case Kind::kTumbling:
      return dump_timed("tumbling", clause);
    case Kind::kSliding:
      return dump_timed("sliding", clause);
    case Kind::kSession:
      return dump_timed("session", clause);
    case Kind::kRolling:
      return dump_timed("rolling", clause);
    case Kind::kCount:
      return dump_timed("count", clause);
    case Kind::kGlobal:
      return "global";
    case Kind::kBetween:
      return "between " + dump_expr(clause.lower) + " " + dump_expr(clause.upper);
    case Kind::kWhere:
      return "where " + dump_expr(clause.expr);
    case Kind::kSelect:
      return "select" + dump_columns(clause.select);
    case Kind::kAlert:
      return dump_alert(clause.alert);
    case Kind::kLateness:
      return dump_timed("lateness", clause);
    case Kind::kEarlyEvery:
      return dump_timed("early every", clause) + (clause.processing ? " processing" : "");
    case Kind::kEarlyCount:
      return dump_timed("early count", clause);
    case Kind::kAccumulating:
      return "accumulating";
    case Kind::kDiscarding:
      return "discarding";
    case Kind::kRetracting:
      return "retracting";
    case Kind::kLimitKeys:
      return dump_timed("limit keys", clause);
    case Kind::kHaving:
      return std::string("having ") + (clause.each ? "each " : "") + dump_expr(clause.expr);
  }
  return {};
}

std::string dump_window_clauses(const std::vector<ast::WindowClause>& clauses) {
  std::string out;
  for (const ast::WindowClause& clause : clauses) out += "  " + dump_window_clause(clause) + "\n";
  return out;
}

std::string dump_window(const ast::WindowDecl& window) {
  const ast::SourceRef& s = window.source;
  return "window " + name_of(window.name) + " on " + name_of(s.name) +
         (s.has_by ? " by " + names_of(s.keys) : "") + "\n" + dump_window_clauses(window.clauses);
}

std::string dump_join_source(const ast::JoinSource& s) {
  return " " + name_of(s.name) + (s.has_alias ? " as " + name_of(s.alias) : "") + " by " + names_of(s.keys);
}

std::string dump_join(const ast::JoinDecl& join) {
  return std::string(join.left ? "left " : "") + "join " + name_of(join.name) + " on" +
         dump_join_source(join.a) + dump_join_source(join.b) + "\n" + dump_window_clauses(join.clauses);
}

std::string dump_table(const ast::TableDecl& table) {
  std::string out = "table " + name_of(table.name) + "\n";
  for (const ast::FieldDecl& field : table.fields) out += "  field " + dump_field(field) + "\n";
  out += "  key " + names_of(table.key) + "\n";
  if (table.from_file) out += "  from " + text_of(table.file.text) + "\n";
  if (table.from_stream) out += "  from stream " + name_of(table.stream) + "\n";
  return out;
}

}  // namespace

std::string dump(const Expr& e) {
  const std::string no = e.negated ? "not " : "";
  switch (e.kind) {
    case Expr::kNull:
      return "null";
    case Expr::kTrue:
      return "true";
    case Expr::kFalse:
      return "false";
    case Expr::kInt:
    case Expr::kDecimal:
    case Expr::kDuration:
      return e.text;
    case Expr::kString:
      return text_of(e.text);
    case Expr::kName:
      return name_of(e.names[0]);
    case Expr::kMember:
      return name_of(e.names[0]) + "." + name_of(e.names[1]);
    case Expr::kLookup:
      return node("lookup " + name_of(e.names[0]) + "." + name_of(e.names[1]), e);
    case Expr::kCall:
      return node("call " + name_of(e.names[0]), e);
    case Expr::kNeg:
      return node("-", e);
    case Expr::kNot:
      return node("not", e);
    case Expr::kBinary:
      return node(e.op, e);
    case Expr::kIn:
      return node(no + "in", e);
    case Expr::kInTable:
      return node(no + "in-table " + name_of(e.names[0]), e);
    case Expr::kIsNull:
      return node(e.negated ? "is-not-null" : "is-null", e);
    case Expr::kMatches:
      return node("matches", e);
    case Expr::kFilter:
      return node("filter", e);
  }
  return {};
}

std::string dump(const ast::File& file) {
  std::string out;
  for (const ast::Declaration& d : file.declarations) {
    switch (d.kind) {
      case ast::Declaration::kLet:
        out += "let " + name_of(d.let.name) + " = " + dump_expr(d.let.value) + "\n";
        break;
      case ast::Declaration::kStream:
        out += dump_stream(d.stream);
        break;
      case ast::Declaration::kDerived:
        out += dump_derived(d.derived);
        break;
      case ast::Declaration::kPattern:
        out += dump_pattern(d.pattern);
        break;
      case ast::Declaration::kWindow:
        out += dump_window(d.window);
        break;
      case ast::Declaration::kJoin:
        out += dump_join(d.join);
        break;
      case ast::Declaration::kTable:
        out += dump_table(d.table);
        break;
      case ast::Declaration::kBroken:
        out += "broken " + d.broken.word.name + " " + name_of(d.broken.name) + "\n";
        break;
    }
  }
  return out;
}

}  // namespace cep::lang
