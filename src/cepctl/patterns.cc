// `cepctl patterns list|load|remove`: the pattern set of a running daemon, by its port `http`.
#include <nlohmann/json.hpp>

#include "base/endpoint.h"
#include "cepctl/commands.h"
#include "cepctl/console.h"
#include "cepctl/files.h"
#include "cepctl/table.h"
#include "server/http_client.h"
#include "server/http_route.h"
#include "server/http_view.h"

namespace cep::cepctl {
namespace {

using Json = nlohmann::ordered_json;
using server::HttpCall;
using server::HttpReply;

std::string text(const Json& j, const char* name) { return j.contains(name) && j[name].is_string() ? j[name].get<std::string>() : ""; }
uint64_t number(const Json& j, const char* name) { return j.contains(name) && j[name].is_number() ? j[name].get<uint64_t>() : 0; }

int unreachable(const Status& status) {
  complain(status.message());
  return kUnreachable;
}

// What the daemon refused: its text as it is, for it has places and carets of its own.
int refused(const HttpReply& reply) {
  std::string why = reply.error();
  if (reply.code == 422) {
    if (!why.ends_with('\n')) why += '\n';
    std::fputs(why.c_str(), stdout);   // as `check` prints it
    return kFindings;
  }
  complain(why.empty() ? "the daemon answered " + std::to_string(reply.code) : why);
  return kFindings;
}

void print_table(const Json& list, Output* out) {
  Table table({"FILE", "ORIGIN", "PATTERN", "KIND", ">ALERTS", ">TIMEOUTS"});
  for (const Json& file : list) {
    std::string name = text(file, "name"), origin = text(file, "origin");
    if (!file.contains("operators") || file["operators"].empty()) table.add({name, origin, "", "", "", ""});
    if (!file.contains("operators")) continue;
    for (const Json& op : file["operators"]) {
      table.add({name, origin, text(op, "name"), text(op, "kind"), std::to_string(number(op, "alerts")), std::to_string(number(op, "timeouts"))});
      name.clear();
      origin.clear();
    }
  }
  out->write(table.text());
}

int list(const PatternsOptions& options) {
  HttpCall call;
  call.at = options.at;
  call.target = "/api/v1/patterns";
  const auto reply = server::call_http(call);
  if (!reply.ok()) return unreachable(reply.status());
  const Json json = Json::parse(reply.value().body, nullptr, false);
  if (reply.value().code != 200 || !json.is_object() || !json.contains("patterns") || !json["patterns"].is_array()) {
    complain("what answers at " + options.at + " is no cepd; is that its port `http`?");
    return kUnreachable;
  }
  Output out;
  if (options.json) {
    out.write(reply.value().body);
  } else {
    print_table(json["patterns"], &out);
  }
  return out.flush() ? kDone : kFindings;
}

// What was done, to standard error; its JSON to standard output.
void report(const PatternsOptions& options, const std::string& what, const HttpReply& reply) {
  if (options.json) {
    Output().write(reply.body);
    return;
  }
  const Json json = Json::parse(reply.body, nullptr, false);
  const uint64_t position = json.is_object() ? number(json, "position") : 0;
  std::fprintf(stderr, "%s, in force at position %llu\n", what.c_str(), static_cast<unsigned long long>(position));
}

int load(const PatternsOptions& options) {
  const auto files = read_program(options.names);
  if (!files.ok()) {
    complain(files.status().message());
    return kWrongUse;
  }
  for (const SourceFile& file : files.value()) {
    HttpCall call;
    call.at = options.at;
    call.method = "PUT";
    call.target = "/api/v1/patterns/" + server::percent_encode(server::base_name(file.name));
    call.body = file.text;
    const auto reply = server::call_http(call);
    if (!reply.ok()) return unreachable(reply.status());
    if (reply.value().code != 200) return refused(reply.value());
    report(options, file.name + " loaded", reply.value());
  }
  return kDone;
}

int remove(const PatternsOptions& options) {
  for (const std::string& name : options.names) {
    HttpCall call;
    call.at = options.at;
    call.method = "DELETE";
    call.target = "/api/v1/patterns/" + server::percent_encode(name);
    const auto reply = server::call_http(call);
    if (!reply.ok()) return unreachable(reply.status());
    if (reply.value().code != 200) return refused(reply.value());
    report(options, name + " removed", reply.value());
  }
  return kDone;
}

}  // namespace

int run_patterns(const PatternsOptions& options) {
  if (const auto at = base::parse_endpoint(options.at); !at.ok()) {
    complain(at.status().message());
    return kWrongUse;
  }
  switch (options.verb) {
    case PatternsOptions::Verb::kList:
      return list(options);
    case PatternsOptions::Verb::kLoad:
      return load(options);
    case PatternsOptions::Verb::kRemove:
      return remove(options);
  }
  return kWrongUse;
}

}  // namespace cep::cepctl
