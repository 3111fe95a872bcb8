// The slow side of the tree: new shapes.
#include "event/shapes.h"

namespace cep::event {

Special special_name(std::string_view name) {
  if (name.empty() || name[0] != '_') return Special::kNone;
  struct Known {
    std::string_view name;
    Special special;
  };
  static constexpr Known kKnown[] = {
      {"_stream", Special::kStream},
      {"_delete", Special::kDelete},
      {"_watermark", Special::kWatermark},
      {"_end", Special::kEnd},
      {"_at", Special::kAt},
      {"_tick", Special::kTick},
      {"_producer", Special::kProducer},
      {"_partition", Special::kPartition},
      {"_load", Special::kRecorded},
      {"_session", Special::kRecorded},
      {"_line", Special::kRecorded},
      {"_broken", Special::kRecorded},
      {"_accepted", Special::kRecorded},
      {"_reset_clock", Special::kRecorded},
  };
  for (const Known& known : kKnown)
    if (known.name == name) return known.special;
  return Special::kReserved;
}

void ShapeTree::clear() {
  root_ = std::make_unique<Shape>();
  cells_ = 0;
}

Shape* ShapeTree::find_or_add(Shape* shape, std::string_view name) {
  for (const std::unique_ptr<Shape>& child : shape->children)
    if (child->is(name)) return shape->hint = child.get();
  const uint32_t index = shape->parent == nullptr ? 0 : shape->index + 1;
  if (name.size() > kNameMax || index >= kMembersMax || shape->children.size() >= kChildrenMax)
    return nullptr;
  for (const Shape* s = shape; s->parent != nullptr; s = s->parent)
    if (s->is(name)) return nullptr;
  auto child = std::make_unique<Shape>();
  child->name = name;
  child->index = index;
  child->parent = shape;
  child->has_special = shape->has_special || special_name(name) != Special::kNone;
  cells_ += 8;
  shape->hint = child.get();
  shape->children.push_back(std::move(child));
  return shape->hint;
}

}  // namespace cep::event
