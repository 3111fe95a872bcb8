#include "engine/data_dir.h"

#include <cstdio>
#include <string>
#include <utility>
#include <vector>

#include "base/regular_file.h"

namespace cep::engine {
namespace {

constexpr std::string_view kFirstLine = "cepd data directory, layout 1\n";
constexpr size_t kIdDigits = 32;

std::string new_id(base::Env* env) {
  char text[kIdDigits + 1];
  const unsigned long long high = env->random(), low = env->random();
  std::snprintf(text, sizeof text, "%016llx%016llx", high, low);
  return text;
}

Status write_id(base::Env* env, const std::string& name, const std::string& id) { return base::write_whole(env, name, std::string(kFirstLine) + id + "\n"); }

// Compares the file ID with what HOME says of it. Whatever file system does not tell files from copies makes no copies.
Status settle_home(base::Env* env, DataDir* dir) {
  const std::string name = dir->path + "/ID", home = dir->path + "/HOME";
  std::string birth = base::file_birth(name);
  if (birth.empty()) return {};
  if (env->exists(home)) {
    Result<std::string> text = base::read_whole(env, home);
    if (!text.ok()) return text.status();
    if (text.value() == birth + "\n") return {};
    dir->copied_from = std::exchange(dir->id, new_id(env));
    if (Status written = write_id(env, name, dir->id); !written.ok()) return written;
    birth = base::file_birth(name);
  }
  return base::write_whole(env, home, birth + "\n");
}

// Files that died before they had lost their name. The directory is locked: nobody has them open.
void remove_left_over(base::Env* env, const std::string& path) {
  const Result<std::vector<std::string>> names = env->list(path);
  if (!names.ok()) return;
  for (const std::string& name : names.value())
    if (name.starts_with(base::kUnnamedPrefix)) static_cast<void>(env->remove(path + "/" + name).ok());
}

}  // namespace

std::string DataDir::note(std::string_view of) const {
  uint64_t hash = 0xcbf29ce484222325;  // FNV-1a: names alone hang on it
  for (const char c : of) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  char digits[17];
  std::snprintf(digits, sizeof digits, "%016llx", static_cast<unsigned long long>(hash));
  return path + "/note-" + digits;
}

Result<DataDir> open_data_dir(base::Env* env, const std::string& path) {
  DataDir out;
  out.path = path;
  Status made = env->make_dir(path);
  if (!made.ok()) return made;
  auto lock = env->lock(path + "/LOCK");
  if (!lock.ok()) {
    const std::string& why = lock.status().message();
    if (why.find("locked by") == std::string::npos) return Status::error("cannot use the data directory " + path + ": " + why);
    return Status::error("the data directory " + path + " is in use: " + why + "; one daemon at a time: stop it, or set another data_dir");
  }
  out.lock = std::move(lock.value());
  remove_left_over(env, path);
  const std::string name = path + "/ID";
  if (!env->exists(name)) {
    if (env->exists(out.journal())) return Status::error(name + " is missing beside a journal: put it back from a copy, or move the data directory away");
    out.id = new_id(env);
    Status written = write_id(env, name, out.id);
    if (written.ok()) written = settle_home(env, &out);
    if (!written.ok()) return written;
    return out;
  }
  Result<std::string> text = base::read_whole(env, name);
  if (!text.ok()) return text.status();
  const std::string& t = text.value();
  if (t.rfind("cepd data directory, layout ", 0) == 0 && t.rfind(kFirstLine, 0) != 0)
    return Status::error(path + " was written by a later version of cepd: " + t.substr(0, t.find('\n')));
  out.id = t.size() == kFirstLine.size() + kIdDigits + 1 ? t.substr(kFirstLine.size(), kIdDigits) : "";
  if (t.rfind(kFirstLine, 0) != 0 || out.id.empty() || out.id.find_first_not_of("0123456789abcdef") != std::string::npos)
    return Status::error(name + " is damaged: put it back from a copy, or move the data directory away");
  if (Status settled = settle_home(env, &out); !settled.ok()) return settled;
  return out;
}

}  // namespace cep::engine
