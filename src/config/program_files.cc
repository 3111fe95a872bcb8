#include "config/program_files.h"

#include <algorithm>
#include <filesystem>
#include <set>

#include "base/regular_file.h"

namespace cep::config {
namespace {

namespace fs = std::filesystem;

Result<std::vector<std::string>> files_of(const std::string& path) {
  std::error_code error;
  fs::file_status status = fs::status(path, error);
  if (!fs::exists(status)) return Status::error("cannot read the patterns in " + path + ": " + (error ? error.message() : "it is not there"));
  if (!fs::is_directory(status)) return std::vector<std::string>{path};
  std::vector<std::string> found;
  fs::recursive_directory_iterator it(path, error);
  for (; !error && it != fs::recursive_directory_iterator(); it.increment(error)) {
    std::error_code ignored;
    if (it->path().extension() == ".cep" && it->is_regular_file(ignored)) found.push_back(it->path().string());
  }
  if (error) return Status::error("cannot read the patterns in " + path + ": " + error.message());
  std::sort(found.begin(), found.end());
  return found;
}

}  // namespace

Result<std::string> read_file(const std::string& path) { return base::read_regular(path); }

Result<std::vector<SourceFile>> read_program_files(const std::vector<std::string>& paths) {
  std::vector<SourceFile> files;
  std::set<std::string> seen;
  for (const std::string& path : paths) {
    Result<std::vector<std::string>> found = files_of(path);
    if (!found.ok()) return found.status();
    for (const std::string& name : found.value()) {
      std::error_code error;
      std::string whole = fs::weakly_canonical(name, error).string();
      if (!seen.insert(error ? name : whole).second) continue;
      Result<std::string> text = read_file(name);
      if (!text.ok()) return text.status();
      files.push_back({name, std::move(text.value())});
    }
  }
  return files;
}

}  // namespace cep::config
