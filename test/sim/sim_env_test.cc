// The Env's face of the virtual disk: the contract of base/env.h, faults where they were armed, crashes that unwind to the test, the same again for the same seed.
#include "sim/sim_env.h"

#include <doctest/doctest.h>

#include <set>

#include "base/env_kit.h"
#include "base/fault.h"

using namespace cep::base;
using base_test::bytes_at;
using base_test::opened;
using sim::Op;
using sim::SimCrash;
using sim::SimEnv;

namespace {

void need(const cep::Status& status) { REQUIRE_MESSAGE(status.ok(), status.message()); }

// Where the work ended; empty: it did not.
template <class Work>
std::string crashes(Work work) {
  try {
    work();
  } catch (const SimCrash& crash) {
    return crash.where;
  }
  return "";
}

}  // namespace

TEST_CASE("the virtual Env keeps the contract that the machine's keeps") {
  SimEnv env(1);
  need(env.make_dir("/x/y"));
  need(env.make_dir("/x/y"));
  const std::string path = "/x/a";
  CHECK(env.open(path, OpenMode::kRead).status().message() == "cannot open /x/a: No such file or directory");
  CHECK(env.open("/no/a", OpenMode::kCreate).status().message() == "cannot make /no/a: No such file or directory");
  auto file = opened(&env, path, OpenMode::kCreate);
  CHECK(env.open(path, OpenMode::kCreate).status().message() == "cannot make /x/a: File exists");
  need(file->write_at(3, "def"));
  need(file->write_at(0, "ab"));
  CHECK(bytes_at(*file, 0, 100) == std::string("ab\0def", 6));
  CHECK(bytes_at(*file, 6, 1).empty());
  CHECK(bytes_at(*file, 600, 1).empty());
  need(file->truncate(2));
  need(file->preallocate(1));
  need(file->preallocate(4));
  CHECK(file->size().value() == 4);
  CHECK(bytes_at(*file, 0, 9) == std::string("ab\0\0", 4));
  auto reader = opened(&env, "/x//a", OpenMode::kRead);
  CHECK(reader->write_at(0, "x").message() == "cannot write /x/a: Bad file descriptor");
  need(opened(&env, path, OpenMode::kWrite)->write_at(1, "B"));
  CHECK(bytes_at(*reader, 0, 2) == "aB");
  opened(&env, "/x/.b", OpenMode::kCreate);
  CHECK(env.list("/x").value() == std::vector<std::string>{".b", "a", "y"});
  need(env.rename("/x/a", "/x/y/c"));
  CHECK(!env.exists("/x/a"));
  CHECK(read_whole(&env, "/x/y/c").value() == std::string("aB\0\0", 4));
  CHECK(bytes_at(*reader, 0, 1) == "a");
  need(env.remove("/x/y/c"));
  CHECK(env.remove("/x/y/c").message() == "cannot remove /x/y/c: No such file or directory");
  CHECK(env.make_dir("/x/.b/z").message() == "cannot make the directory /x/.b: Not a directory");
  CHECK(env.list("/no").status().message() == "cannot list /no: No such file or directory");
  CHECK(env.sync_dir("/no").message() == "cannot open /no: No such file or directory");
  env.cut_power();
  CHECK(env.list("/x/y").ok());   // directories are made durably
}

TEST_CASE("a lock is held once, and free after the process has ended") {
  SimEnv env(1);
  auto mine = env.lock("/lock");
  REQUIRE(mine.ok());
  CHECK(env.lock("/lock").status().message() == "/lock is locked by process 1");
  mine.value().reset();
  mine = env.lock("/lock");
  REQUIRE(mine.ok());
  env.restart();
  auto other = env.lock("/lock");
  CHECK(other.ok());
  mine.value().reset();   // of the dead process: frees nothing
  CHECK(!env.lock("/lock").ok());
}

TEST_CASE("whole files are old or new after a crash at every call, whatever the disk does") {
  std::set<std::string> wheres, found;
  for (uint64_t seed = 0; seed < 2000; ++seed) {
    SimEnv env(seed);
    env.put("/d/a", "old");
    if (seed % 2 == 0) env.crash_at_op(1 + seed / 2 % 9);
    else env.crash_at_kill_point(1 + seed / 2 % 7);
    bool done = false;
    const std::string where = crashes([&] { done = write_whole(&env, "/d/a", std::string(2000, 'n')).ok(); });
    wheres.insert(where);
    CHECK(env.down() == !where.empty());
    env.cut_power();
    const std::string left = read_whole(&env, "/d/a").value();
    REQUIRE((left == "old" || left == std::string(2000, 'n')));
    if (done) REQUIRE(left[0] == 'n');
    found.insert(left);
    need(write_whole(&env, "/d/a", "again"));
  }
  CHECK(found.size() == 2);
  CHECK(wheres.size() == 6 + 2 * 5 + 1);   // kill points, before and behind each call, none
}

TEST_CASE("what was not written whole is seen: the same without the sync is caught") {
  int torn = 0;
  for (uint64_t seed = 0; seed < 500; ++seed) {
    SimEnv env(seed);
    env.put("/d/a", "old");
    auto file = opened(&env, "/d/a.tmp", OpenMode::kCreate);
    need(file->write_at(0, std::string(2000, 'n')));
    need(env.rename("/d/a.tmp", "/d/a"));
    need(env.sync_dir("/d"));
    env.cut_power();
    torn += env.content("/d/a") != std::string(2000, 'n');
  }
  CHECK(torn > 100);
}

TEST_CASE("after the crash nothing reaches the disk and nothing crashes again") {
  SimEnv env(7);
  auto file = opened(&env, "/a", OpenMode::kCreate);
  env.crash_at_kill_point(2, "here");
  CHECK(crashes([] { kill_point("here"), kill_point("elsewhere"); }).empty());
  CHECK(crashes([] { kill_point("here"); }) == "kill point here");
  CHECK(env.down());
  CHECK(crashes([] { kill_point("here"); }).empty());
  CHECK(!file->write_at(0, "x").ok());
  CHECK(!file->sync().ok());
  CHECK(!file->size().ok());
  CHECK(!env.open("/b", OpenMode::kCreate).ok());
  CHECK(!env.rename("/a", "/b").ok());
  CHECK(!env.exists("/a"));
  env.restart();
  CHECK(env.exists("/a"));
  CHECK(file->write_at(0, "x").message() == "the process that opened /a has ended");
  CHECK(env.content("/a").empty());
  CHECK(env.kill_points().at("here") == 2);
  need(opened(&env, "/a", OpenMode::kWrite)->write_at(0, "y"));
  CHECK(env.content("/a") == "y");
}

TEST_CASE("after kill -9 the cache is there, after a power cut what was synced") {
  SimEnv env(3);
  auto file = opened(&env, "/a", OpenMode::kCreate);
  need(env.sync_dir("/"));
  need(file->write_at(0, "synced"));
  need(file->sync());
  need(file->write_at(0, "cached"));
  env.restart();
  CHECK(env.content("/a") == "cached");
  env.cut_power();
  CHECK((env.content("/a") == "cached" || env.content("/a") == "synced"));
}

TEST_CASE("the nth call of a kind on a path fails, once") {
  SimEnv env(5);
  env.fail(Op::kWrite, 2, "a.");
  env.fail(Op::kRead, 1);
  env.fail(Op::kOpen, 2, "zz");
  auto file = opened(&env, "/a.x", OpenMode::kCreate);
  auto other = opened(&env, "/b", OpenMode::kCreate);
  need(file->write_at(0, "1"));
  need(other->write_at(0, "2"));
  CHECK(file->write_at(0, "3456").message() == "cannot write /a.x: Input/output error");
  need(file->write_at(0, "7"));
  char c;
  CHECK(file->read_at(0, &c, 1).status().message() == "cannot read /a.x: Input/output error");
  CHECK(bytes_at(*file, 0, 1) == "7");
  CHECK(env.errors() == 2);
  env.fail_often(Op::kSyncDir, 1);
  CHECK(!env.sync_dir("/").ok());
  env.forget_faults();
  need(env.sync_dir("/"));
}

TEST_CASE("a failed sync drops what was dirty and the next one says ok") {
  int lost = 0;
  for (uint64_t seed = 0; seed < 100; ++seed) {
    SimEnv env(seed);
    env.put("/a", "old");
    auto file = opened(&env, "/a", OpenMode::kWrite);
    need(file->write_at(0, "new"));
    env.fail(Op::kSync, 1);
    CHECK(file->sync().message() == "cannot sync /a: Input/output error");
    need(file->sync());
    REQUIRE(env.content("/a") == "new");
    env.restart();
    REQUIRE(env.content("/a") == "new");   // the cache lies to the next process too
    env.cut_power();
    lost += env.content("/a") == "old";
  }
  CHECK(lost > 20);
  CHECK(lost < 90);
}

TEST_CASE("a full disk takes a part, and has room again when something goes") {
  SimEnv env(1);
  env.put("/a", std::string(600, 'a'));
  env.set_capacity(1000);
  CHECK(env.free_bytes("/").value() == 400);
  auto file = opened(&env, "/b", OpenMode::kCreate);
  need(file->write_at(0, std::string(100, 'b')));
  CHECK(file->write_at(50, std::string(1000, 'c')).message() == "cannot write /b: No space left on device");
  CHECK(file->size().value() == 400);
  CHECK(env.free_bytes("/").value() == 0);
  need(file->write_at(0, std::string(400, 'd')));   // needs no more room
  CHECK(file->preallocate(401).message() == "cannot reserve room for /b: No space left on device");
  need(env.remove("/a"));
  CHECK(env.free_bytes("/").value() == 600);
  need(file->preallocate(1000));
  CHECK(env.errors() == 2);
}

TEST_CASE("rot, cutting short, and the list of files") {
  SimEnv env(1);
  env.put("/d/e/a", "abc");
  env.put("/b", "xyz");
  CHECK(env.files() == std::vector<std::string>{"/b", "/d/e/a"});
  env.flip("/d/e/a", 1, 3);
  env.chop("/b", 1);
  env.cut_power();
  CHECK(env.content("/d/e/a") == "aac");
  CHECK(env.content("/b") == "x");
}

TEST_CASE("a slow disk takes time of the virtual clock alone") {
  SimEnv env(1);
  const int64_t wall = env.wall_ms();
  const uint64_t steady = env.steady_us();
  env.slow(Op::kSync, 50000, 50000);
  auto file = opened(&env, "/a", OpenMode::kCreate);
  need(file->sync());
  CHECK(env.steady_us() - steady >= 50000);
  CHECK(env.steady_us() - steady < 51000);
  CHECK(env.wall_ms() == wall + 50);
  CHECK(env.modified_ms("/a") == wall);
  CHECK(env.modified_ms("/no") == -1);
  env.advance_ms(1000);
  CHECK(env.wall_ms() == wall + 1050);
}

namespace {

// Work with everything in it; all that could be seen of it, as one text.
std::string story(uint64_t seed) {
  std::string told;
  SimEnv env(seed);
  env.fail_often(Op::kWrite, 0.1);
  env.fail_often(Op::kSync, 0.1);
  for (int life = 0; life < 4; ++life) {
    env.crash_at_op(20 + env.random() % 30);
    told += crashes([&] {
      for (int i = 0; i < 20; ++i) {
        const std::string path = "/f" + std::to_string(env.random() % 5);
        told += write_whole(&env, path, std::string(env.random() % 3000, 'x')).message();
        auto file = env.open(path, OpenMode::kWrite);
        if (file.ok()) told += file.value()->write_at(env.random() % 4000, "unsynced").message();
      }
    });
    if (env.random() % 2 == 0) env.cut_power();
    else env.restart();
    for (const auto& path : env.files()) told += path + env.content(path);
    told += std::to_string(env.steady_us());
  }
  return told;
}

}  // namespace

TEST_CASE("the same seed tells the same story, another one another") {
  std::set<std::string> stories;
  for (uint64_t seed = 0; seed < 50; ++seed) {
    const std::string told = story(seed);
    REQUIRE(told == story(seed));
    stories.insert(told);
  }
  CHECK(stories.size() == 50);
}
