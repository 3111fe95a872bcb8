// collect: all values in the order of events (collection.h).
#include "expr/aggregates/collection.h"
#include "expr/aggregates/one_or_many.h"

namespace cep::expr {

std::unique_ptr<Accumulator> make_collect(const AggregateCall& call) {
  return accumulator_of<OneOrMany<Collection>>(call);
}

}  // namespace cep::expr
