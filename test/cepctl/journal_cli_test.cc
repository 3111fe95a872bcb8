// `cepctl journal` from outside: what it prints, its exit status, that it leaves a running daemon's journal alone.
#include <doctest/doctest.h>
#include <sys/wait.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "base/temp_dir.h"
#include "cep/engine.h"
#include "journal/entry.h"
#include "journal/reader.h"
#include "output/output_log.h"

using namespace cep;
namespace fs = std::filesystem;

namespace {

std::string slurp(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

// A data directory with a journal of a load, then lines 2 to 7 of three frames; segments hold two frames.
class Fixture {
 public:
  Fixture() {
    Result<journal::Opened> opened = journal::open_journal(env(), journal(), options());
    REQUIRE(opened.ok());
    journal::Writer& w = *opened.value().writer;
    std::string payload;
    journal::Load load;
    load.program.files = {{"p.cep", "stream e (id string, ts timestamp) time ts\npattern p on e { begin a alert low }\n"}};
    load.origins = {journal::Origin::kDisk};
    journal::append_load(load, &payload);
    REQUIRE(w.append({1, 1, 1767225600000, payload}).ok());
    for (uint64_t base : {2, 4, 6}) {
      payload.clear();
      for (uint64_t p = base; p < base + 2; ++p) journal::append_line("{\"id\":\"e" + std::to_string(p) + "\",\"ts\":" + std::to_string(p) + "}", &payload);
      REQUIRE(w.append({base, 2, static_cast<int64_t>(1767225600000 + base), payload}).ok());
      REQUIRE(w.sync().ok());
    }
  }

  static base::Env* env() { return base::posix_env(); }
  static journal::WriterOptions options() {
    journal::WriterOptions o;
    o.segment_bytes = 600;
    o.compress = false;
    return o;
  }
  std::string journal() const { return dir_.path() + "/cepd-data/journal"; }
  std::string segment(size_t n) const { return journal() + "/" + journal::inspect(env(), journal()).value()[n].name; }
  size_t segments() const { return journal::inspect(env(), journal()).value().size(); }

  void flip(const std::string& path, std::streamoff offset) const {
    std::fstream f(path, std::ios::in | std::ios::out | std::ios::binary);
    f.seekg(offset);
    const char c = static_cast<char>(f.get() ^ 1);
    f.seekp(offset);
    f.put(c);
  }

  int run(const std::string& arguments) {
    const std::string command = "cd " + dir_.path() + " && " CEPCTL " journal " + arguments + " </dev/null >stdout 2>stderr";
    const int status = std::system(command.c_str());
    out = slurp(dir_.file("stdout"));
    err = slurp(dir_.file("stderr"));
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

  std::string out, err;

 private:
  base_test::TempDir dir_;
};

}  // namespace

TEST_CASE("journal: wrong use") {
  Fixture f;
  CHECK(f.run("") == 2);
  CHECK(f.run("lss") == 2);
  CHECK(f.run("ls --data-dir nowhere") == 2);
  CHECK(has(f.err, "no journal in nowhere"));
  CHECK(f.run("cat --from 5 --to 4") == 2);
  CHECK(f.run("skip") == 2);
  CHECK(f.run("ls --jsn") == 2);
  CHECK(has(f.err, "did you mean `--json`"));
  for (const char* verb : {"", "ls", "cat", "verify", "skip", "repair"}) {
    CHECK(f.run(std::string(verb) + " --help") == 0);
    CHECK(has(f.out, "Example"));
  }
}

TEST_CASE("journal ls and verify: a table, objects, the verdict") {
  Fixture f;
  REQUIRE(f.segments() >= 2);
  CHECK(f.run("ls") == 0);
  CHECK(has(f.out, "00000000000000000001.journal"));
  CHECK(has(f.out, "2026-01-01T00:00:00.000Z"));
  CHECK(f.run("ls --json --data-dir cepd-data") == 0);
  std::istringstream rows(f.out);
  std::string row;
  uint64_t next = 1, frames = 0;
  while (std::getline(rows, row)) {
    const nlohmann::json j = nlohmann::json::parse(row);
    CHECK(j["first"] == next);
    CHECK(j["damaged"] == false);
    next = j["last"].get<uint64_t>() + 1;
    frames += j["frames"].get<uint64_t>();
  }
  CHECK(next == 8);
  CHECK(frames == 4);
  CHECK(f.run("verify") == 0);
  CHECK(has(f.out, "positions up to 7: everything is sound"));
}

TEST_CASE("journal cat: lines that replay obeys") {
  Fixture f;
  CHECK(f.run("cat") == 0);
  CHECK(f.out.rfind("{\"_load\":{\"semantics\":2,", 0) == 0);
  CHECK(has(f.out, "\n{\"_at\":1767225600002}\n{\"id\":\"e2\",\"ts\":2}\n{\"id\":\"e3\",\"ts\":3}\n{\"_at\":1767225600004}\n"));
  CHECK(f.run("cat --from 3 --to 4") == 0);
  CHECK(f.out == "{\"_at\":1767225600002}\n{\"id\":\"e3\",\"ts\":3}\n{\"_at\":1767225600004}\n{\"id\":\"e4\",\"ts\":4}\n");
}

TEST_CASE("journal skip: the line is a reject from then on") {
  Fixture f;
  CHECK(f.run("skip 3 --reason 'crashes the join'") == 0);
  CHECK(has(f.err, "position 3"));
  CHECK(f.run("cat --from 2 --to 3") == 0);
  CHECK(has(f.out, "{\"_broken\":{\"line\":\"{\\\"id\\\":\\\"e3\\\",\\\"ts\\\":3}\",\"reason\":\"crashes the join\",\"length\":18}}\n"));
  CHECK(has(f.out, "\n{\"id\":\"e2\",\"ts\":2}\n"));
  CHECK(f.run("verify") == 0);
  CHECK(has(f.out, "positions up to 8"));
  CHECK(f.run("skip 3") == 2);
  CHECK(has(f.err, "skipped already"));
  CHECK(f.run("skip 1") == 2);
  CHECK(has(f.err, "the journal's first load"));
  CHECK(f.run("skip 8") == 2);   // the skip itself
  CHECK(has(f.err, "no line, tick, load or reset"));
  CHECK(f.run("skip 99") == 2);
  CHECK(has(f.err, "no position 99"));
}

TEST_CASE("journal skip: a tick or a load is nothing from then on") {
  Fixture f;
  std::string payload;
  journal::Load load;
  load.program.files = {{"q.cep", "stream other (id string)\n"}};
  load.origins = {journal::Origin::kDisk};
  journal::append_tick(1767225600100, &payload);
  journal::append_load(load, &payload);
  {
    Result<journal::Opened> opened = journal::open_journal(f.env(), f.journal(), f.options());
    REQUIRE(opened.ok());
    REQUIRE(opened.value().writer->append({8, 2, 1767225600100, payload}).ok());
    REQUIRE(opened.value().writer->sync().ok());
  }
  CHECK(f.run("skip 8") == 0);
  CHECK(has(f.err, "a tick that is not heard"));
  CHECK(f.run("skip 9") == 0);
  CHECK(has(f.err, "a load that is not made"));
  CHECK(f.run("cat --from 8") == 0);
  CHECK(f.out == "");
}

TEST_CASE("journal skip: what has been processed and sent stays") {
  Fixture f;
  {
    auto log = output::OutputLog::open(f.env(), f.journal() + "/../output", {});
    REQUIRE(log.ok());
    REQUIRE(log.value()->append(Record{Channel::kLate, 1, "p", "{}", 4}).ok());
    REQUIRE(log.value()->publish().ok());
  }
  for (const char* sent : {"skip 3", "skip 4"}) {
    CHECK(f.run(sent) == 2);
    CHECK(has(f.err, "late/1 came of position 4"));
  }
  CHECK(f.run("skip 5") == 0);
  fs::remove_all(f.journal() + "/../output");
  CHECK(f.run("skip 3") == 0);
}

TEST_CASE("journal: beside a running daemon it reads, and changes nothing") {
  Fixture f;
  auto lock = f.env()->lock(f.journal() + "/../LOCK");
  REQUIRE(lock.ok());
  for (const char* verb : {"ls", "cat", "verify"}) CHECK(f.run(verb) == 0);
  for (const char* verb : {"skip 3", "repair"}) {
    CHECK(f.run(verb) == 2);
    CHECK(has(f.err, "Stop the daemon"));
  }
}

TEST_CASE("journal: damage is found, the way out works") {
  Fixture f;
  const std::string bad = f.segment(1);
  f.flip(bad, 200);
  CHECK(f.run("verify") == 1);
  CHECK(has(f.out, "the journal is damaged: cepd-data/journal/" + fs::path(bad).filename().string() + ", offset 128"));
  CHECK(has(f.out, "`cepctl journal repair --data-dir cepd-data`"));
  CHECK(f.run("ls") == 1);
  CHECK(has(f.out, "damaged"));
  CHECK(f.run("ls --json") == 1);
  CHECK(f.run("cat") == 1);
  CHECK(has(f.out, "\"_load\""));   // what comes before is printed
  CHECK(has(f.err, "damaged"));
  CHECK(f.run("skip 2") == 1);
  CHECK(f.run("repair") == 0);
  CHECK(has(f.out, "kept: the positions up to "));
  CHECK(f.run("verify") == 0);
  CHECK(fs::exists(f.journal() + "/damaged-1/" + fs::path(bad).filename().string()));
  CHECK(f.run("repair") == 0);
  CHECK(has(f.out, "nothing is damaged"));
}

TEST_CASE("journal: a repair mends the output log too") {
  Fixture f;
  const std::string dir = f.journal() + "/../output";
  {
    auto log = output::OutputLog::open(f.env(), dir, {});
    REQUIRE(log.ok());
    REQUIRE(log.value()->append(Record{Channel::kAlerts, 1, "p", "{}", 1}).ok());
    REQUIRE(log.value()->append(Record{Channel::kAlerts, 2, "p", "{}", 7}).ok());
    REQUIRE(log.value()->publish().ok());
    REQUIRE(log.value()->sync().ok());
  }
  CHECK(f.run("verify") == 0);
  CHECK(has(f.out, "the output log is sound"));
  CHECK(f.run("repair") == 0);
  CHECK(has(f.out, "nothing is damaged"));
  CHECK(has(f.out, "the output log is sound"));
  // What a start would refuse, verify finds.
  const std::string log = dir + "/alerts-00000000000000000001.log";
  f.flip(log, 70);
  CHECK(f.run("verify") == 1);
  CHECK(has(f.out, "everything is sound"));   // the journal
  CHECK(has(f.out, "alerts-00000000000000000001.log, offset "));
  CHECK(has(f.out, "`cepctl journal repair`"));
  CHECK(f.run("verify --json") == 1);
  CHECK(has(f.out, "\"damaged\":true"));
  CHECK(f.run("ls") == 0);
  CHECK_FALSE(output::OutputLog::open(f.env(), dir, {}).ok());
  f.flip(log, 70);
  CHECK(f.run("verify") == 0);
  f.flip(f.segment(1), 200);   // of what follows position 1 nothing is left
  CHECK(f.run("repair") == 0);
  CHECK(has(f.out, "alerts ends before 2 now: "));
  {
    auto log = output::OutputLog::open(f.env(), dir, {});
    REQUIRE(log.ok());
    CHECK(log.value()->place(Channel::kAlerts).next == 2);
  }
  f.flip(dir + "/alerts-00000000000000000001.log", 70);
  CHECK(f.run("repair") == 0);
  CHECK(has(f.out, "alerts ends before 1 now: "));
  CHECK(has(f.out, "/output/damaged-2"));
  f.flip(dir + "/log.state", 3);
  CHECK(f.run("repair") == 0);
  CHECK(has(f.out, "made again from the segments"));
  CHECK(output::OutputLog::open(f.env(), dir, {}).ok());
}

TEST_CASE("journal cat: what replay makes of it is what the engine made of the entries") {
  Fixture f;
  std::string payload;
  const std::string cut = std::string(journal::kBrokenBytesMax - 1, 'x') + "\xc3";   // a character cut in two
  journal::append_broken(9000, cut, "too long", &payload);
  journal::append_line("{\"_at\":7}", &payload);
  journal::append_line("{\"\\u005ftick\":7}", &payload);
  journal::append_line("{\"_load\":{}}", &payload);
  journal::append_line("\xff{\"_at\":7}", &payload);
  journal::append_line("{\"id\":\"crash\",\"ts\":100}", &payload);
  journal::append_line("{\"id\":\"last\",\"ts\":200}", &payload);
  {
    Result<journal::Opened> opened = journal::open_journal(f.env(), f.journal(), f.options());
    REQUIRE(opened.ok());
    REQUIRE(opened.value().writer->append({8, 7, 1767225600100, payload}).ok());
    REQUIRE(opened.value().writer->sync().ok());
  }
  REQUIRE(f.run("skip 13 --reason 'it crashes'") == 0);
  std::string want;
  std::vector<Diagnostic> none;
  Program program;
  program.files = {{"p.cep", "stream e (id string, ts timestamp) time ts\npattern p on e { begin a alert low }\n"}};
  auto engine = Engine::create(program, {}, [&](const Record& r) { want.append(r.line).push_back('\n'); }, &none);
  REQUIRE(engine);
  OfferOptions client;
  client.client = true;
  for (int i = 2; i <= 7; ++i) engine->offer("{\"id\":\"e" + std::to_string(i) + "\",\"ts\":" + std::to_string(i) + "}", client);
  engine->offer_broken(cut, "too long");
  for (const char* line : {"{\"_at\":7}", "{\"\\u005ftick\":7}", "{\"_load\":{}}", "\xff{\"_at\":7}"}) engine->offer(line, client);
  engine->offer_broken("{\"id\":\"crash\",\"ts\":100}", "it crashes");
  engine->offer("{\"id\":\"last\",\"ts\":200}", client);
  engine->flush();
  CHECK(f.run("cat > recorded && " CEPCTL " replay --events recorded --channel all --no-flush") == 0);
  CHECK(f.err == "");
  CHECK(f.out == want);
  CHECK(has(want, "it crashes"));
  CHECK(has(want, "\"last\""));
}
