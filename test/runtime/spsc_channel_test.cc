// Channels between two threads: nothing lost, nothing out of order, the bound kept, no wake-up missed.
#include "runtime/spsc_channel.h"

#include <doctest/doctest.h>

#include <thread>

using namespace cep::runtime;

namespace {

struct Weight {
  uint64_t n = 0;
  uint64_t bytes() const { return n % 7 * 10; }
};

}  // namespace

TEST_CASE("a channel is bounded in bytes, and one element always fits") {
  SpscChannel<Weight> channel(25);
  CHECK(channel.empty());
  CHECK_FALSE(channel.full());
  channel.push({6});  // 60 bytes
  CHECK(channel.full());
  CHECK(channel.pop().n == 6);
  CHECK_FALSE(channel.full());
  channel.push({1});
  channel.push({1});
  CHECK_FALSE(channel.full());
  channel.push({1});
  CHECK(channel.full());
  channel.pop();
  CHECK_FALSE(channel.full());
}

TEST_CASE("two threads that sleep when they can do nothing pass everything on in order") {
  for (uint64_t capacity : {1, 35, 1000}) {
    SpscChannel<Weight> channel(capacity);
    Doorbell reader, writer;
    channel.wake(&reader, &writer);
    constexpr uint64_t kElements = 20'000;
    std::thread other([&] {
      for (uint64_t n = 0; n < kElements;) {
        uint64_t seen = writer.rings();
        if (channel.full()) writer.wait(seen);
        else channel.push({n++});
      }
    });
    uint64_t wrong = 0;
    for (uint64_t n = 0; n < kElements;) {
      uint64_t seen = reader.rings();
      if (channel.empty()) reader.wait(seen);
      else wrong += channel.pop().n != n++;
    }
    other.join();
    CHECK(wrong == 0);
    CHECK(channel.empty());
  }
}
