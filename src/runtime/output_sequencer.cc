#include "runtime/output_sequencer.h"

#include <algorithm>
#include <iterator>

#include "base/bytes.h"
#include "base/check.h"
#include "base/event_time.h"

namespace cep::runtime {
namespace {

// What stands at the beginning of a throttle's key.
uint32_t op_of(const std::string& key) { return base::load<uint32_t>(key, 0); }

// How far the clock had come before the position.
int64_t clock_before(const Timeline& timeline, int clock, uint64_t position) {
  const std::vector<ClockStep>& steps = timeline.steps[clock];
  const auto at = std::lower_bound(steps.begin(), steps.end(), position, [](const ClockStep& s, uint64_t p) { return s.position < p; });
  return at == steps.begin() ? timeline.before[clock] : std::prev(at)->clock;
}

}  // namespace

OutputSequencer::OutputSequencer(const plan::Plan& plan, const plan::Topology& topology, const EngineOptions& options, Engine::Sink sink)
    : plan_(plan), options_(options), sink_(std::move(sink)), clock_of_(plan.nodes.size(), -1), given_(plan.nodes.size()) {
  for (const plan::Lane& lane : topology.lanes) {
    if (lane.kind == plan::LaneKind::kUnique) continue;
    if (lane.node >= 0) clock_of_[lane.node] = lane.clock;
    for (int node : lane.patterns) clock_of_[node] = lane.clock;
  }
}

void OutputSequencer::take_over(OutputSequencer* before, const Succession& succession) {
  std::copy(std::begin(before->seq_), std::end(before->seq_), seq_);
  any_ = before->any_;
  last_ = before->last_;
  last_channel_ = before->last_channel_;
  sweep_at_ = before->sweep_at_;
  for (size_t node = 0; node < given_.size(); ++node) {
    const int old = succession.node_before[node];
    if (old < 0) continue;
    given_[node].alerts = before->alerts(old);
    given_[node].timeouts = before->timeouts(old);
  }
  for (auto& [key, throttle] : before->throttles_) {
    const int now = succession.node_now[op_of(key) - 1];
    if (now < 0) continue;
    std::string renamed = key;
    base::store(static_cast<uint32_t>(now) + 1, renamed.data());
    throttles_.emplace(std::move(renamed), throttle);
  }
  count_throttles();
}

void OutputSequencer::save(state::StateWriter* out) const {
  state::Encoder& channels = out->entry(0, state::Part::kChannels);
  for (uint64_t seq : seq_) channels.number(seq);
  channels.flag(any_);
  const auto& [position, time, op, key, ordinal] = last_;
  channels.number(position);
  channels.whole(time);
  channels.number(op);
  channels.text(key);
  channels.number(ordinal);
  channels.number(static_cast<uint64_t>(last_channel_));
  channels.number(sweep_at_);
  channels.number(given_.size());
  for (const Given& given : given_) {
    channels.number(given.alerts.load(std::memory_order_relaxed));
    channels.number(given.timeouts.load(std::memory_order_relaxed));
  }
  for (const auto& [key, throttle] : throttles_) {
    const auto& [sent, throttle_ms, suppressed] = throttle;
    const uint32_t op = op_of(key);
    state::Encoder& entry = out->entry(op, state::Part::kThrottles, std::string_view(key).substr(sizeof op));  // the channel, then the values
    entry.whole(sent);
    entry.whole(throttle_ms);
    entry.number(suppressed);
  }
}

Status OutputSequencer::load(const state::StateReader& in) {
  Status status = in.one(0, state::Part::kChannels, [&](state::Decoder* channels) -> Status {
    for (uint64_t& seq : seq_) seq = channels->number();
    any_ = channels->flag();
    last_.position = channels->number();
    last_.time = channels->whole();
    last_.op = static_cast<uint32_t>(channels->below(uint64_t{1} << 32));
    last_.key = channels->text();
    last_.ordinal = channels->number();
    last_channel_ = static_cast<Channel>(channels->below(kChannels));
    sweep_at_ = channels->number();
    if (channels->count() != given_.size()) return state::damaged(0, state::Part::kChannels);
    for (Given& given : given_) {
      given.alerts = channels->number();
      given.timeouts = channels->number();
    }
    return {};
  });
  for (size_t node = 0; node < given_.size() && status.ok(); ++node)
    status = in.each(static_cast<uint32_t>(node) + 1, state::Part::kThrottles,
                     [&](std::string_view key, state::Decoder* entry) { return load_throttle(static_cast<int>(node), key, entry); });
  count_throttles();
  return status;
}

Status OutputSequencer::load_throttle(int node, std::string_view key, state::Decoder* in) {
  const uint32_t op = static_cast<uint32_t>(node) + 1;
  if (key.empty() || static_cast<uint8_t>(key[0]) >= kChannels) return state::damaged(op, state::Part::kThrottles);
  std::string whole(reinterpret_cast<const char*>(&op), sizeof op);
  whole += key;
  Throttle throttle;
  throttle.sent = in->whole();
  throttle.throttle_ms = in->whole();
  throttle.suppressed = in->number();
  throttles_.emplace(std::move(whole), throttle);
  return {};
}

void OutputSequencer::release(std::vector<GivenRecords> makers, const Timeline& timeline) {
  timeline_ = &timeline;
  if (std::any_of(makers.begin(), makers.end(), [](const GivenRecords& m) { return !m.runs.empty(); })) {
    RecordMerge merge(std::move(makers));
    for (OutRecord r; merge.next(&r);) give(r);
    return sweep_upto(timeline.last);
  }
  std::vector<OutRecord> records = std::move(makers.front().records);
  for (size_t m = 1; m < makers.size(); ++m) std::move(makers[m].records.begin(), makers[m].records.end(), std::back_inserter(records));
  auto before = [](const OutRecord& a, const OutRecord& b) { return a.label < b.label; };
  if (!std::is_sorted(records.begin(), records.end(), before)) std::stable_sort(records.begin(), records.end(), before);
  for (const OutRecord& r : records) give(r);
  sweep_upto(timeline.last);
}

void OutputSequencer::give(const OutRecord& r) {
  // Records of one label are the faces of one result: on several channels, in the order of the channels.
  CEP_CHECK(!any_ || last_ < r.label || (last_ == r.label && last_channel_ < r.channel));
  any_ = true;
  last_ = r.label;
  last_channel_ = r.channel;
  sweep_upto(r.label.position);
  uint64_t suppressed = 0;
  if (r.throttle_ms >= 0 && !pass(r, &suppressed)) return;
  send(r, suppressed);
}

bool OutputSequencer::pass(const OutRecord& r, uint64_t* suppressed) {
  key_.clear();
  base::put(r.label.op, &key_);
  key_.push_back(static_cast<char>(r.channel));
  key_ += r.throttle_key;
  const int64_t time = r.throttle_time != base::kNoTime ? r.throttle_time : r.label.time;
  auto [at, is_new] = throttles_.try_emplace(key_, Throttle{time, r.throttle_ms, 0});
  if (is_new) {
    given_[r.label.op - 1].throttle_bytes.fetch_add(sizeof *at + key_.size(), std::memory_order_relaxed);
    return true;
  }
  Throttle& t = at->second;
  if (time - t.sent < r.throttle_ms) {
    ++t.suppressed;
    return false;
  }
  *suppressed = t.suppressed;
  t = {time, r.throttle_ms, 0};
  return true;
}

void OutputSequencer::sweep_upto(uint64_t position) {
  for (; sweep_at_ <= position; sweep_at_ += std::max(kSweepLeast, throttles_.size()))
    if (!throttles_.empty()) sweep(sweep_at_);
}

// Forgets what can hold nothing back any more and has nothing to tell. What its operator still gives lies not before the operator's clock; the clocks of others, and times of records of
// its own, which need not rise, say nothing. Changes no result.
void OutputSequencer::sweep(uint64_t position) {
  boost::unordered::erase_if(throttles_, [&](const auto& entry) {
    const Throttle& t = entry.second;
    const int clock = clock_of_[op_of(entry.first) - 1];
    if (t.suppressed != 0 || clock < 0) return false;
    const int64_t now = clock_before(*timeline_, clock, position);
    return now > t.sent && static_cast<uint64_t>(now) - static_cast<uint64_t>(t.sent) > static_cast<uint64_t>(t.throttle_ms);
  });
  if (throttles_.size() < throttles_.bucket_count() / 8) throttles_.rehash(0);
  count_throttles();
}

void OutputSequencer::count_throttles() {
  std::vector<uint64_t> bytes(given_.size());
  for (const auto& entry : throttles_) bytes[op_of(entry.first) - 1] += sizeof entry + entry.first.size();
  for (size_t node = 0; node < given_.size(); ++node) given_[node].throttle_bytes.store(bytes[node], std::memory_order_relaxed);
}

void OutputSequencer::send(const OutRecord& r, uint64_t suppressed) {
  int c = static_cast<int>(r.channel);
  bool numbered = r.channel != Channel::kStreams;
  ++seq_[c];
  if (r.channel == Channel::kAlerts) given_[r.node].alerts.fetch_add(1, std::memory_order_relaxed);
  if (r.channel == Channel::kTimeouts) given_[r.node].timeouts.fetch_add(1, std::memory_order_relaxed);
  if (!options_.want[c]) return;
  line_ = "{\"channel\":\"";
  line_ += channel_name(r.channel);
  line_ += '"';
  if (numbered) line_ += ",\"seq\":" + std::to_string(seq_[c]);
  line_ += r.head;
  if (suppressed) line_ += ",\"suppressed\":" + std::to_string(suppressed);
  line_ += r.tail;
  line_ += '}';
  Record out;
  out.channel = r.channel;
  out.seq = numbered ? seq_[c] : 0;
  if (r.node >= 0) out.name = plan_.nodes[r.node].name;
  out.line = line_;
  out.position = r.label.position;
  sink_(out);
}

}  // namespace cep::runtime
