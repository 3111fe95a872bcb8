#include "runtime/table_rows.h"

#include <cstring>
#include <new>
#include <tuple>
#include <utility>

#include "base/check.h"
#include "state/key_codec.h"

namespace cep::runtime {
namespace {

constexpr size_t kBucketsLeast = 16;

}  // namespace

TableRows::TableRows() : buckets_(new Buckets(kBucketsLeast)) { bucket_bytes_ = kBucketsLeast * sizeof(buckets_.load()->heads[0]); }

TableRows::~TableRows() {
  clear();
  free_buckets(buckets_.load());
}

// ---- look-ups

TableRows::Key* TableRows::find_key(std::string_view key, uint64_t hash) const {
  const Buckets* buckets = buckets_.load(std::memory_order_acquire);
  const Link* link = buckets->heads[hash & buckets->mask].load(std::memory_order_acquire);
  for (; link; link = link->next.load(std::memory_order_acquire))
    if (link->key->hash == hash && link->key->bytes() == key) return link->key;
  return nullptr;
}

const event::Row* TableRows::find(std::string_view key, uint64_t position) const {
  const Key* found = find_key(key, state::key_hash(key));
  if (!found) return nullptr;
  const Version* version = found->newest.load(std::memory_order_acquire);
  while (version && version->position > position) version = version->older;
  return version ? version->row() : nullptr;
}

// ---- updates

TableRows::Key* TableRows::add_key(std::string_view key, uint64_t hash) {
  Key* made = new (::operator new(sizeof(Key) + key.size())) Key;
  made->hash = hash;
  made->size = static_cast<uint32_t>(key.size());
  std::memcpy(static_cast<void*>(made + 1), key.data(), key.size());
  bytes_ += sizeof(Key) + key.size() + sizeof(Link);
  ++keys_;
  return made;
}

void TableRows::put(std::string_view key, const event::Row* row, uint64_t position, uint64_t batch) {
  const uint64_t hash = state::key_hash(key);
  Key* at = find_key(key, hash);
  Version* before = at ? at->newest.load(std::memory_order_relaxed) : nullptr;
  CEP_CHECK(!before || before->position <= position);
  if (!row && (!before || before->words == 0)) return;
  const uint64_t words = row ? row->size / 8 : 0;
  Version* made = new (::operator new(sizeof(Version) + 8 * words)) Version;
  made->position = position;
  made->older = before;
  made->words = words;
  if (row) std::memcpy(static_cast<void*>(made + 1), row, row->size);
  bytes_ += made->bytes();
  size_ += row != nullptr ? 1 : 0;
  size_ -= before && before->words > 0 ? 1 : 0;
  const bool fresh = !at;
  if (fresh) at = add_key(key, hash);
  at->newest.store(made, std::memory_order_release);
  if (before) retire({batch, at, made, nullptr, nullptr, before->bytes()});
  if (!fresh) return;
  if (keys_ > buckets_.load(std::memory_order_relaxed)->mask) resize(2 * (buckets_.load(std::memory_order_relaxed)->mask + 1), batch);
  Buckets* buckets = buckets_.load(std::memory_order_relaxed);
  std::atomic<Link*>& head = buckets->heads[hash & buckets->mask];
  Link* link = new Link;
  link->key = at;
  link->next.store(head.load(std::memory_order_relaxed), std::memory_order_relaxed);
  head.store(link, std::memory_order_release);
}

void TableRows::put_latest(std::string_view key, const event::Row& row, uint64_t position, uint64_t batch) {
  const uint64_t hash = state::key_hash(key);
  Key* at = find_key(key, hash);
  if (at && at->of_stream && std::tie(row.time, row.position) < std::tie(at->stream_time, at->stream_position)) return;
  put(key, &row, position, batch);
  at = find_key(key, hash);
  at->of_stream = true;
  at->stream_time = row.time;
  at->stream_position = row.position;
}

void TableRows::for_each(const std::function<void(const Kept&)>& f) const {
  const Buckets* buckets = buckets_.load(std::memory_order_relaxed);
  for (size_t b = 0; b <= buckets->mask; ++b) {
    for (const Link* link = buckets->heads[b].load(std::memory_order_relaxed); link; link = link->next.load(std::memory_order_relaxed)) {
      const Key& key = *link->key;
      const Version* newest = key.newest.load(std::memory_order_relaxed);
      CEP_CHECK(newest->older == nullptr);
      f({key.bytes(), newest->row(), newest->position, key.of_stream, key.stream_time, key.stream_position});
    }
  }
}

void TableRows::put_back(const Kept& kept) {
  const event::Row none{0, 0, sizeof(event::Row), 0, 0};
  put(kept.key, kept.row ? kept.row : &none, kept.position, 0);
  Key* at = find_key(kept.key, state::key_hash(kept.key));
  at->of_stream = kept.of_stream;
  at->stream_time = kept.stream_time;
  at->stream_position = kept.stream_position;
  if (!kept.row) put(kept.key, nullptr, kept.position, 0);
}

// Other buckets, so many (a power of two), with links of their own; whoever is in the old ones finishes there.
void TableRows::resize(size_t n, uint64_t batch) {
  Buckets* old = buckets_.load(std::memory_order_relaxed);
  Buckets* made = new Buckets(n);
  for (size_t b = 0; b <= old->mask; ++b) {
    for (Link* link = old->heads[b].load(std::memory_order_relaxed); link; link = link->next.load(std::memory_order_relaxed)) {
      std::atomic<Link*>& head = made->heads[link->key->hash & made->mask];
      Link* copy = new Link;
      copy->key = link->key;
      copy->next.store(head.load(std::memory_order_relaxed), std::memory_order_relaxed);
      head.store(copy, std::memory_order_relaxed);
    }
  }
  buckets_.store(made, std::memory_order_release);
  bucket_bytes_ += (made->mask + 1) * sizeof made->heads[0] + keys_ * sizeof(Link);
  retire({batch, nullptr, nullptr, nullptr, old, (old->mask + 1) * sizeof old->heads[0] + keys_ * sizeof(Link)});
}

void TableRows::retire(Retired what) {
  retired_bytes_ += what.bytes;
  retired_.push_back(what);
}

void TableRows::forget_all() { forget(UINT64_MAX, 0); }

void TableRows::forget(uint64_t done, uint64_t now) {
  free_retired(done, now);
  size_t n = buckets_.load(std::memory_order_relaxed)->mask + 1;
  if (n == kBucketsLeast || keys_ > n / 8) return;
  while (n > kBucketsLeast && keys_ <= n / 4) n /= 2;
  resize(n, now);
  free_retired(done, now);
}

void TableRows::free_retired(uint64_t done, uint64_t now) {
  while (!retired_.empty() && retired_.front().batch < done) {
    const Retired what = retired_.front();
    retired_.pop_front();
    retired_bytes_ -= what.bytes;
    if (what.ends) end(what, now);
    if (what.buckets) {
      bucket_bytes_ -= what.bytes;
      free_buckets(what.buckets);
    }
    if (!what.link) continue;
    bytes_ -= sizeof(Key) + what.link->key->size + sizeof(Link);
    free_versions(what.link->key->newest.load(std::memory_order_relaxed));
    free_key(what.link->key);
    delete what.link;
  }
}

// What came from the stream is remembered, so that an older row of it does not come back. All work is behind the version `upto`. Somebody may be at the key when it is unlinked, so that it waits for `done` once more.
void TableRows::end(const Retired& what, uint64_t now) {
  free_versions(std::exchange(what.upto->older, nullptr));
  if (what.upto->words == 0 && !what.ends->of_stream && what.ends->newest.load(std::memory_order_relaxed) == what.upto) unlink(what.ends, now);
}

void TableRows::unlink(Key* key, uint64_t batch) {
  Buckets* buckets = buckets_.load(std::memory_order_relaxed);
  std::atomic<Link*>* at = &buckets->heads[key->hash & buckets->mask];
  while (at->load(std::memory_order_relaxed)->key != key) at = &at->load(std::memory_order_relaxed)->next;
  Link* link = at->load(std::memory_order_relaxed);
  at->store(link->next.load(std::memory_order_relaxed), std::memory_order_release);
  --keys_;
  retire({batch, nullptr, nullptr, link, nullptr, sizeof(Key) + key->size + sizeof(Link)});
}

void TableRows::free_versions(Version* from) {
  while (from) {
    Version* next = from->older;
    bytes_ -= from->bytes();
    ::operator delete(from);
    from = next;
  }
}

void TableRows::free_key(Key* key) {
  key->~Key();
  ::operator delete(key);
}

void TableRows::free_buckets(Buckets* buckets) {
  for (size_t b = 0; b <= buckets->mask; ++b)
    for (Link* link = buckets->heads[b].load(std::memory_order_relaxed); link;) delete std::exchange(link, link->next.load(std::memory_order_relaxed));
  delete buckets;
}

// All keys with their versions; the buckets stay.
void TableRows::clear() {
  forget_all();
  Buckets* buckets = buckets_.load(std::memory_order_relaxed);
  for (size_t b = 0; b <= buckets->mask; ++b) {
    for (Link* link = buckets->heads[b].exchange(nullptr); link;) {
      free_versions(link->key->newest.load(std::memory_order_relaxed));
      free_key(link->key);
      delete std::exchange(link, link->next.load(std::memory_order_relaxed));
    }
  }
  keys_ = size_ = 0;
  bytes_ = 0;
}

void TableRows::take(TableRows* other) {
  clear();
  other->forget_all();
  Buckets* own = buckets_.load(std::memory_order_relaxed);
  buckets_.store(other->buckets_.load(std::memory_order_relaxed), std::memory_order_release);
  other->buckets_.store(own, std::memory_order_release);
  std::swap(keys_, other->keys_);
  std::swap(size_, other->size_);
  std::swap(bytes_, other->bytes_);
  std::swap(bucket_bytes_, other->bucket_bytes_);
}

}  // namespace cep::runtime
