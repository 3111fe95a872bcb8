// What an event does to a run in a state: which edges it takes, over PROCEED edges too, as a list. It depends
// on the state and the values of the predicates that its edges read, so it is computed once for each
// combination that occurs and remembered. Shared by all evaluators.
#pragma once
#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <deque>
#include <span>
#include <vector>

#include "plan/plan.h"

namespace cep::operators {

// One edge taken. In the order of preference.
struct OutcomeStep {
  int32_t stage;     // the event joins this stage; -1: it is ignored
  uint32_t target;   // plan::kFinal: no run goes on
  bool final;        // a match comes out
};

// Values of predicates that read the history of the run in question.
class HistoryValues {
 public:
  virtual ~HistoryValues() = default;
  virtual bool holds(uint16_t predicate) = 0;
};

class OutcomeTable {
 public:
  using Steps = std::span<const OutcomeStep>;

  // Both must outlive it.
  OutcomeTable(const plan::Nfa& nfa, const std::vector<plan::Predicate>& predicates);

  // Must be called before the look-ups of the next event.
  void next_event() { ++event_; }

  // The steps of a run in `state`. `history` is asked only for predicates that matter, each at most once.
  // Valid until the next call. For the start state IGNORE steps mean nothing: a run that has taken nothing
  // ignores nothing.
  Steps steps(uint32_t state, const uint64_t* bits, HistoryValues* history) {
    Row& row = rows_[state];
    if (row.event != event_) {
      row.entry = find_entry(state, bits);
      row.event = event_;
    }
    if (row.entry == kNotKept) return fresh_steps(state, bits, history);
    const Entry& e = entries_[row.entry];
    if (e.needs.empty()) return {all_.data() + e.outcome.first, e.outcome.count};
    return steps_by_history(state, row.entry, bits, history);
  }

 private:
  static constexpr uint32_t kNotKept = 0;  // no entry: there is no room to remember it

  struct Outcome {
    uint32_t first = 0, count = 0;
  };
  // For one combination of values of a state's event predicates.
  struct Entry {
    Outcome outcome;                // if it needs no history
    std::vector<uint16_t> needs;    // history predicates that still matter
    boost::unordered_flat_map<uint64_t, Outcome> by_history;
  };
  struct Row {
    uint64_t event = 0;             // the event of `entry`
    uint32_t entry = kNotKept;
    bool ready = false;             // event_predicates is filled in
    std::vector<uint16_t> event_predicates;
    std::vector<uint32_t> dense;    // entry by values of event_predicates; 0: not known yet
    boost::unordered_flat_map<uint64_t, uint32_t> sparse;
  };

  void find_predicates(uint32_t state);
  uint32_t find_entry(uint32_t state, const uint64_t* bits);
  uint32_t make_entry(uint32_t state, const uint64_t* bits);
  Steps fresh_steps(uint32_t state, const uint64_t* bits, HistoryValues* history);
  Steps steps_by_history(uint32_t state, uint32_t entry, const uint64_t* bits, HistoryValues* history);
  void set_event_values(uint32_t state, const uint64_t* bits);
  Outcome keep_steps();

  // Fills found_ and needs_; needs_ empty: found_ is exact.
  void walk(uint32_t state);
  void keep_finals();
  bool ends(uint32_t state);
  bool possible(const plan::Condition& when);

  enum Truth : uint8_t { kFalse, kTrue, kUnknown };

  const plan::Nfa& nfa_;
  const std::vector<plan::Predicate>& predicates_;
  uint64_t event_ = 1;
  std::vector<Row> rows_;
  std::deque<Entry> entries_;          // number 0 is not used
  std::vector<OutcomeStep> all_;
  uint64_t dense_left_;

  std::vector<Truth> values_;          // by predicate, while walking
  std::vector<OutcomeStep> found_;
  std::vector<uint16_t> needs_;
  std::vector<uint32_t> todo_, todo_ends_;
};

// Whether the start state can TAKE an event: a test on the bits alone, for every row of the stream.
class BeginTest {
 public:
  BeginTest(const plan::Nfa& nfa, const std::vector<plan::Predicate>& predicates);

  // No false negatives; true also where only the history could say no.
  bool operator()(const uint64_t* bits) const {
    const uint64_t* t = tests_.data();
    const uint64_t* const end = t + tests_.size();
    if (words_ == 1) {
      for (; t != end; t += 2)
        if ((bits[0] & t[0]) == t[1]) return true;
      return always_;
    }
    for (; t != end; t += 2 * words_)
      if (fits(t, bits)) return true;
    return always_;
  }

 private:
  bool fits(const uint64_t* test, const uint64_t* bits) const {
    for (size_t w = 0; w < words_; ++w)
      if ((bits[w] & test[2 * w]) != test[2 * w + 1]) return false;
    return true;
  }

  bool always_ = false;
  size_t words_ = 1;
  std::vector<uint64_t> tests_;  // a conjunction: for each word the bits that matter and their values
};

}  // namespace cep::operators
