// Golden dumps of the compiled automaton, one construction each: the order of the edges is semantics
// of matches.
#include <doctest/doctest.h>

#include "operators/pattern_text.h"

namespace {

struct Golden {
  const char* name;
  const char* pattern;
  const char* dump;
};

const Golden kGoldens[] = {
    {"one stage",
     "begin a p0",
     R"(
0 a
  take p0 -> final
)"},
    {"next",
     "begin a p0 next b p1",
     R"(
0 a
  take p0 -> 1
1 b
  take p1 -> final
)"},
    {"followedBy",
     "begin a p0 followedBy b p1",
     R"(
0 a
  take p0 -> 1
1 b
  take p1 -> final
  ignore !p1 -> 1
)"},
    {"followedByAny",
     "begin a p0 followedByAny b p1",
     R"(
0 a
  take p0 -> 1
1 b
  take p1 -> final
  ignore always -> 1
)"},
    {"a stage without condition is never ignored for",
     "begin a p0 followedBy b followedBy c p2",
     R"(
0 a
  take p0 -> 1
1 b
  take always -> 2
2 c
  take p2 -> final
  ignore !p2 -> 2
)"},
    {"times, relaxed",
     "begin a p0 followedBy b p1 times 3",
     R"(
0 a
  take p0 -> 1
1 b
  take p1 -> 2
  ignore !p1 -> 1
2 b
  take p1 -> 3
  ignore !p1 -> 2
3 b
  take p1 -> final
  ignore !p1 -> 3
)"},
    {"times, consecutive",
     "begin a p0 followedBy b p1 times 3 consecutive",
     R"(
0 a
  take p0 -> 1
1 b
  take p1 -> 2
  ignore !p1 -> 1
2 b
  take p1 -> 3
3 b
  take p1 -> final
)"},
    {"times, combinations",
     "begin a p0 next b p1 times 2 allowCombinations",
     R"(
0 a
  take p0 -> 1
1 b
  take p1 -> 2
2 b
  take p1 -> final
  ignore always -> 2
)"},
    {"times n..m",
     "begin a p0 followedBy b p1 times 2..3 followedBy c p2",
     R"(
0 a
  take p0 -> 1
1 b
  take p1 -> 2
  ignore !p1 -> 1
2 b
  take p1 -> 3
  ignore !p1 -> 2
3 b
  take p1 -> 4
  ignore !p1 -> 5
  proceed always -> 4
4 c
  take p2 -> final
  ignore !p2 -> 4
5 b
  take p1 -> 4
  ignore !p1 -> 5
)"},
    {"times 0..m",
     "begin a p0 followedBy b p1 times 0..2 next c p2",
     R"(
0 a
  take p0 -> 1
1 b
  take p1 -> 2
  ignore !p1 -> 3
  proceed always -> 4
2 b
  take p1 -> 4
  ignore !p1 -> 5
  proceed always -> 4
3 b
  take p1 -> 2
  ignore !p1 -> 3
4 c
  take p2 -> final
5 b
  take p1 -> 4
  ignore !p1 -> 5
)"},
    {"oneOrMore at the end",
     "begin a p0 followedBy b p1 oneOrMore",
     R"(
0 a
  take p0 -> 1
1 b
  take p1 -> 2
  ignore !p1 -> 1
2 b
  take p1 -> 2
  ignore !p1 -> 3
  proceed always -> final
3 b
  take p1 -> 2
  ignore !p1 -> 3
)"},
    {"oneOrMore, consecutive, first",
     "begin b p1 oneOrMore consecutive next c p2",
     R"(
0 b
  take p1 -> 1
1 b
  take p1 -> 1
  proceed always -> 2
2 c
  take p2 -> final
)"},
    {"times n+, combinations",
     "begin a p0 followedByAny b p1 times 2+ allowCombinations followedBy c p2",
     R"(
0 a
  take p0 -> 1
1 b
  take p1 -> 2
  ignore always -> 1
2 b
  take p1 -> 3
  ignore always -> 2
3 b
  take p1 -> 3
  ignore always -> 4
  proceed always -> 5
4 b
  take p1 -> 3
  ignore always -> 4
5 c
  take p2 -> final
  ignore !p2 -> 5
)"},
    {"optional",
     "begin a p0 followedBy b p1 optional followedBy c p2",
     R"(
0 a
  take p0 -> 1
1 b
  take p1 -> 2
  ignore !p1 -> 3
  proceed always -> 2
2 c
  take p2 -> final
  ignore !p2 -> 2
3 b
  take p1 -> 2
  ignore !p1 -> 3
)"},
    {"optional first",
     "begin a p0 optional next b p1",
     R"(
0 a
  take p0 -> 1
  proceed always -> 1
1 b
  take p1 -> final
)"},
    {"greedy loop",
     "begin a p0 followedBy b p1 oneOrMore greedy followedBy c p2",
     R"(
0 a
  take p0 -> 1
1 b
  take p1 -> 2
  ignore !p1 -> 1
2 b
  take p1 -> 2
  ignore !p1 -> 3
  proceed always -> 4
3 b
  take p1 -> 2
  ignore !p1 -> 3
4 c
  take !p1 & p2 -> final
  ignore !p1 & !p2 -> 4
)"},
    {"greedy before followedByAny, optional",
     "begin a p0 next b p1 times 1..2 greedy optional followedByAny c p2",
     R"(
0 a
  take p0 -> 1
1 b
  take p1 -> 2
  proceed always -> 3
2 b
  take p1 -> 3
  ignore !p1 -> 4
  proceed always -> 3
3 c
  take !p1 & p2 -> final
  ignore !p1 -> 3
4 b
  take p1 -> 3
  ignore !p1 -> 4
)"},
    {"until",
     "begin a p0 followedBy b p1 oneOrMore until p3 next c p2",
     R"(
0 a
  take p0 -> 1
1 b
  take p1 & !p3 -> 2
  ignore !p1 -> 1
2 b
  take p1 & !p3 -> 2
  ignore !p1 & !p3 -> 3
  proceed always -> 4
3 b
  take p1 & !p3 -> 2
  ignore !p1 & !p3 -> 3
4 c
  take p2 -> final
)"},
    {"greedy until",
     "begin a p0 followedBy b p1 times 2+ greedy until p3 next c p2",
     R"(
0 a
  take p0 -> 1
1 b
  take p1 & !p3 -> 2
  ignore !p1 -> 1
2 b
  take p1 & !p3 -> 3
  ignore !p1 & !p3 -> 2
3 b
  take p1 & !p3 -> 3
  ignore !p1 & !p3 -> 4
  proceed !p3 -> 5
  proceed p3 -> 6
4 b
  take p1 & !p3 -> 3
  ignore !p1 & !p3 -> 4
5 c
  take !p1 & p2 -> final
6 c
  take p2 -> final
)"},
    {"notNext",
     "begin a p0 notNext x p3 followedBy c p2",
     R"(
0 a
  take p0 -> 1
1 x
  proceed !p3 -> 2
  stop p3
2 c
  take p2 -> final
  ignore !p2 -> 2
)"},
    {"notNext at the end",
     "begin a p0 notNext x p3 within 5",
     R"(
0 a
  take p0 -> 1
1 x
  ignore !p3 -> final
  stop p3
)"},
    {"notFollowedBy",
     "begin a p0 notFollowedBy x p3 followedBy c p2",
     R"(
0 a
  take p0 -> 1
1 c
  take p2 -> final
  ignore !p2 -> 1
  stop p3
)"},
    {"notFollowedBy before an optional stage",
     "begin a p0 notFollowedBy x p3 followedBy c p2 optional followedBy d p4",
     R"(
0 a
  take p0 -> 1
1 c
  take p2 -> 2
  ignore !p2 -> 3
  proceed always -> 4
  stop p3
2 d
  take p4 -> final
  ignore !p4 -> 2
3 c
  take p2 -> 2
  ignore !p2 -> 3
  stop p3
4 d
  take p4 -> final
  ignore !p4 -> 4
  stop p3
)"},
    {"notFollowedBy after a loop",
     "begin a p0 oneOrMore notFollowedBy x p3 followedByAny c p2",
     R"(
0 a
  take p0 -> 1
1 a
  take p0 -> 1
  ignore !p0 -> 2
  proceed always -> 3
  stop p3
2 a
  take p0 -> 1
  ignore !p0 -> 2
  stop p3
3 c
  take p2 -> final
  ignore always -> 3
  stop p3
)"},
    {"notFollowedBy at the end",
     "begin a p0 followedBy b p1 times 1..2 notFollowedBy x p3 notFollowedBy y p4 within 5",
     R"(
0 a
  take p0 -> 1
1 b
  take p1 -> 2
  ignore !p1 -> 1
2 b ends pending
  take p1 -> 3
  ignore !p1 -> 4
  proceed always -> 3
  stop p3
3 y pending
  ignore always -> 3
  stop p3
  stop p4
4 b
  take p1 -> 3
  ignore !p1 -> 4
  stop p3
)"},
    {"group once",
     "begin a p0 followedBy { begin b p1 next c p2 } next d p3",
     R"(
0 a
  take p0 -> 1
1 b
  take p1 -> 2
  ignore !p1 -> 1
2 c
  take p2 -> 3
3 d
  take p3 -> final
)"},
    {"group repeated",
     "begin { begin a p0 followedBy b p1 } times 2 next c p2",
     R"(
0 a
  take p0 -> 1
1 b
  take p1 -> 2
  ignore !p1 -> 1
2 a
  take p0 -> 3
  ignore !p0 -> 2
3 b
  take p1 -> 4
  ignore !p1 -> 3
4 c
  take p2 -> final
)"},
    {"group loop",
     "begin a p0 followedBy { begin b p1 next c p2 } oneOrMore consecutive followedBy d p3",
     R"(
0 a
  take p0 -> 1
1 b
  take p1 -> 2
  ignore !p1 -> 1
2 c
  take p2 -> 3
3 group
  proceed always -> 4
4 b
  take p1 -> 5
  proceed always -> 6
5 c
  take p2 -> 3
6 d
  take p3 -> final
  ignore !p3 -> 6
)"},
    {"group optional with until",
     "begin a p0 followedBy { begin b p1 followedBy c p2 } times 1..2 optional until p4 followedBy d p3",
     R"(
0 a
  take p0 -> 1
1 b
  take p1 & !p4 -> 2
  ignore !p1 & !p4 -> 3
  proceed always -> 4
2 c
  take p2 & !p4 -> 5
  ignore !p2 & !p4 -> 2
3 b
  take p1 & !p4 -> 2
  ignore !p1 & !p4 -> 3
4 d
  take p3 -> final
  ignore !p3 -> 4
5 b
  take p1 & !p4 -> 6
  ignore !p1 & !p4 -> 7
  proceed always -> 4
6 c
  take p2 & !p4 -> 4
  ignore !p2 & !p4 -> 6
7 b
  take p1 & !p4 -> 6
  ignore !p1 & !p4 -> 7
)"},
    {"group within a group",
     "begin { begin a p0 optional followedBy { begin b p1 notFollowedBy x p3 } times 2 allowCombinations } followedBy c p2",
     R"(
0 a
  take p0 -> 1
  proceed always -> 1
1 b
  take p1 -> 2
  ignore !p1 -> 1
2 b
  take p1 -> 3
  ignore always -> 2
3 c
  take p2 -> final
  ignore !p2 -> 3
  stop p3
)"},
};

}  // namespace

TEST_CASE("the automaton of each construction") {
  for (const Golden& g : kGoldens) {
    CAPTURE(g.name);
    CHECK("\n" + cep::plan::dump_nfa(cep::test::compile_pattern(g.pattern)) == g.dump);
  }
}
