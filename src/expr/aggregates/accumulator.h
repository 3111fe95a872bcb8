// What an aggregate is to a set of them: how its part of a state is made, filled, merged, read and kept. The
// part is a plain object in memory of the set (a struct of the aggregate's file); AccumulatorOf makes it one.
#pragma once
#include <cstdint>
#include <memory>
#include <new>
#include <string>

#include "base/check.h"
#include "expr/aggregates.h"
#include "expr/aggregates/codec.h"
#include "expr/aggregates/left_fold.h"
#include "expr/merging.h"

namespace cep::expr {

// What a call says beside its argument.
struct Terms {
  Type argument = Type::kNull;
  Type type = Type::kNull;  // of the result
  double p = 0;
  int64_t k = 0;
};

// One call. Immutable: `at` is the part of the state, aligned to 8 bytes.
class Accumulator {
 public:
  virtual ~Accumulator() = default;
  virtual size_t size() const = 0;
  virtual void construct(void* at) const = 0;
  virtual void destroy(void* at) const = 0;
  virtual void clear(void* at) const = 0;
  // The value is not null, and of the argument's type.
  virtual void add(void* at, const Value& v, int64_t time, uint64_t order) const = 0;
  virtual void merge(void* at, const void* from) const = 0;
  // As merge; what is left of `from` may only be cleared or destroyed.
  virtual void absorb(void* at, void* from) const = 0;
  virtual Merging merging() const = 0;
  // kRemovable: takes away what was merged into it.
  virtual void remove(void* at, const void* from) const = 0;
  // kOrdered: the parts of a queue, folded; null for others.
  virtual std::unique_ptr<LeftFold> left_fold() const = 0;
  virtual Value result(const void* at, EvalContext& c) const = 0;
  // Beyond size().
  virtual size_t owned(const void* at) const = 0;
  virtual void encode(const void* at, std::string* out) const = 0;
  // Into an empty part; where it fails the part may hold anything that can be cleared.
  virtual bool decode(BytesReader* in, void* at) const = 0;
};

// Part has: clear(), add(value, time, order), merge(const Part&), result(context, terms), owned(), encode(out),
// decode(in, terms). It may have kMerging (else kGrouped; kRemovable: remove(const Part&); kOrdered: it is plain
// bytes) and absorb(Part&).
template <class Part>
class AccumulatorOf final : public Accumulator {
 public:
  static_assert(alignof(Part) <= 8);
  explicit AccumulatorOf(const AggregateCall& call)
      : terms_{call.argument ? call.argument->type : Type::kNull, call.type, call.p, call.k} {}

  size_t size() const override { return (sizeof(Part) + 7) / 8 * 8; }
  void construct(void* at) const override { new (at) Part(); }
  void destroy(void* at) const override { part(at).~Part(); }
  void clear(void* at) const override { part(at).clear(); }
  void add(void* at, const Value& v, int64_t time, uint64_t order) const override {
    part(at).add(v, time, order);
  }
  void merge(void* at, const void* from) const override { part(at).merge(part(from)); }
  void absorb(void* at, void* from) const override {
    if constexpr (requires(Part& p) { p.absorb(p); }) {
      part(at).absorb(part(from));
    } else {
      part(at).merge(part(from));
    }
  }
  Merging merging() const override {
    if constexpr (requires { Part::kMerging; }) return Part::kMerging;
    return Merging::kGrouped;
  }
  void remove(void* at, const void* from) const override {
    if constexpr (requires(Part& p, const Part& q) { p.remove(q); }) {
      part(at).remove(part(from));
    } else {
      CEP_CHECK(false);
    }
  }
  std::unique_ptr<LeftFold> left_fold() const override {
    if constexpr (requires { requires Part::kMerging == Merging::kOrdered; })
      return std::make_unique<LeftFoldOf<Part>>();
    return nullptr;
  }
  Value result(const void* at, EvalContext& c) const override { return part(at).result(c, terms_); }
  size_t owned(const void* at) const override { return part(at).owned(); }
  void encode(const void* at, std::string* out) const override { part(at).encode(out); }
  bool decode(BytesReader* in, void* at) const override { return part(at).decode(in, terms_); }

 private:
  static Part& part(void* at) { return *static_cast<Part*>(at); }
  static const Part& part(const void* at) { return *static_cast<const Part*>(at); }

  Terms terms_;
};

template <class Part>
std::unique_ptr<Accumulator> accumulator_of(const AggregateCall& call) {
  return std::make_unique<AccumulatorOf<Part>>(call);
}

inline Type argument_type(const AggregateCall& call) {
  return call.argument ? call.argument->type : Type::kNull;
}

// The rows of the table name these.
std::unique_ptr<Accumulator> make_count(const AggregateCall& call);
std::unique_ptr<Accumulator> make_sum(const AggregateCall& call);
std::unique_ptr<Accumulator> make_avg(const AggregateCall& call);
std::unique_ptr<Accumulator> make_min(const AggregateCall& call);
std::unique_ptr<Accumulator> make_max(const AggregateCall& call);
std::unique_ptr<Accumulator> make_first(const AggregateCall& call);
std::unique_ptr<Accumulator> make_last(const AggregateCall& call);
std::unique_ptr<Accumulator> make_variance(const AggregateCall& call);
std::unique_ptr<Accumulator> make_stddev(const AggregateCall& call);
std::unique_ptr<Accumulator> make_median(const AggregateCall& call);
std::unique_ptr<Accumulator> make_percentile(const AggregateCall& call);
std::unique_ptr<Accumulator> make_count_distinct(const AggregateCall& call);
std::unique_ptr<Accumulator> make_approx_count_distinct(const AggregateCall& call);
std::unique_ptr<Accumulator> make_approx_percentile(const AggregateCall& call);
std::unique_ptr<Accumulator> make_collect(const AggregateCall& call);
std::unique_ptr<Accumulator> make_top(const AggregateCall& call);

// Number as a double.
inline double as_real(const Value& v) { return v.type == Type::kDouble ? v.d : static_cast<double>(v.i); }

}  // namespace cep::expr
