// Preloaded into cepd: one system call on one file fails, once. CEPD_FAULT="CALL ERRNO N PART": the Nth CALL (pwrite, fdatasync, fsync, ftruncate, fallocate, rename) on a path that holds PART
// fails with that number; a pwrite puts half its bytes down first. CEPD_FAULT_LOG: a file that gets "failed PATH", then "again PATH" for each further CALL on the same path, so that a
// daemon that tries again is caught.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static char call_wanted[32], part_wanted[256], failed_path[4096];
static int error_wanted, left_to_pass, short_fd = -1;

__attribute__((constructor)) static void read_environment(void) {
  const char* text = getenv("CEPD_FAULT");
  if (text && sscanf(text, "%31s %d %d %255s", call_wanted, &error_wanted, &left_to_pass, part_wanted) != 4) abort();
}

static void note(const char* what, const char* path) {
  const char* name = getenv("CEPD_FAULT_LOG");
  FILE* log = name ? fopen(name, "a") : NULL;
  if (!log) return;
  fprintf(log, "%s %s\n", what, path);
  fclose(log);
}

// Whether this call is the one that fails.
static int fails_path(const char* call, const char* path) {
  if (strcmp(call, call_wanted) != 0 || !strstr(path, part_wanted)) return 0;
  pthread_mutex_lock(&mutex);
  int now = left_to_pass > 0 && --left_to_pass == 0;
  if (now) {
    snprintf(failed_path, sizeof failed_path, "%s", path);
    note("failed", path);
  } else if (failed_path[0] && strcmp(failed_path, path) == 0) {
    note("again", path);
  }
  pthread_mutex_unlock(&mutex);
  return now;
}

static int fails(const char* call, int fd) {
  if (strcmp(call, call_wanted) != 0) return 0;
  char name[64], path[4096];
  snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
  ssize_t n = readlink(name, path, sizeof path - 1);
  if (n <= 0) return 0;
  path[n] = 0;
  return fails_path(call, path);
}

static int fail(void) {
  errno = error_wanted;
  return -1;
}

ssize_t pwrite(int fd, const void* bytes, size_t n, off_t at) {
  static ssize_t (*real)(int, const void*, size_t, off_t);
  if (!real) real = (ssize_t(*)(int, const void*, size_t, off_t))dlsym(RTLD_NEXT, "pwrite");
  if (short_fd == fd && fd >= 0) {
    short_fd = -1;
    return fail();
  }
  if (!fails("pwrite", fd)) return real(fd, bytes, n, at);
  if (n < 2) return fail();
  short_fd = fd;
  return real(fd, bytes, n / 2, at);
}
ssize_t pwrite64(int fd, const void* bytes, size_t n, off_t at) { return pwrite(fd, bytes, n, at); }

#define ON_DESCRIPTOR(name, parameters, arguments)                          \
  int name parameters {                                                     \
    static int(*real) parameters;                                           \
    if (!real) real = (int(*) parameters)dlsym(RTLD_NEXT, #name);           \
    return fails(#name, fd) ? fail() : real arguments;                      \
  }
ON_DESCRIPTOR(fdatasync, (int fd), (fd))
ON_DESCRIPTOR(fsync, (int fd), (fd))
ON_DESCRIPTOR(ftruncate, (int fd, off_t size), (fd, size))
ON_DESCRIPTOR(fallocate, (int fd, int mode, off_t at, off_t n), (fd, mode, at, n))
int ftruncate64(int fd, off_t size) { return ftruncate(fd, size); }
int fallocate64(int fd, int mode, off_t at, off_t n) { return fallocate(fd, mode, at, n); }

int rename(const char* from, const char* to) {
  static int (*real)(const char*, const char*);
  if (!real) real = (int (*)(const char*, const char*))dlsym(RTLD_NEXT, "rename");
  return fails_path("rename", to) ? fail() : real(from, to);
}
