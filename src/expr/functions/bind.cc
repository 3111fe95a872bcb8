#include "expr/functions/bind.h"

namespace cep::expr::functions_detail {
namespace {

bool fits(Type t, Kind kind) {
  if (t == Type::kNull) return true;
  bool number = t == Type::kInt || t == Type::kDouble;
  switch (kind) {
    case Kind::kText:
      return t == Type::kString;
    case Kind::kInt:
      return t == Type::kInt;
    case Kind::kNumber:
      return number;
    case Kind::kTime:
      return t == Type::kTimestamp;
    case Kind::kMeasure:
      return number || t == Type::kDuration;
    case Kind::kConvertible:
      return t != Type::kBool;
    case Kind::kAny:
      return true;
  }
  return true;
}

std::string_view words(Kind kind) {
  switch (kind) {
    case Kind::kText:
      return "a string";
    case Kind::kInt:
      return "an int";
    case Kind::kNumber:
      return "a number";
    case Kind::kTime:
      return "a timestamp";
    case Kind::kMeasure:
      return "a number or a duration";
    case Kind::kConvertible:
      return "a string, a number, a timestamp or a duration";
    case Kind::kAny:
      break;
  }
  return "any value";
}

std::string a_type(Type t) { return (t == Type::kInt ? "an " : "a ") + std::string(type_name(t)); }

std::string ordinal(size_t i) {
  static constexpr const char* kWords[] = {"first", "second", "third", "fourth"};
  return i < std::size(kWords) ? kWords[i] : std::to_string(i + 1) + "th";
}

std::string quoted(std::string_view name) { return "`" + std::string(name) + "`"; }

}  // namespace

std::string expect(std::string_view function, std::span<const ExprPtr> args,
                   std::initializer_list<Kind> kinds) {
  size_t i = 0;
  for (Kind kind : kinds) {
    if (i == args.size()) break;
    const Type type = args[i++]->type;
    if (fits(type, kind)) continue;
    std::string place = kinds.size() == 1 ? "" : " as its " + ordinal(i - 1) + " argument";
    return quoted(function) + " takes " + std::string(words(kind)) + place + ", not " + a_type(type);
  }
  return "";
}

std::string expect_alike(std::string_view function, std::span<const ExprPtr> args, Type* type) {
  *type = Type::kNull;
  for (const ExprPtr& arg : args) {
    if (arg->type == Type::kNull || arg->type == *type) continue;
    if (*type == Type::kNull) {
      *type = arg->type;
      continue;
    }
    bool numbers = fits(arg->type, Kind::kNumber) && fits(*type, Kind::kNumber);
    if (!numbers)
      return quoted(function) + " takes values of one type, not " + a_type(*type) + " and " +
             a_type(arg->type);
    *type = Type::kDouble;
  }
  return "";
}

std::string expect_constant(std::span<const ExprPtr> args, size_t index,
                            std::string (*check)(std::string_view)) {
  if (index >= args.size() || args[index]->op != Op::kConst || args[index]->type != Type::kString) return "";
  Value v = args[index]->constant.get();
  return v.is_null() ? "" : check(v.str());
}

}  // namespace cep::expr::functions_detail
