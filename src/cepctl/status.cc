// `cepctl status`: what the daemon says of itself, as a table for people or as its JSON.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/endpoint.h"
#include "base/time_text.h"
#include "base/visible.h"
#include "cepctl/commands.h"
#include "cepctl/console.h"
#include "cepctl/table.h"
#include "client/http_client.h"

namespace cep::cepctl {
namespace {

using Json = nlohmann::ordered_json;

uint64_t number(const Json& j, const char* name) { return j.contains(name) && j[name].is_number() ? j[name].get<uint64_t>() : 0; }
double real(const Json& j, const char* name) { return j.contains(name) && j[name].is_number() ? j[name].get<double>() : 0; }
std::string text(const Json& j, const char* name) { return j.contains(name) && j[name].is_string() ? j[name].get<std::string>() : ""; }
const Json& part(const Json& j, const char* name) {
  static const Json none = Json::object();
  return j.contains(name) && (j[name].is_object() || j[name].is_array()) ? j[name] : none;
}

// "1.5 GiB".
std::string bytes(uint64_t n) {
  const char* const units[] = {"B", "KiB", "MiB", "GiB", "TiB"};
  double value = static_cast<double>(n);
  size_t unit = 0;
  while (value >= 1024 && unit + 1 < std::size(units)) value /= 1024, ++unit;
  return unit == 0 ? fmt::format("{} B", n) : fmt::format("{:.1f} {}", value, units[unit]);
}

// "12.3s" near, "3d4h" far; empty before the first event.
std::string lag(const Json& stream) {
  if (!stream.contains("lag_seconds") || !stream["lag_seconds"].is_number()) return "";
  const double seconds = stream["lag_seconds"].get<double>();
  if (seconds < 60 && seconds > -60) return fmt::format("{:.1f}s", seconds);
  const int64_t unit = seconds >= 86400 || seconds <= -86400 ? 3'600'000 : 1000;
  std::string out;
  base::append_duration(static_cast<int64_t>(seconds * 1000) / unit * unit, &out);
  return out;
}

std::string head(const Json& status, const std::string& at) {
  const Json& journal = part(status, "journal");
  const Json& memory = part(status, "memory");
  const Json& producers = part(status, "producers");
  const Json& connections = part(status, "connections");
  std::string out = fmt::format("cepd {} at {}: {}\n", text(status, "version"), at, text(status, "phase"));
  if (!text(status, "why").empty()) out += text(status, "why") + "\n";
  const Json& load = part(status, "load");
  if (!text(load, "last_error").empty()) out += "the last load of patterns failed:\n" + text(load, "last_error") + "\n";
  for (const auto& [path, what] : part(status, "file_errors").items()) {
    out += "output file " + path + ": " + (what.is_string() ? what.get<std::string>() : what.dump()) + "\n";
  }
  const uint64_t next = number(journal, "next");
  out += fmt::format("journal    {}, position {}, durable {}, worked {}\n", bytes(number(journal, "bytes")), next > 0 ? next - 1 : 0,
                     number(journal, "durable"), number(journal, "worked"));
  out += fmt::format("syncs      {}, p99 {:.1f} ms\n", number(journal, "syncs"), real(part(journal, "sync_seconds"), "p99") * 1000);
  out += fmt::format("memory     {} resident, {} of state in {} keys, {} partial matches\n", bytes(number(memory, "resident_bytes")),
                     bytes(number(memory, "state_bytes")), number(memory, "keys"), number(memory, "runs"));
  out += fmt::format("clients    {} producers live of {} known, {} connections of {}\n", number(producers, "live"), number(producers, "known"),
                     number(connections, "open"), number(connections, "limit"));
  return out;
}

// Clocks that a line has put far ahead, a line each.
std::string clocks_ahead(const Json& streams) {
  std::string out;
  for (const Json& s : streams)
    if (const std::string said = text(part(s, "clock_ahead"), "text"); !said.empty()) out += said + "; `cepctl stream reset-clock " + text(s, "name") + "` sets it right\n";
  return out;
}

std::string streams_table(const Json& streams) {
  Table table({"STREAM", "WATERMARK", "LAG", "HELD BY", ">EVENTS", ">/S", ">LATE", ">/S", ">REJECTED", ">/S"});
  for (const Json& s : streams) {
    const std::string held_by = text(s, "held_by") == text(s, "name") ? "" : text(s, "held_by");
    table.add({text(s, "name"), text(s, "watermark"), lag(s), held_by, std::to_string(number(s, "events")), fmt::format("{:.0f}", real(s, "events_per_second")),
               std::to_string(number(s, "late")), fmt::format("{:.1f}", real(s, "late_per_second")), std::to_string(number(s, "rejected")),
               fmt::format("{:.1f}", real(s, "rejected_per_second"))});
  }
  return table.text();
}

std::string channels_table(const Json& channels) {
  Table table({"CHANNEL", ">RECORDS", ">OLDEST", ">NEXT", ">KEPT"});
  for (const Json& c : channels) {
    const bool kept = c.contains("next");
    table.add({text(c, "name"), std::to_string(number(c, "records")), kept ? std::to_string(number(c, "oldest")) : "", kept ? std::to_string(number(c, "next")) : "",
               kept ? bytes(number(c, "bytes")) : ""});
  }
  return table.text();
}

std::string operators_table(const Json& operators) {
  Table table({"PATTERN", "KIND", ">ALERTS", ">TIMEOUTS"});
  for (const Json& op : operators) table.add({text(op, "name"), text(op, "kind"), std::to_string(number(op, "alerts")), std::to_string(number(op, "timeouts"))});
  return table.text();
}

}  // namespace

int run_status(const StatusOptions& options) {
  client::HttpCall call;
  call.at = options.from;
  call.target = "/api/v1/status";
  call.timeout_ms = 10'000;
  const auto at = base::parse_endpoint(options.from);
  if (!at.ok()) {
    complain(at.status().message());
    return kWrongUse;
  }
  const auto reply = client::call_http(call);
  if (!reply.ok()) {
    complain(reply.status().message());
    return kUnreachable;
  }
  const Json status = Json::parse(reply.value().body, nullptr, false);
  if (reply.value().code != 200 || !status.is_object() || !status.contains("phase")) {
    complain("what answers at " + options.from + " is no cepd (" + std::to_string(reply.value().code) + "); is that its port `http`?");
    return kUnreachable;
  }
  Output out;
  if (options.json) {
    out.write(reply.value().body);
  } else {
    out.write(base::visible_lines(head(status, to_text(at.value()))));
    if (const std::string ahead = clocks_ahead(part(status, "streams")); !ahead.empty()) out.write(base::visible_lines("\n" + ahead));
    for (const std::string& table : {streams_table(part(status, "streams")), channels_table(part(status, "channels")), operators_table(part(status, "operators"))})
      if (!table.empty()) out.write("\n" + table);
  }
  return out.flush() ? kDone : kFindings;
}

}  // namespace cep::cepctl
