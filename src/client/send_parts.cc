#include "client/send_parts.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/time_text.h"
#include "base/visible.h"

namespace cep::client {

using std::chrono::steady_clock;

std::string duration_text(int64_t ms) {
  std::string text;
  base::append_duration(ms, &text);
  return text;
}

double seconds_since(steady_clock::time_point start) {
  return std::chrono::duration<double>(steady_clock::now() - start).count();
}

Answer read_answer(std::string_view line) {
  using Json = nlohmann::json;
  const Json value = Json::parse(line.begin(), line.end(), nullptr, false);
  auto number_of = [&](const char* object, const char* member, uint64_t* out) {
    if (!value.is_object() || !value.contains(object) || !value[object].is_object()) return false;
    const Json& body = value[object];
    if (!body.contains(member) || !body[member].is_number_unsigned()) return false;
    *out = body[member].get<uint64_t>();
    return true;
  };
  Answer answer;
  answer.text = line;
  if (number_of("_ack", "upto", &answer.number)) {
    answer.kind = Answer::Kind::kAck;
  } else if (number_of("_welcome", "next", &answer.number)) {
    answer.kind = Answer::Kind::kWelcome;
  } else if (number_of("_error", "line", &answer.number)) {
    answer.kind = Answer::Kind::kRejected;
  }
  if (value.is_object() && value.contains("_error") && value["_error"].is_object()) {
    const Json& error = value["_error"];
    if (error.contains("reason") && error["reason"].is_string()) answer.text = error["reason"].get<std::string>();
  }
  return answer;
}

void Rejections::take(const Answer& answer) {
  const bool numbered = answer.kind == Answer::Kind::kRejected;
  if (numbered && answer.number <= last_) return;
  if (numbered) last_ = answer.number;
  if (++count_ > kShownMax) return;
  std::string place = options_.file == "-" ? "<stdin>" : options_.file;
  if (numbered) place += ":" + std::to_string(answer.number);
  std::fprintf(options_.err, "%s: %s\n", base::visible(place).c_str(), base::visible(answer.text).c_str());
}

void Rejections::summarise() const {
  if (count_ <= kShownMax) return;
  std::fprintf(options_.err, "… and %llu more rejected lines\n", static_cast<unsigned long long>(count_ - kShownMax));
}

SendProgress::SendProgress(const SendOptions& options, int fd) : err_(options.err) {
  active_ = options.progress && isatty(fileno(err_)) == 1;
  struct stat info {};
  if (::fstat(fd, &info) == 0 && S_ISREG(info.st_mode) && info.st_size > 0) total_ = static_cast<uint64_t>(info.st_size);
}

void SendProgress::clear() {
  if (active_) std::fprintf(err_, "\r\033[K");
  active_ = false;
}

void SendProgress::show(uint64_t bytes, uint64_t lines, const char* what) {
  if (!active_ || seconds_since(last_) < 0.1) return;
  if (last_ == steady_clock::time_point{}) first_lines_ = lines;  // those that were there already cost no time
  last_ = steady_clock::now();
  constexpr uint64_t kWidth = 30;
  std::string bar;
  if (total_ > 0) {
    const uint64_t done = std::min(kWidth, bytes * kWidth / total_);
    bar = "[" + std::string(done, '#') + std::string(kWidth - done, '.') + "] " + std::to_string(std::min<uint64_t>(100, bytes * 100 / total_)) + "%  ";
  }
  const double per_second = static_cast<double>(lines - first_lines_) / std::max(1e-9, seconds_since(start_));
  std::fprintf(err_, "\r\033[K%s%llu lines %s  %.0f/s", bar.c_str(), static_cast<unsigned long long>(lines), what, per_second);
  std::fflush(err_);
}

}  // namespace cep::client
