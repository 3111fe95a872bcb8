#include "runtime/record_spool.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "base/bytes.h"
#include "base/check.h"

namespace cep::runtime {
namespace {

using base::put;
using base::put_text;

constexpr size_t kRunsMost = 64;             // so that reading them all at once is cheap
constexpr size_t kWriteBytes = 256 << 10;

void encode(const OutRecord& r, uint64_t order, std::string* out) {
  put(order, out);
  put_label(r.label, out);
  put(static_cast<uint8_t>(r.channel), out);
  put(r.node, out);
  put_text(r.head, out);
  put_text(r.tail, out);
  put(r.throttle_ms, out);
  put_text(r.throttle_key, out);
  put(r.throttle_time, out);
  put(r.cut, out);
}

uint64_t decode(std::string_view item, OutRecord* r) {
  base::BytesReader in(item);
  uint64_t order = 0;
  in.get(&order);
  get_label(&in, &r->label);
  uint8_t channel = 0;
  in.get(&channel);
  r->channel = static_cast<Channel>(channel);
  in.get(&r->node);
  in.get_text(&r->head);
  in.get_text(&r->tail);
  in.get(&r->throttle_ms);
  in.get_text(&r->throttle_key);
  in.get(&r->throttle_time);
  in.get(&r->cut);
  CEP_CHECK(in.done() && channel < kChannels);
  return order;
}

bool by_label(const OutRecord& a, const OutRecord& b) { return a.label < b.label; }

void sort_by_label(std::vector<OutRecord>* records) {
  if (!std::is_sorted(records->begin(), records->end(), by_label)) std::stable_sort(records->begin(), records->end(), by_label);
}

// Writes items one by one as a run, some at a time.
class RunWriter {
 public:
  RunWriter(SpillFile* file, SpillRun* run) : file_(file), run_(run) {}
  bool add(const OutRecord& record, uint64_t order) {
    item_.clear();
    encode(record, order, &item_);
    append_item(item_, &buffer_);
    return buffer_.size() < kWriteBytes || flush();
  }
  bool flush() {
    uint64_t offset = 0;
    if (!buffer_.empty() && !file_->append(buffer_, &offset)) return false;
    auto& stretches = run_->stretches;
    if (!stretches.empty() && stretches.back().first + stretches.back().second == offset) stretches.back().second += buffer_.size();
    else if (!buffer_.empty()) stretches.emplace_back(offset, buffer_.size());
    buffer_.clear();
    return true;
  }

 private:
  SpillFile* file_;
  SpillRun* run_;
  std::string item_, buffer_;
};

}  // namespace

uint64_t bytes_of(const OutRecord& r) {
  return sizeof r + r.head.size() + r.tail.size() + r.label.key.size() + r.throttle_key.size();
}

void RecordSpool::add(OutRecord record) {
  const uint64_t bytes = bytes_of(record);
  given_.bytes += bytes;
  given_.memory += bytes;
  given_.records.push_back(std::move(record));
  if (given_.memory > memory_bytes_) spill();
}

// The run that goes on with a record of this label: of those that may the one that ends last, so that there are as few as can be; a new one if there is none.
size_t RecordSpool::run_for(const event::Label& first) {
  size_t best = lasts_.size();
  for (size_t i = 0; i < lasts_.size(); ++i)
    if (lasts_[i].label <= first && (best == lasts_.size() || lasts_[best].label < lasts_[i].label)) best = i;
  if (best == lasts_.size()) {
    lasts_.emplace_back();
    given_.runs.emplace_back();
  }
  return best;
}

void RecordSpool::spill() {
  if (!given_.file) given_.file = files_->of(batch_);
  std::vector<OutRecord>& records = given_.records;
  SpillRun more;
  bool written = given_.file != nullptr;
  if (written) {
    sort_by_label(&records);
    RunWriter writer(given_.file.get(), &more);
    for (size_t i = 0; i < records.size() && written; ++i) written = writer.add(records[i], made_ + i);
    written = written && writer.flush();
  }
  if (!written) {
    memory_bytes_ = UINT64_MAX;  // no room: what comes from here on stays in memory, in which its order is kept
    return;
  }
  const size_t run = run_for(records.front().label);
  auto& stretches = given_.runs[run].stretches;
  stretches.insert(stretches.end(), more.stretches.begin(), more.stretches.end());
  made_ += records.size();
  lasts_[run] = {std::move(records.back().label), made_ - 1};
  records.clear();
  given_.memory = 0;
  if (given_.runs.size() > runs_most_) runs_most_ = merge_runs() ? kRunsMost : 2 * runs_most_;
}

// All runs become one in another file. False: there is no room for it.
bool RecordSpool::merge_runs() {
  std::shared_ptr<SpillFile> file = files_->another();
  if (!file) return false;
  GivenRecords all;
  all.file = given_.file;
  all.runs = given_.runs;
  std::vector<GivenRecords> makers;
  makers.push_back(std::move(all));
  RecordMerge merge(std::move(makers));
  SpillRun one;
  RunWriter writer(file.get(), &one);
  OutRecord record;
  Last last;
  while (merge.next(&record)) {
    if (!writer.add(record, merge.order())) return false;
    last = {record.label, merge.order()};
  }
  if (!writer.flush()) return false;
  given_.file = std::move(file);
  given_.runs.assign(1, std::move(one));
  lasts_.assign(1, std::move(last));
  return true;
}

GivenRecords RecordSpool::take() { return std::move(given_); }

RecordMerge::RecordMerge(std::vector<GivenRecords> makers) {
  for (size_t m = 0; m < makers.size(); ++m) {
    GivenRecords& given = makers[m];
    for (SpillRun& run : given.runs) {
      Source& source = sources_.emplace_back();
      source.maker = m;
      source.reader.emplace(given.file, std::move(run));
    }
    sort_by_label(&given.records);
    Source& source = sources_.emplace_back();
    source.maker = m;
    source.records = std::move(given.records);
  }
  for (size_t s = 0; s < sources_.size(); ++s)
    if (advance(&sources_[s])) heap_.push_back(s);
  std::make_heap(heap_.begin(), heap_.end(), [this](size_t a, size_t b) { return after(a, b); });
}

bool RecordMerge::after(size_t a, size_t b) const {
  const Source &x = sources_[a], &y = sources_[b];
  if (x.head.label != y.head.label) return y.head.label < x.head.label;
  return std::tie(y.maker, y.order) < std::tie(x.maker, x.order);
}

bool RecordMerge::advance(Source* source) {
  if (!source->reader) {
    if (source->at == source->records.size()) return false;
    source->head = std::move(source->records[source->at++]);
    return true;
  }
  std::string_view item;
  if (!source->reader->next(&item)) return false;
  source->order = decode(item, &source->head);
  return true;
}

bool RecordMerge::next(OutRecord* out) {
  if (heap_.empty()) return false;
  const auto later = [this](size_t a, size_t b) { return after(a, b); };
  std::pop_heap(heap_.begin(), heap_.end(), later);
  Source& source = sources_[heap_.back()];
  order_ = source.order;
  std::swap(*out, source.head);
  if (advance(&source)) std::push_heap(heap_.begin(), heap_.end(), later);
  else heap_.pop_back();
  return true;
}

}  // namespace cep::runtime
