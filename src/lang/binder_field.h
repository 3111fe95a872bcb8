// Fields of a source stream: type, place in the line, default.
#pragma once
#include "lang/ast.h"
#include "lang/binder_context.h"

namespace cep::lang {

inline constexpr size_t kMaxFields = 10'000;  // of a stream

// Appends the field to the shape; marked bad if something about it is wrong (reported).
void bind_field(const ast::FieldDecl& decl, Shape* shape, Context* context);

// The shape of a stream that passes the rows of another on: names and types, nothing of how a line is read.
Shape derived_shape(const Shape& source);

}  // namespace cep::lang
