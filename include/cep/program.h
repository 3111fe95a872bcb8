// A pattern set with all that can change its results, as content: what an engine is made of, what a `load` entry of the journal holds, what `{"_load":…}` says in a
// recorded stream. Two programs that are equal give the same records for the same lines.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "cep/diagnostic.h"
#include "cep/limits.h"

namespace cep {

// Raised when the same program and lines would give other records than before. Programs of each version before are still run as they were:
//   1  `ahead` is a day where a stream does not say it, and an assertion `_watermark` may go as far as it likes
//   2  `ahead` is five minutes, for assertions as well
inline constexpr uint32_t kSemanticsVersion = 2;

struct Program {
  std::vector<SourceFile> files;        // pattern files, in the order in which they are read
  std::vector<SourceFile> table_files;  // the files that tables begin with; `name` as the plan's table says it (plan/table.h)
  Limits limits;
  uint32_t semantics = kSemanticsVersion;
};

}  // namespace cep
