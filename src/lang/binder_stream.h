// Streams: fields, options and derived streams to plan nodes.
#pragma once
#include <optional>
#include <vector>

#include "lang/ast.h"
#include "lang/binder_context.h"
#include "plan/plan.h"

namespace cep::lang {

// Each registers the stream's shape and node number (`number`) in the context, also when it is wrong.
plan::Node bind_stream(const ast::StreamDecl& decl, int number, Context* context);
plan::Node bind_derived(const ast::DerivedDecl& decl, int number, Context* context);

// The stream that is read; *node gets its number. An open shape and -1 where there is none (reported).
const Shape* resolve_source(const ast::Ident& name, int* node, Context* context);

// Positions of key fields in a shape, each once; empty places where a field is unknown (reported) are left
// out, then *fine is false.
std::vector<uint16_t> resolve_fields(const std::vector<ast::Ident>& names, const Shape& shape, bool* fine,
                                     Context* context);

std::optional<plan::Unique> bind_unique(const ast::UniqueDecl& unique, const Shape& shape, Context* context);

}  // namespace cep::lang
