#include "config/daemon_config.h"

#include <initializer_list>
#include <utility>

#include "config/yaml.h"

namespace cep::config {
namespace {

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

void read_listen(YamlMap* root, bool insecure, Errors* errors, DaemonConfig::Listen* out) {
  YamlMap map(child_map(root, "listen"), "listen", errors);
  read_endpoint(&map, "events", insecure, &out->events);
  read_endpoint(&map, "alerts", insecure, &out->alerts);
  read_endpoint(&map, "http", insecure, &out->http);
  map.finish();
}

void read_retain(YamlMap* owner, const std::string& path, Errors* errors, DaemonConfig::Retain* out) {
  YamlMap map(child_map(owner, "retain"), path, errors);
  read_positive(&map, "age", &out->age_ms);
  read_size(&map, "size", 1, UINT64_MAX, &out->size_bytes);
  map.finish();
}

void read_storage(YamlMap* root, Errors* errors, DaemonConfig* out) {
  YamlMap journal(child_map(root, "journal"), "journal", errors);
  read_positive(&journal, "sync", &out->journal.sync_ms);
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
  read_retain(&outputs, "outputs.retain", errors, &out->outputs_retain);
  outputs.finish();

  YamlMap disk(child_map(root, "disk"), "disk", errors);
  read_size(&disk, "reserve", 0, UINT64_MAX, &out->disk_reserve_bytes);
  disk.finish();
}

void read_limits(YamlMap* root, Errors* errors, DaemonConfig* out) {
  YamlMap map(child_map(root, "limits"), "limits", errors);
  read_size(&map, "line", 1 << 10, 1 << 30, &out->limits.line_bytes);
  int64_t depth = 0;
  if (map.read_int("depth", 1, 1000, &depth)) out->limits.json_depth = static_cast<uint32_t>(depth);
  map.read_int("connections", 1, 1'000'000, &out->connections);
  read_size(&map, "memory", 1 << 20, UINT64_MAX, &out->memory_bytes);
  read_size(&map, "subscriber_lag", 64 << 10, 1ull << 40, &out->subscriber_lag_bytes);
  read_positive(&map, "producer_ttl", &out->producer_ttl_ms);
  read_uint(&map, "runs_per_key", 1, INT64_MAX, &out->limits.runs_per_key);
  read_uint(&map, "matches_per_event", 1, INT64_MAX, &out->limits.matches_per_event);
  read_size(&map, "record", 1 << 10, 1 << 30, &out->limits.record_bytes);
  map.finish();
}

void read_all(const YamlNode& node, Errors* errors, DaemonConfig* out) {
  YamlMap root(node, "", errors);
  root.read_string("data_dir", &out->data_dir);
  if (root.read_strings("patterns", &out->patterns) && out->patterns.empty()) root.fail("patterns", "must name a folder or a file at least");
  root.read_int("shards", 0, 64, &out->shards);
  root.read_bool("insecure", &out->insecure);
  read_listen(&root, out->insecure, errors, &out->listen);
  read_storage(&root, errors, out);
  read_limits(&root, errors, out);
  root.finish();
}

// What has no effect before there is a journal, a store and an HTTP port.
void note_without_effect(const YamlNode& root, DaemonConfig* out) {
  for (const YamlMember& member : root.members) {
    for (std::string_view key : {"data_dir", "journal", "checkpoint", "outputs", "disk"}) {
      if (member.key == key) out->without_effect.push_back(member.key);
    }
    for (const YamlMember& inner : member.value.members) {
      std::string path = member.key + "." + inner.key;
      for (std::string_view key : {"listen.http", "limits.memory", "limits.producer_ttl"}) {
        if (path == key) out->without_effect.push_back(path);
      }
    }
  }
}

std::string render_by_origin(const Errors& errors, const std::string& name) {
  Errors of_file, of_overrides;
  for (const YamlError& error : errors) (error.line > 0 ? of_file : of_overrides).push_back(error);
  return render(of_file, name) + render(of_overrides, "--set");
}

}  // namespace

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
