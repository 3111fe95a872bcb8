#include "engine/line_costs.h"

#include <algorithm>

namespace cep::engine {

namespace {

constexpr double kLeastPrice = 0.5, kMostPrice = 1e9, kCostly = 16;

uint64_t times(double price, uint64_t work) { return static_cast<uint64_t>(price * static_cast<double>(work)); }

}  // namespace

uint64_t LineCosts::price(uint64_t connection, uint64_t lines, uint64_t bytes) const {
  const auto at = flows_.find(connection);
  return times(at == flows_.end() ? 1 : at->second.price, work_of(lines, bytes));
}

bool LineCosts::costly(uint64_t connection) const {
  const auto at = flows_.find(connection);
  return at != flows_.end() && at->second.price > kCostly;
}

uint32_t LineCosts::lines_left(uint64_t connection) const {
  const auto at = flows_.find(connection);
  if (at == flows_.end()) return kFirstLines;
  const uint64_t there = at->second.lines + at->second.taken_lines;
  return there >= at->second.lines_most ? 0 : static_cast<uint32_t>(at->second.lines_most - there);
}

uint64_t LineCosts::on_way(uint64_t connection) const {
  const auto at = flows_.find(connection);
  return at == flows_.end() ? 0 : at->second.work + at->second.taken_work;
}

void LineCosts::taken(uint64_t connection, uint64_t lines, uint64_t bytes) {
  Flow& flow = flows_[connection];
  if (flow.taken_lines == 0) taken_.push_back(connection);
  flow.taken_lines += lines;
  flow.taken_work += times(flow.price, work_of(lines, bytes));
}

void LineCosts::held_back(uint64_t connection) {
  if (const auto at = flows_.find(connection); at != flows_.end()) at->second.held_back = true;
}

void LineCosts::settle() {
  for (uint64_t connection : taken_)
    if (const auto at = flows_.find(connection); at != flows_.end()) at->second.taken_lines = at->second.taken_work = 0;
  taken_.clear();
}

void LineCosts::sent(uint64_t base, std::span<const WrittenFrame::From> from) {
  for (const WrittenFrame::From& f : from) {
    Segment s;
    s.connection = f.connection;
    s.next = base + f.first;
    s.last = s.next + f.count - 1;
    s.work = work_of(f.count, f.bytes);
    s.priced = price(f.connection, f.count, f.bytes);
    sent_.push_back(s);
    const auto at = flows_.find(f.connection);
    if (at == flows_.end()) continue;
    at->second.lines += f.count;
    at->second.work += s.priced;
  }
}

void LineCosts::take_worked(uint64_t position) {
  while (!sent_.empty() && sent_.front().next <= position) {
    Segment& front = sent_.front();
    const uint64_t lines = front.last - front.next + 1, done = std::min(position, front.last) - front.next + 1;
    const bool all = done == lines;
    const uint64_t work = all ? front.work : front.work / lines * done, priced = all ? front.priced : front.priced / lines * done;
    if (const auto at = flows_.find(front.connection); at != flows_.end()) {
      at->second.lines -= done;
      at->second.work -= priced;
      Share& share = worked_[front.connection];
      share.lines += done;
      share.work += static_cast<double>(work);
    }
    front.next += done;
    front.work -= work;
    front.priced -= priced;
    if (all) sent_.pop_front();
  }
}

// A price that rises may go on rising, so it is taken for more than it was; one that falls is believed step by step.
void LineCosts::learn(Flow* flow, const Share& share, double expected, double spent) {
  const double part = flow->price * share.work / expected;
  const double price = flow->price * (1 + part * (spent / expected - 1)), ratio = price / flow->price;
  if (ratio > kJump && price > kJump) flow->lines_most = std::max(1u, static_cast<uint32_t>(flow->lines_most / ratio));
  else if (flow->held_back || (flow->lines_most < kProvenLines && flow->price < kCostly)) flow->lines_most = static_cast<uint32_t>(std::min<uint64_t>(kMostLines, flow->lines_most + std::max<uint64_t>(1, share.lines / 2)));
  flow->held_back = false;
  const double to = ratio > 2 ? price * std::min(ratio, kJump) : std::max(price, flow->price / kJump);
  flow->price = std::clamp(to, kLeastPrice, kMostPrice);
}

bool LineCosts::worked(uint64_t position, uint64_t spent_ns) {
  unlearnt_ns_ += spent_ns - spent_ns_;
  spent_ns_ = spent_ns;
  if (sent_.empty() || sent_.front().next > position) return false;
  worked_.clear();
  take_worked(position);
  double expected = 0;
  for (const auto& [connection, share] : worked_) expected += flows_.at(connection).price * share.work;
  const double spent = static_cast<double>(unlearnt_ns_ > kBatchNs ? unlearnt_ns_ - kBatchNs : 0);
  unlearnt_ns_ = 0;
  if (expected <= 0) return true;
  for (const auto& [connection, share] : worked_) learn(&flows_.at(connection), share, expected, spent);
  return true;
}

}  // namespace cep::engine
