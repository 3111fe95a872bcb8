#include "runtime/key_table.h"

#include <algorithm>

namespace cep::runtime {

uint32_t KeyTable::add(std::string_view key) {
  uint32_t id;
  if (free_.empty()) {
    id = static_cast<uint32_t>(keys_.size());
    keys_.emplace_back(key);
  } else {
    id = free_.back();
    free_.pop_back();
    keys_[id] = key;
  }
  ids_.emplace(keys_[id], id);
  return id;
}

void KeyTable::remove(uint32_t id) {
  auto at = ids_.find(std::string_view(keys_[id]));
  if (at == ids_.end() || at->second != id) return;
  ids_.erase(at);
  free_.push_back(id);
}

std::vector<uint32_t> KeyTable::sorted() const {
  std::vector<uint32_t> all;
  for (const auto& [key, id] : ids_) all.push_back(id);
  std::sort(all.begin(), all.end(), [&](uint32_t a, uint32_t b) { return keys_[a] < keys_[b]; });
  return all;
}

}  // namespace cep::runtime
