// The rows of one table by key. A row keeps those before it, each from the position of its update on, for as long as somebody may still work at a position before the update: so ingest
// goes on while shards are behind, and each look-up sees the table as it stands at its own position. One thread updates, any thread looks up, none waits.
//
//   find: buckets ─▶ link ─▶ key ─▶ newest version ─▶ older ─▶ …        retired: what no new look-up can reach, by the batch in which it came off
#pragma once
#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include "base/event_time.h"
#include "event/row.h"

namespace cep::runtime {

class TableRows {
 public:
  TableRows();
  ~TableRows();  // nobody looks up any more
  TableRows(const TableRows&) = delete;
  TableRows& operator=(const TableRows&) = delete;

  // Any thread. The row of the key as it stands at `position`; null: none. Good until the batch that is being worked there is done.
  const event::Row* find(std::string_view key, uint64_t position) const;

  // ---- the updating thread
  // From `position` on, which is no less than any before, the key has this row; null: it has none. `batch`: the number of the one whose positions end at this update or later.
  void put(std::string_view key, const event::Row* row, uint64_t position, uint64_t batch);
  // The same of a row that comes from the table's stream, unless one of its key came from there that is later by (time, position). That is remembered when put() takes the row away.
  void put_latest(std::string_view key, const event::Row& row, uint64_t position, uint64_t batch);
  // Nobody will work a batch before number `done` any more: what came off in those is freed. `now`: the number of the one that is being filled.
  void forget(uint64_t done, uint64_t now);
  // Nobody looks up before the next update: all that came off is freed.
  void forget_all();
  // Takes over the rows of the other one, which is empty afterwards. REQUIRES nobody looks up in either.
  void take(TableRows* other);

  // A key as it is kept; `row` null: the key has none, and what came from the table's stream is remembered.
  struct Kept {
    std::string_view key;
    const event::Row* row = nullptr;
    uint64_t position = 0;  // from which on it holds
    bool of_stream = false;
    int64_t stream_time = INT64_MIN;
    uint64_t stream_position = 0;
  };
  // Calls f for every key, in no order. REQUIRES forget_all() was called since the last update.
  void for_each(const std::function<void(const Kept&)>& f) const;
  // Puts back a key that is not there. REQUIRES nobody looks up.
  void put_back(const Kept& kept);

  size_t size() const { return size_; }     // keys that have a row
  // Of all that is kept, what is there for look-ups at earlier positions too.
  uint64_t bytes() const { return bytes_ + bucket_bytes_; }
  uint64_t retired_bytes() const { return retired_bytes_; }

 private:
  struct Version {
    uint64_t position = 0;
    Version* older = nullptr;
    uint64_t words = 0;        // of the row, which stands behind; 0: the key has none from here on
    const event::Row* row() const { return words == 0 ? nullptr : reinterpret_cast<const event::Row*>(this + 1); }
    uint64_t bytes() const { return sizeof *this + 8 * words; }
  };
  struct Key {
    uint64_t hash = 0;
    std::atomic<Version*> newest{nullptr};
    uint32_t size = 0;         // of its bytes, which stand behind
    // The updating thread's: of the latest row of the table's stream.
    bool of_stream = false;
    int64_t stream_time = base::kNoTime;
    uint64_t stream_position = 0;
    std::string_view bytes() const { return {reinterpret_cast<const char*>(this + 1), size}; }
  };
  struct Link {
    Key* key = nullptr;
    std::atomic<Link*> next{nullptr};
  };
  struct Buckets {
    explicit Buckets(size_t n) : mask(n - 1), heads(new std::atomic<Link*>[n]()) {}
    size_t mask;
    std::unique_ptr<std::atomic<Link*>[]> heads;
  };
  // What came off: one of them is set. `ends`: nothing older than its newest version is asked for any more; if that is no row, the key goes too.
  struct Retired {
    uint64_t batch = 0;
    Key* ends = nullptr;
    Version* upto = nullptr;   // with `ends`: its newest version then
    Link* link = nullptr;      // with its key, which no bucket has any more
    Buckets* buckets = nullptr;  // with all their links, but not the keys
    uint64_t bytes = 0;
  };

  Key* find_key(std::string_view key, uint64_t hash) const;
  Key* add_key(std::string_view key, uint64_t hash);
  void resize(size_t buckets, uint64_t batch);
  void retire(Retired what);
  void free_retired(uint64_t done, uint64_t now);
  void end(const Retired& what, uint64_t now);
  void unlink(Key* key, uint64_t batch);
  void free_versions(Version* from);
  static void free_key(Key* key);
  static void free_buckets(Buckets* buckets);
  void clear();

  std::atomic<Buckets*> buckets_;
  size_t keys_ = 0;             // in buckets
  size_t size_ = 0;
  uint64_t bytes_ = 0, retired_bytes_ = 0;
  uint64_t bucket_bytes_ = 0;   // of all buckets, and of links of those that were left
  std::deque<Retired> retired_;  // rising by batch
};

}  // namespace cep::runtime
