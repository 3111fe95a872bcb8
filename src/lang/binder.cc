#include "lang/binder.h"

#include <algorithm>
#include <filesystem>

#include "lang/binder_constant.h"
#include "lang/binder_context.h"
#include "lang/binder_join.h"
#include "lang/binder_order.h"
#include "lang/binder_pattern.h"
#include "lang/binder_stream.h"
#include "lang/binder_table.h"
#include "lang/binder_uses.h"
#include "lang/binder_window.h"

namespace cep::lang {

using ast::Declaration;

namespace {

}  // namespace

const ast::Ident& name_of(const Declaration& d) {
  switch (d.kind) {
    case Declaration::kLet:
      return d.let.name;
    case Declaration::kStream:
      return d.stream.name;
    case Declaration::kDerived:
      return d.derived.name;
    case Declaration::kPattern:
      return d.pattern.name;
    case Declaration::kWindow:
      return d.window.name;
    case Declaration::kJoin:
      return d.join.name;
    case Declaration::kTable:
      return d.table.name;
    case Declaration::kBroken:
      break;
  }
  return d.broken.name;
}

namespace {

DeclaredKind kind_of(Declaration::Kind kind) {
  switch (kind) {
    case Declaration::kLet:
      return DeclaredKind::kLet;
    case Declaration::kStream:
      return DeclaredKind::kStream;
    case Declaration::kDerived:
      return DeclaredKind::kDerived;
    case Declaration::kPattern:
      return DeclaredKind::kPattern;
    case Declaration::kWindow:
      return DeclaredKind::kWindow;
    case Declaration::kJoin:
      return DeclaredKind::kJoin;
    case Declaration::kTable:
      return DeclaredKind::kTable;
    case Declaration::kBroken:
      break;
  }
  return DeclaredKind::kBroken;
}

class Binder {
 public:
  Binder(const std::vector<ast::File>& files, const std::vector<SourceFile>& sources,
         bool recorded, std::vector<Diagnostic>* diagnostics)
      : sources_(sources), context_(Reporter(sources, diagnostics, recorded)) {
    for (const ast::File& file : files)
      for (const Declaration& d : file.declarations) declare(d);
  }

  plan::Plan bind() {
    std::vector<const ast::LetDecl*> lets;
    for (const Declaration* d : kept_)
      if (d->kind == Declaration::kLet) lets.push_back(&d->let);
    bind_lets(lets, &context_);
    for (const Declaration* d : kept_)
      if (d->kind == Declaration::kTable) add_table(d->table);
    std::vector<const Declaration*> readers;
    for (const Declaration* d : kept_) {
      if (d->kind == Declaration::kLet) continue;
      if (d->kind == Declaration::kStream) {
        plan_.nodes.push_back(bind_stream(d->stream, next_number(), &context_));
        if (!charge(*d)) break;
      } else
        readers.push_back(d);
    }
    bind_readers(readers);
    return std::move(plan_);
  }

 private:
  int next_number() const { return static_cast<int>(plan_.nodes.size()); }

  void declare(const Declaration& d) {
    const ast::Ident& name = name_of(d);
    if (name.name.empty()) return;  // broken, its name could not be read
    auto [it, fresh] = context_.declared.try_emplace(name.name, Declared{kind_of(d.kind), &d, name.span});
    if (fresh) {
      kept_.push_back(&d);
      return;
    }
    if (context_.report.full()) return context_.report.error(name.span, "");
    context_.report.error(name.span,
                          "`" + name.name + "` is declared twice, first in " + place(it->second.span) +
                              "; all files that are loaded together share one namespace, so rename one");
  }

  std::string place(Span span) const {
    if (span.file >= sources_.size()) return "another file";
    const SourceFile& source = sources_[span.file];
    const auto begin = source.text.begin();
    const auto line = 1 + std::count(begin, begin + static_cast<std::ptrdiff_t>(std::min<size_t>(span.begin, source.text.size())), '\n');
    return source.name + ":" + std::to_string(line);
  }

  void add_table(const ast::TableDecl& decl) {
    uint32_t file = decl.name.span.file;
    std::string folder =
        file < sources_.size() ? std::filesystem::path(sources_[file].name).parent_path().string() : "";
    plan_.tables.push_back(bind_table(decl, static_cast<int>(plan_.tables.size()), folder, &context_));
  }

  // Tables stand among the readers: who looks one up needs what it is fed from.
  void bind_readers(const std::vector<const Declaration*>& declarations) {
    std::vector<Reader> readers;
    for (const Declaration* d : declarations) readers.push_back({name_of(*d).name, name_of(*d).span, used_by(*d)});
    ReaderOrder order = order_readers(readers, &context_.report);
    for (size_t member : order.in_cycles)
      if (declarations[member]->kind != Declaration::kTable) context_.shapes[readers[member].name].open = true;
    check_depth(readers, order.order, &context_.report);
    for (size_t number : order.order) {
      bind_reader(*declarations[number]);
      if (!charge(*declarations[number])) return;
    }
  }

  // What the declaration has added: its fields stand in its shape and in its node.
  bool charge(const Declaration& d) {
    constexpr size_t kOfNode = 4, kOfField = 2;
    return context_.spend(kOfNode + (plan_.nodes.empty() ? 0 : kOfField * plan_.nodes.back().schema.fields.size()), name_of(d).span);
  }

  void bind_reader(const Declaration& d) {
    switch (d.kind) {
      case Declaration::kDerived:
        plan_.nodes.push_back(bind_derived(d.derived, next_number(), &context_));
        break;
      case Declaration::kPattern:
        plan_.nodes.push_back(bind_pattern(d.pattern, next_number(), &context_));
        break;
      case Declaration::kWindow:
        bind_window(d.window, &plan_, &context_);
        break;
      case Declaration::kJoin:
        bind_join(d.join, &plan_, &context_);
        break;
      case Declaration::kTable: {
        auto number = static_cast<size_t>(context_.tables[d.table.name.name].number);
        link_table(d.table, &plan_.tables[number], &context_);
        break;
      }
      default:
        break;
    }
  }

  const std::vector<SourceFile>& sources_;
  Context context_;
  std::vector<const Declaration*> kept_;  // the first declaration of each name, in order
  plan::Plan plan_;
};

}  // namespace

plan::Plan bind(const std::vector<ast::File>& files, const std::vector<SourceFile>& sources,
                bool recorded, std::vector<Diagnostic>* diagnostics) {
  return Binder(files, sources, recorded, diagnostics).bind();
}

}  // namespace cep::lang
