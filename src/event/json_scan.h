// The text of a JSON line itself, for what the parser does not keep: the reason why a line is broken, the
// exact digits of a number, the text of an object. Used off the hot path only. Nothing here recurses.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace cep::event {

// What JSON's grammar allows and the parser may not take: a number of many digits or with an exponent, which
// may be beyond 64 bits or a double, and the escape of a lone surrogate. Bytes [begin, end) of the text.
struct Oddity {
  size_t begin = 0;
  size_t end = 0;
  bool surrogate = false;
};

// Why `text` is no JSON value of at most `depth` nested objects and arrays, with the byte (from 1): "bad JSON
// at byte 7: a value is missing". The same on every machine, unlike the parser's own messages. Empty if
// nothing is wrong. `odd` (may be null) gets the oddities, in order.
std::string json_fault(std::string_view text, uint32_t depth, std::vector<Oddity>* odd = nullptr);

// The same value with the same parts at the same places, without its oddities: instead of such a number stands
// 18446744073709551615, instead of such a surrogate *marker, a code point that the text does not hold, and its
// digits, so that different names stay different. Of what is read of such a text the original decides
// (raw_value). False: the text holds every code point that could be the marker. REQUIRES that json_fault finds
// no fault and these oddities.
bool without_oddities(std::string_view text, const std::vector<Oddity>& odd, std::string* out, std::string* marker);

// The text of the value that `ordinals` lead to: the how-manieth member or element at each level. REQUIRES
// text to be valid JSON in which the way exists.
std::string_view raw_value(std::string_view text, const std::vector<uint32_t>& ordinals);

// raw_value for many values of one text: what was passed on the way to one is not read again on the way to the next, so that all of them together cost the text once for each level, and what
// they are themselves.
class RawValues {
 public:
  // From here on values of this text, which must stay: valid JSON of less than 4 GiB.
  void begin(std::string_view text);
  // REQUIRES that the way exists.
  std::string_view at(const std::vector<uint32_t>& ordinals);
  // Bytes that were read since begin().
  uint64_t bytes_read() const { return bytes_read_; }

 private:
  const std::vector<uint32_t>& values_of(uint32_t container);

  std::string_view text_;
  std::map<uint32_t, std::vector<uint32_t>> values_;  // by where a container begins: where those in it do
  uint64_t bytes_read_ = 0;
};

// JSON text without the blanks between its parts. REQUIRES valid JSON.
void append_compact(std::string_view json, std::string* out);

}  // namespace cep::event
