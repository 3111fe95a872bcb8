#include <doctest/doctest.h>

#include "config/daemon_config.h"
#include "config/program_files.h"

using cep::config::DaemonConfig;
using cep::config::read_daemon_config;

namespace {

std::string wrong(std::string_view text, const std::vector<std::string>& overrides = {}) {
  DaemonConfig config;
  return read_daemon_config(text, "cepd.yaml", overrides, &config);
}

DaemonConfig good(std::string_view text, const std::vector<std::string>& overrides = {}) {
  DaemonConfig config;
  std::string message = read_daemon_config(text, "cepd.yaml", overrides, &config);
  REQUIRE_MESSAGE(message.empty(), message);
  return config;
}

bool has(const std::string& text, const std::string& part) {
  bool found = text.find(part) != std::string::npos;
  if (!found) MESSAGE(text);
  return found;
}

}  // namespace

TEST_CASE("nothing given: the defaults of the documentation") {
  DaemonConfig config = good("");
  CHECK(config.patterns == std::vector<std::string>{"./patterns"});
  CHECK(to_text(config.listen.events) == "127.0.0.1:7800");
  CHECK(to_text(config.listen.alerts) == "127.0.0.1:7801");
  CHECK(config.limits.line_bytes == 1 << 20);
  CHECK(config.limits.runs_per_key == 100000);
  CHECK(config.connections == 4096);
  CHECK(config.subscriber_lag_bytes == 64 << 20);
  CHECK(config.without_effect.empty());
}

TEST_CASE("every key of the documentation is read") {
  DaemonConfig config = good(R"(
data_dir: /var/lib/cepd
patterns: [/etc/cepd/patterns, more.cep]
shards: 3
listen: {events: "127.0.0.1:1", alerts: "[::1]:2", http: localhost:3}
journal: {sync: 6ms, segment: 32MiB, retain: {age: 23h, size: 9GiB}}
checkpoint: {interval: 61s, pause: 11s, retain: 4, full: 9, timeout: 9m}
outputs:
  retain: {age: 6d, size: 8GiB}
  files:
    - {path: alerts.ndjson}
    - {path: /var/log/late.ndjson, channel: late, patterns: ["login_*", b]}
disk: {reserve: 1GiB}
limits: {line: 2MiB, depth: 32, connections: 10, memory: 3GiB, subscriber_lag: 1MiB, producer_ttl: 29d,
         producers: 5, consumers: 6, consumer_ttl: 28d, runs_per_key: 7, matches_per_event: 8, record: 3MiB}
)");
  CHECK(config.patterns.size() == 2);
  CHECK(config.shards == 3);
  CHECK(to_text(config.listen.alerts) == "[::1]:2");
  CHECK(config.journal.sync_ms == 6);
  CHECK(config.journal.retain.age_ms == 23 * 3600 * 1000);
  CHECK(config.checkpoint.timeout_ms == 9 * 60 * 1000);
  CHECK(config.outputs_retain.size_bytes == 8ull << 30);
  CHECK(config.disk_reserve_bytes == 1ull << 30);
  CHECK(config.limits.line_bytes == 2 << 20);
  CHECK(config.limits.json_depth == 32);
  CHECK(config.limits.matches_per_event == 8);
  CHECK(config.limits.record_bytes == 3 << 20);
  CHECK(config.producer_ttl_ms == 29ll * 24 * 3600 * 1000);
  CHECK(config.producers == 5);
  CHECK(config.consumers == 6);
  CHECK(config.consumer_ttl_ms == 28ll * 24 * 3600 * 1000);
  REQUIRE(config.listen.http.has_value());
  CHECK(to_text(*config.listen.http) == "localhost:3");
  REQUIRE(config.output_files.size() == 2);
  CHECK(config.output_files[0].path == "alerts.ndjson");
  CHECK(config.output_files[0].channel == cep::Channel::kAlerts);
  CHECK(config.output_files[0].patterns.empty());
  CHECK(config.output_files[1].channel == cep::Channel::kLate);
  CHECK(config.output_files[1].patterns == std::vector<std::string>{"login_*", "b"});
  REQUIRE(config.without_effect.size() == 2);
  CHECK(config.without_effect[0].key == "journal.retain");
  CHECK(config.without_effect[1].key == "checkpoint");
  CHECK(config.without_effect[1].line == 7);
}

TEST_CASE("overrides stand above the file") {
  DaemonConfig config = good("limits: {line: 2MiB}\n", {"limits.line=3MiB", "listen.events=127.0.0.1:0", "patterns=[a, b]"});
  CHECK(config.limits.line_bytes == 3 << 20);
  CHECK(config.listen.events.port == 0);
  CHECK(config.patterns.size() == 2);
}

TEST_CASE("0 is 0 in every unit; other numbers need one") {
  CHECK(good("disk: {reserve: 0}\n").disk_reserve_bytes == 0);
  CHECK(good("", {"disk.reserve=0"}).disk_reserve_bytes == 0);
  CHECK(good("checkpoint: {pause: 0}\n").checkpoint.pause_ms == 0);
  CHECK(has(wrong("disk: {reserve: 5}\n"), "cepd.yaml:1: error: disk.reserve: \"5\" has no unit: write B, KiB"));
  CHECK(has(wrong("checkpoint: {pause: 5}\n"), "cepd.yaml:1: error: checkpoint.pause: \"5\" has no unit: write d, h"));
  CHECK(has(wrong("journal: {sync: 0}\n"), "journal.sync: must be more than 0s"));
  CHECK(has(wrong("limits: {line: 0}\n"), "limits.line: must be from 1024B"));
}

TEST_CASE("a mistake names the key, the line and the nearest known key") {
  std::string text = wrong("patterns: [p]\nlimits:\n  lines: 1MiB\n");
  CHECK(has(text, "cepd.yaml:3:"));
  CHECK(has(text, "limits.lines"));
  CHECK(has(text, "`line`"));
  CHECK(has(wrong("limits:\n  line: 1MB\n"), "cepd.yaml:2: error: limits.line: "));
  CHECK(has(wrong("limits:\n  line: 100\n"), "limits.line"));
  CHECK(has(wrong("shards: many\n"), "cepd.yaml:1: error: shards: "));
  CHECK(has(wrong("shards: 65\n"), "from 0 to 64"));
  CHECK(has(wrong("journal: {sync: 5}\n"), "no unit"));
  CHECK(has(wrong("shards: 1\nshards: 2\n"), "cepd.yaml:2:"));
  CHECK(has(wrong("limits: 5\n"), "limits"));
  CHECK(has(wrong("", {"limits.lines=1MiB"}), "--set: error: limits.lines"));
  CHECK(has(wrong("", {"nonsense"}), "--set: error: "));
}

TEST_CASE("settings without effect are told with their place and why") {
  const DaemonConfig config = good("patterns: [p]\ncheckpoint:\n  interval: 5s\nlimits:\n  depth: 9\n", {"journal.retain.age=1h"});
  const std::string text = cep::config::render_without_effect(config, "cepd.yaml");
  CHECK(has(text, "cepd.yaml:2: warning: checkpoint: has no effect: this version makes no checkpoints"));
  CHECK(has(text, "--set: warning: journal.retain: has no effect: this version keeps the whole journal"));
  CHECK(text.find("depth") == std::string::npos);
  CHECK(cep::config::render_without_effect(good(""), "cepd.yaml").empty());
}

TEST_CASE("values that could never work are refused here, not at the start") {
  CHECK(has(wrong("data_dir: ''\n"), "cepd.yaml:1: error: data_dir: must name a folder"));
  CHECK(has(wrong("journal: {sync: 61s}\n"), "journal.sync: must be 1m at most"));
  CHECK(good("journal: {sync: 1m}\n").journal.sync_ms == 60'000);
  CHECK(has(wrong("listen: {events: 127.0.0.1:7801}\n"), "listen.alerts: 127.0.0.1:7801 is that of listen.events too"));
  CHECK(has(wrong("listen: {events: 127.0.0.1:7, http: 127.0.0.1:7}\n"), "cepd.yaml:1: error: listen.http: 127.0.0.1:7 is that of listen.events too"));
  CHECK(has(wrong("listen: {http: 127.0.0.1:7801}\n"), "listen.http: 127.0.0.1:7801 is that of listen.alerts too"));
  CHECK(good("listen: {events: 127.0.0.1:0, alerts: 127.0.0.1:0, http: 127.0.0.1:0}\n").listen.events.port == 0);
  CHECK(good("listen: {events: '[::1]:7801'}\n").listen.events.port == 7801);
}

TEST_CASE("all mistakes come at once") {
  std::string text = wrong("shards: x\nlisten: {events: nowhere}\nlimits: {depth: 0}\nspeed: 3\n");
  CHECK(has(text, "cepd.yaml:1:"));
  CHECK(has(text, "cepd.yaml:2:"));
  CHECK(has(text, "cepd.yaml:3:"));
  CHECK(has(text, "cepd.yaml:4:"));
}

TEST_CASE("file outputs are read as strictly as the rest") {
  CHECK(has(wrong("outputs:\n  files:\n    - {path: f, chanel: alerts}\n"), "cepd.yaml:3: error: outputs.files[0].chanel: there is no such key; did you mean `channel`?"));
  CHECK(has(wrong("outputs: {files: [{path: f, channel: alert}]}\n"), "outputs.files[0].channel: there is no channel \"alert\"; did you mean `alerts`?"));
  CHECK(has(wrong("outputs: {files: [{path: f, channel: xyzxyz}]}\n"), "channels are alerts, timeouts, late, rejects, limits"));
  CHECK(has(wrong("outputs: {files: [{path: f, channel: streams}]}\n"), "live view"));
  CHECK(has(wrong("outputs:\n  files:\n    - {path: f}\n    - {path: g}\n    - {path: f, channel: late}\n"), "cepd.yaml:5: error: outputs.files[2].path: two outputs"));
  CHECK(has(wrong("outputs: {files: [{channel: late}]}\n"), "outputs.files[0].path: must name a file"));
  CHECK(has(wrong("outputs: {files: [{path: f, patterns: []}]}\n"), "is empty"));
  CHECK(has(wrong("outputs: {files: {path: f}}\n"), "must be a list"));
  CHECK(has(wrong("outputs: {files: [f]}\n"), "must be a map"));
  CHECK(good("outputs: {files: []}\n").output_files.empty());
}

TEST_CASE("the port http can be off") {
  CHECK(!good("listen: {http: off}\n").listen.http.has_value());
  CHECK(!good("listen: {http: ''}\n").listen.http.has_value());
  CHECK(!good("", {"listen.http=off"}).listen.http.has_value());
  CHECK(to_text(*good("listen: {events: 127.0.0.1:1}\n").listen.http) == "127.0.0.1:7802");
  CHECK(to_text(*good("listen: {http: 7}\n").listen.http) == "127.0.0.1:7");
  CHECK(has(wrong("listen: {http: 0.0.0.0:7802}\n"), "insecure: true"));
  CHECK(has(wrong("listen: {events: off}\n"), "listen.events"));
}

TEST_CASE("a listener beyond loopback is refused unless that is said outright") {
  CHECK(has(wrong("listen: {events: 0.0.0.0:7800}\n"), "insecure: true"));
  CHECK(has(wrong("listen: {alerts: \"[::]:7801\"}\n"), "insecure: true"));
  CHECK(to_text(good("insecure: true\nlisten: {events: 0.0.0.0:7800}\n").listen.events) == "0.0.0.0:7800");
  CHECK(has(wrong("listen: {events: gateway:7800}\n"), "no IP address"));
  CHECK(has(wrong("listen: {events: \"::1:7800\"}\n"), "brackets"));
  CHECK(has(wrong("listen: {events: 127.0.0.1:70000}\n"), "no HOST:PORT"));
}

TEST_CASE("the settings that are shipped are the defaults, and say so of all that has no effect") {
  const std::string path = std::string(CEPD_SOURCE_DIR) + "/deploy/cepd.yaml";
  auto text = cep::config::read_file(path);
  REQUIRE(text.ok());
  DaemonConfig config = good(text.value()), defaults;
  CHECK(config.without_effect.empty());
  CHECK(config.patterns == std::vector<std::string>{"/etc/cepd/patterns"});
  CHECK(to_text(config.listen.events) == to_text(defaults.listen.events));
  CHECK(to_text(config.listen.alerts) == to_text(defaults.listen.alerts));
  REQUIRE(config.listen.http.has_value());
  CHECK(to_text(*config.listen.http) == to_text(*defaults.listen.http));
  CHECK(config.data_dir == "/var/lib/cepd");
  CHECK(config.journal.sync_ms == defaults.journal.sync_ms);
  CHECK(config.journal.segment_bytes == defaults.journal.segment_bytes);
  CHECK(config.outputs_retain.age_ms == defaults.outputs_retain.age_ms);
  CHECK(config.outputs_retain.size_bytes == defaults.outputs_retain.size_bytes);
  CHECK(config.output_files.empty());
  CHECK(config.disk_reserve_bytes == defaults.disk_reserve_bytes);
  CHECK(config.producer_ttl_ms == defaults.producer_ttl_ms);
  CHECK(config.producers == defaults.producers);
  CHECK(config.consumers == defaults.consumers);
  CHECK(config.consumer_ttl_ms == defaults.consumer_ttl_ms);
  CHECK(config.shards == defaults.shards);
  CHECK(config.limits.line_bytes == defaults.limits.line_bytes);
  CHECK(config.limits.json_depth == defaults.limits.json_depth);
  CHECK(config.limits.runs_per_key == defaults.limits.runs_per_key);
  CHECK(config.limits.matches_per_event == defaults.limits.matches_per_event);
  CHECK(config.limits.record_bytes == defaults.limits.record_bytes);
  CHECK(config.connections == defaults.connections);
  CHECK(config.subscriber_lag_bytes == defaults.subscriber_lag_bytes);
}
