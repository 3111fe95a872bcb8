// The codec of entries: golden bytes, random round trips, and bytes that are no entries.
#include "journal/entry.h"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <memory>

#include "journal/journal_kit.h"

using namespace cep;
using namespace cep::journal;
using namespace cep::journal::test;

namespace {

Load some_load() {
  Load load;
  load.program.files = {{"a.cep", "stream a"}, {"b.cep", ""}};
  load.program.table_files = {{"t.csv", std::string("k\n\0\xff", 4)}};
  load.program.limits = {300, 64, 2, 3, 4};
  load.origins = {Origin::kDisk, Origin::kApi};
  load.removed = {"c.cep"};
  return load;
}

std::string bytes(std::string_view hex) {
  std::string out;
  for (size_t i = 0; i < hex.size(); i += 2) out.push_back(static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16)));
  return out;
}

// Every entry of the bytes, as text; "bad" at the end if they are none.
std::string dump(std::string_view payload) {
  std::string out;
  EntryCursor cursor(payload);
  Entry e;
  while (cursor.next(&e)) out += text_of(e) + "\n";
  return out + (cursor.bad() ? "bad" : "");
}

}  // namespace

TEST_CASE("each kind of entry has the bytes of FORMAT.md") {
  std::string out;
  append_line("{}", &out);
  CHECK(hex(out) == "01027b7d");
  out.clear();
  append_broken(5000, "ab", "long", &out);
  CHECK(hex(out) == "02" "8827" "026162" "046c6f6e67");
  out.clear();
  append_source({"p", "s", 1, 300}, &out);
  CHECK(hex(out) == "03" "0170" "0173" "01" "ac02");
  out.clear();
  append_session({"p", "", 2, 0}, &out);
  CHECK(hex(out) == "04" "0170" "00" "02" "00");
  out.clear();
  append_tick(1, &out);
  append_tick(-1, &out);
  CHECK(hex(out) == "05020501");
  out.clear();
  append_skip(9, "why", &out);
  CHECK(hex(out) == "07" "09" "03776879");
  out.clear();
  append_forget("p", &out);
  CHECK(hex(out) == "08" "0170");
  out.clear();
  append_reset("tx", &out);
  CHECK(hex(out) == "0a" "027478");
}

TEST_CASE("a load has the bytes of FORMAT.md and comes back whole") {
  std::string out;
  append_load(some_load(), &out);
  CHECK(hex(out) == "0634"                                // kind, length of the body
                    "0102"                                // version, semantics
                    "ac0240020304"                        // limits
                    "02" "05612e636570" "0873747265616d2061" "00" "05622e636570" "00" "01"
                    "01" "05742e637376" "046b0a00ff"
                    "01" "05632e636570");
  Entry e;
  EntryCursor cursor(out);
  REQUIRE(cursor.next(&e));
  Result<Load> back = decode_load(e.body);
  REQUIRE(back.ok());
  std::string again;
  append_load(back.value(), &again);
  CHECK(again == out);
  CHECK(back.value().program.files[1].name == "b.cep");
  CHECK(back.value().program.table_files[0].text.size() == 4);
  CHECK(back.value().program.limits.line_bytes == 300);
  CHECK(back.value().origins[1] == Origin::kApi);
  CHECK(back.value().removed == std::vector<std::string>{"c.cep"});
}

TEST_CASE("more than 4 KiB of a broken line are not kept") {
  std::string out;
  append_broken(9000, std::string(9000, 'x'), "r", &out);
  Entry e;
  EntryCursor cursor(out);
  REQUIRE(cursor.next(&e));
  CHECK(e.line.size() == kBrokenBytesMax);
  CHECK(e.length == 9000);
  CHECK(e.reason == "r");
}

TEST_CASE("random entries come back as they were") {
  CHECK(rc::check([] {
    std::string payload, want;
    const int n = *rc::gen::inRange(0, 20);
    for (int i = 0; i < n; ++i) want += append_random_entry(&payload) + "\n";
    RC_ASSERT(dump(payload) == want);
  }));
}

TEST_CASE("times before 1970 come back") {
  for (int64_t ms : {int64_t{0}, int64_t{-1}, int64_t{1}, int64_t{-123456789}, INT64_MIN, INT64_MAX}) {
    std::string bytes;
    append_tick(ms, &bytes);
    EntryCursor cursor(bytes);
    Entry e;
    REQUIRE(cursor.next(&e));
    CHECK(e.now_ms == ms);
  }
}

TEST_CASE("numbers have one form") {
  auto skip = [](std::string_view number) { return "\x07" + std::string(number) + std::string(1, '\0'); };
  CHECK(dump(skip("\x05")) == "skip 5 \n");
  CHECK(dump(skip(std::string_view("\x85\x00", 2))) == "bad");                        // longer than needed
  CHECK(dump(skip("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01")) == "skip 18446744073709551615 \n");
  CHECK(dump(skip("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02")) == "bad");             // beyond 64 bits
  CHECK(dump(skip("\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01")) == "bad");
}

TEST_CASE("bytes that are no entries: any prefix, any changed byte; never a look beyond them") {
  std::string payload;
  append_source({"gw", "s", 1, 7}, &payload);
  append_line("{\"a\":1}", &payload);
  append_load(some_load(), &payload);
  append_broken(70, "x", "y", &payload);
  auto read = [](std::string_view bytes) {
    auto copy = std::make_unique<char[]>(bytes.size());  // of exactly this size: ASan sees a look beyond
    std::copy(bytes.begin(), bytes.end(), copy.get());
    EntryCursor cursor({copy.get(), bytes.size()});
    Entry e;
    size_t taken = 0;
    while (cursor.next(&e)) {
      taken += 1;
      if (e.kind == EntryKind::kLoad) (void)decode_load(e.body);
    }
    return cursor.bad() ? -1 : static_cast<int>(taken);
  };
  CHECK(read(payload) == 4);
  int whole = 0;
  for (size_t n = 0; n < payload.size(); ++n) whole += read(std::string_view(payload).substr(0, n)) >= 0 ? 1 : 0;
  CHECK(whole == 4);  // the ends of no, one, two and three entries
  for (size_t i = 0; i < payload.size(); ++i) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string changed = payload;
      changed[i] = static_cast<char>(changed[i] ^ (1 << bit));
      read(changed);
    }
  }
}

TEST_CASE("a body that is no load is an error") {
  std::string out;
  append_load(some_load(), &out);
  const std::string body = out.substr(2);
  REQUIRE(decode_load(body).ok());
  CHECK(!decode_load("").ok());
  CHECK(!decode_load(body + "x").ok());
  for (size_t n = 0; n < body.size(); ++n) CHECK(!decode_load(std::string_view(body).substr(0, n)).ok());
  std::string other = body;
  other[0] = 2;
  CHECK(!decode_load(other).ok());
}

TEST_CASE("loads as they were written before contents had names are read") {
  // A kLoad entry of version 1: what the daemon wrote of a set with a table file, byte by byte.
  const std::string old = bytes("0636" "0102" "ac0240020304" "02" "05612e636570" "0873747265616d2061" "00" "05622e636570" "026262" "01"
                                "01" "05742e637376" "046b0a00ff" "01" "05632e636570");
  Entry e;
  REQUIRE(EntryCursor(old).next(&e));
  const Load other = some_load();
  for (const Load* before : {static_cast<const Load*>(nullptr), &other}) {
    Result<Load> back = decode_load(e.body, before);
    REQUIRE(back.ok());
    CHECK(back.value().program.semantics == 2);
    CHECK(back.value().program.files[0].text == "stream a");
    CHECK(back.value().program.files[1].text == "bb");
    CHECK(back.value().program.table_files[0].text == std::string("k\n\0\xff", 4));
    CHECK(back.value().removed == std::vector<std::string>{"c.cep"});
  }
}

TEST_CASE("a load names the files of the one before it, and comes back whole with that one alone") {
  const std::string kOfRs = "893bb11c7bad474c6599b0dde060dde9", kOfSs = "fc51338d3d96389d799d4be0cde62e53";   // `xxhsum -H2` of the texts
  Load before = some_load();
  before.program.table_files[0].text = std::string(100, 'r');
  before.program.files[1].text = std::string(1000, 's');
  Load next = before;
  next.program.files[0].text = "stream other";
  next.program.files[1].name = "renamed.cep";
  std::string named, whole;
  append_load(next, &before, &named);
  append_load(next, &whole);
  CHECK(named.size() + 1000 < whole.size());
  CHECK(named.find("rrrr") == std::string::npos);
  Entry e;
  REQUIRE(EntryCursor(named).next(&e));
  Result<Load> back = decode_load(e.body, &before);
  REQUIRE(back.ok());
  std::string again;
  append_load(back.value(), &again);
  CHECK(again == whole);
  // Version, semantics, limits; what is new or short is written, the rest is the 128 bits that XXH3 makes of it.
  CHECK(hex(e.body) == "0202" "ac0240020304" "02" "05612e636570" "00" "0c73747265616d206f74686572" "00" "0b72656e616d65642e636570" "01" + kOfSs + "01"
                       "01" "05742e637376" "01" + kOfRs + "01" "05632e636570");
  CHECK(!decode_load(e.body).ok());
  Load other = before;
  other.program.table_files[0].text[7] = 'x';
  CHECK(!decode_load(e.body, &other).ok());
  for (size_t n = 0; n < e.body.size(); ++n) CHECK(!decode_load(e.body.substr(0, n), &before).ok());
  // What is new, short or the first is written.
  std::string first;
  append_load(next, nullptr, &first);
  CHECK(first == whole);
}
