// What the journal's tests share: whole journals written and read, entries as text, random entries, bytes as hex.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/env.h"
#include "journal/entry.h"
#include "journal/reader.h"

namespace cep::journal::test {

std::string hex(std::string_view bytes);
std::string text_of(const Entry& e);
// Appends an entry drawn by rapidcheck; returns its text_of(). REQUIRES inside rc::check.
std::string append_random_entry(std::string* payload);

// A frame with its bytes.
struct OwnFrame {
  uint64_t base = 1;
  uint32_t count = 1;
  int64_t arrival_ms = 0;
  std::string payload;
  bool operator==(const OwnFrame&) const = default;
  Frame view() const { return {base, count, arrival_ms, payload}; }
};
// A frame of `count` lines, such as "line 7 of the journal", the positions from `base` on.
OwnFrame frame_of_lines(uint64_t base, uint32_t count, int64_t arrival_ms);
// So many frames of 1, 2, 3, 1, 2 … lines.
std::vector<OwnFrame> frames_of_lines(size_t n);

// Everything the reader gives from `from` on; *error is empty unless it stopped with one.
std::vector<OwnFrame> read_all(base::Env* env, const std::string& dir, std::string* error, uint64_t from = 1);

inline constexpr char kDir[] = "/data/journal";

// Opens the journal in kDir, appends the frames with a sync behind each `sync_every` of them (0: none), and lets it go.
void write_frames(base::Env* env, const std::vector<OwnFrame>& frames, size_t sync_every, const WriterOptions& options = {});

}  // namespace cep::journal::test
