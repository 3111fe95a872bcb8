// Windows, joins and tables in words, for `explain`.
#pragma once
#include <string>
#include <utility>
#include <vector>

#include "plan/explain_words.h"

namespace cep::plan {

// A label and its text.
using Lines = std::vector<std::pair<std::string, std::string>>;

// As it was written: "sliding 10m every 5m offset 1m".
std::string assigner_text(const WindowAssigner& a);
// Windows that are put together from parts: how long a part is and how many make a window. {0, 0}: of others.
struct Panes {
  int64_t length_ms = 0;
  int64_t per_window = 0;
};
Panes panes_of(const WindowAssigner& a);

// "tumbling windows of 10m", how results come, what is kept for a key and how long.
Lines window_lines(const Plan& plan, const Node& node);
Lines join_lines(const Plan& plan, const Node& node, const Files& files);
Lines table_lines(const Plan& plan, size_t table);

// The fields of a node's stream by which its rows lie on the shards; nothing known: not `known` (of sources and
// what is made from them event by event: they come in order of arrival, and go to the shard of each reader's key).
struct Placement {
  bool known = false;
  std::vector<uint16_t> slots;  // known, and empty: all on one shard
};
Placement placement_of(const Plan& plan, int node);
// Whether rows change their shard on the way into this input.
bool is_exchange(const Plan& plan, const Input& input);
// "w from its key k to user_id"; empty where no input changes.
std::string exchange_text(const Plan& plan, const Node& node);

// The tables whose rows the node's expressions look up, in order.
std::vector<int> tables_of(const Node& node);

}  // namespace cep::plan
