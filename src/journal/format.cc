#include "journal/format.h"

#include <lz4.h>

#include <cstring>

#include "base/bytes.h"
#include "base/check.h"
#include "storage/numbered_name.h"

namespace cep::journal {
namespace {

constexpr std::string_view kSegmentMagic = "cepdjrnl";
constexpr std::string_view kFrameMagic = "\xf7" "cjf";
constexpr std::string_view kSuffix = ".journal";
constexpr size_t kHeaderCopy = kSegmentBegin / 2;
constexpr size_t kCheckAt = 56;   // of a segment header's copy and of a frame header
constexpr size_t kCompressFrom = 64;  // smaller payloads save nothing

using base::load;
using base::put;

std::optional<SegmentHeader> decode_copy(std::string_view copy, std::string* wrong) {
  if (copy.substr(0, kSegmentMagic.size()) != kSegmentMagic) return *wrong = "it does not begin as a segment of a journal does", std::nullopt;
  if (load<uint64_t>(copy, kCheckAt) != checksum(copy.substr(0, kCheckAt), 0)) return *wrong = "the checksum of the segment's header is wrong", std::nullopt;
  const uint32_t version = load<uint32_t>(copy, 8);
  if (version != kFormatVersion || load<uint32_t>(copy, 12) != kSegmentBegin || load<uint64_t>(copy, 48) != 0) {
    *wrong = "its format is version " + std::to_string(version) + ", and this program reads version " + std::to_string(kFormatVersion);
    return std::nullopt;
  }
  SegmentHeader h;
  h.first = load<uint64_t>(copy, 16);
  std::memcpy(h.id.data(), copy.data() + 24, h.id.size());
  h.reserved_bytes = load<uint64_t>(copy, 40);
  return h;
}

// What a header with a good checksum says must fit together too.
const char* inconsistent(const FrameHeader& h) {
  if (h.base == 0 || h.base > UINT64_MAX - h.count) return "the frame's positions are none";
  if (h.synced_upto >= h.base) return "the frame says that it was durable before it was written";
  if (h.kind != FrameKind::kEntries) {
    const bool empty = h.count == 0 && h.payload_bytes == 0 && h.stored_bytes == 0 && !h.compressed && h.arrival_ms == 0;
    return empty ? nullptr : "a mark holds something";
  }
  if (h.count == 0) return "the frame has no positions";
  if (h.payload_bytes > kPayloadBytesMax) return "the frame is too large";
  if (h.compressed ? h.stored_bytes >= h.payload_bytes : h.stored_bytes != h.payload_bytes) return "the frame's lengths do not fit together";
  return nullptr;
}

}  // namespace

std::string segment_name(uint64_t first) { return storage::numbered_name({}, first, kSuffix); }

std::optional<uint64_t> parse_segment_name(std::string_view name) { return storage::parse_numbered_name(name, {}, kSuffix); }

std::string encode_segment_header(const SegmentHeader& header) {
  std::string copy;
  copy.append(kSegmentMagic);
  put(kFormatVersion, &copy);
  put(static_cast<uint32_t>(kSegmentBegin), &copy);
  put(header.first, &copy);
  copy.append(header.id.data(), header.id.size());
  put(header.reserved_bytes, &copy);
  put(uint64_t{0}, &copy);
  CEP_CHECK(copy.size() == kCheckAt);
  put(checksum(copy, 0), &copy);
  return copy + copy;
}

Result<SegmentHeader> decode_segment_header(std::string_view bytes, std::optional<SegmentHeader>* half) {
  if (bytes.size() < kSegmentBegin) return Status::error("it is shorter than a segment's header");
  std::string wrong;
  const auto first = decode_copy(bytes.substr(0, kHeaderCopy), &wrong);
  const auto second = decode_copy(bytes.substr(kHeaderCopy, kHeaderCopy), &wrong);
  if (first && second && *first == *second) return *first;
  if (first && second) return Status::error("the two copies of the segment's header differ");
  if (half != nullptr) *half = first ? first : second;
  return Status::error(wrong);
}

uint64_t frame_seed(const SegmentHeader& segment, uint64_t offset) {
  char place[32];
  std::memcpy(place, segment.id.data(), 16);
  base::store(segment.first, place + 16);
  base::store(offset, place + 24);
  return checksum({place, sizeof place}, 0);
}

void append_frame_header(const FrameHeader& header, uint64_t seed, std::string* out) {
  const size_t from = out->size();
  out->append(kFrameMagic);
  put(static_cast<uint8_t>(header.kind), out);
  put(static_cast<uint8_t>(header.compressed ? 1 : 0), out);
  put(uint16_t{0}, out);
  put(header.base, out);
  put(header.count, out);
  put(header.payload_bytes, out);
  put(header.stored_bytes, out);
  put(uint32_t{0}, out);
  put(header.arrival_ms, out);
  put(header.synced_upto, out);
  put(header.stored_check, out);
  CEP_CHECK(out->size() == from + kCheckAt);
  put(checksum(std::string_view(*out).substr(from), seed), out);
}

const char* read_frame_header(std::string_view bytes, uint64_t seed, bool check, FrameHeader* out) {
  if (bytes.substr(0, kFrameMagic.size()) != kFrameMagic) return "no frame begins here";
  if (check && load<uint64_t>(bytes, kCheckAt) != checksum(bytes.substr(0, kCheckAt), seed)) return "the checksum of the frame's header is wrong";
  const uint8_t kind = load<uint8_t>(bytes, 4), compressed = load<uint8_t>(bytes, 5);
  if (kind < 1 || kind > 3 || compressed > 1 || load<uint16_t>(bytes, 6) != 0 || load<uint32_t>(bytes, 28) != 0) return "the frame's kind is unknown";
  out->kind = static_cast<FrameKind>(kind);
  out->compressed = compressed != 0;
  out->base = load<uint64_t>(bytes, 8);
  out->count = load<uint32_t>(bytes, 16);
  out->payload_bytes = load<uint32_t>(bytes, 20);
  out->stored_bytes = load<uint32_t>(bytes, 24);
  out->arrival_ms = load<int64_t>(bytes, 32);
  out->synced_upto = load<uint64_t>(bytes, 40);
  out->stored_check = load<uint64_t>(bytes, 48);
  return inconsistent(*out);
}

size_t find_frame_magic(std::string_view bytes, size_t from) { return bytes.find(kFrameMagic, from); }

bool compress(std::string_view payload, std::string* out) {
  if (payload.size() < kCompressFrom) return false;
  const size_t most = payload.size() - payload.size() / 8;
  out->resize(most);
  const int n = LZ4_compress_default(payload.data(), out->data(), static_cast<int>(payload.size()), static_cast<int>(most));
  if (n <= 0) return false;
  out->resize(static_cast<size_t>(n));
  return true;
}

bool decompress(std::string_view stored, size_t payload_bytes, std::string* out) {
  out->resize(payload_bytes);
  const int n = LZ4_decompress_safe(stored.data(), out->data(), static_cast<int>(stored.size()), static_cast<int>(payload_bytes));
  return n >= 0 && static_cast<size_t>(n) == payload_bytes;
}

}  // namespace cep::journal
