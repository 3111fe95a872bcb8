// The checked program as data: what `lang` makes and the only thing the runtime reads. Nodes are in an order in which every node comes after
// its inputs.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "event/schema.h"
#include "plan/join.h"
#include "plan/nfa/nfa.h"
#include "plan/pattern.h"
#include "plan/table.h"
#include "plan/window.h"

namespace cep::plan {

enum class NodeKind : uint8_t { kSource, kDerive, kPattern, kWindow, kJoin };

// How a source stream's watermark is made.
struct Watermark {
  bool punctuated = false;
  expr::ExprPtr punctuation;   // over the stream's own row
  int64_t delay_ms = 0;        // `watermark D`; ascending: 0
  int by_field = -1;           // `by FIELD`: -1 none; kByProducer, kByPartition: by `_producer`, `_partition`
  int64_t by_max_lag_ms = -1;  // -1: none given
};
inline constexpr int kByProducer = -2;
inline constexpr int kByPartition = -3;

struct Unique {
  std::vector<uint16_t> fields;
  int64_t within_ms = 0;
};

struct Source {
  int time_field = -1;         // -1: arrival is the event time
  Watermark watermark;
  bool own = false;
  int64_t own_max_lag_ms = -1;
  int64_t idle_ms = -1;
  int64_t ahead_ms = 86'400'000;
  expr::ExprPtr when;          // over the stream's own row; null: none
  std::vector<uint16_t> when_fields;
  bool keep_raw = false;       // then the last field of the schema is `_raw`
};

// Filter, map, union: rows keep their time and position. Without select the schema is that of the sources.
struct Derive {
  expr::ExprPtr where;                 // null: none. Over a row of the (common) input schema; slots have one entry per input
  bool has_select = false;
  std::vector<NamedExpr> select;       // one per field of the schema
};

// One input of a keyed reader: the node read and the key's slots in its schema (empty: no key).
struct Input {
  int node = -1;
  std::vector<uint16_t> key;
};

struct PatternNode {
  std::vector<std::string> key_names;  // of the first source
  std::vector<Type> key_types;
  std::vector<Stage> sequence;         // as written, groups nested
  // Named stages in the order of the text, groups inlined. `schema` of an event taken is that of its row's input.
  struct Named {
    std::string name;
    bool negated = false;
    int input = -1;                    // limited to this input; -1: any
  };
  std::vector<Named> stages;
  std::vector<Predicate> predicates;   // extended by the NFA compiler with its own (gap) predicates
  int64_t within_ms = -1;
  int64_t gap_ms = -1;                 // `within D between events`
  Skip skip = Skip::kNone;
  int skip_stage = -1;
  std::vector<NamedExpr> select;
  std::optional<Alert> alert;
  std::optional<OnTimeout> on_timeout;
  std::string description;
  std::vector<std::string> tags;
  Nfa nfa;                             // compiled by lang/planner through nfa_compiler
};

struct Node {
  NodeKind kind = NodeKind::kSource;
  std::string name;
  bool inner = false;                  // part of another node that nobody wrote: not shown as a stream of its own
  event::Schema schema;                // of the rows it gives. Patterns: key fields, `start`, `end`, selected fields
  std::vector<Input> inputs;           // empty for sources; Derive: no keys
  std::vector<Unique> unique;          // 0 or 1; sources and derives: applied to what the node gives
  Span span;                           // of its name
  std::string fingerprint;             // equal: the same declaration, and everything that it reads is the same too (lang/fingerprint.h)
  Source source;                       // kSource
  Derive derive;                       // kDerive
  std::shared_ptr<PatternNode> pattern;  // kPattern
  std::shared_ptr<WindowNode> window;    // kWindow. Its stream: key fields, `start`, `end`, selected fields; on-time results only
  std::shared_ptr<JoinNode> join;        // kJoin. Its stream: key fields, `start`, `end`, selected fields
};

struct Plan {
  std::vector<Node> nodes;
  std::vector<Table> tables;
  int find(std::string_view name) const {
    for (size_t i = 0; i < nodes.size(); ++i)
      if (nodes[i].name == name) return static_cast<int>(i);
    return -1;
  }
};

}  // namespace cep::plan
