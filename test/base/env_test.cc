// The machine's Env: content, errors that name the path, locks between processes, full and read-only disks, calls broken off by signals.
#include "base/env.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <thread>

#include "base/child.h"
#include "base/env_kit.h"
#include "base/process.h"
#include "base/regular_file.h"
#include "base/temp_dir.h"

using namespace cep::base;
using base_test::bytes_at;
using base_test::TempDir;

namespace {

Env* env() { return posix_env(); }

std::unique_ptr<File> opened(const std::string& path, OpenMode mode) { return base_test::opened(env(), path, mode); }

constexpr int kNoMount = 50;

// In a child: a file system of its own on `path`. False where that is not allowed.
bool mount_here(const std::string& path, const char* type, const char* options) {
  if (::unshare(CLONE_NEWNS) != 0 || ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) return false;
  return ::mount("none", path.c_str(), type, 0, options) == 0;
}

// What such a child left with, 0 if it did all it should.
void check_left(int status) {
  if (base_test::left_with(status, kNoMount)) {
    MESSAGE("mounting is not allowed here: skipped");
    return;
  }
  CHECK(base_test::left_with(status, 0));
  CHECK(WEXITSTATUS(status) == 0);
}

bool ends(const std::string& text, const std::string& end) {
  return text.size() >= end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
}

}  // namespace

TEST_CASE("a file holds what was written, grows as needed and reads less only at its end") {
  TempDir dir;
  auto file = opened(dir.file("a"), OpenMode::kCreate);
  CHECK(file->size().value() == 0);
  CHECK(bytes_at(*file, 0, 10).empty());
  CHECK(file->write_at(3, "def").ok());
  CHECK(file->write_at(0, "ab").ok());
  CHECK(file->size().value() == 6);
  CHECK(bytes_at(*file, 0, 100) == std::string("ab\0def", 6));
  CHECK(bytes_at(*file, 4, 1) == "e");
  CHECK(bytes_at(*file, 6, 1).empty());
  CHECK(bytes_at(*file, 600, 1).empty());
  CHECK(file->sync().ok());
  CHECK(file->truncate(2).ok());
  CHECK(file->size().value() == 2);
  CHECK(file->truncate(4).ok());
  CHECK(bytes_at(*file, 0, 9) == std::string("ab\0\0", 4));
  auto again = opened(dir.file("a"), OpenMode::kRead);
  CHECK(bytes_at(*again, 0, 2) == "ab");
  CHECK(again->write_at(0, "x").message() == "cannot write " + dir.file("a") + ": Bad file descriptor");
  CHECK(opened(dir.file("a"), OpenMode::kWrite)->write_at(1, "B").ok());
  CHECK(bytes_at(*again, 0, 2) == "aB");
}

TEST_CASE("preallocating lets the size grow with zeros and never shrinks it") {
  for (const std::string base : {"", "/dev/shm"}) {  // a disk and a tmpfs
    TempDir dir;
    std::string path = base.empty() ? dir.file("a") : base + "/cepd-test-" + std::to_string(::getpid());
    auto made = env()->open(path, OpenMode::kCreate);
    if (!made.ok()) continue;
    File& file = *made.value();
    CHECK(file.write_at(0, "abc").ok());
    CHECK(file.preallocate(100000).ok());
    CHECK(file.size().value() == 100000);
    CHECK(bytes_at(file, 0, 5) == std::string("abc\0\0", 5));
    struct stat st {};
    REQUIRE(::stat(path.c_str(), &st) == 0);
    CHECK(st.st_blocks * 512 >= 100000);
    CHECK(file.preallocate(10).ok());
    CHECK(file.preallocate(0).ok());
    CHECK(file.size().value() == 100000);
    CHECK(env()->remove(path).ok());
  }
}

TEST_CASE("the modes of opening") {
  TempDir dir;
  const std::string path = dir.file("a");
  CHECK(env()->open(path, OpenMode::kRead).status().message() == "cannot open " + path + ": No such file or directory");
  CHECK(env()->open(path, OpenMode::kWrite).status().message() == "cannot open " + path + ": No such file or directory");
  auto file = opened(path, OpenMode::kCreate);
  CHECK(env()->open(path, OpenMode::kCreate).status().message() == "cannot make " + path + ": File exists");
  const std::string below = dir.file("no/b");
  CHECK(env()->open(below, OpenMode::kCreate).status().message() == "cannot make " + below + ": No such file or directory");
}

TEST_CASE("no descriptor is left to programs that are started") {
  TempDir dir;
  auto file = opened(dir.file("a"), OpenMode::kCreate);
  auto lock = env()->lock(dir.file("lock"));
  REQUIRE(lock.ok());
  int seen = 0;
  for (int fd = 3; fd < 256; ++fd) {
    char target[512];
    ssize_t n = ::readlink(("/proc/self/fd/" + std::to_string(fd)).c_str(), target, sizeof target);
    if (n <= 0 || std::string(target, static_cast<size_t>(n)).rfind(dir.path(), 0) != 0) continue;
    ++seen;
    CHECK((::fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0);
  }
  CHECK(seen == 3);  // the lock is the file's and the folder's
}

TEST_CASE("directories: made with those above, listed in order, errors with the path") {
  TempDir dir;
  CHECK(env()->make_dir(dir.file("x/y/z")).ok());
  CHECK(env()->make_dir(dir.file("x/y/z")).ok());
  CHECK(env()->make_dir(dir.file("x//y/w/")).ok());
  CHECK(env()->make_dir("/").ok());
  for (const char* name : {"x/b", "x/a", "x/.hidden", "x/B"}) opened(dir.file(name), OpenMode::kCreate);
  CHECK(env()->list(dir.file("x")).value() == std::vector<std::string>{".hidden", "B", "a", "b", "y"});
  CHECK(env()->sync_dir(dir.file("x")).ok());
  CHECK(env()->exists(dir.file("x/a")));
  CHECK(env()->exists(dir.file("x/y")));
  CHECK(!env()->exists(dir.file("x/c")));
  CHECK(env()->make_dir(dir.file("x/a")).message() == "cannot make the directory " + dir.file("x/a") + ": Not a directory");
  CHECK(env()->make_dir(dir.file("x/a/b")).message() == "cannot make the directory " + dir.file("x/a") + ": Not a directory");
  CHECK(env()->list(dir.file("no")).status().message() == "cannot list " + dir.file("no") + ": No such file or directory");
  CHECK(env()->sync_dir(dir.file("no")).message() == "cannot open " + dir.file("no") + ": No such file or directory");
}

TEST_CASE("rename replaces, remove removes") {
  TempDir dir;
  CHECK(opened(dir.file("a"), OpenMode::kCreate)->write_at(0, "a").ok());
  CHECK(opened(dir.file("b"), OpenMode::kCreate)->write_at(0, "b").ok());
  CHECK(env()->rename(dir.file("a"), dir.file("b")).ok());
  CHECK(read_whole(env(), dir.file("b")).value() == "a");
  CHECK(env()->rename(dir.file("a"), dir.file("b")).message() ==
        "cannot rename " + dir.file("a") + " to " + dir.file("b") + ": No such file or directory");
  CHECK(env()->remove(dir.file("b")).ok());
  CHECK(env()->remove(dir.file("b")).message() == "cannot remove " + dir.file("b") + ": No such file or directory");
  CHECK(env()->list(dir.path()).value().empty());
}

TEST_CASE("a lock that is freed a moment later is taken: a killed process needs time to go") {
  TempDir dir;
  auto mine = env()->lock(dir.file("lock"));
  REQUIRE(mine.ok());
  std::thread freeing([&] {
    ::poll(nullptr, 0, 200);
    mine.value().reset();
  });
  CHECK(env()->lock(dir.file("lock")).ok());
  freeing.join();
}

TEST_CASE("a lock is one process's alone; the error names it") {
  TempDir dir;
  const std::string path = dir.file("lock");
  auto mine = env()->lock(path);
  REQUIRE(mine.ok());
  const std::string held = path + " is locked by process " + std::to_string(::getpid());
  CHECK(env()->lock(path).status().message() == held);  // this process must not have it twice either
  auto others_try = [&] { return env()->lock(path).status().message() == held ? 7 : 1; };
  CHECK(base_test::left_with(base_test::in_child(others_try), 7));
  CHECK(env()->lock(path).status().message() == held);  // a vain attempt takes nothing away
  mine.value().reset();
  CHECK(read_whole(env(), path).value().empty());
  CHECK(env()->lock(path).ok());
}

TEST_CASE("a lock ends with the process that held it, whatever pid it left behind") {
  TempDir dir;
  const std::string path = dir.file("lock");
  int killed = base_test::in_child([&] {
    auto lock = env()->lock(path);
    if (lock.ok()) ::raise(SIGKILL);
    return 1;
  });
  REQUIRE(base_test::killed_by(killed, SIGKILL));
  CHECK(!read_whole(env(), path).value().empty());
  auto mine = env()->lock(path);
  CHECK(mine.ok());
  CHECK(read_whole(env(), path).value() == std::to_string(::getpid()) + "\n");
}

TEST_CASE("a lock file without a pid is locked by another process") {
  TempDir dir;
  const std::string path = dir.file("lock");
  auto mine = env()->lock(path);
  REQUIRE(mine.ok());
  CHECK(opened(path, OpenMode::kWrite)->truncate(0).ok());
  CHECK(env()->lock(path).status().message() == path + " is locked by another process");
}

TEST_CASE("what is no regular file is refused at once, and says what it is") {
  TempDir dir;
  REQUIRE(::mkfifo(dir.file("pipe").c_str(), 0644) == 0);
  const std::string cure = ", not a regular file; put a file with the content in its place";
  for (OpenMode mode : {OpenMode::kRead, OpenMode::kWrite}) {
    CHECK(env()->open(dir.file("pipe"), mode).status().message() == "cannot open " + dir.file("pipe") + ": it is a named pipe" + cure);
    CHECK(env()->open("/dev/full", mode).status().message() == "cannot open /dev/full: it is a device" + cure);
    CHECK(env()->open(dir.path(), mode).status().message() == "cannot open " + dir.path() + ": it is a folder" + cure);
  }
  CHECK(env()->lock(dir.file("pipe")).status().message() == "cannot open " + dir.file("pipe") + ": it is a named pipe" + cure);
  CHECK(read_regular(dir.file("pipe")).status().message() == "cannot read " + dir.file("pipe") + ": it is a named pipe" + cure);
  CHECK(read_regular(dir.path()).status().message() == "cannot read " + dir.path() + ": it is a folder" + cure);
  CHECK(read_regular(dir.file("no")).status().message() == "cannot read " + dir.file("no") + ": No such file or directory");
  REQUIRE(::symlink("/dev/null", dir.file("link").c_str()) == 0);
  CHECK(read_regular(dir.file("link")).status().message() == "cannot read " + dir.file("link") + ": it is a device" + cure);
  const std::string text(300'000, 'x');
  CHECK(opened(dir.file("file"), OpenMode::kCreate)->write_at(0, text).ok());
  CHECK(read_regular(dir.file("file")).value() == text);
}

TEST_CASE("a limit on the size of files is an error with its way out, not a signal") {
  TempDir dir;
  const std::string path = dir.file("a");
  auto write_beyond = [&] {
    prepare_process();
    const rlimit limit{4096, 4096};
    auto file = env()->open(path, OpenMode::kCreate);
    if (::setrlimit(RLIMIT_FSIZE, &limit) != 0 || !file.ok()) return 1;
    const std::string wrong = file.value()->write_at(0, std::string(8192, 'x')).message();
    const std::string reserved = file.value()->preallocate(8192).message();
    return wrong.starts_with("cannot write " + path + ": File too large: ") && wrong.find("LimitFSIZE") != std::string::npos &&
                   reserved.starts_with("cannot reserve room for " + path + ": File too large: ")
               ? 7
               : 2;
  };
  CHECK(base_test::left_with(base_test::in_child(write_beyond), 7));
}

TEST_CASE("a lock holds though its file is removed or replaced") {
  TempDir dir;
  const std::string path = dir.file("lock");
  auto mine = env()->lock(path);
  REQUIRE(mine.ok());
  CHECK(env()->remove(path).ok());
  const std::string held = dir.path() + " is locked by another process, whose lock file " + path + " was removed or replaced";
  CHECK(env()->lock(path).status().message() == held);
  CHECK(env()->lock(path).status().message() == held);   // though it has made the file again
  mine.value().reset();
  CHECK(env()->lock(path).ok());
}

TEST_CASE("a full disk: a part is written, then the error; free_bytes says how much is left") {
  TempDir dir;
  check_left(base_test::in_child([&] {
    if (!mount_here(dir.path(), "tmpfs", "size=64k")) return kNoMount;
    auto free = env()->free_bytes(dir.path());
    if (!free.ok() || free.value() != 65536) return 1;
    auto file = env()->open(dir.file("a"), OpenMode::kCreate);
    if (!file.ok()) return 2;
    if (file.value()->write_at(0, std::string(100000, 'x')).message() != "cannot write " + dir.file("a") + ": No space left on device") return 3;
    if (env()->free_bytes(dir.path()).value() != 0) return 4;
    if (file.value()->size().value() != 65536) return 5;  // the short write was gone on with
    if (!ends(file.value()->preallocate(1 << 20).message(), "No space left on device")) return 6;
    auto whole = write_whole(env(), dir.file("b"), "content");
    if (whole.ok() || env()->exists(dir.file("b")) || env()->exists(dir.file("b.tmp"))) return 7;
    return 0;
  }));
}

TEST_CASE("a file system that cannot reserve room lets the size grow all the same") {
  TempDir dir;
  check_left(base_test::in_child([&] {
    if (!mount_here(dir.path(), "ramfs", nullptr)) return kNoMount;
    auto file = env()->open(dir.file("a"), OpenMode::kCreate);
    if (!file.ok() || !file.value()->write_at(0, "abc").ok()) return 1;
    if (!file.value()->preallocate(100000).ok() || file.value()->size().value() != 100000) return 2;
    if (!file.value()->preallocate(10).ok() || file.value()->size().value() != 100000) return 3;
    return bytes_at(*file.value(), 0, 4) == std::string("abc\0", 4) ? 0 : 4;
  }));
}

TEST_CASE("a short write is gone on with until the error shows") {
  TempDir dir;
  int status = base_test::in_child([&] {
    rlimit limit{1000, 1000};
    ::signal(SIGXFSZ, SIG_IGN);
    if (::setrlimit(RLIMIT_FSIZE, &limit) != 0) return 1;
    auto file = env()->open(dir.file("a"), OpenMode::kCreate);
    if (!file.ok()) return 2;
    if (file.value()->write_at(0, std::string(1500, 'x')).message().find("cannot write " + dir.file("a") + ": File too large: ") != 0) return 3;
    if (file.value()->truncate(2000).message().find(": File too large: ") == std::string::npos) return 4;
    return file.value()->size().value() == 1000 ? 0 : 5;
  });
  CHECK(base_test::left_with(status, 0));
}

TEST_CASE("a directory that we may not write") {
  TempDir dir;
  CHECK(opened(dir.file("old"), OpenMode::kCreate)->write_at(0, "old").ok());
  CHECK(env()->make_dir(dir.file("sub")).ok());
  REQUIRE(::chmod(dir.path().c_str(), 0555) == 0);
  int status = base_test::in_child([&] {
    if (::geteuid() == 0 && (::setgroups(0, nullptr) != 0 || ::setgid(65534) != 0 || ::setuid(65534) != 0)) return 1;
    const std::string denied = ": Permission denied";
    if (env()->open(dir.file("a"), OpenMode::kCreate).status().message() != "cannot make " + dir.file("a") + denied) return 2;
    if (!ends(env()->remove(dir.file("old")).message(), denied)) return 3;
    if (!ends(env()->make_dir(dir.file("b")).message(), denied)) return 4;
    if (!ends(env()->lock(dir.file("lock")).status().message(), denied)) return 5;
    if (!ends(write_whole(env(), dir.file("old"), "new").message(), denied)) return 6;
    if (read_whole(env(), dir.file("old")).value() != "old") return 7;
    return env()->make_dir(dir.file("sub")).ok() ? 0 : 8;  // it is there
  });
  CHECK(::chmod(dir.path().c_str(), 0755) == 0);
  CHECK(WEXITSTATUS(status) == 0);
}

TEST_CASE("clocks, chance, time of change") {
  TempDir dir;
  auto file = opened(dir.file("a"), OpenMode::kCreate);
  CHECK(env()->wall_ms() > 1700000000000);
  CHECK(std::abs(env()->wall_ms() - env()->modified_ms(dir.file("a"))) < 60000);
  CHECK(env()->modified_ms(dir.file("b")) == -1);
  uint64_t before = env()->steady_us();
  CHECK(env()->steady_us() >= before);
  CHECK(env()->random() != env()->random());
  CHECK(env()->free_bytes(dir.path()).value() > 0);
  CHECK(env()->free_bytes(dir.file("no")).status().message() == "cannot ask for the free room of " + dir.file("no") + ": No such file or directory");
}

TEST_CASE("a whole file is read whatever its size") {
  TempDir dir;
  for (size_t n : {0, 1, 4095, 4096, 1 << 20, (1 << 20) + 1, 3 << 20}) {
    std::string content(n, 'c');
    for (size_t i = 0; i < n; i += 977) content[i] = static_cast<char>(i);
    CHECK(write_whole(env(), dir.file("a"), content).ok());
    CHECK(read_whole(env(), dir.file("a")).value() == content);
    CHECK(env()->list(dir.path()).value().size() == 1);
  }
  CHECK(!read_whole(env(), "/proc/self/status").value().empty());  // its size says 0
  CHECK(read_whole(env(), dir.file("b")).status().message() == "cannot open " + dir.file("b") + ": No such file or directory");
  CHECK(read_whole(env(), dir.path()).status().message() == "cannot open " + dir.path() + ": it is a folder, not a regular file; put a file with the content in its place");
}

TEST_CASE("a whole file replaces the old one and what a crash left of an attempt") {
  TempDir dir;
  CHECK(write_whole(env(), dir.file("a"), "old").ok());
  CHECK(opened(dir.file("a.tmp"), OpenMode::kCreate)->write_at(0, "of a crash, longer than the new").ok());
  CHECK(write_whole(env(), dir.file("a"), "new").ok());
  CHECK(read_whole(env(), dir.file("a")).value() == "new");
  CHECK(env()->list(dir.path()).value().size() == 1);
  CHECK(write_whole(env(), dir.file("no/a"), "x").message() == "cannot make " + dir.file("no/a.tmp") + ": No such file or directory");
}
