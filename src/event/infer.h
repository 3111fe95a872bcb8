// Event lines to the text of `stream` declarations that fit them: a start for people, with its guesses in
// comments. A function of the lines.
#pragma once
#include <string>
#include <vector>

namespace cep::event {

struct InferOptions {
  std::string name = "events";  // of the stream, where there is one; made an identifier
  bool csv = false;             // the lines come from CSV: numbers are text there
};

// One `stream`, or one per value of a member that tells kinds of events apart ("_stream", "@stream", "type"
// …), with `when`. Lines that are no events (blank, control, broken) are left out and counted in a comment.
// Empty if no line is an event.
std::string infer_streams(const std::vector<std::string>& lines, const InferOptions& options);

}  // namespace cep::event
