#include "server/http_service.h"

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>

#include "base/log.h"
#include "base/nearest.h"
#include "engine/file_names.h"
#include "engine/program_set.h"
#include "server/pattern_change.h"

namespace cep::server {

namespace asio = boost::asio;
using boost::system::error_code;
using engine::Notice;
using engine::Phase;

namespace {

using Json = nlohmann::ordered_json;

constexpr std::chrono::milliseconds kSampleEvery{1000};
constexpr size_t kNameShown = 255;

int64_t steady_ms() {
  using namespace std::chrono;
  return duration_cast<milliseconds>(steady_clock::now().time_since_epoch()).count();
}

HttpAnswer text_of(int code, std::string body) {
  HttpAnswer answer;
  answer.code = code;
  answer.type = "text/plain; charset=utf-8";
  answer.body = std::move(body);
  return answer;
}

HttpAnswer json_of(std::string body) {
  HttpAnswer answer;
  answer.body = std::move(body);
  return answer;
}

constexpr const char* kIndexText = "cepd\n\n"
                                   "GET    /healthz               the process serves\n"
                                   "GET    /readyz                whether it takes lines, or why not\n"
                                   "GET    /metrics               for Prometheus\n"
                                   "GET    /api/v1/status         streams, watermarks, channels, journal\n"
                                   "GET    /api/v1/patterns       the pattern files in force\n"
                                   "PUT    /api/v1/patterns       several at once: {\"files\":[{\"name\":…,\"text\":…}],\"remove\":[…]}\n"
                                   "GET    /api/v1/patterns/NAME  the text of one\n"
                                   "PUT    /api/v1/patterns/NAME  loads the body as this file\n"
                                   "DELETE /api/v1/patterns/NAME  takes it out\n"
                                   "POST   /api/v1/events         event lines, one JSON object each; ?stream=NAME&producer=ID&first=N\n";

using base::LogLevel;
using base::LogLine;

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

}  // namespace

HttpService::HttpService(asio::io_context* io, engine::DurableEngine* engine, const ConnectionCount* count, size_t line_bytes)
    : engine_(engine), count_(count), events_(engine, line_bytes), sample_timer_(*io) {}

HttpView HttpService::view() const {
  using namespace std::chrono;
  HttpView view;
  view.status = engine_->status();
  view.version = CEPD_VERSION;
  view.log_id = engine_->log_id();
  view.process = read_process();
  view.connections = count_->open;
  view.connections_most = count_->most;
  view.resets = count_->resets;
  view.loads_done = loads_done_;
  view.loads_failed = loads_failed_;
  view.now_ms = duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
  view.rates = rates_.per_second();
  return view;
}

void HttpService::handle(HttpRequest request, Reply reply) {
  if (stopped_) return reply(error_of(503, "the daemon stops", request.plain));
  if (request.route.place == HttpPlace::kEvents) {
    return events_.post(request.route, std::move(request.body), steady_ms(), std::move(reply));
  }
  if (request.route.place == HttpPlace::kResetClock) return reset_clock(request, std::move(reply));
  if (request.method == "PUT") return put(std::move(request), std::move(reply));
  if (request.method == "DELETE") return remove(request, std::move(reply));
  reply(read(request));
}

HttpAnswer HttpService::read(const HttpRequest& request) const {
  const bool of_set = request.route.place == HttpPlace::kPatterns || request.route.place == HttpPlace::kPattern;
  if (const engine::DurableStatus status = engine_->status(); of_set && status.opening) {
    HttpAnswer answer = error_of(503, "the pattern set is not known yet: " + first_line(readiness(status).text), request.plain);
    answer.retry_after_seconds = 1;
    return answer;
  }
  switch (request.route.place) {
    case HttpPlace::kHealth:
      return text_of(200, "ok\n");
    case HttpPlace::kReady: {
      Readiness ready = readiness(engine_->status());
      return text_of(ready.code, std::move(ready.text));
    }
    case HttpPlace::kMetrics: {
      HttpAnswer answer = json_of(metrics_text(view(), request.open_metrics));
      answer.type = request.open_metrics ? "application/openmetrics-text; version=1.0.0; charset=utf-8" : "text/plain; version=0.0.4; charset=utf-8";
      return answer;
    }
    case HttpPlace::kStatus:
      return json_of(status_json(view()));
    case HttpPlace::kPatterns:
      return json_of(patterns_json(engine_->files(), engine_->status().operators));
    case HttpPlace::kPattern:
      return pattern_text(request);
    case HttpPlace::kIndex:
    case HttpPlace::kEvents:
    case HttpPlace::kResetClock:
      break;
  }
  return text_of(200, kIndexText);
}

namespace {

// 404, with the nearest name there is.
HttpAnswer no_such_pattern(const std::string& name, const std::vector<engine::PatternFile>& files, bool plain) {
  std::vector<std::string> known;
  for (const engine::PatternFile& file : files) known.push_back(file.called);
  std::string near = base::nearest(name, known);
  for (const std::string& other : known)
    if (other == name + ".cep") near = other;
  return error_of(404, "there is no pattern file `" + name.substr(0, kNameShown) + "`" + (near.empty() ? "" : "; did you mean `" + near + "`?"), plain);
}

// Finds the file that the name means. Otherwise 404 or, if it means several, 409.
HttpAnswer find_file(const std::vector<engine::PatternFile>& files, const std::string& name, bool plain, size_t* found) {
  std::vector<std::string> paths;
  for (const engine::PatternFile& file : files) paths.push_back(file.name);
  const std::vector<size_t> meant = engine::meant(name, paths);
  if (meant.empty()) return no_such_pattern(name, files, plain);
  *found = meant.front();
  if (meant.size() == 1) return {};
  std::vector<std::string> called;
  for (size_t i : meant) called.push_back(files[i].called);
  return error_of(409, engine::several_files(name, called), plain);
}

}  // namespace

HttpAnswer HttpService::pattern_text(const HttpRequest& request) const {
  const std::vector<engine::PatternFile> files = engine_->files();
  size_t at = 0;
  HttpAnswer wrong = find_file(files, request.route.name, request.plain, &at);
  return wrong.code == 200 ? text_of(200, files[at].text) : wrong;
}

// True if the set cannot be changed now, which was answered: the entry that changes it would wait, and the client with it.
bool HttpService::load_refused(bool plain, const Reply& reply) const {
  const engine::DurableStatus status = engine_->status();
  if (status.phase != Phase::kRecovering && !status.no_room) return false;
  const std::string why = readiness(status).text;
  HttpAnswer answer = error_of(503, "patterns cannot be changed now: " + why.substr(0, why.size() - 1), plain);
  answer.retry_after_seconds = 1;
  reply(std::move(answer));
  return true;
}

void HttpService::put(HttpRequest request, Reply reply) {
  if (load_refused(request.plain, reply)) return;
  if (request.route.place == HttpPlace::kPatterns) return change(request, std::move(reply));
  Json answer{{"loaded", request.route.name}};
  ask_for({{{request.route.name, std::move(request.body)}}, {}}, std::move(answer), request.plain, std::move(reply));
}

void HttpService::remove(const HttpRequest& request, Reply reply) {
  if (load_refused(request.plain, reply)) return;
  const std::vector<engine::PatternFile> files = engine_->files();
  size_t at = 0;
  if (HttpAnswer wrong = find_file(files, request.route.name, request.plain, &at); wrong.code != 200) return reply(std::move(wrong));
  ask_for({{}, {request.route.name}}, Json{{"removed", request.route.name}}, request.plain, std::move(reply));
}

// Several files at once.
void HttpService::change(const HttpRequest& request, Reply reply) {
  engine::FileChange change;
  if (std::string wrong = parse_pattern_change(request.body, &change); !wrong.empty()) return reply(error_of(400, wrong, request.plain));
  const std::vector<engine::PatternFile> files = engine_->files();
  size_t at = 0;
  for (const std::string& name : change.removed)
    if (HttpAnswer wrong = find_file(files, name, request.plain, &at); wrong.code != 200) return reply(std::move(wrong));
  Json answer{{"loaded", Json::array()}, {"removed", change.removed}};
  for (const SourceFile& file : change.put) answer["loaded"].push_back(file.name);
  ask_for(change, std::move(answer), request.plain, std::move(reply));
}

void HttpService::reset_clock(const HttpRequest& request, Reply reply) {
  const engine::DurableStatus status = engine_->status();
  if (status.phase != Phase::kReady || status.no_room) {
    HttpAnswer answer = error_of(503, "no clock can be reset now: " + readiness(status).text, request.plain);
    answer.retry_after_seconds = 1;
    return reply(std::move(answer));
  }
  const std::string& name = request.route.name;
  std::vector<std::string> known;
  for (const StreamStats& stream : status.streams) known.push_back(stream.name);
  if (std::find(known.begin(), known.end(), name) == known.end()) {
    const std::string near = base::nearest(name, known);
    return reply(error_of(404, "there is no stream `" + name.substr(0, 255) + "`" + (near.empty() ? "" : "; did you mean `" + near + "`?"), request.plain));
  }
  loads_[engine_->reset_clock(name)] = {std::move(reply), Json{{"reset", name}}, request.plain, steady_ms() + kLoadWaitMs};
}

// `answer`: what is said if it is done, but for the position.
void HttpService::ask_for(const engine::FileChange& change, Json answer, bool plain, Reply reply) {
  loads_[engine_->change_files(change)] = {std::move(reply), std::move(answer), plain, steady_ms() + kLoadWaitMs};
}

void HttpService::on_notice(const Notice& notice) {
  if (notice.kind == Notice::Kind::kLoaded) return loaded(notice);
  events_.on_notice(notice);
}

void HttpService::loaded(const Notice& notice) {
  auto at = loads_.find(notice.request);
  const bool reset = at != loads_.end() && at->second.answer.contains("reset");
  if (!reset) ++(notice.text.empty() ? loads_done_ : loads_failed_);
  if (at == loads_.end()) return;   // SIGHUP
  Load load = std::move(at->second);
  loads_.erase(at);
  if (!notice.text.empty()) {
    LogLine(LogLevel::kWarn, "pattern files were refused, nothing has changed")
        .add("change", load.answer.dump(-1, ' ', false, Json::error_handler_t::replace))
        .add("why", first_line(notice.text));
    return load.reply(error_of(422, notice.text, load.plain));
  }
  const uint64_t position = notice.number > 0 ? notice.number : engine_->status().load_position;
  LogLine(LogLevel::kInfo, reset ? "the clock of a stream was reset" : "the pattern files were changed").add("change", load.answer.dump(-1, ' ', false, Json::error_handler_t::replace)).add("position", position);
  load.answer["position"] = position;
  if (std::string warnings = engine_->take_load_warnings(notice.request); !warnings.empty()) load.answer["warnings"] = std::move(warnings);
  load.reply(json_of(load.answer.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n"));
}

void HttpService::expire_loads() {
  const int64_t now = steady_ms();
  for (auto at = loads_.begin(); at != loads_.end();) {
    if (now < at->second.deadline_ms) {
      ++at;
      continue;
    }
    Load load = std::move(at->second);
    at = loads_.erase(at);
    load.reply(error_of(504, "the engine has not answered in time; the change may still come", load.plain));
  }
}

void HttpService::start() { sample(); }

void HttpService::sample() {
  using namespace std::chrono;
  const auto now = duration_cast<microseconds>(steady_clock::now().time_since_epoch()).count();
  rates_.sample(static_cast<uint64_t>(now), engine_->status().streams);
  expire_loads();
  events_.expire(steady_ms());
  sample_timer_.expires_after(kSampleEvery);
  sample_timer_.async_wait([this](const error_code& cancelled) {
    if (!cancelled && !stopped_) sample();
  });
}

void HttpService::stop() {
  if (stopped_) return;
  stopped_ = true;
  sample_timer_.cancel();
  events_.stop();
  std::map<uint64_t, Load> loads = std::move(loads_);
  for (auto& [number, load] : loads) load.reply(error_of(503, "the daemon stops; the change may still come", load.plain));
}

}  // namespace cep::server
