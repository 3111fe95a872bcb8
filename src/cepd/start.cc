#include "cepd/start.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <memory>
#include <optional>

#include "base/log.h"
#include "cep/engine.h"
#include "config/daemon_config.h"
#include "config/program_files.h"
#include "server/server.h"

namespace cep::cepd {
namespace {

using base::LogLevel;
using base::LogLine;
using config::DaemonConfig;

constexpr uint64_t kKeepBytesLeast = 64 << 20;  // of each channel, for subscribers that begin in the past

int fail(int status, const std::string& text) {
  std::fputs(text.c_str(), stderr);
  return status;
}

int read_config(const StartOptions& options, DaemonConfig* out) {
  std::string text, name = "--set";
  if (!options.config.empty()) {
    Result<std::string> read = config::read_file(options.config);
    if (!read.ok()) return fail(kNoInput, "cepd: " + read.status().message() + "\n");
    text = std::move(read.value());
    name = options.config;
  }
  std::string wrong = config::read_daemon_config(text, name, options.sets, out);
  return wrong.empty() ? kDone : fail(kBadConfig, wrong);
}

EngineOptions engine_options(const DaemonConfig& config) {
  EngineOptions options;
  options.limits = config.limits;
  // All shards run in one thread: more than one is asked for by name only.
  options.shards = static_cast<int>(std::max<int64_t>(1, config.shards));
  return options;
}

// Compiles the patterns; prints what is wrong or doubtful. Null: *status says what to exit with.
std::unique_ptr<Engine> load(const DaemonConfig& config, server::RecordHub* hub, size_t* files, int* status) {
  Result<std::vector<SourceFile>> program = config::read_program_files(config.patterns);
  if (!program.ok()) {
    *status = fail(kNoInput, "cepd: " + program.status().message() + "\n");
    return nullptr;
  }
  *files = program.value().size();
  std::vector<Diagnostic> diagnostics;
  auto engine = Engine::create(
      program.value(), engine_options(config), [hub](const Record& record) { hub->append(record); }, &diagnostics);
  std::fputs(render_all(diagnostics, program.value(), isatty(STDERR_FILENO) == 1).c_str(), stderr);
  if (engine == nullptr) *status = kBadPatterns;
  return engine;
}

// Every connection is a descriptor.
void raise_descriptor_limit(int64_t connections) {
  constexpr rlim_t kOthers = 64;
  rlim_t wanted = static_cast<rlim_t>(connections) + kOthers;
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= wanted) return;
  limit.rlim_cur = std::min(wanted, limit.rlim_max);
  setrlimit(RLIMIT_NOFILE, &limit);
  if (limit.rlim_cur < wanted) {
    LogLine(LogLevel::kWarn, "fewer file descriptors than limits.connections needs; raise LimitNOFILE")
        .add("descriptors", static_cast<uint64_t>(limit.rlim_cur))
        .add("needed", static_cast<uint64_t>(wanted));
  }
}

// Whole or not at all, for whoever waits for it.
Status write_ports_file(const std::string& path, const server::Server& server) {
  std::string partial = path + ".tmp";
  FILE* file = std::fopen(partial.c_str(), "w");
  bool good = file != nullptr;
  good = good && std::fprintf(file, "events=%u\nalerts=%u\n", server.events_port(), server.alerts_port()) > 0;
  good = file != nullptr && std::fclose(file) == 0 && good;
  if (good && std::rename(partial.c_str(), path.c_str()) == 0) return {};
  return Status::error("cannot write " + path);
}

void log_start(const DaemonConfig& config, const server::Server& server, const Engine& engine, size_t files) {
  if (!config.without_effect.empty()) {
    std::string keys;
    for (const std::string& key : config.without_effect) keys += (keys.empty() ? "" : ",") + key;
    LogLine(LogLevel::kInfo, "settings that this version does not act on").add("keys", keys);
  }
  if (files == 0) LogLine(LogLevel::kWarn, "no pattern files: every line will be rejected");
  LogLine(LogLevel::kInfo, "listening, everything is kept in memory alone")
      .add("events", base::to_text({config.listen.events.host, server.events_port()}))
      .add("alerts", base::to_text({config.listen.alerts.host, server.alerts_port()}))
      .add("pattern_files", static_cast<uint64_t>(files))
      .add("streams", static_cast<uint64_t>(engine.streams().size()))
      .add("pid", static_cast<uint64_t>(getpid()));
}

int serve(const DaemonConfig& config, Engine* engine, server::RecordHub* hub, size_t files, const StartOptions& options) {
  raise_descriptor_limit(config.connections);
  server::ServerOptions server_options;
  server_options.events = config.listen.events;
  server_options.alerts = config.listen.alerts;
  server_options.line_bytes = config.limits.line_bytes;
  server_options.connections = static_cast<size_t>(config.connections);
  server_options.subscriber_lag_bytes = config.subscriber_lag_bytes;
  server::Server server(engine, hub, server_options);
  int error_number = 0;
  Status status = server.open(&error_number);
  if (!status.ok()) {
    LogLine(LogLevel::kError, status.message());
    return error_number == EACCES || error_number == EPERM ? kNoPermission : kIoFailed;
  }
  if (!options.ports_file.empty()) {
    status = write_ports_file(options.ports_file, server);
    if (!status.ok()) return fail(kIoFailed, "cepd: " + status.message() + "\n");
  }
  log_start(config, server, *engine, files);
  server.run();
  return kDone;
}

}  // namespace

int start(const StartOptions& options) {
  DaemonConfig config;
  int status = read_config(options, &config);
  if (status != kDone) return status;
  server::RecordHub hub(std::max(kKeepBytesLeast, config.subscriber_lag_bytes), server::new_log_id());
  size_t files = 0;
  std::unique_ptr<Engine> engine = load(config, &hub, &files, &status);
  if (engine == nullptr) return status;
  if (!options.check) return serve(config, engine.get(), &hub, files, options);
  std::printf("settings and %zu pattern files are good, %zu streams\n", files, engine->streams().size());
  return kDone;
}

}  // namespace cep::cepd
