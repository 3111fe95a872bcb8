#include "lang/rules_window.h"

#include "base/time_text.h"
#include "lang/binder_constant.h"
#include "lang/rules_warnings.h"
#include "plan/physical/slices.h"

namespace cep::lang {

using ast::WindowClause;
using plan::Accumulation;
using plan::WindowAssigner;
using plan::WindowKind;

namespace {

constexpr int64_t kMostMs = 10'000'000LL * 86'400'000LL;  // sums of times with it stay in 64 bits
constexpr int64_t kManyPanes = 10'000;
constexpr int64_t kManyWindows = 1'000;  // of one event

std::string_view word_of(WindowClause::Kind kind) {
  switch (kind) {
    case WindowClause::kTumbling:
      return "tumbling";
    case WindowClause::kSliding:
      return "sliding";
    case WindowClause::kSession:
      return "session";
    case WindowClause::kRolling:
      return "rolling";
    case WindowClause::kCount:
      return "count";
    case WindowClause::kGlobal:
      return "global";
    case WindowClause::kBetween:
      return "between";
    case WindowClause::kWhere:
      return "where";
    case WindowClause::kSelect:
      return "select";
    case WindowClause::kAlert:
      return "alert";
    case WindowClause::kLateness:
      return "lateness";
    case WindowClause::kEarlyEvery:
      return "early every";
    case WindowClause::kEarlyCount:
      return "early count";
    case WindowClause::kAccumulating:
      return "accumulating";
    case WindowClause::kDiscarding:
      return "discarding";
    case WindowClause::kRetracting:
      return "retracting";
    case WindowClause::kLimitKeys:
      return "limit keys";
    case WindowClause::kHaving:
      return "having";
  }
  return "";
}

std::string quoted(const WindowClause& clause) { return "`" + std::string(word_of(clause.kind)) + "`"; }

const WindowClause** place_of(WindowClause::Kind kind, WindowClauses* out) {
  switch (kind) {
    case WindowClause::kWhere:
      return &out->where;
    case WindowClause::kSelect:
      return &out->select;
    case WindowClause::kAlert:
      return &out->alert;
    case WindowClause::kLateness:
      return &out->lateness;
    case WindowClause::kEarlyEvery:
    case WindowClause::kEarlyCount:
      return &out->early;
    case WindowClause::kAccumulating:
    case WindowClause::kDiscarding:
    case WindowClause::kRetracting:
      return &out->accumulation;
    case WindowClause::kLimitKeys:
      return &out->limit_keys;
    case WindowClause::kHaving:
      return &out->having;
    default:
      return &out->kind;
  }
}

// A duration of at most kMostMs; 0 where something is wrong.
int64_t duration(Context& context, const ast::Expr& e, const std::string& what, Least least) {
  int64_t ms = constant_duration(context, e, what, least).value_or(0);
  if (ms <= kMostMs && ms >= -kMostMs) return ms;
  context.report.error(e.span, what + " can be 10000000d at most");
  return 0;
}

int64_t above_zero(Context& context, const ast::Expr& e, const std::string& what) {
  auto n = constant_int(context, e, what);
  if (!n) return 0;
  if (*n < 1) context.report.error(e.span, what + " must be 1 or more, but it is " + std::to_string(*n));
  return *n;
}

std::string text(int64_t ms) {
  std::string out;
  base::append_duration(ms, &out);
  return out;
}

// Why a clause means nothing to windows of this kind; empty: it means something.
std::string no_lateness(WindowKind kind) {
  if (kind == WindowKind::kRolling)
    return "`rolling` takes events in the order of their times, so what is late is lost to it; give the stream "
           "a longer `watermark` instead";
  if (kind == WindowKind::kCount || kind == WindowKind::kGlobal)
    return "`count` and `global` take events in the order in which they come, and none is late; leave it out";
  return "";
}

std::string no_early(WindowKind kind, bool by_count) {
  if (kind == WindowKind::kRolling) return "`rolling` answers at every event; leave it out";
  if (kind == WindowKind::kCount)
    return "`count` fires by its own count; for results in between write `count N every M`";
  if (kind == WindowKind::kGlobal && !by_count)
    return "`global` has no end and no beginning in time; it fires by `early count N` alone";
  return "";
}

std::string no_accumulation(WindowKind kind) {
  if (kind == WindowKind::kRolling) return "each result of `rolling` stands for itself; leave it out";
  if (kind == WindowKind::kCount) return "a `count` window fires once, so there is nothing before; leave it out";
  return "";
}

void refuse(const WindowClause& clause, const std::string& reason, Context* context) {
  if (!reason.empty()) context->report.error(clause.span, quoted(clause) + ": " + reason);
}

}  // namespace

WindowClauses sort_clauses(const std::vector<WindowClause>& clauses, Context* context) {
  WindowClauses out;
  for (const WindowClause& clause : clauses) {
    const WindowClause** place = place_of(clause.kind, &out);
    if (!*place) {
      *place = &clause;
    } else if ((*place)->kind == clause.kind) {
      context->report.error(clause.span, "a second " + quoted(clause) + "; keep one");
    } else {
      context->report.error(clause.span, quoted(clause) + " beside " + quoted(**place) +
                                             ": these exclude each other; keep one");
    }
  }
  return out;
}

void read_assigner(const WindowClause& clause, WindowAssigner* a, Context* context) {
  static constexpr WindowKind kKinds[] = {WindowKind::kTumbling, WindowKind::kSliding, WindowKind::kSession,
                                          WindowKind::kRolling,  WindowKind::kCount,   WindowKind::kGlobal};
  a->kind = kKinds[clause.kind];
  std::string word = quoted(clause);
  if (a->kind == WindowKind::kGlobal) return;
  if (a->kind == WindowKind::kCount) {
    if (clause.size) a->count = above_zero(*context, *clause.size, word);
    a->count_every = clause.every ? above_zero(*context, *clause.every, "`every`") : a->count;
    return;
  }
  if (clause.size) a->size_ms = duration(*context, *clause.size, word, Least::kAboveZero);
  if (a->kind == WindowKind::kTumbling) a->slide_ms = a->size_ms;
  if (clause.every) a->slide_ms = duration(*context, *clause.every, "`every`", Least::kAboveZero);
  if (!clause.offset) return;
  int64_t offset = duration(*context, *clause.offset, "`offset`", Least::kAny);
  if (a->slide_ms <= 0) return;
  a->offset_ms = offset % a->slide_ms;  // the same windows
  if (a->offset_ms < 0) a->offset_ms += a->slide_ms;
}

void read_firing(const WindowClauses& c, plan::WindowNode* w, Context* context) {
  WindowKind kind = w->assigner.kind;
  if (c.lateness) {
    refuse(*c.lateness, no_lateness(kind), context);
    w->lateness_ms = duration(*context, *c.lateness->size, "`lateness`", Least::kZero);
  }
  if (c.early) {
    bool by_count = c.early->kind == WindowClause::kEarlyCount;
    refuse(*c.early, no_early(kind, by_count), context);
    if (by_count) w->early_count = above_zero(*context, *c.early->size, "`early count`");
    if (!by_count) w->early_every_ms = duration(*context, *c.early->size, "`early every`", Least::kAboveZero);
    w->early_processing = c.early->processing;
  } else if (kind == WindowKind::kGlobal) {
    context->report.error(c.kind->span, "a `global` window has no end and would never fire; add `early count N`");
  }
  if (c.accumulation) {
    if (c.accumulation->kind == WindowClause::kDiscarding) w->accumulation = Accumulation::kDiscarding;
    if (c.accumulation->kind == WindowClause::kRetracting) w->accumulation = Accumulation::kRetracting;
    if (w->accumulation != Accumulation::kAccumulating)
      refuse(*c.accumulation, no_accumulation(kind), context);
  }
  if (c.limit_keys)
    w->limit_keys_ms = duration(*context, *c.limit_keys->size, "`limit keys`", Least::kAboveZero);
  if (c.having && c.having->each && kind != WindowKind::kRolling)
    context->report.error(c.having->span,
                          "`having each` belongs to `rolling`, which has a result at every event; write `having`");
}

void read_bounds(const WindowClause& clause, plan::JoinNode* join, Context* context) {
  size_t before = context->report.errors();
  join->interval = true;
  join->lower_ms = duration(*context, *clause.lower, "`between`", Least::kAny);
  join->upper_ms = duration(*context, *clause.upper, "`between`", Least::kAny);
  if (context->report.errors() > before || join->lower_ms <= join->upper_ms) return;
  context->report.error(clause.span, "`between " + text(join->lower_ms) + " and " + text(join->upper_ms) +
                                         "`: the first bound is above the second, so no pair lies between; "
                                         "write `between " +
                                         text(join->upper_ms) + " and " + text(join->lower_ms) + "`");
}

void warn_assigner(const WindowClause& clause, const WindowAssigner& a, Context* context) {
  if (a.kind != WindowKind::kSliding) return;
  if (a.slide_ms > a.size_ms) {
    context->report.warning(clause.span, "`every` is longer than the window: what comes between the end of one "
                                         "and the beginning of the next is in none");
  }
  const int64_t panes = plan::slices_of(a).per_window;
  if (panes > kManyPanes && a.size_ms / panes < a.slide_ms) {
    context->report.warning(clause.span, "each window is put together from " + std::to_string(panes) +
                                             " panes of " + text(a.size_ms / panes) +
                                             ", the greatest part that size and `every` share; round them");
  }
}

void warn_many_windows(const WindowClause& clause, const WindowAssigner& a, const plan::Alert* alert, Context* context) {
  if (a.kind != WindowKind::kSliding || (alert && alert->throttle_ms >= 0)) return;
  const int64_t windows = a.size_ms / a.slide_ms;
  const bool odd = plan::slices_of(a).per_window > windows;  // told by warn_assigner
  if (windows < kManyWindows || odd) return;
  context->report.warning(clause.span, "every event is in " + grouped(static_cast<uint64_t>(windows)) + " windows, and each of them gives a result of its own: one event makes " +
                                           grouped(static_cast<uint64_t>(windows)) + " records for its key; make `every` longer, or add `at most once per D` at the alert");
}

void warn_window(const WindowClauses& c, const ast::WindowDecl& decl, const plan::WindowNode& w,
                 Context* context) {
  WindowKind kind = w.assigner.kind;
  bool endless = kind == WindowKind::kCount || kind == WindowKind::kGlobal;
  warn_assigner(*c.kind, w.assigner, context);
  // `having` is taken to let few through.
  if (!c.having) warn_many_windows(*c.kind, w.assigner, w.alert ? &*w.alert : nullptr, context);
  if (endless && !w.key_names.empty() && w.limit_keys_ms < 0) {
    context->report.warning(c.kind->span, "`" + decl.name.name + "` keeps a state for every key for ever, for " +
                                              quoted(*c.kind) + " knows no end in time; add `limit keys D`");
  }
  if (kind == WindowKind::kGlobal && w.accumulation != Accumulation::kDiscarding) {
    for (const expr::AggregateCall& call : w.aggregates) {
      const expr::Aggregate& row = expr::aggregates()[static_cast<size_t>(call.function)];
      if (row.constant_state) continue;
      context->report.warning(c.kind->span, "`" + std::string(row.name) +
                                                "` keeps the values of a `global` window for ever; write "
                                                "`discarding`, or take a window that ends");
      break;
    }
  }
  if (w.limit_keys_ms < 0) return;
  bool bounded = kind == WindowKind::kTumbling || kind == WindowKind::kSliding;
  bool loses = (bounded && w.limit_keys_ms < w.assigner.size_ms) ||
               (kind == WindowKind::kSession && w.limit_keys_ms <= w.assigner.size_ms);
  if (loses) {
    context->report.warning(c.limit_keys->span,
                            "`limit keys " + text(w.limit_keys_ms) +
                                "` drops the windows of a key that rests so long, before they fire; make it longer "
                                "than " +
                                text(w.assigner.size_ms));
  }
}

}  // namespace cep::lang
