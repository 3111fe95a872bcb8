// What the starts before this one have come to: DATA_DIR/starts, a line of fixed length for each start that has not ended cleanly yet, kept up to date in place while the daemon runs. A
// process that the kernel ends for its memory leaves nothing but this line. Two such ends, the second of them in the recovery, and the daemon comes up held instead of dying again.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace cep::engine {

struct StartNote {
  enum class Phase : uint8_t { kStarting, kRecovering, kServing, kHeld } phase = Phase::kStarting;
  uint64_t position = 0;       // the next one to be worked
  uint64_t used = 0, bound = 0;  // of memory (MemoryWatch)
  bool addresses = false;      // they are of RLIMIT_AS, which cannot be compared with limits.memory
  bool refused = false;        // an allocation was refused
  std::string most;            // who holds the most state: "pattern `p`, 12.0 MiB"; may be empty

  // Whether memory is what such an end speaks of. A kill from outside of a daemon that has little says nothing.
  bool short_of_memory() const { return refused || (bound > 0 && used >= bound / 2); }
};

// One line, without its LF; and back. What is no such line gives false.
std::string to_line(const StartNote& note);
bool from_line(std::string_view line, StartNote* note);

// Of the lines of before, the oldest first: the start that is to be held, as the last one left it; phase kHeld. `bound`: the memory of today, of RLIMIT_AS or not (`addresses`): with more
// than then, or where it is bounded by the other one, it is tried once more.
bool must_hold(const std::vector<StartNote>& before, uint64_t bound, bool addresses, StartNote* held);

class StartNotes {
 public:
  StartNotes() = default;
  ~StartNotes();
  StartNotes(const StartNotes&) = delete;
  StartNotes& operator=(const StartNotes&) = delete;

  // Reads the lines of before, the last two of them, and begins this start's. A file that cannot be written is none: the notes are a help, the daemon runs without them. From here on an
  // allocation that is refused is noted. Once a process.
  void open(const std::string& path);
  const std::vector<StartNote>& before() const { return before_; }
  // One thread.
  void update(const StartNote& note);
  // The clean end.
  void end();

 private:
  std::string path_;
  std::vector<StartNote> before_;
  int fd_ = -1;
  long offset_ = 0;
  std::string written_;
};

}  // namespace cep::engine
