// Fingerprints: the same words and the same things read give the same one; any other word, at any depth, another.
#include <doctest/doctest.h>

#include <map>
#include <set>
#include <string>

#include "lang/compile.h"

namespace {

std::map<std::string, std::string> fingerprints(const std::string& text) {
  auto compiled = cep::lang::compile({{"f.cep", text}});
  REQUIRE_MESSAGE(compiled.plan, cep::render_all(compiled.diagnostics, {{"f.cep", text}}));
  std::map<std::string, std::string> out;
  for (const auto& node : compiled.plan->nodes) out[node.name] = node.fingerprint;
  for (const auto& table : compiled.plan->tables) out[table.name] = table.fingerprint;
  return out;
}

// The names whose fingerprint differs, or which only one of them has.
std::set<std::string> changed(const std::string& a, const std::string& b) {
  auto x = fingerprints(a), y = fingerprints(b);
  std::set<std::string> out;
  for (const auto& [name, fingerprint] : x)
    if (!y.contains(name) || y[name] != fingerprint) out.insert(name);
  for (const auto& [name, fingerprint] : y)
    if (!x.contains(name)) out.insert(name);
  return out;
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  size_t at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

const std::string kProgram = R"(
  stream a (k string, v int, ts timestamp) time ts
  stream b (k string, v int, ts timestamp) time ts watermark 5s
  stream c (k string, v int, ts timestamp) time ts watermark LAG
  let LAG = BASE * 2
  let BASE = 5s
  let TOP = 7
  table t (k string, n int) key k
  table latest (k string, v int) key k from stream b
  stream u = a, b where v > TOP
  pattern p on u by k { begin x where t[k].n > 1 alert low }
  pattern q on a by k { begin x alert low "over {TOP}" }
  pattern r on p by k { begin x select v = 1 }
  window w on b by k { tumbling 5s where v in (1, 2) select n = count() filter (latest[k].v > 2) alert low }
  join j on a by k, c r by k { between -1s and 1s where a.v > 0 select v = r.v }
)";

}  // namespace

TEST_CASE("blanks, comments, order and place are nothing") {
  std::string moved = "# first\n\n" + replaced(kProgram, "begin x where t[k].n > 1 alert low", "begin x # the first\n where t [ k ].n>1\n\n alert   low");
  CHECK(changed(kProgram, moved).empty());
  std::string at_end = replaced(kProgram, "stream b (k string, v int, ts timestamp) time ts watermark 5s", "") +
                       "stream b (k string, v int, ts timestamp) time ts watermark 5s";
  CHECK(changed(kProgram, at_end).empty());
}

TEST_CASE("a change reaches all that read it, at any depth, and nothing else") {
  using Names = std::set<std::string>;
  CHECK(changed(kProgram, replaced(kProgram, "on a by k { begin x alert low", "on a by k { begin x alert high")) == Names{"q"});
  CHECK(changed(kProgram, replaced(kProgram, "t[k].n > 1", "t[k].n > 2")) == Names{"p", "r"});
  CHECK(changed(kProgram, replaced(kProgram, "table t (k string, n int)", "table t (k string, n int, m int)")) == Names{"t", "p", "r"});
  CHECK(changed(kProgram, replaced(kProgram, "watermark 5s", "watermark 6s")) == Names{"b", "latest", "u", "p", "r", "w", "w.where"});
  CHECK(changed(kProgram, replaced(kProgram, "TOP = 7", "TOP = 8")) == Names{"u", "p", "q", "r"});
  CHECK(changed(kProgram, replaced(kProgram, "BASE = 5s", "BASE = 6s")) == Names{"c", "j"});
  CHECK(changed(kProgram, replaced(kProgram, "v in (1, 2)", "v in (1, 3)")) == Names{"w", "w.where"});
  CHECK(changed(kProgram, replaced(kProgram, "c r by k", "c s by k").replace(kProgram.find("r.v"), 3, "s.v")) == Names{"j"});
  CHECK(changed(kProgram, kProgram + "pattern extra on a { begin x alert low }\nlet MORE = 1") == Names{"extra"});
}

TEST_CASE("a constant that shares its name with a field counts, what only sounds alike does not") {
  const std::string text = "let n = 1\nstream a (n int, ts timestamp) time ts\npattern p on a { begin x where n > 1 alert low }";
  CHECK(changed(text, replaced(text, "let n = 1", "let n = 2")) == std::set<std::string>{"a", "p"});
  CHECK(changed(text, replaced(text, "let n = 1", "let m = 2")) == std::set<std::string>{"a", "p"});
  const std::string other = "table x (k string) key k\nstream a (k string, ts timestamp) time ts\npattern p on a { begin x where k == 'x' alert low }";
  CHECK(changed(other, replaced(other, "table x (k string)", "table x (k string, m int)")) == std::set<std::string>{"x"});
}

TEST_CASE("escapes do not hide a constant") {
  const std::string text = "let TOP = 1\nstream a (n int, ts timestamp) time ts\npattern p on a { begin x alert low \"{T\\u004fP}\" }";
  CHECK(changed(text, replaced(text, "TOP = 1", "TOP = 2")) == std::set<std::string>{"p"});
}

TEST_CASE("words that run together are others; a quoted name is the constant too") {
  const std::string text = "stream a (k bool, notk bool, ts timestamp) time ts\npattern p on a { begin x where not k alert low }";
  CHECK(changed(text, replaced(text, "not k alert", "notk alert")) == std::set<std::string>{"p"});
  const std::string quoted = "let TOP = 1\nstream a (n int, ts timestamp) time ts\npattern p on a { begin x where n > `TOP` alert low }";
  CHECK(changed(quoted, replaced(quoted, "TOP = 1", "TOP = 2")) == std::set<std::string>{"p"});
}

TEST_CASE("a table counts wherever it is looked up") {
  const std::string text = R"(
    stream a (k string, v int, ts timestamp) time ts
    stream b (k string, v int, ts timestamp) time ts
    table in_group (k string, n int) key k
    table in_until (k string, n int) key k
    table in_message (k string, n int) key k
    table in_timeout (k string, n int) key k
    table in_where (k string, n int) key k
    table in_having (k string, n int) key k
    table in_derived (k string, n int) key k
    table in_join (k string, n int) key k
    pattern p on a by k { begin x followedBy { begin y where in_group[k].n > 1 next z } times 2 within 5s alert low }
    pattern q on a by k { begin x oneOrMore until in_until[k].n > 1 within 5s alert low "{in_message[x.k].n}" on timeout { select n = in_timeout[x.k].n } }
    window w on a by k { tumbling 5s where k in in_where select n = count() having in_having[k].n > 1 alert low }
    stream d = a select n = in_derived[k].n
    pattern r on d { begin x alert low }
    join j on a by k, b by k { between -1s and 1s where in_join[a.k].n > 1 select v = b.v alert low }
  )";
  using Names = std::set<std::string>;
  auto with = [&](const std::string& table) { return changed(text, replaced(text, "table " + table + " (k string", "table " + table + " (k string, m int")); };
  CHECK(with("in_group") == Names{"in_group", "p"});
  for (const char* table : {"in_until", "in_message", "in_timeout"}) CHECK(with(table) == Names{table, "q"});
  CHECK(with("in_where") == Names{"in_where", "w", "w.where"});
  CHECK(with("in_having") == Names{"in_having", "w", "w.where"});
  CHECK(with("in_derived") == Names{"in_derived", "d", "r"});
  CHECK(with("in_join") == Names{"in_join", "j"});
}
