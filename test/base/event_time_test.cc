#include "base/event_time.h"

#include <doctest/doctest.h>
#include <rapidcheck.h>

using namespace cep::base;

namespace {

using Wide = __int128;

int64_t held(Wide x) { return static_cast<int64_t>(std::clamp<Wide>(x, kNoTime, kEndOfTime)); }

int64_t some_time() {
  const auto near = *rc::gen::inRange<int64_t>(-1000, 1000);
  switch (*rc::gen::inRange(0, 4)) {
    case 0: return near;
    case 1: return near <= 0 ? kEndOfTime + near : kEndOfTime - near;
    case 2: return near >= 0 ? kNoTime + near : kNoTime - near;
    default: return *rc::gen::arbitrary<int64_t>();
  }
}

}  // namespace

TEST_CASE("sums and differences of times stop at the ends, as wide numbers cut there") {
  CHECK(rc::check([] {
    const int64_t a = some_time(), b = some_time();
    RC_ASSERT(add_time(a, b) == held(Wide{a} + b));
    RC_ASSERT(subtract_time(a, b) == held(Wide{a} - b));
  }));
  CHECK(add_time(kEndOfTime, 1) == kEndOfTime);
  CHECK(subtract_time(kNoTime, 1) == kNoTime);
}

TEST_CASE("only the end of all is out of reach") {
  CHECK(reachable(kEndOfTime) == kEndOfTime - 1);
  for (int64_t time : {kNoTime, int64_t{0}, kEndOfTime - 1}) CHECK(reachable(time) == time);
}
