// Drives a window operator with rows given as key, time and value, and keeps what comes out as texts:
// "a 0-10 on_time 2 5" is key, window, pane and the values of count() and sum(v) (and, if asked for, of
// collect, count_distinct, median, top 2, min, max and last); "-a …" takes back. The clock goes as the runtime's: first the row, then one step to the greatest time
// seen less the delay.
#pragma once
#include <algorithm>
#include <functional>
#include <memory>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "expr/aggregates.h"
#include "operators/window/window_operator.h"

namespace cep::test {

inline expr::AggregateCall window_call(const char* name, Type type, bool argument) {
  expr::AggregateCall c;
  c.function = expr::find_aggregate(name);
  c.type = type;
  if (!argument) return c;
  auto field = std::make_shared<expr::Expr>();
  field->op = expr::Op::kField;
  field->type = Type::kInt;
  field->slots = {0};
  c.argument = field;
  return c;
}

inline plan::WindowNode window_node(plan::WindowKind kind, int64_t size, bool list = false) {
  plan::WindowNode w;
  w.assigner.kind = kind;
  w.assigner.size_ms = w.assigner.slide_ms = size;
  w.aggregates.push_back(window_call("count", Type::kInt, false));
  w.aggregates.push_back(window_call("sum", Type::kInt, true));
  if (!list) return w;
  w.aggregates.push_back(window_call("collect", Type::kList, true));
  w.aggregates.push_back(window_call("count_distinct", Type::kInt, true));
  w.aggregates.push_back(window_call("median", Type::kDouble, true));
  w.aggregates.push_back(window_call("top", Type::kList, true));
  w.aggregates.back().k = 2;
  for (const char* name : {"min", "max", "last"}) w.aggregates.push_back(window_call(name, Type::kInt, true));
  return w;
}

class WindowHarness : public operators::WindowSink {
 public:
  explicit WindowHarness(const plan::WindowNode& node, int64_t delay = 0)
      : node_(node), delay_(delay), operator_(operators::make_window_operator(node_)) {}

  // Rows as "a5=3": key, time, value; separated by blanks. "|9" steps the clock to 9.
  WindowHarness& feed(const std::string& rows) {
    std::istringstream in(rows);
    for (std::string w; in >> w;) {
      if (w[0] == '|') {
        step(std::stoll(w.substr(1)));
        continue;
      }
      const size_t at = w.find('=');
      row(w.substr(0, 1), std::stoll(w.substr(1)),
          at == std::string::npos ? 1 : std::stoll(w.substr(at + 1)));
    }
    return *this;
  }
  WindowHarness& row(const std::string& key, int64_t time, int64_t value) {
    ++order_;
    if (operators::takes(node_, time, clock_)) {
      builder_.start(1);
      builder_.set(0, Value::integer(value));
      operator_->row(key, *builder_.finish(time, order_), order_, clock_, this);
    } else {
      out_.push_back("late " + key + std::to_string(time));
    }
    return step(time - delay_);
  }
  // The clock never goes back.
  WindowHarness& step(int64_t to) {
    if (to <= clock_) return *this;
    if (operator_->next_deadline() <= to) operator_->advance(clock_, to, this);
    clock_ = to;
    return *this;
  }
  WindowHarness& end() {
    operator_->advance(clock_, INT64_MAX, this);
    clock_ = INT64_MAX;
    return *this;
  }

  // What has come out since the last call.
  std::vector<std::string> take() { return std::exchange(out_, {}); }
  std::string text() {
    std::string all;
    for (const std::string& s : take()) all += (all.empty() ? "" : "; ") + s;
    return all;
  }
  operators::WindowOperator& op() { return *operator_; }
  const std::vector<int64_t>& times() const { return times_; }
  uint64_t results() const { return results_; }
  // Over (count, sum).
  std::function<bool(int64_t, int64_t)> having = [](int64_t, int64_t) { return true; };
  bool keep = true;  // texts, not only how many

  bool on_result(const operators::WindowResult& r) override {
    ++results_;
    if (!keep) return true;
    if (!r.retract && !having(r.aggregates[0].i, r.aggregates[1].i)) return false;
    static const char* const kPanes[] = {"early", "on_time", "late"};
    std::ostringstream s;
    s << (r.retract ? "-" : "") << r.key << ' ' << r.start << '-' << r.end << ' ' << kPanes[int(r.pane)];
    for (size_t i = 0; i < node_.aggregates.size(); ++i) {
      const Value& v = r.aggregates[i];
      s << ' ';
      if (v.type == Type::kList) s << v.str();
      if (v.type == Type::kDouble) s << v.d;
      if (v.type == Type::kInt) s << v.i;
    }
    out_.push_back(s.str());
    times_.push_back(r.time);
    return true;
  }

 private:
  const plan::WindowNode node_;
  const int64_t delay_;
  std::unique_ptr<operators::WindowOperator> operator_;
  event::RowBuilder builder_;
  std::vector<std::string> out_;
  std::vector<int64_t> times_;
  int64_t clock_ = INT64_MIN;
  uint64_t order_ = 0, results_ = 0;
};

}  // namespace cep::test
