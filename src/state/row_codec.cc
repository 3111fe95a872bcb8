#include "state/row_codec.h"

#include "base/check.h"

namespace cep::state {

void RowCodec::add_input(const event::Schema& schema) {
  std::vector<Type>& types = types_.emplace_back();
  for (const event::Field& field : schema.fields) types.push_back(field.type);
}

void RowCodec::write(const event::Row& row, Encoder* out) const {
  CEP_CHECK(row.input < types_.size());
  const std::vector<Type>& types = types_[row.input];
  CEP_CHECK(row.fields == types.size());
  out->number(row.input);
  out->whole(row.time);
  out->number(row.position);
  for (uint32_t field = 0; field < types.size(); ++field) out->value_of(types[field], row.get(field, types[field]));
}

const event::Row* RowCodec::read(Decoder* in) {
  const uint64_t input = in->below(types_.size());
  if (!in->ok()) return nullptr;
  const int64_t time = in->whole();
  const uint64_t position = in->number();
  const std::vector<Type>& types = types_[input];
  builder_.start(static_cast<uint16_t>(types.size()));
  for (uint32_t field = 0; field < types.size(); ++field) builder_.set(field, in->value_of(types[field]));
  if (!in->ok()) return nullptr;
  event::Row* row = const_cast<event::Row*>(builder_.finish(time, position));
  row->input = static_cast<uint16_t>(input);
  return row;
}

}  // namespace cep::state
