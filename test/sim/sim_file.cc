#include "sim/sim_file.h"

#include <algorithm>

#include "base/check.h"

namespace sim {

void SimFile::apply(const Change& change, std::string* content) {
  if (change.resize) {
    content->resize(change.at, '\0');
    return;
  }
  if (content->size() < change.at + change.bytes.size()) content->resize(change.at + change.bytes.size(), '\0');
  content->replace(change.at, change.bytes.size(), change.bytes);
}

void SimFile::write(uint64_t offset, std::string_view bytes) {
  if (bytes.empty()) return;
  pending_.push_back({false, offset, std::string(bytes)});
  apply(pending_.back(), &cache_);
}

void SimFile::resize(uint64_t bytes) {
  if (bytes == cache_.size()) return;
  pending_.push_back({true, bytes, {}});
  apply(pending_.back(), &cache_);
}

void SimFile::sync() {
  if (base_) {
    settle(Fate::kAll, nullptr);
    base_.reset();
    if (platter_ != cache_) base_ = cache_;  // what an earlier sync lost stays lost
    return;
  }
  for (const Change& change : pending_) apply(change, &platter_);
  pending_.clear();
}

void SimFile::fail_sync(Rng* rng) {
  settle(rng->chance(0.3) ? Fate::kNone : Fate::kRandom, rng);
  platter_.resize(cache_.size(), '\0');  // pages are dropped, the size is not
  base_ = cache_;
}

void SimFile::cut_power(Fate fate, Rng* rng) {
  settle(fate, rng);
  base_.reset();
  cache_ = platter_;
}

void SimFile::flip(uint64_t offset, uint8_t mask) {
  CEP_CHECK(pending_.empty() && offset < cache_.size());
  for (std::string* content : {&cache_, &platter_, base_ ? &*base_ : nullptr}) {
    if (content != nullptr && offset < content->size()) (*content)[offset] = static_cast<char>((*content)[offset] ^ mask);
  }
}

void SimFile::chop(uint64_t bytes) {
  CEP_CHECK(pending_.empty());
  cache_.resize(std::min<uint64_t>(bytes, cache_.size()));
  platter_.resize(std::min<uint64_t>(bytes, platter_.size()));
  if (base_) base_->resize(std::min<uint64_t>(bytes, base_->size()));
}

SimFile::Part SimFile::part_of(Fate fate, size_t index, size_t cut, Rng* rng) const {
  switch (fate) {
    case Fate::kAll: return Part::kWhole;
    case Fate::kNone: return Part::kLost;
    case Fate::kPrefix: return index < cut ? Part::kWhole : index == cut ? Part::kTorn : Part::kLost;
    case Fate::kRandom: break;
  }
  return static_cast<Part>(rng->below(3));
}

// Brings the pending changes to the platter as fate has it. `full` is what the cache showed after each of them: a sector that is written is written as it then was.
void SimFile::settle(Fate fate, Rng* rng) {
  if (pending_.empty()) return;
  std::string full = base_ ? *base_ : platter_;
  const size_t cut = fate == Fate::kPrefix ? rng->below(pending_.size() + 1) : 0;
  for (size_t i = 0; i < pending_.size(); ++i) {
    const Change& change = pending_[i];
    apply(change, &full);
    const Part part = part_of(fate, i, cut, rng);
    if (part == Part::kLost) continue;
    if (change.resize) {
      if (part == Part::kWhole || rng->coin()) platter_.resize(change.at, '\0');
    } else {
      settle_sectors(change, part, full, rng);
    }
  }
  pending_.clear();
}

void SimFile::settle_sectors(const Change& change, Part part, const std::string& full, Rng* rng) {
  const uint64_t first = change.at / kSectorBytes, last = (change.at + change.bytes.size() - 1) / kSectorBytes;
  // Torn: its beginning, or sectors here and there.
  const bool here_and_there = part == Part::kTorn && rng->coin();
  const uint64_t until = part == Part::kTorn && !here_and_there ? rng->between(first, last) : last + 1;
  for (uint64_t sector = first; sector <= last && sector < until; ++sector) {
    if (here_and_there && rng->coin()) continue;
    const uint64_t begin = sector * kSectorBytes, end = std::min<uint64_t>(begin + kSectorBytes, full.size());
    if (platter_.size() < end) platter_.resize(end, '\0');
    platter_.replace(begin, end - begin, full, begin, end - begin);
    // A page is zeros behind the end of its file: so is the sector where the platter's file is longer.
    for (uint64_t i = end; i < std::min<uint64_t>(begin + kSectorBytes, platter_.size()); ++i) platter_[i] = '\0';
  }
}

}  // namespace sim
