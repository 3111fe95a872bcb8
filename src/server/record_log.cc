#include "server/record_log.h"

#include <algorithm>

#include "base/check.h"

namespace cep::server {

void RecordLog::append(const Record& record) {
  CEP_CHECK(record.seq == 0 || record.seq == next_);
  if (segments_.empty() || segments_.back().bytes.size() + record.line.size() + 1 > kSegmentBytes) {
    drop_old();
    segments_.push_back(Segment{next_, total_bytes_, {}, {}});
  }
  Segment& segment = segments_.back();
  segment.bytes.append(record.line);
  segment.bytes.push_back('\n');
  segment.entries.push_back(Entry{name_id(record.name), static_cast<uint32_t>(segment.bytes.size())});
  total_bytes_ += record.line.size() + 1;
  ++next_;
}

void RecordLog::drop_old() {
  while (segments_.size() > 1 && total_bytes_ - segments_[1].bytes_before >= keep_bytes_) segments_.pop_front();
}

uint64_t RecordLog::bytes_from(uint64_t seq) const {
  if (seq >= next_) return 0;
  const Segment& segment = segments_[segment_of(seq)];
  size_t i = seq - segment.first;
  return total_bytes_ - segment.bytes_before - (i == 0 ? 0 : segment.entries[i - 1].end);
}

size_t RecordLog::segment_of(uint64_t seq) const {
  CEP_CHECK(seq >= oldest());
  CEP_CHECK(seq < next_);
  auto after = std::upper_bound(segments_.begin(), segments_.end(), seq,
                                [](uint64_t s, const Segment& segment) { return s < segment.first; });
  return static_cast<size_t>(after - segments_.begin()) - 1;
}

uint32_t RecordLog::name_id(std::string_view name) {
  if (!names_.empty() && names_[last_name_] == name) return last_name_;
  auto found = ids_.find(name);
  if (found == ids_.end()) {
    found = ids_.emplace(name, static_cast<uint32_t>(names_.size())).first;
    names_.emplace_back(name);
  }
  return last_name_ = found->second;
}

}  // namespace cep::server
