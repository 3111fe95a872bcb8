// /metrics: Prometheus text format 0.0.4, or OpenMetrics 1.0, where a counter's family is called without `_total` and the text has an end. One family after
// the other: HELP, TYPE, its samples. Linted by promtool in test/server/http_view_test.cc.
#include <fmt/format.h>

#include <vector>

#include "base/log_sink.h"
#include "server/http_view.h"

namespace cep::server {
namespace {

using engine::DurableStatus;
using engine::Phase;

class Writer {
 public:
  explicit Writer(bool open_metrics) : open_metrics_(open_metrics) {}

  void family(std::string_view name, std::string_view type, std::string_view help) {
    name_ = name;
    constexpr std::string_view kTotal = "_total";
    if (open_metrics_ && name.ends_with(kTotal)) name.remove_suffix(kTotal.size());
    text_ += fmt::format("# HELP {0} {1}\n# TYPE {0} {2}\n", name, help, type);
  }
  // Labels of the samples that follow: name, value, name, value …
  struct Label {
    std::string_view name, value;
  };
  template <class T>
  void sample(T value, std::initializer_list<Label> labels = {}, std::string_view suffix = {}) {
    text_ += name_;
    text_ += suffix;
    char separator = '{';
    for (const Label& label : labels) {
      text_ += separator;
      text_ += label.name;
      text_ += "=\"";
      escape(label.value);
      text_ += '"';
      separator = ',';
    }
    if (separator == ',') text_ += '}';
    text_ += fmt::format(" {}\n", value);
  }
  template <class T>
  void one(std::string_view name, std::string_view type, std::string_view help, T value) {
    family(name, type, help);
    sample(value);
  }
  std::string take() {
    if (open_metrics_) text_ += "# EOF\n";
    return std::move(text_);
  }

 private:
  void escape(std::string_view value) {
    for (char c : value) {
      if (c == '\\' || c == '"') text_ += '\\';
      if (c == '\n') {
        text_ += "\\n";
      } else {
        text_ += c;
      }
    }
  }

  const bool open_metrics_;
  std::string_view name_;
  std::string text_;
};

void daemon(const HttpView& view, Writer* w) {
  const DurableStatus& s = view.status;
  w->family("cepd_build_info", "gauge", "The program; always 1.");
  w->sample(1, {{"version", view.version}, {"compiler", __VERSION__}, {"semantics", std::to_string(kSemanticsVersion)}});
  w->family("cepd_phase", "gauge", "1 for the phase in which the daemon is.");
  for (Phase phase : {Phase::kRecovering, Phase::kReady, Phase::kHeld, Phase::kStopping, Phase::kFailed})
    w->sample(phase == s.phase ? 1 : 0, {{"phase", phase_name(phase)}});
  w->one("cepd_ready", "gauge", "1 if /readyz answers 200.", readiness(s).code == 200 ? 1 : 0);
  w->one("cepd_disk_no_room", "gauge", "1 while disk.reserve is met and nothing is read from the sockets.", s.no_room ? 1 : 0);
  w->one("cepd_memory_full", "gauge", "1 while limits.memory is met and nothing is read from the sockets.", s.memory_full ? 1 : 0);
  w->one("cepd_memory_used_bytes", "gauge", "What is held against cepd_memory_limit_bytes.", s.memory_used);
  w->one("cepd_memory_limit_bytes", "gauge", "limits.memory, or what RLIMIT_AS leaves where that is nearer; 0: no bound.", s.memory_bound);
  w->one("cepd_log_lines_lost_total", "counter", "Log lines that could not be written, or that nobody read in time.", base::log_lines_lost());
  w->one("cepd_wall_clock_offset_seconds", "gauge", "How far the wall clock is ahead of the clock by which arrivals are stamped; more than a second is a jump.", static_cast<double>(s.wall_offset_ms) / 1e3);
  w->one("cepd_recovery_read_bytes", "gauge", "Bytes of the journal that the recovery has worked off.", s.recovered_bytes);
  w->one("cepd_recovery_journal_bytes", "gauge", "Bytes of the journal that the recovery has to work off.", s.recover_bytes);
  w->one("cepd_connections", "gauge", "Connections open now, of all ports.", view.connections);
  w->one("cepd_connections_limit", "gauge", "limits.connections.", view.connections_most);
  w->one("cepd_connections_reset_total", "counter", "Connections of the port `events` that their clients have reset: lines on their way may be lost.", view.resets);
  w->one("cepd_producers", "gauge", "Producers whose number is known.", s.producers);
  w->one("cepd_producers_live", "gauge", "Producers with a session now.", s.live_producers);
  w->family("cepd_reload_total", "counter", "Loads of patterns (SIGHUP, PUT, DELETE) since the start, by result.");
  w->sample(view.loads_done, {{"result", "done"}});
  w->sample(view.loads_failed, {{"result", "failed"}});
  w->one("cepd_config_last_reload_successful", "gauge", "0 if the last load of patterns failed.", s.last_load_error.empty() ? 1 : 0);
}

void input(const HttpView& view, Writer* w) {
  const DurableStatus& s = view.status;
  w->one("cepd_lines_total", "counter", "Lines worked since the start, those of the recovery included.", s.engine.lines);
  w->one("cepd_lines_rejected_total", "counter", "Lines on the channel rejects, of all streams and of none.", s.engine.rejected);
  w->one("cepd_lines_unrouted_total", "counter", "Lines that belong to no stream.", s.engine.unrouted);
  w->one("cepd_faults_total", "counter", "Values that could not be computed and are null, such as a division by zero.", s.engine.faults);
  w->family("cepd_events_received_total", "counter", "Events of a stream.");
  for (const StreamStats& stream : s.streams) w->sample(stream.events, {{"stream", stream.name}});
  w->family("cepd_events_rejected_total", "counter", "Lines of a stream that are no events of it.");
  for (const StreamStats& stream : s.streams) w->sample(stream.rejected, {{"stream", stream.name}});
  w->family("cepd_events_late_total", "counter", "Events of a stream that came after the watermark of a reader.");
  for (const StreamStats& stream : s.streams) w->sample(stream.late, {{"stream", stream.name}});
  w->family("cepd_watermark_timestamp_seconds", "gauge", "The watermark of a stream; none before its first event.");
  for (const StreamStats& stream : s.streams)
    if (stream.watermark_ms != StreamStats::kNoTime) w->sample(static_cast<double>(stream.watermark_ms) / 1e3, {{"stream", stream.name}});
  w->family("cepd_watermark_lag_seconds", "gauge", "How far the watermark of a stream is behind the wall clock.");
  for (const StreamStats& stream : s.streams)
    if (stream.watermark_ms != StreamStats::kNoTime) w->sample(static_cast<double>(view.now_ms - stream.watermark_ms) / 1e3, {{"stream", stream.name}});
  w->family("cepd_clock_ahead_seconds", "gauge", "How far a line has moved the clock of a stream ahead of its arrivals; 0: none has, or time has caught up.");
  for (const StreamStats& stream : s.streams) w->sample(static_cast<double>(stream.ahead_ms) / 1e3, {{"stream", stream.name}});
  w->family("cepd_clock_ahead_late_events", "gauge", "Events of a stream that were late since its clock was moved ahead.");
  for (const StreamStats& stream : s.streams) w->sample(stream.ahead_late, {{"stream", stream.name}});
}

// All but the live view, which has no numbers and keeps nothing.
std::vector<Channel> kept_channels() {
  std::vector<Channel> out;
  for (int i = 0; i < kChannels; ++i)
    if (static_cast<Channel>(i) != Channel::kStreams) out.push_back(static_cast<Channel>(i));
  return out;
}

void output(const HttpView& view, Writer* w) {
  const DurableStatus& s = view.status;
  w->family("cepd_records_total", "counter", "Records given since the start, those made again by the recovery included.");
  for (int i = 0; i < kChannels; ++i) w->sample(s.engine.records[i], {{"channel", channel_name(static_cast<Channel>(i))}});
  w->family("cepd_matches_total", "counter", "Records of a pattern, window or join since the start, by channel.");
  for (const OperatorStats& op : s.operators) {
    w->sample(op.alerts, {{"channel", "alerts"}, {"pattern", op.name}, {"kind", op.kind}});
    if (op.timeouts > 0 || op.kind == "pattern") w->sample(op.timeouts, {{"channel", "timeouts"}, {"pattern", op.name}, {"kind", op.kind}});
  }
  w->family("cepd_output_seq", "gauge", "Number of the newest record of a channel; 0: none.");
  for (Channel c : kept_channels()) w->sample(s.channels[static_cast<size_t>(c)].next - 1, {{"channel", channel_name(c)}});
  w->family("cepd_output_oldest_seq", "gauge", "Number of the oldest record of a channel that is kept; the next number where none is.");
  for (Channel c : kept_channels()) w->sample(s.channels[static_cast<size_t>(c)].oldest, {{"channel", channel_name(c)}});
  w->one("cepd_output_files_failing", "gauge", "File outputs that cannot go on; /api/v1/status says why.", s.file_errors.size());
  w->family("cepd_output_bytes", "gauge", "Bytes of a channel that are kept.");
  for (Channel c : kept_channels()) w->sample(s.channels[static_cast<size_t>(c)].bytes, {{"channel", channel_name(c)}});
}

void histogram(const base::TimeBuckets& times, std::string_view name, std::string_view help, Writer* w) {
  w->family(name, "histogram", help);
  for (size_t b = 0; b < base::TimeBuckets::kBoundsUs.size(); ++b)
    w->sample(times.at_most(b), {{"le", fmt::format("{}", static_cast<double>(base::TimeBuckets::kBoundsUs[b]) / 1e6)}}, "_bucket");
  w->sample(times.count(), {{"le", "+Inf"}}, "_bucket");
  w->sample(static_cast<double>(times.sum_us()) / 1e6, {}, "_sum");
  w->sample(times.count(), {}, "_count");
}

void storage(const HttpView& view, Writer* w) {
  const DurableStatus& s = view.status;
  w->one("cepd_journal_bytes", "gauge", "Size of the journal.", s.journal_bytes);
  w->one("cepd_journal_position", "gauge", "The newest position that was taken.", s.journal_next - 1);
  w->one("cepd_journal_durable_position", "gauge", "All positions up to this one are durable.", s.journal_durable);
  w->one("cepd_worked_position", "gauge", "All records of positions up to this one are out.", s.worked);
  w->one("cepd_load_position", "gauge", "Position of the pattern set in force.", s.load_position);
  histogram(s.sync_times, "cepd_journal_sync_seconds", "How long each sync of the journal took, since the start.", w);
  w->family("cepd_queue_bytes", "gauge", "Bytes that wait between the daemon's threads.");
  w->sample(s.queue_bytes[0], {{"queue", "journal"}});
  w->sample(s.queue_bytes[1], {{"queue", "ingest"}});
  w->one("cepd_live_keys", "gauge", "Keys that hold state.", s.engine.live_keys);
  w->one("cepd_live_runs", "gauge", "What operators hold: partial matches, windows, rows of joins.", s.engine.live_runs);
  w->one("cepd_state_bytes", "gauge", "Memory of the operators' state.", s.engine.state_bytes);
  w->one("cepd_waiting_rows", "gauge", "Events that wait for their watermark.", s.engine.waiting_rows);
}

void process(const ProcessFigures& p, Writer* w) {
  w->one("process_resident_memory_bytes", "gauge", "Resident memory.", p.resident_bytes);
  w->one("process_virtual_memory_bytes", "gauge", "Virtual memory.", p.virtual_bytes);
  w->one("process_cpu_seconds_total", "counter", "User and system CPU time.", p.cpu_seconds);
  w->one("process_open_fds", "gauge", "Open file descriptors.", p.open_fds);
  w->one("process_max_fds", "gauge", "Most file descriptors that may be open.", p.max_fds);
  w->one("process_threads", "gauge", "Threads.", p.threads);
  w->one("process_start_time_seconds", "gauge", "Start of the process, since the epoch.", p.start_time_seconds);
}

}  // namespace

std::string metrics_text(const HttpView& view, bool open_metrics) {
  Writer w(open_metrics);
  daemon(view, &w);
  input(view, &w);
  output(view, &w);
  storage(view, &w);
  process(view.process, &w);
  return w.take();
}

}  // namespace cep::server
