#include "output/file_output.h"

#include <algorithm>
#include <filesystem>

#include "base/check.h"
#include "base/fault.h"
#include "base/glob.h"
#include "output/file_note.h"
#include "output/file_tail.h"

namespace cep::output {
namespace {

constexpr size_t kWriteBytesMax = 1 << 20;
// What a power cut may have torn lies in it: what was not synced, and the longest record twice.
constexpr uint64_t kTailBytes = 2 * FileOutput::kUnsyncedBytesMax;

std::string folder_of(const std::string& path) {
  const size_t slash = path.rfind('/');
  return slash == std::string::npos ? "." : slash == 0 ? "/" : path.substr(0, slash);
}

class DiskFileOutput final : public FileOutput {
 public:
  DiskFileOutput(base::Env* env, const OutputLog* log, const FileOutputOptions& options) : env_(env), log_(log), options_(options) {}

  Status open() {
    if (Status opened = notes_.open(env_, options_.note); !opened.ok()) return opened;
    if (env_->exists(options_.path)) return reopen();
    fresh_ = true;
    return make();
  }

  Result<bool> pump(size_t max_bytes) override {
    if (!broken_.ok()) return broken_;
    if (!verified_) {
      if (log_->still_to_compare() > 0) return false;
      if (Status found = find_place(); !found.ok()) return found;
    }
    const uint64_t end = log_->place(options_.channel).next;
    if (next_ >= end) return false;
    std::string lines;
    auto read = log_->copy(options_.channel, next_, std::clamp<size_t>(max_bytes, 1, kWriteBytesMax), [this](std::string_view name) { return wants(name); }, &lines);
    if (!read.ok()) return read.status();
    if (read.value().gone) {
      if (Status begun = begin_anew(); !begun.ok()) return begun;
      return true;
    }
    if (!lines.empty()) {
      if (Status written = write(lines); !written.ok()) return written;
    }
    next_ = read.value().next;
    if (!lines.empty()) {
      // If it fails, the note before the lines holds: then the file tells how much of them is there.
      static_cast<void>(notes_.write({next_, 0}).ok());
      base::kill_point("file-output-noted");
    }
    if (unsynced_bytes_ == 0) durable_ = next_ - 1;
    return next_ < end;
  }

  Status sync() override {
    if (!broken_.ok() || unsynced_bytes_ == 0) return broken_;
    broken_ = file_->sync();
    if (!broken_.ok()) return broken_;
    unsynced_bytes_ = 0;
    durable_ = next_ - 1;
    return {};
  }

  uint64_t next() const override { return next_; }
  uint64_t durable() const override { return durable_; }
  const std::string& path() const override { return options_.path; }

 private:
  bool wants(std::string_view name) const {
    if (options_.patterns.empty()) return true;
    return std::any_of(options_.patterns.begin(), options_.patterns.end(), [&](const std::string& glob) { return base::glob_match(glob, name); });
  }

  Status make() {
    auto made = env_->open(options_.path, base::OpenMode::kCreate);
    if (!made.ok()) return made.status();
    file_ = std::move(made.value());
    offset_ = 0;
    base::kill_point("file-output-made");
    return sync_name();
  }

  Status sync_name() { return env_->sync_dir(folder_of(options_.path)); }

  Status reopen() {
    auto opened = env_->open(options_.path, base::OpenMode::kWrite);
    if (!opened.ok()) return opened.status();
    file_ = std::move(opened.value());
    return sync_name();  // who made it may have been killed before
  }

  Status gone() const {
    const std::string channel(channel_name(options_.channel));
    return Status::error(options_.path + ": the next record is " + channel + "/" + std::to_string(next_) + ", the oldest that is kept " + channel + "/" +
                         std::to_string(log_->place(options_.channel).oldest) + "; those between are lost to this file: move it away to begin a new one");
  }

  // What the file was to have next is kept no longer. Where a person has moved it away, as gone() asks for, a new one begins at the oldest record.
  Status begin_anew() {
    if (!fresh_) {
      if (env_->exists(options_.path)) return gone();
      if (Status synced = sync(); !synced.ok()) return synced;
      if (Status made = make(); !made.ok()) return made;
    }
    fresh_ = ragged_ = false;
    next_ = log_->place(options_.channel).oldest;
    durable_ = next_ - 1;
    verified_ = true;
    return {};
  }

  // Reads the file's end, cuts what a crash has left there and settles the place. The end is written again before it is trusted: after a sync that failed the page cache may show
  // what the disk does not have.
  Status find_place() {
    Result<uint64_t> size = file_->size();
    if (!size.ok()) return size.status();
    Result<FileTail> tail = read_file_tail(*file_, size.value(), kTailBytes, *log_, options_.channel);
    if (!tail.ok()) return Status::error(options_.path + ": " + tail.status().message());
    Result<uint64_t> noted = tail.value().last_seq > 0 ? Result<uint64_t>(0) : noted_place();
    if (!noted.ok()) return noted.status();
    if (Status set = set_place(tail.value().last_seq, std::max(options_.after, noted.value())); !set.ok()) return set;
    if (next_ < log_->place(options_.channel).oldest) return begin_anew();
    if (tail.value().end < size.value()) {
      base::kill_point("file-output-cut");
      if (Status cut = file_->truncate(tail.value().end); !cut.ok()) return cut;
    }
    if (size.value() > 0) {
      if (Status again = file_->write_at(tail.value().begin, tail.value().bytes); !again.ok()) return again;
      broken_ = file_->sync();
      if (!broken_.ok()) return broken_;
    }
    offset_ = tail.value().end;
    durable_ = next_ - 1;
    verified_ = true;
    fresh_ = false;
    return {};
  }

  // The last record that the note says is in a file, this one or one that was renamed away; 0: it says nothing. A kill in the middle of a write leaves a note of what was to be written:
  // then the file that it went to tells how much of it is there. Its torn end is cut.
  Result<uint64_t> noted_place() {
    const FileNote note = notes_.read();
    if (note.next == 0) return uint64_t{0};
    if (note.file == 0 || note.file == file_->id()) return note.next - 1;
    std::unique_ptr<base::File> renamed = find_renamed(note.file);
    if (!renamed) return note.next - 1;
    Result<uint64_t> size = renamed->size();
    if (!size.ok()) return size.status();
    Result<FileTail> tail = read_file_tail(*renamed, size.value(), kTailBytes, *log_, options_.channel);
    if (!tail.ok()) return note.next - 1;  // somebody else has written to it since
    if (tail.value().end < size.value()) {
      if (Status cut = renamed->truncate(tail.value().end); !cut.ok()) return cut;
    }
    return std::max(note.next - 1, tail.value().last_seq);
  }

  // The file of this id, if it is in the folder still; null: it is not.
  std::unique_ptr<base::File> find_renamed(uint64_t id) const {
    const std::string folder = folder_of(options_.path);
    Result<std::vector<std::string>> names = env_->list(folder);
    if (!names.ok()) return nullptr;
    for (const std::string& name : names.value()) {
      if (env_->file_id(folder + "/" + name) != id) continue;
      auto opened = env_->open(folder + "/" + name, base::OpenMode::kWrite);
      return opened.ok() ? std::move(opened.value()) : nullptr;
    }
    return nullptr;
  }

  Status set_place(uint64_t last_seq, uint64_t after) {
    const ChannelPlace place = log_->place(options_.channel);
    next_ = last_seq > 0 ? last_seq + 1 : after > 0 ? after + 1 : place.oldest;
    if (next_ < place.oldest && after + 1 >= place.oldest) next_ = after + 1;
    if (next_ <= place.next) return {};
    return Status::error(options_.path + ": its stored place is " + std::to_string(next_) + ", beyond the log's next record " + std::to_string(place.next) +
                         ": the place is of another data directory");
  }

  // Whatever is done to the path from outside: a file that was moved away is made anew, an emptied one is filled on from its begin.
  Status follow() {
    if (!env_->exists(options_.path)) {
      if (Status synced = sync(); !synced.ok()) return synced;
      ragged_ = false;
      return make();
    }
    auto there = env_->open(options_.path, base::OpenMode::kWrite);
    if (!there.ok()) return there.status();
    Result<uint64_t> size = there.value()->size();
    if (!size.ok()) return size.status();
    if (size.value() == 0) {  // perhaps another one by this name, though nothing was written to ours yet
      if (Status synced = sync(); !synced.ok()) return synced;
      file_ = std::move(there.value());
      offset_ = 0;
      ragged_ = false;
    } else if (ragged_ && size.value() > offset_) {
      if (Status cut = file_->truncate(offset_); !cut.ok()) return cut;
      ragged_ = false;
    } else if (size.value() != offset_) {
      return Status::error(options_.path + ": it has " + std::to_string(size.value()) + " bytes, not the " + std::to_string(offset_) +
                           " that were written: another process changes it; move it away");
    }
    return {};
  }

  Status write(const std::string& lines) {
    if (unsynced_bytes_ > 0 && unsynced_bytes_ + lines.size() > kUnsyncedBytesMax) {
      if (Status synced = sync(); !synced.ok()) return synced;
    }
    if (Status followed = follow(); !followed.ok()) return followed;
    if (Status noted = notes_.write({next_, file_->id()}); !noted.ok()) return noted;
    base::kill_point("file-output-write");
    if (Status written = file_->write_at(offset_, lines); !written.ok()) {
      ragged_ = !file_->truncate(offset_).ok();
      return written;
    }
    base::kill_point("file-output-written");
    offset_ += lines.size();
    unsynced_bytes_ += lines.size();
    return {};
  }

  base::Env* env_;
  const OutputLog* log_;
  const FileOutputOptions options_;
  FileNotes notes_;
  std::unique_ptr<base::File> file_;
  bool fresh_ = false;            // open() made the file, and its place is not settled
  bool verified_ = false;         // the file's end was held against the log; next_ and offset_ are settled
  uint64_t next_ = 0;
  uint64_t durable_ = 0;
  uint64_t offset_ = 0;           // behind the last whole line
  uint64_t unsynced_bytes_ = 0;
  bool ragged_ = false;           // a write that failed may have left bytes behind offset_
  Status broken_;                 // of a failed sync
};

}  // namespace

Result<std::unique_ptr<FileOutput>> FileOutput::open(base::Env* env, const OutputLog* log, const FileOutputOptions& options) {
  CEP_CHECK(options.channel != Channel::kStreams);
  auto out = std::make_unique<DiskFileOutput>(env, log, options);
  if (Status opened = out->open(); !opened.ok()) {
    const std::string folder = std::filesystem::path(options.path).parent_path().string();
    if (folder.empty() || env->exists(folder)) return opened;
    return Status::error("the folder of the file output " + options.path + " is not there: make " + folder + ", or set another path");
  }
  return std::unique_ptr<FileOutput>(std::move(out));
}

}  // namespace cep::output
