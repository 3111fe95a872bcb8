#include "event/recorded_line.h"

#include <simdjson.h>

#include <algorithm>
#include <initializer_list>

namespace cep::event {
namespace {

using simdjson::dom::element;

// What stands between the quotes of the first member's name; empty if the line does not begin with an object.
std::string_view first_name(std::string_view line) {
  auto skip = [&] { line.remove_prefix(std::min(line.find_first_not_of(" \t\r\n"), line.size())); };
  if (line.substr(0, 3) == "\xef\xbb\xbf") line.remove_prefix(3);
  skip();
  if (line.empty() || line[0] != '{') return {};
  line.remove_prefix(1);
  skip();
  if (line.empty() || line[0] != '"') return {};
  line.remove_prefix(1);
  const size_t end = line.substr(0, 16).find('"');
  return end == std::string_view::npos ? std::string_view() : line.substr(0, end);
}

RecordedLine::Kind kind_of(std::string_view name) {
  if (name == "_session") return RecordedLine::kSession;
  if (name == "_broken") return RecordedLine::kBroken;
  if (name == "_line") return RecordedLine::kLine;
  if (name == "_accepted") return RecordedLine::kAccepted;
  if (name == "_reset_clock") return RecordedLine::kReset;
  return name == "_load" ? RecordedLine::kLoad : RecordedLine::kNone;
}

int base64_digit(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  return c == '+' ? 62 : c == '/' ? 63 : -1;
}

// RFC 4648, with its padding.
bool read_base64(std::string_view text, std::string* out) {
  if (text.size() % 4 != 0) return false;
  size_t padding = text.ends_with("==") ? 2 : text.ends_with("=") ? 1 : 0;
  uint32_t bits = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    const int digit = i + padding >= text.size() ? 0 : base64_digit(text[i]);
    if (digit < 0) return false;
    bits = bits << 6 | static_cast<uint32_t>(digit);
    if (i % 4 != 3) continue;
    for (int shift : {16, 8, 0}) out->push_back(static_cast<char>(bits >> shift & 0xff));
    bits = 0;
  }
  out->resize(out->size() - padding);
  return true;
}

// Reads the members of objects by name; what is not of the form is kept in `wrong`, the first one.
class Reader {
 public:
  explicit Reader(RecordedLine* out) : out_(out) {}

  void read(element value) {
    switch (out_->kind) {
      case RecordedLine::kSession: return session(value);
      case RecordedLine::kBroken: return broken(value);
      case RecordedLine::kLine: return text(value, "_line", &out_->text);
      case RecordedLine::kAccepted: return accepted(value);
      case RecordedLine::kReset: return reset(value);
      default: return load(value);
    }
  }

 private:
  void wrong(const std::string& what) {
    if (out_->wrong.empty()) out_->wrong = what;
  }

  // Calls take(name, value), which returns false for a name that it does not know, for each member.
  template <class Take>
  void members(element value, const std::string& of, Take take) {
    if (!value.is_object()) return wrong("`" + of + "` must be an object");
    const simdjson::dom::object object = value.get_object().value_unsafe();
    std::string seen;
    for (simdjson::dom::key_value_pair m : object) {
      const std::string name(m.key);
      if (seen.find("\n" + name + "\n") != std::string::npos) return wrong("`" + of + "`: the member `" + name + "` comes twice");
      seen += "\n" + name + "\n";
      if (!take(m.key, m.value)) wrong("`" + of + "` has no member `" + name + "`");
    }
  }

  void text(element value, const std::string& of, std::string* out) {
    if (!value.is_string()) return wrong("`" + of + "` must be a string");
    *out = value.get_string().value_unsafe();
  }

  template <class T>
  void number(element value, const std::string& of, uint64_t most, T* out, uint64_t least = 1) {
    uint64_t n = 0;
    if (value.get_uint64().get(n) != simdjson::SUCCESS || n < least || n > most)
      return wrong("`" + of + "` must be a whole number from " + std::to_string(least) + " to " + std::to_string(most));
    *out = static_cast<T>(n);
  }

  void session(element value) {
    members(value, "_session", [&](std::string_view name, element v) {
      if (name == "producer") text(v, "producer", &out_->producer);
      else if (name == "stream") text(v, "stream", &out_->stream);
      else return false;
      return true;
    });
  }

  void reset(element value) {
    members(value, "_reset_clock", [&](std::string_view name, element v) {
      if (name == "stream") text(v, "stream", &out_->stream);
      else return false;
      return true;
    });
  }

  void broken(element value) {
    uint64_t length = 0;  // for people
    std::string encoded;
    members(value, "_broken", [&](std::string_view name, element v) {
      if (name == "line") text(v, "line", &out_->text);
      else if (name == "base64") text(v, "base64", &encoded);
      else if (name == "reason") text(v, "reason", &out_->reason);
      else if (name == "length") number(v, "length", UINT64_MAX, &length, 0);
      else return false;
      return true;
    });
    if (encoded.empty()) return;
    out_->text.clear();
    if (!read_base64(encoded, &out_->text)) wrong("`base64` of `_broken` is none");
  }

  void accepted(element value) {
    members(value, "_accepted", [&](std::string_view name, element v) {
      Channel channel = Channel::kStreams;
      if (name == "message") text(v, "message", &out_->text);
      else if (parse_channel(name, &channel) && channel != Channel::kStreams) number(v, std::string(name), INT64_MAX, &out_->next[static_cast<int>(channel)]);
      else return false;
      return true;
    });
  }

  void load(element value) {
    members(value, "_load", [&](std::string_view name, element v) {
      if (name == "semantics") number(v, "semantics", UINT32_MAX, &out_->program.semantics);
      else if (name == "limits") limits(v);
      else if (name == "files") files(v, "files", &out_->program.files);
      else if (name == "tables") files(v, "tables", &out_->program.table_files);
      else return false;
      return true;
    });
  }

  void limits(element value) {
    Limits& l = out_->program.limits;
    members(value, "limits", [&](std::string_view name, element v) {
      if (name == "line") number(v, "line", 1 << 30, &l.line_bytes);
      else if (name == "depth") number(v, "depth", 1000, &l.json_depth);
      else if (name == "runs_per_key") number(v, "runs_per_key", INT64_MAX, &l.runs_per_key);
      else if (name == "matches_per_event") number(v, "matches_per_event", INT64_MAX, &l.matches_per_event);
      else if (name == "record") number(v, "record", 1 << 30, &l.record_bytes);
      else return false;
      return true;
    });
  }

  void files(element value, const std::string& of, std::vector<SourceFile>* out) {
    if (!value.is_array()) return wrong("`" + of + "` must be an array");
    const simdjson::dom::array array = value.get_array().value_unsafe();
    for (element one : array) {
      SourceFile file;
      members(one, of, [&](std::string_view name, element v) {
        std::string encoded;
        if (name == "name") text(v, "name", &file.name);
        else if (name == "text") text(v, "text", &file.text);
        else if (name == "base64") text(v, "base64", &encoded);
        else return false;
        if (name == "base64" && !read_base64(encoded, &file.text)) wrong("`base64` of " + file.name + " is none");
        return true;
      });
      out->push_back(std::move(file));
    }
  }

  RecordedLine* out_;
};

}  // namespace

bool begins_recorded(std::string_view line) {
  // Nearly all lines begin with `{"` and a letter.
  if (line.size() > 2 && line[0] == '{' && line[1] == '"' && line[2] != '_') return false;
  return kind_of(first_name(line)) != RecordedLine::kNone;
}

bool begins_load(std::string_view line) { return kind_of(first_name(line)) == RecordedLine::kLoad; }

RecordedLine read_recorded(std::string_view line) {
  RecordedLine out;
  const RecordedLine::Kind kind = kind_of(first_name(line));
  if (line.substr(0, 3) == "\xef\xbb\xbf") line.remove_prefix(3);
  simdjson::dom::parser parser(kRecordedBytesMax);
  auto parsed = parser.parse(line.data(), line.size(), true);
  if (parsed.error() != simdjson::SUCCESS) {
    // What follows a program that cannot be read means nothing; any other such line is a line that is rejected.
    if (kind == RecordedLine::kLoad) {
      out.kind = kind;
      out.wrong = "`_load`: bad JSON";
    }
    return out;
  }
  const simdjson::dom::object object = parsed.value_unsafe().get_object().value_unsafe();
  size_t members = 0;
  for ([[maybe_unused]] simdjson::dom::key_value_pair m : object) ++members;
  if (members != 1) return out;
  out.kind = kind;
  Reader(&out).read((*object.begin()).value);
  if (out.kind == RecordedLine::kLoad && out.wrong.empty() && out.program.semantics > kSemanticsVersion) {
    out.wrong = "`_load` was recorded with semantics " + std::to_string(out.program.semantics) + ", this program knows " +
                std::to_string(kSemanticsVersion) + ": it would give other records";
  }
  return out;
}

}  // namespace cep::event
