#include "storage/checksum.h"

#include <doctest/doctest.h>

using namespace cep::storage;

TEST_CASE("checksums are those of files written before") {
  CHECK(checksum("", 0) == 0x2d06800538d394c2);
  CHECK(hex16(checksum("cepd output log 1\n", 0)).size() == 16);
  CHECK(checksum("a", 0) != checksum("a", 1));
  CHECK(checksum("a", 0) != checksum("b", 0));
}

TEST_CASE("sixteen digits, always") {
  CHECK(hex16(0) == "0000000000000000");
  CHECK(hex16(0x0123456789abcdef) == "0123456789abcdef");
  CHECK(hex16(UINT64_MAX) == "ffffffffffffffff");
}
