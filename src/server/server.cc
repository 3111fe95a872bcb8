#include "server/server.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <csignal>

#include "base/log.h"
#include "server/alert_listener.h"
#include "server/event_listener.h"
#include "server/ingest.h"

namespace cep::server {

namespace asio = boost::asio;
using base::LogLevel;
using base::LogLine;
using boost::system::error_code;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

namespace {
constexpr milliseconds kTickEvery{100};
}  // namespace

struct Server::Impl {
  Impl(Engine* engine_to_run, const RecordHub* hub, const ServerOptions& server_options);

  void wait_stop_signal();
  void wait_reload_signal();
  void wait_tick();
  void stop(int signal);
  void stop_if_drained();

  ServerOptions options;
  Engine* engine;
  asio::io_context io{1};
  ConnectionCount count;
  Ingest ingest;
  EventListener events;
  AlertListener alerts;
  asio::signal_set stop_signals{io};
  asio::signal_set reload_signal{io};
  asio::steady_timer tick_timer{io};
  asio::steady_timer drain_timer{io};
  bool stopping = false;
};

Server::Impl::Impl(Engine* engine_to_run, const RecordHub* hub, const ServerOptions& server_options)
    : options(server_options),
      engine(engine_to_run),
      count{0, server_options.connections},
      ingest(&io, engine_to_run, [this] { alerts.pump(); }),
      events(&io, &ingest, server_options.line_bytes, &count, [this] { stop_if_drained(); }),
      alerts(&io, hub, server_options.subscriber_lag_bytes, &count, [this] { stop_if_drained(); }) {}

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
    LogLine(LogLevel::kWarn, "SIGHUP: this version does not reload patterns, restart the daemon to load them");
    wait_reload_signal();
  });
}

void Server::Impl::wait_tick() {
  tick_timer.expires_after(kTickEvery);
  tick_timer.async_wait([this](const error_code& error) {
    if (error || stopping) return;
    ingest.tick();
    wait_tick();
  });
}

void Server::Impl::stop(int signal) {
  stopping = true;
  // From here on the signals have their own force: a second one ends the process.
  error_code ignored;
  stop_signals.clear(ignored);
  LogLine(LogLevel::kInfo, "stopping").add("signal", signal == SIGTERM ? "SIGTERM" : "SIGINT");
  tick_timer.cancel();
  reload_signal.cancel(ignored);
  events.stop(steady_clock::now() + milliseconds(options.read_rest_ms));
  ingest.flush();
  alerts.stop();
  drain_timer.expires_after(milliseconds(options.drain_ms));
  drain_timer.async_wait([this](const error_code& cancelled) {
    if (cancelled) return;
    LogLine(LogLevel::kWarn, "clients did not read their rest in time")
        .add("producers", static_cast<uint64_t>(events.open_connections()))
        .add("subscribers", static_cast<uint64_t>(alerts.open_connections()));
    events.abort();
    alerts.abort();
    io.stop();
  });
  stop_if_drained();
}

void Server::Impl::stop_if_drained() {
  if (!stopping || events.open_connections() > 0 || alerts.open_connections() > 0) return;
  io.stop();
}

Server::Server(Engine* engine, const RecordHub* hub, const ServerOptions& options)
    : impl_(std::make_unique<Impl>(engine, hub, options)) {}

Server::~Server() = default;

Status Server::open(int* error_number) {
  std::signal(SIGPIPE, SIG_IGN);
  impl_->wait_stop_signal();
  impl_->reload_signal.add(SIGHUP);
  impl_->wait_reload_signal();
  Status events = impl_->events.open(impl_->options.events, error_number);
  if (!events.ok()) return events;
  return impl_->alerts.open(impl_->options.alerts, error_number);
}

uint16_t Server::events_port() const { return impl_->events.port(); }
uint16_t Server::alerts_port() const { return impl_->alerts.port(); }

void Server::run() {
  impl_->wait_tick();
  impl_->events.start();
  impl_->alerts.start();
  impl_->io.run();
  EngineStats stats = impl_->engine->stats();
  LogLine(LogLevel::kInfo, "stopped")
      .add("lines", stats.lines)
      .add("events", stats.events)
      .add("rejected", stats.rejected)
      .add("late", stats.late)
      .add("alerts", stats.records[static_cast<int>(Channel::kAlerts)]);
}

}  // namespace cep::server
