// `cepctl test`: runs the cases of test files and reports.
#include <chrono>
#include <cstdio>
#include <fstream>
#include <regex>

#include "base/terminal.h"
#include "cepctl/commands.h"
#include "cepctl/compare.h"
#include "cepctl/console.h"
#include "cepctl/files.h"
#include "cepctl/junit.h"

namespace cep::cepctl {
namespace {

class Session {
 public:
  explicit Session(const TestOptions& options)
      : options_(options),
        colour_(base::wants_colour(1) && !options.json),
        runner_{options.shards, options.batches, options.seed, options.threads, colour_, options.restore, options.reload} {}

  // False: the command line is wrong, and it has been said.
  bool prepare() {
    try {
      if (!options_.run.empty()) select_.emplace(options_.run);
    } catch (const std::regex_error& e) {
      complain("--run: `" + options_.run + "` is no regular expression: " + e.what());
      return false;
    }
    auto paths = expand(options_.files, {".yaml", ".yml"});
    if (!paths.ok()) {
      complain(paths.status().message());
      return false;
    }
    paths_ = std::move(paths.value());
    return true;
  }

  int run() {
    Progress progress(paths_.size());
    for (size_t i = 0; i < paths_.size(); ++i) {
      progress.at(i);
      run_file(paths_[i]);
    }
    const bool written = finish();
    if (results_.empty() && !options_.run.empty()) {
      complain("--run: no case has a name that `" + options_.run + "` matches");
      return kWrongUse;
    }
    return failed_ > 0 || !written ? kFindings : kDone;
  }

 private:
  void run_file(const std::string& path) {
    const CaseFile file = read_case_file(path);
    if (!file.errors.empty()) {
      std::string report;
      for (size_t from = 0; from < file.errors.size();) {
        const size_t lf = file.errors.find('\n', from);
        report += "  " + file.errors.substr(from, lf + 1 - from);
        from = lf + 1;
      }
      take({path, "the file itself", 1, 0, {Outcome::kFailed, report}});
      return;
    }
    for (const Case& c : file.cases) {
      if (select_ && !std::regex_search(c.name, *select_)) continue;
      const auto begin = std::chrono::steady_clock::now();
      CaseResult result = run_case(file, c, runner_);
      const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
      take({path, c.name, c.line, seconds, std::move(result)});
    }
  }

  void take(NamedResult r) {
    passed_ += r.result.outcome == Outcome::kPassed;
    failed_ += r.result.outcome == Outcome::kFailed;
    if (options_.json) {
      print_json(r);
    } else if (r.result.outcome == Outcome::kFailed) {
      out_.write_line((colour_ ? "\033[1;31mFAIL\033[0m " : "FAIL ") + r.file + ":" + std::to_string(r.line) +
                      ": " + r.name);
      out_.write(r.result.report);
      out_.flush();
    }
    if (options_.junit.empty()) r.result.report.clear();
    results_.push_back(std::move(r));
  }

  void print_json(const NamedResult& r) {
    Json j;
    j["file"] = r.file;
    j["name"] = r.name;
    j["ok"] = r.result.outcome != Outcome::kFailed;
    j["seconds"] = r.seconds;
    if (r.result.outcome == Outcome::kFailed) {
      j["line"] = r.line;
      j["report"] = r.result.report;
    }
    out_.write_line(j.dump(-1, ' ', false, Json::error_handler_t::replace));
  }

  bool finish() {
    std::string summary = std::to_string(passed_) + " passed, " + std::to_string(failed_) + " failed";
    if (options_.json) {
      std::fprintf(stderr, "%s\n", summary.c_str());
    } else {
      const std::string on = failed_ > 0 ? "\033[1;31m" : "\033[1;32m";
      out_.write_line(colour_ ? on + summary + "\033[0m" : summary);
    }
    bool ok = out_.flush();
    if (options_.junit.empty()) return ok;
    std::ofstream file(options_.junit, std::ios::binary);
    file << junit_text(results_);
    if (!file.flush()) {
      complain("cannot write " + options_.junit);
      ok = false;
    }
    return ok;
  }

  const TestOptions& options_;
  bool colour_;
  RunnerOptions runner_;
  std::optional<std::regex> select_;
  std::vector<std::string> paths_;
  std::vector<NamedResult> results_;
  Output out_;
  size_t passed_ = 0;
  size_t failed_ = 0;
};

}  // namespace

int run_test(const TestOptions& options) {
  Session session(options);
  return session.prepare() ? session.run() : kWrongUse;
}

}  // namespace cep::cepctl
