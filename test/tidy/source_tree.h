// The files of the checkout as the tidy tests see them, and the map of rooms in src/README.md.
#pragma once
#include <map>
#include <set>
#include <string>
#include <vector>

namespace tidy {

struct SourceFile {
  std::string path;                // from the root of the checkout, with '/'
  std::string room;                // "base" for src/base/…, "include/cep" for include/cep/…, else empty
  std::vector<std::string> lines;  // without line ends
  std::string text() const;
};

// All files below the given folders of the checkout whose names end so, ordered by path.
std::vector<SourceFile> read_tree(const std::vector<std::string>& folders, const std::set<std::string>& extensions);

// All C++ files of src, include, test and bench.
const std::vector<SourceFile>& cpp_files();

SourceFile read_one(const std::string& path);

// Folders directly below src.
std::vector<std::string> room_folders();

struct Room {
  int floor = 0;
  std::set<std::string> may_include;  // rooms
};

// The table "Rooms and floors" of src/README.md.
std::map<std::string, Room> read_rooms();

struct Library {
  std::string name;
  std::vector<std::string> headers;  // how the names of its headers begin
  std::set<std::string> rooms;       // that may include them
};

// The table of third-party code of src/README.md.
std::vector<Library> read_libraries();
// The library that a header is of; null: none of these.
const Library* library_of(const std::vector<Library>& libraries, const std::string& header);

// What an `#include "…"` line names, less the file's own name: "expr/functions"; empty for other lines and for files of the including folder itself.
std::string included_folder(const std::string& line);
// Whether the page that a file speaks of is in the checkout: from its root, from src, from the file's folder or one above it, or in the room that a test is of.
bool page_exists(const SourceFile& file, const std::string& page);

// The room that an `#include "…"` line names; empty for other lines and for files of the including folder itself.
std::string included_room(const std::string& line);

}  // namespace tidy
