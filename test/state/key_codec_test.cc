// Key bytes: one to one, and in the order of the values.
#include "state/key_codec.h"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <cmath>

using namespace cep;
using state::append_key;

namespace {

std::string bytes_of(const Value& v) {
  std::string out;
  append_key(v, &out);
  return out;
}

template <class T, class Make>
void check_order(Make make, Type type) {
  CHECK(rc::check("bytes compare as values and come back", [&](const T& a, const T& b) {
    std::string x = bytes_of(make(a)), y = bytes_of(make(b));
    RC_ASSERT((a < b) == (x < y));
    RC_ASSERT((a == b) == (x == y));
    std::vector<OwnedValue> back;
    state::decode_key(x + y, {type, type}, &back);
    RC_ASSERT(same(back[0].get(), make(a)));
    RC_ASSERT(same(back[1].get(), make(b)));
  }));
}

}  // namespace

TEST_CASE("key bytes of ints") {
  check_order<int64_t>([](int64_t x) { return Value::integer(x); }, Type::kInt);
  CHECK(bytes_of(Value::integer(INT64_MIN)) < bytes_of(Value::integer(INT64_MAX)));
}

TEST_CASE("key bytes of doubles") {
  check_order<double>([](double x) { return Value::real(x); }, Type::kDouble);
  CHECK(bytes_of(Value::real(-0.0)) == bytes_of(Value::real(0.0)));
  CHECK(bytes_of(Value::real(-1.5)) < bytes_of(Value::real(-1.25)));
}

TEST_CASE("key bytes of strings, with NULs inside") {
  CHECK(rc::check("strings", [](const std::vector<uint8_t>& a, const std::vector<uint8_t>& b) {
    std::string s(a.begin(), a.end()), t(b.begin(), b.end());
    for (char& c : s) c = static_cast<char>(c & 3);
    for (char& c : t) c = static_cast<char>(c & 3);
    std::string x = bytes_of(Value::string(s)), y = bytes_of(Value::string(t));
    RC_ASSERT((s == t) == (x == y));
    RC_ASSERT((s < t) == (x < y));
    std::vector<OwnedValue> back;
    state::decode_key(x + y, {Type::kString, Type::kString}, &back);
    RC_ASSERT(back[0].text == s);
    RC_ASSERT(back[1].text == t);
  }));
}

TEST_CASE("null is a key of its own and the least") {
  CHECK(bytes_of(Value::null()) < bytes_of(Value::string("")));
  CHECK(bytes_of(Value::null()) < bytes_of(Value::integer(INT64_MIN)));
  std::vector<OwnedValue> back;
  state::decode_key(bytes_of(Value::null()) + bytes_of(Value::boolean(true)), {Type::kString, Type::kBool}, &back);
  CHECK(back[0].get().is_null());
  CHECK(back[1].get().is_true());
}

TEST_CASE("the hash that chooses shards is stable") {
  CHECK(state::key_hash("") == 0x2d06800538d394c2u);
  CHECK(state::shard_of(1023, 1) == 0);
  for (int shards = 1; shards <= 8; ++shards) {
    CHECK(state::shard_of(0, shards) == 0);
    CHECK(state::shard_of(1023, shards) == shards - 1);
  }
}
