#include "tidy/source_tree.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <regex>
#include <sstream>

namespace tidy {
namespace fs = std::filesystem;

namespace {
const fs::path kRoot = CEPD_SOURCE_DIR;

std::string room_of(const std::string& path) {
  if (path.rfind("include/cep/", 0) == 0) return "include/cep";
  if (path.rfind("src/", 0) != 0) return "";
  const auto end = path.find('/', 4);
  return end == std::string::npos ? "" : path.substr(4, end - 4);
}

std::vector<std::string> cells(const std::string& row) {
  std::vector<std::string> out;
  std::stringstream in(row);
  std::string cell;
  std::getline(in, cell, '|');  // before the first bar
  while (std::getline(in, cell, '|')) {
    const auto a = cell.find_first_not_of(' '), b = cell.find_last_not_of(' ');
    out.push_back(a == std::string::npos ? "" : cell.substr(a, b - a + 1));
  }
  return out;
}

// The words between backquotes.
std::vector<std::string> quoted(const std::string& text) {
  std::vector<std::string> out;
  for (size_t at = 0; (at = text.find('`', at)) != std::string::npos;) {
    const size_t end = text.find('`', at + 1);
    if (end == std::string::npos) break;
    out.push_back(text.substr(at + 1, end - at - 1));
    at = end + 1;
  }
  return out;
}
}  // namespace

std::string SourceFile::text() const {
  std::string out;
  for (const auto& line : lines) out += line + '\n';
  return out;
}

SourceFile read_one(const std::string& path) {
  SourceFile file;
  file.path = path;
  file.room = room_of(path);
  std::ifstream in(kRoot / path);
  for (std::string line; std::getline(in, line);) file.lines.push_back(line);
  return file;
}

std::vector<SourceFile> read_tree(const std::vector<std::string>& folders, const std::set<std::string>& extensions) {
  std::vector<std::string> paths;
  for (const auto& folder : folders) {
    if (!fs::exists(kRoot / folder)) continue;
    for (const auto& entry : fs::recursive_directory_iterator(kRoot / folder)) {
      if (entry.is_regular_file() && extensions.count(entry.path().extension().string())) {
        paths.push_back(fs::relative(entry.path(), kRoot).generic_string());
      }
    }
  }
  std::sort(paths.begin(), paths.end());
  std::vector<SourceFile> files;
  for (const auto& path : paths) files.push_back(read_one(path));
  return files;
}

const std::vector<SourceFile>& cpp_files() {
  static const auto files = read_tree({"include", "src", "test", "bench"}, {".h", ".cc"});
  return files;
}

std::vector<std::string> room_folders() {
  std::vector<std::string> rooms;
  for (const auto& entry : fs::directory_iterator(kRoot / "src")) {
    if (entry.is_directory()) rooms.push_back(entry.path().filename().string());
  }
  std::sort(rooms.begin(), rooms.end());
  return rooms;
}

std::map<std::string, Room> read_rooms() {
  std::map<std::string, Room> rooms;
  for (const auto& line : read_one("src/README.md").lines) {
    const auto row = cells(line);
    if (row.size() != 4 || row[0].find_first_not_of("0123456789") != std::string::npos || row[0].empty()) continue;
    for (const auto& name : quoted(row[1])) {
      Room& room = rooms[name];
      room.floor = std::stoi(row[0]);
      for (const auto& other : quoted(row[3])) room.may_include.insert(other);
    }
  }
  return rooms;
}

std::vector<Library> read_libraries() {
  std::vector<Library> out;
  bool in_table = false;
  for (const auto& line : read_one("src/README.md").lines) {
    const auto row = cells(line);
    in_table = row.size() == 3 && (in_table || row[0] == "library");
    if (!in_table || quoted(row[2]).empty()) continue;
    const auto rooms = quoted(row[2]);
    out.push_back(Library{row[0], quoted(row[1]), {rooms.begin(), rooms.end()}});
  }
  return out;
}

const Library* library_of(const std::vector<Library>& libraries, const std::string& header) {
  for (const auto& library : libraries)
    for (const auto& begin : library.headers)
      if (header.rfind(begin, 0) == 0) return &library;
  return nullptr;
}

std::string included_folder(const std::string& line) {
  static const std::regex include(R"re(^\s*#\s*include\s*"([^"]+)/[^"/]+")re");
  std::smatch match;
  return std::regex_search(line, match, include) ? match[1].str() : "";
}

bool page_exists(const SourceFile& file, const std::string& page) {
  fs::path folder = fs::path(file.path).parent_path();
  const fs::path tested = kRoot / "src" / folder.filename();
  if (fs::exists(tested / page) || fs::exists(kRoot / "src" / page)) return true;
  for (;; folder = folder.parent_path()) {
    if (fs::exists(kRoot / folder / page)) return true;
    if (folder.empty()) return false;
  }
}

std::string included_room(const std::string& line) {
  static const std::regex include(R"re(^\s*#\s*include\s*"([^"/]+)/.*")re");
  std::smatch match;
  if (!std::regex_search(line, match, include)) return "";
  return match[1] == "cep" ? "include/cep" : match[1].str();
}

}  // namespace tidy
