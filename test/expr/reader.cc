// The test reader of expression text: precedence climbing over characters.
#include <cctype>
#include <cstdlib>
#include <stdexcept>

#include "base/time_text.h"
#include "expr/sheet.h"

namespace cep::expr::test {
namespace {

ExprPtr make(Op op, Type type, std::vector<ExprPtr> args) {
  auto e = std::make_shared<Expr>();
  e->op = op;
  e->type = type;
  e->args = std::move(args);
  return e;
}
ExprPtr constant(const Value& v) {
  auto e = std::make_shared<Expr>();
  e->type = v.type;
  e->constant = OwnedValue(v);
  return e;
}
bool is_number(Type t) { return t == Type::kInt || t == Type::kDouble; }

Type arithmetic_type(Op op, Type a, Type b) {
  if (a == Type::kNull || b == Type::kNull) return Type::kNull;
  if (is_number(a) && is_number(b)) return a == b ? a : Type::kDouble;
  if (a == Type::kTimestamp && b == Type::kTimestamp) return Type::kDuration;
  if (a == Type::kTimestamp || b == Type::kTimestamp) return Type::kTimestamp;
  if (a == Type::kString && op == Op::kAdd) return Type::kString;
  return Type::kDuration;
}

Type common_type(Type a, Type b) {
  return a == b || b == Type::kNull ? a : a == Type::kNull ? b : Type::kDouble;
}

class Reader {
 public:
  Reader(const Sheet* sheet, const std::string& text) : sheet_(sheet), text_(text) {}

  ExprPtr whole() {
    ExprPtr e = disjunction();
    skip();
    if (at_ != text_.size()) fail("more than an expression");
    return e;
  }

 private:
  [[noreturn]] void fail(const std::string& what) {
    throw std::runtime_error(what + " at " + text_.substr(at_));
  }
  void skip() {
    while (at_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[at_]))) ++at_;
  }
  bool symbol(const std::string& s) {
    skip();
    if (text_.compare(at_, s.size(), s) != 0) return false;
    at_ += s.size();
    return true;
  }
  void need(const std::string& s) {
    if (!symbol(s)) fail("no " + s);
  }
  std::string peek_word() {
    skip();
    size_t end = at_;
    while (end < text_.size() && (std::isalnum(static_cast<unsigned char>(text_[end])) || text_[end] == '_'))
      ++end;
    return text_.substr(at_, end - at_);
  }
  bool word(const std::string& w) {
    if (peek_word() != w) return false;
    at_ += w.size();
    return true;
  }

  ExprPtr disjunction() {
    ExprPtr e = conjunction();
    while (word("or")) e = make(Op::kOr, Type::kBool, {e, conjunction()});
    return e;
  }
  ExprPtr conjunction() {
    ExprPtr e = negation();
    while (word("and")) e = make(Op::kAnd, Type::kBool, {e, negation()});
    return e;
  }
  ExprPtr negation() {
    if (word("not")) return make(Op::kNot, Type::kBool, {negation()});
    return comparison();
  }
  ExprPtr comparison() {
    ExprPtr left = sum();
    static const std::pair<const char*, Op> kOps[] = {{"==", Op::kEq}, {"!=", Op::kNe}, {"<=", Op::kLe},
                                                      {">=", Op::kGe}, {"<", Op::kLt},  {">", Op::kGt}};
    for (auto [text, op] : kOps)
      if (symbol(text)) return make(op, Type::kBool, {left, sum()});
    if (word("is")) {
      Op op = word("not") ? Op::kIsNotNull : Op::kIsNull;
      if (!word("null")) fail("no null");
      return make(op, Type::kBool, {left});
    }
    if (word("matches")) {
      auto e = std::make_shared<Expr>(*make(Op::kMatches, Type::kBool, {left}));
      e->constant = sum()->constant;
      return e;
    }
    Op op = word("not") ? Op::kNotIn : Op::kIn;
    if (!word("in")) return left;
    std::vector<ExprPtr> args = list();
    args.insert(args.begin(), left);
    return make(op, Type::kBool, args);
  }
  ExprPtr sum() {
    ExprPtr e = product();
    while (true) {
      Op op = symbol("+") ? Op::kAdd : symbol("-") ? Op::kSub : Op::kConst;
      if (op == Op::kConst) return e;
      ExprPtr right = product();
      e = make(op, arithmetic_type(op, e->type, right->type), {e, right});
    }
  }
  ExprPtr product() {
    ExprPtr e = sign();
    while (true) {
      Op op = symbol("*") ? Op::kMul : symbol("/") ? Op::kDiv : symbol("%") ? Op::kRem : Op::kConst;
      if (op == Op::kConst) return e;
      ExprPtr right = sign();
      e = make(op, arithmetic_type(op, e->type, right->type), {e, right});
    }
  }
  ExprPtr sign() {
    if (symbol("-")) {
      if (peek_word() == "9223372036854775808" && text_.substr(at_ + 19, 1) != "." &&
          word("9223372036854775808"))
        return constant(Value::integer(INT64_MIN));
      ExprPtr e = sign();
      return make(Op::kNeg, e->type, {e});
    }
    return primary();
  }
  std::vector<ExprPtr> list() {
    std::vector<ExprPtr> args;
    need("(");
    if (symbol(")")) return args;
    do args.push_back(disjunction());
    while (symbol(","));
    need(")");
    return args;
  }
  ExprPtr primary() {
    skip();
    if (symbol("(")) {
      ExprPtr e = disjunction();
      need(")");
      return e;
    }
    if (at_ == text_.size()) fail("nothing");
    char c = text_[at_];
    if (c == '"') return string();
    if (std::isdigit(static_cast<unsigned char>(c))) return number();
    std::string name = peek_word();
    if (name.empty()) fail("no expression");
    at_ += name.size();
    if (name == "true" || name == "false") return constant(Value::boolean(name == "true"));
    if (name == "null") return constant(Value::null());
    if (at_ < text_.size() && text_[at_] == '(') return call(name);
    if (at_ < text_.size() && text_[at_] == '.') return stage_field(Op::kStageLast, name, 0);
    return field(name);
  }
  ExprPtr string() {
    std::string value;
    for (++at_; at_ < text_.size() && text_[at_] != '"'; ++at_) {
      if (text_[at_] == '\\')
        value += text_[++at_] == 'n' ? '\n' : text_[at_];
      else
        value += text_[at_];
    }
    ++at_;
    return constant(Value::string(value));
  }
  ExprPtr number() {
    size_t begin = at_;
    std::string digits = peek_word();
    if (auto d = base::parse_duration(digits)) {
      at_ += digits.size();
      return constant(Value::duration(*d));
    }
    char* end;
    double d = std::strtod(text_.c_str() + begin, &end);
    at_ = static_cast<size_t>(end - text_.c_str());
    std::string spelled = text_.substr(begin, at_ - begin);
    if (spelled.find_first_of(".e") != std::string::npos) return constant(Value::real(d));
    return constant(Value::integer(std::strtoll(spelled.c_str(), nullptr, 10)));
  }
  std::shared_ptr<Expr> field(const std::string& name) {
    for (size_t i = 0; sheet_ && i < sheet_->fields().size(); ++i) {
      if (sheet_->fields()[i].name != name) continue;
      auto e = std::make_shared<Expr>();
      e->op = Op::kField;
      e->type = sheet_->fields()[i].type;
      e->slots = {static_cast<uint16_t>(i)};
      return e;
    }
    fail("no field " + name);
  }
  ExprPtr stage_field(Op op, const std::string& stage, int index) {
    need(".");
    std::string name = peek_word();
    at_ += name.size();
    std::shared_ptr<Expr> e = field(name);
    e->op = op;
    e->stage = sheet_->stage(stage);
    e->index = index;
    e->field_type = e->type;
    if (op == Op::kStageAvg && is_number(e->type)) e->type = Type::kDouble;
    return e;
  }
  ExprPtr call(const std::string& name) {
    static const std::map<std::string, Op> kStage = {{"sum", Op::kStageSum},     {"avg", Op::kStageAvg},
                                                     {"min", Op::kStageMin},     {"max", Op::kStageMax},
                                                     {"first", Op::kStageFirst}, {"last", Op::kStageLast}};
    if (name == "count") {
      need("(");
      auto e = std::make_shared<Expr>(*make(Op::kStageCount, Type::kInt, {}));
      e->stage = sheet_->stage(peek_word());
      at_ += peek_word().size();
      need(")");
      return e;
    }
    if (auto found = kStage.find(name); found != kStage.end()) {
      need("(");
      std::string stage = peek_word();
      at_ += stage.size();
      auto e = std::make_shared<Expr>(*stage_field(found->second, stage, 0));
      if (symbol(",")) e->index = static_cast<int>(primary()->constant.get().i);
      need(")");
      return e;
    }
    std::vector<ExprPtr> args = list();
    if (name == "if") return make(Op::kIf, common_type(args[1]->type, args[2]->type), args);
    return function(name, args);
  }
  ExprPtr function(const std::string& name, const std::vector<ExprPtr>& args) {
    int number = find_function(name);
    if (number < 0) fail("no function " + name);
    const Function& f = functions()[static_cast<size_t>(number)];
    int given = static_cast<int>(args.size());
    if (given < f.min_args || (f.max_args >= 0 && given > f.max_args)) fail("number of arguments");
    Type type;
    std::string reason = f.bind(args, &type);
    if (!reason.empty()) throw std::runtime_error(reason);
    auto e = std::make_shared<Expr>(*make(Op::kCall, type, args));
    e->index = number;
    return e;
  }

  const Sheet* sheet_;
  std::string text_;
  size_t at_ = 0;
};

}  // namespace

ExprPtr Sheet::read(const std::string& text) const { return Reader(this, text).whole(); }

ExprPtr read_constant(const std::string& text) { return fold(Reader(nullptr, text).whole()); }

}  // namespace cep::expr::test
