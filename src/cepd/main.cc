// cepd, the daemon: the command line alone.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>

#include "base/nearest.h"
#include "base/process.h"
#include "cepd/start.h"

namespace {

// What CLI11 found wrong, in the words that cepctl has for it.
int wrong_use(const CLI::App& app, const CLI::ParseError& error) {
  std::string what = error.what();
  const std::vector<std::string> words = app.remaining(true);
  if (!words.empty()) {
    std::vector<std::string> known;
    for (const CLI::Option* o : app.get_options())
      for (const std::string& name : o->get_lnames()) known.push_back("--" + name);
    auto flag = std::find_if(words.begin(), words.end(), [](const std::string& word) { return word.starts_with('-'); });
    if (flag != words.end()) {
      const std::string name = flag->substr(0, flag->find('=')), near = cep::base::nearest(name, known);
      what = "there is no flag `" + name + "`" + (near.empty() ? "" : "; did you mean `" + near + "`?");
    } else {
      what = "`" + words.front() + "` belongs to no flag; settings are read with `--config " + words.front() + "`";
    }
  }
  std::fprintf(stderr, "cepd: %s\nTry `cepd --help`.\n", what.c_str());
  return cep::cepd::kUsage;
}

}  // namespace

int main(int argc, char** argv) {
  cep::base::prepare_process();
  cep::base::prepare_daemon();
  CLI::App app{"cepd: finds patterns in streams of events. Event lines come in over TCP, records go to subscribers.\n"
               "Without --config it runs on its defaults: patterns from ./patterns, data in ./cepd-data, events on 127.0.0.1:7800, alerts on 7801, HTTP on 7802.\n"
               "SIGHUP reads the patterns again, SIGTERM stops it.\n"
               "Example: cepd --config /etc/cepd/cepd.yaml --set limits.line=2MiB",
               "cepd"};
  cep::cepd::StartOptions options;
  app.add_option("--config", options.config, "settings, a YAML file")->option_text("FILE");
  app.add_option("--set", options.sets, "one setting over the file's, such as listen.events=127.0.0.1:0; may be repeated")
      ->option_text("KEY=VALUE")
      ->expected(1)
      ->take_all();
  app.add_flag("--check", options.check, "read the settings and compile the patterns, say what is wrong with them, and end");
  app.add_option("--ports-file", options.ports_file, "write the ports that are bound to FILE (for port 0: whichever is free)")->option_text("FILE");
  app.set_version_flag("--version", "cepd 0.1.0");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error);  // help, version
    return wrong_use(app, error);
  }
  return cep::cepd::start(options);
}
