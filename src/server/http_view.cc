// JSON and readiness of the port `http` (http_view.h).
#include "server/http_view.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/time_text.h"

namespace cep::server {
namespace {

using engine::DurableStatus;
using engine::Phase;
using Json = nlohmann::ordered_json;

std::string dump(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n"; }

Json time_or_null(int64_t ms) {
  if (ms == StreamStats::kNoTime) return nullptr;
  std::string text;
  base::append_rfc3339(ms, &text);
  return text;
}

// A number of JSON has no NaN; three digits are enough for people and keep the text short.
double rounded(double value) { return static_cast<double>(static_cast<int64_t>(value * 1000 + 0.5)) / 1000; }

Json stream_json(const StreamStats& s, const HttpView& view) {
  Json j;
  j["name"] = s.name;
  j["watermark"] = time_or_null(s.watermark_ms);
  if (s.ahead_ms > 0) {
    j["clock_ahead"] = {{"seconds", static_cast<double>(s.ahead_ms) / 1e3}, {"producer", s.ahead_producer}, {"line", s.ahead_line},
                        {"position", s.ahead_position}, {"late", s.ahead_late}, {"text", engine::ahead_text(s)}};
  }
  j["lag_seconds"] = s.watermark_ms == StreamStats::kNoTime ? Json(nullptr) : Json(static_cast<double>(view.now_ms - s.watermark_ms) / 1e3);
  j["held_by"] = s.held_by.empty() ? s.name : s.held_by;
  j["greatest_time"] = time_or_null(s.greatest_ms);
  j["last_arrival"] = time_or_null(s.arrival_ms);
  j["events"] = s.events;
  j["late"] = s.late;
  j["rejected"] = s.rejected;
  StreamRate rate;
  for (const StreamRate& r : view.rates)
    if (r.name == s.name) rate = r;
  j["events_per_second"] = rounded(rate.events);
  j["late_per_second"] = rounded(rate.late);
  j["rejected_per_second"] = rounded(rate.rejected);
  return j;
}

Json operator_json(const OperatorStats& op) {
  Json j;
  j["name"] = op.name;
  j["kind"] = op.kind;
  j["alerts"] = op.alerts;
  j["timeouts"] = op.timeouts;
  return j;
}

Json channels_json(const DurableStatus& s) {
  Json list = Json::array();
  for (int i = 0; i < kChannels; ++i) {
    Json j;
    j["name"] = channel_name(static_cast<Channel>(i));
    if (static_cast<Channel>(i) == Channel::kStreams) {
      j["records"] = s.engine.records[i];   // a live view: no numbers, nothing kept
    } else {
      j["records"] = s.channels[i].next - 1;
      j["oldest"] = s.channels[i].oldest;
      j["next"] = s.channels[i].next;
      j["bytes"] = s.channels[i].bytes;
    }
    list.push_back(std::move(j));
  }
  return list;
}

Json journal_json(const DurableStatus& s) {
  Json j;
  j["next"] = s.journal_next;
  j["durable"] = s.journal_durable;
  j["worked"] = s.worked;
  j["bytes"] = s.journal_bytes;
  j["syncs"] = s.sync_times.count();
  j["sync_seconds"] = {{"p50", s.sync_seconds.p50}, {"p99", s.sync_seconds.p99}, {"max", s.sync_seconds.max}};
  j["queue_bytes"] = {{"journal", s.queue_bytes[0]}, {"ingest", s.queue_bytes[1]}};
  return j;
}

Json memory_json(const HttpView& view) {
  const EngineStats& e = view.status.engine;
  Json j;
  j["resident_bytes"] = view.process.resident_bytes;
  j["limit_bytes"] = view.status.memory_bound;
  j["full"] = view.status.memory_full;
  j["state_bytes"] = e.state_bytes;
  j["keys"] = e.live_keys;
  j["runs"] = e.live_runs;
  j["waiting_rows"] = e.waiting_rows;
  j["operators"] = Json::object();
  for (const engine::StateSize& size : view.status.state_sizes) {   // a stream may be there twice: its `unique`, and the values of its `by`
    Json& bytes = j["operators"][size.name];
    bytes = size.bytes + (bytes.is_null() ? 0 : bytes.get<uint64_t>());
  }
  return j;
}

Json totals_json(const EngineStats& e) {
  Json j;
  j["lines"] = e.lines;
  j["events"] = e.events;
  j["rejected"] = e.rejected;
  j["late"] = e.late;
  j["unrouted"] = e.unrouted;
  return j;
}

}  // namespace

std::string_view phase_name(Phase phase) {
  switch (phase) {
    case Phase::kRecovering:
      return "recovering";
    case Phase::kReady:
      return "ready";
    case Phase::kHeld:
      return "held";
    case Phase::kStopping:
      return "stopping";
    case Phase::kFailed:
      return "failed";
  }
  return "failed";
}

double recovered_percent(const DurableStatus& status) {
  if (status.recover_bytes == 0 || status.recovered_bytes >= status.recover_bytes) return 100;
  return 100.0 * static_cast<double>(status.recovered_bytes) / static_cast<double>(status.recover_bytes);
}

Readiness readiness(const DurableStatus& s) {
  switch (s.phase) {
    case Phase::kRecovering:
      if (s.opening) return {503, fmt::format("opening: the files of data_dir are looked through, {} of {} bytes of the journal\n", s.recovered_bytes, s.recover_bytes)};
      return {503, fmt::format("recovering: {:.1f} percent, {} of {} bytes of the journal\n", recovered_percent(s), s.recovered_bytes, s.recover_bytes)};
    case Phase::kHeld:
      return {503, fmt::format("held at position {}: {}\n", s.held_position, s.why)};
    case Phase::kStopping:
      return {503, "stopping\n"};
    case Phase::kFailed:
      return {503, "failed: " + s.why + "\n"};
    case Phase::kReady:
      break;
  }
  if (s.no_room) return {503, "no room: less than disk.reserve is free on the disk of data_dir; nothing is read from producers until there is more\n"};
  if (s.memory_full) return {503, "no memory: " + s.memory_text + "; nothing is read from producers until there is less: raise limits.memory, or take patterns out\n"};
  return {200, "ready\n"};
}

std::string status_json(const HttpView& view) {
  const DurableStatus& s = view.status;
  const Readiness ready = readiness(s);
  Json j;
  j["version"] = view.version;
  j["log"] = view.log_id;
  j["phase"] = phase_name(s.phase);
  j["ready"] = ready.code == 200;
  if (ready.code != 200) j["why"] = ready.text.substr(0, ready.text.size() - 1);
  if (s.phase == Phase::kHeld) j["held_position"] = s.held_position;
  j["no_room"] = s.no_room;
  j["recovery"] = {{"percent", rounded(recovered_percent(s))}, {"read_bytes", s.recovered_bytes}, {"journal_bytes", s.recover_bytes}};
  j["streams"] = Json::array();
  for (const StreamStats& stream : s.streams) j["streams"].push_back(stream_json(stream, view));
  j["operators"] = Json::array();
  for (const OperatorStats& op : s.operators) j["operators"].push_back(operator_json(op));
  j["channels"] = channels_json(s);
  j["file_errors"] = Json::object();
  for (const auto& [path, what] : s.file_errors) j["file_errors"][path] = what;
  j["totals"] = totals_json(s.engine);
  j["journal"] = journal_json(s);
  j["memory"] = memory_json(view);
  j["producers"] = {{"known", s.producers}, {"live", s.live_producers}};
  j["connections"] = {{"open", view.connections}, {"limit", view.connections_most}};
  j["load"] = {{"position", s.load_position}, {"last_error", s.last_load_error}};
  j["started"] = time_or_null(static_cast<int64_t>(view.process.start_time_seconds * 1000));
  return dump(j);
}

std::string patterns_json(const std::vector<engine::PatternFile>& files, const std::vector<OperatorStats>& operators) {
  Json list = Json::array();
  for (const engine::PatternFile& file : files) {
    Json j;
    j["name"] = file.called;
    j["path"] = file.name;
    j["origin"] = file.origin == journal::Origin::kApi ? "api" : "disk";
    j["bytes"] = file.text.size();
    uint64_t records = 0;
    Json own = Json::array();
    for (const OperatorStats& op : operators) {
      if (op.file != file.name) continue;
      records += op.alerts + op.timeouts;
      own.push_back(operator_json(op));
    }
    j["operators"] = std::move(own);
    j["records"] = records;
    list.push_back(std::move(j));
  }
  Json out;
  out["patterns"] = std::move(list);
  return dump(out);
}

}  // namespace cep::server
