// `cepctl`: the command line and nothing else. The only file with CLI11.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <csignal>
#include <cstdio>
#include <functional>
#include <map>
#include <optional>

#include "base/nearest.h"
#include "base/process.h"
#include "base/terminal.h"
#include "base/time_text.h"
#include "cepctl/commands.h"
#include "cepctl/console.h"
#include "client/client.h"

namespace cep::cepctl {
namespace {

// All options of all sub-commands, and what to run for each.
struct CommandLine {
  CLI::App app{"Checks, explains, tests and replays patterns, and talks to cepd."};
  std::map<std::string, std::function<int()>> run;
  CheckOptions check;
  InferOptions infer;
  ExplainOptions explain;
  ReplayOptions replay;
  TestOptions test;
  client::SendOptions send;
  client::TailOptions tail;
  StatusOptions status;
  PatternsOptions patterns;
  JournalOptions journal;
};

const char* const kFiles = "pattern files; a directory: all *.cep below it; -: standard input";
const char* const kStatus = "\nExit status: 0 done, 1 findings, 2 wrong use, 3 cannot reach the daemon.";

CLI::App* add(CommandLine* line, const std::string& name, const std::string& about,
              const std::string& examples, std::function<int()> run) {
  CLI::App* sub = line->app.add_subcommand(name, about);
  sub->footer("\nExamples:\n" + examples + kStatus);
  line->run[name] = std::move(run);
  return sub;
}

// A validator that turns "1h30m" into milliseconds.
CLI::Validator duration() {
  return CLI::Validator(
      [](std::string& text) -> std::string {
        const auto ms = base::parse_duration(text);
        if (!ms) return "`" + text + "` is no duration: write d, h, m, s and ms, such as 1m30s or 250ms";
        text = std::to_string(*ms);
        return "";
      },
      "DURATION");
}

// "10x" or "10", more than 0.
CLI::Validator speed() {
  return CLI::Validator(
      [](std::string& text) -> std::string {
        std::string number = text.ends_with('x') ? text.substr(0, text.size() - 1) : text;
        char* end = nullptr;
        const double value = std::strtod(number.c_str(), &end);
        const bool good = !number.empty() && *end == '\0' && value > 0 && value < 1e12;
        if (!good)
          return "`" + text + "` is no speed: write 10x for ten times as fast as the events happened";
        text = number;
        return "";
      },
      "SPEED");
}

CLI::Validator rate() {
  return CLI::Validator(
      [](std::string& text) -> std::string {
        char* end = nullptr;
        const double value = std::strtod(text.c_str(), &end);
        const bool good = !text.empty() && *end == '\0' && value > 0 && value < 1e12;
        return good ? "" : "`" + text + "` is no rate: write lines a second, more than 0";
      },
      "LINES");
}

// An empty name is a variable that was not set, most likely.
CLI::Validator not_empty() {
  return CLI::Validator([](std::string& text) { return text.empty() ? std::string("is empty") : std::string(); }, "NAME");
}

void add_check(CommandLine* line) {
  CheckOptions& o = line->check;
  CLI::App* sub =
      add(line, "check", "Compiles pattern files and prints every mistake with its place.",
          "  cepctl check patterns/\n  cepctl check --json fraud.cep\n", [&o] { return run_check(o); });
  sub->add_option("FILE", o.files, kFiles)->required();
  sub->add_flag("--json", o.json, "one JSON object per mistake");
}

void add_infer(CommandLine* line) {
  InferOptions& o = line->infer;
  CLI::App* sub =
      add(line, "infer", "Prints a `stream` declaration that fits a file of events.",
          "  cepctl infer events.ndjson > events.cep\n  cepctl infer --format csv --name taxi taxi.txt\n",
          [&o] { return run_infer(o); });
  sub->add_option("EVENTS", o.events, "a file of events; -: standard input")->required();
  sub->add_option("--format", o.format, "ndjson or csv (default: by the file's name)")
      ->check(CLI::IsMember({"ndjson", "csv"}));
  sub->add_option("--name", o.name, "the name of the stream (default: the file's name)");
}

void add_explain(CommandLine* line) {
  ExplainOptions& o = line->explain;
  CLI::App* sub =
      add(line, "explain", "Says in words what patterns do: operators, keys, automata, state.",
          "  cepctl explain fraud.cep\n  cepctl explain fraud.cep --dot | dot -Tsvg > fraud.svg\n",
          [&o] { return run_explain(o); });
  sub->add_option("FILE", o.files, kFiles)->required();
  CLI::Option* dot = sub->add_flag("--dot", o.dot, "a graph for Graphviz");
  sub->add_flag("--json", o.json, "the plan as one JSON object")->excludes(dot);
}

void add_replay(CommandLine* line) {
  ReplayOptions& o = line->replay;
  CLI::App* sub =
      add(line, "replay", "Runs recorded events through patterns and prints the records.",
          "  cepctl replay fraud.cep --events transactions.ndjson\n"
          "  cepctl replay patterns/ --events logins=l.ndjson --events payments=p.csv --channel all\n"
          "  tail -f log | cepctl replay login.cep --events -\n"
          "  cepctl journal cat | cepctl replay --events -\n",
          [&o] { return run_replay(o); });
  sub->add_option("FILE", o.files, std::string(kFiles) + "; none: the events begin with the program, as `journal cat` prints it");
  sub->add_option("--events", o.events, "F or STREAM=F, a file of events; several are merged by event time")
      ->required()
      ->allow_extra_args(false);
  sub->add_option("--channel", o.channels, "alerts,timeouts,late,rejects,limits,streams or all")
      ->capture_default_str();
  sub->add_option("--format", o.format, "ndjson or csv (default: by the file's name)")
      ->check(CLI::IsMember({"ndjson", "csv"}));
  sub->add_option("--shards", o.shards, "changes nothing in the records")
      ->check(CLI::Range(1, 64))
      ->capture_default_str();
  sub->add_option("--batch", o.batch, "lines per batch; changes nothing in the records")
      ->check(CLI::Range(1u, 10'000'000u))
      ->capture_default_str();
  sub->add_option("--seed", o.seed, "of the order in which shards run; changes nothing in the records");
  sub->add_option("--speed", o.speed,
                  "10x: ten times as fast as the events happened (default: as fast as it goes)")
      ->transform(speed());
  sub->add_option("--arrival", o.arrival_ms,
                  "for streams without a time: lines arrive so far apart, such as 1ms")
      ->transform(duration());
  sub->add_flag("!--no-flush", o.flush, "leave undecided what is pending when the events end");
  sub->add_flag("--metrics", o.metrics, "counts and speed, to standard error");
  sub->add_option("--config", o.config, "a cepd.yaml: its limits hold, as they would in the daemon");
  sub->add_option("--set", o.sets, "a setting of it, such as limits.matches_per_event=10000")->allow_extra_args(false);
}

void add_test(CommandLine* line) {
  TestOptions& o = line->test;
  CLI::App* sub =
      add(line, "test", "Runs test files: programs, events, expected records.",
          "  cepctl test patterns/\n  cepctl test loops.yaml --run 'greedy|until' --shards 1,3 --batch 1,7\n",
          [&o] { return run_test(o); });
  sub->add_option("FILE", o.files, "test files; a directory: all *.yaml below it")->required();
  sub->add_option("--run", o.run, "only cases whose name this regular expression matches");
  sub->add_option("--shards", o.shards, "run each case with each of these numbers and compare the bytes")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->check(CLI::Range(1, 64));
  sub->add_option("--batch", o.batches, "the same for the lines per batch")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->check(CLI::Range(1u, 10'000'000u));
  sub->add_option("--seed", o.seed, "of the order in which shards run");
  sub->add_flag("--threads", o.threads, "with a thread for each shard; the first combination without them too, and the same bytes");
  sub->add_option("--restore", o.restore, "run each case again and go on in a new engine from a saved state before every so-many-th line (short cases: every line)");
  sub->add_option("--reload", o.reload, "run each case again and load its program anew before every so-many-th line");
  sub->add_option("--junit", o.junit, "a report for build servers, written to this file");
  sub->add_flag("--json", o.json, "one JSON object per case");
}

void add_send(CommandLine* line) {
  client::SendOptions& o = line->send;
  CLI::App* sub =
      add(line, "send",
          "Sends a file of event lines to cepd, waits until they are durable and prints what is rejected.\nAfter a broken connection it goes on where cepd "
          "is; a file that cepd has already is not sent twice.",
          "  cepctl send events.ndjson\n  cepctl send --to 10.0.0.5:7800 --rate 1000 events.ndjson\n  journal | cepctl send --producer gw-7 -\n",
          [&o] { return client::run_send(o); });
  sub->add_option("F", o.file, "a file of event lines; -: standard input")->capture_default_str();
  sub->add_option("--to", o.to, "HOST:PORT of the port `events`")->capture_default_str();
  sub->add_option("--rate", o.rate, "lines a second (default: as fast as the daemon takes them)")
      ->check(rate());
  CLI::Option* producer = sub->add_option("--producer", o.producer, "the name of this sender (default: file:HASH of the content)")->check(not_empty());
  CLI::Option* resume = sub->add_flag("--resume", o.resume, "with --producer: skip as many lines of the input as cepd has of it");
  sub->add_option("--wait", o.wait_ms, "keep trying to connect for so long, such as 5s")
      ->transform(duration());
  sub->add_option("--retry", o.retry_ms, "after the connection broke: keep trying to go on for so long (default: 1m)")
      ->transform(duration());
  sub->add_flag("--plain", o.plain, "no session: lines out, nothing acknowledged, nothing sent again")->excludes(producer)->excludes(resume);
}

void add_tail(CommandLine* line) {
  client::TailOptions& o = line->tail;
  CLI::App* sub =
      add(line, "tail", "Prints the records of cepd as they come.",
          "  cepctl tail --pretty\n  cepctl tail --channel timeouts --pattern 'login_*' --since earliest\n",
          [&o] {
            o.colour = base::wants_colour(1);
            return client::run_tail(o);
          });
  sub->add_option("--from", o.from, "HOST:PORT of the port `alerts`")->capture_default_str();
  sub->add_option("--channel", o.channel, "alerts, timeouts, late, rejects, limits or streams")
      ->check(CLI::IsMember({"alerts", "timeouts", "late", "rejects", "limits", "streams"}))
      ->capture_default_str();
  sub->add_option("--pattern", o.patterns, "only records of patterns with such a name, * and ? allowed")
      ->allow_extra_args(false);
  sub->add_option("--since", o.since,
                  "latest (default), earliest, the number of the first record, or resume (default with --consumer)");
  sub->add_option("--consumer", o.consumer, "acknowledge what was printed under this name, and go on behind it the next time")->check(not_empty());
  sub->add_flag("--pretty", o.pretty, "several lines for people");
  sub->add_option("--count", o.count, "stop after so many records");
  sub->add_option("--idle", o.idle_ms, "stop when no record came for so long, such as 10s")
      ->transform(duration());
  sub->add_option("--wait", o.wait_ms, "keep trying to connect for so long, such as 5s")
      ->transform(duration());
}

void add_status(CommandLine* line) {
  StatusOptions& o = line->status;
  CLI::App* sub = add(line, "status", "Says how a running cepd is: phase, positions, streams with their watermarks, channels, patterns.",
                      "  cepctl status\n  cepctl status --from 10.0.0.5:7802 --json | jq .streams\n", [&o] { return run_status(o); });
  sub->add_option("--from", o.from, "HOST:PORT of the port `http`")->capture_default_str();
  sub->add_flag("--json", o.json, "one JSON object");
}

void add_patterns(CommandLine* line) {
  using Verb = PatternsOptions::Verb;
  PatternsOptions& o = line->patterns;
  CLI::App* sub = add(line, "patterns", "Shows and changes the pattern files of a running cepd.",
                      "  cepctl patterns list\n  cepctl patterns load fraud.cep\n  cepctl patterns remove fraud.cep\n", [&o] { return run_patterns(o); });
  sub->require_subcommand(1);
  auto verb = [&](const char* name, const char* about, Verb v) {
    CLI::App* one = sub->add_subcommand(name, about);
    one->add_option("--at", o.at, "HOST:PORT of the port `http`")->capture_default_str();
    one->add_flag("--json", o.json, "one JSON object");
    one->callback([&o, v] { o.verb = v; });
    return one;
  };
  verb("list", "The files in force and the records of their patterns.", Verb::kList);
  verb("load", "Loads files over those of the same name, all at once; mistakes are printed as `cepctl check` does and change nothing.", Verb::kLoad)
      ->add_option("FILE", o.names, kFiles)
      ->required();
  verb("remove", "Takes files out, by name, until they are loaded again.", Verb::kRemove)->add_option("NAME", o.names, "such as fraud.cep")->required();
}

void add_stream(CommandLine* line) {
  PatternsOptions& o = line->patterns;
  CLI::App* sub = add(line, "stream", "Sets right the clock of a stream of a running cepd.", "  cepctl stream reset-clock transactions\n", [&o] { return run_patterns(o); });
  sub->require_subcommand(1);
  CLI::App* reset = sub->add_subcommand(
      "reset-clock", "Takes the clock of a stream that a line far ahead of its arrival has moved (`status` says which) back to where the others have brought it; all state is kept.");
  reset->add_option("--at", o.at, "HOST:PORT of the port `http`")->capture_default_str();
  reset->add_flag("--json", o.json, "one JSON object");
  reset->add_option_function<std::string>("NAME", [&o](const std::string& name) { o.names = {name}; }, "the stream")->required();
  reset->callback([&o] { o.verb = PatternsOptions::Verb::kResetClock; });
}

CLI::App* add_journal_verb(CLI::App* parent, JournalOptions* o, const std::string& verb, const std::string& about) {
  CLI::App* sub = parent->add_subcommand(verb, about);
  sub->add_option("--data-dir", o->data_dir, "the daemon's data directory")->capture_default_str();
  sub->footer(std::string("\nExample:\n  cepctl journal ") + verb + (verb == "skip" ? " 4711 --reason 'crashes the join'" : "") + " --data-dir /var/lib/cepd\n" + kStatus);
  sub->callback([o, verb] { o->verb = verb; });
  return sub;
}

void add_journal(CommandLine* line) {
  JournalOptions& o = line->journal;
  CLI::App* sub = add(line, "journal", "Looks into the journal of a data directory, and repairs it.",
                      "  cepctl journal ls\n  cepctl journal verify --data-dir /var/lib/cepd\n"
                      "  cepctl journal cat > recorded.ndjson\n  cepctl journal skip 4711 --reason 'crashes the join'\n",
                      [&o] { return run_journal(o); });
  sub->require_subcommand(1);
  add_journal_verb(sub, &o, "ls", "Segments with positions, times and sizes; a running daemon is not disturbed.")
      ->add_flag("--json", o.json, "one JSON object per segment");
  add_journal_verb(sub, &o, "verify", "Reads everything, the output log too; exit status 1 and the way out if anything is damaged.")
      ->add_flag("--json", o.json, "one JSON object per segment, and one for the output log");
  CLI::App* cat = add_journal_verb(sub, &o, "cat", "Prints the journal as event lines that `cepctl replay` obeys.");
  cat->add_option("--from", o.from, "the first position")->capture_default_str();
  cat->add_option("--to", o.to, "the last position (default: all)");
  CLI::App* skip = add_journal_verb(sub, &o, "skip", "Sends the line at which the daemon is held to `rejects` (a tick or load: to nowhere); it must be stopped.");
  skip->add_option("POS", o.position, "the position, as the daemon says it when it is held")->required();
  skip->add_option("--reason", o.reason, "why, for the reject")->capture_default_str();
  add_journal_verb(sub, &o, "diff", "Replays the journal beside what was sent and shows what differs; exit status 1 if anything does.")
      ->add_flag("--json", o.json, "one JSON object per difference");
  CLI::App* repair = add_journal_verb(sub, &o, "repair", "Keeps what comes before the first damage, sets the rest aside; the daemon must be stopped.");
  repair->add_flag("--accept-output", o.accept_output, "after a replay that diverged: what was sent holds, and the channel limits tells what differs");
  repair->add_flag("--accept-journal", o.accept_journal, "after a replay that diverged: what the journal makes now holds; what was sent is moved aside from the first difference on");
}

std::string did_you_mean(const std::string& word, const std::vector<std::string>& known) {
  const std::string near = base::nearest(word, known);
  return near.empty() ? "" : "; did you mean `" + near + "`?";
}

int unknown_word(const std::string& what, const std::string& word, const std::vector<std::string>& known,
                 const std::string& help) {
  complain("there is no " + what + " `" + word + "`" + did_you_mean(word, known) + "\nTry `" + help +
           " --help`.");
  return kWrongUse;
}

// What the interface names and this version does not have; empty: it has it, or nobody has said that it would.
std::string not_there_yet(const std::string& command) {
  if (command == "savepoint") return "`savepoint` is not in this version: it makes no checkpoints yet; a start works the whole journal again";
  if (command == "top") return "`top` is not in this version; `cepctl status` says how the daemon does";
  return "";
}

std::vector<std::string> words_of(const CLI::App* app) {
  std::vector<std::string> words;
  for (const CLI::App* sub : app->get_subcommands([](const CLI::App*) { return true; })) words.push_back(sub->get_name());
  return words;
}

// The status if the words in front are no sub-command.
std::optional<int> wrong_words(const CommandLine& line, int argc, char** argv) {
  const CLI::App* app = &line.app;
  std::string name = "cepctl";
  for (int i = 1; !words_of(app).empty(); ++i) {
    const std::vector<std::string> known = words_of(app);
    const bool word = i < argc && argv[i][0] != '-';
    if (word && std::find(known.begin(), known.end(), argv[i]) != known.end()) {
      app = app->get_subcommand(argv[i]);
      name += std::string(" ") + argv[i];
      continue;
    }
    if (i == 1 && word && !not_there_yet(argv[1]).empty()) {
      complain(not_there_yet(argv[1]));
      return kWrongUse;
    }
    if (word) return unknown_word("sub-command", argv[i], known, name);
    if (i == 1 || i < argc) return std::nullopt;  // flags, of which --help may be one
    std::string list;
    for (const std::string& each : known) list += (list.empty() ? "" : ", ") + each;
    complain("`" + name + "` needs one of " + list + "\nTry `" + name + " --help`.");
    return kWrongUse;
  }
  return std::nullopt;
}

// What CLI11 found wrong, in our words and with our exit status.
int wrong_use(const CommandLine& line, const CLI::ParseError& e) {
  const CLI::App* sub = &line.app;
  std::string name = "cepctl";
  for (auto used = sub->get_subcommands(); !used.empty(); used = sub->get_subcommands()) {
    sub = used.front();
    name += " " + sub->get_name();
  }
  std::vector<std::string> known;
  for (const CLI::Option* o : sub->get_options())
    for (const std::string& n : o->get_lnames()) known.push_back("--" + n);
  for (const std::string& word : line.app.remaining(true))
    if (word.size() > 1 && word[0] == '-')
      return unknown_word("flag", word.substr(0, word.find('=')), known, name);
  complain(std::string(e.what()) + "\nTry `" + name + " --help`.");
  return kWrongUse;
}

int run(int argc, char** argv) {
  CommandLine line;
  line.app.name("cepctl");
  line.app.require_subcommand(1);
  line.app.set_version_flag("--version", "cepctl " CEPD_VERSION);
  line.app.footer(std::string("\nExample:\n  cepctl check patterns/   and `cepctl check --help` for more\n") +
                  kStatus);
  add_check(&line);
  add_infer(&line);
  add_explain(&line);
  add_replay(&line);
  add_test(&line);
  add_send(&line);
  add_tail(&line);
  add_status(&line);
  add_patterns(&line);
  add_stream(&line);
  add_journal(&line);
  if (const std::optional<int> wrong = wrong_words(line, argc, argv)) return *wrong;
  if (argc == 1) {
    std::fputs(line.app.help().c_str(), stderr);
    return kWrongUse;
  }
  try {
    line.app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    if (e.get_exit_code() == 0) return line.app.exit(e);  // help, version
    return wrong_use(line, e);
  }
  return line.run.at(line.app.get_subcommands().front()->get_name())();
}

}  // namespace
}  // namespace cep::cepctl

int main(int argc, char** argv) {
  cep::base::prepare_process();
  // A reader that has gone (| head) ends this process quietly, whatever was inherited.
  std::signal(SIGPIPE, SIG_DFL);
  return cep::cepctl::run(argc, argv);
}
