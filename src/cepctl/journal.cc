// `cepctl journal`: looks into a data directory's journal, beside a running daemon too, and repairs it when none runs.
#include <algorithm>
#include <cstdio>
#include <map>
#include <nlohmann/json.hpp>

#include "base/time_text.h"
#include "base/utf8.h"
#include "base/visible.h"
#include "cepctl/commands.h"
#include "cepctl/console.h"
#include "cepctl/files.h"
#include "cepctl/journal_diff.h"
#include "cepctl/journal_lines.h"
#include "cepctl/table.h"
#include "engine/recovery.h"
#include "event/json_scan.h"
#include "journal/entry.h"
#include "journal/reader.h"
#include "output/repair.h"

namespace cep::cepctl {
namespace {

using journal::Entry;
using journal::EntryKind;
using journal::SegmentInfo;

int wrong(const std::string& message) {
  complain(message);
  return kWrongUse;
}

int finding(const std::string& message) {
  complain(message);
  return kFindings;
}

// Draws a bar for work whose size is known once it has begun.
class Bar {
 public:
  void at(uint64_t done, uint64_t total) {
    if (!bar_) bar_ = std::make_unique<Progress>(total);
    bar_->at(done);
  }
  journal::OnProgress hook() {
    return [this](uint64_t done, uint64_t total) { at(done, total); };
  }

 private:
  std::unique_ptr<Progress> bar_;
};

std::string time_text(int64_t ms) {
  std::string out;
  base::append_rfc3339(ms, &out);
  return out;
}

std::string size_text(uint64_t bytes) {
  char text[32];
  if (bytes < 10240) std::snprintf(text, sizeof text, "%llu B", static_cast<unsigned long long>(bytes));
  else if (bytes < 10ull << 20) std::snprintf(text, sizeof text, "%.1f KiB", static_cast<double>(bytes) / 1024);
  else std::snprintf(text, sizeof text, "%.1f MiB", static_cast<double>(bytes) / (1 << 20));
  return text;
}

class JournalTool {
 public:
  explicit JournalTool(const JournalOptions& options)
      : options_(options), env_(base::posix_env()), dir_(options.data_dir + "/journal") {}

  int run() {
    if (!env_->exists(dir_)) return wrong("there is no journal in " + options_.data_dir + "; --data-dir says where the daemon keeps its data");
    if (options_.verb == "ls" || options_.verb == "verify") return list();
    if (options_.verb == "cat") return cat();
    if (options_.verb == "diff") return diff();
    auto lock = env_->lock(options_.data_dir + "/LOCK");
    if (!lock.ok()) return wrong(lock.status().message() + ". Stop the daemon first: only then may its journal be changed");
    if (options_.verb == "skip") return skip();
    return options_.accept_output || options_.accept_journal ? settle() : mend();
  }

 private:
  // ---- ls, verify
  int list() {
    Bar bar;
    Result<std::vector<SegmentInfo>> infos = journal::inspect(env_, dir_, bar.hook());
    bar = {};
    if (!infos.ok()) return finding(infos.status().message());
    Output out;
    if (options_.json) print_json(infos.value(), &out);
    else print_table(infos.value(), &out);
    const auto bad = std::find_if(infos.value().begin(), infos.value().end(), [](const SegmentInfo& s) { return s.fatal; });
    const bool damaged = bad != infos.value().end();
    const bool verify = options_.verb == "verify";
    if (verify && !options_.json) print_verdict(infos.value(), damaged ? &*bad : nullptr, &out);
    const bool sound = !verify || verify_output(&out);
    return out.flush() && !damaged && sound ? kDone : kFindings;
  }

  // The records that were given: a start refuses them too when they are damaged. False if they are.
  bool verify_output(Output* out) {
    const std::string dir = options_.data_dir + "/output";
    if (!env_->exists(dir)) return true;
    Result<std::string> found = output::damage_of_output(env_, dir);
    const std::string problem = found.ok() ? found.value() : found.status().message();
    if (options_.json) {
      nlohmann::ordered_json j;
      j["output"] = dir;
      if (!problem.empty()) j["problem"] = problem;
      j["damaged"] = !problem.empty();
      out->write_line(j.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
    } else {
      out->write_line(problem.empty() ? "the output log is sound" : problem);
    }
    return problem.empty();
  }

  static void print_json(const std::vector<SegmentInfo>& infos, Output* out) {
    for (const SegmentInfo& s : infos) {
      nlohmann::ordered_json j;
      j["segment"] = s.name;
      j["first"] = s.first;
      j["last"] = s.last;
      j["frames"] = s.frames;
      j["bytes"] = s.bytes;
      if (s.frames > 0) {
        j["first_arrival"] = time_text(s.first_arrival_ms);
        j["last_arrival"] = time_text(s.last_arrival_ms);
      }
      if (!s.problem.empty()) j["problem"] = s.problem;
      j["damaged"] = s.fatal;
      out->write_line(j.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
    }
  }

  static void print_table(const std::vector<SegmentInfo>& infos, Output* out) {
    Table table({"segment", ">first", ">last", "arrived from", "to", ">frames", ">size", ""});
    for (const SegmentInfo& s : infos) {
      const bool any = s.frames > 0;
      table.add({s.name, std::to_string(s.first), any ? std::to_string(s.last) : "", any ? time_text(s.first_arrival_ms) : "", any ? time_text(s.last_arrival_ms) : "",
                 std::to_string(s.frames), size_text(s.bytes), s.fatal ? "damaged" : s.problem.empty() ? "" : "torn tail"});
    }
    out->write(table.text());
  }

  static void print_verdict(const std::vector<SegmentInfo>& infos, const SegmentInfo* bad, Output* out) {
    for (const SegmentInfo& s : infos)
      if (!s.fatal && !s.problem.empty()) out->write_line(s.name + ": " + s.problem);
    if (bad != nullptr) return out->write_line(bad->problem);
    const uint64_t last = infos.empty() ? 0 : infos.back().last;
    out->write_line(counted(infos.size(), "segment") + ", positions up to " + std::to_string(last) + ": everything is sound");
  }

  // ---- cat
  // Calls f(frame) for every frame from `from` on until it returns false. The empty string, or why it stopped.
  template <class F>
  std::string each_frame(uint64_t from, F f) {
    auto opened = journal::open_reader(env_, dir_, from);
    if (!opened.ok()) return opened.status().message();
    journal::Reader& reader = *opened.value();
    Bar bar;
    journal::Frame frame;
    for (;;) {
      Result<bool> more = reader.next(&frame);
      if (!more.ok()) return more.status().message();
      if (!more.value()) return "";
      bar.at(reader.bytes_read(), reader.bytes_total());
      Result<bool> go_on = f(frame);
      if (!go_on.ok()) return go_on.status().message();
      if (!go_on.value()) return "";
    }
  }

  Result<std::shared_ptr<const journal::Load>> load_before(uint64_t position) {
    std::shared_ptr<const journal::Load> last;
    const std::string wrong = each_frame(1, [&](const journal::Frame& frame) -> Result<bool> {
      journal::EntryCursor cursor(frame.payload);
      uint64_t at = frame.base;
      for (Entry e; at < position && cursor.next(&e);) {
        if (e.kind == EntryKind::kSource) continue;
        if (e.kind == EntryKind::kLoad) {
          Result<journal::Load> load = journal::decode_load(e.body, last.get());
          if (!load.ok()) return load.status();
          last = std::make_shared<const journal::Load>(std::move(load.value()));
        }
        ++at;
      }
      return at < position;
    });
    if (!wrong.empty()) return Status::error(wrong);
    return last;
  }

  // What the kSkip entries say; they stand behind the lines that they name.
  std::string read_skips() {
    return each_frame(options_.from, [&](const journal::Frame& frame) -> Result<bool> {
      journal::EntryCursor cursor(frame.payload);
      Entry e;
      while (cursor.next(&e))
        if (e.kind == EntryKind::kSkip) skips_[e.position] = e.reason;
        else if (e.kind == EntryKind::kAccepted) accepted_.push_back(engine::accepted_of(e));
      return true;
    });
  }

  int cat() {
    if (options_.from < 1 || options_.from > options_.to) return wrong("--from and --to are positions, the first is 1, and --from is not beyond --to");
    std::string problem = read_skips();  // what can be read is printed all the same
    Output out;
    JournalLines lines(skips_, accepted_, [this](uint64_t position) { return load_before(position); });
    std::string text;
    const std::string stopped = each_frame(options_.from, [&](const journal::Frame& frame) -> Result<bool> {
      if (frame.base > options_.to) return false;
      text.clear();
      Status appended = lines.append(frame, options_.from, options_.to, &text);
      if (!appended.ok()) return appended;
      out.write(text);
      return true;
    });
    const bool written = out.flush();
    if (!stopped.empty()) return finding(stopped);
    if (!problem.empty()) return finding("what follows the last line cannot be read, and may hold skips of lines above: " + problem);
    return written ? kDone : kFindings;
  }

  // ---- diff, repair --accept-…
  int diff() {
    Output out;
    uint64_t differs = 0;
    Status done = JournalDiff(env_, options_.data_dir, options_.json).show(&out, &differs);
    if (!done.ok()) return finding(done.message());
    return out.flush() && differs == 0 ? kDone : kFindings;
  }

  int settle() {
    if (options_.accept_output && options_.accept_journal) return wrong("--accept-output and --accept-journal are two ways: take one");
    Output out;
    JournalDiff diff(env_, options_.data_dir, false);
    Status done = options_.accept_output ? diff.accept_output(&out) : diff.accept_journal(&out);
    if (!done.ok()) return finding(done.message());
    return out.flush() ? kDone : kFindings;
  }

  // ---- skip
  int skip() {
    if (!base::is_utf8(options_.reason)) return wrong("--reason is no UTF-8");
    Found found;
    int64_t arrival_ms = 0;
    const std::string problem = each_frame(1, [&](const journal::Frame& frame) -> Result<bool> {
      arrival_ms = std::max(arrival_ms, frame.arrival_ms);
      look_for(frame, &found);
      return true;
    });
    if (!problem.empty()) return finding(problem);
    if (std::string why = unfit(found); !why.empty()) return wrong(why);
    Result<std::string> sent = what_was_sent();
    if (!sent.ok()) return finding(sent.status().message());
    if (!sent.value().empty()) return wrong(sent.value());
    Status written = write_skip(arrival_ms);
    if (!written.ok()) return finding(written.message());
    std::fprintf(stderr, "position %s %s from the next start on: %s\n", std::to_string(options_.position).c_str(),
                 found.kind == EntryKind::kTick ? "is a tick that is not heard" : found.kind == EntryKind::kLoad ? "is a load that is not made" : found.kind == EntryKind::kReset ? "is a reset that is not made" : "goes to `rejects`",
                 base::visible(options_.reason).c_str());
    return kDone;
  }

  struct Found {
    bool any = false;
    EntryKind kind = EntryKind::kLine;
    bool load_before = false;   // a load that no skip names
  };

  void look_for(const journal::Frame& frame, Found* found) {
    journal::EntryCursor cursor(frame.payload);
    Entry e;
    uint64_t position = frame.base;
    while (cursor.next(&e)) {
      if (e.kind == EntryKind::kSource) continue;
      if (e.kind == EntryKind::kSkip) skips_[e.position] = e.reason;
      if (e.kind == EntryKind::kLoad && position < options_.position) loads_.push_back(position);
      if (position++ != options_.position) continue;
      found->any = true;
      found->kind = e.kind;
    }
    found->load_before = std::any_of(loads_.begin(), loads_.end(), [this](uint64_t load) { return !skips_.contains(load); });
  }

  // Why the position cannot be skipped; empty: it can.
  std::string unfit(const Found& found) {
    const std::string position = "position " + std::to_string(options_.position);
    if (!found.any) return "the journal has no " + position;
    if (skips_.contains(options_.position)) return position + " is skipped already: " + skips_[options_.position];
    if (found.kind == EntryKind::kSession || found.kind == EntryKind::kForget || found.kind == EntryKind::kSkip || found.kind == EntryKind::kAccepted)
      return position + " is no line, tick, load or reset: nothing is processed there that could be skipped";
    if (found.kind == EntryKind::kLoad && !found.load_before) return position + " is the journal's first load: without it no line has a meaning";
    return "";
  }

  // A record that may have come of the position would be another one, under the same number, or none: the next start would refuse that. Empty: there is none.
  Result<std::string> what_was_sent() {
    const std::string dir = options_.data_dir + "/output";
    if (!env_->exists(dir)) return std::string();
    Result<std::optional<output::SentRecord>> sent = output::first_sent_from(env_, dir, options_.position);
    if (!sent.ok()) return sent.status();
    if (!sent.value()) return std::string();
    const std::string record = std::string(channel_name(sent.value()->channel)) + "/" + std::to_string(sent.value()->seq);
    return "position " + std::to_string(options_.position) + " has been processed: " + record + " came of position " + std::to_string(sent.value()->position) +
           " and was sent. Only a position at which the daemon is held can be skipped without changing what was sent. If other records may come under numbers that are known, move " +
           dir + " away first: all of them are made again";
  }

  Status write_skip(int64_t arrival_ms) {
    Result<journal::Opened> opened = journal::open_journal(env_, dir_, {});
    if (!opened.ok()) return opened.status();
    journal::Writer& writer = *opened.value().writer;
    std::string payload;
    journal::append_skip(options_.position, options_.reason, &payload);
    Status done = writer.append({writer.next_position(), 1, arrival_ms, payload});
    return done.ok() ? writer.sync() : done;
  }

  // ---- repair
  int mend() {
    Bar bar;
    std::string report;
    Status done = journal::repair(env_, dir_, &report, bar.hook());
    bar = {};
    Output out;
    out.write(report);
    if (done.ok()) done = mend_output(&out);
    if (!done.ok()) return finding(done.message());
    return out.flush() ? kDone : kFindings;
  }

  // The output log is mended too: what is damaged in it, and what positions have decided that the journal does not have any more.
  Status mend_output(Output* out) {
    const std::string dir = options_.data_dir + "/output";
    if (!env_->exists(dir)) return {};
    auto segments = journal::inspect(env_, dir_);
    if (!segments.ok()) return segments.status();
    uint64_t last = 0;
    for (const SegmentInfo& segment : segments.value()) last = std::max(last, segment.last);
    std::string report;
    Status done = output::repair_output(env_, dir, &report);
    if (done.ok()) done = output::set_aside_output_behind(env_, dir, last, &report);
    out->write(report);
    return done;
  }

  const JournalOptions& options_;
  base::Env* env_;
  std::string dir_;
  std::map<uint64_t, std::string> skips_;
  std::vector<engine::Accepted> accepted_;
  std::vector<uint64_t> loads_;   // before the position to be skipped
};

}  // namespace

int run_journal(const JournalOptions& options) { return JournalTool(options).run(); }

}  // namespace cep::cepctl
