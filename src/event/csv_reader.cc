// One record at a time from the buffer; a record that is not whole yet is scanned again when more bytes have
// come.
#include "event/csv_reader.h"

#include <algorithm>
#include <set>

#include "event/json_writer.h"

namespace cep::event {
namespace {
constexpr size_t kShownMax = 4096;
}

void CsvReader::feed(std::string_view bytes) {
  buffer_.erase(0, at_);
  at_ = 0;
  buffer_.append(bytes);
}

void CsvReader::consume(size_t end) {
  number_ += static_cast<uint64_t>(std::count(buffer_.begin() + static_cast<std::ptrdiff_t>(at_),
                                              buffer_.begin() + static_cast<std::ptrdiff_t>(end), '\n'));
  at_ = end;
}

// False: the end of the line is still to come.
bool CsvReader::skip_rest() {
  size_t lf = buffer_.find('\n', at_);
  skipping_ = lf == std::string::npos;
  consume(skipping_ ? buffer_.size() : lf + 1);
  return !skipping_;
}

// From the quote at *at to after the closing one.
CsvReader::Scan CsvReader::scan_quoted(size_t* at) {
  Field field{values_.size(), 0, true};
  for (++*at;;) {
    size_t quote = buffer_.find('"', *at);
    if (quote == std::string::npos || (quote + 1 == buffer_.size() && !finished_)) {
      reason_ = "a quoted field has no end";
      return finished_ ? Scan::kBroken : Scan::kMore;
    }
    values_.append(buffer_, *at, quote - *at);
    *at = quote + 1;
    if (*at == buffer_.size() || buffer_[*at] != '"') break;
    values_.push_back('"');
    ++*at;
  }
  field.end = values_.size();
  fields_.push_back(field);
  if (buffer_.compare(*at, 2, "\r\n") == 0) ++*at;
  if (*at == buffer_.size()) return finished_ ? Scan::kDone : Scan::kMore;
  if (buffer_[*at] == ',' || buffer_[*at] == '\n') return Scan::kDone;
  if (buffer_[*at] == '\r' && *at + 1 == buffer_.size()) {
    if (!finished_) return Scan::kMore;
    ++*at;
    return Scan::kDone;
  }
  reason_ = "there is text after a closing quote";
  return Scan::kBroken;
}

CsvReader::Scan CsvReader::scan_plain(size_t* at) {
  size_t end = buffer_.find_first_of(",\n\"", *at);
  if (end == std::string::npos) {
    if (!finished_) return Scan::kMore;
    end = buffer_.size();
  }
  if (end < buffer_.size() && buffer_[end] == '"') {
    reason_ = "there is a quote within a field that has none around it";
    return Scan::kBroken;
  }
  Field field{values_.size(), 0, false};
  bool last = end == buffer_.size() || buffer_[end] == '\n';
  bool drop_cr = last && end > *at && buffer_[end - 1] == '\r';
  values_.append(buffer_, *at, end - *at - (drop_cr ? 1 : 0));
  field.end = values_.size();
  fields_.push_back(field);
  *at = end;
  return Scan::kDone;
}

// The record at at_ into fields_ and end_.
CsvReader::Scan CsvReader::scan_record() {
  fields_.clear();
  values_.clear();
  for (size_t at = at_;;) {
    bool quoted = at < buffer_.size() && buffer_[at] == '"';
    Scan scan = quoted ? scan_quoted(&at) : scan_plain(&at);
    if (scan != Scan::kDone) return scan;
    if (at < buffer_.size() && buffer_[at] == ',') {
      ++at;
      continue;
    }
    end_ = std::min(at + 1, buffer_.size());
    return Scan::kDone;
  }
}

bool CsvReader::take_header() {
  std::set<std::string_view> seen;
  for (const Field& field : fields_) {
    std::string_view name = value(field);
    if (!seen.insert(name).second) {
      reason_ = "the header has `" + std::string(name) + "` twice";
      return false;
    }
    std::string json;
    append_json_string(name, &json);
    names_.push_back(json + ":");
  }
  has_header_ = true;
  return true;
}

bool CsvReader::write_line() {
  if (fields_.size() != names_.size()) {
    reason_ = "the row has " + std::to_string(fields_.size()) + " fields, the header " +
              std::to_string(names_.size());
    return false;
  }
  line_ = "{";
  for (size_t i = 0; i < fields_.size(); ++i) {
    if (fields_[i].begin == fields_[i].end && !fields_[i].quoted) continue;
    if (line_.size() > 1) line_.push_back(',');
    line_ += names_[i];
    append_json_string(value(fields_[i]), &line_);
  }
  line_.push_back('}');
  return true;
}

// False: what is shown of it is still to come.
bool CsvReader::give_broken(std::string reason, CsvRecord* record) {
  reason_ = std::move(reason);
  size_t lf = buffer_.find('\n', at_);
  if (lf == std::string::npos && !finished_ && buffer_.size() - at_ < kShownMax) return false;
  line_ = buffer_.substr(at_, std::min(kShownMax, std::min(lf, buffer_.size()) - at_));
  if (!line_.empty() && line_.back() == '\r') line_.pop_back();
  *record = {number_, true, line_, reason_};
  skip_rest();
  dead_ = !has_header_;
  return true;
}

bool CsvReader::next(CsvRecord* record) {
  if (dead_ || (skipping_ && !skip_rest())) return false;
  if (!started_) {
    if (buffer_.size() - at_ < 3 && !finished_) return false;
    if (buffer_.compare(at_, 3, "\xef\xbb\xbf") == 0) at_ += 3;
    started_ = true;
  }
  for (;;) {
    while (buffer_.compare(at_, 1, "\n") == 0 || buffer_.compare(at_, 2, "\r\n") == 0)
      consume(buffer_.find('\n', at_) + 1);
    if (at_ == buffer_.size()) return false;
    Scan scan = scan_record();
    const size_t size = scan == Scan::kDone ? end_ - at_ : scan == Scan::kMore ? buffer_.size() - at_ : 0;
    if (size > limit_ + 2) {  // the line end does not count
      return give_broken("the row is longer than " + std::to_string(limit_) + " bytes", record);
    }
    if (scan == Scan::kMore) return false;
    if (scan == Scan::kBroken) return give_broken(reason_, record);
    const bool header = !has_header_;
    if (!(header ? take_header() : write_line())) return give_broken(reason_, record);
    const uint64_t number = number_;
    consume(end_);
    if (header) continue;
    *record = {number, false, line_, {}};
    return true;
  }
}

}  // namespace cep::event
