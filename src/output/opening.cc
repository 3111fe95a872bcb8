#include "output/opening.h"

#include <algorithm>

#include "base/fault.h"
#include "storage/sealed_file.h"

namespace cep::output {

bool LogFiles::has_segments() const {
  return std::any_of(segments.begin(), segments.end(), [](const auto& firsts) { return !firsts.empty(); });
}

Result<LogFiles> list_log(base::Env* env, const std::string& dir) {
  auto names = env->list(dir);
  if (!names.ok()) return names.status();
  LogFiles out;
  out.segments = segments_in(names.value());
  const std::string path = dir + "/" + std::string(kStateName);
  out.has_state = env->exists(path);
  if (!out.has_state) {
    if (out.has_segments()) out.state_problem = "it is missing";
    return out;
  }
  Result<std::string> text = base::read_whole(env, path);
  if (!text.ok()) return text.status();
  std::string_view unsealed;
  out.state_whole = storage::unseal(text.value(), &unsealed);
  Result<LogState> state = LogState::decode(text.value());
  if (state.ok()) {
    out.state = state.value();
  } else {
    out.state_problem = state.status().message();
  }
  return out;
}

Status save_state(base::Env* env, const std::string& dir, const LogState& state) {
  return base::write_whole(env, dir + "/" + std::string(kStateName), state.encode());
}

std::string way_out(const std::string& dir) {
  return "; `cepctl journal repair` moves the damaged part aside, or move " + dir + " away: the next start makes it again from the journal";
}

std::string state_refusal(const std::string& dir, const std::string& problem) {
  return dir + "/" + std::string(kStateName) + ": " + problem + way_out(dir);
}

std::string rot_refusal(const std::string& dir, Channel channel, const Damage& damage) {
  return dir + "/" + damage.file + ", offset " + std::to_string(damage.offset) + ": " + damage.what + " (at " + std::string(channel_name(channel)) + "/" +
         std::to_string(damage.seq) + ")" + way_out(dir);
}

Status cut_damage(base::Env* env, const std::string& dir, Channel channel, const ChannelScan& scan, std::vector<std::string>* cuts) {
  std::vector<uint64_t> doomed = scan.stale;
  doomed.insert(doomed.end(), scan.behind.rbegin(), scan.behind.rend());  // from the end, so that a crash on the way leaves no gap
  for (uint64_t first : doomed) {
    base::kill_point("output-cut");
    if (Status removed = env->remove(dir + "/" + segment_name(channel, first)); !removed.ok()) return removed;
  }
  if (scan.damage && !scan.segments.empty()) {
    const Segment& last = scan.segments.back();
    auto file = env->open(dir + "/" + segment_name(channel, last.first), base::OpenMode::kWrite);
    if (!file.ok()) return file.status();
    if (Status cut = file.value()->truncate(last.bytes); !cut.ok()) return cut;
    if (Status synced = file.value()->sync(); !synced.ok()) return synced;
  }
  if (!doomed.empty()) {
    if (Status synced = env->sync_dir(dir); !synced.ok()) return synced;
  }
  if (scan.damage) {
    const Damage& damage = *scan.damage;
    cuts->push_back(dir + "/" + damage.file + ", offset " + std::to_string(damage.offset) + ": " + damage.what + "; it was not durable yet, " +
                    std::to_string(damage.bytes) + " bytes are cut, " + std::string(channel_name(channel)) + "/" + std::to_string(damage.seq) +
                    " and what follows is made again from the journal");
  }
  return {};
}

}  // namespace cep::output
