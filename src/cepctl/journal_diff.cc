#include "cepctl/journal_diff.h"

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>

#include "cepctl/files.h"
#include "engine/recovery.h"
#include "journal/reader.h"
#include "output/log_comparison.h"
#include "output/output_log.h"
#include "output/repair.h"

namespace cep::cepctl {
namespace {

using output::ComparedRecord;
using output::LogComparison;

constexpr size_t kShownBytes = 2048;  // of a record, for people

struct Compared {
  std::unique_ptr<LogComparison> log;
  uint64_t next = 1;             // position behind the journal's last entry
  int64_t arrival_ms = 0;        // of its last frame
};

// The whole replay, in this thread.
Result<Compared> compare(base::Env* env, const std::string& data_dir) {
  const std::string journal = data_dir + "/journal", log_dir = data_dir + "/output";
  if (!env->exists(log_dir)) return Status::error("there is no output log in " + data_dir + ": nothing was ever sent");
  Result<engine::JournalScan> scan = engine::scan_journal(env, journal);
  if (!scan.ok()) return scan.status();
  const engine::Accepted before = scan.value().accepted.empty() ? engine::Accepted{} : scan.value().accepted.back();
  auto opened = LogComparison::open(env, log_dir, before.upto, before.next);
  if (!opened.ok()) return opened.status();
  Compared out{std::move(opened.value()), scan.value().next, scan.value().last_arrival_ms};
  Status wrong;
  engine::IngestFeed feed(env, EngineOptions{}, [&](const Record& record) {
    if (wrong.ok()) wrong = out.log->take(record);
  }, scan.value().skips);
  feed.set_accepted(scan.value().accepted);
  engine::ReplayOptions options;
  options.next = scan.value().next;
  std::unique_ptr<Progress> bar;
  options.progress = [&](uint64_t read, uint64_t total) {
    if (!bar) bar = std::make_unique<Progress>(total);
    bar->at(read);
  };
  options.stop = [&] { return !wrong.ok() || feed.next_position() > out.log->last_position() + 1; };
  Result<engine::Replayed> replayed = engine::replay_journal(env, journal, options, &feed);
  if (!replayed.ok()) return replayed.status();
  if (feed.engine()) feed.engine()->flush();
  if (wrong.ok()) wrong = out.log->finish();
  if (!wrong.ok()) return wrong;
  return out;
}

std::string name_of(const output::Difference& d) { return std::string(channel_name(d.channel)) + "/" + std::to_string(d.seq); }

std::string shown(const std::optional<ComparedRecord>& record, const char* missing) {
  if (!record) return missing;
  std::string out = "at position " + std::to_string(record->position) + (record->name.empty() ? "" : " of \"" + record->name + "\"") + ": " + record->line.substr(0, kShownBytes);
  if (record->line.size() > kShownBytes) out += " … (" + std::to_string(record->line.size()) + " bytes)";
  return out;
}

std::string text_of(const output::Difference& d) {
  return name_of(d) + "\n  recorded    " + shown(d.recorded, "nothing: that was never sent") + "\n  made again  " + shown(d.made, "nothing: the journal does not make it");
}

nlohmann::ordered_json json_of(const std::optional<ComparedRecord>& record) {
  if (!record) return nullptr;
  return {{"position", record->position}, {"name", record->name}, {"line", record->line}};
}

std::string json_of(const output::Difference& d) {
  nlohmann::ordered_json j;
  j["channel"] = channel_name(d.channel);
  j["seq"] = d.seq;
  j["recorded"] = json_of(d.recorded);
  j["made"] = json_of(d.made);
  return j.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

// "3 records differ up to position 812: 2 of alerts, 1 of late".
std::string summary(const LogComparison& log) {
  std::string of;
  for (int c = 0; c < output::kNumbered; ++c) {
    const auto channel = static_cast<Channel>(c);
    if (log.count(channel) > 0) of += (of.empty() ? "" : ", ") + std::to_string(log.count(channel)) + " of " + std::string(channel_name(channel));
  }
  const bool one = log.count() == 1;
  return counted(log.count(), "record") + (one ? " differs" : " differ") + " up to position " + std::to_string(log.last_position()) + (of.empty() ? "" : ": " + of);
}

// What the entry and the record on `limits` say.
std::string settled_text(const LogComparison& log) {
  const output::Difference& first = log.differences().front();
  auto brief = [](const std::optional<ComparedRecord>& record) {
    if (!record) return std::string("nothing");
    return (record->name.empty() ? std::string() : "\"" + record->name + "\" ") + "at position " + std::to_string(record->position) + " " + record->line.substr(0, kShownBytes);
  };
  return "the records that were sent hold, though a replay makes others: " + summary(log) + "; the first is " + name_of(first) + ": sent was " + brief(first.recorded) +
         ", made again is " + brief(first.made);
}

}  // namespace

Status JournalDiff::show(Output* out, uint64_t* differs) {
  Result<Compared> compared = compare(env_, data_dir_);
  if (!compared.ok()) return compared.status();
  const LogComparison& log = *compared.value().log;
  for (const output::Difference& d : log.differences()) out->write_line(json_ ? json_of(d) : text_of(d));
  *differs = log.count();
  if (json_) return {};
  out->write_line(*differs == 0 ? "nothing differs: the journal makes what was sent, up to position " + std::to_string(log.last_position()) : summary(log));
  return {};
}

Status JournalDiff::accept_output(Output* out) {
  Result<Compared> compared = compare(env_, data_dir_);
  if (!compared.ok()) return compared.status();
  const LogComparison& log = *compared.value().log;
  if (log.count() == 0) {
    out->write_line("nothing differs: there is nothing to accept");
    return {};
  }
  {
    // From here on it cannot be made again: what of it is not on the disk must get there before the journal says so.
    auto opened = output::OutputLog::open(env_, data_dir_ + "/output", {});
    if (!opened.ok()) return opened.status();
    if (Status synced = opened.value()->sync(); !synced.ok()) return synced;
  }
  Result<journal::Opened> opened = journal::open_journal(env_, data_dir_ + "/journal", {});
  if (!opened.ok()) return opened.status();
  journal::Writer& writer = *opened.value().writer;
  std::array<uint64_t, journal::kNumberedChannels> next{};
  std::copy(log.next().begin(), log.next().end(), next.begin());
  std::string payload;
  journal::append_accepted(log.last_position(), next, settled_text(log), &payload);
  Status done = writer.append({writer.next_position(), 1, std::max(compared.value().arrival_ms, env_->wall_ms()), payload});
  if (done.ok()) done = writer.sync();
  if (!done.ok()) return done;
  out->write_line(summary(log) + ". What was sent holds; the next start goes on behind it and says so on the channel limits");
  return {};
}

Status JournalDiff::accept_journal(Output* out) {
  Result<Compared> compared = compare(env_, data_dir_);
  if (!compared.ok()) return compared.status();
  const LogComparison& log = *compared.value().log;
  if (log.count() == 0) out->write_line("nothing differs: there is nothing to move aside");
  for (int c = 0; c < output::kNumbered; ++c) {
    const auto channel = static_cast<Channel>(c);
    const auto first = std::find_if(log.differences().begin(), log.differences().end(), [&](const output::Difference& d) { return d.channel == channel; });
    if (first == log.differences().end() || first->seq >= log.next()[static_cast<size_t>(c)]) continue;   // what was never sent needs no place
    std::string report;
    Status done = output::set_aside_output(env_, data_dir_ + "/output", channel, first->seq, &report);
    out->write(report);
    if (!done.ok()) return done;
  }
  return {};
}

}  // namespace cep::cepctl
