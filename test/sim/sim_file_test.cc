// A file of the virtual disk against a slow obvious model, which keeps a whole copy of the file after every change since the last sync: what a power cut leaves of a sector must
// be one of the contents it had, and what was synced must be there.
#include "sim/sim_file.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>

using sim::Fate;
using sim::kSectorBytes;
using sim::Rng;
using sim::SimFile;

namespace {

// The copies; the first is what is surely on the platter.
struct Model {
  std::vector<std::string> copies{""};

  std::string& now() { return copies.back(); }
  void write(uint64_t offset, const std::string& bytes) {
    copies.push_back(now());
    if (now().size() < offset + bytes.size()) now().resize(offset + bytes.size(), '\0');
    for (size_t i = 0; i < bytes.size(); ++i) now()[offset + i] = bytes[i];
  }
  void resize(uint64_t bytes) {
    copies.push_back(now());
    now().resize(bytes, '\0');
  }
  void sync() { copies = {now()}; }
  bool may_leave(const std::string& content) const {
    size_t least = SIZE_MAX, most = 0;
    for (const auto& copy : copies) least = std::min(least, copy.size()), most = std::max(most, copy.size());
    if (content.size() < least || content.size() > most) return false;
    for (size_t at = 0; at < content.size(); at += kSectorBytes) {
      if (!sector_was(content, at)) return false;
    }
    return true;
  }
  // Compared as far as the content goes; beyond a copy's end there are zeros, and so there may be beyond the end of any: it may have been cut there and grown again.
  bool sector_was(const std::string& content, size_t at) const {
    const size_t n = std::min<size_t>(kSectorBytes, content.size() - at);
    std::set<size_t> ends{at + n};
    for (const auto& copy : copies) ends.insert(std::clamp(copy.size(), at, at + n));
    return std::any_of(copies.begin(), copies.end(), [&](std::string copy) {
      copy.resize(std::max(copy.size(), at + n), '\0');
      return std::any_of(ends.begin(), ends.end(), [&](size_t end) {
        const auto zeros = [](char c) { return c == '\0'; };
        return copy.compare(at, end - at, content, at, end - at) == 0 && std::all_of(content.data() + end, content.data() + at + n, zeros);
      });
    });
  }
};

std::string some_bytes(Rng* rng, size_t max) {
  std::string out(1 + rng->below(max), '\0');
  for (char& c : out) c = static_cast<char>('a' + rng->below(26));
  return out;
}

void random_change(Rng* rng, SimFile* file, Model* model) {
  if (rng->chance(0.15)) {
    const uint64_t size = rng->below(6000);
    file->resize(size);
    model->resize(size);
    return;
  }
  // Half of them at the end, as logs are written.
  const uint64_t offset = rng->coin() ? file->cache().size() : rng->below(5000);
  const std::string bytes = some_bytes(rng, rng->coin() ? 100 : 3000);
  file->write(offset, bytes);
  model->write(offset, bytes);
}

constexpr int kSeeds = 3000;

}  // namespace

TEST_CASE("a file: reads, syncs and power cuts as the model allows") {
  for (int seed = 0; seed < kSeeds; ++seed) {
    Rng rng(static_cast<uint64_t>(seed));
    SimFile file;
    Model model;
    for (int step = 0; step < 25; ++step) {
      random_change(&rng, &file, &model);
      REQUIRE(file.cache() == model.now());
      if (rng.chance(0.2)) {
        file.sync();
        model.sync();
        REQUIRE(!file.dirty());
      }
      if (!rng.chance(0.1)) continue;
      file.cut_power(static_cast<Fate>(rng.below(4)), &rng);
      REQUIRE_MESSAGE(model.may_leave(file.cache()), "seed " << seed);
      model = Model{{file.cache()}};
    }
  }
}

TEST_CASE("a file: the fates are what they are called") {
  for (int seed = 0; seed < kSeeds; ++seed) {
    Rng rng(static_cast<uint64_t>(seed));
    SimFile file;
    Model model;
    for (int step = 0; step < 5; ++step) random_change(&rng, &file, &model);
    file.sync();
    const std::string synced = file.cache();
    model.sync();
    for (int step = 0; step < 5; ++step) random_change(&rng, &file, &model);
    SimFile other = file;
    file.cut_power(Fate::kAll, &rng);
    REQUIRE(file.cache() == model.now());
    file = other;
    file.cut_power(Fate::kNone, &rng);
    REQUIRE(file.cache() == synced);
    // A prefix: some copy, or one step torn between two.
    file = other;
    file.cut_power(Fate::kPrefix, &rng);
    bool between = false;
    for (size_t i = 0; i < model.copies.size(); ++i) {
      Model two{{model.copies[i], model.copies[std::min(i + 1, model.copies.size() - 1)]}};
      between |= two.may_leave(file.cache());
    }
    REQUIRE(between);
  }
}

TEST_CASE("a file: of four unsynced sectors each subset is left sometimes, in whatever order they were written") {
  std::set<int> seen;
  for (uint64_t seed = 0; seed < 2000; ++seed) {
    Rng rng(seed);
    SimFile file;
    file.write(0, std::string(4 * kSectorBytes, '-'));
    file.sync();
    file.write(3 * kSectorBytes, std::string(kSectorBytes, 'd'));
    file.write(0, std::string(2 * kSectorBytes, 'a'));
    file.write(2 * kSectorBytes, std::string(kSectorBytes, 'c'));
    file.cut_power(Fate::kRandom, &rng);
    int mask = 0;
    for (int i = 0; i < 4; ++i) mask |= (file.cache()[static_cast<size_t>(i) * kSectorBytes] != '-') << i;
    seen.insert(mask);
  }
  CHECK(seen.size() == 16);
}

TEST_CASE("a file: a sector never shows a later write without the earlier one") {
  std::set<std::string> seen;
  for (uint64_t seed = 0; seed < 500; ++seed) {
    Rng rng(seed);
    SimFile file;
    file.write(0, "....");
    file.sync();
    file.write(0, "a");
    file.write(1, "b");
    file.cut_power(Fate::kRandom, &rng);
    seen.insert(file.cache());
  }
  CHECK(seen == std::set<std::string>{"....", "a...", "ab.."});
}

TEST_CASE("a file: a size that grew may be left without its bytes, and those read as zeros") {
  std::set<std::string> seen;
  for (uint64_t seed = 0; seed < 500; ++seed) {
    Rng rng(seed);
    SimFile file;
    file.resize(2);
    file.write(0, "ab");
    file.cut_power(Fate::kRandom, &rng);
    seen.insert(file.cache());
  }
  CHECK(seen == std::set<std::string>{"", std::string(2, '\0'), "ab"});
}

TEST_CASE("a file: after a failed sync the cache lies until the power goes, whatever is synced later") {
  int lost = 0, kept = 0;
  for (uint64_t seed = 0; seed < 500; ++seed) {
    Rng rng(seed);
    SimFile file;
    file.write(0, std::string(kSectorBytes, 'o'));
    file.sync();
    file.write(0, std::string(kSectorBytes, 'n'));
    file.fail_sync(&rng);
    REQUIRE(!file.dirty());
    REQUIRE(file.cache()[0] == 'n');
    file.write(kSectorBytes, std::string(kSectorBytes, 'x'));
    file.sync();   // goes well, and helps nothing
    REQUIRE(file.cache()[0] == 'n');
    file.cut_power(Fate::kNone, &rng);
    REQUIRE(file.cache()[kSectorBytes] == 'x');
    (file.cache()[0] == 'o' ? lost : kept)++;
  }
  CHECK(lost > 100);
  CHECK(kept > 50);
}

TEST_CASE("a file: what is written again after a failed sync is as good as new") {
  for (uint64_t seed = 0; seed < 2000; ++seed) {
    Rng rng(seed);
    SimFile file;
    Model model;
    for (int round = 0; round < 4; ++round) {
      for (int step = 0; step < 4; ++step) random_change(&rng, &file, &model);
      if (rng.coin()) file.fail_sync(&rng);
      else if (rng.coin()) file.sync();
    }
    const std::string all = file.cache();
    file.write(0, all);
    file.resize(all.size());
    file.sync();
    REQUIRE(file.cache() == all);
    // And from here on as any file: what was synced stays, what was not may go.
    model = Model{{all}};
    for (int step = 0; step < 3; ++step) random_change(&rng, &file, &model);
    file.cut_power(static_cast<Fate>(rng.below(4)), &rng);
    REQUIRE_MESSAGE((all.empty() || model.may_leave(file.cache())), "seed " << seed);
  }
}

TEST_CASE("a file: a sector written again after a failed sync is written with all that the cache shows") {
  Rng rng(1);
  for (int i = 0; i < 100; ++i) {
    SimFile file;
    file.write(0, "....");
    file.sync();
    file.write(0, "a");
    file.fail_sync(&rng);
    file.write(1, "b");
    file.sync();
    file.cut_power(Fate::kNone, &rng);
    REQUIRE(file.cache() == "ab..");
  }
}

TEST_CASE("a file: rot and cutting short last") {
  Rng rng(1);
  SimFile file;
  file.write(0, "abcd");
  file.sync();
  file.flip(1, 3);
  CHECK(file.cache() == "aacd");
  file.cut_power(Fate::kNone, &rng);
  CHECK(file.cache() == "aacd");
  file.chop(2);
  CHECK(file.cache() == "aa");
  file.cut_power(Fate::kAll, &rng);
  CHECK(file.cache() == "aa");
}
