#include "cepctl/files.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <set>

#include "base/utf8.h"

namespace cep::cepctl {
namespace {

namespace fs = std::filesystem;

bool ends_with_any(const std::string& name, const std::vector<std::string>& suffixes) {
  return std::any_of(suffixes.begin(), suffixes.end(),
                     [&](const std::string& s) { return name.ends_with(s); });
}

Result<std::vector<std::string>> files_below(const std::string& directory,
                                             const std::vector<std::string>& suffixes) {
  std::vector<std::string> found;
  std::error_code ec;
  fs::recursive_directory_iterator it(directory, ec);
  while (!ec && it != fs::recursive_directory_iterator()) {
    const std::string path = it->path().string();
    std::error_code ignored;
    if (it->is_regular_file(ignored) && ends_with_any(path, suffixes)) found.push_back(path);
    it.increment(ec);
  }
  if (ec) return Status::error("cannot read " + directory + ": " + ec.message());
  if (found.empty()) return Status::error("there is no *" + suffixes.front() + " file below " + directory);
  std::sort(found.begin(), found.end());
  return found;
}

}  // namespace

Result<std::string> read_text(const std::string& path) {
  const int fd = path == "-" ? STDIN_FILENO : ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return Status::error("cannot read " + path + ": " + std::strerror(errno));
  std::string text;
  size_t used = 0;
  Status status;
  while (true) {
    text.resize(used + 256 * 1024);
    const ssize_t n = ::read(fd, text.data() + used, text.size() - used);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) status = Status::error("cannot read " + path + ": " + std::strerror(errno));
    if (n <= 0) break;
    used += static_cast<size_t>(n);
  }
  if (fd != STDIN_FILENO) ::close(fd);
  if (!status.ok()) return status;
  text.resize(used);
  return text;
}

Result<std::vector<std::string>> expand(const std::vector<std::string>& arguments,
                                        const std::vector<std::string>& suffixes) {
  std::vector<std::string> out;
  std::set<std::string> seen;
  auto add = [&](const std::string& path) {
    std::error_code ec;
    const fs::path whole = path == "-" ? fs::path(path) : fs::weakly_canonical(path, ec);
    if (seen.insert(ec ? path : whole.string()).second) out.push_back(path);
  };
  for (const std::string& argument : arguments) {
    std::error_code ec;
    if (argument == "-" || !fs::is_directory(argument, ec)) {
      add(argument);
      continue;
    }
    auto found = files_below(argument, suffixes);
    if (!found.ok()) return found.status();
    for (const std::string& path : found.value()) add(path);
  }
  return out;
}

Result<std::vector<SourceFile>> read_program(const std::vector<std::string>& arguments) {
  auto paths = expand(arguments, {".cep"});
  if (!paths.ok()) return paths.status();
  std::vector<SourceFile> files;
  for (const std::string& path : paths.value()) {
    auto text = read_text(path);
    if (!text.ok()) return text.status();
    files.push_back({path == "-" ? std::string(kStdinName) : path, std::move(text.value())});
  }
  return files;
}

std::string counted(size_t n, const std::string& noun) {
  return std::to_string(n) + " " + noun + (n == 1 ? "" : "s");
}

Place place_of(const std::string& text, size_t byte) {
  Place p;
  for (size_t i = 0; i < byte && i < text.size(); ++i) {
    if (text[i] == '\n') {
      ++p.line;
      p.column = 1;
    } else if (base::begins_code_point(text[i])) {
      ++p.column;
    }
  }
  return p;
}

}  // namespace cep::cepctl
