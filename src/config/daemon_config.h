// The settings of cepd, checked: a YAML file and `--set key=value` over defaults. Every mistake of the file is reported at once, with its key, line
// and the nearest known key. Tests: test/config/daemon_config_test.cc.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/endpoint.h"
#include "cep/limits.h"
#include "cep/record.h"

namespace cep::config {

// Names as in the file; sizes in bytes, durations in ms.
struct DaemonConfig {
  std::string data_dir = "./cepd-data";
  std::vector<std::string> patterns = {"./patterns"};
  int64_t shards = 0;  // 0: one per core, less two
  bool insecure = false;
  struct Listen {
    base::Endpoint events{"127.0.0.1", 7800};
    base::Endpoint alerts{"127.0.0.1", 7801};
    std::optional<base::Endpoint> http{{"127.0.0.1", 7802}};  // none: `http: off`
    std::vector<std::string> http_names;  // what a request may call this daemon, beside addresses, localhost and the machine's name
  } listen;
  struct Retain {
    int64_t age_ms = 0;
    uint64_t size_bytes = 10ull << 30;
  };
  struct Journal {
    int64_t sync_ms = 5;
    uint64_t segment_bytes = 64 << 20;
    Retain retain{24ll * 3600 * 1000, 10ull << 30};
  } journal;
  struct Checkpoint {
    int64_t interval_ms = 60'000;
    int64_t pause_ms = 10'000;
    int64_t retain = 3;
    int64_t full = 10;
    int64_t timeout_ms = 600'000;
  } checkpoint;
  struct OutputFile {
    std::string path;
    Channel channel = Channel::kAlerts;  // never kStreams
    std::vector<std::string> patterns;   // globs; empty: all
  };
  std::vector<OutputFile> output_files;  // no path twice
  Retain outputs_retain{7ll * 24 * 3600 * 1000, 10ull << 30};
  uint64_t disk_reserve_bytes = 2ull << 30;
  Limits limits;  // line, depth, runs_per_key, matches_per_event, record
  int64_t connections = 4096;
  uint64_t memory_bytes = 0;  // 0: four fifths of what the machine and its control groups let the process have
  uint64_t subscriber_lag_bytes = 64 << 20;
  int64_t producer_ttl_ms = 30ll * 24 * 3600 * 1000;
  uint64_t producers = 200'000;
  uint64_t consumers = 10'000;
  int64_t consumer_ttl_ms = 30ll * 24 * 3600 * 1000;   // 0: never

  // What was set and is read, but not acted on by this version, in the order of the file.
  struct WithoutEffect {
    std::string key;  // "journal.retain"
    int line = 0;     // 0: of an override
    std::string why;
  };
  std::vector<WithoutEffect> without_effect;
};

// Reads `text` (empty: defaults), then `overrides` ("limits.line=2MiB") over it. Returns what is wrong, one line each ("NAME:12: error: limits.line:
// …", overrides as "--set: error: …"); empty: *out holds the settings. Listeners beyond loopback are refused unless `insecure: true`.
std::string read_daemon_config(std::string_view text, const std::string& name, const std::vector<std::string>& overrides,
                               DaemonConfig* out);

// The settings without effect as lines for people: "NAME:5: warning: checkpoint: …", overrides as "--set: warning: …".
std::string render_without_effect(const DaemonConfig& config, const std::string& name);

}  // namespace cep::config
