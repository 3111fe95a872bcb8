#include "runtime/key_table.h"

#include <algorithm>

namespace cep::runtime {

namespace {

constexpr size_t kShortText = 15;  // that a string keeps in itself

}  // namespace

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
  text_bytes_ += key.size();
  return id;
}

void KeyTable::remove(uint32_t id) {
  auto at = ids_.find(std::string_view(keys_[id]));
  if (at == ids_.end() || at->second != id) return;
  ids_.erase(at);
  text_bytes_ -= keys_[id].size();
  if (keys_[id].size() > kShortText) long_gone_.push_back(id);
  free_.push_back(id);
}

std::vector<uint32_t> KeyTable::sorted() const {
  std::vector<uint32_t> all;
  for (const auto& [key, id] : ids_) all.push_back(id);
  std::sort(all.begin(), all.end(), [&](uint32_t a, uint32_t b) { return keys_[a] < keys_[b]; });
  return all;
}

void KeyTable::settle() {
  for (uint32_t id : long_gone_) {
    const auto at = ids_.find(std::string_view(keys_[id]));
    if (at == ids_.end() || at->second != id) keys_[id] = std::string();
  }
  long_gone_.clear();
}

}  // namespace cep::runtime
