// The event time of a line before the engine sees it: for merging files by time, for pacing, and to know
// which lines belong to streams without a time. Looks only at the fields it needs.
#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "cep/limits.h"
#include "event/line_decoder.h"
#include "expr/program.h"
#include "plan/plan.h"

namespace cep::cepctl {

class LineTimes {
 public:
  LineTimes(std::shared_ptr<const plan::Plan> plan, const Limits& limits);

  enum class Found : uint8_t {
    kTime,      // *time is set
    kNone,      // a control line, a broken one, or one whose time cannot be read
    kTimeless,  // of a stream without a time
  };
  // `default_stream`: of lines without `_stream`; may be empty.
  Found find(std::string_view line, std::string_view default_stream, int64_t* time);

  // The names of source streams without a time.
  std::vector<std::string> timeless() const;

 private:
  struct Stream {
    const plan::Node* node;
    std::unique_ptr<expr::Program> when;  // null: none
    std::vector<uint16_t> time_only;
  };
  Found of_stream(const Stream& s, int64_t* time);
  bool takes(const Stream& s);

  std::shared_ptr<const plan::Plan> plan_;
  std::vector<Stream> streams_;
  event::LineDecoder decoder_;
  event::RowBuilder row_;
  expr::Arena arena_;
};

}  // namespace cep::cepctl
