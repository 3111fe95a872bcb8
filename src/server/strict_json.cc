#include "server/strict_json.h"

#include <vector>

#include "base/utf8.h"

namespace cep::server {

using Json = nlohmann::json;

namespace {
constexpr size_t kDepthMax = 8;
constexpr size_t kNameBytesMax = 256;
constexpr size_t kShownBytes = 100;   // of a name in an error

// Makes the value as it is read. The library's own filter of values looks through a whole list again at the end of each object in it.
class Builder final : public nlohmann::json_sax<Json> {
 public:
  Builder(Json* root, size_t depth_most, std::string* reason) : root_(root), depth_most_(depth_most), reason_(reason) {}

  bool null() override { return put(nullptr) != nullptr; }
  bool boolean(bool v) override { return put(v) != nullptr; }
  bool number_integer(number_integer_t v) override { return put(v) != nullptr; }
  bool number_unsigned(number_unsigned_t v) override { return put(v) != nullptr; }
  bool number_float(number_float_t v, const string_t&) override { return put(v) != nullptr; }
  bool string(string_t& v) override { return put(std::move(v)) != nullptr; }
  bool binary(binary_t&) override { return false; }   // there is none in JSON text
  bool start_object(std::size_t) override { return open(Json::object()); }
  bool start_array(std::size_t) override { return open(Json::array()); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }
  bool key(string_t& name) override {
    if (open_.size() > depth_most_) return wrong("nested too deep");
    if (open_.back()->contains(name)) return wrong("the member " + name_shown(name) + " is there twice");
    key_ = std::move(name);
    return true;
  }
  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) override { return false; }

 private:
  bool wrong(std::string reason) {
    *reason_ = std::move(reason);
    return false;
  }
  // Where it stands now; null: too deep. It stays there while what is inside is read: nothing comes beside it meanwhile.
  Json* put(Json value) {
    if (open_.size() > depth_most_) {
      wrong("nested too deep");
      return nullptr;
    }
    if (open_.empty()) {
      *root_ = std::move(value);
      return root_;
    }
    Json& in = *open_.back();
    if (in.is_object()) return &(in[key_] = std::move(value));
    in.push_back(std::move(value));
    return &in.back();
  }
  bool open(Json value) {
    Json* at = put(std::move(value));
    if (at) open_.push_back(at);
    return at != nullptr;
  }
  bool close() {
    open_.pop_back();
    return true;
  }

  Json* root_;
  size_t depth_most_;
  std::string* reason_;
  std::vector<Json*> open_;
  std::string key_;
};

}  // namespace

std::string json_quoted(std::string_view text) {
  return Json(std::string(text)).dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string name_shown(std::string_view name) {
  return name.size() <= kShownBytes ? json_quoted(name) : json_quoted(std::string(name.substr(0, kShownBytes)) + "…");
}

Json parse_strict(std::string_view line, std::string* reason) {
  if (line.size() > kControlBytesMax) {
    *reason = "the line is longer than " + std::to_string(kControlBytesMax) + " bytes";
    return Json(Json::value_t::discarded);
  }
  return parse_bounded(line, kDepthMax, reason);
}

Json parse_bounded(std::string_view text, size_t depth_most, std::string* reason) {
  Json value;
  Builder builder(&value, depth_most, reason);
  const bool good = Json::sax_parse(text.begin(), text.end(), &builder);
  if (good) return value;
  if (reason->empty()) *reason = "not one whole JSON object";
  return Json(Json::value_t::discarded);
}

std::string read_own_name(const std::string& member, const Json& value, std::string* out) {
  if (!value.is_string()) return "`" + member + "` must be a string";
  *out = value.get<std::string>();
  if (!base::is_utf8(*out)) return "`" + member + "` is no UTF-8";
  if (out->empty()) return "`" + member + "` is empty";
  if (out->size() > kNameBytesMax) return "`" + member + "` is longer than 256 bytes";
  return {};
}

}  // namespace cep::server
