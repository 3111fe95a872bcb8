#include "storage/read_ahead.h"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include "sim/sim_env.h"

using namespace cep::storage;

TEST_CASE("views are the bytes of the file, whatever is asked in whatever order") {
  CHECK(rc::check([] {
    std::string bytes(*rc::gen::inRange<size_t>(0, 300), '\0');
    for (size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>(i * 7);
    sim::SimEnv env(1);
    env.put("/d/f", bytes);
    auto file = env.open("/d/f", cep::base::OpenMode::kRead);
    RC_ASSERT(file.ok());
    const auto end = *rc::gen::element<uint64_t>(UINT64_MAX, 0, 10, 150);
    ReadAhead ahead(file.value().get(), *rc::gen::inRange<size_t>(1, 64), end);
    const std::string_view seen = std::string_view(bytes).substr(0, end);
    for (int i = 0; i < 30; ++i) {
      const auto offset = *rc::gen::inRange<uint64_t>(0, 320), n = *rc::gen::inRange<uint64_t>(0, 100);
      const auto view = ahead.view(offset, n);
      RC_ASSERT(view.ok());
      RC_ASSERT(view.value() == (offset < seen.size() ? seen.substr(offset, n) : std::string_view()));
    }
  }));
}

TEST_CASE("what was forgotten is read again") {
  sim::SimEnv env(1);
  env.put("/d/f", "before");
  auto file = env.open("/d/f", cep::base::OpenMode::kWrite);
  REQUIRE(file.ok());
  ReadAhead ahead(file.value().get());
  CHECK(ahead.view(0, 6).value() == "before");
  REQUIRE(file.value()->write_at(0, "after!").ok());
  CHECK(ahead.view(0, 6).value() == "before");
  ahead.forget();
  CHECK(ahead.view(0, 6).value() == "after!");
}

TEST_CASE("a length that rot has made asks for no more memory than the file has bytes") {
  sim::SimEnv env(1);
  env.put("/d/f", "short");
  auto file = env.open("/d/f", cep::base::OpenMode::kRead);
  REQUIRE(file.ok());
  ReadAhead ahead(file.value().get(), 16, 5);
  CHECK(ahead.view(0, SIZE_MAX).value() == "short");
  CHECK(ahead.view(2, SIZE_MAX).value() == "ort");
}
