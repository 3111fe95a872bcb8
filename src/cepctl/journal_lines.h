// A journal as event lines that `cepctl replay` obeys and that give the same records (src/journal/FORMAT.md, "As lines").
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "cep/status.h"
#include "engine/accepted.h"
#include "journal/entry.h"
#include "journal/writer.h"

namespace cep::cepctl {

class JournalLines {
 public:
  // The journal's last load entry before a position; null: there is none.
  using LoadBefore = std::function<Result<std::shared_ptr<const journal::Load>>(uint64_t position)>;

  // `skips`: what the journal's kSkip entries say, position → reason. `accepted`: what its kAccepted entries say, in order. `before` is asked when a load names files of one that
  // append() was not given; null: it was given all.
  explicit JournalLines(std::map<uint64_t, std::string> skips, std::vector<engine::Accepted> accepted = {}, LoadBefore before = nullptr)
      : skips_(std::move(skips)), accepted_(std::move(accepted)), before_(std::move(before)) {}

  // Appends the frame's entries of positions `from` to `to` as lines to *out. An error if its bytes are no entries. Frames in order.
  Status append(const journal::Frame& frame, uint64_t from, uint64_t to, std::string* out);

 private:
  Status append_entry(const journal::Entry& e, uint64_t position, const journal::Source& source, int64_t arrival_ms, std::string* out);
  void append_line(const journal::Entry& e, uint64_t position, std::string* out) const;
  void tell_accepted(uint64_t position, std::string* out);
  void tell_arrival(int64_t arrival_ms, std::string* out);
  void tell_source(const journal::Source& source, std::string* out);

  Status take_load(const journal::Entry& e, uint64_t position);

  std::map<uint64_t, std::string> skips_;
  std::vector<engine::Accepted> accepted_;
  size_t accepted_done_ = 0;
  LoadBefore before_;
  std::shared_ptr<const journal::Load> load_;   // the last one; null: none has been met
  bool told_arrival_ = false;
  int64_t arrival_ms_ = 0;
  std::string producer_, stream_;
};

// Whether a client's line could be read as a control line that only the journal may say.
bool looks_like_control(std::string_view line);

}  // namespace cep::cepctl
