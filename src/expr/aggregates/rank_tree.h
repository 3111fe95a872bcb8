// A sorted multiset that knows ranks: adding, removing and finding the n-th each cost O(log n), whatever the
// order in which keys come. A tree balanced by weight (Adams; with the bounds 3 and 2 of Hirai and Yamamoto)
// in one array; equal keys are one node with a count.
#pragma once
#include <cstdint>
#include <vector>

#include "base/check.h"

namespace cep::expr {

template <class Key>
class RankTree {
 public:
  // Keys with their counts.
  uint64_t size() const { return nodes_[root_].total; }
  uint64_t bytes() const { return nodes_.capacity() * sizeof(Node); }
  void clear() {
    nodes_.resize(1);
    root_ = free_ = 0;
  }

  // In every call `less` is one strict order.
  template <class Less>
  void insert(const Key& key, uint64_t times, const Less& less) {
    root_ = inserted(root_, key, times, less);
  }
  // REQUIRES that the key is there so often.
  template <class Less>
  void erase(const Key& key, uint64_t times, const Less& less) {
    root_ = erased(root_, key, times, less);
  }
  // In place of what it held. REQUIRES that the keys rise.
  void assign(const std::vector<Key>& keys, const std::vector<uint64_t>& times) {
    clear();
    nodes_.reserve(keys.size() + 1);
    root_ = built(keys, times, 0, keys.size());
  }
  // REQUIRES rank < size().
  const Key& at(uint64_t rank) const {
    for (uint32_t t = root_;;) {
      const Node& n = nodes_[t];
      const uint64_t left = nodes_[n.left].total;
      if (rank < left) {
        t = n.left;
      } else if (rank < n.total - nodes_[n.right].total) {
        return n.key;
      } else {
        rank -= n.total - nodes_[n.right].total;
        t = n.right;
      }
    }
  }
  // Calls f(key, times) for each key, rising.
  template <class F>
  void for_each(const F& f) const {
    visit(root_, f);
  }

 private:
  struct Node {
    Key key{};
    uint64_t total = 0;            // counts of the whole subtree
    uint32_t left = 0, right = 0;  // a free node: left is the next free one
    uint32_t size = 0;             // nodes of the subtree
  };

  uint64_t own(const Node& n) const { return n.total - nodes_[n.left].total - nodes_[n.right].total; }
  uint64_t weight(uint32_t t) const { return uint64_t{nodes_[t].size} + 1; }

  uint32_t made(const Key& key, uint64_t times) {
    uint32_t t = free_;
    if (t != 0) {
      free_ = nodes_[t].left;
    } else {
      CEP_CHECK(nodes_.size() < UINT32_MAX);
      t = static_cast<uint32_t>(nodes_.size());
      nodes_.emplace_back();
    }
    nodes_[t] = {key, times, 0, 0, 1};
    return t;
  }

  // Links the subtrees below the node; its own count is given.
  uint32_t joined(uint32_t t, uint32_t left, uint32_t right, uint64_t times) {
    Node& n = nodes_[t];
    n.left = left;
    n.right = right;
    n.size = nodes_[left].size + nodes_[right].size + 1;
    n.total = nodes_[left].total + nodes_[right].total + times;
    return t;
  }
  uint32_t rotated_left(uint32_t t) {
    const Node n = nodes_[t], r = nodes_[n.right];
    const uint64_t mine = own(n), its = own(r);
    joined(t, n.left, r.left, mine);
    return joined(n.right, t, r.right, its);
  }
  uint32_t rotated_right(uint32_t t) {
    const Node n = nodes_[t], l = nodes_[n.left];
    const uint64_t mine = own(n), its = own(l);
    joined(t, l.right, n.right, mine);
    return joined(n.left, l.left, t, its);
  }
  // The node with these subtrees, of which one may have become too heavy by one key.
  uint32_t balanced(uint32_t t, uint32_t left, uint32_t right, uint64_t times) {
    joined(t, left, right, times);
    if (3 * weight(left) < weight(right)) {
      if (weight(nodes_[right].left) >= 2 * weight(nodes_[right].right))
        joined(t, left, rotated_right(right), times);
      return rotated_left(t);
    }
    if (3 * weight(right) < weight(left)) {
      if (weight(nodes_[left].right) >= 2 * weight(nodes_[left].left))
        joined(t, rotated_left(left), right, times);
      return rotated_right(t);
    }
    return t;
  }

  template <class Less>
  uint32_t inserted(uint32_t t, const Key& key, uint64_t times, const Less& less) {
    if (t == 0) return made(key, times);
    const Node n = nodes_[t];
    const uint64_t mine = own(n);
    if (less(key, n.key)) return balanced(t, inserted(n.left, key, times, less), n.right, mine);
    if (less(n.key, key)) return balanced(t, n.left, inserted(n.right, key, times, less), mine);
    return joined(t, n.left, n.right, mine + times);
  }

  template <class Less>
  uint32_t erased(uint32_t t, const Key& key, uint64_t times, const Less& less) {
    CEP_CHECK(t != 0);
    const Node n = nodes_[t];
    const uint64_t mine = own(n);
    if (less(key, n.key)) return balanced(t, erased(n.left, key, times, less), n.right, mine);
    if (less(n.key, key)) return balanced(t, n.left, erased(n.right, key, times, less), mine);
    CEP_CHECK(mine >= times);
    if (mine > times) return joined(t, n.left, n.right, mine - times);
    nodes_[t] = {Key{}, 0, free_, 0, 0};
    free_ = t;
    return glued(n.left, n.right);
  }
  // One tree of two neighbours.
  uint32_t glued(uint32_t left, uint32_t right) {
    if (left == 0 || right == 0) return left + right;
    uint32_t top;
    if (nodes_[left].size > nodes_[right].size) {
      left = without_last(left, &top);
    } else {
      right = without_first(right, &top);
    }
    return balanced(top, left, right, nodes_[top].total);
  }
  // The subtree without its first node, which stands alone then.
  uint32_t without_first(uint32_t t, uint32_t* first) {
    const Node n = nodes_[t];
    const uint64_t mine = own(n);
    if (n.left == 0) {
      *first = joined(t, 0, 0, mine);
      return n.right;
    }
    return balanced(t, without_first(n.left, first), n.right, mine);
  }
  uint32_t without_last(uint32_t t, uint32_t* last) {
    const Node n = nodes_[t];
    const uint64_t mine = own(n);
    if (n.right == 0) {
      *last = joined(t, 0, 0, mine);
      return n.left;
    }
    return balanced(t, n.left, without_last(n.right, last), mine);
  }

  uint32_t built(const std::vector<Key>& keys, const std::vector<uint64_t>& times, size_t from, size_t to) {
    if (from == to) return 0;
    const size_t middle = from + (to - from) / 2;
    const uint32_t t = made(keys[middle], times[middle]);
    const uint32_t left = built(keys, times, from, middle);
    return joined(t, left, built(keys, times, middle + 1, to), times[middle]);
  }

  template <class F>
  void visit(uint32_t t, const F& f) const {
    if (t == 0) return;
    visit(nodes_[t].left, f);
    f(nodes_[t].key, own(nodes_[t]));
    visit(nodes_[t].right, f);
  }

  std::vector<Node> nodes_ = std::vector<Node>(1);  // the first is the empty subtree
  uint32_t root_ = 0, free_ = 0;
};

}  // namespace cep::expr
