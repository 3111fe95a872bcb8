// Windows, joins and tables in words, for `explain`.
#pragma once
#include <string>
#include <utility>
#include <vector>

#include "plan/explain_words.h"
#include "plan/physical/topology.h"

namespace cep::plan {

// A label and its text.
using Lines = std::vector<std::pair<std::string, std::string>>;

// As it was written: "sliding 10m every 5m offset 1m".
std::string assigner_text(const WindowAssigner& a);
// "tumbling windows of 10m", how results come, what is kept for a key and how long.
Lines window_lines(const Plan& plan, const Topology& topology, const Node& node);
Lines join_lines(const Plan& plan, const Node& node, const Files& files);
Lines table_lines(const Plan& plan, size_t table);

// "w from its key k to user_id"; empty where no input changes.
std::string exchange_text(const Plan& plan, const Topology& topology, const Node& node);

// The tables whose rows the node's expressions look up, in order.
std::vector<int> tables_of(const Node& node);

}  // namespace cep::plan
