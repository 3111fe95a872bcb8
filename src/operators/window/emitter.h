// How results go out: what was sent for a window and not yet taken back is sent again as a retraction first
// (`retracting`), then the new result; what `having` held back is not remembered.
#pragma once
#include <string_view>
#include <vector>

#include "operators/window/state_pool.h"
#include "operators/window/window_operator.h"

namespace cep::operators {

// A result that may have to be taken back.
struct SentResult {
  int64_t start, end;
  Pane pane;
  std::vector<OwnedValue> values;
};
using Sent = std::vector<SentResult>;

// `calls`: those of the window, of which the values are.
void write_sent(const Sent& sent, const std::vector<expr::AggregateCall>& calls, state::Encoder* out);
Sent read_sent(const std::vector<expr::AggregateCall>& calls, state::Decoder* in);

class Emitter {
 public:
  // `remember`: results may be followed by others of the same window, which take them back.
  Emitter(const expr::AggregateSet& set, bool remember) : set_(set), remember_(remember) {
    context_.arena = &arena_;
  }
  Emitter(const Emitter&) = delete;
  Emitter& operator=(const Emitter&) = delete;

  // `sent`: what the window has out, in the order of starts; null where nothing is taken back.
  void fire(const WindowResult& what, const StatePool::State& state, Sent* sent, WindowSink* sink);
  expr::EvalContext& context() { return context_; }
  expr::Arena& arena() { return arena_; }

 private:
  const expr::AggregateSet& set_;
  bool remember_;
  expr::Arena arena_;
  expr::EvalContext context_;
  std::vector<Value> values_, old_;
};

}  // namespace cep::operators
