// Values, rows and states as bytes and back.
#include <doctest/doctest.h>
#include <rapidcheck.h>

#include "state/row_codec.h"
#include "state/state_reader.h"
#include "state/state_writer.h"

using namespace cep;
using state::Decoder;
using state::Encoder;
using state::Part;

namespace {

Value some_value(Type type, const std::string& text) {
  switch (type) {
    case Type::kNull: return Value::null();
    case Type::kBool: return Value::boolean(*rc::gen::arbitrary<bool>());
    case Type::kDouble: return Value::real(*rc::gen::arbitrary<double>());
    case Type::kString: return Value::string(text);
    case Type::kList: {
      Value v = Value::string(text);
      v.type = Type::kList;
      return v;
    }
    default: return Value::whole(type, *rc::gen::arbitrary<int64_t>());
  }
}

constexpr Type kTypes[] = {Type::kNull, Type::kBool, Type::kInt, Type::kDouble, Type::kString, Type::kTimestamp, Type::kDuration, Type::kList};

}  // namespace

TEST_CASE("numbers take the bytes that FORMAT.md says") {
  Encoder out;
  out.number(0);
  out.number(127);
  out.number(128);
  out.number(UINT64_MAX);
  out.whole(-1);
  out.whole(INT64_MIN);
  out.real(1.0);
  out.text("ab");
  const std::string golden("\x00\x7f\x80\x01\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01\x01\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01\0\0\0\0\0\0\xf0\x3f\x02""ab", 36);
  CHECK(out.bytes() == golden);
  Decoder in(golden);
  CHECK(in.number() == 0);
  CHECK(in.number() == 127);
  CHECK(in.number() == 128);
  CHECK(in.number() == UINT64_MAX);
  CHECK(in.whole() == -1);
  CHECK(in.whole() == INT64_MIN);
  CHECK(in.real() == 1.0);
  CHECK(in.text() == "ab");
  CHECK(in.done());
}

TEST_CASE("what cannot be read is nothing, and stays nothing") {
  Decoder too_long(std::string_view("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02", 10));
  CHECK(too_long.number() == 0);
  CHECK(!too_long.ok());
  Decoder text(std::string_view("\x05""ab", 3));
  CHECK(text.text().empty());
  CHECK(text.number() == 0);
  CHECK(!text.ok());
  Decoder flag(std::string_view("\x02", 1));
  CHECK(!flag.flag());
  CHECK(!flag.done());
  Decoder rest(std::string_view("\x01\x01", 2));
  CHECK(rest.flag());
  CHECK(rest.ok());
  CHECK(!rest.done());
}

TEST_CASE("values come back as they were") {
  CHECK(rc::check([] {
    const std::string text = *rc::gen::arbitrary<std::string>();
    const Type type = kTypes[*rc::gen::inRange(0, 8)];
    const Value v = some_value(type, text);
    Encoder out;
    out.value(v);
    if (type != Type::kNull) out.value_of(type, v), out.value_of(type, Value::null());
    Decoder in(out.bytes());
    const auto equal = [](const Value& a, const Value& b) { return same(a, b) || (a.type == Type::kDouble && a.type == b.type && a.i == b.i); };
    RC_ASSERT(equal(in.value(), v));
    if (type != Type::kNull) {
      RC_ASSERT(equal(in.value_of(type), v));
      RC_ASSERT(in.value_of(type).is_null());
    }
    RC_ASSERT(in.done());
  }));
}

TEST_CASE("rows come back with all their fields") {
  CHECK(rc::check([] {
    event::Schema schema;
    const auto types = *rc::gen::container<std::vector<int>>(rc::gen::inRange(1, 8));
    for (int t : types) {
      event::Field field;
      field.type = kTypes[t];
      schema.fields.push_back(field);
    }
    state::RowCodec codec;
    codec.add_input({});
    codec.add_input(schema);
    event::RowBuilder builder;
    builder.start(static_cast<uint16_t>(types.size()));
    const std::string text = *rc::gen::arbitrary<std::string>();
    for (size_t i = 0; i < types.size(); ++i)
      if (*rc::gen::arbitrary<bool>()) builder.set(static_cast<uint32_t>(i), some_value(kTypes[types[i]], text));
    event::Row* row = const_cast<event::Row*>(builder.finish(*rc::gen::arbitrary<int64_t>(), *rc::gen::arbitrary<uint64_t>()));
    row->input = 1;
    Encoder out;
    codec.write(*row, &out);
    Decoder in(out.bytes());
    const event::Row* back = codec.read(&in);
    RC_ASSERT(back != nullptr);
    RC_ASSERT(in.done());
    RC_ASSERT(back->size == row->size);
    RC_ASSERT(std::memcmp(back, row, row->size) == 0);
  }));
}

TEST_CASE("a state is the same bytes in whatever order its entries came, and shards see their own keys") {
  const std::vector<std::string> keys = {"", "a", "b", "c", "long key", "z"};
  const auto write = [&](bool backwards) {
    state::StateWriter out;
    for (size_t i = 0; i < keys.size(); ++i) {
      const std::string& key = keys[backwards ? keys.size() - 1 - i : i];
      out.entry(7, Part::kRuns, key).text("of " + key);
    }
    out.at_shard(1);
    out.entry_of_shard(7, Part::kShard).number(10);
    out.at_shard(0);
    out.entry_of_shard(7, Part::kShard).number(20);
    out.entry(0, Part::kIngest).number(5);
    return out.finish();
  };
  const std::string bytes = write(false);
  CHECK(bytes == write(true));
  const auto in = state::StateReader::read(bytes);
  REQUIRE(in.ok());
  for (int shards : {1, 2, 5}) {
    size_t seen = 0;
    for (int shard = 0; shard < shards; ++shard) {
      uint64_t sum = 0;
      const state::StateReader own = in.value().of_shard(shard, shards);
      CHECK(own.each(7, Part::kRuns, [&](std::string_view key, Decoder* entry) {
                 CHECK(entry->text() == "of " + std::string(key));
                 ++seen;
                 return Status();
               }).ok());
      CHECK(own.each(7, Part::kShard, [&](std::string_view, Decoder* entry) {
                 sum += entry->number();
                 return Status();
               }).ok());
      CHECK(sum == 30);
    }
    CHECK(seen == keys.size());
  }
  // An entry that is not read to its end is one that says something else.
  CHECK(!in.value().one(0, Part::kIngest, [](Decoder*) { return Status(); }).ok());
  CHECK(!in.value().one(0, Part::kClocks, [](Decoder*) { return Status(); }).ok());
}
