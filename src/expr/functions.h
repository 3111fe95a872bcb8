// The table of scalar functions: name, signature, null rule, documentation, example. One row per function; bodies in functions/*.cc by family.
#pragma once
#include <span>
#include <string_view>
#include <vector>

#include "expr/program.h"

namespace cep::expr {

// One function. `bind` checks the argument types (kNull fits everything) and gives the result type, or says what is wrong.
struct Function {
  std::string_view name;
  std::string_view signature;  // "substr(s string, from int[, length int]) string"
  std::string_view summary;    // one sentence
  std::string_view example;    // "substr(\"alpha\", 2, 3)"; `ts` in it is 2026-03-04T05:06:07.089Z, a Wednesday
  std::string_view result;     // what the example prints: "lph"
  int min_args = 0;
  int max_args = 0;            // -1: any number
  bool null_in_null_out = true;
  // Result type in *type. Returns an empty string, or the reason ("`length` takes a string, not an int").
  std::string (*bind)(std::span<const ExprPtr> args, Type* type) = nullptr;
  // Called with evaluated arguments (none null if null_in_null_out). `type` is the bound result type.
  Value (*call)(EvalContext& c, std::span<const Value> args, Type type) = nullptr;
};

std::span<const Function> functions();
// Index into functions(), or -1.
int find_function(std::string_view name);

// Text of a value as messages, concat and to_string print it: bare strings, `true`, integers, doubles by to_chars with `.0` when integral,
// timestamps RFC 3339 UTC ms, durations `1h30m`, `null`.
void append_text(const Value& v, std::string* out);

}  // namespace cep::expr
