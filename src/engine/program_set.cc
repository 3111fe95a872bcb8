#include "engine/program_set.h"

#include <algorithm>
#include <memory>

namespace cep::engine {
namespace {

bool named(const SourceFile& file, std::string_view name) { return base_name(file.name) == base_name(name); }

}  // namespace

std::string_view base_name(std::string_view path) {
  const size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

journal::Load with_disk(const journal::Load& last, const Program& disk) {
  journal::Load out;
  out.program = disk;
  out.program.files.clear();
  out.removed = last.removed;
  auto put_over = [&](const SourceFile& file) -> const SourceFile* {
    for (size_t i = 0; i < last.program.files.size(); ++i)
      if (last.origins[i] == journal::Origin::kApi && named(last.program.files[i], file.name)) return &last.program.files[i];
    return nullptr;
  };
  for (const SourceFile& file : disk.files) {
    const bool removed = std::any_of(last.removed.begin(), last.removed.end(), [&](const std::string& name) { return named(file, name); });
    if (removed) continue;
    const SourceFile* over = put_over(file);
    out.program.files.push_back(over ? *over : file);
    out.origins.push_back(over ? journal::Origin::kApi : journal::Origin::kDisk);
  }
  for (size_t i = 0; i < last.program.files.size(); ++i) {
    if (last.origins[i] != journal::Origin::kApi) continue;
    const SourceFile& file = last.program.files[i];
    if (std::any_of(out.program.files.begin(), out.program.files.end(), [&](const SourceFile& f) { return named(f, file.name); })) continue;
    out.program.files.push_back(file);
    out.origins.push_back(journal::Origin::kApi);
  }
  return out;
}

journal::Load with_file(const journal::Load& last, std::string_view name, std::string_view text) {
  journal::Load out = last;
  std::erase_if(out.removed, [&](const std::string& removed) { return base_name(removed) == base_name(name); });
  for (size_t i = 0; i < out.program.files.size(); ++i) {
    if (!named(out.program.files[i], name)) continue;
    out.program.files[i].text = text;
    out.origins[i] = journal::Origin::kApi;
    return out;
  }
  out.program.files.push_back({std::string(base_name(name)), std::string(text)});
  out.origins.push_back(journal::Origin::kApi);
  return out;
}

bool without_file(const journal::Load& last, std::string_view name, journal::Load* out) {
  *out = last;
  for (size_t i = 0; i < out->program.files.size(); ++i) {
    if (!named(out->program.files[i], name)) continue;
    out->program.files.erase(out->program.files.begin() + static_cast<std::ptrdiff_t>(i));
    out->origins.erase(out->origins.begin() + static_cast<std::ptrdiff_t>(i));
    out->removed.emplace_back(base_name(name));
    std::sort(out->removed.begin(), out->removed.end());
    out->removed.erase(std::unique(out->removed.begin(), out->removed.end()), out->removed.end());
    return true;
  }
  return false;
}

bool check_load(journal::Load* load, std::vector<Diagnostic>* diagnostics, UnnamedLines* unnamed) {
  load->program.table_files.clear();
  if (!Engine::read_table_files(&load->program, diagnostics)) return false;
  std::vector<Diagnostic> found;
  EngineOptions options;
  options.limits = load->program.limits;
  const std::unique_ptr<Engine> engine = Engine::create(load->program, options, [](const Record&) {}, &found);
  *diagnostics = std::move(found);
  if (engine && unnamed) *unnamed = engine->unnamed_lines();
  return engine != nullptr;
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
  std::vector<PatternFile> out;
  for (size_t i = 0; i < load.program.files.size(); ++i)
    out.push_back({load.program.files[i].name, load.origins[i], load.program.files[i].text});
  return out;
}

}  // namespace cep::engine
