// The lines of one or several files of events in the order in which the engine gets them: several are merged
// by event time (equal: in the order given); a line without a readable time stays with its predecessor. A
// single file is streamed, whatever its size.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "cep/engine.h"
#include "cepctl/event_file.h"
#include "cepctl/line_times.h"

namespace cep::cepctl {

struct FedLine {
  FileLine file;            // valid until the next call
  std::string_view stream;  // its default stream; empty: none
  bool has_time = false;    // these three only where FeedOptions::needs_time
  int64_t time = 0;
  bool timeless = false;  // of a stream without a time
};

struct FeedOptions {
  std::string format;  // as EventFile::open
  Limits limits;
  bool needs_time = false;            // even of a single file
  std::function<void()> before_wait;  // as LineReader::open
};

class EventFeed {
 public:
  // `events`: "F" or "STREAM=F"; streams must be known to the engine. `times` is called once if times are
  // needed.
  static Result<std::unique_ptr<EventFeed>> open(const std::vector<std::string>& events,
                                                 const FeedOptions& options, const Engine& engine,
                                                 const std::function<std::unique_ptr<LineTimes>()>& times);
  // False at the end of all files.
  bool next(FedLine* line) { return inputs_.size() == 1 ? read(&inputs_[0], line) : next_merged(line); }

  // After a program in the events was loaded: its limits hold from the next line on, its streams tell the
  // times of lines where times are needed.
  void set_limits(const Limits& limits);
  bool needs_times() const { return times_ != nullptr; }
  void set_times(std::unique_ptr<LineTimes> times) { times_ = std::move(times); }

  uint64_t file_bytes() const;
  uint64_t bytes_read() const;
  // Not empty: reading a file failed.
  std::string trouble() const;

 private:
  struct Input {
    std::string stream;
    std::unique_ptr<EventFile> file;
    FedLine head;
    bool has_head = false;
  };
  bool read(Input* input, FedLine* line) {
    if (!input->file->next(&line->file)) return false;
    line->stream = input->stream;
    if (times_ != nullptr) read_time(line);
    return true;
  }
  void read_time(FedLine* line);
  bool next_merged(FedLine* line);

  std::vector<Input> inputs_;
  std::unique_ptr<LineTimes> times_;
  size_t last_ = 0;  // the input of the last line
  bool started_ = false;
};

}  // namespace cep::cepctl
