// Table rows between events, at every level, over loads: each look-up sees the table as it stands at its own position, as when every line is worked before the next comes.
#include <doctest/doctest.h>

#include <random>
#include <string>
#include <vector>

#include "cep/engine.h"
#include "engine/load_kit.h"

namespace {

using namespace cep::test;

// Look-ups in sources' filters, predicates, windows at events and at the clock's steps, joins, messages, derived streams between operators, timeouts.
const std::string kProgram = R"(stream s (id string, a string, b string, v int, ts timestamp) time ts watermark 20ms
table t (b string, n int) key b
table latest (b string, v int) key b from stream seen
stream seen = s where v > 1 select b = b, v = v
stream big = s where v + t[b].n > 2 or b not in t
pattern p on big by a { begin x where v >= t[b].n next y where v + t[b].n >= x.v within 30ms select id = x.id, b = y.b, n = t[y.b].n
  on timeout { alert low "{x.id} {t[x.b].n}" } alert low "{x.id} {t[x.b].n} {latest[y.b].v}" }
stream again = p where n >= t[b].n select id = id, b = b, m = t[b].n
window w on again by b { tumbling 25ms where b in t select id = last(id), c = count(), m = sum(m + t[b].n) having c + t[b].n > 0 alert low "{b} {t[b].n}" }
window r on s by b { rolling 40ms select n = count() filter (v > t[b].n) having n > t[b].n alert low "{n} {latest[b].v}" }
join j on w l by b, big r by b { between -60ms and 60ms select id = l.id, a = r.a, v = r.v + t[r.b].n }
pattern q on j by a { begin x where v > t["b1"].n followedBy y within 90ms select ids = x.id alert high "{t['b2'].n}" }
)";

std::vector<std::string> lines_of(size_t n, uint64_t seed) {
  std::mt19937_64 random(seed);
  std::vector<std::string> out;
  int64_t t = 1000;
  for (size_t i = 0; i < n; ++i) {
    t += static_cast<int64_t>(random() % 4);
    const std::string b = "b" + std::to_string(random() % 4);
    if (random() % 2 == 0) {
      out.push_back("{\"_stream\":\"t\",\"b\":\"" + b + "\",\"n\":" + std::to_string(random() % 5) + (random() % 4 == 0 ? ",\"_delete\":true}" : "}"));
    } else {
      out.push_back("{\"_stream\":\"s\",\"id\":\"e" + std::to_string(i) + "\",\"a\":\"a" + std::to_string(random() % 5) + "\",\"b\":\"" + b + "\",\"v\":" +
                    std::to_string(random() % 6) + ",\"ts\":" + std::to_string(t - static_cast<int64_t>(random() % 30)) + "}");
    }
  }
  return out;
}

std::string records_of(const std::vector<std::string>& lines, const Way& way) {
  Run run(kProgram, way);
  for (size_t i = 0; i < lines.size(); ++i) {
    run.engine->offer(lines[i], {});
    if (i == lines.size() / 3) run.load(kProgram + "pattern more on big by b { begin x where v > t[b].n alert low }\n");
    if (i == lines.size() / 3 * 2) run.load(kProgram);
  }
  run.engine->end();
  return run.out;
}

}  // namespace

TEST_CASE("table rows between events: the same records as when each line is worked before the next comes") {
  for (uint64_t seed = 1; seed <= 6; ++seed) {
    const std::vector<std::string> lines = lines_of(3000, seed);
    const std::string expected = records_of(lines, kWays[0]);
    for (const char* name : {"\"pattern\":\"p\"", "\"pattern\":\"w\"", "\"pattern\":\"r\"", "\"pattern\":\"q\"", "\"pattern\":\"more\"", "\"channel\":\"timeouts\""})
      REQUIRE_MESSAGE(expected.find(name) != std::string::npos, name);
    for (const Way& way : kWays) CHECK(records_of(lines, way) == expected);
    CHECK(records_of(lines, {8, 1000, seed, false}) == expected);
    CHECK(records_of(lines, {8, 333, 0, true}) == expected);
  }
}

TEST_CASE("a table that only grows old rows: shards that are behind bound what is kept for them, and the records are the same") {
  const std::string text = "stream e (k string, v int, ts timestamp) time ts\ntable t (k string, x string) key k\npattern p on e by k { begin a where t[k].x is not null alert low \"{t[k].x}\" }\n";
  std::string out[2];
  for (int i = 0; i < 2; ++i) {
    Run run(text, i == 0 ? Way{1, 1, 0} : Way{2, 1'000'000, 0, true});
    for (int n = 0; n < 600; ++n) {
      run.engine->offer("{\"_stream\":\"t\",\"k\":\"x\",\"x\":\"" + std::to_string(n) + std::string(50'000, 'x') + "\"}", {});
      if (n % 50 == 0) run.engine->offer("{\"_stream\":\"e\",\"k\":\"x\",\"v\":1,\"ts\":" + std::to_string(n) + "}", {});
    }
    run.engine->end();
    CHECK(run.count("\"pattern\":\"p\"") == 12);
    out[i] = run.out;
  }
  CHECK(out[0] == out[1]);
}
