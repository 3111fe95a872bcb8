// The bytes of FORMAT.md: segment names, headers, frames. Pure functions; nothing here touches the disk.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "cep/record.h"
#include "storage/checksum.h"

namespace cep::output {

inline constexpr uint32_t kFormatVersion = 1;
inline constexpr size_t kHeaderBytes = 64;
inline constexpr size_t kFrameHeadBytes = 32;  // before the name
inline constexpr size_t kFrameOverBytes = kFrameHeadBytes + 1;  // a frame less its name and line
inline constexpr int kNumbered = 5;  // channels on disk: all but `streams`, which is the last
static_assert(static_cast<int>(Channel::kStreams) == kNumbered && kChannels == kNumbered + 1);

using storage::checksum;

// "alerts-00000000000000000001.log"
std::string segment_name(Channel channel, uint64_t first_seq);
// False if `name` is no segment's.
bool parse_segment_name(std::string_view name, Channel* channel, uint64_t* first_seq);

// The header's kHeaderBytes bytes.
std::string encode_header(Channel channel, uint64_t first_seq, uint64_t log_seed);
// The seed of the frames in the segment that has this header.
uint64_t frame_seed(Channel channel, uint64_t first_seq, uint64_t log_seed);
// Empty: `bytes` are the header that this segment must have; else what is wrong with them.
std::string header_problem(std::string_view bytes, Channel channel, uint64_t first_seq, uint64_t log_seed);
// The log's seed that a whole header says, whichever segment it is of. False: it is not whole.
bool header_seed(std::string_view bytes, uint64_t* log_seed);

struct FrameView {
  uint64_t seq = 0;
  uint64_t position = 0;
  std::string_view name;
  std::string_view line;   // without its LF
  std::string_view text;   // with it
};

inline size_t frame_bytes(size_t name_bytes, size_t line_bytes) { return kFrameOverBytes + name_bytes + line_bytes; }
// Writes frame_bytes() bytes to `out`. REQUIRES a frame below 4 GiB.
void encode_frame(uint64_t seq, uint64_t position, std::string_view name, std::string_view line, uint64_t seed, char* out);
// Bytes of the whole frame whose first kFrameHeadBytes are at `head`, as it says itself.
uint32_t frame_size(const char* head);
// The parts of a frame that is known to be valid; views point into `frame`.
FrameView view_frame(const char* frame);
// Empty: `bytes` begin with a valid frame with this seq, *out says its parts. Else what is wrong.
std::string read_frame(std::string_view bytes, uint64_t seq, uint64_t seed, FrameView* out);

}  // namespace cep::output
