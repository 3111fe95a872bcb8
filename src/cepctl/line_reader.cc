#include "cepctl/line_reader.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "event/recorded_line.h"

namespace cep::cepctl {
namespace {
constexpr size_t kBlock = 1 << 20;
}

Result<std::unique_ptr<LineReader>> LineReader::open(const std::string& path, size_t limit,
                                                     std::function<void()> before_wait) {
  const int fd = path == "-" ? STDIN_FILENO : ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  struct stat info{};
  if (fd < 0 || ::fstat(fd, &info) != 0)
    return Status::error("cannot read " + path + ": " + std::strerror(errno));
  if (S_ISDIR(info.st_mode)) {
    ::close(fd);
    return Status::error("cannot read " + path + ": it is a directory");
  }
  const uint64_t bytes = S_ISREG(info.st_mode) ? static_cast<uint64_t>(info.st_size) : 0;
  return std::unique_ptr<LineReader>(new LineReader(fd, path, limit, bytes, std::move(before_wait)));
}

LineReader::LineReader(int fd, std::string path, size_t limit, uint64_t file_bytes,
                       std::function<void()> before_wait)
    : fd_(fd),
      path_(std::move(path)),
      limit_(std::max(limit, kKeepBytes)),
      file_bytes_(file_bytes),
      before_wait_(std::move(before_wait)),
      block_(kBlock) {}

LineReader::~LineReader() {
  if (fd_ != STDIN_FILENO) ::close(fd_);
}

bool LineReader::read_more() {
  if (file_bytes_ == 0 && !ended_ && before_wait_) before_wait_();
  while (!ended_) {
    const ssize_t n = ::read(fd_, block_.data() + end_, block_.size() - end_);
    if (n > 0) {
      end_ += static_cast<size_t>(n);
      bytes_read_ += static_cast<uint64_t>(n);
      return true;
    }
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) trouble_ = "cannot read " + path_ + ": " + std::strerror(errno);
    ended_ = true;
  }
  return false;
}

bool LineReader::next_block(std::string_view* bytes) {
  at_ = end_ = 0;
  if (!read_more()) return false;
  *bytes = {block_.data(), end_};
  at_ = end_;
  return true;
}

bool LineReader::may_be_long(std::string_view line) {
  return line.size() <= event::kRecordedBytesMax && event::begins_recorded(line.substr(0, 64));
}

// The block holds no whole line: moves what is left to its beginning and reads on.
LineReader::Got LineReader::next_from_file(std::string_view* line) {
  std::memmove(block_.data(), block_.data() + at_, end_ - at_);
  end_ -= at_;
  at_ = 0;
  while (true) {
    const size_t searched = end_;
    if (searched > limit_ && (searched > event::kRecordedBytesMax || !may_be_long({block_.data(), searched})))
      return skip_long(line);
    if (end_ == block_.size()) block_.resize(block_.size() + kBlock);
    if (!read_more()) break;
    if (std::memchr(block_.data() + searched, '\n', end_ - searched) != nullptr) return next(line);
  }
  if (end_ == 0) return Got::kEnd;
  *line = {block_.data(), end_};
  at_ = end_;
  return Got::kLine;
}

// The line at the beginning of the block is over the limit and has no LF yet.
LineReader::Got LineReader::skip_long(std::string_view* line) {
  kept_.assign(block_.data(), kKeepBytes);
  at_ = end_ = 0;
  while (read_more()) {
    if (const void* lf = std::memchr(block_.data(), '\n', end_)) {
      at_ = static_cast<size_t>(static_cast<const char*>(lf) - block_.data()) + 1;
      break;
    }
    end_ = 0;
  }
  *line = kept_;
  return Got::kTooLong;
}

}  // namespace cep::cepctl
