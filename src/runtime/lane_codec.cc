#include "runtime/lane_codec.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include "state/key_codec.h"

namespace cep::runtime {
namespace {

uint32_t first_op(const plan::Lane& lane) { return op_of(lane.node >= 0 ? lane.node : lane.patterns.front()); }

void write_label(const event::Label* label, state::Encoder* out) {
  out->flag(label != nullptr);
  if (label == nullptr) return;
  const auto& [position, time, op, key, ordinal] = *label;
  out->number(position);
  out->whole(time);
  out->number(op);
  out->text(key);
  out->number(ordinal);
}

std::unique_ptr<event::Label> read_label(state::Decoder* in) {
  if (!in->flag()) return nullptr;
  auto label = std::make_unique<event::Label>();
  label->position = in->number();
  label->time = in->whole();
  label->op = static_cast<uint32_t>(in->below(uint64_t{1} << 32));
  label->key = in->text();
  label->ordinal = in->number();
  return label;
}

}  // namespace

LaneCodec::LaneCodec(const plan::Plan& plan, const plan::Lane& lane) {
  for (const plan::Input& input : lane.inputs) rows_.add_input(plan.nodes[input.node].schema);
}

void LaneCodec::save_waiting(const plan::Lane& lane, const DueRows& rows, state::StateWriter* out) const {
  std::vector<std::pair<std::string, const WaitingRow*>> all;
  for (const WaitingRow* row : rows.rows()) {
    std::string key;
    state::encode_key(row->row(), lane.inputs[row->row().input].key, lane.key_types, &key);
    all.emplace_back(std::move(key), row);
  }
  std::stable_sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  for (size_t first = 0; first < all.size();) {
    size_t end = first;
    while (end < all.size() && all[end].first == all[first].first) ++end;
    state::Encoder& entry = out->entry(first_op(lane), state::Part::kWaiting, all[first].first);
    entry.number(end - first);
    for (; first < end; ++first) {
      entry.number(all[first].second->route);
      write_label(all[first].second->label, &entry);
      rows_.write(all[first].second->row(), &entry);
    }
  }
}

Status LaneCodec::load_waiting(const plan::Lane& lane, const state::StateReader& in, BlockPool* pool, DueRows* rows) {
  RowWriter writer(pool->store());
  return in.each(first_op(lane), state::Part::kWaiting, [&](std::string_view, state::Decoder* entry) -> Status {
    for (size_t n = entry->count(); n > 0; --n) {
      const uint32_t route = static_cast<uint32_t>(entry->below(uint64_t{1} << 32));
      std::unique_ptr<event::Label> label = read_label(entry);
      const event::Row* row = rows_.read(entry);
      if (row == nullptr) return state::damaged(first_op(lane), state::Part::kWaiting);
      rows->push(writer.copy(*row, 0, route, label.release()));  // the lane's number is of use on the way only
    }
    return {};
  });
}

}  // namespace cep::runtime
