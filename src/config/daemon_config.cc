#include "config/daemon_config.h"

#include <initializer_list>
#include <utility>

#include "base/nearest.h"
#include "config/yaml.h"

namespace cep::config {
namespace {

constexpr int64_t kSyncMsMost = 60'000;

using Errors = std::vector<YamlError>;

// The map at a key; nothing, if it is not there.
const YamlNode& child_map(YamlMap* map, std::string_view key) {
  static const YamlNode kNothing;
  const YamlNode* node = map->child(key);
  return node == nullptr ? kNothing : *node;
}

void read_uint(YamlMap* map, std::string_view key, int64_t least, int64_t most, uint64_t* out) {
  int64_t value = 0;
  if (map->read_int(key, least, most, &value)) *out = static_cast<uint64_t>(value);
}

void read_size(YamlMap* map, std::string_view key, uint64_t least, uint64_t most, uint64_t* out) {
  uint64_t value = 0;
  if (!map->read_size(key, &value)) return;
  if (value < least || value > most) {
    map->fail(key, "must be from " + std::to_string(least) + "B to " + std::to_string(most) + "B");
    return;
  }
  *out = value;
}

void read_positive(YamlMap* map, std::string_view key, int64_t* ms) {
  int64_t value = 0;
  if (!map->read_duration(key, &value)) return;
  if (value <= 0) return map->fail(key, "must be more than 0s");
  *ms = value;
}

void read_endpoint(YamlMap* map, std::string_view key, bool insecure, base::Endpoint* out) {
  std::string text;
  if (!map->read_string(key, &text)) return;
  Result<base::Endpoint> parsed = base::parse_endpoint(text);
  if (!parsed.ok()) return map->fail(key, parsed.status().message());
  const base::Endpoint& at = parsed.value();
  if (!base::is_address(at.host) && at.host != "localhost") {
    return map->fail(key, "\"" + at.host + "\" is no IP address (nor localhost)");
  }
  if (!insecure && !base::is_loopback(at.host)) {
    return map->fail(key, text + " can be reached from other machines, and this version has neither TLS nor tokens: listen on 127.0.0.1, "
                                 "or say `insecure: true`");
  }
  *out = at;
}

// `off` and an empty text mean that there is no such port.
void read_optional_endpoint(YamlMap* map, std::string_view key, bool insecure, std::optional<base::Endpoint>* out) {
  const YamlNode* node = map->child(key);
  if (node != nullptr && node->kind == YamlNode::kScalar && (node->text == "off" || node->text.empty())) {
    out->reset();
    return;
  }
  base::Endpoint at = out->value_or(base::Endpoint{});
  read_endpoint(map, key, insecure, &at);
  *out = at;
}

// No two listeners at one place; port 0 takes one of its own.
void check_apart(YamlMap* map, const DaemonConfig::Listen& listen) {
  auto same = [](const base::Endpoint& a, const base::Endpoint& b) { return a.port != 0 && a.port == b.port && a.host == b.host; };
  auto fail = [map](const char* key, const base::Endpoint& at, const char* other) { map->fail(key, to_text(at) + " is that of listen." + other + " too"); };
  if (same(listen.events, listen.alerts)) fail("alerts", listen.alerts, "events");
  if (!listen.http) return;
  if (same(listen.events, *listen.http)) fail("http", *listen.http, "events");
  if (same(listen.alerts, *listen.http)) fail("http", *listen.http, "alerts");
}

// Host names, as a client says them: no scheme, no port.
void read_names(YamlMap* map, std::string_view key, std::vector<std::string>* out) {
  map->read_strings(key, out);
  for (const std::string& name : *out)
    if (name.empty() || name.find_first_of(":/ *") != std::string::npos) map->fail(key, "\"" + name + "\" is no host name such as cepd.example.com (without scheme and port)");
}

void read_listen(YamlMap* root, bool insecure, Errors* errors, DaemonConfig::Listen* out) {
  YamlMap map(child_map(root, "listen"), "listen", errors);
  read_endpoint(&map, "events", insecure, &out->events);
  read_endpoint(&map, "alerts", insecure, &out->alerts);
  read_optional_endpoint(&map, "http", insecure, &out->http);
  check_apart(&map, *out);
  read_names(&map, "http_names", &out->http_names);
  map.finish();
}

void read_retain(YamlMap* owner, const std::string& path, Errors* errors, DaemonConfig::Retain* out) {
  YamlMap map(child_map(owner, "retain"), path, errors);
  read_positive(&map, "age", &out->age_ms);
  read_size(&map, "size", 1, UINT64_MAX, &out->size_bytes);
  map.finish();
}

void read_channel(YamlMap* map, Channel* out) {
  std::string name;
  if (!map->read_string("channel", &name)) return;
  std::vector<std::string> known;
  for (int i = 0; i < kChannels; ++i)
    if (static_cast<Channel>(i) != Channel::kStreams) known.emplace_back(channel_name(static_cast<Channel>(i)));
  if (!parse_channel(name, out)) {
    const std::string near = base::nearest(name, known);
    std::string list;
    for (const std::string& each : known) list += (list.empty() ? "" : ", ") + each;
    return map->fail("channel", "there is no channel \"" + name + "\"; " + (near.empty() ? "channels are " + list : "did you mean `" + near + "`?"));
  }
  if (*out == Channel::kStreams) map->fail("channel", "`streams` is a live view that keeps nothing: no file can be made of it");
}

// - {path: F, channel: alerts, patterns: ["*"]}
void read_output_files(YamlMap* outputs, Errors* errors, std::vector<DaemonConfig::OutputFile>* out) {
  const YamlNode* list = outputs->child("files");
  if (list == nullptr || list->kind == YamlNode::kNull) return;
  if (list->kind != YamlNode::kList) return outputs->fail("files", "must be a list such as [{path: alerts.ndjson, channel: alerts}]");
  for (size_t i = 0; i < list->items.size(); ++i) {
    YamlMap map(list->items[i], outputs->path_of("files") + "[" + std::to_string(i) + "]", errors);
    DaemonConfig::OutputFile file;
    map.read_string("path", &file.path);
    if (file.path.empty()) map.fail("path", "must name a file");
    read_channel(&map, &file.channel);
    if (map.read_strings("patterns", &file.patterns) && file.patterns.empty()) map.fail("patterns", "is empty: leave it out or say [\"*\"] for all");
    map.finish();
    for (const DaemonConfig::OutputFile& other : *out)
      if (!file.path.empty() && other.path == file.path) map.fail("path", "two outputs would write to " + file.path);
    out->push_back(std::move(file));
  }
}

void read_storage(YamlMap* root, Errors* errors, DaemonConfig* out) {
  YamlMap journal(child_map(root, "journal"), "journal", errors);
  read_positive(&journal, "sync", &out->journal.sync_ms);
  if (out->journal.sync_ms > kSyncMsMost) journal.fail("sync", "must be 1m at most: nothing is acknowledged before its sync");
  read_size(&journal, "segment", 1 << 20, 1ull << 40, &out->journal.segment_bytes);
  read_retain(&journal, "journal.retain", errors, &out->journal.retain);
  journal.finish();

  YamlMap checkpoint(child_map(root, "checkpoint"), "checkpoint", errors);
  read_positive(&checkpoint, "interval", &out->checkpoint.interval_ms);
  checkpoint.read_duration("pause", &out->checkpoint.pause_ms);
  checkpoint.read_int("retain", 1, 1000, &out->checkpoint.retain);
  checkpoint.read_int("full", 1, 1000, &out->checkpoint.full);
  read_positive(&checkpoint, "timeout", &out->checkpoint.timeout_ms);
  checkpoint.finish();

  YamlMap outputs(child_map(root, "outputs"), "outputs", errors);
  read_output_files(&outputs, errors, &out->output_files);
  read_retain(&outputs, "outputs.retain", errors, &out->outputs_retain);
  outputs.finish();

  YamlMap disk(child_map(root, "disk"), "disk", errors);
  read_size(&disk, "reserve", 0, UINT64_MAX, &out->disk_reserve_bytes);
  disk.finish();
}

void read_limits(YamlMap* root, Errors* errors, DaemonConfig* out) {
  YamlMap map(child_map(root, "limits"), "limits", errors);
  read_size(&map, "line", 1 << 10, 1 << 29, &out->limits.line_bytes);
  int64_t depth = 0;
  if (map.read_int("depth", 1, 1000, &depth)) out->limits.json_depth = static_cast<uint32_t>(depth);
  map.read_int("connections", 1, 1'000'000, &out->connections);
  read_size(&map, "memory", 1 << 20, UINT64_MAX, &out->memory_bytes);
  read_size(&map, "subscriber_lag", 64 << 10, 1ull << 40, &out->subscriber_lag_bytes);
  read_positive(&map, "producer_ttl", &out->producer_ttl_ms);
  read_uint(&map, "producers", 1, 100'000'000, &out->producers);
  read_uint(&map, "consumers", 1, 1'000'000, &out->consumers);
  map.read_duration("consumer_ttl", &out->consumer_ttl_ms);
  read_uint(&map, "runs_per_key", 1, INT64_MAX, &out->limits.runs_per_key);
  read_uint(&map, "matches_per_event", 1, INT64_MAX, &out->limits.matches_per_event);
  read_size(&map, "record", 1 << 10, 1 << 30, &out->limits.record_bytes);
  map.finish();
}

void read_all(const YamlNode& node, Errors* errors, DaemonConfig* out) {
  YamlMap root(node, "", errors);
  if (root.read_string("data_dir", &out->data_dir) && out->data_dir.empty()) root.fail("data_dir", "must name a folder");
  if (root.read_strings("patterns", &out->patterns) && out->patterns.empty()) root.fail("patterns", "must name a folder or a file at least");
  root.read_int("shards", 0, 64, &out->shards);
  root.read_bool("insecure", &out->insecure);
  read_listen(&root, out->insecure, errors, &out->listen);
  read_storage(&root, errors, out);
  read_limits(&root, errors, out);
  root.finish();
}

// What has no effect before there are checkpoints: without one no part of the journal may go.
constexpr std::pair<std::string_view, std::string_view> kWithoutEffect[] = {
    {"checkpoint", "this version makes no checkpoints; a start works the whole journal again"},
    {"journal.retain", "this version keeps the whole journal, since it makes no checkpoints that could stand for its beginning"},
};

void note_without_effect(const YamlNode& root, DaemonConfig* out) {
  auto note = [out](const std::string& path, int line) {
    for (const auto& [key, why] : kWithoutEffect)
      if (path == key) out->without_effect.push_back({path, line, std::string(why)});
  };
  for (const YamlMember& member : root.members) {
    note(member.key, member.line);
    for (const YamlMember& inner : member.value.members) note(member.key + "." + inner.key, inner.line);
  }
}

std::string render_by_origin(const Errors& errors, const std::string& name) {
  Errors of_file, of_overrides;
  for (const YamlError& error : errors) (error.line > 0 ? of_file : of_overrides).push_back(error);
  return render(of_file, name) + render(of_overrides, "--set");
}

}  // namespace

std::string render_without_effect(const DaemonConfig& config, const std::string& name) {
  std::string out;
  for (const DaemonConfig::WithoutEffect& setting : config.without_effect) {
    out += setting.line > 0 ? name + ":" + std::to_string(setting.line) + ":" : "--set:";
    out += " warning: " + setting.key + ": has no effect: " + setting.why + "\n";
  }
  return out;
}

std::string read_daemon_config(std::string_view text, const std::string& name, const std::vector<std::string>& overrides,
                               DaemonConfig* out) {
  YamlDocument document = parse_yaml(text);
  if (!document.errors.empty()) return render_by_origin(document.errors, name);
  Errors errors;
  for (const std::string& assignment : overrides) {
    std::string wrong = set_override(&document.root, assignment);
    if (!wrong.empty()) errors.push_back({0, "", wrong});
  }
  DaemonConfig config;
  read_all(document.root, &errors, &config);
  note_without_effect(document.root, &config);
  if (!errors.empty()) return render_by_origin(errors, name);
  *out = std::move(config);
  return {};
}

}  // namespace cep::config
