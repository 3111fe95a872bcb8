#include "lang/binder_order.h"

#include <algorithm>
#include <map>
#include <set>

namespace cep::lang {
namespace {

// Kahn's algorithm; where it stops, a walk upstream from any reader left over finds a cycle, which is
// reported and taken out.
class Sorter {
 public:
  Sorter(const std::vector<Reader>& readers, Reporter* report)
      : readers_(readers), report_(report), waits_(readers.size()) {
    std::map<std::string, size_t> by_name;
    for (size_t i = 0; i < readers.size(); ++i) by_name.emplace(readers[i].name, i);
    followers_.resize(readers.size());
    for (size_t i = 0; i < readers.size(); ++i) {
      for (const std::string& source : readers[i].sources) {
        auto it = by_name.find(source);
        if (it == by_name.end() || !waits_[i].insert(it->second).second) continue;
        followers_[it->second].push_back(i);
      }
      left_.insert(i);
      if (waits_[i].empty()) ready_.insert(i);
    }
  }

  ReaderOrder sort() {
    while (!left_.empty()) {
      if (ready_.empty()) {
        for (size_t member : find_cycle()) {
          result_.in_cycles.push_back(member);
          finish(member);
        }
        continue;
      }
      size_t next = *ready_.begin();
      result_.order.push_back(next);
      finish(next);
    }
    return std::move(result_);
  }

 private:
  void finish(size_t reader) {
    left_.erase(reader);
    ready_.erase(reader);
    for (size_t follower : followers_[reader]) {
      waits_[follower].erase(reader);
      if (waits_[follower].empty() && left_.count(follower)) ready_.insert(follower);
    }
  }

  std::vector<size_t> find_cycle() {
    std::vector<size_t> path;
    std::set<size_t> on_path;
    size_t at = *left_.begin();
    while (on_path.insert(at).second) {
      path.push_back(at);
      at = *waits_[at].begin();
    }
    std::vector<size_t> cycle(std::find(path.begin(), path.end(), at), path.end());
    std::rotate(cycle.begin(), std::min_element(cycle.begin(), cycle.end()), cycle.end());
    constexpr size_t kShown = 20;
    std::string chain = "`" + readers_[cycle[0]].name + "`";
    for (size_t i = 1; i < cycle.size(); ++i) {
      if (i == kShown) chain += " reads … (" + std::to_string(cycle.size() - kShown) + " more), which";
      if (i < kShown) chain += " reads `" + readers_[cycle[i]].name + "`, which";
    }
    report_->error(readers_[cycle[0]].span,
                   "a cycle: " + chain + " reads `" + readers_[cycle[0]].name +
                       "`; a stream cannot be made from itself, so one of them must read something else");
    return cycle;
  }

  const std::vector<Reader>& readers_;
  Reporter* report_;
  std::vector<std::set<size_t>> waits_;  // by reader: the readers it still waits for
  std::vector<std::vector<size_t>> followers_;
  std::set<size_t> left_, ready_;
  ReaderOrder result_;
};

}  // namespace

void check_depth(const std::vector<Reader>& readers, const std::vector<size_t>& order, Reporter* report) {
  constexpr size_t kMostDeep = 200;
  std::map<std::string, size_t> depths;
  for (size_t number : order) {
    const Reader& reader = readers[number];
    size_t depth = 1;
    for (const std::string& source : reader.sources)
      if (const auto below = depths.find(source); below != depths.end()) depth = std::max(depth, below->second + 1);
    if (depth > kMostDeep) {
      report->refuse(reader.span, "`" + reader.name + "` is the last of a chain of more than " + std::to_string(kMostDeep) +
                                      " streams, each made from the one before; write fewer that do more each");
      depth = 0;  // once for each stretch
    }
    depths[reader.name] = depth;
  }
}

ReaderOrder order_readers(const std::vector<Reader>& readers, Reporter* report) {
  return Sorter(readers, report).sort();
}

}  // namespace cep::lang
