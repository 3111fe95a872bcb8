#include "server/ingest.h"

#include <boost/asio/post.hpp>
#include <chrono>

namespace cep::server {

Ingest::Ingest(boost::asio::io_context* io, Engine* engine, std::function<void()> on_flushed)
    : io_(io), engine_(engine), on_flushed_(std::move(on_flushed)) {}

OfferResult Ingest::offer(std::string_view line, int64_t arrival_ms) {
  flush_soon();
  OfferOptions options;
  options.arrival_ms = arrival_ms;
  return engine_->offer(line, options);
}

void Ingest::offer_broken(std::string_view first_bytes, std::string_view reason) {
  flush_soon();
  engine_->offer_broken(first_bytes, reason);
}

void Ingest::flush_soon() {
  if (flush_posted_) return;
  flush_posted_ = true;
  // Behind the handlers that are ready now: what other sockets have brought joins the same batch.
  boost::asio::post(*io_, [this] {
    if (flush_posted_) flush();
  });
}

void Ingest::flush() {
  flush_posted_ = false;
  engine_->flush();
  on_flushed_();
}

void Ingest::tick() {
  if (!backlog_) {
    engine_->tick(wall_ms());
    flush();
  }
  backlog_ = false;
}

int64_t wall_ms() {
  using namespace std::chrono;
  return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
}

}  // namespace cep::server
