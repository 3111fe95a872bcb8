// The pattern files that the setting `patterns` names, with their texts.
#pragma once
#include <string>
#include <vector>

#include "cep/diagnostic.h"
#include "cep/status.h"

namespace cep::config {

// Files and folders (all *.cep below them), in order of their paths within each. A path that cannot be read is an error; a folder without pattern
// files is none.
Result<std::vector<SourceFile>> read_program_files(const std::vector<std::string>& paths);

// The whole text of one file.
Result<std::string> read_file(const std::string& path);

}  // namespace cep::config
