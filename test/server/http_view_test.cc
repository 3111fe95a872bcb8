// The port `http`'s texts as functions of a status: metrics, status, readiness, patterns, rates.
#include <doctest/doctest.h>

#include <cstdio>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <set>

#include "server/daemon.h"
#include "server/http_view.h"

using namespace cep;
using namespace cep::server;
using cep::engine::DurableStatus;
using cep::engine::Phase;
using cep::testing::TemporaryFolder;
using Json = nlohmann::json;

namespace {

HttpView sample_view() {
  HttpView view;
  view.version = "1.2.3";
  view.log_id = "00ff";
  view.now_ms = 1'767'261'610'000;
  view.connections = 3;
  view.connections_most = 4096;
  view.loads_done = 2;
  view.loads_failed = 1;
  DurableStatus& s = view.status;
  s.phase = Phase::kReady;
  s.journal_next = 101;
  s.journal_durable = 99;
  s.worked = 98;
  s.journal_bytes = 12345;
  s.sync_seconds = {0.001, 0.004, 0.5};
  for (uint64_t us : {250, 1'000, 1'000, 1'001, 4'000, 4'000, 500'000}) s.sync_times.add(us);
  s.queue_bytes[0] = 11;
  s.queue_bytes[1] = 22;
  s.engine.lines = 100;
  s.engine.records[0] = 5;
  s.load_position = 1;
  StreamStats transactions;
  transactions.name = "transactions";
  transactions.events = 90;
  transactions.late = 4;
  transactions.rejected = 2;
  transactions.watermark_ms = 1'767'261'600'000;
  transactions.greatest_ms = 1'767'261'605'000;
  transactions.held_by = "logins";
  StreamStats logins;
  logins.name = "logins";
  s.streams = {transactions, logins};
  s.operators = {{"fraud", "pattern", "p/fraud.cep", 5, 1}, {"spend \"x\"\\\n", "window", "p/fraud.cep", 3, 0}, {"idle", "pattern", "p/idle.cep", 0, 0}};
  s.channels[0] = {2, 6, 512};
  view.rates = {{"transactions", 10.5, 0.25, 0}};
  return view;
}

bool has(const std::string& text, const std::string& part) {
  bool found = text.find(part) != std::string::npos;
  if (!found) MESSAGE(text);
  return found;
}

// What `promtool check metrics` says of a text; its status in *status, -1 where there is no promtool.
std::string promtool(const std::string& metrics, int* status) {
  *status = -1;
  if (std::system("command -v promtool >/dev/null 2>&1") != 0) return {};
  TemporaryFolder folder;
  const std::string in = folder.write("metrics", metrics), out = folder.path() + "/out";
  *status = std::system(("promtool check metrics <" + in + " >" + out + " 2>&1").c_str());
  return cep::testing::read_whole(out);
}

}  // namespace

TEST_CASE("metrics: each number where Prometheus looks for it") {
  const std::string text = metrics_text(sample_view());
  for (const char* line :
       {"cepd_build_info{version=\"1.2.3\",", "cepd_phase{phase=\"ready\"} 1\n", "cepd_phase{phase=\"held\"} 0\n", "cepd_ready 1\n", "cepd_connections 3\n",
        "cepd_reload_total{result=\"done\"} 2\n", "cepd_reload_total{result=\"failed\"} 1\n", "cepd_config_last_reload_successful 1\n",
        "cepd_events_received_total{stream=\"transactions\"} 90\n", "cepd_events_late_total{stream=\"transactions\"} 4\n",
        "cepd_events_rejected_total{stream=\"transactions\"} 2\n", "cepd_watermark_lag_seconds{stream=\"transactions\"} 10\n",
        "cepd_matches_total{channel=\"alerts\",pattern=\"fraud\",kind=\"pattern\"} 5\n", "cepd_matches_total{channel=\"timeouts\",pattern=\"fraud\",kind=\"pattern\"} 1\n",
        "cepd_output_seq{channel=\"alerts\"} 5\n", "cepd_output_oldest_seq{channel=\"alerts\"} 2\n", "cepd_output_bytes{channel=\"alerts\"} 512\n",
        "cepd_journal_bytes 12345\n", "cepd_journal_position 100\n", "cepd_journal_durable_position 99\n", "cepd_worked_position 98\n",
        "cepd_journal_sync_seconds_bucket{le=\"0.0001\"} 0\n", "cepd_journal_sync_seconds_bucket{le=\"0.00025\"} 1\n",
        "cepd_journal_sync_seconds_bucket{le=\"0.001\"} 3\n", "cepd_journal_sync_seconds_bucket{le=\"0.005\"} 6\n",
        "cepd_journal_sync_seconds_bucket{le=\"10\"} 7\n", "cepd_journal_sync_seconds_bucket{le=\"+Inf\"} 7\n",
        "cepd_journal_sync_seconds_sum 0.511251\n", "cepd_journal_sync_seconds_count 7\n", "cepd_queue_bytes{queue=\"ingest\"} 22\n",
        "process_resident_memory_bytes ", "process_cpu_seconds_total ", "process_open_fds ", "process_start_time_seconds "})
    CHECK(has(text, line));
  CHECK_MESSAGE(!text.ends_with("\n\n"), "an empty line");
  // The live view has no numbers and keeps nothing.
  CHECK(has(text, "cepd_records_total{channel=\"streams\"} "));
  CHECK(text.find("cepd_output_seq{channel=\"streams\"}") == std::string::npos);
  // A stream without an event has no watermark, and so no lag.
  CHECK(text.find("cepd_watermark_lag_seconds{stream=\"logins\"}") == std::string::npos);
  CHECK(has(text, "pattern=\"spend \\\"x\\\"\\\\\\n\""));
}

TEST_CASE("metrics: every sample belongs to a family that is described once") {
  const std::string text = metrics_text(sample_view());
  std::set<std::string> families;
  std::string family;
  for (size_t at = 0, end; (end = text.find('\n', at)) != std::string::npos; at = end + 1) {
    const std::string line = text.substr(at, end - at);
    if (line.starts_with("# HELP ")) {
      family = line.substr(7, line.find(' ', 7) - 7);
      CHECK_MESSAGE(families.insert(family).second, family << " twice");
      CHECK(has(text, "\n# TYPE " + family + " "));
    } else if (!line.starts_with("# TYPE ")) {
      CHECK_MESSAGE(line.starts_with(family), line << " is not of " << family);
    }
  }
  CHECK(families.size() > 40);
}

TEST_CASE("metrics: OpenMetrics for those who read it") {
  const std::string plain = metrics_text(sample_view());
  const std::string text = metrics_text(sample_view(), true);
  CHECK(text.ends_with("\n# EOF\n"));
  CHECK(plain.find("# EOF") == std::string::npos);
  CHECK(has(text, "# TYPE cepd_lines counter\n"));
  CHECK(has(text, "\ncepd_lines_total "));
  CHECK(text.find("_total counter") == std::string::npos);
  // Each counter's samples end in `_total`, and nothing else differs from the other format.
  std::string type;
  size_t samples = 0, plain_samples = 0;
  for (size_t at = 0, end; (end = text.find('\n', at)) != std::string::npos; at = end + 1) {
    const std::string line = text.substr(at, end - at);
    if (line.starts_with("# TYPE ")) type = line.substr(line.rfind(' ') + 1);
    if (line.starts_with("#")) continue;
    ++samples;
    const std::string name = line.substr(0, line.find_first_of("{ "));
    CHECK_MESSAGE((type == "counter") == name.ends_with("_total"), line);
    CHECK(has(plain, line + "\n"));
  }
  for (size_t at = 0, end; (end = plain.find('\n', at)) != std::string::npos; at = end + 1) plain_samples += plain[at] != '#';
  CHECK(samples == plain_samples);
}

TEST_CASE("metrics: promtool has nothing to say") {
  for (const HttpView& view : {sample_view(), HttpView{}}) {
    int status = 0;
    const std::string said = promtool(metrics_text(view), &status);
    if (status == -1) {
      MESSAGE("skipped: promtool is not installed (Debian package prometheus)");
      return;
    }
    CHECK_MESSAGE(status == 0, said);
    CHECK(said.empty());
  }
  int status = 0;
  CHECK(!promtool("cepd_wrong_total{a=\"b\"} 1\n", &status).empty());   // it does look
  CHECK(status != 0);
}

TEST_CASE("metrics: a time that is no gauge has its sum and count") {
  const std::string text = metrics_text(HttpView{});
  for (size_t at = 0; (at = text.find("# TYPE ", at)) != std::string::npos; ++at) {
    const size_t name_end = text.find(' ', at + 7);
    const std::string name = text.substr(at + 7, name_end - at - 7), type = text.substr(name_end + 1, text.find('\n', at) - name_end - 1);
    if (type == "gauge" || type == "counter") continue;
    CHECK_MESSAGE(type == "histogram", name << " is a " << type);
    for (const char* part : {"_sum ", "_count ", "_bucket{le=\"+Inf\"} "}) CHECK(has(text, "\n" + name + part));
  }
}

TEST_CASE("readyz says why not and the way out") {
  DurableStatus s;
  s.phase = Phase::kReady;
  CHECK(readiness(s).code == 200);
  CHECK(readiness(s).text == "ready\n");
  s.no_room = true;
  CHECK(readiness(s).code == 503);
  CHECK(has(readiness(s).text, "disk.reserve"));
  s.phase = Phase::kRecovering;
  s.recovered_bytes = 250;
  s.recover_bytes = 1000;
  CHECK(readiness(s).code == 503);
  CHECK(has(readiness(s).text, "25.0 percent, 250 of 1000 bytes"));
  s.phase = Phase::kHeld;
  s.held_position = 42;
  s.why = "it crashed there; run `cepctl journal skip 42`";   // the engine says the way out
  CHECK(readiness(s).code == 503);
  CHECK(readiness(s).text == "held at position 42: it crashed there; run `cepctl journal skip 42`\n");
  s.phase = Phase::kStopping;
  CHECK(readiness(s).text == "stopping\n");
  s.phase = Phase::kFailed;
  s.why = "sync failed";
  CHECK(readiness(s).text == "failed: sync failed\n");
}

TEST_CASE("status: one object with all of it") {
  const Json j = Json::parse(status_json(sample_view()));
  CHECK(j["phase"] == "ready");
  CHECK(j["ready"] == true);
  CHECK(!j.contains("why"));
  REQUIRE(j["streams"].size() == 2);
  const Json& s = j["streams"][0];
  CHECK(s["name"] == "transactions");
  CHECK(s["watermark"] == "2026-01-01T10:00:00.000Z");
  CHECK(s["lag_seconds"] == 10.0);
  CHECK(s["held_by"] == "logins");
  CHECK(s["events_per_second"] == 10.5);
  CHECK(s["late_per_second"] == 0.25);
  CHECK(j["streams"][1]["watermark"].is_null());
  CHECK(j["streams"][1]["lag_seconds"].is_null());
  CHECK(j["streams"][1]["held_by"] == "logins");
  CHECK(j["journal"]["next"] == 101);
  CHECK(j["channels"][0]["next"] == 6);
  CHECK(j["channels"][0]["records"] == 5);
  CHECK(!j["channels"][5].contains("next"));
  CHECK(j["operators"][0]["alerts"] == 5);
  HttpView held = sample_view();
  held.status.phase = Phase::kHeld;
  held.status.held_position = 9;
  held.status.why = std::string("bad \xff byte");
  const Json h = Json::parse(status_json(held));
  CHECK(h["ready"] == false);
  CHECK(h["held_position"] == 9);
  CHECK(h["why"] == "held at position 9: bad \xef\xbf\xbd byte");
}

TEST_CASE("patterns: each file with what it declares") {
  const Json j = Json::parse(patterns_json({{"p/fraud.cep", journal::Origin::kDisk, "text", "fraud.cep"}, {"idle.cep", journal::Origin::kApi, "", "idle.cep"}},
                                           {{"fraud", "pattern", "p/fraud.cep", 5, 1}, {"spend", "window", "p/fraud.cep", 3, 0}}));
  REQUIRE(j["patterns"].size() == 2);
  CHECK(j["patterns"][0]["name"] == "fraud.cep");
  CHECK(j["patterns"][0]["path"] == "p/fraud.cep");
  CHECK(j["patterns"][0]["origin"] == "disk");
  CHECK(j["patterns"][0]["operators"].size() == 2);
  CHECK(j["patterns"][0]["records"] == 9);
  CHECK(j["patterns"][1]["origin"] == "api");
  CHECK(j["patterns"][1]["records"] == 0);
}

TEST_CASE("rates: of the last ten seconds") {
  Rates rates;
  CHECK(rates.per_second().empty());
  std::vector<StreamStats> streams(1);
  streams[0].name = "e";
  rates.sample(0, streams);
  CHECK(rates.per_second()[0].events == 0);
  for (uint64_t second = 1; second <= 30; ++second) {
    streams[0].events += second <= 15 ? 100 : 10;
    streams[0].late += 1;
    rates.sample(second * 1'000'000, streams);
    rates.sample(second * 1'000'000 + 1, {});   // too soon: dropped
  }
  CHECK(rates.per_second()[0].events == doctest::Approx(10));
  CHECK(rates.per_second()[0].late == doctest::Approx(1));
  streams[0].events = 5;   // loaded anew
  streams.push_back({});
  streams[1].name = "new";
  streams[1].rejected = 20;
  rates.sample(31'000'000, streams);
  CHECK(rates.per_second()[0].events == 0);
  CHECK(rates.per_second()[1].rejected == doctest::Approx(2));
}

TEST_CASE("process figures are this process's") {
  const ProcessFigures p = read_process();
  CHECK(p.resident_bytes > 1 << 20);
  CHECK(p.virtual_bytes >= p.resident_bytes);
  CHECK(p.open_fds >= 3);
  CHECK(p.max_fds >= p.open_fds);
  CHECK(p.threads >= 1);
  CHECK(p.start_time_seconds > 1.6e9);
}
