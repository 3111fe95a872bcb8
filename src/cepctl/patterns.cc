// `cepctl patterns list|load|remove` and `cepctl stream reset-clock`: what changes at a position of a running daemon's input, by its port `http`.
#include <nlohmann/json.hpp>

#include "base/endpoint.h"
#include "base/visible.h"
#include "cepctl/commands.h"
#include "cepctl/console.h"
#include "cepctl/files.h"
#include "cepctl/table.h"
#include "client/http_client.h"
#include "engine/file_names.h"

namespace cep::cepctl {
namespace {

using Json = nlohmann::ordered_json;
using client::HttpCall;
using client::HttpReply;

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
    std::fputs(base::visible_lines(why).c_str(), stdout);   // as `check` prints it
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
  const auto reply = client::call_http(call);
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

std::string listed(const std::vector<std::string>& names) {
  std::string out;
  for (const std::string& name : names) out += (out.empty() ? "" : ", ") + name;
  return out;
}

// Makes the call; what was done goes to standard error, its JSON to standard output.
int change(const PatternsOptions& options, HttpCall call, const std::string& what) {
  call.at = options.at;
  const auto reply = client::call_http(call);
  if (!reply.ok()) return unreachable(reply.status());
  if (reply.value().code != 200) return refused(reply.value());
  if (options.json) {
    Output().write(reply.value().body);
    return kDone;
  }
  const Json json = Json::parse(reply.value().body, nullptr, false);
  const uint64_t position = json.is_object() ? number(json, "position") : 0;
  if (json.is_object()) std::fputs(base::visible_lines(text(json, "warnings")).c_str(), stderr);
  std::fprintf(stderr, "%s, in force at position %llu\n", base::visible(what).c_str(), static_cast<unsigned long long>(position));
  return kDone;
}

// Several files need each other, perhaps: they go in one request.
HttpCall call_of_many(const std::vector<SourceFile>& put, const std::vector<std::string>& removed) {
  HttpCall call;
  call.method = "PUT";
  call.target = "/api/v1/patterns";
  call.type = "application/json";
  call.body = client::pattern_change_body(put, removed);
  return call;
}

// By path: what the daemon calls that file, if it has it; else its base name.
std::vector<std::string> names_there(const PatternsOptions& options, const std::vector<SourceFile>& files) {
  HttpCall call;
  call.at = options.at;
  call.target = "/api/v1/patterns";
  const auto reply = client::call_http(call);
  const Json json = reply.ok() ? Json::parse(reply.value().body, nullptr, false) : Json();
  std::vector<std::string> paths, names, out;
  if (json.is_object() && json.contains("patterns") && json["patterns"].is_array()) {
    for (const Json& file : json["patterns"]) {
      paths.push_back(text(file, "path"));
      names.push_back(text(file, "name"));
    }
  }
  for (const SourceFile& file : files) {
    const int at = engine::found_again(file.name, paths);
    out.push_back(file.name == kStdinName ? "stdin.cep" : at >= 0 ? names[static_cast<size_t>(at)] : std::string(engine::base_name(file.name)));
  }
  return out;
}

int load(const PatternsOptions& options) {
  const auto files = read_program(options.names);
  if (!files.ok()) {
    complain(files.status().message());
    return kWrongUse;
  }
  std::vector<SourceFile> put;
  std::vector<std::string> names;
  const std::vector<std::string> there = names_there(options, files.value());
  for (const SourceFile& file : files.value()) {
    put.push_back({there[names.size()], file.text});
    names.push_back(file.name);
  }
  if (put.size() > 1) return change(options, call_of_many(put, {}), listed(names) + " loaded");
  HttpCall call;
  call.method = "PUT";
  call.target = "/api/v1/patterns/" + client::percent_encode(put[0].name);
  call.body = put[0].text;
  return change(options, call, (names[0] == kStdinName ? put[0].name : names[0]) + " loaded");
}

int remove(const PatternsOptions& options) {
  if (options.names.size() > 1) return change(options, call_of_many({}, options.names), listed(options.names) + " removed");
  HttpCall call;
  call.method = "DELETE";
  call.target = "/api/v1/patterns/" + client::percent_encode(options.names[0]);
  return change(options, call, options.names[0] + " removed");
}

int reset_clock(const PatternsOptions& options) {
  HttpCall call;
  call.method = "POST";
  call.target = "/api/v1/streams/" + client::percent_encode(options.names[0]) + "/reset-clock";
  return change(options, call, "the clock of " + options.names[0] + " reset");
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
    case PatternsOptions::Verb::kResetClock:
      return reset_clock(options);
  }
  return kWrongUse;
}

}  // namespace cep::cepctl
