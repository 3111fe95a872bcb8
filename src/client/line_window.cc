#include "client/line_window.h"

#include <algorithm>

#include "base/check.h"

namespace cep::client {

void LineWindow::append(std::string_view bytes) {
  const uint64_t at = base_ + bytes_.size();
  for (size_t lf = bytes.find('\n'); lf != std::string_view::npos; lf = bytes.find('\n', lf + 1)) ends_.push_back(at + lf + 1);
  bytes_.append(bytes);
}

void LineWindow::end() {
  const uint64_t whole = ends_.empty() ? base_ + begin_ : ends_.back();
  if (base_ + bytes_.size() > whole) append("\n");
}

void LineWindow::drop_through(uint64_t number) {
  if (number < first_) return;
  const size_t lines = static_cast<size_t>(number - first_ + 1);
  CEP_CHECK(lines <= ends_.size());
  begin_ = static_cast<size_t>(ends_[lines - 1] - base_);
  ends_.erase(ends_.begin(), ends_.begin() + static_cast<std::ptrdiff_t>(lines));
  first_ += lines;
  sent_ = std::max(sent_, base_ + begin_);
  if (begin_ < bytes_.size() && (begin_ < kSlackBytes || begin_ < bytes_.size() / 2)) return;  // each byte is moved once
  bytes_.erase(0, begin_);
  base_ += begin_;
  begin_ = 0;
}

std::string_view LineWindow::unsent(uint64_t last) const {
  if (ends_.empty() || last < first_) return {};
  const size_t lines = static_cast<size_t>(std::min<uint64_t>(last - first_ + 1, ends_.size()));
  const uint64_t end = last == UINT64_MAX ? ends_.back() : ends_[lines - 1];
  if (end <= sent_) return {};
  return std::string_view(bytes_).substr(static_cast<size_t>(sent_ - base_), static_cast<size_t>(end - sent_));
}

}  // namespace cep::client
