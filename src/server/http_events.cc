#include "server/http_events.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <vector>

#include "server/http_view.h"

namespace cep::server {

using engine::LineBatch;
using engine::Notice;
using engine::Phase;

namespace {

using Json = nlohmann::ordered_json;

HttpAnswer json_answer(int code, const Json& json) {
  HttpAnswer answer;
  answer.code = code;
  answer.body = json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
  return answer;
}

HttpAnswer unavailable(const Readiness& ready) {
  HttpAnswer answer = error_of(503, ready.text.substr(0, ready.text.size() - 1));
  answer.retry_after_seconds = 1;
  return answer;
}

}  // namespace

BodyLines split_body(std::string_view body, size_t line_bytes, uint64_t skip) {
  BodyLines out;
  while (!body.empty()) {
    const size_t end = std::min(body.find('\n'), body.size());
    const std::string_view line = body.substr(0, end);
    body.remove_prefix(std::min(end + 1, body.size()));
    if (++out.count <= skip) continue;
    if (out.batches.empty() || out.batches.back().entries.size() + line.size() > BodyLines::kBatchBytes) out.batches.emplace_back();
    LineBatch& batch = out.batches.back();
    ++batch.count;
    if (line.size() <= line_bytes) {
      journal::append_line(line, &batch.entries);
    } else {
      journal::append_broken(line.size(), line.substr(0, journal::kBrokenBytesMax),
                             "the line is longer than limits.line (" + std::to_string(line_bytes) + " bytes)", &batch.entries);
    }
  }
  return out;
}

struct HttpEvents::Post {
  uint64_t connection = 0;
  HttpRoute route;
  std::string body;              // until it is split
  BodyLines lines;               // those not offered yet
  bool split = false, finishing = false;
  uint64_t epoch = 0;
  uint64_t skipped = 0;          // taken before, by their numbers
  uint64_t first = 1, next = 1;  // numbers: of its first line offered, of the next one
  struct Rejected {
    uint64_t line = 0;
    std::string reason;
  };
  std::vector<Rejected> rejected;
  uint64_t rejected_count = 0;
  int64_t deadline_ms = 0;
  Reply reply;
};

void HttpEvents::post(const HttpRoute& route, std::string body, int64_t now_ms, Reply reply) {
  const engine::DurableStatus status = engine_->status();
  const bool takes = status.phase == Phase::kReady || status.phase == Phase::kHeld;
  if (!takes || status.no_room || status.memory_full) return reply(unavailable(readiness(status)));
  auto post = std::make_shared<Post>();
  post->connection = ++last_connection_;
  post->route = route;
  post->body = std::move(body);
  post->deadline_ms = now_ms + kWaitMs;
  post->reply = std::move(reply);
  posts_[post->connection] = post;
  if (route.producer.empty()) return take(post, 1);
  engine_->hello(post->connection, route.producer, route.stream);   // kWelcome follows
}

// Splits the body, now that the number of the next line is known.
void HttpEvents::take(const PostPtr& post, uint64_t next) {
  if (post->split) return;
  const uint64_t asked = post->route.first;
  if (asked > next) {
    return done(post, json_answer(409, {{"error", "`first` is beyond the next line of this producer: lines are missing"}, {"next", next}}));
  }
  post->split = true;
  post->lines = split_body(post->body, line_bytes_, asked == 0 ? 0 : next - asked);
  post->skipped = asked == 0 ? 0 : std::min(next - asked, post->lines.count);
  std::string().swap(post->body);
  post->first = post->next = next;
  offer(post);
}

void HttpEvents::offer(const PostPtr& post) {
  while (!post->lines.batches.empty()) {
    LineBatch& batch = post->lines.batches.front();
    batch.connection = post->connection;
    batch.producer = post->route.producer;
    batch.epoch = post->epoch;
    batch.stream = post->route.stream;
    batch.first_number = post->next;
    const uint32_t count = batch.count;
    if (!engine_->offer(&batch)) return;   // kRoom comes
    post->next += count;
    post->lines.batches.pop_front();
  }
  post->finishing = true;
  engine_->finish(post->connection);   // kFinished follows
}

void HttpEvents::on_notice(const Notice& notice) {
  if (notice.kind == Notice::Kind::kRoom) {
    for (auto& [connection, post] : posts_)
      if (post->split && !post->finishing) offer(post);
    return;
  }
  auto at = posts_.find(notice.connection);
  if (at == posts_.end()) return;
  const PostPtr post = at->second;
  switch (notice.kind) {
    case Notice::Kind::kWelcome:
      post->epoch = notice.epoch;
      return take(post, notice.number);
    case Notice::Kind::kRejected:
      return rejected(post.get(), notice);
    case Notice::Kind::kFinished:
      return finished(post);
    case Notice::Kind::kRefused:
      return done(post, error_of(503, notice.text));
    case Notice::Kind::kTakenOver:
      return done(post, error_of(409, "another session has this producer's id now; lines of this request may have been taken"));
    default:
      return;
  }
}

void HttpEvents::rejected(Post* post, const Notice& notice) {
  ++post->rejected_count;
  if (post->rejected.size() < kRejectedMax) post->rejected.push_back({notice.number - post->first + 1 + post->skipped, notice.text});
}

// All its lines are durable and, unless the daemon is held, worked.
void HttpEvents::finished(const PostPtr& post) {
  const bool worked = engine_->status().phase != Phase::kHeld;
  Json json{{"accepted", post->lines.count - post->rejected_count}, {"rejected", Json::array()}};
  for (const Post::Rejected& r : post->rejected) json["rejected"].push_back({{"line", r.line}, {"reason", r.reason}});
  if (post->rejected_count > post->rejected.size()) json["rejected_more"] = post->rejected_count - post->rejected.size();
  if (post->skipped > 0) json["repeated"] = post->skipped;
  if (!post->route.producer.empty()) json["next"] = post->next;
  if (!worked) json["worked"] = false;
  done(post, json_answer(worked ? 200 : 202, json));
}

bool HttpEvents::all_offered() const {
  return std::all_of(posts_.begin(), posts_.end(), [](const auto& each) { return each.second->finishing; });
}

void HttpEvents::expire(int64_t now_ms) {
  const std::map<uint64_t, PostPtr> posts = posts_;   // done() takes from it
  for (const auto& [connection, post] : posts) {
    if (now_ms < post->deadline_ms) continue;
    Json json{{"error", "the lines were not worked in time; those that were taken stay taken"}, {"taken", post->next - post->first}};
    HttpAnswer answer = json_answer(503, json);
    answer.retry_after_seconds = 1;
    done(post, std::move(answer));
  }
}

void HttpEvents::done(const PostPtr& post, HttpAnswer answer) {
  if (posts_.erase(post->connection) == 0) return;
  engine_->goodbye(post->connection);
  post->reply(std::move(answer));
}

void HttpEvents::stop() {
  const std::map<uint64_t, PostPtr> posts = posts_;
  for (const auto& [connection, post] : posts) done(post, error_of(503, "the daemon stops; lines that were on their way may have been taken"));
}

}  // namespace cep::server
