// How much memory the process has, may have, and gives back.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace cep::base {

// Gives memory that was freed back to the system. Worth its time after something large is gone.
void give_back_memory();

// What the machine, the control group (version 2 or 1) and those above it let the process have, the least of them, in bytes; 0: unknown. Beyond it the kernel kills.
uint64_t memory_limit();
// The least limit of the control groups that `cgroup` names (the text of /proc/self/cgroup), below `root` (/sys/fs/cgroup); 0: none.
uint64_t group_memory_limit(std::string_view cgroup, const std::string& root);
// RLIMIT_AS, beyond which no memory is given; 0: none.
uint64_t address_limit();
// Under a small RLIMIT_AS the allocator's reserve for each thread would take most of it: it gets a part. Before threads are started.
void spare_addresses();

struct MemoryUse {
  uint64_t resident = 0;   // bytes in the machine's memory
  uint64_t addresses = 0;  // bytes of address space, what RLIMIT_AS counts; where there is such a limit, without what is free in them
};
// Of this process, now; zeros where it cannot be read. Some microseconds.
MemoryUse memory_use();

}  // namespace cep::base
