// A field is followed down to the streams that lines are read for: through filters, through `select` where it is passed
// on as it is. What an operator gives, or an expression makes, is left alone.
#include "lang/rules_join_key.h"

#include <string>

#include "lang/rules_implied.h"

namespace cep::lang {

using plan::Node;
using plan::NodeKind;

namespace {

class KeyField {
 public:
  explicit KeyField(const plan::Plan& plan) : plan_(plan) {}

  // The source stream that leaves the field null where a line does not carry it; null: none is known.
  const Node* left_null_by(int node, uint16_t slot) {
    if (node < 0 || looked_at_++ > kEnough) return nullptr;
    const Node& n = plan_.nodes[static_cast<size_t>(node)];
    if (n.kind == NodeKind::kSource) return may_be_null(n, slot) ? &n : nullptr;
    if (n.kind != NodeKind::kDerive) return nullptr;
    if (!n.derive.has_select) return below(n, std::vector<uint16_t>(n.inputs.size(), slot));
    const expr::ExprPtr& value = n.derive.select[slot].expr;
    return value && value->op == expr::Op::kField ? below(n, value->slots) : nullptr;
  }

 private:
  static constexpr int kEnough = 1000;  // nodes

  static bool may_be_null(const Node& source, uint16_t slot) {
    const event::Field& field = source.schema.fields[slot];
    return !field.required && field.fallback.get().is_null() && !field.raw && source.source.time_field != static_cast<int>(slot);
  }

  const Node* below(const Node& n, const std::vector<uint16_t>& slots) {
    if (n.derive.where && implies(n.derive.where, is_not_null(n, slots))) return nullptr;
    for (size_t i = 0; i < n.inputs.size() && i < slots.size(); ++i)
      if (const Node* found = slots[i] == expr::kNoSlot ? nullptr : left_null_by(n.inputs[i].node, slots[i])) return found;
    return nullptr;
  }

  // The condition as it would have been written in the stream itself.
  expr::ExprPtr is_not_null(const Node& n, const std::vector<uint16_t>& slots) const {
    auto field = std::make_shared<expr::Expr>();
    field->op = expr::Op::kField;
    field->slots = slots;
    field->type = plan_.nodes[static_cast<size_t>(n.inputs[0].node)].schema.fields[slots[0]].type;
    auto test = std::make_shared<expr::Expr>();
    test->op = expr::Op::kIsNotNull;
    test->type = Type::kBool;
    test->args = {field};
    return test;
  }

  const plan::Plan& plan_;
  int looked_at_ = 0;
};

}  // namespace

void warn_null_keys(const ast::JoinDecl& decl, const plan::Node& node, const plan::Plan& plan, Context* context) {
  for (size_t side = 0; side < node.inputs.size(); ++side) {
    const ast::JoinSource& text = side == 0 ? decl.a : decl.b;
    const std::vector<uint16_t>& key = node.inputs[side].key;
    for (size_t k = 0; k < key.size() && k < text.keys.size(); ++k) {
      const plan::Node* source = KeyField(plan).left_null_by(node.inputs[side].node, key[k]);
      if (source == nullptr) continue;
      context->report.warning(
          text.keys[k].span,
          "`" + text.keys[k].name + "` can be null, and a null key pairs with nothing" +
              (decl.left && side == 0 ? ": such a row comes out alone" : ": such a row is lost") +
              "; declare the field `required` in `" + source->name + "`, or give it a `default`");
    }
  }
}

}  // namespace cep::lang
