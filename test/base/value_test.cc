// Values: names of types, constants that own their text, equality of plans.
#include "cep/value.h"

#include <doctest/doctest.h>

#include <vector>

using cep::OwnedValue;
using cep::Type;
using cep::Value;

TEST_CASE("types are named as users write them") {
  CHECK(cep::type_name(Type::kNull) == "null");
  CHECK(cep::type_name(Type::kBool) == "bool");
  CHECK(cep::type_name(Type::kInt) == "int");
  CHECK(cep::type_name(Type::kDouble) == "double");
  CHECK(cep::type_name(Type::kString) == "string");
  CHECK(cep::type_name(Type::kTimestamp) == "timestamp");
  CHECK(cep::type_name(Type::kDuration) == "duration");
}

TEST_CASE("an owned string survives its source, copies and moves") {
  std::vector<OwnedValue> list;
  {
    std::string source = "short";
    list.emplace_back(Value::string(source));
    source = "XXXXX";
  }
  for (int i = 0; i < 20; ++i)
    list.push_back(list.front());  // moves the list, and with it texts kept inside the object
  for (const OwnedValue& v : list) CHECK(v.get().str() == "short");
  OwnedValue number(Value::integer(7));
  CHECK(number.get().i == 7);
  CHECK(OwnedValue().get().is_null());
}

TEST_CASE("same compares type and content") {
  CHECK(cep::same(Value::null(), Value::null()));
  CHECK(cep::same(Value::integer(1), Value::integer(1)));
  CHECK_FALSE(cep::same(Value::integer(1), Value::real(1)));
  CHECK_FALSE(cep::same(Value::timestamp(1), Value::duration(1)));
  CHECK(cep::same(Value::string("ab"), Value::string(std::string("ab"))));
  CHECK_FALSE(cep::same(Value::string("ab"), Value::string("a")));
  CHECK(cep::same(Value::boolean(true), Value::boolean(true)));
  CHECK_FALSE(cep::same(Value::boolean(true), Value::boolean(false)));
  CHECK_FALSE(cep::same(Value::real(0.0), Value::real(-0.0)));
}
