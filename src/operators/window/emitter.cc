#include "operators/window/emitter.h"

namespace cep::operators {

void write_sent(const Sent& sent, const std::vector<expr::AggregateCall>& calls, state::Encoder* out) {
  out->number(sent.size());
  for (const auto& [start, end, pane, values] : sent) {
    out->whole(start);
    out->whole(end);
    out->number(static_cast<uint64_t>(pane));
    for (size_t i = 0; i < calls.size(); ++i) out->value_of(calls[i].type, values[i].get());
  }
}

Sent read_sent(const std::vector<expr::AggregateCall>& calls, state::Decoder* in) {
  Sent sent(in->count());
  for (SentResult& s : sent) {
    s.start = in->whole();
    s.end = in->whole();
    s.pane = static_cast<Pane>(in->below(static_cast<uint64_t>(Pane::kLate) + 1));
    for (const expr::AggregateCall& call : calls) s.values.emplace_back(in->value_of(call.type));
  }
  return sent;
}

void Emitter::fire(const WindowResult& what, const StatePool::State& state, Sent* sent, WindowSink* sink) {
  arena_.reset();
  values_.clear();
  set_.results(state, context_, &values_);
  if (sent != nullptr) {
    for (const SentResult& s : *sent) {
      old_.clear();
      for (const OwnedValue& v : s.values) old_.push_back(v.get());
      WindowResult back = what;
      back.start = s.start;
      back.end = s.end;
      back.pane = s.pane;
      back.retract = true;
      back.aggregates = old_.data();
      sink->on_result(back);
    }
    sent->clear();
  }
  WindowResult r = what;
  r.aggregates = values_.data();
  const bool passed = sink->on_result(r);
  if (!passed || !remember_ || sent == nullptr) return;
  SentResult out{r.start, r.end, r.pane, {}};
  for (const Value& v : values_) out.values.emplace_back(v);
  sent->push_back(std::move(out));
}

}  // namespace cep::operators
