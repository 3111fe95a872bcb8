// What the file arguments mean: a file, a directory (all files of the kind below it, sorted), "-" for
// standard input.
#pragma once
#include <string>
#include <vector>

#include "cep/diagnostic.h"
#include "cep/status.h"

namespace cep::cepctl {

// The whole text of a file; "-": standard input.
Result<std::string> read_text(const std::string& path);

// The paths that an argument list means; a directory stands for all files below it whose name ends in one of
// `suffixes`, in order of their paths. A path named twice is taken once. A directory without any is an error.
Result<std::vector<std::string>> expand(const std::vector<std::string>& arguments,
                                        const std::vector<std::string>& suffixes);

// The pattern files (*.cep) of the arguments with their texts. Standard input is called kStdinName.
inline constexpr const char* kStdinName = "<stdin>";
Result<std::vector<SourceFile>> read_program(const std::vector<std::string>& arguments);

// "1 file", "3 files".
std::string counted(size_t n, const std::string& noun);

// Line and column (from 1; columns in code points) of a byte of a text.
struct Place {
  size_t line = 1;
  size_t column = 1;
};
Place place_of(const std::string& text, size_t byte);

}  // namespace cep::cepctl
