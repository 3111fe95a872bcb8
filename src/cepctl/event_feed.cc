#include "cepctl/event_feed.h"

#include <algorithm>
#include <cctype>
#include <filesystem>

#include "base/nearest.h"

namespace cep::cepctl {
namespace {

// Splits "STREAM=F". What stands before `=` must be a name; a file that has such a name itself is taken as it
// is.
Status split(const std::string& argument, const Engine& engine, std::string* stream, std::string* path) {
  *path = argument;
  const size_t eq = argument.find('=');
  if (eq == std::string::npos || eq == 0) return {};
  const std::string name = argument.substr(0, eq);
  const bool is_name =
      std::all_of(name.begin(), name.end(), [](unsigned char c) { return std::isalnum(c) || c == '_'; });
  if (!is_name) return {};
  if (!engine.has_stream(name)) {
    std::error_code ec;
    if (std::filesystem::exists(argument, ec)) return {};
    const std::string near = base::nearest(name, engine.streams());
    return Status::error("--events: there is no stream `" + name + "`" +
                         (near.empty() ? "" : "; did you mean `" + near + "`?"));
  }
  *stream = name;
  *path = argument.substr(eq + 1);
  return {};
}

}  // namespace

Result<std::unique_ptr<EventFeed>> EventFeed::open(const std::vector<std::string>& events,
                                                   const FeedOptions& options, const Engine& engine,
                                                   const std::function<std::unique_ptr<LineTimes>()>& times) {
  auto feed = std::make_unique<EventFeed>();
  for (const std::string& argument : events) {
    Input input;
    std::string path;
    if (Status s = split(argument, engine, &input.stream, &path); !s.ok()) return s;
    auto file = EventFile::open(path, options.format, options.limits, options.before_wait);
    if (!file.ok()) return file.status();
    input.file = std::move(file.value());
    feed->inputs_.push_back(std::move(input));
  }
  if (options.needs_time || feed->inputs_.size() > 1) feed->times_ = times();
  return feed;
}

void EventFeed::read_time(FedLine* line) {
  line->has_time = false;
  line->timeless = false;
  if (line->file.broken) return;
  const LineTimes::Found found = times_->find(line->file.text, line->stream, &line->time);
  line->has_time = found == LineTimes::Found::kTime;
  line->timeless = found == LineTimes::Found::kTimeless;
}

bool EventFeed::next_merged(FedLine* line) {
  if (!started_) {
    for (Input& in : inputs_) in.has_head = read(&in, &in.head);
    started_ = true;
  } else {
    Input& in = inputs_[last_];
    in.has_head = read(&in, &in.head);
  }
  // A line without a time goes at once: at the beginning of its file, or behind its predecessor.
  auto time_of = [](const Input& in) { return in.head.has_time ? in.head.time : INT64_MIN; };
  size_t best = inputs_.size();
  const bool glued = inputs_[last_].has_head && !inputs_[last_].head.has_time;
  if (glued) best = last_;
  for (size_t i = 0; !glued && i < inputs_.size(); ++i) {
    if (!inputs_[i].has_head) continue;
    if (best == inputs_.size() || time_of(inputs_[i]) < time_of(inputs_[best])) best = i;
  }
  if (best == inputs_.size()) return false;
  last_ = best;
  *line = inputs_[best].head;
  return true;
}

void EventFeed::set_limits(const Limits& limits) {
  for (Input& in : inputs_) in.file->set_limits(limits);
}

uint64_t EventFeed::file_bytes() const {
  uint64_t sum = 0;
  for (const Input& in : inputs_) sum += in.file->file_bytes();
  return sum;
}

uint64_t EventFeed::bytes_read() const {
  uint64_t sum = 0;
  for (const Input& in : inputs_) sum += in.file->bytes_read();
  return sum;
}

std::string EventFeed::trouble() const {
  for (const Input& in : inputs_)
    if (!in.file->trouble().empty()) return in.file->trouble();
  return "";
}

}  // namespace cep::cepctl
