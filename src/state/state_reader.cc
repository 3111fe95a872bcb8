#include "state/state_reader.h"

#include <string>
#include <tuple>

#include "state/format.h"
#include "state/key_codec.h"

namespace cep::state {
namespace {

constexpr const char* kWayOut = "; take an older checkpoint or savepoint, or replay the journal";

}  // namespace

Status damaged(uint32_t op, Part part) {
  return Status::error("the saved state is damaged: `" + std::string(info_of(part).name) + "` of operator " + std::to_string(op) + " says what cannot be" + kWayOut);
}

Result<StateReader> StateReader::read(std::string_view bytes) {
  if (!bytes.starts_with(kMagic)) return Status::error("these bytes are no saved state of a version that this cepd knows");
  bytes.remove_prefix(kMagic.size());
  auto sections = std::make_shared<Sections>();
  for (;;) {
    std::string_view body;
    if (!take_section(&bytes, &body)) return Status::error(std::string("the saved state is damaged: a section is cut or has other bytes than were written") + kWayOut);
    if (body.empty()) break;
    const Status status = read_section(body, sections.get());
    if (!status.ok()) return status;
  }
  if (!bytes.empty()) return Status::error(std::string("the saved state is damaged: something stands behind its end") + kWayOut);
  StateReader out;
  out.sections_ = std::move(sections);
  return out;
}

Status StateReader::read_section(std::string_view body, Sections* sections) {
  Decoder in(body);
  const uint32_t op = static_cast<uint32_t>(in.below(uint64_t{1} << 32));
  const std::string name(in.text());
  const uint64_t version = in.number();
  const std::optional<Part> part = find_part(name);
  if (in.ok() && (!part || version > info_of(*part).version))
    return Status::error("the saved state is of a newer version: `" + name + "` " + std::to_string(version) + " is not known here; start the version that wrote it, or a newer one");
  std::vector<Entry> entries(in.count());
  for (size_t i = 0; i < entries.size(); ++i) {
    Entry& e = entries[i];
    e.group = static_cast<uint32_t>(in.below(kKeyGroups));
    e.key = in.text();
    e.content = in.text();
    const bool rises = i == 0 || std::tie(entries[i - 1].group, entries[i - 1].key) < std::tie(e.group, e.key);
    if (!rises || (part && e.group != (info_of(*part).by_key ? group_of(e.key) : 0))) in.fail();
  }
  if (!in.done() || version == 0 || !sections->emplace(std::pair(op, *part), std::move(entries)).second)
    return Status::error("the saved state is damaged: a section of operator " + std::to_string(op) + " says what cannot be" + kWayOut);
  return {};
}

StateReader StateReader::of_shard(int shard, int shards) const {
  StateReader out = *this;
  out.shard_ = shard;
  out.shards_ = shards;
  return out;
}

Status StateReader::each(uint32_t op, Part part, const Each& each) const {
  const auto at = sections_->find({op, part});
  if (at == sections_->end()) return {};
  for (const Entry& e : at->second) {
    if (info_of(part).by_key && shard_of_group(e.group, shards_) != shard_) continue;
    Decoder in(e.content);
    const Status status = each(e.key, &in);
    if (!status.ok()) return status;
    if (!in.done()) return damaged(op, part);
  }
  return {};
}

Status StateReader::one(uint32_t op, Part part, const std::function<Status(Decoder* in)>& read) const {
  const auto at = sections_->find({op, part});
  if (at == sections_->end() || at->second.size() != 1) return damaged(op, part);
  return each(op, part, [&](std::string_view, Decoder* in) { return read(in); });
}

}  // namespace cep::state
