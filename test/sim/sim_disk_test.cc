// Names on the virtual disk against a slow obvious model: each name keeps the list of what it stood for since its directory was synced; a power cut leaves one of these.
#include "sim/sim_disk.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>

using sim::Rng;
using sim::SimDisk;

namespace {

// Every file says its own number, synced, so that it can be told after a power cut.
std::string text_of(const SimDisk& disk, const std::string& path) {
  auto file = disk.file(path);
  return file ? file->cache() : "";
}

struct Model {
  std::map<std::string, std::vector<std::string>> history;   // path → texts since the sync, "" for none; the last is what is seen

  std::string now(const std::string& path) { return history[path].empty() ? "" : history[path].back(); }
  void set(const std::string& path, const std::string& text) {
    if (history[path].empty()) history[path].push_back("");
    history[path].push_back(text);
  }
  void sync(const std::string& dir) {
    for (auto& [path, texts] : history) {
      if (sim::parent_of(path) == dir && !texts.empty()) texts = {texts.back()};
    }
  }
};

const std::vector<std::string> kPaths = {"/d/a", "/d/b", "/d/c", "/e/a", "/e/b"};

void step(Rng* rng, SimDisk* disk, Model* model, int number) {
  const std::string path = kPaths[rng->below(kPaths.size())], to = kPaths[rng->below(kPaths.size())];
  if (!disk->exists(path)) {
    auto file = disk->make_file(path);
    file->write(0, std::to_string(number));
    file->sync();
    model->set(path, std::to_string(number));
  } else if (rng->chance(0.3)) {
    disk->remove(path);
    model->set(path, "");
  } else if (path != to) {
    const std::string text = model->now(path);
    disk->rename(path, to);
    model->set(path, "");
    model->set(to, text);
  }
}

void check_same(const SimDisk& disk, Model* model, uint64_t seed) {
  for (const auto& path : kPaths) REQUIRE_MESSAGE(text_of(disk, path) == model->now(path), "seed " << seed << " " << path);
}

// A cross-directory rename that was brought along with a synced directory is durable in both: the model allows either there.
void check_left(const SimDisk& disk, Model* model, uint64_t seed) {
  for (const auto& path : kPaths) {
    auto texts = model->history[path];
    if (texts.empty()) texts.push_back("");
    REQUIRE_MESSAGE(std::count(texts.begin(), texts.end(), text_of(disk, path)) > 0, "seed " << seed << " " << path);
  }
  // No file stands under two names, since nothing was ever linked.
  std::multiset<std::string> texts;
  for (const auto& path : disk.files()) texts.insert(text_of(disk, path));
  for (const auto& text : texts) REQUIRE_MESSAGE(texts.count(text) == 1, "seed " << seed);
}

SimDisk fresh() {
  SimDisk disk;
  disk.make_dir("/d");
  disk.make_dir("/e");
  disk.sync_dir("/");
  return disk;
}

}  // namespace

TEST_CASE("paths are made plain") {
  CHECK(sim::plain_path("/a//b/./c/") == "/a/b/c");
  CHECK(sim::plain_path("a/b") == "/a/b");
  CHECK(sim::plain_path("/") == "/");
  CHECK(sim::plain_path(".") == "/");
  CHECK(sim::parent_of("/a/b") == "/a");
  CHECK(sim::parent_of("/a") == "/");
}

TEST_CASE("names: seen at once, durable by the directory's sync, and otherwise as the model allows") {
  for (uint64_t seed = 0; seed < 3000; ++seed) {
    Rng rng(seed);
    SimDisk disk = fresh();
    Model model;
    for (int i = 1; i < 30; ++i) {
      step(&rng, &disk, &model, i);
      check_same(disk, &model, seed);
      if (rng.chance(0.2)) {
        const std::string dir = rng.coin() ? "/d" : "/e";
        disk.sync_dir(dir);
        model.sync(dir);
      }
      if (!rng.chance(0.05)) continue;
      disk.cut_power(&rng);
      check_left(disk, &model, seed);
      model.history.clear();
      for (const auto& path : disk.files()) model.history[path] = {text_of(disk, path)};
    }
  }
}

TEST_CASE("names: a rename is all or nothing, and every outcome comes") {
  std::set<std::vector<std::string>> seen;
  for (uint64_t seed = 0; seed < 200; ++seed) {
    Rng rng(seed);
    SimDisk disk = fresh();
    for (const char* path : {"/d/a", "/d/b"}) {
      auto file = disk.make_file(path);
      file->write(0, path);
      file->sync();
    }
    disk.sync_dir("/d");
    disk.rename("/d/a", "/d/b");
    disk.make_file("/d/c");
    disk.cut_power(&rng);
    seen.insert(disk.files());
    if (!disk.exists("/d/a")) REQUIRE(text_of(disk, "/d/b") == "/d/a");
    if (disk.exists("/d/a")) REQUIRE(text_of(disk, "/d/b") == "/d/b");
  }
  CHECK(seen.size() == 4);   // with and without the rename, with and without c
}

TEST_CASE("names: a change that is left brings the earlier ones of its names") {
  for (uint64_t seed = 0; seed < 500; ++seed) {
    Rng rng(seed);
    SimDisk disk = fresh();
    auto file = disk.make_file("/d/a.tmp");
    file->write(0, "new");
    file->sync();
    disk.rename("/d/a.tmp", "/d/a");
    disk.make_file("/d/a.tmp");
    disk.cut_power(&rng);
    const auto left = disk.files();
    // The second a.tmp cannot be there if the first was not moved away.
    if (disk.exists("/d/a.tmp") && text_of(disk, "/d/a.tmp").empty()) REQUIRE(text_of(disk, "/d/a") == "new");
  }
}

TEST_CASE("names: what stands in a directory that nobody synced goes with it") {
  std::set<size_t> seen;
  for (uint64_t seed = 0; seed < 200; ++seed) {
    Rng rng(seed);
    SimDisk disk;
    disk.make_dir("/d");
    disk.make_file("/d/a")->write(0, "x");
    disk.file("/d/a")->sync();
    disk.sync_dir("/d");
    disk.cut_power(&rng);
    REQUIRE(disk.exists("/d") == disk.exists("/d/a"));
    seen.insert(disk.files().size());
  }
  CHECK(seen == std::set<size_t>{0, 1});
}

TEST_CASE("names: an open file without a name is still there for its holder, and counts no room") {
  SimDisk disk = fresh();
  auto file = disk.make_file("/d/a");
  file->write(0, "abc");
  CHECK(disk.used_bytes() == 3);
  disk.remove("/d/a");
  CHECK(disk.used_bytes() == 0);
  CHECK(file->cache() == "abc");
  CHECK(disk.list("/d").empty());
}
