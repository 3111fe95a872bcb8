// `rolling D`: one item per event, oldest first. Rows come in the order of event time, and what is forgotten
// by then is decided by the row alone: steps of the clock only free memory.
#include "operators/window/operator_base.h"
#include "operators/window/sliding_fold.h"

namespace cep::operators {
namespace {

class RollingWindow final : public OperatorBase {
 public:
  explicit RollingWindow(const plan::WindowNode& w) : OperatorBase(w, false), size_(w.assigner.size_ms) {}
  ~RollingWindow() override {
    keys_.for_each([&](Key& key) { key.data.clear(&pool_); });
  }

  void row(std::string_view bytes, const event::Row& row, uint64_t order, int64_t,
           WindowSink* sink) override {
    emitter_.arena().reset();
    Key& key = keys_.find_or_create(bytes);
    SlidingFold& fold = key.data;
    if (!fold.empty() && limit_of(key) <= row.time) fold.clear(&pool_);
    note_time(&key, row.time);
    while (!fold.empty() && add_time(fold.front_time(), size_) <= row.time) fold.pop(&pool_);
    State* state = pool_.take();
    add(state, row, order);
    fold.push({row.time, row.time, state}, &pool_);
    WindowResult r;
    r.key = key.bytes;
    r.start = row.time - size_ + 1;
    r.end = add_time(row.time, 1);
    r.time = row.time;
    emitter_.fire(r, *fold.all(&pool_, scratch_).state, nullptr, sink);
    keys_.wake_at(key, forgotten_at(key));
  }
  int64_t next_deadline() const override { return keys_.next(); }
  void advance(int64_t, int64_t to, WindowSink*) override {
    keys_.wake_until(to, [&](Key& key, int64_t time) {
      if (forgotten_at(key) > time) return keys_.wake_at(key, forgotten_at(key));
      key.data.clear(&pool_);
      keys_.release(&key);
    });
  }
  void save(uint32_t op, state::StateWriter* out) const override {
    save_keys(keys_, op, out, [this](const SlidingFold& fold, state::Encoder* entry) { fold.write(pool_, entry); });
  }
  Status load(uint32_t op, const state::StateReader& in) override {
    return load_keys(op, in, &keys_, [this](state::Decoder* entry, SlidingFold* fold) { return fold->read(&pool_, entry); });
  }
  Stats stats() const override {
    Stats s{keys_.size(), 0, keys_.bytes() + pool_.live_bytes()};
    keys_.for_each([&](const Key& key) {
      s.windows += key.data.size();
      s.bytes += key.data.bytes(pool_);
    });
    return s;
  }

 private:
  using Keys = KeyTable<SlidingFold>;
  using Key = Keys::Key;

  // No event of its own is in any later window, or the key is not to be kept so long.
  int64_t forgotten_at(const Key& key) const {
    return std::min(add_time(key.last_time, size_), limit_of(key));
  }

  const int64_t size_;
  Keys keys_;
};

}  // namespace

std::unique_ptr<WindowOperator> make_rolling_operator(const plan::WindowNode& window) {
  return std::make_unique<RollingWindow>(window);
}

}  // namespace cep::operators
