// What the port `http` shows: one picture of the daemon, gathered once a request, and the pure functions that turn it into text. No sockets, no clocks here.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "engine/durable_engine.h"
#include "server/http_process.h"
#include "server/http_rates.h"

namespace cep::server {

struct HttpView {
  engine::DurableStatus status;
  std::string version;               // of the program
  std::string log_id;
  ProcessFigures process;
  uint64_t connections = 0, connections_most = 0;   // of all ports together
  uint64_t resets = 0;                              // connections of the port `events` that their clients have reset, since the start
  uint64_t loads_done = 0, loads_failed = 0;        // answers to SIGHUP, PUT and DELETE
  int64_t now_ms = 0;                // wall clock
  std::vector<StreamRate> rates;     // over the last seconds, by the streams' names
};

std::string_view phase_name(engine::Phase phase);
// Of the journal, 0 to 100; 100 when there is nothing to recover.
double recovered_percent(const engine::DurableStatus& status);

// Prometheus text format 0.0.4, or OpenMetrics 1.0. Names: `cepd_*` and `process_*`, base units.
std::string metrics_text(const HttpView& view, bool open_metrics = false);

// GET /api/v1/status: one JSON object, members in a fixed order.
std::string status_json(const HttpView& view);

// GET /readyz: 200 or 503, and one line that says why and the way out.
struct Readiness {
  int code = 200;
  std::string text;
};
Readiness readiness(const engine::DurableStatus& status);

// GET /api/v1/patterns: {"patterns":[{"name":…,"path":…,"origin":"disk"|"api","operators":[{"name","kind","alerts","timeouts"}],"records":N}]}
std::string patterns_json(const std::vector<engine::PatternFile>& files, const std::vector<OperatorStats>& operators);

}  // namespace cep::server
