#include "operators/naive_windows.h"

#include <algorithm>
#include <sstream>
#include <tuple>

namespace cep::test {
namespace {

using plan::Accumulation;
using plan::WindowKind;

int64_t plus(int64_t a, int64_t b) { return a > INT64_MAX - b ? INT64_MAX : a + b; }

// The least multiple of d that is greater than t.
int64_t multiple_after(int64_t t, int64_t d) {
  int64_t m = t / d * d;
  while (m > t) m -= d;
  while (m <= t) m += d;
  return m;
}

// " distinct median [top 2] min max last".
template <class Events>
std::string others_of(const Events& events) {
  std::map<int64_t, int64_t> counts;
  std::vector<int64_t> values;
  for (const auto& e : events) {
    ++counts[e.value];
    values.push_back(e.value);
  }
  std::sort(values.begin(), values.end());
  std::vector<std::pair<int64_t, int64_t>> ranks;  // less: more frequent, then smaller
  for (const auto& [value, count] : counts) ranks.emplace_back(-count, value);
  std::sort(ranks.begin(), ranks.end());
  const size_t n = values.size();
  std::ostringstream s;
  s << ' ' << counts.size() << ' ' << static_cast<double>(values[(n - 1) / 2] + values[n / 2]) / 2 << " [" << ranks[0].second;
  if (ranks.size() > 1) s << ',' << ranks[1].second;
  s << "] " << values.front() << ' ' << values.back() << ' ' << events.back().value;
  return s.str();
}

}  // namespace

int64_t NaiveWindows::limit(const Key& k) const {
  return node_.limit_keys_ms < 0 ? INT64_MAX : plus(k.last_time, node_.limit_keys_ms);
}

void NaiveWindows::row(const std::string& key, int64_t time, int64_t value, uint64_t order, int64_t clock) {
  Key& k = keys_[key];
  const Event e{time, order, value};
  if (node_.assigner.kind == WindowKind::kRolling && limit(k) <= time) k = Key{};
  // An event that is in no window (they may be further apart than they are long) does not touch the key.
  const plan::WindowAssigner& a = node_.assigner;
  if (a.kind == WindowKind::kSliding &&
      ((time - a.offset_ms) % a.slide_ms + a.slide_ms) % a.slide_ms >= a.size_ms)
    return;
  k.last_time = std::max(k.last_time, time);
  switch (node_.assigner.kind) {
    case WindowKind::kTumbling:
    case WindowKind::kSliding:
      row_aligned(&k, key, e, clock);
      break;
    case WindowKind::kSession:
      row_session(&k, key, e, clock);
      break;
    case WindowKind::kRolling:
      row_rolling(&k, key, e);
      return;
    default:
      row_counted(&k, key, e);
      break;
  }
  forget(clock);
}

void NaiveWindows::row_aligned(Key* k, const std::string& key, const Event& e, int64_t clock) {
  const plan::WindowAssigner& a = node_.assigner;
  const int64_t slide = a.kind == WindowKind::kTumbling ? a.size_ms : a.slide_ms;
  for (int64_t start = a.offset_ms - 1000 * slide; start <= e.time; start += slide) {
    const int64_t end = start + a.size_ms;
    if (e.time >= end || plus(end, node_.lateness_ms) <= clock) continue;
    auto w =
        std::find_if(k->windows.begin(), k->windows.end(), [&](const Window& x) { return x.end == end; });
    if (w == k->windows.end()) {
      Window fresh{};
      fresh.start = start;
      fresh.end = end;
      fresh.opened =
          node_.early_every_ms > 0 ? multiple_after(std::max(e.time, clock), node_.early_every_ms) : 0;
      w = k->windows.insert(w, fresh);
    }
    arrive(key, &*w, e, clock);
  }
}

void NaiveWindows::row_session(Key* k, const std::string& key, const Event& e, int64_t clock) {
  Window merged{};
  merged.start = e.time;
  merged.end = e.time + node_.assigner.size_ms;
  merged.opened = INT64_MAX;
  const int64_t start = merged.start, end = merged.end;
  std::vector<Window> others;
  std::sort(k->windows.begin(), k->windows.end(),
            [](const Window& a, const Window& b) { return a.start < b.start; });
  for (const Window& w : k->windows) {
    if (w.start > end || w.end < start) {
      others.push_back(w);
      continue;
    }
    merged.start = std::min(merged.start, w.start);
    merged.end = std::max(merged.end, w.end);
    merged.all.insert(merged.all.end(), w.all.begin(), w.all.end());
    merged.news.insert(merged.news.end(), w.news.begin(), w.news.end());
    merged.sent.insert(merged.sent.end(), w.sent.begin(), w.sent.end());
    merged.count += w.count;
    merged.opened = std::min(merged.opened, w.opened);
  }
  if (merged.opened == INT64_MAX && merged.end > clock && node_.early_every_ms > 0)
    merged.opened = multiple_after(std::max(e.time, clock), node_.early_every_ms);
  others.push_back(merged);
  k->windows = others;
  arrive(key, &k->windows.back(), e, clock);
}

void NaiveWindows::arrive(const std::string& key, Window* w, const Event& e, int64_t clock) {
  w->all.push_back(e);
  w->news.push_back(e);
  if (w->end <= clock) {
    w->fired = true;
    return fire(key, w, "late");
  }
  if (node_.early_count <= 0 || ++w->count < node_.early_count) return;
  w->count = 0;
  fire(key, w, "early");
}

void NaiveWindows::row_counted(Key* k, const std::string& key, const Event& e) {
  const bool global = node_.assigner.kind == WindowKind::kGlobal;
  const size_t n = static_cast<size_t>(node_.assigner.count);
  const size_t every = static_cast<size_t>(global ? node_.early_count : node_.assigner.count_every);
  k->all.push_back(e);
  if (++k->since < every) return;
  k->since = 0;
  Events in = k->all;
  if (!global && in.size() > n) in.erase(in.begin(), in.end() - static_cast<ptrdiff_t>(n));
  if (global && node_.accumulation == Accumulation::kDiscarding)
    in.erase(in.begin(), in.end() - static_cast<ptrdiff_t>(every));
  int64_t first = INT64_MAX, last = INT64_MIN;
  for (const Event& x : in) {
    first = std::min(first, x.time);
    last = std::max(last, x.time);
  }
  for (const Sent& s : k->sent) out.push_back("-" + key + s.text);
  k->sent.clear();
  std::string text;
  if (emit(key, first, last + 1, global ? "early" : "on_time", in, &text) && global &&
      node_.accumulation == Accumulation::kRetracting)
    k->sent.push_back({first, text});
}

void NaiveWindows::row_rolling(Key* k, const std::string& key, const Event& e) {
  k->all.push_back(e);
  Events in;
  for (const Event& x : k->all)
    if (x.time > e.time - node_.assigner.size_ms) in.push_back(x);
  std::string text;
  emit(key, e.time - node_.assigner.size_ms + 1, e.time + 1, "on_time", in, &text);
}

void NaiveWindows::fire(const std::string& key, Window* w, const char* pane) {
  for (const Sent& s : w->sent) out.push_back("-" + key + s.text);
  w->sent.clear();
  const bool discarding = node_.accumulation == Accumulation::kDiscarding;
  std::string text;
  const bool passed = emit(key, w->start, w->end, pane, discarding ? w->news : w->all, &text);
  if (passed && node_.accumulation == Accumulation::kRetracting) w->sent.push_back({w->start, text});
  w->news.clear();
}

bool NaiveWindows::emit(const std::string& key, int64_t start, int64_t end, const char* pane,
                        const Events& events, std::string* text) {
  Events sorted = events;
  std::sort(sorted.begin(), sorted.end(), [](const Event& a, const Event& b) {
    return std::tie(a.time, a.order) < std::tie(b.time, b.order);
  });
  int64_t sum = 0;
  std::string values;
  for (const Event& e : sorted) {
    sum += e.value;
    values += (values.empty() ? "" : ",") + std::to_string(e.value);
  }
  std::ostringstream s;
  s << ' ' << start << '-' << end << ' ' << pane << ' ' << sorted.size() << ' ' << sum;
  if (list_) s << " [" << values << ']' << others_of(sorted);
  *text = s.str();
  if (sum >= cap_) return false;
  out.push_back(key + *text);
  return true;
}

// The first moment after `from` at which the window is looked at, if there is anything new.
int64_t NaiveWindows::early_moment(const Window& w, int64_t from) const {
  if (node_.early_every_ms <= 0 || w.news.empty()) return INT64_MAX;
  int64_t m = w.opened;
  while (m <= from) m += node_.early_every_ms;
  return m;
}

void NaiveWindows::advance(int64_t from, int64_t to) {
  std::vector<Due> due;
  for (const auto& [key, k] : keys_) {
    for (const Window& w : k.windows) {
      if (w.fired) continue;
      if (w.end <= to && w.end <= limit(k)) {
        if (node_.accumulation != Accumulation::kDiscarding || !w.news.empty())
          due.push_back({w.end, key, w.end, false});
        continue;
      }
      const int64_t m = early_moment(w, from);
      if (m <= to && m <= limit(k)) due.push_back({m, key, w.end, true});
    }
  }
  std::sort(due.begin(), due.end(), [](const Due& a, const Due& b) {
    return std::tie(a.time, a.key, a.end) < std::tie(b.time, b.key, b.end);
  });
  for (const Due& d : due)
    for (Window& w : keys_[d.key].windows)
      if (w.end == d.end) fire(d.key, &w, d.early ? "early" : "on_time");
  for (auto& [key, k] : keys_)
    for (Window& w : k.windows) w.fired |= w.end <= to;
  forget(to);
}

void NaiveWindows::forget(int64_t clock) {
  if (node_.assigner.kind == WindowKind::kRolling) return;
  for (auto k = keys_.begin(); k != keys_.end();) {
    std::erase_if(k->second.windows,
                  [&](const Window& w) { return plus(w.end, node_.lateness_ms) <= clock; });
    k = limit(k->second) <= clock ? keys_.erase(k) : std::next(k);
  }
}

}  // namespace cep::test
