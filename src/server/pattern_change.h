// The body of PUT /api/v1/patterns, files that come and go together: {"files":[{"name":"a.cep","text":"…"}],"remove":["b.cep"]}. No sockets here; any bytes are fine.
#pragma once
#include <string>
#include <string_view>

#include "engine/durable_engine.h"

namespace cep::server {

// The reason if it cannot be taken; empty: *out holds it.
std::string parse_pattern_change(std::string_view body, engine::FileChange* out);

}  // namespace cep::server
