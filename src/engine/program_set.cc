#include "engine/program_set.h"

#include <algorithm>
#include <memory>

#include "engine/file_names.h"
#include "engine/prepared_load.h"

namespace cep::engine {
namespace {

std::vector<std::string> paths_of(const std::vector<SourceFile>& files) {
  std::vector<std::string> out;
  for (const SourceFile& file : files) out.push_back(file.name);
  return out;
}

// By file on disk: a removal names it. Journals of before name base names alone, which stand for all files that are called so.
std::vector<bool> removed_of(const journal::Load& last, const std::vector<std::string>& disk) {
  std::vector<bool> out(disk.size());
  for (const std::string& name : last.removed) {
    if (name.find('/') == std::string::npos) {
      for (size_t i = 0; i < disk.size(); ++i) out[i] = out[i] || base_name(disk[i]) == name;
    } else if (const int at = found_again(name, disk); at >= 0) {
      out[static_cast<size_t>(at)] = true;
    }
  }
  return out;
}

// A file without a folder: so that it is not taken for the base name of others.
std::string removal_of(const std::string& path) { return path.find('/') == std::string::npos ? "./" + path : path; }
std::string path_of(const std::string& removal) { return removal.starts_with("./") && removal.find('/', 2) == std::string::npos ? removal.substr(2) : removal; }

// All files that people may speak of: those in force, then those that were removed, without those of which the base name alone is known.
std::vector<std::string> known_of(const journal::Load& load) {
  std::vector<std::string> out = paths_of(load.program.files);
  for (const std::string& name : load.removed)
    if (name.find('/') != std::string::npos) out.push_back(path_of(name));
  return out;
}

std::vector<std::string> names_of(const journal::Load& load, const std::vector<size_t>& numbers) {
  const std::vector<std::string> all = short_names(known_of(load));
  std::vector<std::string> out;
  for (size_t i : numbers) out.push_back(all[i] + (i < load.program.files.size() ? "" : " (removed)"));
  return out;
}

}  // namespace

std::string several_files(std::string_view name, const std::vector<std::string>& meant) {
  std::string out = "`" + std::string(name) + "` means several pattern files, say which:";
  for (size_t i = 0; i < meant.size(); ++i) out += (i == 0 ? " " : ", ") + meant[i];
  return out;
}

journal::Load with_disk(const journal::Load& last, const Program& disk) {
  journal::Load out;
  out.program = disk;
  out.program.files.clear();
  out.removed = last.removed;
  const std::vector<std::string> paths = paths_of(disk.files);
  const std::vector<bool> removed = removed_of(last, paths);
  std::vector<const SourceFile*> over(paths.size());
  std::vector<const SourceFile*> apart;
  for (size_t i = 0; i < last.program.files.size(); ++i) {
    if (last.origins[i] != journal::Origin::kApi) continue;
    const SourceFile& file = last.program.files[i];
    const int at = found_again(file.name, paths);
    if (at >= 0 && !over[static_cast<size_t>(at)]) over[static_cast<size_t>(at)] = &file;
    else apart.push_back(&file);
  }
  for (size_t i = 0; i < paths.size(); ++i) {
    if (removed[i]) {
      if (over[i]) apart.push_back(over[i]);  // put when it was removed already, as a new one
      continue;
    }
    out.program.files.push_back(over[i] ? *over[i] : disk.files[i]);
    out.origins.push_back(over[i] ? journal::Origin::kApi : journal::Origin::kDisk);
  }
  for (const SourceFile* file : apart) {
    out.program.files.push_back(*file);
    out.origins.push_back(journal::Origin::kApi);
  }
  return out;
}

Result<journal::Load> with_file(const journal::Load& last, std::string_view name, std::string_view text) {
  const std::vector<std::string> known = known_of(last);
  const std::vector<size_t> found = meant(name, known);
  if (found.size() > 1) return Status::error(several_files(name, names_of(last, found)));
  const size_t in_force = last.program.files.size();
  if (found.empty() && name.find('/') != std::string_view::npos) {
    return Status::error("there is no pattern file " + std::string(name) + "; a new one has a name without `/`");
  }
  journal::Load out = last;
  if (!found.empty() && found.front() < in_force) {
    out.program.files[found.front()].text = text;
    out.origins[found.front()] = journal::Origin::kApi;
    return out;
  }
  const std::string path = found.empty() ? std::string(name) : known[found.front()];
  std::erase_if(out.removed, [&](const std::string& removed) { return removed == name || path_of(removed) == path; });
  out.program.files.push_back({path, std::string(text)});
  out.origins.push_back(journal::Origin::kApi);
  return out;
}

Result<journal::Load> without_file(const journal::Load& last, std::string_view name) {
  const std::vector<size_t> found = meant(name, known_of(last));
  if (found.size() > 1) return Status::error(several_files(name, names_of(last, found)));
  if (found.empty() || found.front() >= last.program.files.size()) return Status::error("there is no pattern file " + std::string(name));
  journal::Load out = last;
  const auto at = static_cast<std::ptrdiff_t>(found.front());
  out.removed.push_back(removal_of(out.program.files[found.front()].name));
  out.program.files.erase(out.program.files.begin() + at);
  out.origins.erase(out.origins.begin() + at);
  std::sort(out.removed.begin(), out.removed.end());
  out.removed.erase(std::unique(out.removed.begin(), out.removed.end()), out.removed.end());
  return out;
}

bool check_load(journal::Load* load, std::vector<Diagnostic>* diagnostics, UnnamedLines* unnamed, std::shared_ptr<const PreparedLoad> before,
                std::shared_ptr<PreparedLoad>* prepared) {
  std::vector<Diagnostic> found;
  std::shared_ptr<PreparedLoad> made = PreparedLoad::with_files(&load->program, std::move(before), &found);
  *diagnostics = std::move(found);
  if (made && unnamed) *unnamed = made->unnamed_lines();
  const bool good = made != nullptr;
  if (prepared) *prepared = std::move(made);
  return good;
}

std::string unnamed_warning(UnnamedLines before, UnnamedLines after) {
  constexpr const char* kWayOut = "; let them say it, or the producer session name its `stream`\n";
  if (before == after || after == UnnamedLines::kOneStream || before == UnnamedLines::kRejected) return {};
  if (after == UnnamedLines::kByWhen) return std::string("warning: from here on lines without `_stream` go only to streams with a `when` that holds") + kWayOut;
  return std::string("warning: from here on lines without `_stream` are rejected, for they need one declared stream alone") + kWayOut;
}

bool same(const journal::Load& a, const journal::Load& b) {
  std::string left, right;
  journal::append_load(a, &left);
  journal::append_load(b, &right);
  return left == right;
}

std::vector<PatternFile> files_of(const journal::Load& load) {
  const std::vector<std::string> names = short_names(known_of(load));
  std::vector<PatternFile> out;
  for (size_t i = 0; i < load.program.files.size(); ++i)
    out.push_back({load.program.files[i].name, load.origins[i], load.program.files[i].text, names[i]});
  return out;
}

}  // namespace cep::engine
