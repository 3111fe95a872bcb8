// Windows, slowly and obviously: every window keeps all its events, each step of the clock looks at every
// window of every key, and results are computed from the list of events. The reference for the operators
// of windows. Values are integers; results are the texts of WindowHarness.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "operators/window/window_operator.h"

namespace cep::test {

class NaiveWindows {
 public:
  // `list`: results carry all aggregates of window_node(…, true); `cap`: `having` lets through sums below it.
  NaiveWindows(const plan::WindowNode& node, bool list, int64_t cap) : node_(node), list_(list), cap_(cap) {}

  void row(const std::string& key, int64_t time, int64_t value, uint64_t order, int64_t clock);
  void advance(int64_t from, int64_t to);
  std::vector<std::string> out;

 private:
  struct Event {
    int64_t time;
    uint64_t order;
    int64_t value;
  };
  using Events = std::vector<Event>;
  struct Sent {
    int64_t start;
    std::string text;  // without the key
  };
  struct Window {
    int64_t start, end;
    Events all, news;    // news: since the last firing
    int64_t opened = 0;  // its first possible look
    int64_t count = 0;
    bool fired = false;
    std::vector<Sent> sent;
  };
  struct Key {
    std::vector<Window> windows;
    Events all;              // count, global, rolling
    size_t since = 0;        // events since the last firing
    std::vector<Sent> sent;  // global
    int64_t last_time = INT64_MIN;
  };
  struct Due {
    int64_t time;
    std::string key;
    int64_t end;
    bool early;
  };

  void row_aligned(Key* k, const std::string& key, const Event& e, int64_t clock);
  void row_session(Key* k, const std::string& key, const Event& e, int64_t clock);
  void row_counted(Key* k, const std::string& key, const Event& e);
  void row_rolling(Key* k, const std::string& key, const Event& e);
  void arrive(const std::string& key, Window* w, const Event& e, int64_t clock);
  void fire(const std::string& key, Window* w, const char* pane);
  bool emit(const std::string& key, int64_t start, int64_t end, const char* pane, const Events& events,
            std::string* text);
  int64_t limit(const Key& k) const;
  int64_t early_moment(const Window& w, int64_t from) const;
  void forget(int64_t clock);

  const plan::WindowNode node_;
  const bool list_;
  const int64_t cap_;
  std::map<std::string, Key> keys_;
};

}  // namespace cep::test
