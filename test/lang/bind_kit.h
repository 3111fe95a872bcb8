// Helpers of the binder's tests of windows, joins and tables: parse and bind, without what comes after.
#pragma once
#include <string>

#include "binder_kit.h"
#include "lang/binder.h"
#include "lang/parser.h"

namespace cep::lang {

inline Compiled bind_files(std::vector<SourceFile> files) {
  Compiled c;
  c.files = std::move(files);
  std::vector<ast::File> trees;
  for (size_t i = 0; i < c.files.size(); ++i)
    trees.push_back(parse(c.files[i], static_cast<uint32_t>(i), &c.result.diagnostics));
  auto plan = std::make_shared<plan::Plan>(bind(trees, c.files, false, &c.result.diagnostics));
  if (!has_errors(c.result.diagnostics)) c.result.plan = std::move(plan);
  return c;
}

inline Compiled bind_text(const std::string& text) { return bind_files({{"test.cep", text}}); }

// A window on `e` by k with the given body.
inline Compiled bind_window_body(const std::string& body) {
  return bind_text(kStream + "window w on e by k {\n" + body + "\n}\n");
}

}  // namespace cep::lang
