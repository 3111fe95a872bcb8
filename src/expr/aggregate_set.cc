// A state is one block: a word of the set's own, then the part of each call at its offset. Blocks are cut from
// slabs and go back to a list of free ones. Calls with the same argument or filter evaluate it once per row.
#include <algorithm>

#include "base/check.h"
#include "expr/aggregates/accumulator.h"
#include "expr/compare.h"
#include "expr/hash.h"

namespace cep::expr {

class AggregateSet::State {};

namespace {

constexpr uint8_t kVersion = 1;
constexpr size_t kSlabBytes = 1 << 16;
constexpr size_t kRemembered = 8;  // so many arguments and filters are evaluated once per row

struct Call {
  std::unique_ptr<Accumulator> accumulator;
  size_t offset = 0;
  int argument = -1;  // number of the expression; -1: count()
  int filter = -1;
  Type type = Type::kNull;  // of the argument
};

// What each expression gave for the row.
struct Memory {
  Value values[kRemembered];
  uint32_t known = 0;
};

// The head of a block: in use, or free and followed by another free one.
struct Block {
  Block* next_free = nullptr;
  bool used = false;
};

}  // namespace

struct AggregateSet::Impl {
  std::vector<Call> calls;
  std::vector<Program> expressions;
  uint64_t fingerprint = 0;  // of the calls: states of other calls are refused
  size_t block_bytes = sizeof(Block);
  size_t blocks_per_slab = 1;
  std::vector<std::unique_ptr<std::byte[]>> slabs;
  size_t cut = 0;  // blocks of the last slab that were given
  Block* free = nullptr;
  size_t live = 0;  // states created and not destroyed

  static std::byte* parts(State* s) { return reinterpret_cast<std::byte*>(s); }
  static const std::byte* parts(const State& s) { return reinterpret_cast<const std::byte*>(&s); }
  static Block* block(State* s) { return reinterpret_cast<Block*>(parts(s) - sizeof(Block)); }

  Value evaluate(int number, EvalContext& c, Memory* memory) const {
    size_t n = static_cast<size_t>(number);
    if (n >= kRemembered) return expressions[n].eval(c);
    if (!(memory->known >> n & 1)) {
      memory->values[n] = expressions[n].eval(c);
      memory->known |= 1u << n;
    }
    return memory->values[n];
  }

  Block* take_block() {
    if (Block* b = free) {
      free = b->next_free;
      return b;
    }
    if (slabs.empty() || cut == blocks_per_slab) {
      slabs.push_back(std::make_unique_for_overwrite<std::byte[]>(blocks_per_slab * block_bytes));
      cut = 0;
    }
    return new (slabs.back().get() + cut++ * block_bytes) Block;
  }

  // With no state left the memory goes, so that a burst of keys is not paid for ever.
  void give_back() {
    slabs.clear();
    cut = 0;
    free = nullptr;
  }

  void release(Block* b) {
    State* s = reinterpret_cast<State*>(reinterpret_cast<std::byte*>(b) + sizeof(Block));
    for (const Call& call : calls) call.accumulator->destroy(parts(s) + call.offset);
    b->used = false;
  }
};

namespace {

// Number of the expression among those the calls need; expressions of one text are one.
int number_of(const ExprPtr& e, std::vector<std::string>* texts, std::vector<Program>* programs) {
  if (!e) return -1;
  std::string text = canonical_text(*e);
  auto found = std::find(texts->begin(), texts->end(), text);
  if (found == texts->end()) {
    programs->emplace_back(e);
    found = texts->insert(texts->end(), text);
  }
  return static_cast<int>(found - texts->begin());
}

void append_call(const AggregateCall& call, std::string_view name, std::string* out) {
  put_text(name, out);
  put_text(call.argument ? canonical_text(*call.argument) : "", out);
  put_text(call.filter ? canonical_text(*call.filter) : "", out);
  put(call.p, out);
  put(call.k, out);
  put(static_cast<uint8_t>(argument_type(call)), out);
}

}  // namespace

AggregateSet::AggregateSet(const std::vector<AggregateCall>& calls) : impl_(std::make_unique<Impl>()) {
  std::vector<std::string> texts;
  std::string all;
  size_t offset = 0;
  for (const AggregateCall& call : calls) {
    CEP_CHECK(call.function >= 0 && static_cast<size_t>(call.function) < aggregates().size());
    const Aggregate& aggregate = aggregates()[static_cast<size_t>(call.function)];
    append_call(call, aggregate.name, &all);
    Call& made = impl_->calls.emplace_back();
    made.accumulator = aggregate.make(call);
    made.argument = number_of(call.argument, &texts, &impl_->expressions);
    made.filter = number_of(call.filter, &texts, &impl_->expressions);
    made.type = argument_type(call);
    made.offset = offset;
    offset += made.accumulator->size();
  }
  impl_->fingerprint = hash_bytes(all);
  impl_->block_bytes = sizeof(Block) + offset;
  impl_->blocks_per_slab = std::max<size_t>(1, kSlabBytes / impl_->block_bytes);
}

AggregateSet::~AggregateSet() {
  for (size_t i = 0; i < impl_->slabs.size(); ++i) {
    size_t cut = i + 1 == impl_->slabs.size() ? impl_->cut : impl_->blocks_per_slab;
    for (size_t j = 0; j < cut; ++j) {
      Block* b = reinterpret_cast<Block*>(impl_->slabs[i].get() + j * impl_->block_bytes);
      if (b->used) impl_->release(b);
    }
  }
}

AggregateSet::State* AggregateSet::create() const {
  Block* b = impl_->take_block();
  ++impl_->live;
  b->used = true;
  State* s = reinterpret_cast<State*>(reinterpret_cast<std::byte*>(b) + sizeof(Block));
  for (const Call& call : impl_->calls) call.accumulator->construct(Impl::parts(s) + call.offset);
  return s;
}

void AggregateSet::destroy(State* s) const {
  Block* b = Impl::block(s);
  CEP_CHECK(b->used);
  impl_->release(b);
  b->next_free = impl_->free;
  impl_->free = b;
  if (--impl_->live == 0 && impl_->slabs.size() > 1) impl_->give_back();
}

void AggregateSet::clear(State* s) const {
  for (const Call& call : impl_->calls) call.accumulator->clear(Impl::parts(s) + call.offset);
}

void AggregateSet::add(State* s, EvalContext& c, const event::Row& row, uint64_t order) const {
  c.row = &row;
  Memory memory;
  for (const Call& call : impl_->calls) {
    if (call.filter >= 0 && !impl_->evaluate(call.filter, c, &memory).is_true()) continue;
    Value v = Value::boolean(true);
    if (call.argument >= 0) v = widen(impl_->evaluate(call.argument, c, &memory), call.type);
    if (!v.is_null()) call.accumulator->add(Impl::parts(s) + call.offset, v, row.time, order);
  }
}

void AggregateSet::merge(State* into, const State& from) const {
  for (const Call& call : impl_->calls)
    call.accumulator->merge(Impl::parts(into) + call.offset, Impl::parts(from) + call.offset);
}

void AggregateSet::results(const State& s, EvalContext& c, std::vector<Value>* out) const {
  out->clear();
  for (const Call& call : impl_->calls)
    out->push_back(call.accumulator->result(Impl::parts(s) + call.offset, c));
}

size_t AggregateSet::bytes(const State& s) const {
  size_t bytes = impl_->block_bytes;
  for (const Call& call : impl_->calls) bytes += call.accumulator->owned(Impl::parts(s) + call.offset);
  return bytes;
}

void AggregateSet::encode(const State& s, std::string* out) const {
  put(kVersion, out);
  put(impl_->fingerprint, out);
  for (const Call& call : impl_->calls) call.accumulator->encode(Impl::parts(s) + call.offset, out);
}

bool AggregateSet::decode(std::string_view bytes, State* s) const {
  clear(s);
  BytesReader in(bytes);
  uint8_t version;
  uint64_t fingerprint;
  bool good = in.get(&version) && version == kVersion && in.get(&fingerprint) &&
              fingerprint == impl_->fingerprint;
  for (const Call& call : impl_->calls)
    good = good && call.accumulator->decode(&in, Impl::parts(s) + call.offset);
  good = good && in.done();
  if (!good) clear(s);
  return good;
}

}  // namespace cep::expr
