// What pattern files are called: a file is its path; people say its last parts, as many as it takes to mean no other ("fraud.cep", or "eu/fraud.cep" beside "us/fraud.cep"). Pure functions.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace cep::engine {

// "patterns/fraud.cep" → "fraud.cep".
std::string_view base_name(std::string_view path);

// Whether `name` is the path or its last parts, whole ones: "b/c.cep" of "a/b/c.cep".
bool is_tail(std::string_view name, std::string_view path);

// The numbers of the paths that `name` may mean: the one that it equals, else all that end in it.
std::vector<size_t> meant(std::string_view name, const std::vector<std::string>& paths);

// By path: its shortest last parts that mean it alone; the whole path if all are others' too.
std::vector<std::string> short_names(const std::vector<std::string>& paths);

// The number of the path that was called `kept` when it was noted, be it that the folders are named from elsewhere now: the same, else the only one of which one is the other's
// last parts; -1: there is none, or it could be several.
int found_again(std::string_view kept, const std::vector<std::string>& paths);

}  // namespace cep::engine
