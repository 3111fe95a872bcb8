// What the allocator keeps for later.
#pragma once

namespace cep::base {

// Gives memory that was freed back to the system, after work that took much of it and is over. Takes some ten milliseconds for each hundred megabytes, in which other threads may
// wait to allocate. Any thread.
void give_back_memory();

}  // namespace cep::base
