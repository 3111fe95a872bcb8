// What names mean at one place of a program: the current event's fields, the stages of a pattern, the names
// of a `select`.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "lang/binder_context.h"
#include "plan/pattern.h"

namespace cep::lang {

// A stage as expressions see it.
struct ScopeStage {
  std::string name;
  bool negated = false;
  bool optional = false;     // it or a group round it may be left out
  int input = -1;            // limited to this input; -1: any
  std::vector<int> repeats;  // the repeated groups round it, by number
};

// Everything a pattern's expressions can name beside fields.
struct PatternScope {
  std::vector<const Shape*> inputs;
  std::vector<std::string> input_names;
  std::vector<ScopeStage> stages;         // order of the text, groups inlined
  std::vector<std::string> keys;          // names of the first source
  std::vector<expr::ExprPtr> key_values;  // over what was taken; null: wrong, already reported

  int find_stage(std::string_view name) const;
  int find_input(std::string_view name) const;
};

struct Scope {
  enum Place : uint8_t {
    kConstant,   // let, durations, bounds: no event
    kRow,        // a stream's own rows
    kCondition,  // of a stage: the current event and what was taken before it
    kResult,     // `select` of a pattern: what was taken
    kMessage,    // messages and throttle keys: that and the names of `select`
  };
  Place place = kConstant;
  std::vector<const Shape*> rows;       // inputs of the reader; empty: there is no current event
  int only_input = -1;                  // the stage's source
  std::vector<std::string> qualifiers;  // names that stand for the current event (`as ALIAS`)
  const PatternScope* pattern = nullptr;
  int own_stage = -1;           // kCondition: the stage whose condition it is; -1: a group's
  std::vector<bool> reachable;  // kCondition: by stage, whether it can have taken an event
  bool names_alone = false;     // throttle keys: `STAGE.FIELD` cannot be written
  const std::vector<plan::NamedExpr>* selected = nullptr;  // an expression that is null: wrong, reported
};

// Where a field is in the rows of a reader.
struct FieldPlace {
  enum Status : uint8_t {
    kFound,
    kSilent,   // its declaration is wrong: say nothing
    kMissing,  // no input has it
    kPartly,   // some inputs lack it: `without` names one
    kDiffers,  // not of one type: `type` in the first input that has it, `other` in another
  } status = kMissing;
  Type type = Type::kNull;
  Type other = Type::kNull;
  std::vector<uint16_t> slots;  // one per input
  int with = -1;                // an input that has it
  int without = -1;             // one that lacks it, or has it with type `other`
};

FieldPlace find_field(const std::vector<const Shape*>& rows, int only_input, std::string_view name);

// Names of all fields, for "did you mean".
std::vector<std::string> field_names(const std::vector<const Shape*>& rows, int only_input);

}  // namespace cep::lang
