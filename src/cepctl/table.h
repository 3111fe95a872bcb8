// Columns of text for people.
#pragma once
#include <string>
#include <vector>

namespace cep::cepctl {

class Table {
 public:
  // Titles; one that begins with '>' has its column to the right.
  explicit Table(std::vector<std::string> titles);
  // As many cells as there are titles.
  void add(std::vector<std::string> cells);
  // Title and rows, each with LF, without blanks at the end; empty without rows. Columns count code points.
  std::string text() const;

 private:
  std::vector<bool> right_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace cep::cepctl
