// Limits of control groups, of a tree made for the purpose.
#include "base/memory.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <vector>

#include "base/temp_dir.h"

using namespace cep::base;
using base_test::TempDir;

namespace {

void put(const std::string& path, const std::string& text) {
  std::filesystem::create_directories(std::filesystem::path(path).parent_path());
  std::ofstream(path) << text << "\n";
}

}  // namespace

TEST_CASE("version 2: the least of the group and all above it, memory.high too") {
  TempDir dir;
  put(dir.file("system.slice/cepd.service/memory.max"), "max");
  put(dir.file("system.slice/cepd.service/memory.high"), "max");
  put(dir.file("system.slice/memory.max"), "3000000");
  put(dir.file("memory.max"), "5000000");
  CHECK(group_memory_limit("0::/system.slice/cepd.service\n", dir.path()) == 3'000'000);
  put(dir.file("system.slice/cepd.service/memory.high"), "2000000");
  CHECK(group_memory_limit("0::/system.slice/cepd.service\n", dir.path()) == 2'000'000);
  CHECK(group_memory_limit("0::/\n", dir.path()) == 5'000'000);
  CHECK(group_memory_limit("0::/docker/not-mounted-here\n", dir.path()) == 5'000'000);
}

TEST_CASE("version 1: the controller memory alone, and its word for no limit") {
  TempDir dir;
  const std::string groups = "12:cpu,cpuacct:/a\n9:memory:/a/b\n1:name=systemd:/x\n";
  put(dir.file("memory/a/b/memory.limit_in_bytes"), "9223372036854771712");
  CHECK(group_memory_limit(groups, dir.path()) == 0);
  put(dir.file("memory/a/memory.limit_in_bytes"), "262144000");
  put(dir.file("a/memory.max"), "1");
  CHECK(group_memory_limit(groups, dir.path()) == 262'144'000);
}

TEST_CASE("texts that are none give no limit") {
  TempDir dir;
  for (const char* text : {"", "\n\n", "0", "::", "0:", "memory", "9:memory:"}) CHECK(group_memory_limit(text, dir.path()) == 0);
  put(dir.file("memory.max"), "much");
  CHECK(group_memory_limit("0::/\n", dir.path()) == 0);
}

TEST_CASE("what the process uses rises with what it touches") {
  const MemoryUse before = memory_use();
  REQUIRE(before.resident > 0);
  CHECK(before.addresses >= before.resident);
  const std::vector<char> much(64 << 20, 'x');
  CHECK(memory_use().resident >= before.resident + (60 << 20));
  CHECK(memory_limit() > before.resident);
}
