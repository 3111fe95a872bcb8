#include "state/state_writer.h"

#include <algorithm>
#include <tuple>
#include <vector>

#include "base/check.h"
#include "state/format.h"
#include "state/key_codec.h"

namespace cep::state {

Encoder& StateWriter::entry(uint32_t op, Part part, std::string_view key) {
  const uint32_t group = info_of(part).by_key ? group_of(key) : 0;
  return entries_.emplace_back(Entry{op, part, group, std::string(key), {}}).content;
}

Encoder& StateWriter::entry_of_shard(uint32_t op, Part part) {
  CEP_CHECK(!info_of(part).by_key);
  Encoder key;
  key.number(static_cast<uint64_t>(shard_));
  return entry(op, part, key.bytes());
}

std::string StateWriter::finish() {
  const auto address = [](const Entry* e) { return std::tie(e->op, e->part, e->group, e->key); };
  std::vector<const Entry*> all;
  for (const Entry& e : entries_) all.push_back(&e);
  std::sort(all.begin(), all.end(), [&](const Entry* a, const Entry* b) { return address(a) < address(b); });
  std::string out(kMagic);
  for (size_t first = 0; first < all.size();) {
    size_t end = first;
    while (end < all.size() && all[end]->op == all[first]->op && all[end]->part == all[first]->part) ++end;
    const PartInfo& info = info_of(all[first]->part);
    Encoder body;
    body.number(all[first]->op);
    body.text(info.name);
    body.number(info.version);
    body.number(end - first);
    for (size_t i = first; i < end; ++i) {
      CEP_CHECK(i == first || address(all[i - 1]) != address(all[i]));
      body.number(all[i]->group);
      body.text(all[i]->key);
      body.text(all[i]->content.bytes());
    }
    append_section(body.bytes(), &out);
    first = end;
  }
  append_section({}, &out);
  entries_.clear();
  return out;
}

}  // namespace cep::state
