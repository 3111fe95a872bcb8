#include "output/log_state.h"

#include <charconv>

#include "storage/sealed_file.h"

namespace cep::output {
namespace {

constexpr std::string_view kTitle = "cepd output log ";

// Takes `word` off the front of *text.
bool take(std::string_view word, std::string_view* text) {
  if (!text->starts_with(word)) return false;
  text->remove_prefix(word.size());
  return true;
}

bool take_number(std::string_view* text, int base, uint64_t* out) {
  auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), *out, base);
  if (error != std::errc()) return false;
  text->remove_prefix(static_cast<size_t>(end - text->data()));
  return true;
}

// Logs that were written before records grew old by running time have none.
bool read_ages(std::string_view text, LogState* out) {
  if (!take("ran ", &text) || !take_number(&text, 10, &out->ran_ms) || !take("\n", &text)) return false;
  while (!text.empty()) {
    uint64_t first = 0, written = 0;
    int channel = 0;
    while (channel < kNumbered && !take(std::string(channel_name(static_cast<Channel>(channel))) + " ", &text)) ++channel;
    if (channel == kNumbered || !take_number(&text, 10, &first) || !take(" written ", &text) || !take_number(&text, 10, &written) || !take("\n", &text)) return false;
    out->written[{channel, first}] = written;
  }
  return true;
}

bool read_channels(std::string_view text, LogState* out) {
  if (!take(std::string(kTitle) + std::to_string(kFormatVersion) + "\nseed ", &text) || !take_number(&text, 16, &out->seed) || !take("\n", &text)) return false;
  for (int c = 0; c < kNumbered; ++c) {
    LogState::Of& of = out->channels[static_cast<size_t>(c)];
    if (!take(channel_name(static_cast<Channel>(c)), &text) || !take(" oldest ", &text) || !take_number(&text, 10, &of.oldest)) return false;
    if (!take(" synced ", &text) || !take_number(&text, 10, &of.synced) || !take("\n", &text) || of.oldest == 0) return false;
  }
  return text.empty() || read_ages(text, out);
}

}  // namespace

std::string LogState::encode() const {
  std::string out = std::string(kTitle) + std::to_string(kFormatVersion) + "\nseed " + storage::hex16(seed) + "\n";
  for (int c = 0; c < kNumbered; ++c) {
    const Of& of = channels[static_cast<size_t>(c)];
    out += std::string(channel_name(static_cast<Channel>(c))) + " oldest " + std::to_string(of.oldest) + " synced " + std::to_string(of.synced) + "\n";
  }
  out += "ran " + std::to_string(ran_ms) + "\n";
  for (const auto& [segment, at] : written)
    out += std::string(channel_name(static_cast<Channel>(segment.first))) + " " + std::to_string(segment.second) + " written " + std::to_string(at) + "\n";
  return storage::seal(std::move(out));
}

Result<LogState> LogState::decode(std::string_view sealed) {
  std::string_view text, rest = sealed;
  uint64_t version = 0;
  if (!take(kTitle, &rest) || !take_number(&rest, 10, &version)) return Status::error("this is no state of an output log");
  if (!storage::unseal(sealed, &text)) return Status::error("it is damaged");
  if (version != kFormatVersion) {
    return Status::error("its format is version " + std::to_string(version) + "; this cepd reads version " + std::to_string(kFormatVersion));
  }
  LogState out;
  if (!read_channels(text, &out)) return Status::error("it is damaged");
  return out;
}

}  // namespace cep::output
