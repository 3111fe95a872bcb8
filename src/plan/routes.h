// Routes: the ways on which a row can come from who makes it (a source, a pattern, a window, a join) through derived streams to a reader. A line that a union reaches by two of its
// sources comes there twice, by two routes. They are numbered from 0 in the order in which the reader names its sources, and within a source in that source's own order: so adding the
// first number of the source that it comes through at each step gives a row's route, and comparing routes is comparing what was named first.
#pragma once
#include <cstdint>
#include <vector>

#include "plan/plan.h"

namespace cep::plan {

// A program is refused where a reader can be reached by more: each of them may bring a row of its own.
inline constexpr uint32_t kMostRoutes = 1'000'000;

// By node: how many routes there are to what it gives; at most kMostRoutes + 1, which stands for all beyond.
std::vector<uint32_t> count_routes(const Plan& plan);

// By input of a node: the first route that comes through it, for its readers the numbers below it are those of the inputs before it; one more entry: how many there are in all,
// at most kMostRoutes + 1. `routes`: of count_routes, known for the inputs.
std::vector<uint32_t> first_routes(const std::vector<Input>& inputs, const std::vector<uint32_t>& routes);

}  // namespace cep::plan
