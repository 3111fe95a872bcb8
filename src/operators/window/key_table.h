// The keys of a window operator and the times at which they want to be woken. One entry per key is looked up
// by its canonical bytes; the calendar holds, for every time, the keys that wait for it, so that windows of
// many keys that end together share one entry. Keys of one time are woken in the order of their bytes. A key
// moved to an earlier time leaves its old entry behind; whoever pops it sees by `wake` that it is stale.
#pragma once
#include <algorithm>
#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "operators/window/assigner.h"

namespace cep::operators {

template <class T>
class KeyTable {
 public:
  struct Key {
    std::string bytes;
    uint32_t id = 0;
    int64_t wake = kEndOfTime;    // the time at which it is in the calendar
    int64_t last_time = kNoTime;  // the greatest event time
    T data;
  };

  // Null if there is none.
  Key* find(std::string_view bytes) const {
    const auto it = ids_.find(bytes);
    return it == ids_.end() ? nullptr : keys_[it->second].get();
  }
  Key& find_or_create(std::string_view bytes) {
    const auto it = ids_.find(bytes);
    if (it != ids_.end()) return *keys_[it->second];
    uint32_t id;
    if (free_.empty()) {
      id = static_cast<uint32_t>(keys_.size());
      keys_.emplace_back();
    } else {
      id = free_.back();
      free_.pop_back();
    }
    keys_[id] = std::make_unique<Key>();
    Key& key = *keys_[id];
    key.bytes = bytes;
    key.id = id;
    ids_.emplace(key.bytes, id);
    text_bytes_ += key.bytes.size();
    return key;
  }
  // REQUIRES that nothing of the key is used afterwards.
  void release(Key* key) {
    const uint32_t id = key->id;
    ids_.erase(std::string_view(key->bytes));
    text_bytes_ -= key->bytes.size();
    keys_[id].reset();
    free_.push_back(id);
    if (ids_.empty() && keys_.size() > kKept) give_back();
  }

  void wake_at(Key& key, int64_t time) {
    if (time >= key.wake) return;
    key.wake = time;
    if (last_ == calendar_.end() || last_->first != time) last_ = calendar_.try_emplace(time).first;
    last_->second.push_back(key.id);
  }
  int64_t next() const { return calendar_.empty() ? kEndOfTime : calendar_.begin()->first; }

  // Calls f(key, time) for every key that is due at or before `to`, by time, then key. A key leaves the
  // calendar before f, which may put it there again at a later time or release it.
  template <class F>
  void wake_until(int64_t to, const F& f) {
    while (!calendar_.empty() && calendar_.begin()->first <= to) {
      auto first = calendar_.begin();
      const int64_t time = first->first;
      const std::vector<uint32_t> due = std::move(first->second);
      calendar_.erase(first);
      last_ = calendar_.end();
      wake_one_time(time, due, f);
    }
  }

  // All keys, in the order of their bytes.
  std::vector<Key*> sorted() const {
    std::vector<Key*> all;
    for (const auto& k : keys_)
      if (k) all.push_back(k.get());
    std::sort(all.begin(), all.end(), [](const Key* a, const Key* b) { return a->bytes < b->bytes; });
    return all;
  }
  template <class F>
  void for_each(const F& f) const {
    for (const auto& k : keys_)
      if (k) f(*k);
  }
  size_t size() const { return ids_.size(); }
  uint64_t bytes() const {
    return ids_.size() * (sizeof(Key) + sizeof(std::pair<std::string_view, uint32_t>) + 24) +
           calendar_.size() * 64 + text_bytes_;
  }

 private:
  // Whether the entry still means the key that stands in this place.
  bool waits(uint32_t id, int64_t time) const {
    return id < keys_.size() && keys_[id] && keys_[id]->wake == time;
  }

  template <class F>
  void wake_one_time(int64_t time, const std::vector<uint32_t>& ids, const F& f) {
    std::vector<Due> due = due_of(ids, time);
    std::sort(due.begin(), due.end(), [&](const Due& a, const Due& b) {
      return a.begins != b.begins ? a.begins < b.begins : keys_[a.id]->bytes < keys_[b.id]->bytes;
    });
    for (const Due& d : due) {
      if (!waits(d.id, time)) continue;
      keys_[d.id]->wake = kEndOfTime;
      f(*keys_[d.id], time);
    }
  }

  // A key to be woken, with the eight bytes after what all of them begin with: enough to sort most of them.
  struct Due {
    uint64_t begins;
    uint32_t id;
  };
  std::vector<Due> due_of(const std::vector<uint32_t>& ids, int64_t time) const {
    std::vector<Due> due;
    due.reserve(ids.size());
    for (uint32_t id : ids)
      if (waits(id, time)) due.push_back({0, id});
    if (due.size() < 2) return due;
    const std::string& first = keys_[due[0].id]->bytes;
    size_t common = first.size();
    for (const Due& d : due) {
      const std::string& b = keys_[d.id]->bytes;
      common = std::min(common, b.size());
      for (size_t i = 0; i < common; ++i)
        if (b[i] != first[i]) common = i;
    }
    for (Due& d : due) d.begins = eight_bytes(keys_[d.id]->bytes, common);
    return due;
  }
  static uint64_t eight_bytes(const std::string& s, size_t from) {
    uint64_t x = 0;
    for (size_t i = from; i < from + 8; ++i)
      x = x << 8 | (i < s.size() ? static_cast<unsigned char>(s[i]) : 0);
    return x;
  }

  static constexpr size_t kKept = 1024;  // places worth keeping for the next keys
  using Calendar = std::map<int64_t, std::vector<uint32_t>>;
  using Ids = boost::unordered_flat_map<std::string_view, uint32_t, std::hash<std::string_view>>;
  using Places = std::vector<std::unique_ptr<Key>>;

  void give_back() {
    ids_ = Ids();
    keys_ = Places();
    free_ = std::vector<uint32_t>();
    calendar_.clear();
    last_ = calendar_.end();
  }

  Ids ids_;  // only looked up
  Places keys_;
  std::vector<uint32_t> free_;
  uint64_t text_bytes_ = 0;
  Calendar calendar_;
  typename Calendar::iterator last_ = calendar_.end();  // where the last push went: ends come in runs
};

}  // namespace cep::operators
