#include "runtime/worked_range.h"

#include <doctest/doctest.h>

#include <thread>

using namespace cep::runtime;

TEST_CASE("each thread says which positions it works") {
  CHECK(current_worked_range()->first == 0);
  WorkedScope line(7, 7);
  {
    WorkedScope batch(5, 9);
    CHECK(current_worked_range()->first == 5);
    CHECK(current_worked_range()->last == 9);
    std::thread([] { CHECK(current_worked_range()->last == 0); }).join();
  }
  CHECK(current_worked_range()->first == 7);
  CHECK(current_worked_range()->last == 7);
}
