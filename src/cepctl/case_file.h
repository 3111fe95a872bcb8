// The files of `cepctl test` (README.md, "cepctl"): a list of cases, each a program, events, and the
// records that must come or the error that must be reported. Read strictly: a key that is not known, given
// twice or of another form is an error with its line.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "cep/diagnostic.h"
#include "cep/engine.h"
#include "config/yaml.h"

namespace cep::cepctl {

struct ExpectedChannel {
  Channel channel = Channel::kAlerts;
  std::vector<config::YamlNode> records;
};

struct Case {
  std::string name;
  int line = 0;                     // in its file
  std::vector<SourceFile> program;  // prelude, pattern files, program
  std::string events;               // the lines
  bool csv = false;                 // `events` is CSV with a header line
  std::vector<ExpectedChannel> expect;
  std::optional<std::string> error;  // instead of `expect`
  std::vector<int> shards;           // empty: not given
};

struct CaseFile {
  std::string path;
  std::string event_id;  // empty: not given
  bool any_order = false;
  std::vector<Case> cases;
  std::string errors;  // rendered; not empty: `cases` is not to be used
};

// Reads a file. A file that cannot be read is an error like any other.
CaseFile read_case_file(const std::string& path);
// The same from a text; `path` says what files in it are relative to.
CaseFile parse_case_file(const std::string& path, const std::string& text);

}  // namespace cep::cepctl
