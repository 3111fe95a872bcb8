#include "engine/file_names.h"

#include <algorithm>

namespace cep::engine {

std::string_view base_name(std::string_view path) {
  const size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

bool is_tail(std::string_view name, std::string_view path) {
  if (name.empty() || !path.ends_with(name)) return false;
  return name.size() == path.size() || path[path.size() - name.size() - 1] == '/';
}

std::vector<size_t> meant(std::string_view name, const std::vector<std::string>& paths) {
  std::vector<size_t> out;
  for (size_t i = 0; i < paths.size(); ++i) {
    if (paths[i] == name) return {i};
    if (is_tail(name, paths[i])) out.push_back(i);
  }
  return out;
}

// Paths in the order of their reversed bytes: those that share the longest tail with a path are its neighbours.
std::vector<std::string> short_names(const std::vector<std::string>& paths) {
  std::vector<size_t> order(paths.size());
  for (size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    return std::lexicographical_compare(paths[a].rbegin(), paths[a].rend(), paths[b].rbegin(), paths[b].rend());
  });
  std::vector<std::string> out(paths.size());
  for (size_t at = 0; at < order.size(); ++at) {
    const std::string_view path = paths[order[at]];
    auto shared = [&](size_t neighbour, std::string_view name) { return neighbour < order.size() && is_tail(name, paths[order[neighbour]]); };
    size_t slash = path.rfind('/');
    std::string_view name = base_name(path);
    while (slash != std::string_view::npos && slash > 0 && (shared(at - 1, name) || shared(at + 1, name))) {
      slash = path.rfind('/', slash - 1);
      name = slash == std::string_view::npos ? path : path.substr(slash + 1);
    }
    out[order[at]] = shared(at - 1, name) || shared(at + 1, name) ? path : name;
  }
  return out;
}

int found_again(std::string_view kept, const std::vector<std::string>& paths) {
  int only = -1;
  for (size_t i = 0; i < paths.size(); ++i) {
    if (paths[i] == kept) return static_cast<int>(i);
    if (!is_tail(kept, paths[i]) && !is_tail(paths[i], kept)) continue;
    only = only == -1 ? static_cast<int>(i) : -2;
  }
  return std::max(only, -1);
}

}  // namespace cep::engine
