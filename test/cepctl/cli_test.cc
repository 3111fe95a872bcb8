// The built program from outside: exit status, what goes to which stream, spelling help, file arguments.
#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

namespace fs = std::filesystem;

namespace {

std::string slurp(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

// A directory of its own for each test; programs run inside it.
class Shell {
 public:
  Shell() : dir_(fs::temp_directory_path() / ("cepctl_cli_test." + std::to_string(getpid()))) {
    fs::remove_all(dir_);
    fs::create_directories(dir_);
  }
  ~Shell() { fs::remove_all(dir_); }

  void file(const std::string& name, const std::string& text) {
    fs::create_directories((dir_ / name).parent_path());
    std::ofstream(dir_ / name, std::ios::binary) << text;
  }
  std::string text_of(const std::string& name) const { return slurp(dir_ / name); }

  // The exit status; `out` and `err` are then what it wrote.
  int run(const std::string& arguments, const std::string& input = "") {
    file("stdin", input);
    const std::string command =
        "cd " + dir_.string() + " && " CEPCTL " " + arguments + " <stdin >stdout 2>stderr";
    const int status = std::system(command.c_str());
    out = text_of("stdout");
    err = text_of("stderr");
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

  std::string out;
  std::string err;

 private:
  fs::path dir_;
};

constexpr const char* kProgram =
    "stream e (id string, k string, v int, ts timestamp) time ts\n"
    "pattern p on e by k { begin a where v > 5  alert high \"big {a.v}\" }\n";
constexpr const char* kEvents =
    "{\"id\":\"e1\",\"k\":\"x\",\"v\":6,\"ts\":1}\n{\"id\":\"e2\",\"k\":\"x\",\"v\":5,\"ts\":2}\n"
    "nonsense\n{\"id\":\"e3\",\"k\":\"y\",\"v\":7,\"ts\":3}";

}  // namespace

TEST_CASE("help and wrong use") {
  Shell sh;
  CHECK(sh.run("--help") == 0);
  CHECK(has(sh.out, "replay"));
  CHECK(sh.err == "");
  for (const char* name : {"check", "infer", "explain", "replay", "test", "send", "tail"}) {
    CAPTURE(name);
    CHECK(sh.run(std::string(name) + " --help") == 0);
    CHECK(has(sh.out, "Examples:\n  cepctl " + std::string(name)));
  }
  CHECK(sh.run("--version") == 0);
  CHECK(has(sh.out, "cepctl "));
  CHECK(sh.run("") == 2);
  CHECK(has(sh.err, "check"));
  CHECK(sh.run("chekc x") == 2);
  CHECK(has(sh.err, "there is no sub-command `chekc`; did you mean `check`?"));
  CHECK(sh.out == "");
  CHECK(sh.run("replay --evnets x y") == 2);
  CHECK(has(sh.err, "there is no flag `--evnets`; did you mean `--events`?"));
  CHECK(sh.run("check") == 2);
  CHECK(sh.run("check nowhere.cep") == 2);
  CHECK(has(sh.err, "cannot read nowhere.cep"));
  CHECK(sh.run("replay p.cep --events e --shards 65") == 2);
  CHECK(sh.run("replay p.cep --events e --speed fast") == 2);
  CHECK(has(sh.err, "10x"));
  CHECK(sh.run("replay p.cep --events e --arrival 5") == 2);
  CHECK(has(sh.err, "duration"));
}

TEST_CASE("words that are no sub-command") {
  Shell sh;
  CHECK(sh.run("journal verfy --data-dir x") == 2);
  CHECK(has(sh.err, "there is no sub-command `verfy`; did you mean `verify`?\nTry `cepctl journal --help`"));
  CHECK(sh.run("patterns lst") == 2);
  CHECK(has(sh.err, "there is no sub-command `lst`; did you mean `list`?"));
  CHECK(sh.run("patterns") == 2);
  CHECK(has(sh.err, "`cepctl patterns` needs one of list, load, remove"));
  CHECK(sh.run("patterns --help") == 0);
  // What comes with checkpoints says so.
  CHECK(sh.run("savepoint create") == 2);
  CHECK(has(sh.err, "`savepoint` is not in this version: it makes no checkpoints yet"));
  CHECK(sh.run("top") == 2);
  CHECK(has(sh.err, "`cepctl status`"));
}

TEST_CASE("send: what cannot be meant is refused before anything is sent") {
  Shell sh;
  sh.file("e.ndjson", kEvents);
  CHECK(sh.run("send --rate 0 e.ndjson") == 2);
  CHECK(has(sh.err, "`0` is no rate: write lines a second"));
  CHECK(sh.run("send --rate fast e.ndjson") == 2);
  CHECK(sh.run("send --producer '' e.ndjson") == 2);
  CHECK(has(sh.err, "--producer: is empty"));
  CHECK(sh.run("send --plain --producer gw e.ndjson") == 2);
  CHECK(has(sh.err, "--producer excludes --plain"));
  CHECK(sh.run("tail --consumer ''") == 2);
}

TEST_CASE("check: mistakes to standard output, the count to standard error") {
  Shell sh;
  sh.file("d/b.cep", "pattern q on e { begin a where amuont > 5 alert low }\n");
  sh.file("d/sub/a.cep", "stream e (id string, amount double, ts timestamp) time ts\n");
  sh.file("d/notes.txt", "not a pattern\n");
  CHECK(sh.run("check d") == 1);
  CHECK(has(sh.out, "d/b.cep:1:32: error: "));
  CHECK(has(sh.out, "`amount`"));
  CHECK(has(sh.out, "^"));
  CHECK_FALSE(has(sh.out, "\033["));
  CHECK(has(sh.err, "2 files: 1 error, 0 warnings\n"));
  CHECK(sh.run("check d d/b.cep --json") == 1);
  const auto j = nlohmann::json::parse(sh.out);
  CHECK(j["file"] == "d/b.cep");
  CHECK(j["line"] == 1);
  CHECK(j["column"] == 32);
  CHECK(j["severity"] == "error");
  CHECK(sh.run("check d/sub") == 0);
  CHECK(sh.out == "");
  CHECK(has(sh.err, "1 file: 0 errors"));
  CHECK(sh.run("check -", kProgram) == 0);
  CHECK(sh.run("check -", "pattern") == 1);
  CHECK(has(sh.out, "<stdin>:1:"));
  fs::create_directories("/tmp/cepctl_empty");
  CHECK(sh.run("check /tmp/cepctl_empty") == 2);
  CHECK(has(sh.err, "there is no *.cep file below"));
}

TEST_CASE("replay: channels, and a last line without LF") {
  Shell sh;
  sh.file("p.cep", kProgram);
  sh.file("e.ndjson", kEvents);
  REQUIRE(sh.run("replay p.cep --events e.ndjson") == 0);
  CHECK(has(
      sh.out,
      R"({"channel":"alerts","seq":1,"pattern":"p","key":{"k":"x"},"severity":"high","message":"big 6")"));
  CHECK(has(sh.out, "\"seq\":2"));
  CHECK(std::count(sh.out.begin(), sh.out.end(), '\n') == 2);
  CHECK(has(sh.err, "1 line rejected"));
  const std::string alerts = sh.out;
  CHECK(sh.run("replay p.cep --events - --shards 3 --batch 1", kEvents) == 0);
  CHECK(sh.out == alerts);
  CHECK(sh.run("replay p.cep --events e=e.ndjson --channel alerts --metrics") == 0);
  CHECK(sh.out == alerts);
  CHECK(has(sh.err, "events per second"));
  CHECK(sh.run("replay p.cep --events e.ndjson --channel alerts,rejects") == 0);
  CHECK(has(sh.out, "\"channel\":\"rejects\""));
  CHECK(std::count(sh.out.begin(), sh.out.end(), '\n') == 3);
  CHECK(sh.run("replay p.cep --events e.ndjson --channel all") == 0);
  CHECK(has(sh.out, "\"channel\":\"rejects\""));
  CHECK(sh.run("replay p.cep --events e.ndjson --channel alert") == 2);
  CHECK(has(sh.err, "`alert`"));
  CHECK(sh.run("replay p.cep --events ee=e.ndjson") == 2);
  CHECK(has(sh.err, "did you mean `e`?"));
  CHECK(sh.run("replay p.cep --events nowhere.ndjson") == 2);
  sh.file("bad.cep", "pattern p on nothing { begin a }\n");
  CHECK(sh.run("replay bad.cep --events e.ndjson") == 1);
  CHECK(sh.out == "");
  CHECK(has(sh.err, "bad.cep:1:"));
}

TEST_CASE(
    "replay: several files are merged by event time, lines without a time stay behind their predecessor") {
  Shell sh;
  sh.file("p.cep",
          "stream a (n string, ts timestamp) time ts\nstream b (n string, ts timestamp) time ts\n"
          "pattern p on a, b { begin x followedBy y within 1h alert low \"{x.n}{y.n}\" }\n");
  sh.file("a.ndjson", "{\"n\":\"a1\",\"ts\":1}\n{\"n\":\"a4\",\"ts\":4}\n");
  sh.file("b.ndjson", "{\"n\":\"b2\",\"ts\":2}\nbroken\n{\"n\":\"b4\",\"ts\":4}\n");
  REQUIRE(sh.run("replay p.cep --events b=b.ndjson --events a=a.ndjson --channel alerts,late,rejects") == 0);
  std::vector<std::string> messages;
  std::istringstream lines(sh.out);
  for (std::string line; std::getline(lines, line);) {
    const auto j = nlohmann::json::parse(line);
    messages.push_back(j["channel"] == "alerts" ? j["message"].get<std::string>()
                                                : j["channel"].get<std::string>());
  }
  CHECK(messages == std::vector<std::string>{"a1b2", "rejects", "b2b4", "b4a4"});
}

TEST_CASE("replay: CSV, arrival, --no-flush") {
  Shell sh;
  sh.file("p.cep", kProgram);
  sh.file("e.csv", "id,k,v,ts\ne1,x,6,1\ne2,x,3,2\n");
  CHECK(sh.run("replay p.cep --events e.csv") == 0);
  CHECK(has(sh.out, "\"message\":\"big 6\""));
  CHECK(sh.run("replay p.cep --events - --format csv", "id,k,v,ts\ne1,x,9,1\n") == 0);
  CHECK(has(sh.out, "\"message\":\"big 9\""));

  sh.file("t.cep", "stream e (v int)\npattern p on e { begin a where v > 5 alert low }\n");
  CHECK(sh.run("replay t.cep --events - --arrival 1ms", "{\"v\":1}\n{\"v\":6}\n{\"v\":7}\n") == 0);
  CHECK(has(sh.out, "\"start\":\"1970-01-01T00:00:00.001Z\""));
  CHECK(has(sh.out, "\"start\":\"1970-01-01T00:00:00.002Z\""));

  sh.file("absent.cep",
          "stream e (v int, ts timestamp) time ts\npattern p on e { begin a notFollowedBy b where v == 2 "
          "within 10s alert low }\n");
  CHECK(sh.run("replay absent.cep --events -", "{\"v\":1,\"ts\":1}\n") == 0);
  CHECK(has(sh.out, "alerts"));
  CHECK(sh.run("replay absent.cep --no-flush --events -", "{\"v\":1,\"ts\":1}\n") == 0);
  CHECK(sh.out == "");
}

TEST_CASE("replay: a recorded stream brings its program") {
  Shell sh;
  auto load = [](const std::string& pattern, int line) {
    nlohmann::ordered_json j;
    j["_load"]["semantics"] = 1;
    j["_load"]["limits"]["line"] = line;
    j["_load"]["files"] = {{{"name", "p.cep"}, {"text", "stream e (id string, k string, v int, ts timestamp) time ts\n" + pattern + "\n# " + std::string(6000, '.')}}};
    return j.dump() + "\n";
  };
  const std::string p = "pattern p on e { begin a where v > 5 alert low }", q = "pattern q on e { begin a where v > 5 alert low }";
  const std::string x = "{\"id\":\"x\",\"v\":6,\"ts\":1}\n";
  sh.file("e.ndjson", load(p, 5000) + x + "{\"_at\":5}\n" + load(q, 10000) + x + "{\"id\":\"" + std::string(8000, 'y') + "\",\"v\":7,\"ts\":2}\n");
  CHECK(sh.run("replay --events e.ndjson") == 0);
  CHECK(has(sh.out, "\"seq\":1,\"pattern\":\"p\""));
  CHECK(has(sh.out, "\"seq\":2,\"pattern\":\"q\""));
  CHECK(has(sh.out, "\"seq\":3,\"pattern\":\"q\""));
  const std::string all = sh.out;
  CHECK(sh.run("replay --events - --shards 3 --batch 1", sh.text_of("e.ndjson")) == 0);
  CHECK(sh.out == all);
  CHECK(sh.run("replay --events e.ndjson --speed 1000x") == 0);
  CHECK(sh.out == all);
  // Over limits.line, a load is still taken, another line is not.
  CHECK(sh.run("replay --events - --channel all", load(p, 5000) + "{\"id\":\"" + std::string(8000, 'y') + "\",\"v\":7,\"ts\":2}\n") == 0);
  CHECK(has(sh.out, "longer than limits.line (5000 bytes)"));
  CHECK(sh.run("replay --events - ", x) == 1);
  CHECK(has(sh.err, "no pattern files are named"));
  CHECK(sh.run("replay --events - ", load(p, 5000) + x + load("pattern p on f { begin a }", 5000) + x) == 1);
  CHECK(has(sh.err, "p.cep:2:14: error"));
  CHECK(sh.run("replay --events - ", "{\"_load\":{\"semantics\":7,\"files\":[]}}\n") == 1);
  CHECK(has(sh.err, "semantics 7"));
  sh.file("mine.cep", kProgram);
  CHECK(sh.run("replay mine.cep --events -", load(p, 5000) + x) == 0);
  CHECK(has(sh.err, "the events bring pattern files of their own"));
}

TEST_CASE("test: loads among the events, and programs loaded anew") {
  Shell sh;
  sh.file("ok.yaml",
          "cases:\n  - name: one after another\n    program: |\n      stream e (v int, ts timestamp) time ts\n      pattern p on e { begin a alert low }\n    events: |\n"
          "      {\"v\":1,\"ts\":1}\n      {\"_load\":{\"files\":[{\"name\":\"q\",\"text\":\"stream e (v int, ts timestamp) time ts pattern q on e { begin a alert low }\"}]}}\n"
          "      {\"v\":2,\"ts\":2}\n    expect:\n      alerts:\n        - {pattern: p, seq: 1}\n        - {pattern: q, seq: 2}\n");
  CHECK(sh.run("test ok.yaml --shards 1,3") == 0);
  sh.file("again.yaml",
          "cases:\n  - name: goes on\n    program: |\n      stream e (v int, ts timestamp) time ts\n      pattern p on e { begin a followedBy b alert low }\n    events: |\n"
          "      {\"v\":1,\"ts\":1}\n      {\"v\":2,\"ts\":2}\n    expect:\n      alerts:\n        - {pattern: p}\n");
  CHECK(sh.run("test again.yaml --reload 1 --shards 1,2") == 0);
  sh.file("bad.yaml",
          "cases:\n  - name: bad\n    program: |\n      stream e (v int, ts timestamp) time ts\n    events: |\n      {\"_load\":{\"files\":[{\"name\":\"q\",\"text\":\"stream\"}]}}\n"
          "    expect:\n      alerts: []\n");
  CHECK(sh.run("test bad.yaml") == 1);
  CHECK(has(sh.out, "a load among the events failed"));
}

TEST_CASE("replay: at the pace of the events") {
  Shell sh;
  sh.file("p.cep", kProgram);
  sh.file("e.ndjson", "{\"v\":6,\"ts\":1000}\n{\"v\":7,\"ts\":1400}\n{\"v\":8,\"ts\":1100}\n");
  const auto begin = std::chrono::steady_clock::now();
  CHECK(sh.run("replay p.cep --events e.ndjson --speed 2x --channel all") == 0);
  CHECK(std::chrono::steady_clock::now() - begin >= std::chrono::milliseconds(200));
  const std::string paced = sh.out;
  CHECK(sh.run("replay p.cep --events e.ndjson --channel all") == 0);
  CHECK(sh.out == paced);
  CHECK(sh.run("replay - --events -") == 2);
}

TEST_CASE("infer: a declaration that check accepts") {
  Shell sh;
  sh.file(
      "my-log.ndjson",
      "{\"user\":\"a\",\"ts\":\"2026-01-01T10:00:00Z\"}\n{\"user\":\"b\",\"ts\":\"2026-01-01T10:00:05Z\"}\n");
  REQUIRE(sh.run("infer my-log.ndjson") == 0);
  CHECK(has(sh.out, "stream "));
  CHECK(has(sh.out, "time ts"));
  const std::string declaration = sh.out;
  CHECK(sh.run("check -", declaration) == 0);
  CHECK(sh.run("infer --name taxi --format csv -", "when,n\n2026-01-01 10:00:00,3\n") == 0);
  CHECK(has(sh.out, "stream taxi"));
  CHECK(sh.run("infer -", "") == 1);
  CHECK(sh.out == "");
}

TEST_CASE("a reader that goes away ends replay quietly") {
  Shell sh;
  sh.file("p.cep", kProgram);
  std::string events;
  for (int i = 0; i < 20000; ++i)
    events += "{\"id\":\"e\",\"k\":\"x\",\"v\":6,\"ts\":" + std::to_string(i) + "}\n";
  sh.file("e.ndjson", events);
  CHECK(sh.run("replay p.cep --events e.ndjson | head -n 1 >first; cat first") == 0);
  CHECK(has(sh.out, "\"seq\":1"));
  CHECK(sh.err == "");
}

TEST_CASE("test: passes, fails readably, counts, selects, reports") {
  Shell sh;
  const std::string head =
      "prelude: |\n  stream e (id string, v int, ts timestamp) time ts\nevent_id: id\ncases:\n";
  const std::string body =
      "    program: |\n      pattern p on e { begin a where v > 5 }\n    events: |\n      "
      "{\"id\":\"e1\",\"v\":6,\"ts\":1}\n"
      "      {\"id\":\"e2\",\"v\":7,\"ts\":2}\n";
  const std::string good =
      "  - name: good one\n" + body + "    expect: {alerts: [{match: {a: [e1]}}, {match: {a: [e2]}}]}\n";
  const std::string bad =
      "  - name: bad <one>\n" + body + "    expect: {alerts: [{match: {a: [e1]}}, {match: {a: [e3]}}]}\n";
  const std::string error =
      "  - name: an error\n    program: pattern q on e { begin a where vv > 1 }\n    error: vv\n";
  sh.file("good.yaml", head + good + error);
  sh.file("bad.yaml", head + good + bad);
  CHECK(sh.run("test good.yaml") == 0);
  CHECK(sh.out == "2 passed, 0 failed\n");
  CHECK(sh.run("test good.yaml --shards 1,2,5 --batch 1,7,10000 --seed 7") == 0);
  CHECK(sh.out == "2 passed, 0 failed\n");
  CHECK(sh.run("test good.yaml --threads --shards 1,3 --batch 1,7") == 0);
  CHECK(sh.out == "2 passed, 0 failed\n");
  CHECK(sh.run("test bad.yaml good.yaml --junit report.xml") == 1);
  CHECK(has(sh.out, "FAIL bad.yaml:12: bad <one>\n  alerts: 2 expected, 2 came\n"));
  CHECK(has(sh.out, "- missing  {match: {a: [e3]}}\n"));
  CHECK(has(sh.out, "+ too many {match: {a: [e2]}}\n"));
  CHECK(has(sh.out, "they part at match.a[0]: expected e3, came e2"));
  CHECK(has(sh.out, "\n3 passed, 1 failed\n"));
  const std::string report = sh.text_of("report.xml");
  CHECK(has(report, R"(<testsuite name="bad.yaml" tests="2" failures="1")"));
  CHECK(has(report, R"(name="bad &lt;one&gt;")"));
  CHECK(sh.run("test bad.yaml --run '^good'") == 0);
  CHECK(sh.out == "1 passed, 0 failed\n");
  CHECK(sh.run("test bad.yaml --run 'g['") == 2);
  CHECK(sh.run("test bad.yaml --run nothing") == 2);
  CHECK(sh.run("test bad.yaml --json") == 1);
  std::istringstream lines(sh.out);
  std::string line;
  std::getline(lines, line);
  CHECK(nlohmann::json::parse(line)["ok"] == true);
  std::getline(lines, line);
  CHECK(nlohmann::json::parse(line)["name"] == "bad <one>");
  CHECK(nlohmann::json::parse(line)["ok"] == false);
  CHECK(has(sh.err, "1 passed, 1 failed"));
}

TEST_CASE("test: records that nobody expected, and files with mistakes") {
  Shell sh;
  const std::string head = "prelude: |\n  stream e (id string, v int, ts timestamp) time ts\ncases:\n";
  sh.file("extra.yaml", head +
                            "  - name: a reject\n    program: pattern p on e { begin a where v > 5 }\n"
                            "    events: |\n      {\"v\":\"x\",\"ts\":1}\n    expect: {}\n");
  CHECK(sh.run("test extra.yaml") == 1);
  CHECK(has(sh.out, "rejects: 0 expected, 1 came"));
  sh.file("broken.yaml", head + "  - name: x\n    expct: {}\n");
  CHECK(sh.run("test broken.yaml") == 1);
  CHECK(has(sh.out, "did you mean `expect`?"));
  CHECK(has(sh.out, "0 passed, 1 failed"));
}

TEST_CASE("explain: text, dot, JSON") {
  Shell sh;
  sh.file("p.cep", kProgram);
  CHECK(sh.run("explain p.cep") == 0);
  CHECK(has(sh.out, "first an event where v > 5  → a"));
  CHECK(sh.run("explain p.cep --dot") == 0);
  CHECK(has(sh.out, "digraph"));
  CHECK(sh.run("explain p.cep --json") == 0);
  CHECK(nlohmann::json::parse(sh.out)["nodes"].size() == 2);
  CHECK(sh.run("explain p.cep --json --dot") == 2);
  CHECK(sh.run("explain -", "pattern p on e {}") == 1);
  CHECK(sh.out == "");
}

TEST_CASE("send and tail: nobody there") {
  Shell sh;
  sh.file("e.ndjson", kEvents);
  CHECK(sh.run("send --to 127.0.0.1:1 e.ndjson") == 3);
  CHECK(sh.run("tail --from 127.0.0.1:1") == 3);
  CHECK(sh.run("tail --channel nothing") == 2);
}
