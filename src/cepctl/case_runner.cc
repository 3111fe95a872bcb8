#include "cepctl/case_runner.h"

#include <algorithm>

#include "base/visible.h"
#include "cepctl/compare.h"
#include "event/csv_reader.h"

namespace cep::cepctl {
namespace {

constexpr size_t kShown = 20;  // records of a kind in a report

// What one run gave.
struct Collected {
  bool loaded = false;
  std::vector<Diagnostic> diagnostics;
  std::string failure;  // of a {"_load":…} among the events, of a saved state
  std::vector<std::string> lines[kChannels];
};

// One run of a case.
class CaseEngine {
 public:
  CaseEngine(const Case& c, const Combination& how, uint64_t seed) : case_(c), how_(how) {
    options_.test_alerts = true;
    options_.shards = how.shards;
    options_.batch = how.batch;
    options_.seed = seed;
    options_.threads = how.threads;
    if (how.threads) options_.channel_bytes = 1;  // shards meet full channels
  }

  Collected run() {
    engine_ = Engine::create(case_.program, options_, sink(), &out_.diagnostics);
    if (engine_ == nullptr) return std::move(out_);
    out_.loaded = true;
    program_ = {case_.program, {}, options_.limits, engine_->semantics()};
    if (how_.reload > 0) Engine::read_table_files(&program_, &out_.diagnostics);
    if (case_.csv) offer_csv();
    else offer_lines();
    if (out_.failure.empty()) engine_->end();
    return std::move(out_);
  }

 private:
  Engine::Sink sink() {
    return [this](const Record& r) { out_.lines[static_cast<int>(r.channel)].emplace_back(r.line); };
  }

  void offer_csv() {
    event::CsvReader csv(options_.limits);
    csv.feed(case_.events);
    csv.finish();
    for (event::CsvRecord record; out_.failure.empty() && csv.next(&record);) {
      before_line();
      if (!out_.failure.empty()) return;
      if (record.broken) engine_->offer_broken(record.line, record.reason);
      else engine_->offer(record.line, {});
    }
  }

  void offer_lines() {
    std::string_view rest = case_.events;
    while (!rest.empty()) {
      before_line();
      if (!out_.failure.empty()) return;
      const size_t lf = rest.find('\n');
      const OfferResult result = engine_->offer(rest.substr(0, lf), {});
      if (result.load_failed) out_.failure = result.reason;
      if (!out_.failure.empty()) return;
      rest.remove_prefix(lf == std::string_view::npos ? rest.size() : lf + 1);
    }
  }

  void before_line() {
    ++line_;
    if (how_.reload > 0 && line_ % how_.reload == 0) {
      program_.semantics = engine_->semantics();  // a `_load` of the case may have said another
      engine_->load(program_, &out_.diagnostics);
    }
    if (how_.restore > 0 && line_ % how_.restore == 0) restart();
  }

  // What was offered goes on in an engine that knows nothing but the saved state.
  void restart() {
    const std::string state = engine_->save();
    engine_.reset();
    if (how_.reshard) options_.shards = 1 + (options_.shards + 1) % kReshardMost;
    Result<std::unique_ptr<Engine>> restored = Engine::restore(state, options_, sink());
    if (restored.ok()) engine_ = std::move(restored.value());
    else out_.failure = restored.status().message();
  }

  static constexpr int kReshardMost = 5;

  const Case& case_;
  const Combination& how_;
  EngineOptions options_;
  Program program_;
  Collected out_;
  std::unique_ptr<Engine> engine_;
  uint32_t line_ = 0;
};

class CaseRun {
 public:
  CaseRun(const CaseFile& file, const Case& c, const RunnerOptions& options)
      : case_(c), options_(options), rules_{file.event_id, file.any_order} {}

  CaseResult run() {
    bool first = true;
    for (const Combination& how : combinations()) {
      Collected came = CaseEngine(case_, how, options_.seed).run();
      if (first) {
        first_ = std::move(came);
        judge();
      } else {
        compare_with_first(came, how);
      }
      first = false;
      if (!result_.report.empty()) break;
    }
    if (!result_.report.empty()) result_.outcome = Outcome::kFailed;
    return std::move(result_);
  }

 private:
  std::vector<Combination> combinations() const {
    std::vector<int> shards = !options_.shards.empty() ? options_.shards : case_.shards;
    if (shards.empty()) shards = {1};
    std::vector<uint32_t> batches = options_.batches;
    if (batches.empty()) batches = {1000};
    std::vector<Combination> list;
    if (options_.threads) list.push_back({shards.front(), batches.front()});
    for (int s : shards)
      for (uint32_t b : batches) list.push_back({s, b, options_.threads});
    const size_t plain = list.size();
    if (options_.reload > 0)
      for (size_t i = 0; i < plain; ++i) list.push_back({list[i].shards, list[i].batch, list[i].threads, options_.reload});
    if (options_.restore > 0) add_restored(plain, &list);
    return list;
  }

  void add_restored(size_t plain, std::vector<Combination>* list) const {
    constexpr ptrdiff_t kShort = 30;
    const bool is_short = std::count(case_.events.begin(), case_.events.end(), '\n') < kShort;
    const uint32_t every = is_short ? 1 : options_.restore;
    for (size_t i = 0; i < plain; ++i) list->push_back({(*list)[i].shards, (*list)[i].batch, (*list)[i].threads, 0, every});
    list->push_back({list->front().shards, list->front().batch, options_.threads, 0, every, true});
  }

  void line(const std::string& text) { result_.report += "  " + text + "\n"; }
  void indented(const std::string& text) {
    for (size_t from = 0; from < text.size();) {
      const size_t lf = std::min(text.find('\n', from), text.size());
      line("  " + text.substr(from, lf - from));
      from = lf + 1;
    }
  }
  void marked(char mark, const std::string& word, const std::string& text) {
    const bool missing = mark == '-';
    const std::string on = options_.colour ? (missing ? "\033[31m" : "\033[32m") : "";
    line("  " + on + mark + " " + word + " " + base::visible(text) + (options_.colour ? "\033[0m" : ""));
  }

  // The first combination against what the case expects.
  void judge() {
    if (case_.error) {
      judge_error();
    } else if (!first_.loaded) {
      line("the program does not load:");
      indented(render_all(first_.diagnostics, case_.program, options_.colour));
    } else if (!first_.failure.empty()) {
      line("a load among the events failed:");
      indented(base::visible_lines(first_.failure));
    } else {
      for (int i = 0; i < kChannels; ++i) judge_channel(static_cast<Channel>(i));
    }
  }

  void judge_error() {
    if (first_.loaded) {
      line("the program loads, but an error that contains \"" + *case_.error + "\" was expected");
      return;
    }
    for (const Diagnostic& d : first_.diagnostics) {
      if (d.severity != Severity::kError) continue;
      if (render(d, case_.program).find(*case_.error) != std::string::npos) return;
    }
    line("no error contains \"" + *case_.error + "\":");
    indented(render_all(first_.diagnostics, case_.program, options_.colour));
  }

  void judge_channel(Channel channel) {
    const ExpectedChannel* expected = nullptr;
    for (const ExpectedChannel& e : case_.expect)
      if (e.channel == channel) expected = &e;
    const bool checked_always =
        channel == Channel::kAlerts || channel == Channel::kLate || channel == Channel::kRejects;
    if (expected == nullptr && !checked_always) return;
    const std::vector<config::YamlNode> none;
    const std::vector<config::YamlNode>& wanted = expected != nullptr ? expected->records : none;
    std::vector<Json> came;
    for (const std::string& text : first_.lines[static_cast<int>(channel)]) {
      came.push_back(Json::parse(text, nullptr, false));
      if (came.back().is_discarded()) {
        line(std::string(channel_name(channel)) + ": a record is no JSON: " + base::visible(text));
        return;
      }
    }
    const Difference d = compare(wanted, came, rules_);
    if (!d.none()) report(channel, wanted, came, d);
  }

  void report(Channel channel, const std::vector<config::YamlNode>& wanted, const std::vector<Json>& came,
              const Difference& d) {
    line(std::string(channel_name(channel)) + ": " + std::to_string(wanted.size()) + " expected, " +
         std::to_string(came.size()) + " came" + (d.only_order ? ": the right ones, in another order" : ""));
    std::vector<std::string> members;  // those that the expectations of this channel speak of
    for (const config::YamlNode& w : wanted)
      for (const config::YamlMember& m : w.members)
        if (std::find(members.begin(), members.end(), m.key) == members.end()) members.push_back(m.key);
    for (size_t i = 0; i < std::min(d.missing.size(), kShown); ++i)
      marked('-', "missing ", flow_text(wanted[d.missing[i]]));
    if (d.missing.size() > kShown)
      line("  … and " + std::to_string(d.missing.size() - kShown) + " more missing");
    for (size_t i = 0; i < std::min(d.extra.size(), kShown); ++i)
      marked('+', "too many", flow_text(came[d.extra[i]], members, rules_));
    if (d.extra.size() > kShown)
      line("  … and " + std::to_string(d.extra.size() - kShown) + " more too many");
    std::string why;
    if (d.missing.size() == 1 && d.extra.size() == 1 && !d.only_order &&
        !fits(wanted[d.missing[0]], came[d.extra[0]], rules_, &why)) {
      line("  they part at " + why);
    }
  }

  // Every other combination: the same bytes.
  void compare_with_first(const Collected& other, const Combination& how) {
    const std::string with =
        "with " + std::to_string(how.shards) + " shards" + (how.threads ? " in threads" : "") + " and batches of " +
        std::to_string(how.batch) +
        (how.reload > 0 ? ", loaded anew every " + std::to_string(how.reload) + " lines" : "") +
        (how.restore > 0 ? ", restored every " + std::to_string(how.restore) + " lines" : "") + (how.reshard ? " with other shards" : "");
    if (other.failure != first_.failure) {
      line(with + ": " + (other.failure.empty() ? "no failure, unlike before" : other.failure));
      return;
    }
    if (other.loaded != first_.loaded) {
      line(with + (other.loaded ? ": loads" : ": does not load") + ", unlike before");
      return;
    }
    for (int i = 0; i < kChannels; ++i) {
      const auto& a = first_.lines[i];
      const auto& b = other.lines[i];
      if (a == b) continue;
      const auto [at_a, at_b] = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
      line(std::string(channel_name(static_cast<Channel>(i))) + ": other bytes " + with +
           ", first at record " + std::to_string(at_a - a.begin() + 1) + ":");
      marked('-', "first run", at_a == a.end() ? "(no more records)" : *at_a);
      marked('+', "this run ", at_b == b.end() ? "(no more records)" : *at_b);
      return;
    }
  }

  const Case& case_;
  const RunnerOptions& options_;
  CompareRules rules_;
  Collected first_;
  CaseResult result_;
};

}  // namespace

CaseResult run_case(const CaseFile& file, const Case& c, const RunnerOptions& options) {
  return CaseRun(file, c, options).run();
}

}  // namespace cep::cepctl
