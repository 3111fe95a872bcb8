#include "cepctl/line_times.h"

namespace cep::cepctl {

LineTimes::LineTimes(std::shared_ptr<const plan::Plan> plan, const Limits& limits)
    : plan_(std::move(plan)), decoder_(limits) {
  for (const plan::Node& n : plan_->nodes) {
    if (n.kind != plan::NodeKind::kSource) continue;
    Stream s{&n, nullptr, {}};
    if (n.source.when != nullptr) s.when = std::make_unique<expr::Program>(n.source.when);
    if (n.source.time_field >= 0) s.time_only = {static_cast<uint16_t>(n.source.time_field)};
    streams_.push_back(std::move(s));
  }
}

LineTimes::Found LineTimes::find(std::string_view line, std::string_view default_stream, int64_t* time) {
  const event::LineKind& kind = decoder_.parse(line);
  if (kind.kind != event::LineKind::kEvent) return Found::kNone;
  const std::string_view name = kind.has_stream ? kind.stream : default_stream;
  for (const Stream& s : streams_) {
    const bool is_it = !name.empty()       ? s.node->name == name
                       : s.when != nullptr ? takes(s)
                                           : streams_.size() == 1;
    if (!is_it) continue;
    const Found found = of_stream(s, time);
    if (found != Found::kNone || !name.empty()) return found;
  }
  return Found::kNone;
}

LineTimes::Found LineTimes::of_stream(const Stream& s, int64_t* time) {
  const int field = s.node->source.time_field;
  if (field < 0) return Found::kTimeless;
  const bool read = decoder_.decode(s.node->schema, field, &s.time_only, &row_, time).empty();
  return read ? Found::kTime : Found::kNone;
}

// Whether the stream's `when` holds for the current line.
bool LineTimes::takes(const Stream& s) {
  int64_t ignored = 0;
  if (!decoder_.decode(s.node->schema, -1, &s.node->source.when_fields, &row_, &ignored).empty())
    return false;
  arena_.reset();
  expr::EvalContext c;
  c.row = row_.finish(0, 0);
  c.arena = &arena_;
  return s.when->holds(c);
}

std::vector<std::string> LineTimes::timeless() const {
  std::vector<std::string> names;
  for (const Stream& s : streams_)
    if (s.node->source.time_field < 0) names.push_back(s.node->name);
  return names;
}

}  // namespace cep::cepctl
