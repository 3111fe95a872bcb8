// Reads C++ just far enough to know where comments, strings and functions are. Not a parser: it knows the way this project is written.
#pragma once
#include <string>
#include <vector>

namespace tidy {

// The text with comments, string and character literals and preprocessor lines blanked out; line ends stay.
std::string blank_out(const std::string& text);

struct Function {
  std::string name;  // the start of its first line
  int line = 0;      // of its first line, from 1
  int lines = 0;     // from there to its closing brace
};

// Functions with a body, test cases too; a lambda belongs to the function around it. Types and namespaces are looked into, braced data is not.
std::vector<Function> functions(const std::string& text);

}  // namespace tidy
