#include "output/comparer.h"

#include "base/check.h"
#include "base/fault.h"

namespace cep::output {
namespace {

constexpr size_t kShownBytes = 2048;  // of each record, in a message

std::string shown(uint64_t position, std::string_view name, std::string_view line) {
  std::string out = "at position " + std::to_string(position) + " of \"" + std::string(name) + "\": " + std::string(line.substr(0, kShownBytes));
  if (line.size() > kShownBytes) out += " … (" + std::to_string(line.size()) + " bytes)";
  return out;
}

}  // namespace

Comparer::Comparer(base::Env* env, std::string dir, Channel channel, const std::vector<Segment>& segments, uint64_t next)
    : env_(env), dir_(std::move(dir)), channel_(channel), oldest_(segments.empty() ? next : segments.front().first), next_(next) {
  for (const Segment& segment : segments) parts_.push_back(Part{segment.first, segment.next, segment.bytes, segment.seed});
}

Status Comparer::open(const Part& part) {
  auto file = env_->open(dir_ + "/" + segment_name(channel_, part.first), base::OpenMode::kRead);
  if (!file.ok()) return file.status();
  reader_ = std::make_unique<FrameReader>(std::move(file.value()), part.seed, part.first, kHeaderBytes, part.bytes);
  return {};
}

Status Comparer::read(uint64_t seq, FrameView* recorded) {
  while (parts_[part_].next <= seq) {
    reader_.reset();
    ++part_;
  }
  if (reader_ == nullptr) {
    if (Status opened = open(parts_[part_]); !opened.ok()) return opened;
  }
  CEP_CHECK(reader_->seq() <= seq);
  Result<FrameReader::Found> found = reader_->next(recorded);
  while (found.ok() && found.value() == FrameReader::Found::kFrame && recorded->seq < seq) found = reader_->next(recorded);
  if (!found.ok()) return found.status();
  if (found.value() == FrameReader::Found::kFrame) return {};
  return Status::error(dir_ + "/" + segment_name(channel_, parts_[part_].first) + ", offset " + std::to_string(reader_->offset()) + ": " + reader_->why());
}

void Comparer::pass(uint64_t seq) {
  CEP_CHECK(seq < oldest_ && seq == made_ + 1);
  made_.store(seq, std::memory_order_release);
}

Status Comparer::check(const Record& record) {
  CEP_CHECK(record.seq < next_ && record.seq == made_ + 1);
  FrameView recorded;
  if (Status read_it = read(record.seq, &recorded); !read_it.ok()) return read_it;
  made_.store(record.seq, std::memory_order_release);
  if (remaining() == 0) parts_.clear();  // nothing more is read
  if (base::planted(base::Bug::kSkipCompare)) return {};
  if (recorded.line == record.line && recorded.name == record.name && recorded.position == record.position) return {};
  return Status::error("replay diverged at " + std::string(channel_name(channel_)) + "/" + std::to_string(record.seq) + ": recorded " +
                       shown(recorded.position, recorded.name, recorded.line) + "\n  made again " + shown(record.position, record.name, record.line) +
                       "\n  the journal was written by another build, or journal and " + dir_ + " do not belong together. `cepctl journal diff` shows all that differs; `cepctl journal repair"
                       " --accept-output` goes on from what was sent, `cepctl journal repair --accept-journal` from what the journal makes now; both with --data-dir");
}

}  // namespace cep::output
