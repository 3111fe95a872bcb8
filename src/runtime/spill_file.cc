#include "runtime/spill_file.h"

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>

#include "base/check.h"
#include "base/log.h"

namespace cep::runtime {
namespace {

constexpr size_t kBufferBytes = 32 << 10;

std::string place(const std::string& dir) {
  static std::atomic<uint64_t> number{0};
  std::string out = dir;
  if (out.empty()) {
    const char* tmp = std::getenv("TMPDIR");
    out = tmp && *tmp ? tmp : "/var/tmp";
  }
  return out + "/cepd-spill-" + std::to_string(::getpid()) + "-" + std::to_string(number++);
}

void tell(const Status& why) {
  static std::atomic<bool> told{false};
  if (told.exchange(true)) return;
  base::LogLine(base::LogLevel::kWarn, "what is more than memory should hold cannot be written aside, it stays in memory: give the disk room").add("why", why.message());
}

}  // namespace

std::shared_ptr<SpillFile> SpillFile::create(const std::string& dir) {
  base::Env* env = base::posix_env();
  const std::string path = place(dir);
  Result<std::unique_ptr<base::File>> file = env->open(path, base::OpenMode::kCreate);
  if (!file.ok()) {
    tell(file.status());
    return nullptr;
  }
  static_cast<void>(env->remove(path).ok());
  return std::shared_ptr<SpillFile>(new SpillFile(std::move(file.value())));
}

bool SpillFile::append(std::string_view bytes, uint64_t* offset) {
  const Status written = file_->write_at(size_, bytes);
  if (!written.ok()) {
    tell(written);
    return false;
  }
  *offset = size_;
  size_ += bytes.size();
  return true;
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
