// The passive parts round the engine, each alone: sessions, the sum of pattern files, the notes of crashes, the data directory.
#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

#include "base/env.h"
#include "base/regular_file.h"
#include "engine/crash_file.h"
#include "engine/data_dir.h"
#include "engine/file_names.h"
#include "engine/program_set.h"
#include "engine/session_table.h"
#include "runtime/crash_stack.h"
#include "runtime/worked_range.h"

using namespace cep;
using namespace cep::engine;

namespace {

struct TempDir {
  std::string path;
  TempDir() {
    char name[] = "/tmp/cepd-parts-XXXXXX";
    path = mkdtemp(name);
  }
  ~TempDir() { std::filesystem::remove_all(path); }
};

void put(const std::string& path, const std::string& text) { std::ofstream(path, std::ios::binary) << text; }

std::string names(const journal::Load& load) {
  std::string out;
  for (size_t i = 0; i < load.program.files.size(); ++i)
    out += load.program.files[i].name + "=" + load.program.files[i].text + (load.origins[i] == journal::Origin::kApi ? "(api) " : " ");
  for (const std::string& name : load.removed) out += "-" + name + " ";
  return out;
}

Program disk(std::vector<SourceFile> files) {
  Program p;
  p.files = std::move(files);
  return p;
}

journal::Load put_file(const journal::Load& last, const std::string& name, const std::string& text) {
  Result<journal::Load> made = with_file(last, name, text);
  REQUIRE_MESSAGE(made.ok(), made.status().message());
  return made.value();
}

journal::Load remove_file(const journal::Load& last, const std::string& name) {
  Result<journal::Load> made = without_file(last, name);
  REQUIRE_MESSAGE(made.ok(), made.status().message());
  return made.value();
}

}  // namespace

TEST_CASE("a session counts lines, a takeover is a new epoch, forgetting begins anew") {
  SessionTable table;
  CHECK(table.next_epoch() == 1);
  table.begin("a", 1, 100);
  table.wrote("a", 1, 10, 110);
  CHECK(table.find("a")->next == 11);
  CHECK(table.unseen_since(110).empty());  // its lines were seen
  CHECK(table.next_epoch() == 2);
  table.begin("a", 2, 120);
  CHECK(table.find("a")->next == 11);
  CHECK(table.find("a")->epoch == 2);
  CHECK(table.find("b") == nullptr);
  table.find("a")->connection = 7;
  CHECK(table.live() == 1);
  CHECK(table.unseen_since(1000).empty());
  table.find("a")->connection = 0;
  CHECK(table.unseen_since(120).empty());
  CHECK(table.unseen_since(121) == std::vector<std::string>{"a"});
  table.forget("a");
  CHECK(table.size() == 0);
  CHECK(table.next_epoch() == 3);  // a line of a forgotten epoch stays old
}

TEST_CASE("the pattern set: disk, files put over it, names removed") {
  const journal::Load first = with_disk({}, disk({{"p/a.cep", "A"}, {"p/b.cep", "B"}}));
  CHECK(names(first) == "p/a.cep=A p/b.cep=B ");
  SUBCASE("a file put by the API stays over what the disk says, at its place") {
    const journal::Load put_over = put_file(first, "a.cep", "A2");
    CHECK(names(put_over) == "p/a.cep=A2(api) p/b.cep=B ");
    CHECK(names(with_disk(put_over, disk({{"p/a.cep", "A3"}, {"p/c.cep", "C"}}))) == "p/a.cep=A2(api) p/c.cep=C ");
    CHECK(names(with_disk(put_over, disk({{"p/b.cep", "B"}}))) == "p/b.cep=B p/a.cep=A2(api) ");
  }
  SUBCASE("a new file is put behind the others") { CHECK(names(put_file(first, "n.cep", "N")) == "p/a.cep=A p/b.cep=B n.cep=N(api) "); }
  SUBCASE("a removed file stays out until it is put again") {
    CHECK(without_file(first, "x.cep").status().message() == "there is no pattern file x.cep");
    const journal::Load without = remove_file(first, "a.cep");
    CHECK(names(without) == "p/b.cep=B -p/a.cep ");
    CHECK(names(with_disk(without, disk({{"p/a.cep", "A"}, {"p/b.cep", "B"}}))) == "p/b.cep=B -p/a.cep ");
    CHECK(names(put_file(without, "a.cep", "A9")) == "p/b.cep=B p/a.cep=A9(api) ");
  }
  SUBCASE("the same content is the same set") {
    CHECK(same(first, with_disk(first, disk({{"p/a.cep", "A"}, {"p/b.cep", "B"}}))));
    CHECK_FALSE(same(first, put_file(first, "a.cep", "A")));  // it came another way: a later change on disk would not reach it
    journal::Load limits = first;
    limits.program.limits.runs_per_key = 7;
    CHECK_FALSE(same(first, limits));
  }
}

TEST_CASE("the pattern set: two files of one base name are two files") {
  const Program two = disk({{"p/eu/x.cep", "E"}, {"p/us/x.cep", "U"}});
  const journal::Load first = with_disk({}, two);
  CHECK(with_file(first, "x.cep", "?").status().message() == "`x.cep` means several pattern files, say which: eu/x.cep, us/x.cep");
  CHECK(without_file(first, "x.cep").status().message() == "`x.cep` means several pattern files, say which: eu/x.cep, us/x.cep");
  CHECK(files_of(first)[1].called == "us/x.cep");
  SUBCASE("one is put over, through a restart") {
    const journal::Load put_over = put_file(first, "us/x.cep", "U2");
    CHECK(names(with_disk(put_over, two)) == "p/eu/x.cep=E p/us/x.cep=U2(api) ");
    CHECK(names(with_disk(put_over, disk({{"/etc/p/eu/x.cep", "E"}, {"/etc/p/us/x.cep", "U"}}))) == "/etc/p/eu/x.cep=E p/us/x.cep=U2(api) ");
    CHECK(names(with_disk(put_over, disk({{"p/eu/x.cep", "E"}}))) == "p/eu/x.cep=E p/us/x.cep=U2(api) ");
  }
  SUBCASE("one is removed, through a restart and the end of its file") {
    const journal::Load without = remove_file(first, "us/x.cep");
    CHECK(names(without) == "p/eu/x.cep=E -p/us/x.cep ");
    CHECK(names(with_disk(without, two)) == "p/eu/x.cep=E -p/us/x.cep ");
    CHECK(names(with_disk(without, disk({{"p/eu/x.cep", "E"}}))) == "p/eu/x.cep=E -p/us/x.cep ");
    CHECK(with_file(without, "x.cep", "?").status().message() == "`x.cep` means several pattern files, say which: eu/x.cep, us/x.cep (removed)");
    CHECK(names(put_file(without, "us/x.cep", "U3")) == "p/eu/x.cep=E p/us/x.cep=U3(api) ");
  }
  SUBCASE("a file without a folder beside one in a folder") {
    const Program beside = disk({{"x.cep", "X"}, {"p/x.cep", "P"}});
    const journal::Load without = remove_file(with_disk({}, beside), "x.cep");
    CHECK(names(with_disk(without, beside)) == "p/x.cep=P -./x.cep ");
    CHECK(names(put_file(without, "x.cep", "X2")) == "p/x.cep=P x.cep=X2(api) ");
  }
  SUBCASE("a path of no file is none to make") { CHECK(with_file(first, "as/x.cep", "?").status().message() == "there is no pattern file as/x.cep; a new one has a name without `/`"); }
  SUBCASE("what journals of before removed, by base name, stays out") {
    journal::Load before = first;
    before.removed = {"x.cep"};
    CHECK(names(with_disk(before, two)) == "-x.cep ");
  }
}

TEST_CASE("what files are called: as many last parts as it takes") {
  using Names = std::vector<std::string>;
  CHECK(short_names({"p/a.cep", "p/b.cep"}) == Names{"a.cep", "b.cep"});
  CHECK(short_names({"p/a/x.cep", "p/b/x.cep", "q/a/x.cep"}) == Names{"p/a/x.cep", "b/x.cep", "q/a/x.cep"});
  CHECK(short_names({"x.cep", "p/x.cep", "/x.cep"}) == Names{"x.cep", "p/x.cep", "/x.cep"});
  CHECK(short_names({"ax.cep", "x.cep"}) == Names{"ax.cep", "x.cep"});
  CHECK(meant("x.cep", {"x.cep", "p/x.cep"}) == std::vector<size_t>{0});
  CHECK(meant("x.cep", {"p/x.cep", "ax.cep", "q/x.cep"}) == std::vector<size_t>{0, 2});
  CHECK(meant("", {"p/"}).empty());
  CHECK(found_again("p/a/x.cep", {"/etc/p/a/x.cep", "/etc/p/b/x.cep"}) == 0);
  CHECK(found_again("x.cep", {"p/a/x.cep", "p/b/x.cep"}) == -1);
}

TEST_CASE("two crashes that meet in one position hold the daemon there") {
  TempDir dir;
  const std::string path = dir.path + "/crash";
  base::Env* env = base::posix_env();
  CHECK(read_crash_notes(env, path).first == 0);
  auto notes = [&](const std::string& text) {
    put(path, text);
    return read_crash_notes(env, path);
  };
  CrashNotes n = notes("100 200\n");
  CHECK((n.first == 100 && n.last == 200 && n.held == 0));
  CHECK(notes("100 200\n150 150\n").held == 150);
  CHECK(notes("150 150\n150 150\n").held == 150);
  CHECK(notes("100 200\n150 151\n").held == 0);
  CHECK(notes("100 140\n150 150\n").held == 0);
  CHECK(notes("150 150\n100 140\n").held == 0);
  CHECK(notes("garbage\n\n0 7\n9 3\n").first == 0);
  CHECK(notes("150 150\n150 15").held == 0);  // the second one was not written whole
}

TEST_CASE("a crash writes down the positions that its thread was working") {
  TempDir dir;
  const std::string path = dir.path + "/crash";
  for (int signal : {SIGABRT, SIGSEGV}) {
    const pid_t child = fork();
    if (child == 0) {
      note_crashes_in(path);
      runtime::set_worked_range(41, signal == SIGABRT ? 57 : 43);
      std::raise(signal);
      _exit(0);
    }
    int status = 0;
    REQUIRE(waitpid(child, &status, 0) == child);
    CHECK(WIFSIGNALED(status));
    CHECK(WTERMSIG(status) == signal);
  }
  CHECK(base::read_whole(base::posix_env(), path).value() == "41 57\n41 43\n");
}

namespace {

// Uses up the stack.
__attribute__((noinline)) int deeper(int n) {
  volatile char page[4096];
  page[0] = static_cast<char>(n);
  return n < 0 ? 0 : deeper(n + 1) + page[0];
}

}  // namespace

TEST_CASE("a thread that uses up its stack is noted too") {
  TempDir dir;
  const std::string path = dir.path + "/crash";
  const pid_t child = fork();
  if (child == 0) {
    note_crashes_in(path);
    std::thread([] {
      const runtime::CrashStack stack;
      runtime::set_worked_range(7, 7);
      _exit(deeper(1));
    }).join();
  }
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  CHECK(WIFSIGNALED(status));
  CHECK(base::read_whole(base::posix_env(), path).value() == "7 7\n");
}

TEST_CASE("of threads that crash together one writes its note before the process ends") {
  TempDir dir;
  const std::string path = dir.path + "/crash";
  std::string expected;
  for (int i = 0; i < 100; ++i) {
    const pid_t child = fork();
    if (child == 0) {
      note_crashes_in(path);
      std::atomic<int> ready{0};
      auto crash = [&ready] {
        runtime::set_worked_range(7, 7);
        for (++ready; ready < 4;) {
        }
        std::abort();
      };
      std::thread threads[] = {std::thread(crash), std::thread(crash), std::thread(crash), std::thread(crash)};
      for (std::thread& thread : threads) thread.join();
    }
    int status = 0;
    REQUIRE(waitpid(child, &status, 0) == child);
    CHECK(WTERMSIG(status) == SIGABRT);
    expected += "7 7\n";
  }
  CHECK(base::read_whole(base::posix_env(), path).value() == expected);
}

TEST_CASE("the data directory keeps its identity and has one owner") {
  TempDir dir;
  const std::string path = dir.path + "/deep/data";
  base::Env* env = base::posix_env();
  std::string id;
  {
    Result<DataDir> made = open_data_dir(env, path);
    REQUIRE(made.ok());
    id = made.value().id;
    CHECK(id.size() == 32);
  }
  {
    Result<DataDir> again = open_data_dir(env, path);
    REQUIRE(again.ok());
    CHECK(again.value().id == id);
    const pid_t child = fork();
    if (child == 0) _exit(open_data_dir(env, path).ok() ? 0 : 3);
    int status = 0;
    waitpid(child, &status, 0);
    CHECK(WEXITSTATUS(status) == 3);
  }
  if (!base::file_birth(path + "/ID").empty()) {  // where the file system tells files from copies
    std::filesystem::copy(path, path + ".copy", std::filesystem::copy_options::recursive);
    std::filesystem::rename(path, path + ".moved");
    CHECK(open_data_dir(env, path + ".moved").value().id == id);
    std::filesystem::rename(path + ".moved", path);
    Result<DataDir> copy = open_data_dir(env, path + ".copy");
    REQUIRE(copy.ok());
    CHECK(copy.value().copied_from == id);
    const std::string fresh = copy.value().id;
    CHECK(fresh != id);
    copy.value().lock.reset();
    Result<DataDir> again = open_data_dir(env, path + ".copy");
    REQUIRE(again.ok());
    CHECK(again.value().id == fresh);
    CHECK(again.value().copied_from.empty());
    std::filesystem::remove(path + "/HOME");   // as written before there was one
    CHECK(open_data_dir(env, path).value().id == id);
  }
  auto refused = [&](const std::string& text) {
    put(path + "/ID", text);
    return open_data_dir(env, path).status().message();
  };
  CHECK(refused("nonsense\n").find("damaged") != std::string::npos);
  CHECK(refused("cepd data directory, layout 1\n" + id.substr(1) + "\n").find("damaged") != std::string::npos);
  CHECK(refused("cepd data directory, layout 2\n" + id + "\n").find("later version") != std::string::npos);
  std::filesystem::remove(path + "/ID");
  std::filesystem::create_directory(path + "/journal");
  CHECK(open_data_dir(env, path).status().message().find("missing beside a journal") != std::string::npos);
}
