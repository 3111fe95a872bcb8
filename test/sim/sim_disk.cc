#include "sim/sim_disk.h"

#include <algorithm>
#include <set>

#include "base/check.h"

namespace sim {

std::string plain_path(const std::string& path) {
  std::string out;
  for (size_t at = 0; at < path.size();) {
    size_t end = std::min(path.find('/', at), path.size());
    std::string part = path.substr(at, end - at);
    CEP_CHECK(part != "..");
    if (!part.empty() && part != ".") out += "/" + part;
    at = end + 1;
  }
  return out.empty() ? "/" : out;
}

std::string parent_of(const std::string& path) {
  size_t slash = path.rfind('/');
  return slash == 0 ? "/" : path.substr(0, slash);
}

SimDisk::SimDisk() { names_["/"] = platter_["/"] = std::make_shared<Node>(); }

std::shared_ptr<SimFile> SimDisk::file(const std::string& path) const {
  auto found = names_.find(path);
  return found == names_.end() ? nullptr : found->second->file;
}

bool SimDisk::is_dir(const std::string& path) const {
  auto found = names_.find(path);
  return found != names_.end() && found->second->file == nullptr;
}

std::vector<std::string> SimDisk::list(const std::string& dir) const {
  std::vector<std::string> out;
  for (const auto& [path, node] : names_) {
    if (path != "/" && parent_of(path) == dir) out.push_back(path.substr(path.rfind('/') + 1));
  }
  std::sort(out.begin(), out.end());
  return out;
}

std::vector<std::string> SimDisk::files() const {
  std::vector<std::string> out;
  for (const auto& [path, node] : names_) {
    if (node->file) out.push_back(path);
  }
  return out;
}

uint64_t SimDisk::used_bytes() const {
  uint64_t sum = 0;
  for (const auto& [path, node] : names_) sum += node->file ? node->file->cache().size() : 0;
  return sum;
}

std::shared_ptr<SimFile> SimDisk::make_file(const std::string& path) {
  CEP_CHECK(!exists(path) && is_dir(parent_of(path)));
  auto node = std::make_shared<Node>();
  node->file = std::make_shared<SimFile>();
  change({{{path, node}}});
  return node->file;
}

void SimDisk::make_dir(const std::string& path) {
  CEP_CHECK(!exists(path) && is_dir(parent_of(path)));
  change({{{path, std::make_shared<Node>()}}});
}

void SimDisk::rename(const std::string& from, const std::string& to) {
  CEP_CHECK(file(from) && !is_dir(to) && is_dir(parent_of(to)));
  if (from != to) change({{{from, nullptr}, {to, names_.at(from)}}});
}

void SimDisk::remove(const std::string& path) {
  CEP_CHECK(file(path));
  change({{{path, nullptr}}});
}

void SimDisk::change(Change change) {
  for (const auto& [path, node] : change.sets) {
    if (node) names_[path] = node;
    else names_.erase(path);
  }
  pending_.push_back(std::move(change));
}

// Brings the changes that survive to the platter, and before each those of the same names that came earlier; the others go on waiting.
void SimDisk::settle(const std::vector<bool>& survives) {
  std::set<std::string> wanted;
  std::vector<bool> whole(pending_.size());
  for (size_t i = pending_.size(); i-- > 0;) {
    const auto& sets = pending_[i].sets;
    whole[i] = survives[i] || std::any_of(sets.begin(), sets.end(), [&](const auto& set) { return wanted.count(set.first) > 0; });
    if (!whole[i]) continue;
    for (const auto& set : sets) wanted.insert(set.first);
  }
  std::vector<Change> rest;
  for (size_t i = 0; i < pending_.size(); ++i) {
    if (!whole[i]) {
      rest.push_back(std::move(pending_[i]));
      continue;
    }
    for (const auto& [path, node] : pending_[i].sets) {
      if (node) platter_[path] = node;
      else platter_.erase(path);
    }
  }
  pending_ = std::move(rest);
}

void SimDisk::sync_dir(const std::string& dir) {
  CEP_CHECK(is_dir(dir));
  std::vector<bool> survives;
  for (const Change& change : pending_) {
    survives.push_back(std::any_of(change.sets.begin(), change.sets.end(), [&](const auto& set) { return parent_of(set.first) == dir; }));
  }
  settle(survives);
}

void SimDisk::cut_names(Rng* rng) {
  const auto fate = static_cast<Fate>(rng->below(4));
  const size_t cut = fate == Fate::kPrefix ? rng->below(pending_.size() + 1) : 0;
  std::vector<bool> survives;
  for (size_t i = 0; i < pending_.size(); ++i) {
    survives.push_back(fate == Fate::kAll || (fate == Fate::kPrefix && i < cut) || (fate == Fate::kRandom && rng->coin()));
  }
  settle(survives);
  pending_.clear();
  // What stands in a directory that is lost is lost too. Parents come before their children in the order of paths.
  names_.clear();
  for (const auto& [path, node] : platter_) {
    if (path == "/" || is_dir(parent_of(path))) names_[path] = node;
  }
  platter_ = names_;
}

void SimDisk::cut_power(Rng* rng) {
  cut_names(rng);
  // Now and then the whole disk shares one fate, else each file has its own.
  const bool shared = rng->coin();
  const auto fate = static_cast<Fate>(rng->below(4));
  std::set<SimFile*> done;
  for (auto& [path, node] : names_) {
    if (!node->file || !done.insert(node->file.get()).second) continue;
    node->file->cut_power(shared ? fate : static_cast<Fate>(rng->below(4)), rng);
  }
}

}  // namespace sim
