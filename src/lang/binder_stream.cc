#include "lang/binder_stream.h"

#include <algorithm>
#include <set>

#include "lang/binder_constant.h"
#include "lang/binder_expr.h"
#include "lang/binder_field.h"

namespace cep::lang {

using ast::StreamOption;

namespace {

constexpr size_t kMostNames = 1000;  // to look among for a near one
constexpr size_t kMostSources = 128;  // of a union

void collect_fields(const expr::Expr& e, std::set<uint16_t>* out) {
  if (e.op == expr::Op::kField) out->insert(e.slots.begin(), e.slots.end());
  for (const expr::ExprPtr& arg : e.args) collect_fields(*arg, out);
}

std::string_view word_of(StreamOption::Kind kind) {
  switch (kind) {
    case StreamOption::kTime:
      return "time";
    case StreamOption::kWatermark:
      return "watermark";
    case StreamOption::kOwn:
      return "own";
    case StreamOption::kIdle:
      return "idle";
    case StreamOption::kAhead:
      return "ahead";
    case StreamOption::kWhen:
      return "when";
    case StreamOption::kUnique:
      return "unique";
    case StreamOption::kKeepRaw:
      return "keep raw";
  }
  return "";
}

// Reads the options of one source stream.
class OptionReader {
 public:
  OptionReader(const Shape& shape, Context* context, plan::Node* node)
      : shape_(shape), context_(context), node_(node) {
    node_->source.ahead_ms = -1;  // as long as nobody says it: what holds then is a matter of the semantics version
    scope_.place = Scope::kRow;
    scope_.rows = {&shape_};
    scope_.qualifiers = {shape_.schema.name};
    scope_.no_tables =
        "`when` and `watermark punctuated` look at the line alone; look tables up in a derived stream";
  }

  void read(const StreamOption& o) {
    plan::Source& source = node_->source;
    switch (o.kind) {
      case StreamOption::kTime:
        return read_time(o);
      case StreamOption::kWatermark:
        return read_watermark(o);
      case StreamOption::kOwn:
        source.own = true;
        if (o.max_lag) source.own_max_lag_ms = duration(*o.max_lag, "`max lag`", Least::kZero);
        return;
      case StreamOption::kIdle:
        source.idle_ms = duration(*o.expr, "`idle`", Least::kAboveZero);
        return;
      case StreamOption::kAhead:
        source.ahead_ms =
            constant_duration(*context_, *o.expr, "`ahead`", Least::kZero).value_or(source.ahead_ms);
        return;
      case StreamOption::kWhen:
        return read_when(o);
      case StreamOption::kUnique:
        if (auto unique = bind_unique(o.unique, shape_, context_))
          node_->unique.push_back(std::move(*unique));
        return;
      case StreamOption::kKeepRaw:
        source.keep_raw = true;
        return;
    }
  }

 private:
  int64_t duration(const ast::Expr& e, std::string_view what, Least least) {
    return constant_duration(*context_, e, what, least).value_or(-1);
  }

  void read_time(const StreamOption& o) {
    int field = shape_.find(o.field.name);
    if (field < 0) {
      std::string near = did_you_mean(o.field.name, field_names({&shape_}, -1));
      context_->report.error(o.field.span, "`time " + o.field.name + "`: the stream has no field `" +
                                               o.field.name + "`" +
                                               (near.empty() ? "; name a field of type timestamp" : near));
      return;
    }
    const event::Field& f = shape_.schema.fields[static_cast<size_t>(field)];
    if (!shape_.bad[static_cast<size_t>(field)] && f.type != Type::kTimestamp) {
      context_->report.error(o.field.span, "`time` needs a field of type timestamp, but `" + f.name +
                                               "` is " + a_type(f.type) + "; declare it `" + f.name +
                                               " timestamp`, or `timestamp(s)` for epoch seconds");
      return;
    }
    node_->source.time_field = field;
  }

  void read_watermark(const StreamOption& o) {
    plan::Watermark& w = node_->source.watermark;
    if (o.punctuated) {
      w.punctuated = true;
      w.punctuation = ExprBinder(*context_, scope_).condition(*o.expr, "`watermark punctuated`");
      return;
    }
    if (!o.ascending && o.expr) w.delay_ms = duration(*o.expr, "`watermark`", Least::kZero);
    if (!o.has_by) return;
    if (o.max_lag) w.by_max_lag_ms = duration(*o.max_lag, "`max lag`", Least::kZero);
    if (o.by.name == "_producer") {
      w.by_field = plan::kByProducer;
    } else if (o.by.name == "_partition") {
      w.by_field = plan::kByPartition;
    } else {
      bool fine = true;
      std::vector<uint16_t> fields = resolve_fields({o.by}, shape_, &fine, context_);
      if (fine) w.by_field = fields[0];
    }
  }

  void read_when(const StreamOption& o) {
    plan::Source& source = node_->source;
    source.when = ExprBinder(*context_, scope_).condition(*o.expr, "`when`");
    if (!source.when) return;
    std::set<uint16_t> fields;
    collect_fields(*source.when, &fields);
    source.when_fields.assign(fields.begin(), fields.end());
  }

  const Shape& shape_;
  Context* context_;
  plan::Node* node_;
  Scope scope_;
};

// What differs between two schemas, or an empty string.
std::string difference(const Shape& a, const Shape& b) {
  const auto& x = a.schema.fields;
  const auto& y = b.schema.fields;
  std::string of_a = " in `" + a.schema.name + "`", of_b = " in `" + b.schema.name + "`";
  for (size_t i = 0; i < x.size() && i < y.size(); ++i) {
    if (x[i].name != y[i].name)
      return "field " + std::to_string(i + 1) + " is `" + x[i].name + "`" + of_a + " and `" + y[i].name +
             "`" + of_b;
    if (x[i].type != y[i].type)
      return "`" + x[i].name + "` is " + a_type(x[i].type) + of_a + " and " + a_type(y[i].type) + of_b;
  }
  if (x.size() == y.size()) return "";
  const event::Field& more = x.size() > y.size() ? x[y.size()] : y[x.size()];
  return "`" + more.name + "` is" + (x.size() > y.size() ? of_a : of_b) + " alone";
}

bool certain(const Shape& shape) {
  return !shape.open && std::none_of(shape.bad.begin(), shape.bad.end(), [](bool bad) { return bad; });
}

void check_union(const ast::DerivedDecl& decl, const std::vector<const Shape*>& rows, Context* context) {
  for (size_t i = 1; i < rows.size(); ++i) {
    if (!certain(*rows[0]) || !certain(*rows[i])) continue;
    std::string what = difference(*rows[0], *rows[i]);
    if (what.empty()) continue;
    context->report.error(decl.span, "a union needs sources with the same fields in the same order: " + what +
                                         "; bring them to one form with a derived stream: stream NAME = " +
                                         rows[i]->schema.name + " select …");
    return;
  }
}

void bind_select(const ast::DerivedDecl& decl, const Scope& scope, plan::Node* node, Shape* shape,
                 Context* context) {
  node->derive.has_select = true;
  for (const ast::NamedExpr& named : decl.select) {
    if (shape->schema.fields.size() == kMaxFields) {
      context->report.error(named.name.span,
                            "a stream has at most " + std::to_string(kMaxFields) + " fields");
      shape->open = true;
      return;
    }
    expr::ExprPtr value = ExprBinder(*context, scope).bind(*named.expr);
    if (shape->find(named.name.name) >= 0) {
      context->report.error(named.name.span, "`select` has two fields `" + named.name.name + "`; rename one");
      continue;
    }
    event::Field field;
    field.name = named.name.name;
    if (value) field.type = value->type;
    shape->add(std::move(field), !value);
    node->derive.select.push_back({named.name.name, value});
  }
}

}  // namespace

const Shape* resolve_source(const ast::Ident& name, int* node, Context* context) {
  static const Shape kOpen = [] {
    Shape shape;
    shape.open = true;
    return shape;
  }();
  *node = -1;
  const Declared* d = context->find(name.name);
  auto shape = context->shapes.find(name.name);
  if (shape != context->shapes.end()) {
    auto number = context->nodes.find(name.name);
    if (number != context->nodes.end()) *node = number->second;
    return &shape->second;
  }
  if (d && d->kind == DeclaredKind::kLet) {
    context->report.error(name.span, "`" + name.name + "` is a constant, not a stream");
  } else if (d && d->kind == DeclaredKind::kTable) {
    context->report.error(name.span, "`" + name.name + "` is a table, not a stream; its rows are looked up in "
                                     "expressions: " + name.name + "[…].FIELD");
  } else if (!d && context->report.full()) {
    context->report.error(name.span, "");
  } else if (!d) {
    std::vector<std::string> streams;
    for (const auto& [other, declared] : context->declared) {
      if (streams.size() == kMostNames) break;
      if (declared.kind != DeclaredKind::kLet && declared.kind != DeclaredKind::kTable) streams.push_back(other);
    }
    std::string near = did_you_mean(name.name, streams);
    if (near.empty())
      near = streams.empty() ? "; declare it: stream " + name.name + " (…)"
                             : "; declared are " + listed(streams);
    context->report.error(name.span, "there is no stream `" + name.name + "`" + near);
  }
  return &kOpen;
}

std::vector<uint16_t> resolve_fields(const std::vector<ast::Ident>& names, const Shape& shape, bool* fine,
                                     Context* context) {
  std::vector<uint16_t> out;
  for (const ast::Ident& name : names) {
    int field = shape.find(name.name);
    if (field < 0) {
      *fine = false;
      if (shape.open) continue;
      if (context->report.full()) {
        context->report.error(name.span, "");
        continue;
      }
      std::vector<std::string> fields = field_names({&shape}, -1);
      std::string near = did_you_mean(name.name, fields);
      if (near.empty() && !fields.empty()) near = "; its fields are " + listed(fields);
      context->report.error(name.span, "`" + shape.schema.name + "` has no field `" + name.name + "`" + near);
    } else if (std::find(out.begin(), out.end(), field) != out.end()) {
      *fine = false;
      context->report.error(name.span, "`" + name.name + "` stands twice in the key");
    } else if (shape.schema.fields[static_cast<size_t>(field)].type == Type::kList) {
      *fine = false;
      context->report.error(name.span, "`" + name.name + "` is a list (`collect`, `top`), and a list is no key");
    } else {
      out.push_back(static_cast<uint16_t>(field));
    }
  }
  return out;
}

std::optional<plan::Unique> bind_unique(const ast::UniqueDecl& unique, const Shape& shape, Context* context) {
  bool fine = true;
  plan::Unique out;
  out.fields = resolve_fields(unique.keys, shape, &fine, context);
  std::optional<int64_t> within;
  if (unique.within)
    within = constant_duration(*context, *unique.within, "`unique … within`", Least::kAboveZero);
  if (!fine || !within) return std::nullopt;
  out.within_ms = *within;
  return out;
}

plan::Node bind_stream(const ast::StreamDecl& decl, int number, Context* context) {
  plan::Node node;
  node.kind = plan::NodeKind::kSource;
  node.name = decl.name.name;
  node.span = decl.name.span;
  Shape shape;
  shape.schema.name = node.name;
  for (const ast::FieldDecl& field : decl.fields) {
    if (shape.open) break;
    bind_field(field, &shape, context);
  }
  bool raw = std::any_of(decl.options.begin(), decl.options.end(),
                         [](const StreamOption& o) { return o.kind == StreamOption::kKeepRaw; });
  if (raw) {
    event::Field field;
    field.name = "_raw";
    field.type = Type::kString;
    field.raw = true;
    shape.add(std::move(field));
  }
  OptionReader reader(shape, context, &node);
  std::set<StreamOption::Kind> seen;
  for (const StreamOption& o : decl.options) {
    if (!seen.insert(o.kind).second)
      context->report.error(o.span, "`" + std::string(word_of(o.kind)) + "` stands twice; keep one");
    else
      reader.read(o);
  }
  node.schema = shape.schema;
  context->shapes[node.name] = std::move(shape);
  context->nodes[node.name] = number;
  return node;
}

plan::Node bind_derived(const ast::DerivedDecl& decl, int number, Context* context) {
  plan::Node node;
  node.kind = plan::NodeKind::kDerive;
  node.name = decl.name.name;
  node.span = decl.name.span;
  Scope scope;
  scope.place = Scope::kRow;
  std::set<std::string> seen;
  if (decl.sources.size() > kMostSources)
    context->report.refuse(decl.span, "a union has at most " + std::to_string(kMostSources) + " sources; make one of unions");
  for (const ast::Ident& source : decl.sources) {
    plan::Input input;
    scope.rows.push_back(resolve_source(source, &input.node, context));
    node.inputs.push_back(std::move(input));
    if (!seen.insert(source.name).second)
      context->report.error(source.span,
                            "`" + source.name + "` stands twice in the union; every event would come twice");
  }
  check_union(decl, scope.rows, context);
  scope.qualifiers = {decl.alias.name};
  if (!decl.has_alias) scope.qualifiers.assign(seen.begin(), seen.end());
  if (decl.where) node.derive.where = ExprBinder(*context, scope).condition(*decl.where, "`where`");
  Shape shape;
  if (decl.has_select)
    bind_select(decl, scope, &node, &shape, context);
  else
    shape = derived_shape(*scope.rows[0]);
  shape.schema.name = node.name;
  if (decl.has_unique)
    if (auto unique = bind_unique(decl.unique, shape, context)) node.unique.push_back(std::move(*unique));
  node.schema = shape.schema;
  context->shapes[node.name] = std::move(shape);
  context->nodes[node.name] = number;
  return node;
}

}  // namespace cep::lang
