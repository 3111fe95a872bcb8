// The clock that stamps what comes in: it goes with the machine's steady clock, not with the wall clock, and is led towards that one so slowly that nothing measured by it suffers.
// So a wall clock that somebody puts forward or back changes neither what is silence nor what is ahead. One that stays far ahead for kStandMs is followed at once (a clock that was set
// right, a machine that slept); one that stays behind is approached slowly, since arrivals never go back. Any thread.
#pragma once
#include <cstdint>
#include <mutex>
#include <optional>

#include "base/env.h"

namespace cep::engine {

class ArrivalClock {
 public:
  static constexpr int64_t kJumpMs = 1000;      // a wall clock that is farther off than this has jumped
  static constexpr int64_t kStandMs = 10'000;   // a jump forward that holds for so long is followed
  static constexpr int64_t kSlew = 20;          // one part in so many is how much faster or slower the clock goes to meet the wall clock

  // `last_ms`: the last arrival of the journal. The clock begins at the wall clock's time, or there if that is later.
  ArrivalClock(base::Env* env, int64_t last_ms);
  ArrivalClock(const ArrivalClock&) = delete;
  ArrivalClock& operator=(const ArrivalClock&) = delete;

  // Milliseconds since the epoch; never less than before.
  int64_t now_ms();
  // How far the wall clock is ahead of this one (negative: behind it), when it was looked at last.
  int64_t wall_offset_ms() const;

  // Once for each: the wall clock has jumped by so much; it was followed by so much.
  struct News {
    int64_t jumped_ms = 0, followed_ms = 0;   // 0: it has not
  };
  std::optional<News> take_news();

 private:
  void look(int64_t offset_us, uint64_t now_us, int64_t passed_us);

  base::Env* env_;
  mutable std::mutex mutex_;
  int64_t at_us_ = 0;            // the clock
  uint64_t steady_us_ = 0;       // when it was read
  int64_t offset_us_ = 0;        // of the wall clock then
  std::optional<uint64_t> jumped_at_us_;   // steady; the wall clock stands elsewhere since then
  int64_t jump_us_ = 0;          // where: its offset then
  News news_;
};

}  // namespace cep::engine
