// The bodies of the scalar functions, by family (one file each), and the checks of their constant arguments.
// Contracts: the table in functions.cc.
#pragma once
#include "expr/functions.h"

namespace cep::expr::functions_detail {

using Args = std::span<const Value>;

// math.cc
Value abs(EvalContext& c, Args a, Type type);
Value ceil(EvalContext& c, Args a, Type type);
Value floor(EvalContext& c, Args a, Type type);
Value round(EvalContext& c, Args a, Type type);
Value sqrt(EvalContext& c, Args a, Type type);
Value pow(EvalContext& c, Args a, Type type);
Value exp(EvalContext& c, Args a, Type type);
Value ln(EvalContext& c, Args a, Type type);
Value log10(EvalContext& c, Args a, Type type);
Value least(EvalContext& c, Args a, Type type);
Value greatest(EvalContext& c, Args a, Type type);

// text.cc
Value lower(EvalContext& c, Args a, Type type);
Value upper(EvalContext& c, Args a, Type type);
Value trim(EvalContext& c, Args a, Type type);
Value length(EvalContext& c, Args a, Type type);
Value contains(EvalContext& c, Args a, Type type);
Value starts_with(EvalContext& c, Args a, Type type);
Value ends_with(EvalContext& c, Args a, Type type);
Value substr(EvalContext& c, Args a, Type type);
Value concat(EvalContext& c, Args a, Type type);
Value split_part(EvalContext& c, Args a, Type type);

// conversion.cc
Value coalesce(EvalContext& c, Args a, Type type);
Value to_int(EvalContext& c, Args a, Type type);
Value to_double(EvalContext& c, Args a, Type type);
Value to_string(EvalContext& c, Args a, Type type);
Value hash(EvalContext& c, Args a, Type type);

// time.cc
Value hour(EvalContext& c, Args a, Type type);
Value day_of_week(EvalContext& c, Args a, Type type);
Value date_trunc(EvalContext& c, Args a, Type type);
std::string check_offset(std::string_view offset);
std::string check_unit(std::string_view unit);

// geo.cc, net.cc
Value distance_km(EvalContext& c, Args a, Type type);
Value cidr_match(EvalContext& c, Args a, Type type);
std::string check_network(std::string_view network);

}  // namespace cep::expr::functions_detail
