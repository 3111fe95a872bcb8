#include "server/http_rates.h"

namespace cep::server {

void Rates::sample(uint64_t now_us, const std::vector<StreamStats>& streams) {
  constexpr uint64_t kApartUs = 500'000;
  if (!samples_.empty() && now_us < samples_.back().at_us + kApartUs) return;
  Sample made;
  made.at_us = now_us;
  for (const StreamStats& s : streams) {
    made.order.push_back(s.name);
    made.streams[s.name] = {s.events, s.late, s.rejected};
  }
  samples_.push_back(std::move(made));
  if (samples_.size() > kSamplesMax) samples_.pop_front();
}

std::vector<StreamRate> Rates::per_second() const {
  std::vector<StreamRate> out;
  if (samples_.empty()) return out;
  const Sample& first = samples_.front();
  const Sample& last = samples_.back();
  const double seconds = static_cast<double>(last.at_us - first.at_us) / 1e6;
  auto rate = [&](uint64_t before, uint64_t now) { return seconds > 0 && now >= before ? static_cast<double>(now - before) / seconds : 0.0; };
  for (const std::string& name : last.order) {
    const Counts& now = last.streams.at(name);
    auto at = first.streams.find(name);
    const Counts before = at == first.streams.end() ? Counts{} : at->second;
    out.push_back({name, rate(before.events, now.events), rate(before.late, now.late), rate(before.rejected, now.rejected)});
  }
  return out;
}

}  // namespace cep::server
