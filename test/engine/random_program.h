// Random programs: streams with every kind of watermark, streams that share lines by `when`, unions whose sources are marked, over streams and operators, unique, patterns over patterns,
// windows, joins, tables of their own and of streams; and random lines for them.
#pragma once
#include <algorithm>
#include <random>
#include <string>
#include <vector>

namespace cep::test {

class RandomProgram {
 public:
  // `quote`: stands before and behind each text of the program and the lines that a test may want to replace by another.
  explicit RandomProgram(uint64_t number, std::string quote = "") : random_(number), quote_(std::move(quote)) {}

  std::string program() {
    size_t n = 1 + below(3);
    when_ = chance(60);
    for (size_t i = 0; i < n; ++i) source(std::string(1, static_cast<char>('a' + i)));
    text_ += "table t (k string, n int) key k\n";
    size_t operators = 2 + below(5);
    if (chance(60)) a_union("u");
    for (size_t i = 0; i < operators; ++i) {
      size_t kind = below(14);
      std::string number = std::to_string(i);
      if (kind < 6) pattern("p" + number);
      else if (kind < 9) window("w" + number);
      else if (kind < 10) join("j" + number);
      else if (kind < 13) a_union("u" + number);
      else table_of_stream();
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
      if (chance(4)) out.push_back("{\"_stream\":\"t\",\"k\":\"" + word({"x", "y", "z"}) + "\",\"n\":" + std::to_string(below(4)) +
                                   (chance(20) ? ",\"_delete\":true}" : "}"));
      if (table_of_stream_ && chance(4)) out.push_back("{\"_stream\":\"f\",\"k\":\"" + word({"x", "y", "z"}) + "\"" + (chance(50) ? ",\"_delete\":true}" : "}"));
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
  std::string word(std::initializer_list<std::string> list) { return quote_ + one_of<std::string>(list) + quote_; }
  const std::string& any_readable() { return readable_[below(readable_.size())]; }

  void source(const std::string& name) {
    text_ += "stream " + name + " (id string, k string, g string, v int, m string default \"" + quote_ + name + quote_ + "\", ts timestamp) time ts " +
             one_of<std::string>({"", "", "watermark 5ms", "watermark 20ms", "watermark punctuated v == 3", "watermark 3ms by k max lag 15ms"});
    if (chance(30)) text_ += chance(50) ? " own" : " own max lag 20ms";
    if (when_ && chance(70)) text_ += one_of<std::string>({" when v > 0", " when v != 2", " when v % 2 == 1 or v > 2", " when v == 1", " when v < 3"});
    if (chance(30)) text_ += " unique by (k, v) within 7ms";
    text_ += "\n";
    sources_.push_back(name);
    readable_.push_back(name);
  }

  // Of two or three streams of any kind, each on a way of its own: what they give says which it came.
  void a_union(const std::string& name) {
    std::vector<std::string> ways;
    for (size_t i = 2 + below(2); i > 0; --i) {
      std::string way = name + "_" + std::to_string(i);
      text_ += "stream " + way + " = " + any_readable() + " as q" + one_of<std::string>({"", " where q.v > 0", " where q.v != 2"}) +
               " select id = q.id, k = q.k, g = q.g, v = q.v, m = q.m + \"" + std::to_string(i) + "\"" +
               one_of<std::string>({"", "", " unique by g within 5ms", " unique by id within 6ms", " unique by (id, m) within 20ms"}) + "\n";
      ways.push_back(way);
    }
    std::shuffle(ways.begin(), ways.end(), random_);
    text_ += "stream " + name + " = ";
    for (size_t i = 0; i < ways.size(); ++i) text_ += (i ? ", " : "") + ways[i];
    text_ += one_of<std::string>({"", "", " where v > 0", " unique by g within 5ms", " unique by (id, k) within 9ms"}) + "\n";
    readable_.push_back(name);
  }

  void table_of_stream() {
    if (table_of_stream_) return;
    table_of_stream_ = true;
    text_ += "table f (k string, id string, m string) key k from stream " + any_readable() + "\n";
  }

  std::string alert(const std::string& message) {
    const std::string by = one_of<std::string>({"", "", " by g", " by (m, id)"});
    return one_of<std::string>({"", "alert low", "alert low " + message, "alert high " + message + " at most once per 6ms" + by, "alert low at most once per 9ms" + by});
  }

  // All that can be read has the fields id, k, g, v, m, whether as keys or selected.
  void pattern(const std::string& name) {
    std::string key = one_of<std::string>({"", "k", "g"});
    std::string by = key.empty() ? "" : " by " + key;
    const std::string first = any_readable(), second = any_readable();
    std::string on = first + by;
    if (first != second && chance(30)) on += ", " + second + by;
    std::string body = one_of<std::string>(
        {"begin x followedBy y within 10ms", "begin x next y within 8ms", "begin x where v > 1 notFollowedBy y where v == 0 within 6ms",
         "begin x where v > 1 followedBy y oneOrMore greedy until v == 0 followedBy z within 12ms after match skip past last event",
         "begin x followedByAny y within 5ms after match skip to next event", "begin x where t[k].n > 1",
         "begin x times 2 within 4ms between events within 20ms",
         "begin x where v == 1 followedBy y where v == 2 optional next z where v == 3 within 30ms"});
    if (table_of_stream_ && chance(30)) body = "begin x where f[k].m is null or f[k].m != m";
    std::string select;
    for (std::string f : {"id", "k", "g", "v", "m"})
      if (f != key) select += (select.empty() ? "" : ", ") + f + " = x." + f;
    std::string timeout = chance(50) && body.find("within") != std::string::npos ? " on timeout { select id = x.id, whose = x.k alert low \"{x.id} {x.g}\" at most once per 3ms }" : "";
    text_ += "pattern " + name + " on " + on + " { " + body + " select " + select + " " + alert("\"{id}|{k}|{g}|{x.k}\"") + timeout + " }\n";
    readable_.push_back(name);
  }

  void window(const std::string& name) {
    std::string kind = one_of<std::string>({"tumbling 10ms", "tumbling 7ms offset 3ms lateness 6ms", "sliding 12ms every 5ms", "session 4ms", "session 6ms lateness 9ms",
                                            "rolling 8ms", "count 3", "count 3 every 2", "tumbling 20ms early every 4ms", "tumbling 20ms early count 2 discarding",
                                            "session 5ms lateness 9ms retracting"});
    text_ += "window " + name + " on " + any_readable() + " by k { " + kind +
             " select id = last(id), g = first(g), v = count(), m = last(m), all = collect(id), marks = collect(m), s = sum(v), who = k" +
             (table_of_stream_ && chance(30) ? ", f = last(f[k].id)" : "") + " " + (chance(30) ? "having v > 1 " : "") + alert("\"{k}|{id}|{g}|{who}\"") + " }\n";
    readable_.push_back(name);
  }

  void join(const std::string& name) {
    std::string a = any_readable(), b = any_readable();
    std::string kind = one_of<std::string>({"between -5ms and 5ms", "between 0ms and 9ms", "tumbling 10ms", "sliding 10ms every 6ms", "session 4ms"});
    text_ += std::string(chance(50) ? "left " : "") + "join " + name + " on " + a + " l by k, " + b + " r by k { " + kind +
             (chance(40) ? " where l.v != r.v" : "") + " select id = l.id, g = r.g, v = l.v, m = l.m + coalesce(r.m, \"-\") " + alert("\"{l.id}|{r.id}|{l.k}\"") + " }\n";
    readable_.push_back(name);
  }

  std::string event(size_t i, int64_t t) {
    std::string out = "{";
    if (chance(60)) out += "\"_stream\":\"" + sources_[below(sources_.size())] + "\",";
    out += "\"id\":\"" + quote_ + "e" + std::to_string(chance(10) ? i + 1 : i) + quote_ + "\",\"ts\":" + std::to_string(t);
    if (chance(90)) out += ",\"k\":\"" + word({"x", "y", "z"}) + "\"";
    if (chance(90)) out += ",\"g\":\"" + word({"m", "n"}) + "\"";
    return out + ",\"v\":" + (chance(97) ? std::to_string(below(4)) : "\"bad\"") + "}";
  }

  std::mt19937_64 random_;
  std::string quote_;
  std::string text_;
  bool when_ = false, table_of_stream_ = false;
  std::vector<std::string> sources_, readable_;
};

}  // namespace cep::test
