#include "lang/rules_stage.h"

#include <algorithm>
#include <optional>
#include <set>

#include "lang/binder_constant.h"

namespace cep::lang {

using ast::Modifier;
using plan::Contiguity;
using plan::InnerContiguity;

namespace {

std::optional<Contiguity> contiguity_of(std::string_view word) {
  static constexpr std::pair<std::string_view, Contiguity> kWords[] = {
      {"begin", Contiguity::kBegin},           {"next", Contiguity::kNext},
      {"followedBy", Contiguity::kFollowedBy}, {"followedByAny", Contiguity::kFollowedByAny},
      {"notNext", Contiguity::kNotNext},       {"notFollowedBy", Contiguity::kNotFollowedBy}};
  for (const auto& [text, contiguity] : kWords)
    if (text == word) return contiguity;
  return std::nullopt;
}

std::string_view word_of(Modifier::Kind kind) {
  switch (kind) {
    case Modifier::kWhere:
      return "where";
    case Modifier::kUntil:
      return "until";
    case Modifier::kTimes:
      return "times";
    case Modifier::kOneOrMore:
      return "oneOrMore";
    case Modifier::kOptional:
      return "optional";
    case Modifier::kGreedy:
      return "greedy";
    case Modifier::kConsecutive:
      return "consecutive";
    case Modifier::kAllowCombinations:
      return "allowCombinations";
    case Modifier::kEvery:
      return "every";
  }
  return "";
}

std::string called(const ast::Stage& stage) {
  return stage.is_group ? "the group" : "`" + stage.name.name + "`";
}

bool all_optional(const std::vector<plan::Stage>& stages) {
  return std::all_of(stages.begin(), stages.end(), [](const plan::Stage& s) {
    return s.optional || is_negated(s.contiguity) || (!s.group.empty() && all_optional(s.group));
  });
}

constexpr int64_t kMostTimes = 1'000'000;

class StageReader {
 public:
  StageReader(const std::vector<std::string>& inputs, Context* context, StageList* list)
      : inputs_(inputs), context_(context), list_(list) {}

  std::vector<plan::Stage> read_sequence(const std::vector<ast::Stage>& stages, bool in_group,
                                         bool may_be_left_out) {
    std::vector<plan::Stage> out;
    for (const ast::Stage& stage : stages) out.push_back(read_stage(stage, may_be_left_out));
    for (size_t i = 0; i < stages.size(); ++i) check_place(stages, out, i, in_group);
    return out;
  }

 private:
  Reporter& report() { return context_->report; }

  plan::Stage read_stage(const ast::Stage& stage, bool may_be_left_out) {
    plan::Stage out;
    out.span = stage.is_group ? stage.group_span : stage.name.span;
    out.contiguity = contiguity_of(stage.contiguity.name).value_or(Contiguity::kFollowedBy);
    check_repeats(stage);
    if (is_negated(out.contiguity)) {
      check_negated(stage);
    } else {
      read_quantifier(stage, &out);
      check_quantifier(stage, out);
    }
    if (stage.is_group) {
      read_group(stage, may_be_left_out, &out);
    } else {
      name_stage(stage, may_be_left_out, &out);
    }
    return out;
  }

  void read_group(const ast::Stage& stage, bool may_be_left_out, plan::Stage* out) {
    if (const Modifier* where = find_modifier(stage, Modifier::kWhere))
      report().error(where->span, "a group takes no `where`; give the condition to its stages");
    if (is_negated(out->contiguity))
      report().error(stage.contiguity.span,
                     "`" + stage.contiguity.name + "` takes one stage, not a group; write one `" +
                         stage.contiguity.name + "` for each event that must not come");
    bool repeated = is_loop(*out);
    if (repeated) repeats_.push_back(++groups_);
    out->group = read_sequence(stage.group, true, may_be_left_out || out->optional);
    if (repeated) repeats_.pop_back();
    if (repeated && all_optional(out->group))
      report().error(
          stage.group_span,
          "a repeated group that can be empty never ends; take `optional` off one of its stages, or off "
          "the repetition");
  }

  void name_stage(const ast::Stage& stage, bool may_be_left_out, plan::Stage* out) {
    out->name = stage.name.name;
    out->index = static_cast<int>(list_->named.size());
    if (!names_.insert(out->name).second)
      report().error(stage.name.span, "there are two stages `" + out->name +
                                          "`; every stage needs a name of its own, also in groups");
    ScopeStage named;
    named.name = out->name;
    named.negated = is_negated(out->contiguity);
    named.optional = may_be_left_out || out->optional;
    named.loop = find_modifier(stage, Modifier::kTimes) != nullptr || find_modifier(stage, Modifier::kOneOrMore) != nullptr;
    named.repeats = repeats_;
    if (stage.has_source) named.input = find_source(stage);
    list_->named.push_back(std::move(named));
    list_->text.push_back(&stage);
  }

  int find_source(const ast::Stage& stage) {
    const std::string& name = stage.source.name;
    auto it = std::find(inputs_.begin(), inputs_.end(), name);
    if (it != inputs_.end()) return static_cast<int>(it - inputs_.begin());
    if (!context_->excused(name)) {
      std::string near = did_you_mean(name, inputs_);
      report().error(stage.source.span, "this pattern does not read `" + name + "`" +
                                            (near.empty() ? "; it is `on` " + listed(inputs_) : near));
    }
    return -1;
  }

  // Each at most once, and of alternatives one.
  void check_repeats(const ast::Stage& stage) {
    const auto& all = stage.modifiers;
    std::set<Modifier::Kind> seen;
    const auto before = [&seen](Modifier::Kind kind) { return seen.count(kind) > 0; };
    for (size_t i = 0; i < all.size(); seen.insert(all[i++].kind)) {
      std::string word(word_of(all[i].kind));
      bool quantifier = all[i].kind == Modifier::kTimes || all[i].kind == Modifier::kOneOrMore;
      if (quantifier && (before(Modifier::kTimes) || before(Modifier::kOneOrMore))) {
        report().error(all[i].span,
                       called(stage) + " has two quantifiers; keep `" + word + "` or the one before it");
      } else if (before(all[i].kind)) {
        std::string more = all[i].kind == Modifier::kWhere   ? "; join conditions with `and`"
                           : all[i].kind == Modifier::kUntil ? "; join conditions with `or`"
                                                             : "";
        report().error(all[i].span, called(stage) + " has a second `" + word + "`" + more);
      } else if (all[i].kind == Modifier::kAllowCombinations && before(Modifier::kConsecutive)) {
        report().error(
            all[i].span,
            "`allowCombinations` and `consecutive` exclude each other; keep one for " + called(stage));
      } else if (all[i].kind == Modifier::kConsecutive && before(Modifier::kAllowCombinations)) {
        report().error(
            all[i].span,
            "`consecutive` and `allowCombinations` exclude each other; keep one for " + called(stage));
      }
    }
  }

  void check_negated(const ast::Stage& stage) {
    for (const Modifier& m : stage.modifiers) {
      if (m.kind == Modifier::kWhere) continue;
      report().error(m.span, "`" + stage.contiguity.name + " " + stage.name.name +
                                 "` forbids an event and takes none, so `" + std::string(word_of(m.kind)) +
                                 "` means nothing there; take it off");
    }
  }

  void read_quantifier(const ast::Stage& stage, plan::Stage* out) {
    if (const Modifier* m = find_modifier(stage, Modifier::kTimes)) {
      read_times(*m, out);
    } else if (find_modifier(stage, Modifier::kOneOrMore)) {
      out->times_max = plan::kUnbounded;
    }
    out->optional |= find_modifier(stage, Modifier::kOptional) != nullptr;
    out->greedy = find_modifier(stage, Modifier::kGreedy) != nullptr;
    if (find_modifier(stage, Modifier::kAllowCombinations)) out->inner = InnerContiguity::kCombinations;
    if (find_modifier(stage, Modifier::kConsecutive)) out->inner = InnerContiguity::kConsecutive;
    if (const Modifier* m = find_modifier(stage, Modifier::kEvery))
      out->every_ms = constant_duration(*context_, *m->expr, "`every`", Least::kAboveZero).value_or(-1);
  }

  void read_times(const Modifier& m, plan::Stage* out) {
    std::optional<int64_t> min = constant_int(*context_, *m.min, "`times`");
    std::optional<int64_t> max = m.max ? constant_int(*context_, *m.max, "`times`") : min;
    if (!min || !max) return;
    if (*min > kMostTimes || (m.max && *max > kMostTimes)) {
      report().error(m.span, "`times` takes at most " + std::to_string(kMostTimes));
      return;
    }
    bool range = m.max != nullptr;
    if (*min < 0 || (*min == 0 && !range)) {
      report().error(m.span, m.open ? "`times` needs at least 1; for none or more write `oneOrMore optional`"
                                    : "`times` needs at least 1; for an event that may be missing write "
                                      "`optional` or `times 0..1`");
      return;
    }
    if (*max < *min || *max < 1) {
      report().error(m.span, "`times " + std::to_string(*min) + ".." + std::to_string(*max) +
                                 (*max < *min ? "` has its greater number first; write the less first"
                                              : "` never takes an event"));
      return;
    }
    out->optional = *min == 0;
    out->times_min = static_cast<uint32_t>(std::max<int64_t>(*min, 1));
    out->times_max = m.open ? plan::kUnbounded : static_cast<uint32_t>(*max);
  }

  void check_quantifier(const ast::Stage& stage, const plan::Stage& s) {
    bool quantified = find_modifier(stage, Modifier::kTimes) || find_modifier(stage, Modifier::kOneOrMore);
    bool combinations = find_modifier(stage, Modifier::kAllowCombinations) != nullptr;
    if (const Modifier* m = find_modifier(stage, Modifier::kUntil); m && s.times_max != plan::kUnbounded)
      report().error(m->span, "`until` ends a loop without an upper bound, and " + called(stage) +
                                  " is none; add `oneOrMore` or `times N+`, or take `until` off");
    if (const Modifier* m = find_modifier(stage, Modifier::kGreedy)) {
      if (stage.is_group)
        report().error(m->span, "a group cannot be `greedy`; make loops inside it greedy");
      else if (!quantified)
        report().error(m->span, "`greedy` belongs to a loop, and " + called(stage) +
                                    " takes a single event; add `oneOrMore` or `times`");
      else if (combinations)
        report().error(m->span,
                       "`greedy` and `allowCombinations` exclude each other; keep one for " + called(stage));
    }
    for (Modifier::Kind kind : {Modifier::kConsecutive, Modifier::kAllowCombinations, Modifier::kEvery}) {
      const Modifier* m = find_modifier(stage, kind);
      if (!m) continue;
      std::string word(word_of(kind));
      if (!quantified)
        report().error(m->span, "`" + word + "` speaks of the events of a loop, and " + called(stage) +
                                    " takes a single event; add `oneOrMore` or `times`");
      else if (kind == Modifier::kEvery && stage.is_group)
        report().error(m->span,
                       "`every` limits a loop of one stage, not a group; give it to the loops inside, or "
                       "write `within D between events`");
    }
  }

  // What depends on the neighbours.
  void check_place(const std::vector<ast::Stage>& text, const std::vector<plan::Stage>& stages, size_t i,
                   bool in_group) {
    const ast::Stage& stage = text[i];
    const plan::Stage& s = stages[i];
    std::string where = in_group ? "a group" : "a pattern";
    if (i == 0 && is_negated(s.contiguity)) {
      report().error(stage.contiguity.span,
                     where + " cannot start with `" + stage.contiguity.name +
                         "`: there is no event yet that it could come after; start with `begin`");
    } else if (i == 0 && s.contiguity != Contiguity::kBegin) {
      report().error(stage.contiguity.span,
                     where + " starts with `begin`, not `" + stage.contiguity.name + "`" +
                         (in_group ? "; how the group is reached stands before its `{`" : ""));
    } else if (i > 0 && s.contiguity == Contiguity::kBegin) {
      report().error(
          stage.contiguity.span,
          "only the first stage is `begin`; write `next`, `followedBy` or `followedByAny` before " +
              called(stage));
    }
    if (in_group && i + 1 == text.size() && s.greedy && !stage.is_group)
      report().error(find_modifier(stage, Modifier::kGreedy)->span,
                     "`greedy` cannot stand on the last stage of a group; take it off " + called(stage));
    if (i > 0) check_pair(text[i - 1], stages[i - 1], stage, s);
  }

  void check_pair(const ast::Stage& before, const plan::Stage& b, const ast::Stage& stage,
                  const plan::Stage& s) {
    if (b.optional && is_negated(s.contiguity))
      report().error(
          stage.name.span,
          "`" + stage.contiguity.name + " " + stage.name.name + "` cannot stand right after " +
              called(before) +
              ", which may be left out: it would be unclear after which event it holds; put it elsewhere");
    if (b.contiguity == Contiguity::kNotFollowedBy && s.contiguity == Contiguity::kNotNext)
      report().error(stage.contiguity.span,
                     "`notNext` cannot stand right after `notFollowedBy`; write `notNext` first, or join the "
                     "conditions in one `notFollowedBy`");
    if (b.greedy && s.optional) {
      const Modifier* m = find_modifier(stage, Modifier::kOptional);
      if (!m) m = find_modifier(stage, Modifier::kTimes);
      report().error(m ? m->span : s.span,
                     called(stage) + " may be left out, so it cannot stand right after the `greedy` " +
                         called(before) + "; take `greedy` or `optional` off");
    }
  }

  const std::vector<std::string>& inputs_;
  Context* context_;
  StageList* list_;
  std::set<std::string> names_;
  std::vector<int> repeats_;  // repeated groups round the current stage
  int groups_ = 0;
};

// The last stage in the order of the text.
const ast::Stage* last_leaf(const std::vector<ast::Stage>& stages) {
  const ast::Stage* last = stages.empty() ? nullptr : &stages.back();
  while (last && last->is_group) last = last->group.empty() ? nullptr : &last->group.back();
  return last;
}

void check_every(const std::vector<plan::Stage>& stages, const std::vector<ast::Stage>& text,
                 int64_t within_ms, Context* context) {
  for (size_t i = 0; i < stages.size(); ++i) {
    const Modifier* m = find_modifier(text[i], Modifier::kEvery);
    if (m && stages[i].every_ms > within_ms)
      context->report.error(m->span,
                            "`every` is longer than the pattern's `within`, so it could never end anything; "
                            "shorten it or take it off");
    check_every(stages[i].group, text[i].group, within_ms, context);
  }
}

}  // namespace

const Modifier* find_modifier(const ast::Stage& stage, Modifier::Kind kind) {
  for (const Modifier& m : stage.modifiers)
    if (m.kind == kind) return &m;
  return nullptr;
}

StageList read_stages(const std::vector<ast::Stage>& stages, const std::vector<std::string>& inputs,
                      Context* context) {
  StageList list;
  StageReader reader(inputs, context, &list);
  list.sequence = reader.read_sequence(stages, false, false);
  return list;
}

void check_limits(const StageList& stages, const std::vector<ast::Stage>& text, const PatternLimits& limits,
                  Context* context) {
  if (limits.within_ms >= 0 && limits.gap_ms > limits.within_ms)
    context->report.error(
        limits.gap_span,
        "`within … between events` is longer than `within`, so it could never end anything; shorten it "
        "or take it off");
  if (limits.within_ms >= 0) check_every(stages.sequence, text, limits.within_ms, context);
  const ast::Stage* last = last_leaf(text);
  const bool limited = limits.within_span.end != 0 || limits.gap_span.end != 0;
  if (last && last->contiguity.name == "notFollowedBy" && !limited)
    context->report.error(last->name.span,
                          "a pattern that ends with `notFollowedBy " + last->name.name +
                              "` needs `within D` (from the first event) or `within D between events` (from the "
                              "last): else there is no moment at which the absence is certain");
}

}  // namespace cep::lang
