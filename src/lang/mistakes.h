// Where the lexer and the grammar report to: the errors of one file, with a bound, so that rubbish does not
// flood the reader.
#pragma once
#include <string>
#include <utility>
#include <vector>

#include "cep/diagnostic.h"

namespace cep::lang {

inline constexpr int kMaxMistakes = 100;  // of one file

// A message quotes names, and a name can be as long as its file: what is longer than people read is cut.
std::string bounded(std::string message);

class Mistakes {
 public:
  explicit Mistakes(std::vector<Diagnostic>* errors) : errors_(errors) {}

  void add(Span span, std::string message) {
    if (full()) return;
    if (++count_ > kMaxMistakes) message = "more than 100 mistakes in this file; what follows is not read";
    errors_->push_back({Severity::kError, span, bounded(std::move(message))});
  }
  bool full() const { return count_ > kMaxMistakes; }
  int count() const { return count_; }

 private:
  std::vector<Diagnostic>* errors_;
  int count_ = 0;
};

}  // namespace cep::lang
