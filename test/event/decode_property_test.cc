// Random objects decode as a slow reading with nlohmann does, whatever the order of the members and whatever
// was read before.
#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "event/decode_kit.h"
#include "event/json_writer.h"
#include "event/line_decoder.h"

using namespace cep;
using namespace cep::event;
using namespace cep::event::test;
using nlohmann::json;

namespace {

const std::vector<Type> kTypes = {Type::kString, Type::kInt, Type::kDouble, Type::kBool, Type::kTimestamp};

json random_value() {
  switch (*rc::gen::inRange(0, 9)) {
    case 0:
      return nullptr;
    case 1:
      return *rc::gen::arbitrary<bool>();
    case 2:
      return *rc::gen::inRange<int64_t>(-1000, 1000);
    case 3:
      return *rc::gen::inRange<int64_t>(0, 253402300799999);
    case 4:
      return *rc::gen::inRange(-4000, 4000) / 8.0;
    case 5:
      return std::to_string(*rc::gen::inRange(-1000, 1000));
    case 6:
      return *rc::gen::container<std::string>(rc::gen::inRange<char>(1, 127));
    case 7:
      return json::array({1, "two", nullptr});
    default:
      return json{{"x", 1.5}, {"y", json::array()}};
  }
}

bool whole_text(const std::string& text) {
  size_t at = text.size() > 1 && text[0] == '-' ? 1 : 0;
  return !text.empty() && text.find_first_not_of("0123456789", at) == std::string::npos && text.size() < 15;
}

// The JSON text of the value read as `type`; "" for null; "!" where it must be rejected.
std::string reference(const json& v, Type type) {
  std::string out;
  auto write = [&](const Value& value) {
    append_json_value(value, &out);
    return out;
  };
  if (v.is_null()) return "";
  std::string text = v.is_string() ? v.get<std::string>() : v.dump();
  bool whole = (v.is_number() && std::trunc(v.get<double>()) == v.get<double>()) ||
               (v.is_string() && whole_text(text));
  int64_t number = !whole                ? 0
                   : v.is_number_float() ? static_cast<int64_t>(v.get<double>())
                                         : std::stoll(text);
  switch (type) {
    case Type::kString:
      return v.is_boolean() ? "!" : write(Value::string(text));
    case Type::kInt:
      return whole ? write(Value::integer(number)) : "!";
    case Type::kTimestamp:
      return whole ? write(Value::timestamp(number)) : "!";
    case Type::kBool:
      return v.is_boolean() ? write(Value::boolean(v.get<bool>())) : "!";
    default:
      if (v.is_number()) return write(Value::real(v.get<double>()));
      return whole ? write(Value::real(static_cast<double>(number))) : "!";
  }
}

}  // namespace

TEST_CASE("random objects decode as the reference says") {
  LineDecoder decoder{Limits()};
  CHECK(rc::check([&] {
    Schema s;
    s.name = "s";
    std::string line = "{", want;
    bool rejected = false;
    std::vector<std::string> members;
    const int fields = *rc::gen::inRange(1, 8);
    for (int i = 0; i < fields; ++i) {
      const std::string name = "f" + std::to_string(i);
      const Type type = *rc::gen::elementOf(kTypes);
      const bool nested = *rc::gen::inRange(0, 4) == 0;
      s.fields.push_back(field(name, type, nested ? "o" + name + ".in.1" : ""));
      if (*rc::gen::inRange(0, 5) == 0) continue;
      const json value = random_value();
      members.push_back(nested ? "\"o" + name + "\":{\"in\":[0," + value.dump() + "]}"
                               : "\"" + name + "\" : " + value.dump());
      const std::string text = reference(value, type);
      rejected = rejected || text == "!";
      if (!text.empty()) want += (want.empty() ? "" : ",") + ("\"" + name + "\":" + text);
    }
    for (int i = 0; i < *rc::gen::inRange(0, 3); ++i)
      members.push_back("\"other" + std::to_string(i) + "\":" + random_value().dump());
    // What no parser takes costs nothing where it is not declared.
    if (*rc::gen::inRange(0, 3) == 0)
      members.push_back("\"odd\":" + *rc::gen::elementOf(std::vector<std::string>{
                            "1e400", "12345678901234567890123", "\"\\ud800\"", "{\"\\udc00\":[-1e999]}"}));
    for (size_t i = members.size(); i > 1; --i)
      std::swap(members[i - 1], members[*rc::gen::inRange<size_t>(0, i)]);
    for (size_t i = 0; i < members.size(); ++i) line += (i > 0 ? "," : "") + members[i];
    const std::string got = decoded(decoder, s, line + "}");
    RC_LOG() << line << "}\n" << got << "\n";
    if (rejected) {
      RC_ASSERT(got.substr(0, 9) == "! field `");
    } else {
      RC_ASSERT(got == "{" + want + "}");
    }
  }));
}
