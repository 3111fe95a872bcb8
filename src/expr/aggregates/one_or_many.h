// A part that keeps a single value in itself, and as soon as there is a second one all of them in an object of
// its own: most panes and all items of `rolling` hold one value.
#pragma once
#include <cstring>
#include <memory>
#include <type_traits>
#include <utility>

#include "base/check.h"
#include "expr/aggregates/accumulator.h"

namespace cep::expr {

// A value with its text.
class OneValue {
 public:
  OneValue() = default;
  OneValue(const OneValue&) = delete;
  OneValue& operator=(const OneValue&) = delete;
  ~OneValue() { clear(); }

  bool any() const { return !value_.is_null(); }
  const Value& get() const { return value_; }
  void set(const Value& v) {
    clear();
    value_ = v;
    if (v.type != Type::kString) return;
    char* text = new char[v.size];
    if (v.size > 0) std::memcpy(text, v.s, v.size);
    value_.s = text;
  }
  void clear() {
    if (value_.type == Type::kString) delete[] value_.s;
    value_ = Value::null();
  }
  void swap(OneValue& other) { std::swap(value_, other.value_); }
  size_t owned() const { return value_.type == Type::kString ? value_.size : 0; }

 private:
  Value value_;
};

// Many has: kPlaced (whether times and orders count), clear(), size(), add(value, time, order),
// remove(value, time, order) of one that was added, merge(const Many&), remove(const Many&),
// result(context, terms), owned(), encode(out), decode(in, terms).
template <class Many>
class OneOrMany {
 public:
  static constexpr Merging kMerging = Merging::kRemovable;

  void clear() {
    one_.clear();
    if (many_) many_->clear();
  }
  void add(const Value& v, int64_t time, uint64_t order) {
    if (!many_ && !one_.any()) {
      one_.set(v);
      place_.set(time, order);
    } else {
      grown().add(v, time, order);
    }
  }
  void merge(const OneOrMany& from) {
    if (!from.many_) {
      if (from.one_.any()) add(from.one_.get(), from.place_.time(), from.place_.order());
    } else if (from.many_->size() > 0) {
      grown().merge(*from.many_);
    }
  }
  // REQUIRES that all of `from` was merged into this.
  void remove(const OneOrMany& from) {
    if (from.many_) {
      if (from.many_->size() > 0) grown().remove(*from.many_);
    } else if (from.one_.any()) {
      if (many_) return many_->remove(from.one_.get(), from.place_.time(), from.place_.order());
      CEP_CHECK(one_.any());
      one_.clear();
    }
  }
  // As merge, with the larger one's memory: what is left of `from` may only be cleared.
  void absorb(OneOrMany& from) {
    if (from.many_ && (!many_ || many_->size() < from.many_->size())) {
      many_.swap(from.many_);
      one_.swap(from.one_);
      std::swap(place_, from.place_);
    }
    merge(from);
  }
  Value result(EvalContext& c, const Terms& t) const {
    if (many_) return many_->result(c, t);
    return alone()->result(c, t);
  }
  size_t owned() const { return many_ ? sizeof(Many) + many_->owned() : one_.owned(); }
  void encode(std::string* out) const { many_ ? many_->encode(out) : alone()->encode(out); }
  bool decode(BytesReader* in, const Terms& t) { return grown().decode(in, t); }

 private:
  struct Place {
    int64_t time_ = 0;
    uint64_t order_ = 0;
    void set(int64_t time, uint64_t order) {
      time_ = time;
      order_ = order;
    }
    int64_t time() const { return time_; }
    uint64_t order() const { return order_; }
  };
  struct NoPlace {
    void set(int64_t, uint64_t) {}
    int64_t time() const { return 0; }
    uint64_t order() const { return 0; }
  };

  Many& grown() {
    if (many_) return *many_;
    many_ = alone();
    one_.clear();
    return *many_;
  }
  std::unique_ptr<Many> alone() const {
    auto many = std::make_unique<Many>();
    if (one_.any()) many->add(one_.get(), place_.time(), place_.order());
    return many;
  }

  OneValue one_;
  [[no_unique_address]] std::conditional_t<Many::kPlaced, Place, NoPlace> place_;
  std::unique_ptr<Many> many_;  // then one_ holds nothing
};

}  // namespace cep::expr
