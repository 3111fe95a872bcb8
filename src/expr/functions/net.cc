// Addresses and networks, IPv4 and IPv6. An IPv4 address within IPv6 (::ffff:10.1.2.3) is the IPv4 address.
#include <cstring>

#include "expr/functions/bodies.h"

namespace cep::expr::functions_detail {
namespace {

// Every address has 16 bytes; those of IPv4 are ::ffff:a.b.c.d, so one comparison serves both.
struct Address {
  unsigned char bytes[16] = {};
  bool v4 = false;
};

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

// A decimal number up to `most`, without leading zeros (which some readers take for octal).
bool parse_decimal(std::string_view s, int most, int* out) {
  if (s.empty() || s.size() > 3 || (s.size() > 1 && s[0] == '0')) return false;
  int value = 0;
  for (char c : s) {
    if (c < '0' || c > '9') return false;
    value = value * 10 + (c - '0');
  }
  *out = value;
  return value <= most;
}

bool parse_v4(std::string_view s, unsigned char* bytes) {
  for (int i = 0; i < 4; ++i) {
    size_t dot = i < 3 ? s.find('.') : s.size();
    int value;
    if (dot == std::string_view::npos || !parse_decimal(s.substr(0, dot), 255, &value)) return false;
    bytes[i] = static_cast<unsigned char>(value);
    s.remove_prefix(i < 3 ? dot + 1 : dot);
  }
  return s.empty();
}

// Groups of one side of `::`, at most `room` bytes; the last may be an IPv4 address. Number of bytes, or -1.
int parse_groups(std::string_view s, unsigned char* bytes, int room) {
  int used = 0;
  while (!s.empty()) {
    size_t colon = s.find(':');
    std::string_view group = s.substr(0, colon);
    if (colon == std::string_view::npos && group.find('.') != std::string_view::npos)
      return used + 4 <= room && parse_v4(group, bytes + used) ? used + 4 : -1;
    if (group.empty() || group.size() > 4 || used + 2 > room) return -1;
    int value = 0;
    for (char c : group) {
      int digit = hex_digit(c);
      if (digit < 0) return -1;
      value = value * 16 + digit;
    }
    bytes[used++] = static_cast<unsigned char>(value >> 8);
    bytes[used++] = static_cast<unsigned char>(value & 255);
    if (colon == std::string_view::npos) return used;
    s.remove_prefix(colon + 1);
    if (s.empty()) return -1;  // ends with a single colon
  }
  return used;
}

bool parse_v6(std::string_view s, unsigned char* bytes) {
  size_t gap = s.find("::");
  if (gap == std::string_view::npos) return parse_groups(s, bytes, 16) == 16;
  std::string_view before = s.substr(0, gap), after = s.substr(gap + 2);
  if (before.find('.') != std::string_view::npos) return false;
  unsigned char tail[16];
  int head_size = parse_groups(before, bytes, 14), tail_size = parse_groups(after, tail, 14);
  if (head_size < 0 || tail_size < 0 || head_size + tail_size > 14) return false;
  std::memset(bytes + head_size, 0, static_cast<size_t>(16 - head_size));
  std::memcpy(bytes + 16 - tail_size, tail, static_cast<size_t>(tail_size));
  return true;
}

bool is_v6_text(std::string_view s) { return s.find(':') != std::string_view::npos; }

bool parse_address(std::string_view s, Address* out) {
  static constexpr unsigned char kMapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  if (is_v6_text(s)) {
    if (!parse_v6(s, out->bytes)) return false;
    out->v4 = std::memcmp(out->bytes, kMapped, sizeof kMapped) == 0;
    return true;
  }
  std::memcpy(out->bytes, kMapped, sizeof kMapped);
  out->v4 = true;
  return parse_v4(s, out->bytes + 12);
}

// "10.0.0.0/8", "2001:db8::/32", or one address. `bits` counts within the 16 bytes.
bool parse_network(std::string_view s, Address* network, int* bits) {
  size_t slash = s.find('/');
  if (!parse_address(s.substr(0, slash), network)) return false;
  *bits = 128;
  if (slash == std::string_view::npos) return true;
  int most = is_v6_text(s) ? 128 : 32, prefix;
  if (!parse_decimal(s.substr(slash + 1), most, &prefix)) return false;
  *bits = 128 - most + prefix;
  network->v4 = network->v4 && *bits >= 96;
  return true;
}

bool same_bits(const Address& a, const Address& b, int bits) {
  size_t whole = static_cast<size_t>(bits / 8);
  if (std::memcmp(a.bytes, b.bytes, whole) != 0) return false;
  int rest = bits % 8;
  return rest == 0 || ((a.bytes[whole] ^ b.bytes[whole]) >> (8 - rest)) == 0;
}

}  // namespace

Value cidr_match(EvalContext&, Args a, Type) {
  Address address, network;
  int bits;
  if (!parse_address(a[0].str(), &address) || !parse_network(a[1].str(), &network, &bits))
    return Value::null();
  return Value::boolean(address.v4 == network.v4 && same_bits(address, network, bits));
}

std::string check_network(std::string_view network) {
  Address address;
  int bits;
  if (parse_network(network, &address, &bits)) return "";
  return "\"" + std::string(network) + "\" is no network; write it as \"10.0.0.0/8\" or \"2001:db8::/32\"";
}

}  // namespace cep::expr::functions_detail
