#include "output/places.h"

#include <algorithm>
#include <charconv>

#include "storage/sealed_file.h"

namespace cep::output {
namespace {

constexpr std::string_view kTitle = "cepd places 1\n";
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

bool read_places(std::string_view text, std::map<std::pair<std::string, std::string>, uint64_t>* out) {
  if (!text.starts_with(kTitle)) return false;
  text.remove_prefix(kTitle.size());
  while (!text.empty()) {
    std::string channel, reader, number;
    if (!take_word(&text, ' ', &channel) || !take_word(&text, ' ', &number) || !take_word(&text, '\n', &reader)) return false;
    uint64_t seq = 0;
    auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), seq);
    if (error != std::errc() || end != number.data() + number.size()) return false;
    (*out)[{channel, reader}] = seq;
  }
  return true;
}

}  // namespace

Status Places::open(base::Env* env, const std::string& path) {
  env_ = env;
  path_ = path;
  at_.clear();
  dirty_ = false;
  if (!env->exists(path)) return {};
  Result<std::string> bytes = base::read_whole(env, path);
  if (!bytes.ok()) return bytes.status();
  std::string_view text;
  if (storage::unseal(bytes.value(), &text) && read_places(text, &at_)) return {};
  at_.clear();
  return Status::error(path + ": it is damaged; move it away: consumers that resume then begin at the oldest record kept, files go on behind their last line");
}

uint64_t Places::acknowledged(const std::string& channel, const std::string& reader) const {
  auto found = at_.find({channel, reader});
  return found == at_.end() ? 0 : found->second;
}

void Places::acknowledge(const std::string& channel, const std::string& reader, uint64_t seq) {
  uint64_t& at = at_[{channel, reader}];
  if (seq <= at) return;
  at = seq;
  dirty_ = true;
}

std::string Places::take() {
  std::string text(kTitle);
  for (const auto& [who, seq] : at_) {
    if (seq == 0) continue;
    append_word(who.first, &text);
    text += " " + std::to_string(seq) + " ";
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
