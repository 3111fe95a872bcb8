#include "engine/saved_program.h"

#include <utility>

namespace cep::engine {
namespace {

using state::Part;

constexpr uint64_t kLanesMost = 1u << 30;

}  // namespace

void SavedProgram::save(state::StateWriter* out) const {
  state::Encoder& entry = out->entry(0, Part::kProgram);
  entry.number(program.files.size());
  for (const SourceFile& file : program.files) {
    entry.text(file.name);
    entry.text(file.text);
  }
  const auto& [line_bytes, json_depth, runs_per_key, matches_per_event, record_bytes] = program.limits;
  for (uint64_t limit : {line_bytes, uint64_t{json_depth}, runs_per_key, matches_per_event, record_bytes}) entry.number(limit);
  entry.number(program.semantics);
  const auto& [known, producer, stream] = session;
  entry.flag(known);
  entry.text(producer);
  entry.text(stream);
  entry.number(faults);
}

Result<SavedProgram> SavedProgram::load(const state::StateReader& in) {
  SavedProgram out;
  const Status status = in.one(0, Part::kProgram, [&](state::Decoder* entry) -> Status {
    for (size_t n = entry->count(); n > 0; --n) {
      const std::string_view name = entry->text();
      out.program.files.push_back({std::string(name), std::string(entry->text())});
    }
    Limits& limits = out.program.limits;
    limits.line_bytes = entry->number();
    limits.json_depth = static_cast<uint32_t>(entry->below(uint64_t{1} << 32));
    for (uint64_t* limit : {&limits.runs_per_key, &limits.matches_per_event, &limits.record_bytes}) *limit = entry->number();
    out.program.semantics = static_cast<uint32_t>(entry->number());
    out.session.known = entry->flag();
    out.session.producer = entry->text();
    out.session.stream = entry->text();
    out.faults = entry->number();
    if (entry->ok() && out.program.semantics > kSemanticsVersion)
      return Status::error("the saved state is of a program of a newer version; start the version that wrote it, or a newer one");
    return {};
  });
  if (!status.ok()) return status;
  return out;
}

void save_operators(const runtime::Loaded& loaded, state::StateWriter* out) {
  const plan::Plan& plan = *loaded.plan;
  const std::vector<int> lanes = plan::lanes_by_node(loaded.topology, plan.nodes.size());
  state::Encoder& entry = out->entry(0, Part::kOperators);
  entry.number(plan.nodes.size());
  for (size_t i = 0; i < plan.nodes.size(); ++i) {
    entry.text(plan.nodes[i].name);
    entry.number(static_cast<uint64_t>(plan.nodes[i].kind));
    entry.text(plan.nodes[i].fingerprint);
    entry.number(static_cast<uint64_t>(lanes[i] + 1));
  }
  entry.number(plan.tables.size());
  for (const plan::Table& table : plan.tables) {
    entry.text(table.name);
    entry.text(table.fingerprint);
  }
}

Result<std::vector<int>> load_operators(const plan::Plan& plan, const state::StateReader& in) {
  std::vector<int> lanes;
  const auto other = [](const std::string& name) { return Status::error("the saved state is of another program: `" + name + "` was not declared there as it is here"); };
  const Status status = in.one(0, Part::kOperators, [&](state::Decoder* entry) -> Status {
    if (entry->count() != plan.nodes.size()) return state::damaged(0, Part::kOperators);
    for (const plan::Node& node : plan.nodes) {
      const std::string_view name = entry->text();
      const uint64_t kind = entry->number();
      const std::string_view fingerprint = entry->text();
      lanes.push_back(static_cast<int>(entry->below(kLanesMost)) - 1);
      if (entry->ok() && (name != node.name || kind != static_cast<uint64_t>(node.kind) || fingerprint != node.fingerprint)) return other(node.name);
    }
    if (entry->count() != plan.tables.size()) return state::damaged(0, Part::kOperators);
    for (const plan::Table& table : plan.tables) {
      const std::string_view name = entry->text(), fingerprint = entry->text();
      if (entry->ok() && (name != table.name || fingerprint != table.fingerprint)) return other(table.name);
    }
    return {};
  });
  if (!status.ok()) return status;
  return lanes;
}

}  // namespace cep::engine
