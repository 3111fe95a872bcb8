// Deficit round robin: a turn that went beyond its due, with one long line, is paid for in the next ones.
#include "engine/request_queue.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "journal/entry.h"

namespace cep::engine {

namespace {

constexpr size_t kLookedAtMost = 64;   // of those that wait for room, or for a turn out of turn, at once

}  // namespace

// The first entries of the batch behind byte `from`, at least one and then as many as may be: their number and bytes.
std::pair<uint32_t, size_t> RequestQueue::measure(const LineBatch& batch, size_t from, uint64_t work_most, uint32_t lines_most) const {
  const std::string_view entries = std::string_view(batch.entries).substr(from);
  journal::EntryCursor cursor(entries);
  journal::Entry e;
  uint32_t count = 0;
  size_t bytes = 0;
  while (count < lines_most && cursor.next(&e)) {
    const std::string_view last = e.kind == journal::EntryKind::kBroken ? e.reason : e.line;   // the entry ends with it
    const size_t end = static_cast<size_t>(last.data() + last.size() - entries.data());
    if (count > 0 && price(batch, count + 1, end) > work_most) break;
    ++count;
    bytes = end;
  }
  CEP_CHECK(!cursor.bad());
  return {count, bytes};
}

bool RequestQueue::has_room(uint64_t connection, bool open) {
  const auto at = flows_.find(connection);
  const bool room = open && (at == flows_.end() ? bytes_ < 2 * most_ : at->second.bytes < share());
  if (!room) refused_.insert(connection);
  return room;
}

// Lines that go on where the last ones of the queue end are no request of their own.
bool RequestQueue::join(Flow* flow, const Request& r) {
  if (r.kind != Request::Kind::kLines || flow->requests.empty() || flow->requests.back().kind != Request::Kind::kLines) return false;
  LineBatch& last = flow->requests.back().batch;
  const bool follows = last.first_number + last.count == r.batch.first_number && last.epoch == r.batch.epoch && last.producer == r.batch.producer && last.stream == r.batch.stream;
  if (!follows || last.entries.size() + r.batch.entries.size() > kJoinedBytes) return false;
  last.entries += r.batch.entries;
  last.count += r.batch.count;
  return true;
}

void RequestQueue::push(Request r) {
  retry();
  if (r.kind == Request::Kind::kAllRead) return push_mark(std::move(r));
  if (r.kind == Request::Kind::kLoad || r.kind == Request::Kind::kReset) return first_.push_back(std::move(r));
  const uint64_t connection = r.batch.connection;
  auto [at, is_new] = flows_.try_emplace(connection);
  Flow& flow = at->second;
  if (is_new) turns_.push_back(connection);
  if (join(&flow, r)) {
    flow.bytes += r.batch.entries.size();
    bytes_ += r.batch.entries.size();
    return;
  }
  flow.bytes += cost(r);
  bytes_ += cost(r);
  r.order = ++pushed_;
  ++waiting_;
  flow.requests.push_back(std::move(r));
}

void RequestQueue::push_mark(Request r) {
  r.order = pushed_;
  if (waiting_ > 0) {
    if (!marks_.empty() && marks_.back().request.order == pushed_) marks_.back().request.at_ms = r.at_ms;
    else marks_.push_back({std::move(r), waiting_});
    return;
  }
  if (!first_.empty() && first_.back().kind == Request::Kind::kAllRead) first_.back().at_ms = r.at_ms;
  else first_.push_back(std::move(r));
}

// A request of a connection has had its turn, whole.
void RequestQueue::taken(uint64_t order) {
  --waiting_;
  for (auto mark = marks_.rbegin(); mark != marks_.rend() && mark->request.order >= order; ++mark) --mark->left;
  for (; !marks_.empty() && marks_.front().left == 0; marks_.pop_front()) first_.push_back(std::move(marks_.front().request));
}

Request RequestQueue::take_front(Flow* flow, uint64_t work_most, uint32_t lines_most) {
  Request& front = flow->requests.front();
  LineBatch& batch = front.batch;
  const bool whole = front.kind != Request::Kind::kLines || batch.count <= 1 || (batch.count <= lines_most && price(batch, batch.count, batch.entries.size() - flow->taken) <= work_most);
  std::pair<uint32_t, size_t> part{batch.count, batch.entries.size() - flow->taken};
  if (!whole) part = measure(batch, flow->taken, work_most, lines_most);
  Request out;
  const size_t bytes = part.second + (part.first == batch.count ? kRequestBytes : 0);
  if (part.first == batch.count) {
    out = std::move(front);
    out.batch.entries.erase(0, flow->taken);
    flow->requests.pop_front();
    flow->taken = 0;
    taken(out.order);
  } else {
    out.batch = {batch.connection, batch.producer, batch.epoch, batch.stream, batch.first_number, part.first, batch.entries.substr(flow->taken, part.second)};
    batch.first_number += part.first;
    batch.count -= part.first;
    flow->taken += part.second;
  }
  flow->bytes -= bytes;
  bytes_ -= bytes;
  return out;
}

// Of `work_most`, and of as many lines as the connection may send.
uint64_t RequestQueue::take_turn(uint64_t connection, Flow* flow, uint64_t work_most, std::vector<Request>* out) {
  uint64_t done = 0;
  bool any = false;
  while (!flow->requests.empty() && (!any || done < work_most)) {
    const bool lines = flow->requests.front().kind == Request::Kind::kLines;
    const uint32_t left = lines && costs_ ? costs_->lines_left(connection) : UINT32_MAX;
    if (left == 0) {
      costs_->held_back(connection);
      break;
    }
    out->push_back(take_front(flow, work_most - done, left));
    const Request& r = out->back();
    done += price(r);
    if (costs_ && lines) costs_->taken(connection, r.batch.count, r.batch.entries.size());
    any = true;
  }
  blocked_ = any ? 0 : blocked_ + 1;
  return done;
}

uint64_t RequestQueue::turn(uint64_t work_most, std::vector<Request>* out) {
  if (!first_.empty()) {
    out->push_back(std::move(first_.front()));
    first_.pop_front();
    return price(out->back());
  }
  const uint64_t connection = turns_.front();
  turns_.pop_front();
  Flow& flow = flows_.at(connection);
  const bool alone = turns_.empty();
  const uint64_t due = alone ? work_most : std::min(work_most, kTurnWork);
  uint64_t done = 0;
  if (!alone && flow.debt >= due) {
    flow.debt -= std::min(flow.debt, kTurnWork);   // a whole turn, however little of this call is left
    blocked_ = 0;
  } else {
    const uint64_t most = alone ? due : due - std::exchange(flow.debt, 0);
    done = take_turn(connection, &flow, most, out);
    flow.debt = done > most ? done - most : 0;
  }
  if (flow.requests.empty()) flows_.erase(connection);
  else turns_.push_back(connection);
  return done;
}

bool RequestQueue::is_light(uint64_t connection, uint64_t work_most) const {
  const Request& front = flows_.at(connection).requests.front();
  if (front.kind != Request::Kind::kLines) return true;
  const LineBatch& batch = front.batch;
  return costs_ && costs_->lines_left(connection) > 0 && costs_->on_way(connection) + price(batch, 1, batch.entries.size() / batch.count) <= work_most;
}

// Who has come last waits at the end.
std::deque<uint64_t>::const_iterator RequestQueue::find_light(uint64_t work_most) const {
  const auto looked = static_cast<std::ptrdiff_t>(std::min(kLookedAtMost, turns_.size()));
  const auto light = [&](uint64_t connection) { return is_light(connection, work_most); };
  const auto found = std::find_if(turns_.end() - looked, turns_.end(), light);
  if (found != turns_.end()) return found;
  const auto first = std::find_if(turns_.begin(), turns_.begin() + looked, light);
  return first == turns_.begin() + looked ? turns_.end() : first;
}

uint64_t RequestQueue::light_turn(uint64_t work_most, std::vector<Request>* out) {
  const auto at = find_light(work_most);
  if (at == turns_.end()) return 0;
  const uint64_t connection = *at;
  turns_.erase(at);
  Flow& flow = flows_.at(connection);
  const uint64_t there = costs_ ? costs_->on_way(connection) : 0;
  const uint64_t done = take_turn(connection, &flow, std::min(kTurnWork, work_most - std::min(work_most, there)), out);
  if (flow.requests.empty()) flows_.erase(connection);
  else turns_.push_back(connection);
  return std::max<uint64_t>(done, 1);
}

std::vector<uint64_t> RequestQueue::take_roomy(bool all) {
  std::vector<uint64_t> out;
  if (all || empty()) {
    out.assign(refused_.begin(), refused_.end());
    refused_.clear();
    return out;
  }
  // Some of them each time, in turn: they may be thousands.
  auto next = refused_.upper_bound(looked_at_);
  for (size_t looked = std::min(kLookedAtMost, refused_.size()); looked > 0; --looked) {
    if (next == refused_.end()) next = refused_.begin();
    looked_at_ = *next;
    const auto flow = flows_.find(looked_at_);
    const bool room = flow == flows_.end() ? bytes_ < 2 * most_ : 2 * flow->second.bytes < share();
    if (room) out.push_back(looked_at_);
    next = room ? refused_.erase(next) : std::next(next);
  }
  return out;
}

}  // namespace cep::engine
