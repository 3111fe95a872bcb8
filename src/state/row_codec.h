// Rows as bytes: time, position, and the values of the fields by their declared types. Nothing of how a row lies in memory.
#pragma once
#include <vector>

#include "event/row.h"
#include "event/schema.h"
#include "state/encoder.h"

namespace cep::state {

// Of the rows that one reader meets. Its own thread's.
class RowCodec {
 public:
  // The rows of its next input (Row::input) are of this schema.
  void add_input(const event::Schema& schema);

  // REQUIRES that the row came through one of the inputs.
  void write(const event::Row& row, Encoder* out) const;
  // Valid until the next call. Null, and *in is not ok any more, if what is there is no such row.
  const event::Row* read(Decoder* in);

 private:
  std::vector<std::vector<Type>> types_;  // by input
  event::RowBuilder builder_;
};

}  // namespace cep::state
