#include "cepctl/journal_lines.h"

#include <algorithm>
#include <array>

#include "base/utf8.h"
#include "event/json_scan.h"
#include "event/json_writer.h"

namespace cep::cepctl {

using journal::Entry;
using journal::EntryKind;

namespace {

constexpr std::array<std::string_view, 8> kControls = {"at", "tick", "load", "session", "line", "broken", "accepted", "reset_clock"};

std::string base64(std::string_view bytes) {
  constexpr char kDigits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (size_t i = 0; i < bytes.size(); i += 3) {
    const size_t n = bytes.size() - i;
    auto byte = [&](size_t k) { return k < n ? static_cast<uint32_t>(static_cast<unsigned char>(bytes[i + k])) : 0u; };
    const uint32_t three = byte(0) << 16 | byte(1) << 8 | byte(2);
    out.push_back(kDigits[three >> 18]);
    out.push_back(kDigits[three >> 12 & 63]);
    out.push_back(n > 1 ? kDigits[three >> 6 & 63] : '=');
    out.push_back(n > 2 ? kDigits[three & 63] : '=');
  }
  return out;
}

// "name":"…", or "base64":"…" for bytes that are no text.
void append_bytes(std::string_view name, std::string_view bytes, std::string* out) {
  const bool text = base::is_utf8(bytes);
  event::append_json_string(text ? name : "base64", out);
  out->push_back(':');
  event::append_json_string(text ? bytes : std::string_view(base64(bytes)), out);
}

void append_files(std::string_view name, const std::vector<SourceFile>& files, std::string* out) {
  *out += ",\"" + std::string(name) + "\":[";
  for (size_t i = 0; i < files.size(); ++i) {
    *out += i > 0 ? ",{\"name\":" : "{\"name\":";
    event::append_json_bytes(files[i].name, out);
    out->push_back(',');
    append_bytes("text", files[i].text, out);
    out->push_back('}');
  }
  out->push_back(']');
}

void append_load(const Program& p, std::string* out) {
  const Limits& l = p.limits;
  *out += "{\"_load\":{\"semantics\":" + std::to_string(p.semantics) + ",\"limits\":{\"line\":" + std::to_string(l.line_bytes) + ",\"depth\":" + std::to_string(l.json_depth) +
          ",\"runs_per_key\":" + std::to_string(l.runs_per_key) + ",\"matches_per_event\":" + std::to_string(l.matches_per_event) +
          ",\"record\":" + std::to_string(l.record_bytes) + "}";
  append_files("files", p.files, out);
  append_files("tables", p.table_files, out);
  *out += "}}\n";
}

void append_broken(std::string_view line, std::string_view reason, uint64_t length, std::string* out) {
  *out += "{\"_broken\":{";
  append_bytes("line", line.substr(0, journal::kBrokenBytesMax), out);
  *out += ",\"reason\":";
  event::append_json_bytes(reason, out);
  *out += ",\"length\":" + std::to_string(length) + "}}\n";
}

// What stands behind a quote: whether it could be one of our names, spelt out or with escapes.
bool begins_control(std::string_view rest) {
  std::string_view name = rest.substr(0, rest.find('"'));
  if (name.starts_with("_")) name.remove_prefix(1);
  else if (name.starts_with("\\u005f") || name.starts_with("\\u005F")) name.remove_prefix(6);
  else return false;
  if (name.find('\\') != std::string_view::npos) return true;
  return std::any_of(kControls.begin(), kControls.end(), [&](std::string_view control) { return name.starts_with(control); });
}

}  // namespace

bool looks_like_control(std::string_view line) {
  for (size_t at = line.find('"'); at != std::string_view::npos; at = line.find('"', at + 1)) {
    if (begins_control(line.substr(at + 1))) return true;
  }
  return false;
}

void JournalLines::tell_arrival(int64_t arrival_ms, std::string* out) {
  if (told_arrival_ && arrival_ms_ == arrival_ms) return;
  told_arrival_ = true;
  arrival_ms_ = arrival_ms;
  *out += "{\"_at\":" + std::to_string(arrival_ms) + "}\n";
}

void JournalLines::tell_source(const journal::Source& source, std::string* out) {
  if (producer_ == source.producer && stream_ == source.stream) return;
  producer_ = source.producer;
  stream_ = source.stream;
  *out += "{\"_session\":{\"producer\":";
  event::append_json_bytes(producer_, out);
  *out += ",\"stream\":";
  event::append_json_bytes(stream_, out);
  *out += "}}\n";
}

// What holds from `position` on.
void JournalLines::tell_accepted(uint64_t position, std::string* out) {
  for (; accepted_done_ < accepted_.size() && accepted_[accepted_done_].upto < position; ++accepted_done_) *out += engine::accepted_line(accepted_[accepted_done_]) + "\n";
}

void JournalLines::append_line(const Entry& e, uint64_t position, std::string* out) const {
  const auto skip = skips_.find(position);
  const bool broken = e.kind == EntryKind::kBroken;
  if (skip != skips_.end()) return append_broken(e.line, skip->second, broken ? e.length : e.line.size(), out);
  if (broken) return append_broken(e.line, e.reason, e.length, out);
  // What is no UTF-8 is rejected before anyone looks for names in it.
  const bool wrap = (looks_like_control(e.line) || e.line.find('\n') != std::string_view::npos) && base::is_utf8(e.line);
  if (wrap) {
    *out += "{\"_line\":";
    event::append_json_string(e.line, out);
    *out += "}\n";
    return;
  }
  out->append(e.line);
  out->push_back('\n');
}

Status JournalLines::take_load(const Entry& e, uint64_t position) {
  Result<journal::Load> load = journal::decode_load(e.body, load_.get());
  if (!load.ok() && !load_ && before_) {
    Result<std::shared_ptr<const journal::Load>> before = before_(position);
    if (!before.ok()) return before.status();
    load = journal::decode_load(e.body, before.value().get());
  }
  if (!load.ok()) return load.status();
  load_ = std::make_shared<const journal::Load>(std::move(load.value()));
  return {};
}

Status JournalLines::append_entry(const Entry& e, uint64_t position, const journal::Source& source, int64_t arrival_ms, std::string* out) {
  switch (e.kind) {
    case EntryKind::kLine:
    case EntryKind::kBroken:
      tell_arrival(arrival_ms, out);
      tell_source(source, out);
      append_line(e, position, out);
      return {};
    case EntryKind::kTick:
      if (skips_.contains(position)) return {};
      // Before its arrival it is a pause, what it says the stretch up to there; otherwise it must not lie before the arrival that was told last.
      if (e.now_ms < arrival_ms || (told_arrival_ && e.now_ms < arrival_ms_)) tell_arrival(arrival_ms, out);
      *out += "{\"_tick\":" + std::to_string(e.now_ms) + "}\n";
      return {};
    case EntryKind::kLoad: {
      if (Status taken = take_load(e, position); !taken.ok()) return taken;
      if (!skips_.contains(position)) append_load(load_->program, out);
      return {};
    }
    case EntryKind::kAccepted:
      *out += engine::accepted_line(e.reason) + "\n";
      return {};
    case EntryKind::kReset:
      if (skips_.contains(position)) return {};
      *out += "{\"_reset_clock\":{\"stream\":";
      event::append_json_bytes(e.source.stream, out);
      *out += "}}\n";
      return {};
    default:
      return {};  // sessions, skips and forgotten producers change no result by themselves
  }
}

Status JournalLines::append(const journal::Frame& frame, uint64_t from, uint64_t to, std::string* out) {
  journal::EntryCursor cursor(frame.payload);
  journal::Source source;
  Entry e;
  uint64_t position = frame.base;
  while (cursor.next(&e)) {
    if (e.kind == EntryKind::kSource) {
      source = e.source;
      continue;
    }
    if (position >= from && position <= to) {
      tell_accepted(position, out);
      Status appended = append_entry(e, position, source, frame.arrival_ms, out);
      if (!appended.ok()) return appended;
    }
    ++position;
  }
  if (cursor.bad()) return Status::error("the journal's frame at position " + std::to_string(frame.base) + " holds bytes that are no entries");
  return {};
}

}  // namespace cep::cepctl
