// Bytes of accumulators: those of base/bytes.h, and values of the language.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "cep/value.h"

namespace cep::expr {

using base::BytesReader;
using base::put;
using base::put_text;

// A value of a type that is known; not null.
void put_value(const Value& v, std::string* out);
// Text points into the bytes read.
bool get_value(Type type, BytesReader* in, Value* v);

// A value of fixed size as 64 bits: equal values (`==`) have equal bits.
uint64_t value_bits(const Value& v);
Value value_of_bits(Type type, uint64_t bits);
// Of any value; equal values hash alike.
uint64_t value_hash(const Value& v);

}  // namespace cep::expr
