#include "operators/window/emitter.h"

namespace cep::operators {

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
