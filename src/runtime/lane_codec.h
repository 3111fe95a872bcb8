// What lanes of all kinds have in common when their state is saved and loaded: who they are, and the rows that wait for them.
#pragma once
#include "runtime/due_rows.h"
#include "plan/physical/topology.h"
#include "state/row_codec.h"
#include "state/state_reader.h"
#include "state/state_writer.h"

namespace cep::runtime {

// A node as the parts of a saved state name it.
inline uint32_t op_of(int node) { return static_cast<uint32_t>(node) + 1; }

class LaneCodec {
 public:
  LaneCodec(const plan::Plan& plan, const plan::Lane& lane);

  // The rows that wait, as entries of the lane's first operator.
  void save_waiting(const plan::Lane& lane, const DueRows& rows, state::StateWriter* out) const;
  Status load_waiting(const plan::Lane& lane, const state::StateReader& in, BlockPool* pool, DueRows* rows);
  // Of the lane's inputs.
  state::RowCodec* rows() { return &rows_; }
  const state::RowCodec& rows() const { return rows_; }

 private:
  state::RowCodec rows_;
};

}  // namespace cep::runtime
