// Every program of the conformance files loads, and what must not load does not.
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <filesystem>

#include "bind_kit.h"
#include "doctest/doctest.h"

namespace cep::lang {
namespace {

void run_file(const std::filesystem::path& path, size_t* cases) {
  YAML::Node file = YAML::LoadFile(path.string());
  std::string prelude = file["prelude"] ? file["prelude"].as<std::string>() : "";
  for (const YAML::Node& node : file["cases"]) {
    std::string program = prelude + node["program"].as<std::string>();
    ++*cases;
    Compiled c = bind_text(program);
    CAPTURE(path.string());
    CAPTURE(node["name"].as<std::string>());
    CAPTURE(c.text());
    if (!node["error"]) {
      CHECK(c.errors() == 0);
      continue;
    }
    std::string wanted = node["error"].as<std::string>();
    bool said =
        std::any_of(c.result.diagnostics.begin(), c.result.diagnostics.end(), [&](const Diagnostic& d) {
          return d.severity == Severity::kError && contains(render(d, c.files), wanted);
        });
    CHECK(said);
    CHECK(c.errors() == 1);  // each mistake once
  }
}

}  // namespace

TEST_CASE("the conformance files load, or are refused, as they say") {
  size_t cases = 0;
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::directory_iterator(CEPD_SOURCE_DIR "/test/conformance"))
    if (entry.path().extension() == ".yaml") paths.push_back(entry.path());
  std::sort(paths.begin(), paths.end());
  for (const auto& path : paths) run_file(path, &cases);
  CHECK(cases > 4000);
}

}  // namespace cep::lang
