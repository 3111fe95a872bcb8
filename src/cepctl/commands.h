// The sub-commands of cepctl: one options struct and one function each, so that main.cc alone knows the
// command line. All return an exit status: 0 done, 1 findings, 2 wrong use, 3 no daemon. Data goes to standard output, everything else to
// standard error.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace cep::cepctl {

inline constexpr int kDone = 0;
inline constexpr int kFindings = 1;
inline constexpr int kWrongUse = 2;
inline constexpr int kUnreachable = 3;

struct CheckOptions {
  std::vector<std::string> files;  // files, directories, "-"
  bool json = false;               // one object per mistake
};
int run_check(const CheckOptions& options);

struct InferOptions {
  std::string events;  // a file or "-"
  std::string format;  // "ndjson", "csv" or empty: by the file's name
  std::string name;    // of the stream; empty: the file's name
};
int run_infer(const InferOptions& options);

struct ExplainOptions {
  std::vector<std::string> files;
  bool dot = false;
  bool json = false;
};
int run_explain(const ExplainOptions& options);

struct ReplayOptions {
  std::vector<std::string> files;
  std::vector<std::string> events;  // "F" or "STREAM=F"
  std::string channels = "alerts";  // names with commas between, or "all"
  std::string format;               // "ndjson", "csv" or empty: by each file's name
  int shards = 1;
  uint32_t batch = 1000;
  uint64_t seed = 0;
  double speed = 0;         // 10: ten times as fast as the events happened; 0: as fast as it goes
  int64_t arrival_ms = -1;  // between two lines, for streams without a time; -1: not given
  bool flush = true;        // decide all that is pending at the end
  bool metrics = false;
  std::string config;               // a cepd.yaml whose limits hold; empty: the defaults
  std::vector<std::string> sets;    // settings over it, "limits.matches_per_event=10000"
};
int run_replay(const ReplayOptions& options);

struct TestOptions {
  std::vector<std::string> files;  // *.yaml; directories: all *.yaml below
  std::vector<int> shards;         // empty: as the case says, else 1
  std::vector<uint32_t> batches;   // empty: 1000
  uint64_t seed = 0;
  bool threads = false;  // each combination with threads; the first one without them before
  uint32_t restore = 0;  // as RunnerOptions (case_runner.h)
  uint32_t reload = 0;  // as RunnerOptions (case_runner.h)
  std::string run;    // a regular expression that selects cases by name
  std::string junit;  // a file to write
  bool json = false;  // one object per case
};
int run_test(const TestOptions& options);

struct StatusOptions {
  std::string from = "127.0.0.1:7802";  // of the port `http`
  bool json = false;                    // the daemon's own object
};
int run_status(const StatusOptions& options);

struct PatternsOptions {
  enum class Verb : uint8_t { kList, kLoad, kRemove, kResetClock } verb = Verb::kList;
  std::string at = "127.0.0.1:7802";
  std::vector<std::string> names;  // kLoad: files, directories; kRemove: names in the daemon; kResetClock: a stream
  bool json = false;
};
// Several files come and go together: all of them at one position of the input, or none. Standard input is loaded as stdin.cep.
int run_patterns(const PatternsOptions& options);

struct JournalOptions {
  std::string verb;                   // "ls", "cat", "verify", "diff", "skip" or "repair"
  std::string data_dir = "cepd-data";
  uint64_t from = 1, to = UINT64_MAX; // cat: positions
  uint64_t position = 0;              // skip
  std::string reason = "skipped by `cepctl journal skip`";
  bool json = false;                  // ls, verify: one object per segment; diff: per difference
  bool accept_output = false, accept_journal = false;   // repair: what holds after a replay that diverged
};
int run_journal(const JournalOptions& options);

}  // namespace cep::cepctl
