#include "output/file_tail.h"

#include <algorithm>
#include <charconv>

namespace cep::output {
namespace {

std::string line_begin(Channel channel) { return "{\"channel\":\"" + std::string(channel_name(channel)) + "\",\"seq\":"; }

// The log's lines one after the other.
class LogLines {
 public:
  LogLines(const OutputLog& log, Channel channel) : log_(log), channel_(channel) {}

  // The line of this record with its LF; empty: the log does not have it. Asked for rising seqs.
  Result<std::string_view> line(uint64_t seq) {
    if (seq - seq_ > kSkipMax || at_ == lines_.size()) {
      lines_.clear();
      seq_ = seq;
    }
    for (;; ++seq_) {
      if (at_ >= lines_.size()) {
        if (Status read = fill(); !read.ok()) return read;
        if (lines_.empty()) return std::string_view();
      }
      const size_t end = lines_.find('\n', at_) + 1;
      const std::string_view found = std::string_view(lines_).substr(at_, end - at_);
      if (seq_ == seq) return found;
      at_ = end;
    }
  }

 private:
  static constexpr uint64_t kSkipMax = 1000;  // beyond it a new place is looked up
  static constexpr size_t kFillBytes = 256 << 10;

  Status fill() {
    lines_.clear();
    at_ = 0;
    auto read = log_.copy(channel_, seq_, kFillBytes, [](std::string_view) { return true; }, &lines_);
    return read.ok() ? Status() : read.status();
  }

  const OutputLog& log_;
  const Channel channel_;
  std::string lines_;
  size_t at_ = 0;
  uint64_t seq_ = 0;  // of the line at at_
};

class TailReader {
 public:
  TailReader(const OutputLog& log, Channel channel, std::string_view bytes, FileTail* tail)
      : place_(log.place(channel)), lines_(log, channel), channel_(channel), bytes_(bytes), tail_(tail) {}

  // Takes lines while they are sound. What follows must look like what a crash leaves.
  Status run() {
    for (size_t at = 0; at < bytes_.size();) {
      const size_t end = bytes_.find('\n', at);
      uint64_t seq = 0;
      if (end == std::string_view::npos || !is_record_line(bytes_.substr(at, end + 1 - at), channel_, &seq)) return check_torn(bytes_.substr(at));
      if (Status sound = check(seq, bytes_.substr(at, end + 1 - at)); !sound.ok()) return sound;
      at = end + 1;
      tail_->end = tail_->begin + at;
      tail_->last_seq = seq;
    }
    return {};
  }

 private:
  Status check(uint64_t seq, std::string_view line) {
    if (seq <= tail_->last_seq) return refused(seq, "it stands behind " + std::to_string(tail_->last_seq));
    if (seq >= place_.next) return refused(seq, "the log's next record is " + std::to_string(place_.next));
    if (seq < place_.oldest) return {};
    Result<std::string_view> ours = lines_.line(seq);
    if (!ours.ok()) return ours.status();
    if (!ours.value().empty() && ours.value() != line) return refused(seq, "the log has it otherwise");
    return {};
  }

  // A record in part, or zeros where bytes are missing. Anything else somebody else has written: it is not ours to cut.
  Status check_torn(std::string_view rest) const {
    const std::string begin = line_begin(channel_);
    for (size_t i = 0; i < std::min(begin.size(), rest.size()); ++i) {
      if (rest[i] == begin[i] || rest[i] == '\0') continue;
      return Status::error("what stands at offset " + std::to_string(tail_->end) + " is no record of " + std::string(channel_name(channel_)) + "; move the file away");
    }
    return {};
  }

  Status refused(uint64_t seq, const std::string& why) const {
    return Status::error("it has a record " + std::string(channel_name(channel_)) + "/" + std::to_string(seq) + ", but " + why +
                         ": the file is of another data directory; move it away");
  }

  const ChannelPlace place_;
  LogLines lines_;
  const Channel channel_;
  const std::string_view bytes_;
  FileTail* tail_;
};

Result<std::string> read_bytes(const base::File& file, uint64_t begin, uint64_t end) {
  std::string bytes(static_cast<size_t>(end - begin), '\0');
  Result<size_t> got = file.read_at(begin, bytes.data(), bytes.size());
  if (!got.ok()) return got.status();
  bytes.resize(got.value());
  return bytes;
}

}  // namespace

bool is_record_line(std::string_view line, Channel channel, uint64_t* seq) {
  const std::string prefix = line_begin(channel);
  if (!line.starts_with(prefix) || !line.ends_with("}\n") || line.find('\0') != std::string_view::npos) return false;
  const char* digits = line.data() + prefix.size();
  auto [end, error] = std::from_chars(digits, line.data() + line.size(), *seq);
  return error == std::errc() && *seq > 0 && (*end == ',' || *end == '}');
}

Result<FileTail> read_file_tail(const base::File& file, uint64_t size, uint64_t tail_bytes, const OutputLog& log, Channel channel) {
  FileTail tail;
  tail.begin = size > tail_bytes ? size - tail_bytes : 0;
  Result<std::string> read = read_bytes(file, tail.begin, size);
  if (!read.ok()) return read.status();
  tail.bytes = std::move(read.value());
  if (tail.begin > 0) {  // from the next line on
    const size_t line = tail.bytes.find('\n');
    tail.begin = line == std::string::npos ? size : tail.begin + line + 1;
    tail.bytes.erase(0, line == std::string::npos ? line : line + 1);
  }
  tail.end = tail.begin;
  if (Status checked = TailReader(log, channel, tail.bytes, &tail).run(); !checked.ok()) return checked;
  if (tail.last_seq == 0 && tail.begin > 0) return read_file_tail(file, size, size, log, channel);
  tail.bytes.resize(static_cast<size_t>(tail.end - tail.begin));
  return tail;
}

}  // namespace cep::output
