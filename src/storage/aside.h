// Where a repair puts what it takes away: nothing is ever lost by it, and a crash at any step leaves each thing at its old place, at its new one, or (a copy) at both.
#pragma once
#include <cstdint>
#include <string>

#include "base/env.h"
#include "cep/status.h"

namespace cep::storage {

// The bytes [begin, end) of one file to the front of the other. An error too if there are not so many.
Status copy_bytes(const base::File* from, uint64_t begin, uint64_t end, base::File* to);

// A new folder `dir`/damaged-<n>, with the least n that is free.
class Aside {
 public:
  Aside(base::Env* env, std::string dir) : env_(env), dir_(std::move(dir)) {}

  // Makes the folder, durable at return; the second time nothing happens. REQUIRED before the others.
  Status make();
  // Empty: it was not made.
  const std::string& path() const { return path_; }
  // The file of this name in `dir`, under the same name; durable at return.
  Status move(const std::string& name);
  // The bytes [begin, end) of `from`, as a file of this name; durable at return.
  Status copy(const base::File* from, uint64_t begin, uint64_t end, const std::string& name);

 private:
  base::Env* env_;
  std::string dir_;
  std::string path_;
};

}  // namespace cep::storage
