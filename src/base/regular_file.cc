#include "base/regular_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace cep::base {
namespace {

constexpr size_t kReadBytes = 256 << 10;

Status cannot(const char* verb, const std::string& path, const std::string& why) { return Status::error("cannot " + std::string(verb) + " " + path + ": " + why); }

const char* kind_of(mode_t mode) {
  if (S_ISDIR(mode)) return "a folder";
  if (S_ISFIFO(mode)) return "a named pipe";
  if (S_ISSOCK(mode)) return "a socket";
  return "a device";
}

}  // namespace

Result<int> open_regular(const char* verb, const std::string& path, int flags, unsigned mode) {
  int fd = -1;
  do fd = ::open(path.c_str(), flags | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, mode);
  while (fd < 0 && errno == EINTR);
  const int error = errno;
  struct stat st {};
  const bool known = fd >= 0 ? ::fstat(fd, &st) == 0 : ::stat(path.c_str(), &st) == 0;   // ENXIO and EISDIR say less
  if (known && !S_ISREG(st.st_mode) && (fd >= 0 || error == ENXIO || error == EISDIR)) {
    if (fd >= 0) ::close(fd);
    return cannot(verb, path, std::string("it is ") + kind_of(st.st_mode) + ", not a regular file; put a file with the content in its place");
  }
  if (fd < 0) return cannot(verb, path, std::strerror(error));
  return fd;
}

std::string file_birth(const std::string& path) {
  struct statx st {};
  if (::statx(AT_FDCWD, path.c_str(), 0, STATX_INO | STATX_BTIME, &st) != 0 || (st.stx_mask & STATX_BTIME) == 0 || (st.stx_mask & STATX_INO) == 0) return {};
  return "file " + std::to_string(st.stx_ino) + " made " + std::to_string(st.stx_btime.tv_sec) + "." + std::to_string(st.stx_btime.tv_nsec);
}

Result<std::string> read_regular(const std::string& path) {
  Result<int> opened = open_regular("read", path, O_RDONLY);
  if (!opened.ok()) return opened.status();
  std::string text;
  size_t used = 0;
  for (;;) {
    text.resize(used + kReadBytes);
    const ssize_t n = ::read(opened.value(), text.data() + used, kReadBytes);
    if (n < 0 && errno == EINTR) continue;
    const int error = errno;
    if (n > 0) {
      used += static_cast<size_t>(n);
      continue;
    }
    ::close(opened.value());
    if (n < 0) return cannot("read", path, std::strerror(error));
    text.resize(used);
    return text;
  }
}

}  // namespace cep::base
