#include "output/format.h"

#include <cstring>

#include "base/bytes.h"
#include "base/check.h"
#include "storage/numbered_name.h"

namespace cep::output {
namespace {

constexpr std::string_view kMagic = "cepdout\n";
constexpr std::string_view kSuffix = ".log";
constexpr size_t kNameBytes = 16;       // of the channel, in the header
constexpr size_t kHeaderSumAt = kHeaderBytes - 8;
constexpr size_t kFrameSumBytes = 8;

using base::load;
using base::store;

}  // namespace

std::string segment_name(Channel channel, uint64_t first_seq) { return storage::numbered_name(std::string(channel_name(channel)) + "-", first_seq, kSuffix); }

bool parse_segment_name(std::string_view name, Channel* channel, uint64_t* first_seq) {
  const size_t dash = name.find('-');
  if (dash == std::string_view::npos || !parse_channel(name.substr(0, dash), channel) || *channel == Channel::kStreams) return false;
  const auto number = storage::parse_numbered_name(name, name.substr(0, dash + 1), kSuffix);
  if (number) *first_seq = *number;
  return number.has_value();
}

std::string encode_header(Channel channel, uint64_t first_seq, uint64_t log_seed) {
  std::string out(kHeaderBytes, '\0');
  out.replace(0, kMagic.size(), kMagic);
  store(kFormatVersion, &out[8]);
  store(static_cast<uint32_t>(kHeaderBytes), &out[12]);
  store(log_seed, &out[16]);
  std::string_view name = channel_name(channel);
  CEP_CHECK(name.size() <= kNameBytes);
  out.replace(24, name.size(), name);
  store(first_seq, &out[40]);
  store(checksum(std::string_view(out).substr(0, kHeaderSumAt), log_seed), &out[kHeaderSumAt]);
  return out;
}

uint64_t frame_seed(Channel channel, uint64_t first_seq, uint64_t log_seed) {
  return load<uint64_t>(encode_header(channel, first_seq, log_seed), kHeaderSumAt);
}

bool header_seed(std::string_view bytes, uint64_t* log_seed) {
  if (bytes.size() < kHeaderBytes || !bytes.starts_with(kMagic) || load<uint32_t>(bytes, 8) != kFormatVersion) return false;
  *log_seed = load<uint64_t>(bytes, 16);
  return checksum(bytes.substr(0, kHeaderSumAt), *log_seed) == load<uint64_t>(bytes, kHeaderSumAt);
}

std::string header_problem(std::string_view bytes, Channel channel, uint64_t first_seq, uint64_t log_seed) {
  if (bytes.size() < kHeaderBytes) return "the header is cut off";
  bytes = bytes.substr(0, kHeaderBytes);
  if (bytes == encode_header(channel, first_seq, log_seed)) return {};
  if (!bytes.starts_with(kMagic)) return "this is no segment of an output log";
  uint64_t seed = 0;
  if (!header_seed(bytes, &seed)) return "the header's checksum is wrong";
  if (seed != log_seed) return "the segment belongs to another log";
  return "the header is of another segment: " + std::string(bytes.substr(24, kNameBytes).data()) + " from " + std::to_string(load<uint64_t>(bytes, 40));
}

void encode_frame(uint64_t seq, uint64_t position, std::string_view name, std::string_view line, uint64_t seed, char* out) {
  const size_t bytes = frame_bytes(name.size(), line.size());
  CEP_CHECK(bytes <= UINT32_MAX);
  store(static_cast<uint32_t>(bytes), out + 8);
  store(static_cast<uint32_t>(name.size()), out + 12);
  store(seq, out + 16);
  store(position, out + 24);
  if (!name.empty()) std::memcpy(out + kFrameHeadBytes, name.data(), name.size());
  if (!line.empty()) std::memcpy(out + kFrameHeadBytes + name.size(), line.data(), line.size());
  out[bytes - 1] = '\n';
  store(checksum(std::string_view(out + kFrameSumBytes, bytes - kFrameSumBytes), seed), out);
}

uint32_t frame_size(const char* head) { return load<uint32_t>({head, kFrameHeadBytes}, 8); }

FrameView view_frame(const char* frame) {
  const std::string_view head(frame, kFrameHeadBytes);
  const size_t bytes = frame_size(frame), name_bytes = load<uint32_t>(head, 12);
  FrameView view;
  view.seq = load<uint64_t>(head, 16);
  view.position = load<uint64_t>(head, 24);
  view.name = std::string_view(frame + kFrameHeadBytes, name_bytes);
  view.text = std::string_view(frame + kFrameHeadBytes + name_bytes, bytes - kFrameHeadBytes - name_bytes);
  view.line = view.text.substr(0, view.text.size() - 1);
  return view;
}

std::string read_frame(std::string_view bytes, uint64_t seq, uint64_t seed, FrameView* out) {
  if (bytes.size() < kFrameOverBytes) return "the last record is cut off";
  const uint32_t size = frame_size(bytes.data());
  if (size < kFrameOverBytes || load<uint32_t>(bytes, 12) > size - kFrameOverBytes) return "a record's length is wrong";
  if (size > bytes.size()) return "a record reaches beyond the end of the file";
  const std::string_view summed = bytes.substr(kFrameSumBytes, size - kFrameSumBytes);
  if (checksum(summed, seed) != load<uint64_t>(bytes, 0)) return "a record's checksum is wrong";
  if (bytes[size - 1] != '\n') return "a record's end is wrong";
  *out = view_frame(bytes.data());
  if (out->seq != seq) return "record " + std::to_string(out->seq) + " stands where " + std::to_string(seq) + " should";
  return {};
}

}  // namespace cep::output
