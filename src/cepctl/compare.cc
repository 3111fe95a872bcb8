#include "cepctl/compare.h"

#include <algorithm>
#include <cmath>

namespace cep::cepctl {
namespace {

using config::YamlMember;
using config::YamlNode;
using config::YamlScalar;

// What an expected value stands for: an event may be written as its id; a match is compared stage by stage.
enum class Role { kValue, kEvent, kMatch, kRecord };

bool near(double a, double b) {
  return std::fabs(a - b) <= 1e-9 * std::max({1.0, std::fabs(a), std::fabs(b)});
}

bool same_number(const YamlScalar& want, const Json& got) {
  if (!got.is_number()) return false;
  if (want.kind == YamlScalar::kDouble) return near(want.d, got.get<double>());
  if (got.is_number_unsigned()) return want.i >= 0 && static_cast<uint64_t>(want.i) == got.get<uint64_t>();
  if (got.is_number_integer()) return want.i == got.get<int64_t>();
  return near(static_cast<double>(want.i), got.get<double>());
}

bool same_scalar(const YamlScalar& want, const std::string& text, const Json& got) {
  switch (want.kind) {
    case YamlScalar::kNull:
      return got.is_null();
    case YamlScalar::kBool:
      return got.is_boolean() && got.get<bool>() == want.b;
    case YamlScalar::kInt:
    case YamlScalar::kDouble:
      return same_number(want, got);
    case YamlScalar::kString:
    case YamlScalar::kLookalike:
      return got.is_string() && got.get_ref<const std::string&>() == text;
  }
  return false;
}

class Fitter {
 public:
  Fitter(const CompareRules& rules, std::string* why) : rules_(rules), why_(why) {}

  // `got` null: the member is missing.
  bool value(const YamlNode& want, const Json* got, Role role, const std::string& path) {
    if (got != nullptr && got->is_null()) got = nullptr;
    switch (want.kind) {
      case YamlNode::kNull:
        return got == nullptr || differ(want, got, path);
      case YamlNode::kScalar:
        return scalar(want, got, role, path);
      case YamlNode::kList:
        return list(want, got, role, path);
      case YamlNode::kMap:
        return role == Role::kMatch ? match(want, got, path) : map(want, got, role, path);
    }
    return false;
  }

 private:
  bool differ(const YamlNode& want, const Json* got, const std::string& path) {
    if (why_ == nullptr) return false;
    *why_ = path + (path.empty() ? "" : ": ") + "expected " + flow_text(want) + ", came " +
            (got == nullptr ? "nothing" : flow_text(*got, {}, rules_));
    return false;
  }
  std::string join(const std::string& path, const std::string& key) const {
    if (why_ == nullptr) return path;
    return path.empty() ? key : path + "." + key;
  }

  bool scalar(const YamlNode& want, const Json* got, Role role, const std::string& path) {
    const YamlScalar s = config::scalar_of(want);
    if (got == nullptr) return s.kind == YamlScalar::kNull || differ(want, got, path);
    const Json* value = got;
    if (role == Role::kEvent && got->is_object() && !rules_.event_id.empty()) {
      const auto id = got->find(rules_.event_id);
      if (id == got->end()) return differ(want, got, path);
      value = &*id;
    }
    return same_scalar(s, want.text, *value) || differ(want, value, path);
  }

  bool list(const YamlNode& want, const Json* got, Role role, const std::string& path) {
    if (got == nullptr || !got->is_array() || got->size() != want.items.size())
      return differ(want, got, path);
    for (size_t i = 0; i < want.items.size(); ++i) {
      const std::string at = why_ == nullptr ? path : path + "[" + std::to_string(i) + "]";
      if (!value(want.items[i], &(*got)[i], role, at)) return false;
    }
    return true;
  }

  bool map(const YamlNode& want, const Json* got, Role of, const std::string& path) {
    if (got != nullptr && !got->is_object()) return differ(want, got, path);
    for (const YamlMember& m : want.members) {
      const Json* member = find(got, m.key);
      const bool top = of == Role::kRecord;
      const Role role = top && m.key == "match"   ? Role::kMatch
                        : top && m.key == "event" ? Role::kEvent
                                                  : Role::kValue;
      if (!value(m.value, member, role, join(path, m.key))) return false;
    }
    return true;
  }

  bool match(const YamlNode& want, const Json* got, const std::string& path) {
    if (got != nullptr && !got->is_object()) return differ(want, got, path);
    for (const YamlMember& m : want.members) {
      const Json* stage = find(got, m.key);
      const bool wants_none = m.value.kind == YamlNode::kList && m.value.items.empty();
      if (wants_none && stage == nullptr) continue;
      if (!value(m.value, stage, Role::kEvent, join(path, m.key))) return false;
    }
    if (got == nullptr) return true;
    for (const auto& [stage, events] : got->items()) {
      if (want.find(stage) != nullptr) continue;
      if (why_ != nullptr) *why_ = join(path, stage) + ": not expected, came " + stage_text(events);
      return false;
    }
    return true;
  }

  static const Json* find(const Json* object, const std::string& key) {
    if (object == nullptr) return nullptr;
    const auto it = object->find(key);
    return it == object->end() ? nullptr : &*it;
  }
  std::string stage_text(const Json& events) const;

  const CompareRules& rules_;
  std::string* why_;
};

// Kuhn's algorithm; whether a pair fits is asked at most once.
class Matching {
 public:
  Matching(const std::vector<YamlNode>& expected, const std::vector<Json>& came, const CompareRules& rules)
      : expected_(expected),
        came_(came),
        rules_(rules),
        known_(expected.size() * came.size(), kUnknown),
        partner_(came.size(), kNobody) {}

  Difference run() {
    std::vector<bool> matched(expected_.size(), false);
    // Pairs of equal place first: most bags come in order.
    for (size_t i = 0; i < std::min(expected_.size(), came_.size()); ++i) {
      if (!pair_fits(i, i)) continue;
      partner_[i] = i;
      matched[i] = true;
    }
    Difference d;
    for (size_t i = 0; i < expected_.size(); ++i) {
      if (matched[i]) continue;
      visited_.assign(came_.size(), false);
      if (!augment(i)) d.missing.push_back(i);
    }
    for (size_t j = 0; j < came_.size(); ++j)
      if (partner_[j] == kNobody) d.extra.push_back(j);
    return d;
  }

 private:
  static constexpr size_t kNobody = SIZE_MAX;
  enum : char { kUnknown, kYes, kNo };

  bool pair_fits(size_t i, size_t j) {
    char& k = known_[i * came_.size() + j];
    if (k == kUnknown) k = fits(expected_[i], came_[j], rules_) ? kYes : kNo;
    return k == kYes;
  }
  bool augment(size_t i) {
    for (size_t j = 0; j < came_.size(); ++j) {
      if (visited_[j] || !pair_fits(i, j)) continue;
      visited_[j] = true;
      if (partner_[j] != kNobody && !augment(partner_[j])) continue;
      partner_[j] = i;
      return true;
    }
    return false;
  }

  const std::vector<YamlNode>& expected_;
  const std::vector<Json>& came_;
  const CompareRules& rules_;
  std::vector<char> known_;
  std::vector<size_t> partner_;  // of each that came
  std::vector<bool> visited_;
};

// In order: what is left when a longest common subsequence is taken away.
Difference compare_in_order(const std::vector<YamlNode>& expected, const std::vector<Json>& came,
                            const CompareRules& rules) {
  size_t head = 0;
  while (head < expected.size() && head < came.size() && fits(expected[head], came[head], rules)) ++head;
  size_t n = expected.size() - head;
  size_t m = came.size() - head;
  while (n > 0 && m > 0 && fits(expected[head + n - 1], came[head + m - 1], rules)) --n, --m;
  Difference d;
  constexpr size_t kMaxTable = 4'000'000;
  if (n * m > kMaxTable) {
    for (size_t i = 0; i < n; ++i) d.missing.push_back(head + i);
    for (size_t j = 0; j < m; ++j) d.extra.push_back(head + j);
    return d;
  }
  std::vector<uint32_t> best((n + 1) * (m + 1), 0);  // of the suffixes from (i, j)
  auto at = [&](size_t i, size_t j) -> uint32_t& { return best[i * (m + 1) + j]; };
  for (size_t i = n; i-- > 0;)
    for (size_t j = m; j-- > 0;)
      at(i, j) = fits(expected[head + i], came[head + j], rules) ? at(i + 1, j + 1) + 1
                                                                 : std::max(at(i + 1, j), at(i, j + 1));
  size_t i = 0;
  size_t j = 0;
  while (i < n || j < m) {
    if (i < n && j < m && fits(expected[head + i], came[head + j], rules)) {
      ++i, ++j;
    } else if (j == m || (i < n && at(i + 1, j) >= at(i, j + 1))) {
      d.missing.push_back(head + i++);
    } else {
      d.extra.push_back(head + j++);
    }
  }
  return d;
}

bool is_bare(const std::string& s) {
  if (s.empty()) return false;
  const bool safe = std::all_of(s.begin(), s.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '_' || c == '-' || c == '.' || c >= 0x80;
  });
  YamlNode n;
  n.kind = YamlNode::kScalar;
  n.plain = true;
  n.text = s;
  return safe && s != "-" && config::scalar_of(n).kind == YamlScalar::kString;
}

std::string flow_string(const std::string& s) {
  if (is_bare(s)) return s;
  return Json(s).dump(-1, ' ', false, Json::error_handler_t::replace);
}

void append_json(const Json& j, const CompareRules& rules, bool events, std::string* out) {
  if (events && j.is_object() && !rules.event_id.empty() && j.contains(rules.event_id)) {
    append_json(j[rules.event_id], rules, false, out);
  } else if (j.is_object()) {
    std::string_view comma = "{";
    for (const auto& [key, value] : j.items()) {
      out->append(comma).append(flow_string(key)).append(": ");
      append_json(value, rules, events, out);
      comma = ", ";
    }
    out->append(j.empty() ? "{}" : "}");
  } else if (j.is_array()) {
    std::string_view comma = "[";
    for (const Json& item : j) {
      out->append(comma);
      append_json(item, rules, events, out);
      comma = ", ";
    }
    out->append(j.empty() ? "[]" : "]");
  } else if (j.is_string()) {
    out->append(flow_string(j.get<std::string>()));
  } else {
    out->append(j.dump());
  }
}

std::string Fitter::stage_text(const Json& events) const {
  std::string text;
  append_json(events, rules_, true, &text);
  return text;
}

}  // namespace

bool fits(const YamlNode& expected, const Json& record, const CompareRules& rules, std::string* why) {
  return Fitter(rules, why).value(expected, &record, Role::kRecord, "");
}

Difference compare(const std::vector<YamlNode>& expected, const std::vector<Json>& came,
                   const CompareRules& rules) {
  if (rules.any_order) return Matching(expected, came, rules).run();
  Difference d = compare_in_order(expected, came, rules);
  d.only_order = !d.none() && expected.size() == came.size() && Matching(expected, came, rules).run().none();
  return d;
}

std::string flow_text(const YamlNode& node) {
  switch (node.kind) {
    case YamlNode::kNull:
      return "null";
    case YamlNode::kScalar:
      return node.plain ? node.text : flow_string(node.text);
    case YamlNode::kList: {
      std::string out = "[";
      for (const YamlNode& item : node.items) out += (out.size() > 1 ? ", " : "") + flow_text(item);
      return out + "]";
    }
    case YamlNode::kMap: {
      std::string out = "{";
      for (const YamlMember& m : node.members) {
        out += (out.size() > 1 ? ", " : "") + flow_string(m.key) + ": " + flow_text(m.value);
      }
      return out + "}";
    }
  }
  return "";
}

std::string flow_text(const Json& record, const std::vector<std::string>& members,
                      const CompareRules& rules) {
  std::string out;
  if (!record.is_object()) {
    append_json(record, rules, false, &out);
    return out;
  }
  std::string_view comma = "{";
  for (const auto& [key, value] : record.items()) {
    if (!members.empty() && std::find(members.begin(), members.end(), key) == members.end()) continue;
    out.append(comma).append(flow_string(key)).append(": ");
    append_json(value, rules, key == "match" || key == "event", &out);
    comma = ", ";
  }
  return out.empty() ? "{}" : out + "}";
}

}  // namespace cep::cepctl
