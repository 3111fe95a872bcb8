// What names mean at one place of a program: the current event's fields, the stages of a pattern, the names
// of a `select`.
#pragma once
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "lang/binder_context.h"
#include "plan/pattern.h"
#include "plan/window.h"

namespace cep::lang {

// A stage as expressions see it.
struct ScopeStage {
  std::string name;
  bool negated = false;
  bool optional = false;     // it or a group round it may be left out
  bool loop = false;         // has a quantifier: it may take more than one event
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

// What the results of a window can name: its keys, its bounds, and aggregates over its rows.
struct WindowScope {
  const Shape* source = nullptr;
  std::string source_name;
  std::vector<std::string> keys;
  std::vector<Type> key_types;
  std::vector<bool> key_bad;  // its declaration is wrong: say nothing
  // The distinct calls so far, and their numbers by what they compute.
  std::vector<expr::AggregateCall> aggregates;
  std::map<std::string, int> numbers;

  int find_key(std::string_view name) const;
};

// What a join's expressions can name: the fields of both sides, and its key fields bare.
struct JoinScope {
  const Shape* sides[2] = {};
  std::string names[2];           // alias, or the source's name
  std::string sources[2];
  std::vector<std::string> keys;  // names of the first source

  int find_side(std::string_view name) const;
};

struct Scope {
  enum Place : uint8_t {
    kConstant,   // let, durations, bounds: no event
    kRow,        // a stream's own rows
    kCondition,  // of a stage: the current event and what was taken before it
    kResult,     // `select` of a pattern, a window or a join, `where` of a join: what was taken
    kHaving,     // that and the names of `select`
    kMessage,    // messages and throttle keys: the same
  };
  Place place = kConstant;
  std::vector<const Shape*> rows;       // inputs of the reader; empty: there is no current event
  int only_input = -1;                  // the stage's source
  std::vector<std::string> qualifiers;  // names that stand for the current event (`as ALIAS`)
  const PatternScope* pattern = nullptr;
  WindowScope* window = nullptr;      // in results of a window; collects its aggregates
  const JoinScope* join = nullptr;    // in expressions of a join
  std::string_view no_aggregates;     // why none can stand here and the way out; empty: there is no window at all
  std::string_view no_tables;         // the same for look-ups in tables; empty: they can
  int own_stage = -1;           // kCondition: the stage whose condition it is; -1: a group's
  std::vector<bool> reachable;  // kCondition: by stage, whether it can have taken an event
  bool names_alone = false;     // throttle keys: `STAGE.FIELD` cannot be written
  bool lists = false;           // the whole expression may be a list (`collect`, `top`)
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
