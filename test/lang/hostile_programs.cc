#include "lang/hostile_programs.h"

namespace cep::lang {
namespace {

using std::to_string;
using Piece = std::function<std::string(size_t number)>;

const std::string kEvents = "stream e (k string, v int, ts timestamp) time ts\n";

// head, pieces until the text is `bytes` long, tail.
std::string filled(const std::string& head, const Piece& piece, const std::string& tail, size_t bytes, size_t most = SIZE_MAX) {
  std::string text = head;
  for (size_t i = 0; i < most && text.size() + tail.size() < bytes; ++i) text += piece(i);
  return text + tail;
}

HostileProgram fill(std::string name, std::string head, Piece piece, std::string tail, size_t most = SIZE_MAX) {
  return {std::move(name), [=](size_t bytes) { return filled(head, piece, tail, bytes, most); }};
}
HostileProgram repeat(std::string name, std::string head, std::string piece, std::string tail) {
  return fill(std::move(name), std::move(head), [piece](size_t) { return piece; }, std::move(tail));
}
HostileProgram always(std::string name, std::string text) {
  return {std::move(name), [=](size_t) { return text; }};
}

std::string doubled(const std::string& join) {
  std::string text = "let a0 = \"" + std::string(64, 'x') + "\"\n";
  for (int i = 1; i < 40; ++i) {
    const std::string last = "a" + to_string(i - 1);
    text += "let a" + to_string(i) + " = " + (join == "+" ? last + " + " + last : "concat(" + last + ", " + last + ")") + "\n";
  }
  return text;
}

std::string nested_groups(int depth, const std::string& times) {
  std::string text = kEvents + "pattern p on e { ";
  for (int i = 0; i < depth; ++i) text += "begin { ";
  text += "begin a ";
  for (int i = 0; i < depth; ++i) text += "} times " + times + " ";
  return text + "within 1m }";
}

std::string n(const std::string& word, size_t number) { return word + to_string(number); }

void add_texts(std::vector<HostileProgram>* all) {
  all->push_back(always("a constant doubled 39 times by +", doubled("+")));
  all->push_back(always("a constant doubled 39 times by concat", doubled("concat")));
  all->push_back({"a long constant in many places", [](size_t bytes) {
                    return filled(kEvents + "let a = \"" + std::string(bytes / 2, 'x') + "\"\nstream d = e where k in (", [](size_t) { return "a,"; }, "a)", bytes);
                  }});
  all->push_back({"a long constant joined", [](size_t bytes) {
                    return filled("let a = \"" + std::string(bytes / 2, 'x') + "\"\n", [](size_t i) { return "let " + n("b", i) + " = concat(a, a, a, a, a, a, a, a)\n"; }, "", bytes);
                  }});
  all->push_back(fill("a chain of constants", "let c0 = 1\n", [](size_t i) { return "let " + n("c", i + 1) + " = " + n("c", i) + " + 1\n"; }, ""));
  all->push_back({"constants in a circle", [](size_t bytes) {
                    const size_t count = bytes / 24;
                    return filled("", [count](size_t i) { return "let " + n("c", i) + " = " + n("c", (i + 1) % count) + "\n"; }, "", SIZE_MAX, count);
                  }});
  all->push_back(repeat("many literals", kEvents + "stream d = e where v in (", "1,", "1)"));
  all->push_back(repeat("many strings", kEvents + "stream d = e where k in (", "'',", "'')"));
  all->push_back(repeat("many arguments", kEvents + "stream d = e select x = concat(", "k,", "k)"));
  all->push_back(repeat("a long message", kEvents + "pattern p on e { begin a alert low \"", "{a.k}", "\" }"));
  all->push_back({"a name as long as the file", [](size_t bytes) { return "stream " + std::string(bytes / 2, 'x') + " (a int)\nlet y = " + std::string(bytes / 2, 'x'); }});
  all->push_back({"long names in many messages", [](size_t bytes) {
                    std::string head = kEvents + "pattern p on e { begin " + std::string(bytes / 4, 's') + " next " + std::string(bytes / 4, 't') + " select ";
                    return filled(head, [](size_t i) { return n("x", i) + " = q.v, "; }, "y = 1 }", bytes);
                  }});
}

void add_expressions(std::vector<HostileProgram>* all) {
  const std::string where = kEvents + "stream d = e where ";
  all->push_back(repeat("operands in a row", where, "v == 1 or ", "true"));
  all->push_back(repeat("parentheses", where, "(", "true"));
  all->push_back(repeat("signs", where, "-", "1 == 1"));
  all->push_back(repeat("nots", where, "not ", "true"));
  all->push_back(fill("999 operands, again and again", kEvents, [&](size_t i) {
    std::string text = "stream " + n("d", i) + " = e where ";
    for (int k = 0; k < 900; ++k) text += "v!=" + to_string(k) + " and ";
    return text + "true\n";
  }, ""));
  all->push_back(fill("contradictions to look for", kEvents + "pattern p on e { begin a", [](size_t i) {
    std::string text = " next " + n("s", i) + " where ";
    for (int k = 0; k < 200; ++k) text += "(v==" + to_string(k) + " or k=='" + to_string(k) + "') and ";
    return text + "true";
  }, " within 1m }", 2000));
  all->push_back({"a regular expression of many classes", [](size_t bytes) {
                    return filled(kEvents + "stream d = e where k matches \"", [](size_t) { return "\\\\pL"; }, "\"", bytes);
                  }});
  all->push_back(fill("many regular expressions of many classes", kEvents, [](size_t i) {
    std::string text = "stream " + n("r", i) + " = e where k matches '";
    for (int k = 0; k < 250; ++k) text += "\\\\pL";
    return text + "x" + to_string(i) + "'\n";
  }, ""));
  all->push_back(fill("many repeated regular expressions", kEvents, [](size_t i) { return "stream " + n("r", i) + " = e where k matches '(?:\\\\pL{30}){30}x" + to_string(i) + "'\n"; }, ""));
  all->push_back(fill("many small regular expressions", kEvents + "stream d = e where false", [](size_t i) { return " or k matches 'a.b" + to_string(i) + "'"; }, "", 900));
}

void add_streams(std::vector<HostileProgram>* all) {
  all->push_back(fill("a chain of derived streams", kEvents + "stream d0 = e\n", [](size_t i) { return "stream " + n("d", i + 1) + " = " + n("d", i) + "\n"; }, ""));
  all->push_back(fill("a chain of patterns", kEvents + "pattern p0 on e by k { begin a within 1m }\n", [](size_t i) { return "pattern " + n("p", i + 1) + " on " + n("p", i) + " by k { begin a within 1m }\n"; }, ""));
  all->push_back({"streams in a circle", [](size_t bytes) {
                    const size_t count = bytes / 26;
                    return filled(kEvents, [count](size_t i) { return "stream " + n("d", i) + " = " + n("d", (i + 1) % count) + "\n"; }, "", SIZE_MAX, count);
                  }});
  all->push_back({"unions whose routes double", [](size_t) {
                    std::string text = kEvents + "stream a0 = e\nstream b0 = e where v > 0\n";
                    for (size_t i = 1; i < 60; ++i) {
                      const std::string both = n(" = a", i - 1) + n(", b", i - 1) + "\n";
                      text += n("stream a", i) + both + n("stream b", i) + both;
                    }
                    return text;
                  }});
  all->push_back({"a union of all, and its readers", [](size_t bytes) {
                    std::string text = filled("", [](size_t i) { return "stream " + n("s", i) + " (v int)\n"; }, "", bytes / 2);
                    size_t count = 0;
                    for (size_t at = text.find('\n'); at != std::string::npos; at = text.find('\n', at + 1)) ++count;
                    text += "stream u = s0";
                    for (size_t i = 1; i < count; ++i) text += n(", s", i);
                    return filled(text + "\n", [](size_t i) { return "stream " + n("r", i) + " = u where v > 0 and v > 1 and v > 2\n"; }, "", bytes);
                  }});
  all->push_back(fill("many streams", "", [](size_t i) { return "stream " + n("s", i) + " (v int)\n"; }, ""));
  all->push_back({"wide streams passed on", [](size_t bytes) {
                    std::string text = filled("stream w (v int", [](size_t i) { return n(", f", i) + " int"; }, ")\n", bytes / 4, 9000);
                    return filled(text, [](size_t i) { return "stream " + n("d", i) + " = w\n"; }, "", bytes);
                  }});
  all->push_back({"a wide stream", [](size_t bytes) { return filled("stream w (v int", [](size_t i) { return n(", f", i) + " int"; }, ")\n", bytes); }});
  all->push_back(fill("one name, declared again", "", [](size_t) { return "let a = 1\n"; }, ""));
  all->push_back({"misspelt names among long ones", [](size_t bytes) {
                    const std::string stem(200, 'a');
                    std::string text = filled("stream w (v int", [&](size_t i) { return ", " + stem + to_string(i) + " int"; }, ")\nstream d = w where ", bytes / 2);
                    return filled(text, [&](size_t i) { return stem.substr(0, 190) + to_string(i) + " > 0 or "; }, "true", bytes);
                  }});
  all->push_back({"misspelt fields of a wide stream", [](size_t bytes) {
                    std::string text = filled("stream w (v int", [&](size_t i) { return ", " + n("field", i) + " int"; }, ")\nstream d = w where v in (", bytes / 2, 9000);
                    return filled(text, [&](size_t i) { return n("feild", i) + ","; }, "1)", bytes);
                  }});
}

void add_patterns(std::vector<HostileProgram>* all) {
  const std::string open = kEvents + "pattern p on e { begin a ";
  all->push_back(fill("many stages", open, [](size_t i) { return n("next s", i) + " "; }, "within 1m }"));
  all->push_back(fill("many optional stages", open, [](size_t i) { return n("next s", i) + " optional "; }, "within 1m }"));
  all->push_back(fill("many bans", open, [](size_t i) { return n("notFollowedBy s", i) + " "; }, "next z within 1m }"));
  all->push_back(fill("many greedy loops", open, [](size_t i) { return n("next s", i) + " where v == 1 times 1..9 greedy "; }, "next z within 1m }"));
  all->push_back(fill("patterns of 19000 states", kEvents, [](size_t i) { return "pattern " + n("p", i) + " on e { begin a times 19000 within 1m }\n"; }, ""));
  all->push_back(always("groups that repeat groups", nested_groups(8, "100")));
  all->push_back(always("groups to the allowed depth", nested_groups(190, "2")));
  all->push_back(always("a loop of a million", kEvents + "pattern p on e { begin a times 999999..1000000 within 1m }"));
  all->push_back(repeat("modifiers again and again", open, "greedy ", "within 1m }"));
  all->push_back(repeat("clauses again and again", open, "within 1m ", "}"));
  all->push_back(fill("conditions that name all stages", open + "times 2 ", [](size_t i) { return n("next s", i) + " where v > a.v "; }, " within 1m }"));
  all->push_back({"keys of many optional stages", [](size_t bytes) {
                    std::string text = "stream w (v int", keys;
                    for (size_t i = 0; text.size() < bytes / 3; ++i) {
                      text += n(", f", i) + " int";
                      keys += (i > 0 ? n(", f", i) : "f0");
                    }
                    return filled(text + ")\npattern p on w by (" + keys + ") { begin a optional ", [](size_t i) { return n("next s", i) + " optional "; }, "next z within 1m }", bytes);
                  }});
  all->push_back({"a pattern on many streams", [](size_t bytes) {
                    std::string text = filled("", [](size_t i) { return "stream " + n("s", i) + " (v int)\n"; }, "pattern p on s0", bytes / 3);
                    text = filled(text, [](size_t i) { return n(", s", i + 1); }, " { begin a where ", bytes / 2, bytes / 60);
                    return filled(text, [](size_t) { return "v>1 or "; }, "v>1 within 1m }", bytes);
                  }});
  all->push_back(fill("many patterns", kEvents, [](size_t i) { return "pattern " + n("p", i) + " on e by k { begin a where v > 1 next b within 1m }\n"; }, ""));
  all->push_back(fill("many warnings", kEvents, [](size_t i) { return "pattern " + n("p", i) + " on e { begin a followedBy b }\n"; }, ""));
  all->push_back(fill("many selected values", kEvents + "window w on e { tumbling 1m select x = 1", [](size_t i) { return n(", x", i) + " = sum(v + " + to_string(i) + ")"; }, " }"));
}

void add_errors(std::vector<HostileProgram>* all) {
  all->push_back(repeat("rubbish on one line", "", "@ ", ""));
  all->push_back(repeat("rubbish on many lines", "", "@\n", ""));
  all->push_back(repeat("unknown names on one line", kEvents + "stream d = e where v in (", "x,", "1)"));
  all->push_back({"unknown names behind a million lines", [](size_t bytes) { return filled(std::string(bytes / 2, '\n') + kEvents + "stream d = e where v in (", [](size_t) { return "x,"; }, "1)", bytes); }});
  all->push_back(fill("unknown streams", kEvents, [](size_t i) { return "stream " + n("d", i) + " = nothing\n"; }, ""));
  all->push_back(repeat("open braces", "", "pattern p on e {\n", ""));
  all->push_back(repeat("open strings", "", "let a = \"\n", ""));
}

}  // namespace

const std::vector<HostileProgram>& hostile_programs() {
  static const std::vector<HostileProgram> kAll = [] {
    std::vector<HostileProgram> all;
    add_texts(&all);
    add_expressions(&all);
    add_streams(&all);
    add_patterns(&all);
    add_errors(&all);
    return all;
  }();
  return kAll;
}

}  // namespace cep::lang
