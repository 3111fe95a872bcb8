#include "expr/moving_set.h"

#include <algorithm>

#include "expr/aggregates/accumulator.h"

namespace cep::expr {
namespace {

using State = AggregateSet::State;

// A state's parts lie one behind the other in the order of the calls (aggregate_set.cc).
void* at(State* s, size_t offset) { return reinterpret_cast<std::byte*>(s) + offset; }
const void* at(const State& s, size_t offset) { return reinterpret_cast<const std::byte*>(&s) + offset; }

}  // namespace

struct MovingSet::Part {
  std::unique_ptr<Accumulator> accumulator;
  size_t offset;
  Merging merging;

  bool is_of(uint8_t which) const { return (static_cast<uint8_t>(merging) & which) != 0; }
};

MovingSet::MovingSet(const std::vector<AggregateCall>& calls) : AggregateSet(calls) {
  size_t offset = 0;
  for (const AggregateCall& call : calls) {
    auto accumulator = aggregates()[static_cast<size_t>(call.function)].make(call);
    const size_t size = accumulator->size();
    const Merging merging = accumulator->merging();
    parts_.push_back({std::move(accumulator), offset, merging});
    offset += size;
  }
}

MovingSet::~MovingSet() = default;

void MovingSet::merge(State* into, const State& from, uint8_t which) const {
  for (const Part& p : parts_)
    if (p.is_of(which)) p.accumulator->merge(at(into, p.offset), at(from, p.offset));
}

void MovingSet::clear(State* s, uint8_t which) const {
  for (const Part& p : parts_)
    if (p.is_of(which)) p.accumulator->clear(at(s, p.offset));
}

void MovingSet::absorb(State* into, State* from) const {
  for (const Part& p : parts_) p.accumulator->absorb(at(into, p.offset), at(from, p.offset));
}

void MovingSet::remove(State* from, const State& part) const {
  for (const Part& p : parts_)
    if (p.merging == Merging::kRemovable) p.accumulator->remove(at(from, p.offset), at(part, p.offset));
}

bool MovingSet::any(uint8_t which) const {
  return std::any_of(parts_.begin(), parts_.end(), [which](const Part& p) { return p.is_of(which); });
}

LeftFolds MovingSet::left_folds() const {
  LeftFolds folds;
  for (const Part& p : parts_)
    if (p.merging == Merging::kOrdered) folds.folds_.push_back({p.offset, p.accumulator->left_fold()});
  return folds;
}

void LeftFolds::push(const State& newest) {
  for (Fold& f : folds_) f.fold->push(at(newest, f.offset));
}

void LeftFolds::pop() {
  for (Fold& f : folds_) f.fold->pop();
}

void LeftFolds::write(State* into) {
  for (Fold& f : folds_) f.fold->write(at(into, f.offset));
}

size_t LeftFolds::bytes() const {
  size_t bytes = folds_.capacity() * sizeof(Fold);
  for (const Fold& f : folds_) bytes += f.fold->bytes();
  return bytes;
}

}  // namespace cep::expr
