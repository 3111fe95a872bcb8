// Reference data as data: looked up by key in any expression, kept on every shard.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "event/schema.h"

namespace cep::plan {

struct Table {
  std::string name;
  event::Schema schema;
  std::vector<uint16_t> key;     // slots of its key fields
  std::string file;              // `from "x.csv"`: the path as written, below the folder of the pattern file; empty: none
  std::string folder;            // of the pattern file
  int stream = -1;               // `from stream S`: the node; -1: none
  std::vector<uint16_t> stream_slots;  // slot in S for each field
  Span span;
  std::string fingerprint;       // as of a node (plan.h)
};

}  // namespace cep::plan
