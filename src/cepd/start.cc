#include "cepd/start.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <thread>

#include "base/env.h"
#include "base/log.h"
#include "base/log_sink.h"
#include "base/memory.h"
#include "base/terminal.h"
#include "cep/engine.h"
#include "config/daemon_config.h"
#include "config/program_files.h"
#include "engine/opening_engine.h"
#include "server/server.h"

namespace cep::cepd {
namespace {

using base::LogLevel;
using base::LogLine;
using config::DaemonConfig;

constexpr const char* kNoPatterns = "no pattern files: every line will be rejected";
constexpr rlim_t kOtherDescriptors = 192;      // of journal, output log, tables, threads, the ports and probes of the port `http` beyond limits.connections
constexpr uint64_t kLiveBytesLeast = 64 << 20;  // of `streams`, kept in memory

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

// What the engine runs on. Its patterns: read_program().
engine::DurableOptions durable_options(const DaemonConfig& config) {
  engine::DurableOptions options;
  options.env = base::posix_env();
  options.data_dir = config.data_dir;
  const int64_t cores = static_cast<int64_t>(std::thread::hardware_concurrency());
  options.shards = static_cast<int>(config.shards > 0 ? config.shards : std::clamp<int64_t>(cores - 2, 1, 64));
  options.sync_ms = config.journal.sync_ms;
  options.segment_bytes = config.journal.segment_bytes;
  options.disk_reserve_bytes = config.disk_reserve_bytes;
  options.memory_bytes = config.memory_bytes > 0 ? config.memory_bytes : base::memory_limit() / 5 * 4;
  options.address_bytes = base::address_limit();
  options.producer_ttl_ms = config.producer_ttl_ms;
  options.producers_most = config.producers;
  options.consumers_most = config.consumers;
  options.consumer_ttl_ms = config.consumer_ttl_ms;
  options.output.retain_age_ms = config.outputs_retain.age_ms;
  options.output.retain_bytes = config.outputs_retain.size_bytes;
  // Whole segments are deleted: one is a small part of what is kept.
  options.output.segment_bytes = std::clamp<uint64_t>(config.outputs_retain.size_bytes / 16, 1 << 20, 64 << 20);
  options.output.live_bytes = std::max(kLiveBytesLeast, config.subscriber_lag_bytes);
  for (const DaemonConfig::OutputFile& file : config.output_files) options.files.push_back({file.path, file.channel, file.patterns});
  return options;
}

// The pattern files that the settings name and the files of their tables, as they are now. *files_missing: a file or folder is not there; else the error is
// the text of `cepctl check`, and so is *warnings if all is well.
Result<Program> read_program(const DaemonConfig& config, bool colour, bool* files_missing, std::string* warnings) {
  *files_missing = false;
  Result<std::vector<SourceFile>> files = config::read_program_files(config.patterns);
  if (!files.ok()) {
    *files_missing = true;
    return Status::error("cepd: " + files.status().message() + "\n");
  }
  Program program;
  program.files = std::move(files.value());
  program.limits = config.limits;
  std::vector<Diagnostic> diagnostics;
  const bool good = Engine::read_table_files(&program, &diagnostics);
  *warnings = render_all(diagnostics, program.files, colour);
  if (!good) return Status::error(*warnings);
  return program;
}

// Every connection is a descriptor, and the rest is there for journal and outputs whatever clients do: with fewer than all of them the daemon does not start. Returns what is wrong.
std::string raise_descriptor_limit(const DaemonConfig& config, int shards) {
  const rlim_t others = kOtherDescriptors + config.output_files.size() + static_cast<rlim_t>(shards) * EngineOptions::kSpillFiles;
  const rlim_t connections = static_cast<rlim_t>(config.connections), wanted = connections + others;
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= wanted) return {};
  const rlim_t most = limit.rlim_max;
  limit.rlim_cur = std::min(wanted, most);
  if (wanted <= most && setrlimit(RLIMIT_NOFILE, &limit) == 0) return {};
  std::string out = "limits.connections (" + std::to_string(connections) + ") and the " + std::to_string(others) + " files that the daemon itself may have open are more than the " +
                    std::to_string(most) + " descriptors that it is allowed (RLIMIT_NOFILE): raise that (LimitNOFILE of systemd, `ulimit -Hn`)";
  if (most > others) out += ", or set limits.connections to " + std::to_string(most - others);
  return out;
}

// Whole or not at all, for whoever waits for it.
Status write_ports_file(const std::string& path, const server::Server& server) {
  std::string partial = path + ".tmp";
  FILE* file = std::fopen(partial.c_str(), "w");
  bool good = file != nullptr;
  good = good && std::fprintf(file, "events=%u\nalerts=%u\n", server.events_port(), server.alerts_port()) > 0;
  if (good && server.http_port() != 0) good = std::fprintf(file, "http=%u\n", server.http_port()) > 0;
  good = file != nullptr && std::fclose(file) == 0 && good;
  if (good && std::rename(partial.c_str(), path.c_str()) == 0) return {};
  return Status::error("cannot write " + path);
}

void log_start(const DaemonConfig& config, const engine::DurableOptions& options, size_t files) {
  for (const DaemonConfig::WithoutEffect& setting : config.without_effect) {
    LogLine(LogLevel::kWarn, "a setting without effect").add("key", setting.key).add("reason", setting.why);
  }
  if (files == 0) LogLine(LogLevel::kWarn, kNoPatterns);
  LogLine(LogLevel::kInfo, "starting")
      .add("data_dir", options.data_dir)
      .add("shards", static_cast<uint64_t>(options.shards))
      .add("memory_bytes", options.memory_bytes)
      .add("pattern_files", static_cast<uint64_t>(files))
      .add("pid", static_cast<uint64_t>(getpid()));
}

// What a person who set this up may not know of.
void warn_of_surroundings(const engine::DurableOptions& options) {
  const uint64_t most = base::memory_limit();
  if (most > 0 && options.memory_bytes > most) {
    LogLine(LogLevel::kWarn, "limits.memory is more than the machine or its control group lets the process have: the kernel ends it before that")
        .add("memory_bytes", options.memory_bytes)
        .add("may_have", most);
  }
  std::error_code none;
  const auto status = std::filesystem::status(options.data_dir, none);
  if (std::filesystem::is_directory(status) && (status.permissions() & std::filesystem::perms::others_all) != std::filesystem::perms::none) {
    LogLine(LogLevel::kWarn, "others than its user and group may look into data_dir, which holds every event: chmod o= on it").add("data_dir", options.data_dir);
  }
}

server::ServerOptions server_options(const DaemonConfig& config) {
  server::ServerOptions options;
  options.events = config.listen.events;
  options.alerts = config.listen.alerts;
  options.http = config.listen.http;
  options.http_names = config.listen.http_names;
  options.line_bytes = config.limits.line_bytes;
  options.connections = static_cast<size_t>(config.connections);
  options.subscriber_lag_bytes = config.subscriber_lag_bytes;
  options.read_program = [&config] {
    bool files_missing = false;
    std::string warnings;
    return read_program(config, /*colour=*/false, &files_missing, &warnings);  // clients of the port `http` read it too
  };
  return options;
}

int failed_to(Status status, int exit_status) {
  LogLine(LogLevel::kError, status.message());
  return exit_status;
}

int serve(const DaemonConfig& config, const Program& program, const StartOptions& start_options) {
  const engine::DurableOptions options = durable_options(config);
  if (const std::string wrong = raise_descriptor_limit(config, options.shards); !wrong.empty()) {
    LogLine(LogLevel::kError, wrong);
    return kBadConfig;
  }
  base::spare_addresses();
  log_start(config, options, program.files.size());
  warn_of_surroundings(options);
  auto engine = engine::OpeningEngine::make(options, program);
  if (!engine.ok()) return failed_to(engine.status(), kIoFailed);
  server::Server server(engine.value().get(), server_options(config));
  int error_number = 0;
  Status status = server.open(&error_number);
  if (!status.ok()) return failed_to(status, error_number == EACCES || error_number == EPERM ? kNoPermission : kIoFailed);
  if (!start_options.ports_file.empty()) {
    status = write_ports_file(start_options.ports_file, server);
    if (!status.ok()) return fail(kIoFailed, "cepd: " + status.message() + "\n");
  }
  if (server.run().ok()) return kDone;
  const std::string mistakes = engine.value()->mistakes();
  return mistakes.empty() ? kIoFailed : fail(kBadPatterns, mistakes);
}

// What the start would stumble over; empty: nothing. The daemon makes its data directory itself, folders of outputs it does not: a mistyped one would be made.
std::string missing_output_folder(const DaemonConfig& config) {
  for (const DaemonConfig::OutputFile& file : config.output_files) {
    const std::filesystem::path folder = std::filesystem::path(file.path).parent_path();
    std::error_code ignored;
    if (!folder.empty() && !std::filesystem::is_directory(folder, ignored))
      return "the folder of the file output " + file.path + " is not there: make " + folder.string() + ", or set another path";
  }
  return {};
}

std::string counted(size_t n, const std::string& what) { return std::to_string(n) + " " + what + (n == 1 ? "" : "s"); }

// Compiles as the engine would and says how many streams there are; what is wrong or doubtful goes to standard error.
int check(const DaemonConfig& config, const Program& program, const std::string& config_name) {
  std::fputs(config::render_without_effect(config, config_name).c_str(), stderr);
  if (program.files.empty()) std::fprintf(stderr, "cepd: warning: %s\n", kNoPatterns);
  std::vector<Diagnostic> diagnostics;
  auto engine = Engine::create(program, {}, [](const Record&) {}, &diagnostics);
  std::fputs(render_all(diagnostics, program.files, base::wants_colour(STDERR_FILENO)).c_str(), stderr);
  if (engine == nullptr) return kBadPatterns;
  if (const std::string missing = missing_output_folder(config); !missing.empty()) return fail(kNoInput, "cepd: " + missing + "\n");
  std::printf("settings and %s are good, %s\n", counted(program.files.size(), "pattern file").c_str(), counted(engine->streams().size(), "stream").c_str());
  return kDone;
}

}  // namespace

int start(const StartOptions& options) {
  DaemonConfig config;
  int status = read_config(options, &config);
  if (status != kDone) return status;
  bool files_missing = false;
  std::string warnings;
  Result<Program> program = read_program(config, base::wants_colour(STDERR_FILENO), &files_missing, &warnings);
  if (!program.ok()) return fail(files_missing ? kNoInput : kBadPatterns, program.status().message());
  if (options.check) return check(config, program.value(), options.config);
  base::write_log(warnings);
  return serve(config, program.value(), options);
}

}  // namespace cep::cepd
