// Preloaded into cepd: every pread on a path that holds CEPD_SLOW takes 50 ms, as from a disk that is cold and busy.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void wait_for(int fd) {
  const char* part = getenv("CEPD_SLOW");
  char name[64], path[4096];
  snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
  ssize_t n = part ? readlink(name, path, sizeof path - 1) : -1;
  if (n <= 0) return;
  path[n] = 0;
  if (strstr(path, part)) usleep(50000);
}

ssize_t pread(int fd, void* buffer, size_t count, off_t offset) {
  static ssize_t (*next)(int, void*, size_t, off_t);
  if (!next) next = dlsym(RTLD_NEXT, "pread");
  wait_for(fd);
  return next(fd, buffer, count, offset);
}

ssize_t pread64(int fd, void* buffer, size_t count, off64_t offset) { return pread(fd, buffer, count, offset); }
