// The order in which derived streams, patterns, windows, joins and tables are bound: each after what it reads.
// Finds cycles.
#pragma once
#include <string>
#include <vector>

#include "cep/diagnostic.h"
#include "lang/binder_context.h"

namespace cep::lang {

struct Reader {
  std::string name;
  Span span;  // of the name
  std::vector<std::string> sources;
};

struct ReaderOrder {
  std::vector<size_t>
      order;  // numbers of `readers`, each after those it reads; members of cycles are left out
  std::vector<size_t> in_cycles;  // reported
};

// Refuses chains of readers that are too long to be walked down. `order`: of order_readers().
void check_depth(const std::vector<Reader>& readers, const std::vector<size_t>& order, Reporter* report);

// Among those that are ready the first declared comes first.
ReaderOrder order_readers(const std::vector<Reader>& readers, Reporter* report);

}  // namespace cep::lang
