// Random programs: streams with every kind of watermark, unions, unique, patterns over patterns, windows, joins, tables; and random lines for them.
#pragma once
#include <algorithm>
#include <random>
#include <string>
#include <vector>

namespace cep::test {

class RandomProgram {
 public:
  explicit RandomProgram(uint64_t number) : random_(number) {}

  std::string program() {
    size_t n = 1 + below(3);
    for (size_t i = 0; i < n; ++i) source(std::string(1, static_cast<char>('a' + i)));
    text_ += "table t (k string, n int) key k\n";
    if (n > 1 && chance(70)) {
      text_ += "stream u = a, b where v > 0" + std::string(chance(50) ? " unique by g within 5ms" : "") + "\n";
      readable_.push_back("u");
    }
    size_t operators = 2 + below(5);
    for (size_t i = 0; i < operators; ++i) {
      size_t kind = below(10);
      if (kind < 6) pattern("p" + std::to_string(i));
      else if (kind < 9) window("w" + std::to_string(i));
      else join("j" + std::to_string(i));
    }
    return text_;
  }

  std::vector<std::string> lines() {
    std::vector<std::string> out;
    int64_t t = 10;
    bool wild = chance(50);
    for (size_t i = 20 + below(100); i > 0; --i) {
      t = std::max<int64_t>(0, t + (wild ? one_of<int>({0, 0, 1, 1, 2, 5, -3, -12, 20}) : one_of<int>({0, 1})));
      out.push_back(event(i, t));
      if (chance(4)) out.push_back("{\"_watermark\":{\"stream\":\"" + std::string(chance(50) ? "*" : sources_[below(sources_.size())]) +
                                   "\",\"time\":" + std::to_string(std::max<int64_t>(0, t + static_cast<int64_t>(below(15)) - 5)) + "}}");
      if (chance(4)) out.push_back("{\"_stream\":\"t\",\"k\":\"" + one_of<std::string>({"x", "y", "z"}) + "\",\"n\":" + std::to_string(below(4)) +
                                   (chance(20) ? ",\"_delete\":true}" : "}"));
      if (chance(1)) out.push_back("{\"_end\":{\"stream\":\"*\"}}");
      if (chance(2)) out.push_back("");
    }
    return out;
  }

  size_t below(size_t n) { return static_cast<size_t>(random_() % n); }
  bool chance(int percent) { return below(100) < static_cast<size_t>(percent); }
  template <class T>
  T one_of(std::initializer_list<T> list) {
    return *(list.begin() + below(list.size()));
  }
  // The names of the source streams of program().
  const std::vector<std::string>& sources() const { return sources_; }

 private:
  void source(const std::string& name) {
    text_ += "stream " + name + " (id string, k string, g string, v int, ts timestamp) time ts " +
             one_of<std::string>({"", "", "watermark 5ms", "watermark 20ms", "watermark punctuated v == 3", "watermark 3ms by k max lag 15ms"});
    if (chance(30)) text_ += chance(50) ? " own" : " own max lag 20ms";
    if (chance(30)) text_ += " when v % 2 == " + std::to_string(below(2)) + " or v > 2";
    if (chance(30)) text_ += " unique by (k, v) within 7ms";
    text_ += "\n";
    sources_.push_back(name);
    readable_.push_back(name);
  }

  std::string alert() {
    return one_of<std::string>({"", "alert low", "alert high at most once per 6ms", "alert low at most once per 9ms"});
  }

  // All that can be read has the fields id, k, g, v, whether as keys or selected.
  void pattern(const std::string& name) {
    std::string key = one_of<std::string>({"", "k", "g"});
    std::string by = key.empty() ? "" : " by " + key;
    std::string on = readable_[below(readable_.size())] + by;
    std::string body = one_of<std::string>(
        {"begin x followedBy y within 10ms", "begin x next y within 8ms", "begin x where v > 1 notFollowedBy y where v == 0 within 6ms",
         "begin x where v > 1 followedBy y oneOrMore greedy until v == 0 followedBy z within 12ms after match skip past last event",
         "begin x followedByAny y within 5ms after match skip to next event", "begin x where t[k].n > 1",
         "begin x times 2 within 4ms between events within 20ms",
         "begin x where v == 1 followedBy y where v == 2 optional next z where v == 3 within 30ms"});
    std::string select;
    for (std::string f : {"id", "k", "g", "v"})
      if (f != key) select += (select.empty() ? "" : ", ") + f + " = x." + f;
    std::string timeout = chance(50) && body.find("within") != std::string::npos ? " on timeout { select id = x.id alert low at most once per 3ms }" : "";
    text_ += "pattern " + name + " on " + on + " { " + body + " select " + select + " " + alert() + timeout + " }\n";
    readable_.push_back(name);
  }

  void window(const std::string& name) {
    std::string kind = one_of<std::string>({"tumbling 10ms", "tumbling 7ms offset 3ms lateness 6ms", "sliding 12ms every 5ms", "session 4ms", "session 6ms lateness 9ms",
                                            "rolling 8ms", "count 3", "count 3 every 2", "tumbling 20ms early every 4ms", "tumbling 20ms early count 2 discarding",
                                            "session 5ms lateness 9ms retracting"});
    text_ += "window " + name + " on " + readable_[below(readable_.size())] + " by k { " + kind +
             " select id = last(id), g = first(g), v = count(), all = collect(id), s = sum(v) " +
             (chance(30) ? "having v > 1 " : "") + alert() + " }\n";
    readable_.push_back(name);
  }

  void join(const std::string& name) {
    std::string a = readable_[below(readable_.size())], b = readable_[below(readable_.size())];
    std::string kind = one_of<std::string>({"between -5ms and 5ms", "between 0ms and 9ms", "tumbling 10ms", "sliding 10ms every 6ms", "session 4ms"});
    text_ += std::string(chance(50) ? "left " : "") + "join " + name + " on " + a + " l by k, " + b + " r by k { " + kind +
             (chance(40) ? " where l.v != r.v" : "") + " select id = l.id, g = r.g, v = l.v " + alert() + " }\n";
    readable_.push_back(name);
  }

  std::string event(size_t i, int64_t t) {
    std::string out = "{";
    if (chance(85)) out += "\"_stream\":\"" + sources_[below(sources_.size())] + "\",";
    out += "\"id\":\"e" + std::to_string(i) + "\",\"ts\":" + std::to_string(t);
    if (chance(90)) out += ",\"k\":\"" + one_of<std::string>({"x", "y", "z"}) + "\"";
    if (chance(90)) out += ",\"g\":\"" + one_of<std::string>({"m", "n"}) + "\"";
    return out + ",\"v\":" + (chance(97) ? std::to_string(below(4)) : "\"bad\"") + "}";
  }

  std::mt19937_64 random_;
  std::string text_;
  std::vector<std::string> sources_, readable_;
};

}  // namespace cep::test
