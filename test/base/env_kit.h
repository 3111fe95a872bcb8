// What the tests of an Env share: files opened and read, or the test ends.
#pragma once
#include <doctest/doctest.h>

#include <memory>
#include <string>

#include "base/env.h"

namespace base_test {

inline std::unique_ptr<cep::base::File> opened(cep::base::Env* env, const std::string& path, cep::base::OpenMode mode) {
  auto file = env->open(path, mode);
  REQUIRE_MESSAGE(file.ok(), file.status().message());
  return std::move(file.value());
}

inline std::string bytes_at(const cep::base::File& file, uint64_t offset, size_t n) {
  std::string out(n, '?');
  auto got = file.read_at(offset, out.data(), n);
  REQUIRE_MESSAGE(got.ok(), got.status().message());
  out.resize(got.value());
  return out;
}

}  // namespace base_test
