#include "output/places.h"

#include <algorithm>
#include <charconv>

#include "storage/sealed_file.h"

namespace cep::output {
namespace {

constexpr std::string_view kTitle = "cepd places 2\nran ", kTitleWithoutTimes = "cepd places 1\n";
constexpr std::string_view kHex = "0123456789abcdef";

// A word of a line: no blank, no control byte.
void append_word(std::string_view text, std::string* out) {
  for (char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte > ' ' && byte != 0x7f && c != '\\') {
      out->push_back(c);
    } else {
      *out += {'\\', kHex[byte >> 4], kHex[byte & 15]};
    }
  }
}

// Takes a word and the byte behind it off the front; false if there is none.
bool take_word(std::string_view* text, char behind, std::string* out) {
  const size_t end = text->find(behind);
  if (end == std::string_view::npos) return false;
  const std::string_view word = text->substr(0, end);
  text->remove_prefix(end + 1);
  out->clear();
  for (size_t i = 0; i < word.size(); ++i) {
    if (word[i] != '\\') {
      out->push_back(word[i]);
      continue;
    }
    if (i + 2 >= word.size()) return false;
    const size_t high = kHex.find(word[i + 1]), low = kHex.find(word[i + 2]);
    if (high == std::string_view::npos || low == std::string_view::npos) return false;
    out->push_back(static_cast<char>(high << 4 | low));
    i += 2;
  }
  return true;
}

bool take_number(std::string_view* text, char behind, uint64_t* out) {
  std::string word;
  if (!take_word(text, behind, &word)) return false;
  auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), *out);
  return error == std::errc() && end == word.data() + word.size();
}

}  // namespace

// Files of before have no times: then all were seen now.
bool Places::read(std::string_view text, std::map<Reader, Place>* at, uint64_t* ran_ms) {
  const bool times = text.starts_with(kTitle);
  if (!times && !text.starts_with(kTitleWithoutTimes)) return false;
  text.remove_prefix(times ? kTitle.size() : kTitleWithoutTimes.size());
  if (times && !take_number(&text, '\n', ran_ms)) return false;
  while (!text.empty()) {
    Reader reader;
    Place place;
    place.seen_ms = *ran_ms;
    if (!take_word(&text, ' ', &reader.first) || !take_number(&text, ' ', &place.seq)) return false;
    if (times && !take_number(&text, ' ', &place.seen_ms)) return false;
    if (!take_word(&text, '\n', &reader.second)) return false;
    (*at)[std::move(reader)] = place;
  }
  return true;
}

Status Places::open(base::Env* env, const std::string& path) {
  env_ = env;
  path_ = path;
  at_.clear();
  ran_before_ms_ = 0;
  opened_us_ = env->steady_us();
  dirty_ = false;
  if (!env->exists(path)) return {};
  Result<std::string> bytes = base::read_whole(env, path);
  if (!bytes.ok()) return bytes.status();
  std::string_view text;
  if (storage::unseal(bytes.value(), &text) && read(text, &at_, &ran_before_ms_)) return {};
  at_.clear();
  return Status::error(path + ": it is damaged; move it away: consumers that resume then begin at the oldest record kept, files go on behind their last line");
}

uint64_t Places::acknowledged(const std::string& channel, const std::string& reader) const {
  auto found = at_.find({channel, reader});
  return found == at_.end() ? 0 : found->second.seq;
}

void Places::acknowledge(const std::string& channel, const std::string& reader, uint64_t seq) {
  Place& at = at_[{channel, reader}];
  at.seen_ms = now_ms();
  if (seq <= at.seq) return;
  at.seq = seq;
  dirty_ = true;
}

void Places::came(const std::string& channel, const std::string& reader) { ++there_[{channel, reader}]; }

void Places::left(const std::string& channel, const std::string& reader) {
  const auto there = there_.find({channel, reader});
  if (there == there_.end() || --there->second > 0) return;
  there_.erase(there);
  const auto at = at_.find({channel, reader});
  if (at == at_.end()) return;
  at->second.seen_ms = now_ms();
  dirty_ = true;
}

std::vector<Places::Reader> Places::forget_unseen(uint64_t ttl_ms, uint64_t chance_ms) {
  std::vector<Reader> gone;
  if (open_ms() < chance_ms) return gone;
  const uint64_t now = now_ms();
  for (auto at = at_.begin(); at != at_.end();) {
    if (now - at->second.seen_ms < ttl_ms || there_.contains(at->first)) {
      ++at;
      continue;
    }
    gone.push_back(at->first);
    at = at_.erase(at);
    dirty_ = true;
  }
  return gone;
}

std::string Places::take() {
  const uint64_t now = now_ms();
  std::string text(kTitle);
  text += std::to_string(now) + "\n";
  for (const auto& [who, place] : at_) {
    if (place.seq == 0) continue;
    append_word(who.first, &text);
    text += " " + std::to_string(place.seq) + " " + std::to_string(there_.contains(who) ? now : place.seen_ms) + " ";
    append_word(who.second, &text);
    text += "\n";
  }
  dirty_ = false;
  return text;
}

Status Places::write(const std::string& text) const { return storage::write_sealed(env_, path_, text); }

Status Places::save() {
  const bool dirty = dirty_;
  Status saved = write(take());
  dirty_ = dirty && !saved.ok();
  return saved;
}

}  // namespace cep::output
