// The bytes of segments and frames (FORMAT.md), shared by everything that writes or reads them. Functions of bytes alone: no file is touched here.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "cep/status.h"
#include "storage/checksum.h"

namespace cep::journal {

inline constexpr uint32_t kFormatVersion = 1;
inline constexpr uint64_t kSegmentBegin = 128;       // where the frames begin
inline constexpr size_t kFrameHeaderBytes = 64;
inline constexpr uint32_t kPayloadBytesMax = 1u << 30;
inline constexpr uint64_t kRoomBehind = 2 * kFrameHeaderBytes;  // a mark and an end frame must fit behind every frame of entries

// ---- segments

std::string segment_name(uint64_t first);
// The first position that a segment's file name says; nothing if it is none.
std::optional<uint64_t> parse_segment_name(std::string_view name);

struct SegmentHeader {
  uint64_t first = 1;
  std::array<char, 16> id{};       // of the journal
  uint64_t reserved_bytes = 0;     // size of the file until it is closed
  bool operator==(const SegmentHeader&) const = default;
};
// kSegmentBegin bytes: the header twice.
std::string encode_segment_header(const SegmentHeader& header);
// From the first kSegmentBegin bytes of a segment. An error says what is wrong with them; *half (if given) then gets the header of the one copy that is good, if one is.
Result<SegmentHeader> decode_segment_header(std::string_view bytes, std::optional<SegmentHeader>* half = nullptr);

// ---- frames

enum class FrameKind : uint8_t { kEntries = 1, kMark = 2, kEnd = 3 };

struct FrameHeader {
  FrameKind kind = FrameKind::kEntries;
  bool compressed = false;
  uint64_t base = 0;
  uint32_t count = 0;
  uint32_t payload_bytes = 0;
  uint32_t stored_bytes = 0;
  int64_t arrival_ms = 0;
  uint64_t synced_upto = 0;
  uint64_t stored_check = 0;
  uint64_t end() const { return base + count; }   // the position behind it
};

using storage::checksum;
// What the checksums of the frame at this place are seeded with.
uint64_t frame_seed(const SegmentHeader& segment, uint64_t offset);
// Appends the kFrameHeaderBytes.
void append_frame_header(const FrameHeader& header, uint64_t seed, std::string* out);
// REQUIRES kFrameHeaderBytes bytes. Null if it is a good header, else what is wrong with it. `check`: false takes a wrong checksum.
const char* read_frame_header(std::string_view bytes, uint64_t seed, bool check, FrameHeader* out);
// Offset of the first place in `bytes` where a frame header could begin, npos: none.
size_t find_frame_magic(std::string_view bytes, size_t from);

// ---- compression

// True if it saves an eighth or more: *out holds the LZ4 block then.
bool compress(std::string_view payload, std::string* out);
// False if the bytes are no block of exactly `payload_bytes`.
bool decompress(std::string_view stored, size_t payload_bytes, std::string* out);

}  // namespace cep::journal
