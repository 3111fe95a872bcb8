// Bytes of the entries: FORMAT.md, "Entries". Reading trusts nothing: every length is checked against what is left, every number has one form.
#include "journal/entry.h"


#include "base/check.h"

namespace cep::journal {
namespace {

constexpr char kLoadVersion = 1;

void put_number(uint64_t v, std::string* out) {
  for (; v >= 0x80; v >>= 7) out->push_back(static_cast<char>(v | 0x80));
  out->push_back(static_cast<char>(v));
}

void put_text(std::string_view text, std::string* out) {
  put_number(text.size(), out);
  out->append(text);
}

void put_kind(EntryKind kind, std::string* out) { out->push_back(static_cast<char>(kind)); }

void put_source(EntryKind kind, const Source& source, std::string* out) {
  put_kind(kind, out);
  put_text(source.producer, out);
  put_text(source.stream, out);
  put_number(source.epoch, out);
  put_number(source.first_number, out);
}

// Takes from the front of *rest; false: the bytes are none, and *rest is as good as anything.
bool take_byte(std::string_view* rest, uint8_t* v) {
  if (rest->empty()) return false;
  *v = static_cast<uint8_t>(rest->front());
  rest->remove_prefix(1);
  return true;
}

bool take_number(std::string_view* rest, uint64_t* v) {
  uint64_t value = 0;
  for (unsigned shift = 0; shift < 64; shift += 7) {
    uint8_t byte = 0;
    if (!take_byte(rest, &byte)) return false;
    const uint64_t bits = byte & 0x7f;
    if (shift == 63 && bits > 1) return false;
    value |= bits << shift;
    if (byte >= 0x80) continue;
    if (byte == 0 && shift > 0) return false;  // not the shortest form
    *v = value;
    return true;
  }
  return false;
}

bool take_text(std::string_view* rest, std::string_view* v) {
  uint64_t size = 0;
  if (!take_number(rest, &size) || size > rest->size()) return false;
  *v = rest->substr(0, size);
  rest->remove_prefix(size);
  return true;
}

bool take_text(std::string_view* rest, std::string* v) {
  std::string_view text;
  if (!take_text(rest, &text)) return false;
  v->assign(text);
  return true;
}

bool take_signed(std::string_view* rest, int64_t* v) {
  uint64_t bits = 0;
  if (!take_number(rest, &bits)) return false;
  *v = static_cast<int64_t>((bits >> 1) ^ (~(bits & 1) + 1));
  return true;
}

bool take_source(std::string_view* rest, Source* s) {
  return take_text(rest, &s->producer) && take_text(rest, &s->stream) && take_number(rest, &s->epoch) && take_number(rest, &s->first_number);
}

bool take_members(std::string_view* rest, Entry* e) {
  switch (e->kind) {
    case EntryKind::kLine: return take_text(rest, &e->line);
    case EntryKind::kBroken:
      return take_number(rest, &e->length) && take_text(rest, &e->line) && e->line.size() <= kBrokenBytesMax && take_text(rest, &e->reason);
    case EntryKind::kSource:
    case EntryKind::kSession: return take_source(rest, &e->source);
    case EntryKind::kTick: return take_signed(rest, &e->now_ms);
    case EntryKind::kLoad: return take_text(rest, &e->body);
    case EntryKind::kSkip: return take_number(rest, &e->position) && take_text(rest, &e->reason);
    case EntryKind::kAccepted:
      if (!take_number(rest, &e->position)) return false;
      for (uint64_t& next : e->next)
        if (!take_number(rest, &next) || next == 0) return false;
      return take_text(rest, &e->reason);
    case EntryKind::kForget: return take_text(rest, &e->source.producer);
    case EntryKind::kReset: return take_text(rest, &e->source.stream);
  }
  return false;
}

bool take_limits(std::string_view* rest, Limits* l) {
  uint64_t depth = 0;
  if (!take_number(rest, &l->line_bytes) || !take_number(rest, &depth) || depth > UINT32_MAX) return false;
  l->json_depth = static_cast<uint32_t>(depth);
  return take_number(rest, &l->runs_per_key) && take_number(rest, &l->matches_per_event) && take_number(rest, &l->record_bytes);
}

bool take_file(std::string_view* rest, std::vector<SourceFile>* out) {
  SourceFile& f = out->emplace_back();
  return take_text(rest, &f.name) && take_text(rest, &f.text);
}

bool take_load(std::string_view rest, Load* load) {
  uint8_t version = 0;
  uint64_t semantics = 0, n = 0;
  if (!take_byte(&rest, &version) || version != kLoadVersion) return false;
  if (!take_number(&rest, &semantics) || semantics > UINT32_MAX || !take_limits(&rest, &load->program.limits)) return false;
  load->program.semantics = static_cast<uint32_t>(semantics);
  if (!take_number(&rest, &n)) return false;
  for (; n > 0; --n) {
    uint8_t origin = 0;
    if (!take_file(&rest, &load->program.files) || !take_byte(&rest, &origin) || origin > static_cast<uint8_t>(Origin::kApi)) return false;
    load->origins.push_back(static_cast<Origin>(origin));
  }
  if (!take_number(&rest, &n)) return false;
  for (; n > 0; --n)
    if (!take_file(&rest, &load->program.table_files)) return false;
  if (!take_number(&rest, &n)) return false;
  for (; n > 0; --n)
    if (!take_text(&rest, &load->removed.emplace_back())) return false;
  return rest.empty();
}

}  // namespace

void append_line(std::string_view line, std::string* out) {
  put_kind(EntryKind::kLine, out);
  put_text(line, out);
}

void append_broken(uint64_t length, std::string_view first_bytes, std::string_view reason, std::string* out) {
  put_kind(EntryKind::kBroken, out);
  put_number(length, out);
  put_text(first_bytes.substr(0, kBrokenBytesMax), out);
  put_text(reason, out);
}

void append_source(const Source& source, std::string* out) { put_source(EntryKind::kSource, source, out); }

void append_session(const Source& source, std::string* out) { put_source(EntryKind::kSession, source, out); }

void append_tick(int64_t now_ms, std::string* out) {
  put_kind(EntryKind::kTick, out);
  put_number((static_cast<uint64_t>(now_ms) << 1) ^ static_cast<uint64_t>(now_ms >> 63), out);
}

void append_load(const Load& load, std::string* out) {
  const Program& p = load.program;
  CEP_CHECK(load.origins.size() == p.files.size());
  std::string body(1, kLoadVersion);
  put_number(p.semantics, &body);
  for (uint64_t limit : {p.limits.line_bytes, uint64_t{p.limits.json_depth}, p.limits.runs_per_key, p.limits.matches_per_event, p.limits.record_bytes})
    put_number(limit, &body);
  put_number(p.files.size(), &body);
  for (size_t i = 0; i < p.files.size(); ++i) {
    put_text(p.files[i].name, &body);
    put_text(p.files[i].text, &body);
    body.push_back(static_cast<char>(load.origins[i]));
  }
  put_number(p.table_files.size(), &body);
  for (const SourceFile& f : p.table_files) {
    put_text(f.name, &body);
    put_text(f.text, &body);
  }
  put_number(load.removed.size(), &body);
  for (const std::string& name : load.removed) put_text(name, &body);
  put_kind(EntryKind::kLoad, out);
  put_text(body, out);
}

void append_skip(uint64_t position, std::string_view reason, std::string* out) {
  put_kind(EntryKind::kSkip, out);
  put_number(position, out);
  put_text(reason, out);
}

void append_accepted(uint64_t position, const std::array<uint64_t, kNumberedChannels>& next, std::string_view reason, std::string* out) {
  put_kind(EntryKind::kAccepted, out);
  put_number(position, out);
  for (uint64_t n : next) put_number(n, out);
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
  bad_ = !take_members(&rest_, out);
  return !bad_;
}

Result<Load> decode_load(std::string_view body) {
  Load load;
  if (!take_load(body, &load)) return Status::error("a load entry of the journal holds bytes that are no load of version " + std::to_string(kLoadVersion));
  return load;
}

}  // namespace cep::journal
