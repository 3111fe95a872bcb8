// Keys and texts of any length: what comes out for long ones is what comes out for short ones, each text in the place of its short one. A view of bytes that are gone gives others, or
// the same ones in a wrong place; under AddressSanitizer it is told at once.
#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "cep/engine.h"
#include "engine/random_program.h"
#include "sanitized.h"

namespace {

struct Way {
  int shards;
  uint32_t batch;
  uint64_t seed = 0;
  bool threads = false;
};

using Lengths = std::map<std::string, size_t>;  // of a text by the short one; those that it does not name stay

// Each `~text~` of s at the length that it is to have. Texts keep their order, since they keep their first letter.
std::string lengthened(const std::string& s, const Lengths& lengths, size_t of_ids) {
  std::string out;
  for (size_t i = 0; i < s.size();) {
    const size_t end = s[i] == '~' ? s.find('~', i + 1) : std::string::npos;
    if (end == std::string::npos) {
      out += s[i++];
      continue;
    }
    std::string text = s.substr(i + 1, end - i - 1);
    const auto given = lengths.find(text);
    text.resize(given != lengths.end() ? given->second : std::max(text.size(), of_ids), '.');
    out += text;
    i = end + 1;
  }
  return out;
}

std::string run(const std::string& program, const std::vector<std::string>& lines, const Way& way) {
  std::string out;
  cep::EngineOptions options;
  options.shards = way.shards;
  options.batch = way.batch;
  options.seed = way.seed;
  options.threads = way.threads;
  options.limits.record_bytes = options.limits.line_bytes = 1 << 30;
  options.want[static_cast<int>(cep::Channel::kRejects)] = false;  // they show the line as it came, and not all of it
  std::vector<cep::Diagnostic> diagnostics;
  std::vector<cep::SourceFile> files{{"long.cep", program}};
  auto engine = cep::Engine::create(files, options, [&](const cep::Record& r) { out.append(r.line).push_back('\n'); }, &diagnostics);
  REQUIRE_MESSAGE(engine, cep::render_all(diagnostics, files));
  for (const std::string& l : lines) engine->offer(l, {});
  engine->end();
  return out;
}

void compare(uint64_t number, size_t most_lines, const Lengths& lengths, size_t of_ids) {
  cep::test::RandomProgram maker(number, "~");
  const std::string program = maker.program();
  std::vector<std::string> lines = maker.lines(), long_lines;
  lines.resize(std::min(lines.size(), most_lines));
  for (const std::string& l : lines) long_lines.push_back(lengthened(l, lengths, of_ids));
  const std::string long_program = lengthened(program, lengths, of_ids);
  const std::string expected = lengthened(run(program, lines, {1, 1}), lengths, of_ids);
  for (const Way& way : {Way{1, 1}, Way{2, 7, 3}, Way{3, 1000, 1}, Way{4, 13, 9}, Way{5, 1, 5}, Way{6, 10000, 2}, Way{7, 3, 4}, Way{8, 1000, 8}, Way{3, 5, 0, true}}) {
    const std::string other = run(long_program, long_lines, way);
    const size_t at = static_cast<size_t>(std::mismatch(expected.begin(), expected.end(), other.begin(), other.end()).first - expected.begin());
    CAPTURE(number);
    const bool same = other == expected;
    REQUIRE_MESSAGE(same, program << way.shards << " shards, batches of " << way.batch << "\n" << expected.substr(at - std::min<size_t>(at, 200), 400) << "\n---\n"
                                               << other.substr(at - std::min<size_t>(at, 200), 400));
  }
}

}  // namespace

TEST_CASE("keys and texts of 0, 15, 16, 17 and 200 bytes") {
  const size_t sizes[] = {15, 16, 17, 200, 1};
  const uint64_t programs = cep::testing::times(60, 12);
  for (uint64_t n = 1; n <= programs; ++n) {
    Lengths lengths{{"x", n % 2 ? 0 : sizes[n % 5]}, {"y", sizes[(n + 1) % 5]}, {"z", sizes[(n + 2) % 5]}, {"m", n % 3 ? sizes[n % 4] : 0}, {"n", sizes[(n + 3) % 5]},
                    {"a", sizes[n % 5]}, {"b", sizes[(n + 1) % 5]}, {"c", sizes[(n + 4) % 5]}};
    compare(5000 + n, 1000, lengths, sizes[n % 4]);
  }
}

TEST_CASE("keys and texts of 70,000 bytes") {
  const uint64_t programs = cep::testing::times(12, 3);
  for (uint64_t n = 1; n <= programs; ++n) {
    Lengths lengths{{"x", 17}, {"y", 70'000}, {"z", n % 2 ? 16 : 70'000}, {"m", n % 2 ? 70'000 : 200}, {"a", n % 3 ? 1 : 70'000}};
    compare(6000 + n, 14, lengths, n % 4 ? 16 : 70'000);
  }
}
