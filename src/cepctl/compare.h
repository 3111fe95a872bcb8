// Records that came against records that were expected in a case of `cepctl test`, by these
// rules. Tests: test/cepctl/compare_test.cc.
//   1. An expected record names the members that matter; the others are not compared, inside `fields`, `key`
//   and events too. The stages of
//      `match` are compared whole: one that is not named must have taken nothing.
//   2. An expected null fits a missing member. Numbers compare by value, doubles within 1e-9 (relative above
//   1).
//   3. An event may be written as the value of its `event_id` field.
//   4. As many records as expected, in order or, with `any_order`, as a bag: then there must be a perfect
//   matching, since one that came may fit
//      several that were expected.
#pragma once
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "config/yaml.h"

namespace cep::cepctl {

using Json = nlohmann::ordered_json;

struct CompareRules {
  std::string event_id;  // empty: none
  bool any_order = false;
};

// Whether a record fits. If not and `why` is given, it says where they part: "fields.n: expected 5, came 6".
bool fits(const config::YamlNode& expected, const Json& record, const CompareRules& rules,
          std::string* why = nullptr);

// Numbers of expected records without a partner, and of records that came without one.
struct Difference {
  std::vector<size_t> missing;
  std::vector<size_t> extra;
  bool only_order = false;  // all are there, in another order
  bool none() const { return missing.empty() && extra.empty(); }
};
Difference compare(const std::vector<config::YamlNode>& expected, const std::vector<Json>& came,
                   const CompareRules& rules);

// One line in YAML's flow style, for reports: {pattern: p, match: {a: [a1]}}.
std::string flow_text(const config::YamlNode& node);
// The same of a record. `members`: only these (empty: all). Events in `match` are written as their event_id
// where that is given.
std::string flow_text(const Json& record, const std::vector<std::string>& members, const CompareRules& rules);

}  // namespace cep::cepctl
