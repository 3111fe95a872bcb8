#include "server/server.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <csignal>
#include <optional>
#include <utility>
#include <vector>

#include "base/log.h"
#include "base/log_sink.h"
#include "base/process.h"
#include "server/alert_listener.h"
#include "server/event_listener.h"
#include "server/http_guard.h"
#include "server/http_listener.h"
#include "server/service_manager.h"
#include "server/silence_watch.h"
#include "server/vital_signs.h"

namespace cep::server {

namespace asio = boost::asio;
using base::LogLevel;
using base::LogLine;
using boost::system::error_code;
using engine::DurableStatus;
using engine::Notice;
using engine::Phase;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

struct Server::Impl {
  // What the loop is about. kReading and kSending are the two halves of a stop.
  enum class Stage { kRecovering, kServing, kReading, kSending, kFailed };

  Impl(engine::DurableEngine* engine_to_serve, const ServerOptions& server_options);

  void take_notices();
  void take(const Notice& notice);
  void ready();
  void fail(const std::string& reason);
  void beat();

  void wait_stop_signal();
  void wait_reload_signal();
  void reload();
  void loaded(const Notice& notice);
  void reload_refused(const std::string& text);
  void tell_ready();

  void stop(int signal);
  void next_step_of_stop();
  void stop_engine();
  void give_up_after_drain(std::function<void()> abort);

  ServerOptions options;
  engine::DurableEngine* engine;
  asio::io_context io{1};
  ConnectionCount count;
  EventListener events;
  AlertListener alerts;
  std::optional<HttpListener> http;
  SilenceWatch silence;
  ServiceManager service;
  VitalSigns signs;
  asio::signal_set stop_signals{io};
  asio::signal_set reload_signal{io};
  asio::steady_timer beat_timer{io};
  asio::steady_timer drain_timer{io};
  Stage stage = Stage::kRecovering;
  bool engine_stopped = false;
  std::optional<uint64_t> reload_request;  // SIGHUP's, as long as its answer has not come
  bool reload_again = false;               // another SIGHUP meanwhile
  Status failure;
};

Server::Impl::Impl(engine::DurableEngine* engine_to_serve, const ServerOptions& server_options)
    : options(server_options),
      engine(engine_to_serve),
      count{0, server_options.connections, {}, {}},
      events(&io, engine, server_options.line_bytes, &count, [this] { next_step_of_stop(); }),
      alerts(&io, engine, server_options.subscriber_lag_bytes, &count, [this] { next_step_of_stop(); }),
      silence(&io, engine, {[this] { return events.mark_unread(); }, [this] { return events.marked_read() && (!http || http->all_offered()); }}) {
  if (!options.http) return;
  HttpLimits limits;
  limits.names = machine_names();
  limits.names.insert(limits.names.end(), options.http_names.begin(), options.http_names.end());
  http.emplace(&io, engine, server_options.line_bytes, &count, [this] { next_step_of_stop(); }, limits);
}

// ---- what the engine says

void Server::Impl::take_notices() {
  std::vector<Notice> notices;
  engine->take_notices(&notices);
  bool records = false;
  for (const Notice& notice : notices) {
    records = records || notice.kind == Notice::Kind::kRecords;
    take(notice);
  }
  events.send_answers();
  if (records && stage != Stage::kFailed) alerts.pump();
}

void Server::Impl::take(const Notice& notice) {
  if (http && (notice.connection == 0 || HttpListener::is_http_connection(notice.connection))) http->on_notice(notice);
  if (HttpListener::is_http_connection(notice.connection)) return;
  switch (notice.kind) {
    case Notice::Kind::kRecords: return;
    case Notice::Kind::kRoom: return events.on_room(notice.connection);
    case Notice::Kind::kLoaded: return loaded(notice);
    case Notice::Kind::kReady: return ready();
    case Notice::Kind::kFailed: return fail(notice.text);
    default: return events.take(notice);
  }
}

void Server::Impl::ready() {
  if (stage != Stage::kRecovering) return;
  stage = Stage::kServing;
  const DurableStatus status = engine->status();
  signs.log_recovered(status);
  if (status.phase == Phase::kHeld) {
    LogLine(LogLevel::kError, "held: lines are taken and kept, nothing is processed").add("position", status.held_position).add("reason", status.why);
  }
  events.start();
  alerts.start();
  silence.start();
  LogLine(LogLevel::kInfo, "listening")
      .add("events", base::to_text({options.events.host, events.port()}))
      .add("alerts", base::to_text({options.alerts.host, alerts.port()}))
      .add("http", http ? base::to_text({options.http->host, http->port()}) : "off");
  tell_ready();
}

void Server::Impl::fail(const std::string& reason) {
  if (stage == Stage::kFailed) return;
  stage = Stage::kFailed;
  failure = Status::error(reason);
  LogLine(LogLevel::kError, "failed, the process ends").add("reason", reason);
  io.stop();
}

// Once in a while: tells how far recovery is, and that the loop and the engine are alive.
void Server::Impl::beat() {
  base::flush_log();
  const DurableStatus status = engine->status();
  if (stage == Stage::kRecovering) {
    signs.log_progress(status);
    service.starting(signs.text(status), VitalSigns::kExtendMs);
  }
  if (signs.moves(status)) service.alive();
  count.newcomers.expire(2 * count.open > count.most);
  const int64_t watchdog_ms = service.watchdog_ms();
  beat_timer.expires_after(milliseconds(watchdog_ms > 0 ? std::min<int64_t>(1000, std::max<int64_t>(1, watchdog_ms / 3)) : 1000));
  beat_timer.async_wait([this](const error_code& error) {
    if (!error && !engine_stopped) beat();
  });
}

// ---- signals

void Server::Impl::wait_stop_signal() {
  stop_signals.add(SIGTERM);
  stop_signals.add(SIGINT);
  stop_signals.async_wait([this](const error_code& error, int signal) {
    if (!error) stop(signal);
  });
}

void Server::Impl::wait_reload_signal() {
  reload_signal.async_wait([this](const error_code& error, int) {
    if (error) return;
    reload();
    wait_reload_signal();
  });
}

void Server::Impl::reload() {
  if (stage != Stage::kRecovering && stage != Stage::kServing) return;
  reload_again = reload_request.has_value();
  if (reload_again) return;
  if (stage == Stage::kServing) service.reloading();
  reload_request = engine->reload(options.read_program);
}

void Server::Impl::loaded(const Notice& notice) {
  if (reload_request != notice.request) return;  // one of the HTTP port's
  reload_request.reset();
  if (!notice.text.empty()) {
    reload_refused(notice.text);
  } else {
    const DurableStatus status = engine->status();
    base::write_log(engine->take_load_warnings(notice.request));
    LogLine(LogLevel::kInfo, "SIGHUP: the patterns on disk are in force").add("position", status.load_position).add("loads", status.loads);
    tell_ready();
  }
  if (std::exchange(reload_again, false)) reload();
}

void Server::Impl::reload_refused(const std::string& text) {
  // The text as `cepctl check` has it, so that editors and people find the place.
  base::write_log(text.ends_with('\n') ? text : text + "\n");
  LogLine(LogLevel::kError, "SIGHUP: the patterns on disk have mistakes, nothing has changed");
  tell_ready();
}

// Not while it recovers or stops, whatever was reloaded meanwhile.
void Server::Impl::tell_ready() {
  if (stage == Stage::kServing) service.ready(signs.text(engine->status()));
}

// ---- the clean stop

void Server::Impl::stop(int signal) {
  if (stage == Stage::kFailed) return;
  const bool recovering = stage == Stage::kRecovering;
  stage = Stage::kReading;
  // From here on the signals have their own force: a second one ends the process.
  error_code ignored;
  stop_signals.clear(ignored);
  reload_signal.cancel(ignored);
  LogLine(LogLevel::kInfo, "stopping").add("signal", signal == SIGTERM ? "SIGTERM" : "SIGINT");
  service.stopping();
  if (recovering) {  // no lines were taken
    if (http) http->abort();
    return stop_engine();
  }
  engine->closing();
  events.stop(steady_clock::now() + milliseconds(options.read_rest_ms));
  if (http) http->stop();
  give_up_after_drain([this] {
    events.abort();
    if (http) http->abort();
  });
  next_step_of_stop();
}

void Server::Impl::next_step_of_stop() {
  if (stage == Stage::kReading && events.open_connections() == 0 && (!http || http->open_connections() == 0)) {
    asio::post(io, [this] {
      if (stage == Stage::kReading) stop_engine();
    });
  }
  if (stage == Stage::kSending && alerts.open_connections() == 0) io.stop();
}

void Server::Impl::stop_engine() {
  stage = Stage::kSending;
  silence.stop();
  engine_stopped = true;
  failure = engine->stop();
  take_notices();  // the last records
  if (!failure.ok()) return fail(failure.message());
  alerts.stop();
  give_up_after_drain([this] { alerts.abort(); });
  next_step_of_stop();
}

void Server::Impl::give_up_after_drain(std::function<void()> abort) {
  drain_timer.expires_after(milliseconds(options.drain_ms));
  drain_timer.async_wait([this, abort = std::move(abort)](const error_code& cancelled) {
    if (cancelled) return;
    LogLine(LogLevel::kWarn, "clients did not read their rest in time")
        .add("producers", static_cast<uint64_t>(events.open_connections()))
        .add("subscribers", static_cast<uint64_t>(alerts.open_connections()));
    abort();
  });
}

// ---- the contract

Server::Server(engine::DurableEngine* engine, const ServerOptions& options) : impl_(std::make_unique<Impl>(engine, options)) {}

Server::~Server() = default;

Status Server::open(int* error_number) {
  std::signal(SIGPIPE, SIG_IGN);
  impl_->wait_stop_signal();
  impl_->reload_signal.add(SIGHUP);
  impl_->wait_reload_signal();
  Status events = impl_->events.open(impl_->options.events, error_number);
  if (!events.ok()) return events;
  Status alerts = impl_->alerts.open(impl_->options.alerts, error_number);
  if (!alerts.ok() || !impl_->http) return alerts;
  return impl_->http->open(*impl_->options.http, error_number);
}

uint16_t Server::events_port() const { return impl_->events.port(); }
uint16_t Server::alerts_port() const { return impl_->alerts.port(); }
uint16_t Server::http_port() const { return impl_->http ? impl_->http->port() : 0; }

Status Server::run() {
  Impl& self = *impl_;
  self.engine->start([&self] { asio::post(self.io, [&self] { self.take_notices(); }); });
  if (self.http) self.http->start();
  if (base::take_early_hangup()) self.reload();
  self.beat();
  self.io.run();
  if (!std::exchange(self.engine_stopped, true)) {
    Status stopped = self.engine->stop();
    if (self.failure.ok()) self.failure = stopped;
  }
  base::refuse_hangup();
  const EngineStats stats = self.engine->status().engine;
  LogLine(LogLevel::kInfo, "stopped")
      .add("lines", stats.lines)
      .add("events", stats.events)
      .add("rejected", stats.rejected)
      .add("late", stats.late)
      .add("alerts", stats.records[static_cast<int>(Channel::kAlerts)]);
  return self.failure;
}

}  // namespace cep::server
