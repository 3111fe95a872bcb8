#include "lang/scope.h"

#include <set>

namespace cep::lang {

int PatternScope::find_stage(std::string_view name) const {
  for (size_t i = 0; i < stages.size(); ++i)
    if (stages[i].name == name) return static_cast<int>(i);
  return -1;
}

int PatternScope::find_input(std::string_view name) const {
  for (size_t i = 0; i < input_names.size(); ++i)
    if (input_names[i] == name) return static_cast<int>(i);
  return -1;
}

int WindowScope::find_key(std::string_view name) const {
  for (size_t i = 0; i < keys.size(); ++i)
    if (keys[i] == name) return static_cast<int>(i);
  return -1;
}

int JoinScope::find_side(std::string_view name) const {
  for (int i = 0; i < 2; ++i)
    if (names[i] == name) return i;
  return -1;
}

FieldPlace find_field(const std::vector<const Shape*>& rows, int only_input, std::string_view name) {
  FieldPlace place;
  place.slots.assign(rows.size(), expr::kNoSlot);
  bool silent = false;
  for (size_t i = 0; i < rows.size(); ++i) {
    if (only_input >= 0 && only_input != static_cast<int>(i)) continue;
    int field = rows[i]->find(name);
    if (field < 0) {
      silent |= rows[i]->open;
      if (place.without < 0) place.without = static_cast<int>(i);
      continue;
    }
    silent |= rows[i]->bad[static_cast<size_t>(field)];
    place.slots[i] = static_cast<uint16_t>(field);
    Type type = rows[i]->schema.fields[static_cast<size_t>(field)].type;
    if (place.with < 0) {
      place.with = static_cast<int>(i);
      place.type = type;
    } else if (type != place.type && place.status != FieldPlace::kDiffers) {
      place.status = FieldPlace::kDiffers;
      place.other = type;
      place.without = static_cast<int>(i);
    }
  }
  if (silent) {
    place.status = FieldPlace::kSilent;
  } else if (place.status != FieldPlace::kDiffers) {
    place.status = place.with < 0      ? FieldPlace::kMissing
                   : place.without < 0 ? FieldPlace::kFound
                                       : FieldPlace::kPartly;
  }
  return place;
}

std::vector<std::string> field_names(const std::vector<const Shape*>& rows, int only_input) {
  constexpr size_t kMost = 1001;  // more than near names are looked for among (did_you_mean)
  std::vector<std::string> names;
  std::set<std::string_view> seen;
  for (size_t i = 0; i < rows.size(); ++i) {
    if (only_input >= 0 && only_input != static_cast<int>(i)) continue;
    for (const event::Field& f : rows[i]->schema.fields) {
      if (names.size() == kMost) return names;
      if (seen.insert(f.name).second) names.push_back(f.name);
    }
  }
  return names;
}

}  // namespace cep::lang
