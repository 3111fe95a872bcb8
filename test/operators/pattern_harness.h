// Drives a run evaluator with events written as text. An event is `LETTERS DIGITS [@TIME]`: it fits predicate 0 if it has an a, 1 for a b, up
// to 7 for an h; other letters fit nothing; without a time it comes 1 ms after the one before. Matches come out as the texts of their events
// in the order taken, without times: "a1b1".
#pragma once
#include <cstdlib>
#include <memory>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "operators/pattern/evaluator.h"
#include "operators/pattern_text.h"

namespace cep::test {

class PatternHarness : public operators::MatchSink {
 public:
  explicit PatternHarness(plan::PatternNode pattern, const Limits& limits = {})
      : pattern_(std::move(pattern)), evaluator_(operators::make_run_evaluator(pattern_, limits)) {}
  explicit PatternHarness(const std::string& text, const Limits& limits = {})
      : PatternHarness(compile_pattern(text), limits) {}

  // Events of key 1, separated by blanks.
  PatternHarness& feed(const std::string& events) {
    std::istringstream in(events);
    for (std::string w; in >> w;) one(1, w);
    return *this;
  }
  bool one(uint32_t key, const std::string& event) {
    const size_t at = event.find('@');
    const std::string name = event.substr(0, at);
    time_ = at == std::string::npos ? time_ + 1 : std::stoll(event.substr(at + 1));
    uint64_t bits = 0;
    for (char c : name)
      if (c >= 'a' && c <= 'h') bits |= uint64_t{1} << (c - 'a');
    builder_.start(2);
    builder_.set(0, Value::string(name));
    builder_.set(1, Value::integer(std::atoi(name.c_str() + name.find_first_of("0123456789"))));
    evaluator_->expire(time_, this);
    ++sequence_;
    return evaluator_->process(key, *builder_.finish(time_, sequence_), sequence_, &bits, this);
  }
  // Time passes.
  PatternHarness& until(int64_t time) {
    evaluator_->expire(time, this);
    return *this;
  }
  PatternHarness& end() { return until(INT64_MAX); }

  // What has come out since the last call, separated by blanks.
  std::string matches() { return std::exchange(matches_, ""); }
  std::string timeouts() { return std::exchange(timeouts_, ""); }
  std::string limits() { return std::exchange(limits_, ""); }
  std::string idle() { return std::exchange(idle_, ""); }
  // The times of the last match.
  int64_t match_end = -1, match_release = -1, timeout_end = -1;

  operators::Evaluator& evaluator() { return *evaluator_; }
  operators::Evaluator::Stats stats() const { return evaluator_->stats(); }

  void on_match(uint32_t, const operators::Match& match, int64_t end, int64_t release) override {
    add(&matches_, text_of(match));
    match_end = end;
    match_release = release;
  }
  void on_timeout(uint32_t, const operators::Match& match, int64_t end) override {
    add(&timeouts_, text_of(match));
    timeout_end = end;
  }
  void on_limit(uint32_t key, operators::LimitKind kind, uint64_t dropped, int64_t time) override {
    const std::string what = kind == operators::LimitKind::kRunsPerKey ? "runs" : "matches";
    add(&limits_, what + ":" + std::to_string(dropped) + "@" + std::to_string(time) + "/" + std::to_string(key));
  }
  void on_idle(uint32_t key) override { add(&idle_, std::to_string(key)); }

 private:
  static void add(std::string* list, const std::string& item) {
    if (!list->empty()) *list += ' ';
    *list += item;
  }
  static std::string text_of(const operators::Match& match) {
    std::string text;
    for (const operators::Match::Taken& t : match.taken()) text += t.row->get(0, Type::kString).str();
    return text;
  }

  plan::PatternNode pattern_;
  std::unique_ptr<operators::Evaluator> evaluator_;
  event::RowBuilder builder_;
  int64_t time_ = 0;
  uint64_t sequence_ = 0;
  std::string matches_, timeouts_, limits_, idle_;
};

// All matches of a pattern text on an event text, time included.
inline std::string matches_of(const std::string& pattern, const std::string& events) {
  return PatternHarness(pattern).feed(events).end().matches();
}

}  // namespace cep::test
