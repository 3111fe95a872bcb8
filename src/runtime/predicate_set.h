// The predicates of all patterns of one lane that read the event alone: each distinct one is evaluated once per row, into a bit set; and which patterns
// a row can begin a match of. Where many predicates ask one field for equality with a constant, an index finds those that can hold.
#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "event/row.h"
#include "expr/program.h"
#include "plan/plan.h"
#include "state/key_codec.h"

namespace cep::runtime {

class PredicateSet {
 public:
  void set_tables(const expr::Tables* tables) { context_.tables = tables; }

  // Adds the predicates of a pattern and returns its number here (0, 1, …).
  int add(const plan::PatternNode& pattern);

  // Evaluates everything for a row.
  void evaluate(const event::Row& row);

  // The bits of a pattern in its own numbering, for the last row. Valid until the next call.
  const uint64_t* bits_of(int pattern);

  // The patterns that the last row can begin, in order.
  const std::vector<int>& candidates();

  uint64_t faults() const { return context_.faults; }

 private:
  struct TextHash {
    using is_transparent = void;
    size_t operator()(std::string_view s) const { return state::key_hash(s); }
  };
  struct Shared {
    int input;
    std::vector<expr::Program> program;   // 0 or 1: none is true for every row of the input
    std::vector<int> begins;              // patterns for which it is the trigger
  };
  struct Pattern {
    std::vector<std::pair<int, int>> map;  // own number, shared number
    bool identity = false;                 // the own numbers are the shared ones
    size_t words = 1;
    bool always = false;                   // may begin at any event
  };
  // Predicates that hold only if a field has one of these values.
  struct EqualityIndex {
    uint16_t slot = 0;
    int input = -1;
    Type type = Type::kNull;
    std::unordered_map<std::string, std::vector<int>, TextHash, std::equal_to<>> by_value;
    size_t predicates = 0;
  };

  int share(const plan::Predicate& p);
  void index(int number, const plan::Predicate& p);
  void evaluate_one(int number);
  void evaluate_indexed(const EqualityIndex& index, const event::Row& row);
  void add_triggers(const plan::PatternNode& pattern, int number, const std::vector<int>& shared);
  bool test(size_t word, int bit) const { return bits_[word] >> bit & 1; }

  std::vector<Shared> shared_;
  std::unordered_map<std::string, int> by_text_;  // only looked up
  std::vector<EqualityIndex> indexes_;
  std::vector<int> plain_;     // predicates that no index finds
  std::vector<Pattern> patterns_;
  std::vector<int> always_;
  std::vector<uint64_t> bits_, local_;
  std::vector<uint64_t> marks_;
  std::vector<int> candidates_;
  expr::Arena arena_;
  expr::EvalContext context_;
};

}  // namespace cep::runtime
