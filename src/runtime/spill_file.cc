#include "runtime/spill_file.h"

#include <algorithm>
#include <atomic>
#include <cstdlib>

#include "base/check.h"
#include "base/log.h"

namespace cep::runtime {
namespace {

constexpr size_t kBufferBytes = 32 << 10;

std::atomic<bool> no_room{false};   // and it was told

void tell_no_room(const Status& why, bool waits) {
  if (no_room.exchange(true)) return;
  const char* what = waits ? "what is more than memory should hold cannot be written aside: the work waits until the disk has room"
                           : "what is more than memory should hold cannot be written aside, it stays in memory: give the disk room";
  base::LogLine(base::LogLevel::kWarn, what).add("why", why.message());
}

void tell_room() {
  if (no_room.load(std::memory_order_relaxed) && no_room.exchange(false))
    base::LogLine(base::LogLevel::kInfo, "what is more than memory should hold is written aside again");
}

std::string folder(std::string dir) {
  if (!dir.empty()) return dir;
  const char* tmp = std::getenv("TMPDIR");
  return tmp && *tmp ? tmp : "/var/tmp";
}

}  // namespace

SpillFile::SpillFile(std::unique_ptr<base::File> file, const SpillPlace* place) : file_(std::move(file)), place_(place) {}

Status SpillFile::write(std::string_view bytes) {
  if (place_->reserve_bytes > 0) {
    const Result<uint64_t> free = base::posix_env()->free_bytes(place_->dir);
    if (free.ok() && free.value() < place_->reserve_bytes + bytes.size()) return Status::error("less than disk.reserve would be free on the disk of " + place_->dir);
  }
  Status written = file_->write_at(size_, bytes);
  if (!written.ok()) static_cast<void>(file_->truncate(size_).ok());   // what there was of it takes no room
  return written;
}

bool SpillFile::append(std::string_view bytes, uint64_t* offset) {
  for (Status written = write(bytes); !written.ok(); written = write(bytes)) {
    tell_no_room(written, place_->wait_for_room != nullptr);
    if (!place_->wait_for_room || !place_->wait_for_room()) return false;
  }
  tell_room();
  *offset = size_;
  size_ += bytes.size();
  return true;
}

SpillFiles::SpillFiles(SpillPlace place) : place_({folder(std::move(place.dir)), place.reserve_bytes, std::move(place.wait_for_room)}) {}

std::shared_ptr<SpillFile> SpillFiles::of(uint64_t batch) {
  std::shared_ptr<SpillFile> file = last_batch_ == batch ? last_.lock() : nullptr;
  if (!file) file = make(EngineOptions::kSpillFiles - 1);
  last_ = file;
  last_batch_ = batch;
  return file;
}

std::shared_ptr<SpillFile> SpillFiles::another() { return make(EngineOptions::kSpillFiles); }

// Where there are as many as may be, the smallest of them serves once more.
std::shared_ptr<SpillFile> SpillFiles::make(size_t most) {
  std::vector<std::shared_ptr<SpillFile>> open;
  for (const auto& file : files_)
    if (auto held = file.lock()) open.push_back(std::move(held));
  files_.assign(open.begin(), open.end());
  if (open.size() >= most) return *std::min_element(open.begin(), open.end(), [](const auto& a, const auto& b) { return a->size() < b->size(); });
  Result<std::unique_ptr<base::File>> file = base::open_unnamed(place_.dir);
  while (!file.ok()) {
    tell_no_room(file.status(), place_.wait_for_room != nullptr);
    if (!place_.wait_for_room || !place_.wait_for_room()) return nullptr;
    file = base::open_unnamed(place_.dir);
  }
  auto made = std::make_shared<SpillFile>(std::move(file.value()), &place_);
  files_.push_back(made);
  return made;
}

void SpillFile::read(uint64_t offset, char* out, size_t n) const {
  const Result<size_t> got = file_->read_at(offset, out, n);
  CEP_CHECK(got.ok() && got.value() == n);
}

void append_item(std::string_view item, std::string* out) {
  base::put(static_cast<uint32_t>(item.size()), out);
  out->append(item);
}

void put_label(const event::Label& label, std::string* out) {
  base::put(label.position, out);
  base::put(label.time, out);
  base::put(label.op, out);
  base::put_text(label.key, out);
  base::put(label.ordinal, out);
}

bool get_label(base::BytesReader* in, event::Label* label) {
  return in->get(&label->position) && in->get(&label->time) && in->get(&label->op) && in->get_text(&label->key) && in->get(&label->ordinal);
}

bool SpillReader::next(std::string_view* item) {
  if (at_ == buffer_.size() && stretch_ < run_.stretches.size() && read_ == run_.stretches[stretch_].second) {
    ++stretch_;
    read_ = 0;
  }
  if (at_ == buffer_.size() && stretch_ == run_.stretches.size()) return false;
  fill(sizeof(uint32_t));
  const size_t size = base::load<uint32_t>(buffer_, at_);
  fill(sizeof(uint32_t) + size);
  *item = std::string_view(buffer_).substr(at_ + sizeof(uint32_t), size);
  at_ += sizeof(uint32_t) + size;
  return true;
}

// Sees to it that so many bytes stand in the buffer from at_ on.
void SpillReader::fill(size_t need) {
  if (buffer_.size() - at_ >= need) return;
  buffer_.erase(0, at_);
  at_ = 0;
  const auto [offset, bytes] = run_.stretches[stretch_];
  const size_t had = buffer_.size();
  const size_t more = static_cast<size_t>(std::min<uint64_t>(bytes - read_, std::max(kBufferBytes, need) - had));
  buffer_.resize(had + more);
  file_->read(offset + read_, buffer_.data() + had, more);
  read_ += more;
  CEP_CHECK(buffer_.size() >= need);
}

}  // namespace cep::runtime
