#include "base/memory.h"

#include <malloc.h>

namespace cep::base {

void give_back_memory() { malloc_trim(0); }

}  // namespace cep::base
