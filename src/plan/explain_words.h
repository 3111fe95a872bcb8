// What the three forms of `explain` have in common: expressions as written, quantifiers and contiguities in
// words.
#pragma once
#include <string>
#include <vector>

#include "cep/diagnostic.h"
#include "plan/plan.h"

namespace cep::plan {

using Files = std::vector<SourceFile>;

// The source text of an expression, blanks and line ends joined; its canonical text where there is no source.
std::string written(const expr::ExprPtr& e, const Files& files);
// An expression over a match, in which a key field may stand under its own name.
std::string written(const expr::ExprPtr& e, const Node& node, const Files& files);
// A predicate: "amount > 5", "every event", "an event less than 5s after the last one taken".
std::string written(const Predicate& p, const Plan& plan, const Node& node, const Files& files);

std::string duration_text(int64_t ms);
// "5 events in a row", "one or more events"; empty for exactly one.
std::string quantity_words(const Stage& stage);
// As it was written: "times 2..4 greedy consecutive".
std::string quantity_text(const Stage& stage);
std::string_view contiguity_word(Contiguity c);
std::string_view level_word(Level level);
// "skip past last event".
std::string skip_text(const PatternNode& p);
// The message with its expressions between braces.
std::string message_text(const Alert& alert, const Node& node, const Files& files);
// "(user_id, country)"; one: "user_id"; none: empty.
std::string key_text(const std::vector<std::string>& names);
// The conditions of an edge: "p3 & !p1", "always".
std::string condition_text(const Condition& c);

}  // namespace cep::plan
