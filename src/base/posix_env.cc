// The machine's own Env: plain system calls, each repeated where a signal broke it off, each error with the path and what errno says. Nothing is buffered here.
#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>

#include "base/check.h"
#include "base/env.h"
#include "base/regular_file.h"

namespace cep::base {
namespace {

Status failed(std::string_view what, const std::string& path, int error) {
  char buffer[256];
  const char* why = ::strerror_r(error, buffer, sizeof buffer);
  const char* hint = error == EFBIG ? ": the process may not write files as large as that (RLIMIT_FSIZE): raise `ulimit -f`, or LimitFSIZE= of the service" : "";
  return Status::error("cannot " + std::string(what) + " " + path + ": " + why + hint);
}

// Calls again while a signal breaks it off.
template <class Call>
auto again(Call call) {
  auto result = call();
  while (result == -1 && errno == EINTR) result = call();
  return result;
}

// Takes the lock. A process that was killed a moment ago holds it until the kernel has taken it down, so whoever starts its successor need not know when that is.
// 0, or the errno: EWOULDBLOCK if it is still held then.
int wait_for_lock(int fd) {
  using std::chrono::steady_clock;
  const auto deadline = steady_clock::now() + std::chrono::seconds(2);
  while (again([&] { return ::flock(fd, LOCK_EX | LOCK_NB); }) != 0) {
    if (errno != EWOULDBLOCK || steady_clock::now() >= deadline) return errno;
    ::poll(nullptr, 0, 20);
  }
  return 0;
}

uint64_t id_of(const struct stat& st) { return static_cast<uint64_t>(st.st_ino) ^ static_cast<uint64_t>(st.st_dev) << 48; }

class PosixFile final : public File {
 public:
  PosixFile(int fd, std::string path) : fd_(fd), path_(std::move(path)) {}
  ~PosixFile() override { ::close(fd_); }
  PosixFile(const PosixFile&) = delete;
  PosixFile& operator=(const PosixFile&) = delete;

  Status write_at(uint64_t offset, std::string_view bytes) override {
    while (!bytes.empty()) {
      ssize_t n = again([&] { return ::pwrite(fd_, bytes.data(), bytes.size(), static_cast<off_t>(offset)); });
      if (n <= 0) return failed("write", path_, n == 0 ? EIO : errno);
      offset += static_cast<uint64_t>(n);
      bytes.remove_prefix(static_cast<size_t>(n));
    }
    return {};
  }

  Result<size_t> read_at(uint64_t offset, char* out, size_t n) const override {
    size_t got = 0;
    while (got < n) {
      ssize_t part = again([&] { return ::pread(fd_, out + got, n - got, static_cast<off_t>(offset + got)); });
      if (part < 0) return failed("read", path_, errno);
      if (part == 0) break;
      got += static_cast<size_t>(part);
    }
    return got;
  }

  // Broken off by a signal is not failed: only then it is called again.
  Status sync() override {
    if (again([&] { return ::fdatasync(fd_); }) != 0) return failed("sync", path_, errno);
    return {};
  }

  Status truncate(uint64_t bytes) override {
    if (again([&] { return ::ftruncate(fd_, static_cast<off_t>(bytes)); }) != 0) return failed("truncate", path_, errno);
    return {};
  }

  Result<uint64_t> size() const override {
    struct stat st {};
    if (::fstat(fd_, &st) != 0) return failed("ask for the size of", path_, errno);
    return static_cast<uint64_t>(st.st_size);
  }

  uint64_t id() const override {
    struct stat st {};
    return ::fstat(fd_, &st) == 0 ? id_of(st) : 0;
  }

  // Not posix_fallocate: where the file system cannot, it would write every block.
  Status preallocate(uint64_t bytes) override {
    if (bytes == 0) return {};
    if (again([&] { return ::fallocate(fd_, 0, 0, static_cast<off_t>(bytes)); }) == 0) return {};
    if (errno != EOPNOTSUPP && errno != ENOSYS) return failed("reserve room for", path_, errno);
    Result<uint64_t> now = size();
    if (!now.ok()) return now.status();
    return now.value() < bytes ? truncate(bytes) : Status();
  }

 private:
  int fd_;
  std::string path_;
};

class PosixLock final : public FileLock {
 public:
  PosixLock(int fd, int folder) : fd_(fd), folder_(folder) {}
  ~PosixLock() override {
    [[maybe_unused]] int ignored = ::ftruncate(fd_, 0);  // the pid in it has lost its meaning
    ::close(fd_);
    if (folder_ >= 0) ::close(folder_);
  }
  PosixLock(const PosixLock&) = delete;
  PosixLock& operator=(const PosixLock&) = delete;

 private:
  int fd_, folder_;   // -1: the folder is not locked
};

// What the holder wrote: its pid, or nothing yet.
std::string holder(int fd) {
  char text[32];
  ssize_t n = again([&] { return ::pread(fd, text, sizeof text, 0); });
  std::string pid;
  for (ssize_t i = 0; i < n && text[i] >= '0' && text[i] <= '9'; ++i) pid.push_back(text[i]);
  return pid.empty() ? "another process" : "process " + pid;
}

int open_flags(OpenMode mode) {
  switch (mode) {
    case OpenMode::kRead: return O_RDONLY;
    case OpenMode::kWrite: return O_RDWR;
    case OpenMode::kCreate: break;
  }
  return O_RDWR | O_CREAT | O_EXCL;
}

class PosixEnv final : public Env {
 public:
  Result<std::unique_ptr<File>> open(const std::string& path, OpenMode mode) override {
    Result<int> fd = open_regular(mode == OpenMode::kCreate ? "make" : "open", path, open_flags(mode), 0644);
    if (!fd.ok()) return fd.status();
    return std::unique_ptr<File>(std::make_unique<PosixFile>(fd.value(), path));
  }

  Status rename(const std::string& from, const std::string& to) override {
    if (::rename(from.c_str(), to.c_str()) != 0) return failed("rename " + from + " to", to, errno);
    return {};
  }

  Status remove(const std::string& path) override {
    if (::unlink(path.c_str()) != 0) return failed("remove", path, errno);
    return {};
  }

  Status make_dir(const std::string& path) override {
    for (size_t end = path.find('/', 1); end != std::string::npos; end = path.find('/', end + 1)) {
      if (Status made = make_one(path.substr(0, end), false); !made.ok()) return made;
    }
    return make_one(path, true);
  }

  Status sync_dir(const std::string& path) override {
    int fd = again([&] { return ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); });
    if (fd < 0) return failed("open", path, errno);
    int error = again([&] { return ::fsync(fd); }) == 0 ? 0 : errno;
    ::close(fd);
    if (error == 0 || error == EINVAL) return {};  // EINVAL: a file system that keeps no directory back
    return failed("sync", path, error);
  }

  Result<std::vector<std::string>> list(const std::string& path) override {
    DIR* dir = ::opendir(path.c_str());
    if (dir == nullptr) return failed("list", path, errno);
    std::vector<std::string> names;
    errno = 0;
    while (const dirent* entry = ::readdir(dir)) {
      std::string name = entry->d_name;
      if (name != "." && name != "..") names.push_back(std::move(name));
      errno = 0;
    }
    int error = errno;
    ::closedir(dir);
    if (error != 0) return failed("list", path, error);
    std::sort(names.begin(), names.end());
    return names;
  }

  bool exists(const std::string& path) override { return ::access(path.c_str(), F_OK) == 0; }

  Result<uint64_t> free_bytes(const std::string& path) override {
    struct statvfs st {};
    if (again([&] { return ::statvfs(path.c_str(), &st); }) != 0) return failed("ask for the free room of", path, errno);
    return static_cast<uint64_t>(st.f_bavail) * st.f_frsize;
  }

  Result<std::unique_ptr<FileLock>> lock(const std::string& path) override {
    Result<int> opened = open_locked(path);
    if (!opened.ok()) return opened.status();
    const int fd = opened.value();
    int folder = -1;
    if (Status locked = lock_folder(path, &folder); !locked.ok()) {
      ::close(fd);
      return locked;
    }
    auto held = std::make_unique<PosixLock>(fd, folder);  // not before: its end empties the file
    std::string pid = std::to_string(::getpid()) + "\n";
    if (::ftruncate(fd, 0) != 0 || again([&] { return ::pwrite(fd, pid.data(), pid.size(), 0); }) != static_cast<ssize_t>(pid.size())) {
      return failed("write", path, errno);
    }
    return std::unique_ptr<FileLock>(std::move(held));
  }

  uint64_t file_id(const std::string& path) override {
    struct stat st {};
    return ::stat(path.c_str(), &st) == 0 ? id_of(st) : 0;
  }

  int64_t modified_ms(const std::string& path) override {
    struct stat st {};
    if (::stat(path.c_str(), &st) != 0) return -1;
    return static_cast<int64_t>(st.st_mtim.tv_sec) * 1000 + st.st_mtim.tv_nsec / 1000000;
  }

  int64_t wall_ms() override {
    using std::chrono::duration_cast, std::chrono::milliseconds, std::chrono::system_clock;
    return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
  }

  uint64_t steady_us() override {
    using std::chrono::duration_cast, std::chrono::microseconds, std::chrono::steady_clock;
    return static_cast<uint64_t>(duration_cast<microseconds>(steady_clock::now().time_since_epoch()).count());
  }

  uint64_t random() override {
    uint64_t value = 0;
    // So few bytes come whole or not at all.
    CEP_CHECK(again([&] { return ::getrandom(&value, sizeof value, 0); }) == static_cast<ssize_t>(sizeof value));
    return value;
  }

  uint64_t boot() override {
    char text[40];
    const int fd = again([&] { return ::open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC); });
    if (fd < 0) return 0;
    const ssize_t n = again([&] { return ::read(fd, text, sizeof text); });
    ::close(fd);
    uint64_t digits = 0;  // the first 64 bits of the id, which are random but for a few
    for (ssize_t i = 0, seen = 0; i < n && seen < 16; ++i) {
      const char c = text[i];
      const int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
      if (digit < 0) continue;
      digits = digits << 4 | static_cast<uint64_t>(digit);
      ++seen;
    }
    return digits;
  }

 private:
  // The file, locked, as it lies under its name: one that was removed while we waited for its lock keeps nobody out.
  Result<int> open_locked(const std::string& path) {
    for (;;) {
      Result<int> opened = open_regular("open", path, O_RDWR | O_CREAT, 0644);
      if (!opened.ok()) return opened;
      const int fd = opened.value();
      if (int error = wait_for_lock(fd); error != 0) {
        std::string who = holder(fd);
        ::close(fd);
        if (error != EWOULDBLOCK) return failed("lock", path, error);
        return Status::error(path + " is locked by " + who);
      }
      struct stat mine {}, named {};
      if (::fstat(fd, &mine) != 0 || ::stat(path.c_str(), &named) != 0 || mine.st_ino != named.st_ino || mine.st_dev != named.st_dev) {
        ::close(fd);
        continue;
      }
      return fd;
    }
  }

  // The folder is locked too: then a lock whose file somebody has removed still keeps others out. *folder stays -1 where a file system knows no locks of folders.
  Status lock_folder(const std::string& path, int* folder) {
    const size_t slash = path.rfind('/');
    const std::string above = slash == std::string::npos ? "." : slash == 0 ? "/" : path.substr(0, slash);
    const int fd = again([&] { return ::open(above.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); });
    if (fd < 0) return failed("open", above, errno);
    const int error = wait_for_lock(fd);
    if (error == 0) {
      *folder = fd;
      return {};
    }
    ::close(fd);
    if (error != EWOULDBLOCK) return {};
    return Status::error(above + " is locked by another process, whose lock file " + path + " was removed or replaced");
  }

  // `last`: the name is synced though it is there already, since who made it may have been killed before he did so.
  Status make_one(const std::string& path, bool last) {
    // What is in it concerns this user and the group alone; what lies above is not ours.
    const bool made = ::mkdir(path.c_str(), last ? 0750 : 0755) == 0;
    if (!made) {
      const int error = errno;
      struct stat st {};
      // A directory that is there is fine, whatever mkdir says of it (on a read-only disk, above a directory that we may not write).
      const bool there = ::stat(path.c_str(), &st) == 0 && S_ISDIR(st.st_mode);
      if (!there) return failed("make the directory", path, error == EEXIST ? ENOTDIR : error);
    }
    return made || last ? sync_name(path) : Status();
  }

  Status sync_name(const std::string& path) {
    const std::string above = path + "/..";
    const bool may = ::access(above.c_str(), R_OK) == 0;  // whom nobody lets look there cannot sync it
    return may ? sync_dir(above) : Status();
  }
};

}  // namespace

Env* posix_env() {
  static PosixEnv env;
  return &env;
}

Result<std::unique_ptr<File>> open_unnamed(const std::string& dir) {
  Result<int> fd = open_regular("make a file in", dir, O_TMPFILE | O_RDWR, 0600);
  if (fd.ok()) return std::unique_ptr<File>(std::make_unique<PosixFile>(fd.value(), "a file without a name in " + dir));
  char digits[17];
  std::snprintf(digits, sizeof digits, "%016llx", static_cast<unsigned long long>(posix_env()->random()));
  const std::string path = dir + "/" + std::string(kUnnamedPrefix) + digits;
  fd = open_regular("make", path, O_RDWR | O_CREAT | O_EXCL, 0600);
  if (!fd.ok()) return fd.status();
  ::unlink(path.c_str());
  return std::unique_ptr<File>(std::make_unique<PosixFile>(fd.value(), path));
}

}  // namespace cep::base
