// A row is one contiguous block: header, null bits, one 8-byte slot per field, then the bytes of its strings. Blocks are plain bytes: they are
// copied with memcpy and hold no pointers (a string slot is an offset from the start of the block and a length).
#pragma once
#include <cstdint>
#include <cstring>
#include <string_view>
#include <vector>

#include "cep/value.h"

namespace cep::event {

struct alignas(8) Row {
  int64_t time = 0;       // event time, ms
  uint64_t position = 0;  // ordinal of the input line (or the position at which a derived row was decided)
  uint32_t size = 0;      // bytes of the whole block, a multiple of 8
  uint16_t fields = 0;
  uint16_t input = 0;     // which input of its reader it came through (index into the reader's inputs)

  size_t null_words() const { return (fields + 63u) / 64u; }
  const uint64_t* nulls() const { return reinterpret_cast<const uint64_t*>(this + 1); }
  const uint64_t* slots() const { return nulls() + null_words(); }
  bool is_null(uint32_t field) const { return nulls()[field / 64] >> (field % 64) & 1; }

  // The value of a field whose declared type is `type`. Strings point into the block. REQUIRES field < fields.
  Value get(uint32_t field, Type type) const {
    if (is_null(field)) return Value::null();
    uint64_t slot = slots()[field];
    Value v;
    v.type = type;
    switch (type) {
      case Type::kString:
      case Type::kList:
        v.size = static_cast<uint32_t>(slot >> 32);
        v.s = reinterpret_cast<const char*>(this) + static_cast<uint32_t>(slot);
        return v;
      case Type::kBool: v.b = slot != 0; return v;
      default: std::memcpy(&v.i, &slot, 8); return v;
    }
  }
};
static_assert(sizeof(Row) == 24);

// Builds one row at a time in a buffer that is used again; fields not set are null. No allocation once the buffer has grown.
class RowBuilder {
 public:
  void start(uint16_t fields) {
    if (bytes_.capacity() > kKeptBytes) give_back();
    fields_ = fields;
    size_t fixed = sizeof(Row) + 8 * ((fields + 63u) / 64u) + 8u * fields;
    bytes_.resize(fixed);
    std::memset(bytes_.data(), 0, sizeof(Row));
    std::memset(bytes_.data() + sizeof(Row), 0xff, 8 * ((fields + 63u) / 64u));
    std::memset(bytes_.data() + fixed - 8u * fields, 0, 8u * fields);
  }
  // A null value leaves the field null. The string's bytes are copied.
  void set(uint32_t field, const Value& v) {
    if (v.is_null()) return;
    uint64_t slot = 0;
    if (v.type == Type::kString || v.type == Type::kList) {
      slot = static_cast<uint64_t>(v.size) << 32 | static_cast<uint32_t>(bytes_.size());
      bytes_.insert(bytes_.end(), v.s, v.s + v.size);
    } else if (v.type == Type::kBool) {
      slot = v.b;
    } else {
      std::memcpy(&slot, &v.i, 8);
    }
    size_t words = (fields_ + 63u) / 64u;
    uint64_t null_word;
    char* null_at = bytes_.data() + sizeof(Row) + 8 * (field / 64);
    std::memcpy(&null_word, null_at, 8);
    null_word &= ~(uint64_t{1} << (field % 64));
    std::memcpy(null_at, &null_word, 8);
    std::memcpy(bytes_.data() + sizeof(Row) + 8 * words + 8 * field, &slot, 8);
  }
  // The finished row; valid until the next start().
  const Row* finish(int64_t time, uint64_t position) {
    bytes_.resize((bytes_.size() + 7) / 8 * 8);
    Row* row = reinterpret_cast<Row*>(bytes_.data());
    row->time = time;
    row->position = position;
    row->size = static_cast<uint32_t>(bytes_.size());
    row->fields = fields_;
    row->input = 0;
    return row;
  }

 private:
  static constexpr size_t kKeptBytes = 64 << 10;
  // After so many short rows the room of a long one.
  void give_back() {
    small_ = bytes_.size() < bytes_.capacity() / 8 ? small_ + 1 : 0;
    if (small_ < 1024) return;
    std::vector<char>().swap(bytes_);
    small_ = 0;
  }

  std::vector<char> bytes_;
  uint32_t small_ = 0;
  uint16_t fields_ = 0;
};

}  // namespace cep::event
