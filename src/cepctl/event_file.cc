#include "cepctl/event_file.h"

namespace cep::cepctl {

Result<std::unique_ptr<EventFile>> EventFile::open(const std::string& path, const std::string& format,
                                                   const Limits& limits, std::function<void()> before_wait) {
  auto reader = LineReader::open(path, limits.line_bytes, std::move(before_wait));
  if (!reader.ok()) return reader.status();
  std::unique_ptr<EventFile> file(new EventFile);
  file->reader_ = std::move(reader.value());
  if (format == "csv" || (format.empty() && path.ends_with(".csv"))) {
    file->csv_ = std::make_unique<event::CsvReader>(limits);
  }
  file->set_limits(limits);
  return file;
}

void EventFile::set_limits(const Limits& limits) {
  reader_->set_limit(limits.line_bytes);
  // In the daemon's words, so that both give the same record.
  too_long_ = "the line is longer than limits.line (" + std::to_string(limits.line_bytes) + " bytes)";
}

bool EventFile::next_row(FileLine* line) {
  event::CsvRecord record;
  while (!csv_->next(&record)) {
    if (ended_) return false;
    std::string_view bytes;
    if (reader_->next_block(&bytes)) {
      csv_->feed(bytes);
    } else {
      ended_ = true;
      csv_->finish();
    }
  }
  *line = {record.line, record.broken, record.reason};
  return true;
}

}  // namespace cep::cepctl
