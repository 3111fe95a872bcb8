// Test files are read strictly: what is not understood is an error, never a case that passes by chance.
#include "cepctl/case_file.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

using namespace cep::cepctl;

namespace {

CaseFile parse(const std::string& text) { return parse_case_file("dir/f.yaml", text); }
bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("a whole file") {
  const CaseFile f = parse(
      "prelude: |\n  stream e (id string)\nevent_id: id\norder: any\ncases:\n"
      "  - name: one\n    program: |\n      pattern p on e { begin a }\n    events: |\n      "
      "{\"id\":\"1\"}\n      {\"id\":\"2\"}\n"
      "    shards: [1, 3]\n    expect:\n      alerts:\n        - {pattern: p}\n      timeouts: []\n"
      "  - name: two\n    program: x\n    error: until\n");
  REQUIRE(f.errors == "");
  CHECK(f.event_id == "id");
  CHECK(f.any_order);
  REQUIRE(f.cases.size() == 2);
  const Case& one = f.cases[0];
  CHECK(one.name == "one");
  CHECK(one.line == 6);
  REQUIRE(one.program.size() == 2);
  CHECK(one.program[0].text == "stream e (id string)\n");
  CHECK(one.program[1].text == "pattern p on e { begin a }\n");
  CHECK(one.events == "{\"id\":\"1\"}\n{\"id\":\"2\"}\n");
  CHECK(one.shards == std::vector<int>{1, 3});
  REQUIRE(one.expect.size() == 2);
  CHECK(one.expect[0].channel == cep::Channel::kAlerts);
  CHECK(one.expect[0].records.size() == 1);
  CHECK(one.expect[1].channel == cep::Channel::kTimeouts);
  CHECK(one.expect[1].records.empty());
  CHECK_FALSE(one.error.has_value());
  CHECK(f.cases[1].error == "until");
}

TEST_CASE("mistakes name the case, the key and the line") {
  const std::string errors =
      parse(
          "evnt_id: id\norder: some\ncases:\n"
          "  - name: one\n    progam: x\n    expect: {alert: []}\n"
          "  - program: x\n"
          "  - name: three\n    program: x\n    error: e\n    expect: {}\n    shards: [0]\n"
          "  - name: four\n    program: x\n    expect: {alerts: {}, late: [5], rejects: [{n: 010}]}\n")
          .errors;
  CHECK(has(errors, "dir/f.yaml:1: error: evnt_id: there is no such key; did you mean `event_id`?"));
  CHECK(has(errors, "dir/f.yaml:2: error: order: must be `any`"));
  CHECK(has(errors,
            "dir/f.yaml:5: error: cases[0] (one).progam: there is no such key; did you mean `program`?"));
  CHECK(
      has(errors,
          "dir/f.yaml:6: error: cases[0] (one).expect.alert: there is no such key; did you mean `alerts`?"));
  CHECK(has(errors, "cases[0] (one).program: a case needs a `program` or `patterns`"));
  CHECK(has(errors, "dir/f.yaml:7: error: cases[1].name: a case needs a name"));
  CHECK(has(errors, "cases[1].expect: a case has either `expect` or `error`"));
  CHECK(has(errors, "cases[2] (three).expect: a case has either `expect` or `error`"));
  CHECK(has(errors, "cases[2] (three).shards[0]: must be from 1 to 64, not 0"));
  CHECK(has(errors, "cases[3] (four).expect.alerts: must be a list of records"));
  CHECK(has(errors, "cases[3] (four).expect.late[0]: must be a record"));
  CHECK(has(errors, "cases[3] (four).expect.rejects[0].n: 010 may be read in several ways"));
}

TEST_CASE("no cases, duplicates and files that are not there") {
  CHECK(has(parse("event_id: id\n").errors, "cases: must be a list"));
  CHECK(has(parse("").errors, "cases: must be a list"));
  CHECK(has(parse("cases: []\ncases: []\n").errors, "`cases` is given twice"));
  CHECK(has(parse("cases:\n  - {name: a, patterns: [nowhere.cep], expect: {}}\n").errors,
            "cannot read dir/nowhere.cep"));
  CHECK(has(parse("cases:\n  - {name: a, program: x, events_file: no.ndjson, expect: {}}\n").errors,
            "cannot read dir/no.ndjson"));
  CHECK(has(read_case_file("/nowhere/at/all.yaml").errors, "cannot read /nowhere/at/all.yaml"));
}

TEST_CASE("files are looked for beside the test file") {
  const auto dir = std::filesystem::temp_directory_path() / ("case_file_test." + std::to_string(getpid()));
  std::filesystem::create_directories(dir);
  std::ofstream(dir / "p.cep") << "let x = 1\n";
  std::ofstream(dir / "e.ndjson") << "{\"a\":1}\n";
  const CaseFile f = parse_case_file(
      (dir / "t.yaml").string(),
      "cases:\n  - {name: a, patterns: [p.cep], program: y, events_file: e.ndjson, expect: {}}\n");
  CHECK(f.errors == "");
  REQUIRE(f.cases.size() == 1);
  REQUIRE(f.cases[0].program.size() == 2);
  CHECK(f.cases[0].program[0].text == "let x = 1\n");
  CHECK(f.cases[0].program[1].text == "y");
  CHECK(f.cases[0].events == "{\"a\":1}\n");
  std::filesystem::remove_all(dir);
}
