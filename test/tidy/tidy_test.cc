// The house rules of src/README.md as failing tests: arrows between rooms, sizes, third-party code in its room, words that must not stand.
#include <doctest/doctest.h>

#include <map>
#include <regex>
#include <set>

#include "tidy/scanner.h"
#include "tidy/source_tree.h"

namespace {

constexpr int kFunctionLines = 70;
constexpr size_t kFileLines = 600;

bool in_product(const tidy::SourceFile& file) { return !file.room.empty(); }

std::string place(const tidy::SourceFile& file, size_t index) {
  return file.path + ":" + std::to_string(index + 1) + ": " + file.lines[index];
}

// Every line of the product's code, comments and strings blanked out, that the expression finds.
std::vector<std::string> code_lines(const std::regex& what, int below_floor) {
  const auto rooms = tidy::read_rooms();
  std::vector<std::string> found;
  for (const auto& file : tidy::cpp_files()) {
    if (!in_product(file) || !rooms.count(file.room) || rooms.at(file.room).floor >= below_floor) continue;
    auto code = file;
    code.lines.clear();
    std::string text = tidy::blank_out(file.text());
    for (size_t at = 0, end; (end = text.find('\n', at)) != std::string::npos; at = end + 1) {
      code.lines.push_back(text.substr(at, end - at));
    }
    for (size_t i = 0; i < code.lines.size(); ++i) {
      if (std::regex_search(code.lines[i], what)) found.push_back(place(file, i));
    }
  }
  return found;
}

std::string list(const std::vector<std::string>& lines) {
  std::string out;
  for (const auto& line : lines) out += "\n  " + line;
  return out;
}

}  // namespace

TEST_CASE("src/README.md names every room, and only rooms that exist") {
  const auto rooms = tidy::read_rooms();
  REQUIRE(rooms.count("base") == 1);
  auto folders = tidy::room_folders();
  folders.push_back("include/cep");
  for (const auto& folder : folders) CHECK_MESSAGE(rooms.count(folder) == 1, "src/README.md does not name the room " << folder);
  for (const auto& [name, room] : rooms) {
    CHECK_MESSAGE(std::count(folders.begin(), folders.end(), name) == 1, "src/README.md names a room that is not there: " << name);
    for (const auto& other : room.may_include) {
      CHECK_MESSAGE(rooms.count(other) == 1, name << " may include " << other << ", which is no room");
      if (rooms.count(other)) CHECK_MESSAGE(rooms.at(other).floor <= room.floor, name << " may not include upward: " << other);
    }
  }
}

TEST_CASE("no include arrow but those of src/README.md") {
  const auto rooms = tidy::read_rooms();
  size_t arrows = 0;
  for (const auto& file : tidy::cpp_files()) {
    if (!in_product(file) || !rooms.count(file.room)) continue;
    const auto& allowed = rooms.at(file.room).may_include;
    for (size_t i = 0; i < file.lines.size(); ++i) {
      const std::string to = tidy::included_room(file.lines[i]);
      if (to.empty() || to == file.room) continue;
      ++arrows;
      CHECK_MESSAGE(allowed.count(to) == 1, "an arrow that the map of src/README.md does not have: " << place(file, i));
    }
  }
  CHECK(arrows > 20);
}

TEST_CASE("every arrow of src/README.md is one that the code has") {
  std::map<std::string, std::set<std::string>> used;
  for (const auto& file : tidy::cpp_files()) {
    if (!in_product(file)) continue;
    for (const auto& line : file.lines) used[file.room].insert(tidy::included_room(line));
  }
  for (const auto& [name, room] : tidy::read_rooms())
    for (const auto& other : room.may_include) CHECK_MESSAGE(used[name].count(other) == 1, name << " includes nothing of " << other << " any more: take it out of its last column");
}

TEST_CASE("the folders inside a room do not include each other in a circle") {
  std::map<std::string, std::set<std::string>> arrows;   // between such folders; what lies in the room's own folder may include all of them
  for (const auto& file : tidy::cpp_files()) {
    const std::string folder = file.path.substr(0, file.path.rfind('/'));
    if (!in_product(file) || folder.size() <= file.room.size() + 4 || folder.rfind("src/", 0) != 0) continue;
    for (const auto& line : file.lines) {
      const std::string to = tidy::included_folder(line);
      if (to.rfind(file.room + "/", 0) == 0 && "src/" + to != folder) arrows[folder.substr(4)].insert(to);
    }
  }
  std::map<std::string, std::set<std::string>> reached = arrows;
  for (size_t step = 0; step < reached.size(); ++step)
    for (auto& [from, to] : reached)
      for (const std::string& by : std::set<std::string>(to)) to.insert(arrows[by].begin(), arrows[by].end());
  CHECK(!arrows.empty());
  for (const auto& [from, to] : reached) CHECK_MESSAGE(to.count(from) == 0, from << " includes itself by way of" << list({to.begin(), to.end()}));
}

TEST_CASE("a page that is spoken of is in the checkout") {
  const std::regex page(R"([A-Za-z0-9_./-]*[A-Za-z0-9_-]\.md\b)");
  auto files = tidy::read_tree({"include", "src", "test", "bench", "patterns", "tools", "deploy"}, {".h", ".cc", ".cep", ".sh", ".py", ".md", ".txt", ".yaml"});
  for (const std::string path : {"README.md", "dev", "CMakeLists.txt"}) files.push_back(tidy::read_one(path));
  size_t pages = 0;
  for (const auto& file : files)
    for (size_t i = 0; i < file.lines.size(); ++i)
      for (std::sregex_iterator at(file.lines[i].begin(), file.lines[i].end(), page), end; at != end; ++at, ++pages)
        CHECK_MESSAGE(tidy::page_exists(file, at->str()), "a clone has no such page: say the rule itself, or name a page of the checkout: " << place(file, i));
  CHECK(pages > 20);
}

TEST_CASE("third-party code stays in its rooms") {
  const std::regex any(R"(^\s*#\s*include\s*<([^>]+)>)");
  const std::regex known(R"([a-z_0-9]+|(sys|netinet|arpa)/[a-z_]+\.h|(dirent|fcntl|malloc|netdb|poll|sched|signal|time|unistd)\.h)");   // the language's, the system's
  const auto libraries = tidy::read_libraries();
  const auto rooms = tidy::read_rooms();
  std::set<std::string> seen;
  CHECK(libraries.size() >= 10);
  for (const auto& library : libraries)
    for (const auto& room : library.rooms) CHECK_MESSAGE(rooms.count(room) == 1, library.name << " belongs to " << room << ", which is no room");
  for (const auto& file : tidy::cpp_files()) {
    if (!in_product(file)) continue;
    for (size_t i = 0; i < file.lines.size(); ++i) {
      std::smatch include;
      if (!std::regex_search(file.lines[i], include, any)) continue;
      const std::string header = include[1];
      const tidy::Library* of = tidy::library_of(libraries, header);
      if (of != nullptr) seen.insert(of->name + " in " + file.room);
      CHECK_MESSAGE((of == nullptr || of->rooms.count(file.room)), (of ? of->name : "") << " does not belong here: " << place(file, i));
      CHECK_MESSAGE((of != nullptr || std::regex_match(header, known)), "a library that src/README.md does not name: " << place(file, i));
    }
  }
  for (const auto& library : libraries)
    for (const auto& room : library.rooms) CHECK_MESSAGE(seen.count(library.name + " in " + room) == 1, room << " does not use " << library.name << " any more");
}

TEST_CASE("no function beyond 70 lines, no file beyond 600") {
  for (const auto& file : tidy::cpp_files()) {
    CHECK_MESSAGE(file.lines.size() <= kFileLines, file.path << " has " << file.lines.size() << " lines");
    for (const auto& f : tidy::functions(file.text())) {
      CHECK_MESSAGE(f.lines <= kFunctionLines, file.path << ":" << f.line << ": " << f.lines << " lines: " << f.name);
    }
  }
}

TEST_CASE("no threads, clocks, chance or sockets below the runtime") {
  const std::regex words(R"(\b(std::(thread|jthread|mutex|shared_mutex|condition_variable|random_device)|system_clock|steady_clock|)"
                         R"(clock_gettime|gettimeofday|sockaddr|srand|rand)\b)");
  auto found = code_lines(words, 5);
  // The log, its lines' time and its lock; the one road to the machine's clocks.
  std::erase_if(found, [](const std::string& line) { return line.starts_with("src/base/log.cc:") || line.starts_with("src/base/log_sink.cc:") || line.starts_with("src/base/posix_env.cc:"); });
  CHECK_MESSAGE(found.empty(), "a result could depend on these:" << list(found));
}

TEST_CASE("nothing waits by sleeping, nothing prints past its caller, no clock decides below the programs") {
  const auto sleeping = code_lines(std::regex(R"(\b(sleep_for|sleep_until|usleep|nanosleep)\b)"), 8);  // `replay --speed` does
  CHECK_MESSAGE(sleeping.empty(), "sleeping:" << list(sleeping));
  const auto printing = code_lines(std::regex(R"(\b(std::(cout|cerr)|printf|puts)\b)"), 7);
  CHECK_MESSAGE(printing.empty(), "printing in a library room:" << list(printing));
  const auto opened = code_lines(std::regex(R"(\busing\s+namespace\s+(std|boost)\s*;)"), 99);
  CHECK_MESSAGE(opened.empty(), "a whole namespace opened:" << list(opened));
}

TEST_CASE("no words of unfinished work") {
  const std::regex words("\\b(TO" "DO|FIX" "ME|X" "XX|HA" "CK)\\b|not (yet )?implemen" "ted|unimplemen" "ted");
  auto files = tidy::read_tree({"include", "src", "test", "bench", "patterns", "tools"}, {".h", ".cc", ".cep", ".sh", ".py", ".md", ".txt"});
  for (const std::string path : {"README.md", "dev", "CMakeLists.txt"}) {
    files.push_back(tidy::read_one(path));
    CHECK_MESSAGE(!files.back().lines.empty(), path << " is not there");
  }
  for (const auto& file : files) {
    for (size_t i = 0; i < file.lines.size(); ++i) {
      CHECK_MESSAGE(!std::regex_search(file.lines[i], words), "finish it or leave it out: " << place(file, i));
    }
  }
}

TEST_CASE("each pattern file says what it is, and has cases beside it") {
  const auto patterns = tidy::read_tree({"patterns"}, {".cep"});
  CHECK(patterns.size() >= 9);
  for (const auto& file : patterns) {
    REQUIRE_MESSAGE(file.lines.size() > 1, file.path);
    CHECK_MESSAGE(file.lines[0].rfind("# ", 0) == 0, file.path << " does not begin with what it detects");
    CHECK_MESSAGE(file.text().find("\n# Events: ") != std::string::npos, file.path << " does not say on which events");
    const auto cases = tidy::read_one(file.path.substr(0, file.path.size() - 4) + ".yaml");
    CHECK_MESSAGE(!cases.lines.empty(), file.path << " has no cases beside it");
  }
}
