#include "runtime/row_spool.h"

#include <algorithm>
#include <cstring>

#include "base/check.h"

namespace cep::runtime {
namespace {

void encode(const WaitingRow& waiting, std::string* out) {
  base::put(waiting.route, out);
  base::put(waiting.label != nullptr, out);
  if (waiting.label) put_label(*waiting.label, out);
  out->append(reinterpret_cast<const char*>(&waiting.row()), waiting.row().size);
}

}  // namespace

RowTurn::RowTurn(const plan::Lane& lane, const Timeline& timeline)
    : timeline_(&timeline), clock_(lane.clock), as_they_come_(lane.kind == plan::LaneKind::kWindow || lane.kind == plan::LaneKind::kJoin) {}

// As TimelineCursor::position_of, and 0 for what the batch does not decide: such rows wait again.
uint64_t RowTurn::decided(int64_t time) const {
  if (timeline_->end) return timeline_->last;
  if (time <= timeline_->before[clock_]) return timeline_->first;
  const std::vector<ClockStep>& steps = timeline_->steps[clock_];
  const auto at = std::lower_bound(steps.begin(), steps.end(), time, [](const ClockStep& s, int64_t t) { return s.clock < t; });
  return at == steps.end() ? 0 : at->position;
}

bool RowTurn::before(const RowOrigin& a, const RowOrigin& b) const {
  if (as_they_come_) return arrives_before(a, b);
  if (a.row->time != b.row->time) return a.row->time < b.row->time;
  return goes_before(a, b, decided(a.row->time));
}

uint64_t SpilledRows::bytes() const {
  uint64_t sum = 0;
  for (const auto& [lane, runs] : lanes) sum += runs.bytes;
  return sum;
}

// The run that goes on with this row; a new one if there is none.
size_t RowSpool::run_for(uint32_t lane, const RowTurn& turn, const RowOrigin& first) {
  std::vector<Last>& lasts = lasts_[lane];
  auto origin = [&](size_t i) { return RowOrigin(lasts[i].row, lasts[i].label, lasts[i].route); };
  size_t best = lasts.size();
  for (size_t i = 0; i < lasts.size(); ++i) {
    if (turn.before(first, origin(i))) continue;
    if (best == lasts.size() || turn.before(origin(best), origin(i))) best = i;
  }
  if (best == lasts.size()) {
    lasts.emplace_back();
    spilled_->lanes[lane].runs.emplace_back();
  }
  return best;
}

bool RowSpool::spill(RowList* list, const plan::Topology& topology, const Timeline& timeline, SpillFiles* files, BlockPool* pool) {
  if (!spilled_) spilled_ = std::make_shared<SpilledRows>();
  if (!spilled_->file) spilled_->file = files->of(timeline.number);
  if (!spilled_->file) return false;
  std::vector<WaitingRow*>& rows = list->rows;
  std::stable_sort(rows.begin(), rows.end(), [](const WaitingRow* a, const WaitingRow* b) { return a->lane < b->lane; });
  while (!rows.empty()) {  // the rows of the last lane
    const uint32_t lane = rows.back()->lane;
    const RowTurn turn(topology.lanes[lane], timeline);
    const auto first = std::lower_bound(rows.begin(), rows.end(), lane, [](const WaitingRow* r, uint32_t l) { return r->lane < l; });
    std::stable_sort(first, rows.end(), [&](const WaitingRow* a, const WaitingRow* b) { return turn.before(RowOrigin(*a), RowOrigin(*b)); });
    buffer_.clear();
    for (auto r = first; r != rows.end(); ++r) {
      item_.clear();
      encode(**r, &item_);
      append_item(item_, &buffer_);
    }
    uint64_t offset = 0;
    if (!spilled_->file->append(buffer_, &offset)) return false;
    const size_t run = run_for(lane, turn, RowOrigin(**first));
    LaneRuns& runs = spilled_->lanes[lane];
    runs.runs[run].stretches.emplace_back(offset, buffer_.size());
    const WaitingRow& last = *rows.back();
    lasts_[lane][run] = {last.row(), last.label ? *last.label : event::Label{}, last.route};
    for (auto r = first; r != rows.end(); ++r) {
      runs.bytes += RowList::bytes_of(**r);
      list->bytes -= RowList::bytes_of(**r);
      release_row(*r, pool);
    }
    rows.erase(first, rows.end());
  }
  return true;
}

std::shared_ptr<SpilledRows> RowSpool::take() {
  lasts_.clear();
  return std::move(spilled_);
}

RowMerge::~RowMerge() {
  for (size_t s : heap_) release_row(sources_[s].head, &pool_);
}

void RowMerge::add(const std::shared_ptr<SpillFile>& file, std::vector<SpillRun> runs) {
  for (SpillRun& run : runs) {
    sources_.push_back({SpillReader(file, std::move(run)), nullptr});
    if (!advance(&sources_.back())) continue;
    heap_.push_back(sources_.size() - 1);
    std::push_heap(heap_.begin(), heap_.end(), later());
  }
}

bool RowMerge::advance(Source* source) {
  std::string_view item;
  if (!source->reader.next(&item)) return false;
  base::BytesReader in(item);
  uint32_t route = 0;
  bool labelled = false;
  in.get(&route);
  in.get(&labelled);
  auto label = labelled ? std::make_unique<event::Label>() : nullptr;
  if (labelled) get_label(&in, label.get());
  CEP_CHECK(in.ok() && in.rest().size() % 8 == 0);
  item = in.rest();
  row_.resize(item.size() / 8);
  std::memcpy(row_.data(), item.data(), item.size());
  source->head = writer_.copy(*reinterpret_cast<const event::Row*>(row_.data()), lane_, route, label.release());
  return true;
}

WaitingRow* RowMerge::take() {
  std::pop_heap(heap_.begin(), heap_.end(), later());
  Source& source = sources_[heap_.back()];
  WaitingRow* out = source.head;
  if (advance(&source)) std::push_heap(heap_.begin(), heap_.end(), later());
  else heap_.pop_back();
  return out;
}

}  // namespace cep::runtime
