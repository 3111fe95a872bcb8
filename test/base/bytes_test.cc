#include "base/bytes.h"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <cmath>
#include <limits>
#include <vector>

using namespace cep::base;

namespace {

// The slow and obvious way: digits to the base of 128.
std::string slow_varint(uint64_t number) {
  std::vector<uint64_t> digits;
  do digits.push_back(number % 128);
  while ((number /= 128) != 0);
  std::string out;
  for (size_t i = 0; i < digits.size(); ++i) out += static_cast<char>(digits[i] + (i + 1 < digits.size() ? 128 : 0));
  return out;
}

uint64_t some_number() {
  const int bits = *rc::gen::inRange(0, 65);
  const auto number = *rc::gen::arbitrary<uint64_t>();
  return bits == 64 ? ~number : number & ((uint64_t{1} << bits) - 1);
}

// One thing that the formats hold: written, and read back as the same or not at all.
struct Part {
  int kind = 0;
  uint64_t number = 0;
  std::string text;

  void write(std::string* out) const {
    switch (kind) {
      case 0: return put(static_cast<uint8_t>(number), out);
      case 1: return put(static_cast<uint32_t>(number), out);
      case 2: return put(number, out);
      case 3: return put(number % 2 == 1, out);
      case 4: return put_varint(number, out);
      case 5: return put_signed_varint(static_cast<int64_t>(number), out);
      default: return put_text(text, out);
    }
  }
  bool read(BytesReader* in) const {
    uint8_t byte = 0;
    uint32_t word = 0;
    uint64_t wide = 0;
    int64_t whole = 0;
    bool flag = false;
    std::string_view view;
    switch (kind) {
      case 0: return in->get(&byte) && byte == static_cast<uint8_t>(number);
      case 1: return in->get(&word) && word == static_cast<uint32_t>(number);
      case 2: return in->get(&wide) && wide == number;
      case 3: return in->get(&flag) && flag == (number % 2 == 1);
      case 4: return in->get_varint(&wide) && wide == number;
      case 5: return in->get_signed_varint(&whole) && whole == static_cast<int64_t>(number);
      default: return in->get_text(&view) && view == text;
    }
  }
};

std::vector<Part> some_parts() {
  std::vector<Part> parts(*rc::gen::inRange<size_t>(1, 20));
  for (Part& p : parts) p = {*rc::gen::inRange(0, 7), some_number(), *rc::gen::arbitrary<std::string>()};
  return parts;
}

// Steps of every kind until one fails; what they give is of no interest. Returns how many held.
size_t read_anything(std::string_view bytes, const std::vector<int>& kinds) {
  BytesReader in(bytes);
  size_t held = 0;
  for (int kind : kinds) {
    double real = 0;
    uint64_t number = 0;
    int64_t whole = 0;
    bool flag = false;
    std::string text;
    std::string_view view;
    const bool good = kind == 0   ? in.get(&number)
                      : kind == 1 ? in.get_finite(&real)
                      : kind == 2 ? in.get(&flag)
                      : kind == 3 ? in.get_varint(&number)
                      : kind == 4 ? in.get_signed_varint(&whole)
                      : kind == 5 ? in.get_text(&text)
                      : kind == 6 ? in.get_count(8, &number)
                                  : in.get_bytes(5, &view);
    RC_ASSERT(good == in.ok());
    if (good && kind == 6) RC_ASSERT(number * 8 <= in.rest().size());
    if (!good) RC_ASSERT(in.rest().empty() && !in.done());
    if (!good) break;
    ++held;
  }
  return held;
}

}  // namespace

TEST_CASE("fixed numbers stand little endian, whatever wrote them") {
  std::string out;
  put(uint16_t{0x0102}, &out);
  put(uint32_t{0x03040506}, &out);
  put(int64_t{-2}, &out);
  put(true, &out);
  put(1.5, &out);
  CHECK(out == std::string("\x02\x01\x06\x05\x04\x03\xfe\xff\xff\xff\xff\xff\xff\xff\x01\0\0\0\0\0\0\xf8\x3f", 23));
  CHECK(load<uint16_t>(out, 0) == 0x0102);
  CHECK(load<int64_t>(out, 6) == -2);
  char place[4];
  store(uint32_t{0x0a0b0c0d}, place);
  CHECK(std::string_view(place, 4) == "\x0d\x0c\x0b\x0a");
}

TEST_CASE("varints are as the slow way writes them") {
  CHECK(rc::check([] {
    const uint64_t number = some_number();
    std::string out, zigzag;
    put_varint(number, &out);
    RC_ASSERT(out == slow_varint(number));
    const auto whole = static_cast<int64_t>(number);
    put_signed_varint(whole, &zigzag);
    RC_ASSERT(zigzag == slow_varint(whole >= 0 ? 2 * number : 2 * ~number + 1));
  }));
  std::string out;
  put_varint(UINT64_MAX, &out);
  CHECK(out.size() == 10);
}

TEST_CASE("what was written is read back, and nothing less is enough") {
  CHECK(rc::check([] {
    const std::vector<Part> parts = some_parts();
    std::string out;
    for (const Part& p : parts) p.write(&out);
    BytesReader whole(out);
    for (const Part& p : parts) RC_ASSERT(p.read(&whole));
    RC_ASSERT(whole.done());
    for (size_t bytes = 0; bytes < out.size(); ++bytes) {
      BytesReader cut(std::string_view(out).substr(0, bytes));
      bool all = true;
      for (const Part& p : parts) all = p.read(&cut) && all;
      RC_ASSERT(!all);
      RC_ASSERT(!cut.ok());
      RC_ASSERT(!cut.done());
    }
  }));
}

TEST_CASE("any bytes are read or refused, and after a refusal nothing is read") {
  CHECK(rc::check([] {
    const auto bytes = *rc::gen::arbitrary<std::string>();
    const auto kinds = *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 8));
    read_anything(bytes, kinds);
  }));
  BytesReader in("\x05" "ab");
  std::string_view text;
  uint8_t byte = 0;
  CHECK_FALSE(in.get_text(&text));
  CHECK_FALSE(in.get(&byte));
  CHECK_FALSE(in.ok());
}

TEST_CASE("a number has one form") {
  const auto read = [](std::string_view bytes) {
    uint64_t number = 0;
    return BytesReader(bytes).get_varint(&number);
  };
  CHECK(read(std::string_view("\0", 1)));
  CHECK_FALSE(read(std::string_view("\x80\0", 2)));        // 0 in two bytes
  CHECK_FALSE(read(std::string_view("\xff\x80\0", 3)));
  CHECK(read("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"));
  CHECK_FALSE(read("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02"));  // beyond 64 bits
  CHECK_FALSE(read("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"));
  CHECK_FALSE(read("\x80"));
  bool flag = false;
  CHECK_FALSE(BytesReader("\x02").get(&flag));
  for (double real : {std::numeric_limits<double>::infinity(), std::numeric_limits<double>::quiet_NaN()}) {
    std::string out;
    put(real, &out);
    CHECK_FALSE(BytesReader(out).get_finite(&real));
  }
}

TEST_CASE("a count promises no more than the bytes can hold") {
  std::string out;
  put(uint64_t{3}, &out);
  out.append(23, 'x');
  uint64_t items = 0;
  CHECK(BytesReader(out).get_count(7, &items));
  CHECK_FALSE(BytesReader(out).get_count(8, &items));
  std::string huge;
  put(UINT64_MAX, &huge);
  CHECK_FALSE(BytesReader(huge).get_count(1, &items));
}
