// The virtual disk: files by path, and names that are durable only once their directory was synced. Until then a power cut keeps or loses each change of a name by itself;
// changes of one name stay in order, a rename is one change. Paths are absolute; "a//b" and "a/./b" are "a/b".
#pragma once
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "sim/sim_file.h"

namespace sim {

std::string plain_path(const std::string& path);
std::string parent_of(const std::string& path);   // of a plain path

class SimDisk {
 public:
  SimDisk();

  // Null: no such file (a directory is none).
  std::shared_ptr<SimFile> file(const std::string& path) const;
  bool is_dir(const std::string& path) const;
  bool exists(const std::string& path) const { return names_.count(path) > 0; }
  std::vector<std::string> list(const std::string& dir) const;
  std::vector<std::string> files() const;   // all paths of files, sorted
  uint64_t used_bytes() const;              // of all files that have a name

  // REQUIRES what a file system would: a parent, no such name, a file.
  std::shared_ptr<SimFile> make_file(const std::string& path);
  void make_dir(const std::string& path);
  void rename(const std::string& from, const std::string& to);
  void remove(const std::string& path);
  void sync_dir(const std::string& dir);

  // What nobody synced survives as fate has it; the rest is as after a reboot.
  void cut_power(Rng* rng);

 private:
  struct Node {
    std::shared_ptr<SimFile> file;   // null: a directory
  };
  using NodePtr = std::shared_ptr<Node>;
  using Names = std::map<std::string, NodePtr>;
  // Names and what stands under them from then on (null: nothing), all or none.
  struct Change {
    std::vector<std::pair<std::string, NodePtr>> sets;
  };

  void change(Change change);
  void settle(const std::vector<bool>& survives);
  void cut_names(Rng* rng);

  Names names_, platter_;
  std::vector<Change> pending_;
};

}  // namespace sim
