// Shapes of lines: the sequence of member names of an object, as a path in a tree ("hidden classes"). Lines
// of one feed repeat few shapes, so one comparison per member tells that no name comes twice, which names are
// special, and (per schema) where each field is. What is remembered is bounded and changes no result: lines
// beyond the bounds are looked at name by name.
#pragma once
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace cep::event {

// Member names that mean something in every line.
enum class Special : uint8_t {
  kNone,
  kStream,
  kDelete,
  kWatermark,
  kEnd,
  kAt,
  kTick,
  kProducer,
  kPartition,
  kRecorded,  // `_load` and the others that only a recorded stream may say
  kReserved
};
Special special_name(std::string_view name);

// Where a field of a schema is in lines of one shape.
struct Source {
  int32_t member = -1;  // index of the top-level member; -1: not carried
  uint32_t rest =
      0;  // offset in the path of what remains below that member; 0: nothing, the member is the value
};

// How one schema sees one shape.
struct Mapping {
  std::vector<Source> sources;  // one per field
  std::string reason;           // why such a line cannot be of this stream (a reserved name); usually empty
};

struct Shape {
  std::string name;    // the member that leads here from the parent
  uint32_t index = 0;  // its index in the object
  Shape* parent = nullptr;
  Shape* hint = nullptr;     // the child taken last
  bool has_special = false;  // in the whole path
  std::vector<std::unique_ptr<Shape>> children;
  std::vector<std::unique_ptr<Mapping>> mappings;  // by number of the schema; null: not asked for yet

  bool is(std::string_view other) const {
    return name.size() == other.size() && std::memcmp(name.data(), other.data(), other.size()) == 0;
  }
};

class ShapeTree {
 public:
  ShapeTree() { clear(); }

  // The empty object.
  Shape* root() { return root_.get(); }

  // From `shape` on by one member. Null: not remembered (bounds), or `name` is in the path already.
  Shape* step(Shape* shape, std::string_view name) {
    Shape* next = shape->hint;
    if (next != nullptr && next->is(name)) return next;
    return find_or_add(shape, name);
  }

  // Forgets everything if too much was collected; shapes handed out before are gone then.
  void trim() {
    if (cells_ > kCellsMax) clear();
  }
  void clear();
  // Counts what is kept beside the shapes (mappings).
  void count_cells(size_t cells) { cells_ += cells; }

 private:
  static constexpr size_t kNameMax = 256;      // bytes
  static constexpr size_t kMembersMax = 256;   // of a shape
  static constexpr size_t kChildrenMax = 32;   // of a node
  static constexpr size_t kCellsMax = 200000;  // nodes count 8

  Shape* find_or_add(Shape* shape, std::string_view name);

  std::unique_ptr<Shape> root_;
  size_t cells_ = 0;
};

}  // namespace cep::event
