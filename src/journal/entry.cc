// Bytes of the entries: FORMAT.md, "Entries". Reading trusts nothing: every length is checked against what is left, every number has one form.
#include "journal/entry.h"

#include <algorithm>
#include <functional>
#include <map>

#include "base/bytes.h"
#include "base/check.h"
#include "storage/checksum.h"

namespace cep::journal {
namespace {

using base::BytesReader;
using base::put_text;
using base::put_varint;

constexpr char kLoadVersion = 1;          // every file whole
constexpr char kNamingLoadVersion = 2;    // a file whole or by its content
constexpr char kWhole = 0, kByContent = 1;
constexpr size_t kNamedBytesLeast = 64;   // what is shorter is written

void put_kind(EntryKind kind, std::string* out) { out->push_back(static_cast<char>(kind)); }

void put_source(EntryKind kind, const Source& source, std::string* out) {
  put_kind(kind, out);
  put_text(source.producer, out);
  put_text(source.stream, out);
  put_varint(source.epoch, out);
  put_varint(source.first_number, out);
}

bool take_source(BytesReader* in, Source* s) {
  return in->get_text(&s->producer) && in->get_text(&s->stream) && in->get_varint(&s->epoch) && in->get_varint(&s->first_number);
}

bool take_members(BytesReader* in, Entry* e) {
  switch (e->kind) {
    case EntryKind::kLine: return in->get_text(&e->line);
    case EntryKind::kBroken:
      return in->get_varint(&e->length) && in->get_text(&e->line) && e->line.size() <= kBrokenBytesMax && in->get_text(&e->reason);
    case EntryKind::kSource:
    case EntryKind::kSession: return take_source(in, &e->source);
    case EntryKind::kTick: return in->get_signed_varint(&e->now_ms);
    case EntryKind::kLoad: return in->get_text(&e->body);
    case EntryKind::kSkip: return in->get_varint(&e->position) && in->get_text(&e->reason);
    case EntryKind::kAccepted:
      if (!in->get_varint(&e->position)) return false;
      for (uint64_t& next : e->next)
        if (!in->get_varint(&next) || next == 0) return false;
      return in->get_text(&e->reason);
    case EntryKind::kForget: return in->get_text(&e->source.producer);
    case EntryKind::kReset: return in->get_text(&e->source.stream);
  }
  return false;
}

bool take_limits(BytesReader* in, Limits* l) {
  uint64_t depth = 0;
  if (!in->get_varint(&l->line_bytes) || !in->get_varint(&depth) || depth > UINT32_MAX) return false;
  l->json_depth = static_cast<uint32_t>(depth);
  return in->get_varint(&l->runs_per_key) && in->get_varint(&l->matches_per_event) && in->get_varint(&l->record_bytes);
}

// The files of the load before, by what names them.
class Contents {
 public:
  explicit Contents(const Load* before) : before_(before) {}

  // The first one that is called so; null: there is none.
  const std::string* find(std::string_view name) {
    if (!before_) return nullptr;
    if (named_.empty())
      for (const auto* files : {&before_->program.files, &before_->program.table_files})
        for (const SourceFile& f : *files) named_.try_emplace(storage::content_name(f.text), &f.text);
    const auto at = named_.find(name);
    return at == named_.end() ? nullptr : at->second;
  }
  // What names the text there; empty: nothing does.
  std::string name_of(const std::string& text) {
    if (!before_ || text.size() < kNamedBytesLeast) return {};
    std::string name = storage::content_name(text);
    const std::string* found = find(name);
    return found && *found == text ? name : std::string();
  }

 private:
  const Load* before_;
  std::map<std::string, const std::string*, std::less<>> named_;
};

bool take_content(BytesReader* in, bool naming, Contents* contents, std::string* text) {
  char how = kWhole;
  if (naming && !in->get(&how)) return false;
  if (how == kWhole) return in->get_text(text);
  std::string_view name;
  if (how != kByContent || !in->get_bytes(storage::kContentNameBytes, &name)) return false;
  const std::string* found = contents->find(name);
  if (found) *text = *found;
  return found != nullptr;
}

bool take_file(BytesReader* in, bool naming, Contents* contents, std::vector<SourceFile>* out) {
  SourceFile& f = out->emplace_back();
  return in->get_text(&f.name) && take_content(in, naming, contents, &f.text);
}

bool take_load(std::string_view body, Contents* contents, Load* load) {
  BytesReader in(body);
  char version = 0;
  uint64_t semantics = 0, n = 0;
  if (!in.get(&version) || (version != kLoadVersion && version != kNamingLoadVersion)) return false;
  const bool naming = version == kNamingLoadVersion;
  if (!in.get_varint(&semantics) || semantics > UINT32_MAX || !take_limits(&in, &load->program.limits)) return false;
  load->program.semantics = static_cast<uint32_t>(semantics);
  if (!in.get_varint(&n)) return false;
  for (; n > 0; --n) {
    uint8_t origin = 0;
    if (!take_file(&in, naming, contents, &load->program.files) || !in.get(&origin) || origin > static_cast<uint8_t>(Origin::kApi)) return false;
    load->origins.push_back(static_cast<Origin>(origin));
  }
  if (!in.get_varint(&n)) return false;
  for (; n > 0; --n)
    if (!take_file(&in, naming, contents, &load->program.table_files)) return false;
  if (!in.get_varint(&n)) return false;
  for (; n > 0; --n)
    if (!in.get_text(&load->removed.emplace_back())) return false;
  return in.done();
}

}  // namespace

void append_line(std::string_view line, std::string* out) {
  put_kind(EntryKind::kLine, out);
  put_text(line, out);
}

void append_broken(uint64_t length, std::string_view first_bytes, std::string_view reason, std::string* out) {
  put_kind(EntryKind::kBroken, out);
  put_varint(length, out);
  put_text(first_bytes.substr(0, kBrokenBytesMax), out);
  put_text(reason, out);
}

void append_source(const Source& source, std::string* out) { put_source(EntryKind::kSource, source, out); }

void append_session(const Source& source, std::string* out) { put_source(EntryKind::kSession, source, out); }

void append_tick(int64_t now_ms, std::string* out) {
  put_kind(EntryKind::kTick, out);
  base::put_signed_varint(now_ms, out);
}

void append_load(const Load& load, std::string* out) { append_load(load, nullptr, out); }

void append_load(const Load& load, const Load* before, std::string* out) {
  const Program& p = load.program;
  CEP_CHECK(load.origins.size() == p.files.size());
  Contents contents(before);
  std::vector<std::string> names;   // of all files; empty: it is written
  for (const auto* files : {&p.files, &p.table_files})
    for (const SourceFile& f : *files) names.push_back(contents.name_of(f.text));
  const bool naming = std::any_of(names.begin(), names.end(), [](const std::string& name) { return !name.empty(); });
  std::string body(1, naming ? kNamingLoadVersion : kLoadVersion);
  put_varint(p.semantics, &body);
  for (uint64_t limit : {p.limits.line_bytes, uint64_t{p.limits.json_depth}, p.limits.runs_per_key, p.limits.matches_per_event, p.limits.record_bytes})
    put_varint(limit, &body);
  size_t at = 0;
  auto put_file = [&](const SourceFile& f) {
    const std::string& name = names[at++];
    put_text(f.name, &body);
    if (naming) body.push_back(name.empty() ? kWhole : kByContent);
    if (name.empty()) put_text(f.text, &body);
    else body += name;
  };
  put_varint(p.files.size(), &body);
  for (size_t i = 0; i < p.files.size(); ++i) {
    put_file(p.files[i]);
    body.push_back(static_cast<char>(load.origins[i]));
  }
  put_varint(p.table_files.size(), &body);
  for (const SourceFile& f : p.table_files) put_file(f);
  put_varint(load.removed.size(), &body);
  for (const std::string& name : load.removed) put_text(name, &body);
  put_kind(EntryKind::kLoad, out);
  put_text(body, out);
}

void append_skip(uint64_t position, std::string_view reason, std::string* out) {
  put_kind(EntryKind::kSkip, out);
  put_varint(position, out);
  put_text(reason, out);
}

void append_accepted(uint64_t position, const std::array<uint64_t, kNumberedChannels>& next, std::string_view reason, std::string* out) {
  put_kind(EntryKind::kAccepted, out);
  put_varint(position, out);
  for (uint64_t n : next) put_varint(n, out);
  put_text(reason, out);
}

void append_forget(std::string_view producer, std::string* out) {
  put_kind(EntryKind::kForget, out);
  put_text(producer, out);
}

void append_reset(std::string_view stream, std::string* out) {
  put_kind(EntryKind::kReset, out);
  put_text(stream, out);
}

bool EntryCursor::next(Entry* out) {
  if (bad_ || rest_.empty()) return false;
  *out = {};
  out->kind = static_cast<EntryKind>(rest_.front());
  rest_.remove_prefix(1);
  BytesReader in(rest_);
  bad_ = !take_members(&in, out);
  rest_ = in.rest();
  return !bad_;
}

Result<Load> decode_load(std::string_view body, const Load* before) {
  Load load;
  Contents contents(before);
  if (!take_load(body, &contents, &load)) {
    return Status::error("a load entry of the journal holds bytes that are no load of version " + std::to_string(kLoadVersion) + " or " + std::to_string(kNamingLoadVersion) +
                         ", or names a file that the load entry before it does not hold");
  }
  return load;
}

}  // namespace cep::journal
