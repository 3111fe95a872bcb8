// Every frame of every segment, and what is wrong with the first that is not sound.
#include "journal/reader.h"
#include "journal/segment_walk.h"

namespace cep::journal {

Result<std::vector<SegmentInfo>> inspect(base::Env* env, const std::string& dir, const OnProgress& progress) {
  Result<std::vector<SegmentName>> segments = list_segments(env, dir);
  if (!segments.ok()) return segments.status();
  std::vector<SegmentInfo> out;
  SegmentWalk walk(env, dir, segments.value());
  Status measured = walk.measure(progress);
  if (!measured.ok()) return measured;
  while (!walk.at_end()) {
    Result<WalkedSegment> walked = walk.next();
    if (!walked.ok()) return walked.status();
    out.push_back(std::move(walked.value().info));
  }
  return out;
}

}  // namespace cep::journal
