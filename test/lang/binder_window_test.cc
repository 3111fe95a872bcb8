// Windows: the plan they become, names and aggregates in their results, what is refused and warned of.
#include "bind_kit.h"
#include "doctest/doctest.h"

namespace cep::lang {

using expr::Op;
using plan::Accumulation;
using plan::WindowKind;

namespace {

// The one error of a window's body: its text is said and its place is under the caret.
void refused(const std::string& body, const std::string& place, const std::string& said) {
  Compiled c = bind_window_body(body);
  CAPTURE(body);
  CAPTURE(c.text());
  REQUIRE(c.errors() == 1);
  CHECK(c.place(0) == place);
  CHECK(contains(c.message(0), said));
}

const plan::WindowNode& window(const Compiled& c) { return *c.node("w").window; }

}  // namespace

TEST_CASE("a window becomes its assigner, its firing and its stream") {
  Compiled c = bind_window_body(
      "sliding 10m every 5m offset -1m lateness 30s early every 1m processing retracting limit keys 1h\n"
      "select n = count(), total = sum(v) alert low");
  CAPTURE(c.text());
  REQUIRE(c.ok());
  const plan::WindowNode& w = window(c);
  CHECK(w.assigner.kind == WindowKind::kSliding);
  CHECK(w.assigner.size_ms == 600'000);
  CHECK(w.assigner.slide_ms == 300'000);
  CHECK(w.assigner.offset_ms == 240'000);  // the same windows
  CHECK(w.lateness_ms == 30'000);
  CHECK(w.early_every_ms == 60'000);
  CHECK(w.early_processing);
  CHECK(w.early_count == -1);
  CHECK(w.accumulation == Accumulation::kRetracting);
  CHECK(w.limit_keys_ms == 3'600'000);
  CHECK(w.alert.has_value());
  const plan::Node& node = c.node("w");
  REQUIRE(node.inputs.size() == 1);
  CHECK(node.inputs[0].node == 0);
  CHECK(node.inputs[0].key == std::vector<uint16_t>{1});
  std::string fields;
  for (const event::Field& f : node.schema.fields)
    fields += f.name + " " + std::string(type_name(f.type)) + ", ";
  CHECK(fields == "k string, start timestamp, end timestamp, n int, total int, ");
}

TEST_CASE("every kind of window") {
  CHECK(window(bind_window_body("tumbling 10s select n = count()")).assigner.slide_ms == 10'000);
  CHECK(window(bind_window_body("session 5s select n = count()")).assigner.size_ms == 5'000);
  CHECK(window(bind_window_body("rolling 1h select n = count() having each n > 1")).having_each);
  CHECK(window(bind_window_body("count 3 select n = count()")).assigner.count_every == 3);
  CHECK(window(bind_window_body("count 3 every 2 select n = count()")).assigner.count_every == 2);
  CHECK(window(bind_window_body("global early count 2 select n = count()")).early_count == 2);
}

TEST_CASE("where stands in a node of its own before the window") {
  Compiled c = bind_window_body("tumbling 1m where v > 5 select n = count()");
  REQUIRE(c.ok());
  const plan::Node& where = c.node("w.where");
  CHECK(where.kind == plan::NodeKind::kDerive);
  CHECK(where.inputs[0].node == 0);
  CHECK(where.schema.fields.size() == 7);
  CHECK(where.derive.where != nullptr);
  CHECK(c.node("w").inputs[0].node == c.plan().find("w.where"));
}

TEST_CASE("equal calls are computed once") {
  Compiled c = bind_window_body(
      "tumbling 1m select a = sum(v), b = sum(v) + count(), c = sum(v) filter (v > 3), p = percentile(v, 0.5),\n"
      "q = percentile(v, 0.9), r = percentile(v, 1 - 0.5), t = top(k, 3)\n"
      "having sum(v) > 3 and max(d) > 1 alert low \"{count()} {a} {k} {window_end - window_start}\"");
  CAPTURE(c.text());
  REQUIRE(c.ok());
  const plan::WindowNode& w = window(c);
  REQUIRE(w.aggregates.size() == 7);
  CHECK(w.select[0].expr->op == Op::kAggregate);
  CHECK(w.select[0].expr->index == 0);
  CHECK(w.select[1].expr->args[0]->index == 0);
  CHECK(w.aggregates[2].filter != nullptr);
  CHECK(w.aggregates[3].p == 0.5);
  CHECK(w.select[5].expr->index == 3);
  CHECK(w.aggregates[5].k == 3);
  CHECK(w.aggregates[5].type == Type::kList);
  CHECK(w.alert->message[0].expr->index == 1);
  CHECK(w.alert->message[1].expr->op == Op::kSelected);
  CHECK(w.alert->message[2].expr->op == Op::kBound);
  CHECK(w.alert->message[2].expr->index == 0);
  CHECK(w.alert->message[3].expr->args[0]->index == 2);  // window_end
}

TEST_CASE("names of select come first in having and messages, keys are bounds") {
  Compiled c = bind_window_body("tumbling 1m select v = max(v), who = k having v > 3 alert low \"{v}\"");
  CAPTURE(c.text());
  REQUIRE(c.ok());
  CHECK(window(c).having->args[0]->op == Op::kSelected);
  CHECK(window(c).select[1].expr->op == Op::kBound);
}

TEST_CASE("a bare field in a result must be wrapped") {
  refused("tumbling 1m select x = v", "v", "wrap it in an aggregate, such as `sum(v)`");
  refused("tumbling 1m select x = upper(id)", "id", "`last(id)`");
  refused("tumbling 1m select x = e.v", "v", "wrap it");
  refused("tumbling 1m select n = count() alert low at most once per 1m by v", "v", "select v = sum(v)");
}

TEST_CASE("names that mean nothing, and the nearest") {
  refused("tumbling 1m select x = sum(vv)", "vv", "did you mean `v`?");
  refused("tumbling 1m select total = sum(v) having totel > 3", "totel", "did you mean `total`?");
  refused("tumbling 1m select x = summ(v)", "summ", "did you mean `sum`?");
  refused("tumbling 1m select x = sum(ee.v)", "ee", "did you mean `e`?");
  refused("tumbling 1m select x = window_ende - window_start", "window_ende", "did you mean `window_end`?");
  refused("tumbling 1m select total = sum(v) having max(total) > 3", "total", "without `max`");
}

TEST_CASE("aggregates stand where they can be computed") {
  refused("tumbling 1m select x = max(sum(v))", "sum", "inside another aggregate");
  refused("tumbling 1m where sum(v) > 3 select n = count()", "sum", "`having`");
  refused("tumbling 1m select x = min(v, d)", "min", "least(…)");
  refused("tumbling 1m select x = sum(k)", "sum(k)", "sum(x number");
  refused("tumbling 1m select x = abs(v) filter (v > 1)", "filter", "count() filter");
  refused("tumbling 1m select x = count() filter (v)", "v", "needs a condition");
  CHECK(contains(bind_text(kStream + "stream y = e where sum(v) > 1").text(), "here is neither"));
  CHECK(contains(bind_text(kStream + "pattern p on e { begin a where stddev(v) > 1 }").text(),
                 "aggregate of windows"));
}

TEST_CASE("constants of aggregates") {
  refused("tumbling 1m select x = percentile(v, 95)", "95", "from 0 to 1");
  refused("tumbling 1m select x = approx_percentile(v, -0.5)", "-0.5", "from 0 to 1");
  refused("tumbling 1m select x = percentile(v, d)", "d", "no constant");
  refused("tumbling 1m select x = top(v, 0)", "0", "at least 1");
  refused("tumbling 1m select x = top(v)", "top", "top(x, k int)");
}

TEST_CASE("lists can be selected and nothing else") {
  CHECK(bind_window_body("tumbling 1m select ids = collect(id), best = top(v, 2) filter (v > 0)").ok());
  refused("tumbling 1m select x = coalesce(collect(id), 1)", "collect(id)", "is a list");
  refused("tumbling 1m select ids = collect(id) having ids is not null", "ids", "is a list");
  refused("tumbling 1m select ids = collect(id) alert low \"{ids}\"", "ids", "is a list");
  std::string w = kStream + "window w on e by k { tumbling 1m select ids = collect(id) }\n";
  CHECK(bind_text(w + "stream y = w").ok());
  CHECK(contains(bind_text(w + "pattern p on w { begin a where ids == \"x\" }").text(), "is a list"));
  CHECK(contains(bind_text(w + "pattern p on w by ids { begin a }").text(), "a list is no key"));
}

TEST_CASE("clauses: each once, one kind, and only where they mean something") {
  refused("tumbling 1m session 1m select n = count()", "session", "beside `tumbling`");
  refused("tumbling 1m tumbling 2m select n = count()", "tumbling", "a second `tumbling`");
  refused("select n = count()", "w", "tumbling D");
  refused("tumbling 1m", "w", "select n = count()");
  refused("tumbling 1m early every 1s early count 5 select n = count()", "early", "beside `early every`");
  refused("tumbling 1m discarding retracting select n = count()", "retracting", "keep one");
  refused("tumbling 1m select n = count() having each n > 1", "having", "belongs to `rolling`");
  refused("rolling 1m lateness 1s select n = count()", "lateness", "longer `watermark`");
  refused("rolling 1m early every 1s select n = count()", "early", "at every event");
  refused("rolling 1m retracting select n = count()", "retracting", "stands for itself");
  refused("count 5 lateness 1s select n = count()", "lateness", "none is late");
  refused("count 5 early count 2 select n = count()", "early", "count N every M");
  refused("count 5 discarding select n = count()", "discarding", "fires once");
  refused("global select n = count()", "global", "early count N");
  refused("global early every 1s select n = count()", "early", "early count N");
}

TEST_CASE("sizes and counts") {
  refused("tumbling 0s select n = count()", "0s", "longer than 0s");
  refused("tumbling 5 select n = count()", "5", "write the unit");
  refused("sliding 1m every 0s select n = count()", "0s", "longer than 0s");
  refused("session 99999999d select n = count()", "99999999d", "10000000d at most");
  refused("count 0 select n = count()", "0", "1 or more");
  refused("count 5 every -1 select n = count()", "-1", "1 or more");
  refused("global early count 0 select n = count()", "0", "1 or more");
  refused("tumbling 1m lateness 0s - 1s select n = count()", "0s - 1s", "at least 0s");
  refused("count 1m select n = count()", "1m", "must be an int");
}

TEST_CASE("names that a window has of itself") {
  refused("tumbling 1m select pane = count()", "pane", "choose another name");
  refused("tumbling 1m select k = count()", "k", "choose another name");
  refused("tumbling 1m select n = count(), n = sum(v)", "n", "two fields `n`");
  Compiled c = bind_text(
      "stream e (start string, ts timestamp) time ts\nwindow w on e by start { tumbling 1m select n = count() }");
  REQUIRE(c.errors() == 1);
  CHECK(contains(c.message(0), "rename it"));
}

TEST_CASE("windows of windows, of patterns and of joins; patterns of windows; cycles") {
  Compiled c = bind_text(kStream +
                         "window all on w { tumbling 20ms select best = max(n) }\n"
                         "pattern p on w by k { begin a next b where n > a.n within 1h select x = b.n }\n"
                         "window q on p by k { tumbling 1h select y = sum(x) }\n"
                         "join j on w by k, q by k { between 0s and 1h select a = w.n, b = q.y }\n"
                         "window w on e by k { tumbling 10ms select n = count() }\n");
  CAPTURE(c.text());
  REQUIRE(c.ok());
  for (const plan::Node& node : c.plan().nodes)
    for (const plan::Input& in : node.inputs) CHECK(in.node < c.plan().find(node.name));
  Compiled cycle = bind_text(kStream +
                             "window a on b { tumbling 1m select n = count() }\n"
                             "window b on a { tumbling 1m select n = count() }\n");
  REQUIRE(cycle.errors() == 1);
  CHECK(contains(cycle.message(0), "a cycle: `a` reads `b`, which reads `a`"));
}

TEST_CASE("warnings of windows") {
  auto warned = [](const std::string& body, const std::string& said) {
    Compiled c = bind_window_body(body);
    CAPTURE(body);
    CAPTURE(c.text());
    CHECK(c.ok());
    CHECK(c.warnings() == (said.empty() ? 0 : 1));
    CHECK(contains(c.text(), said));
  };
  warned("tumbling 1m select n = count()", "");
  warned("count 5 select n = count()", "for every key for ever");
  warned("count 5 limit keys 1h select n = count()", "");
  warned("global early count 5 limit keys 1h select n = collect(v)", "`discarding`");
  warned("sliding 1m every 2m select n = count()", "is in none");
  warned("sliding 1h every 7ms select n = count()", "panes");
  warned("sliding 1h every 1s select n = count() alert low", "in 3,600 windows");
  warned("sliding 1h every 1s select n = count() alert low", "`at most once per D`");
  warned("sliding 1d every 1s select n = count()", "makes 86,400 records");
  warned("sliding 1h every 1s select n = count() alert low at most once per 1m", "");
  warned("sliding 1h every 1s select n = count() having n > 5 alert low", "");
  warned("sliding 1h every 10s select n = count() alert low", "");
  warned("session 1m limit keys 1m select n = count()", "longer");
  CHECK(bind_text(kStream + "window w on e { count 5 select n = count() }").warnings() == 0);
}

}  // namespace cep::lang
