#include "server/http_guard.h"

#include <unistd.h>

#include <algorithm>

#include "base/endpoint.h"

namespace cep::server {
namespace {

constexpr std::string_view kFormTypes[] = {"application/x-www-form-urlencoded", "text/plain"};

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

// "CEP.example.:7802" → "cep.example"; "[::1]:7802" → "::1".
std::string name_of(std::string_view host) {
  if (host.starts_with('[')) return lower(host.substr(1, std::min(host.find(']'), host.size()) - 1));
  std::string name = lower(host.substr(0, host.rfind(':')));
  if (name.ends_with('.')) name.pop_back();
  return name;
}

// "Text/Plain; charset=utf-8" → "text/plain".
std::string type_of(std::string_view content_type) {
  std::string type = lower(content_type.substr(0, content_type.find(';')));
  while (type.ends_with(' ') || type.ends_with('\t')) type.pop_back();
  return type;
}

bool own_origin(std::string_view origin, std::string_view host) {
  const std::string given = lower(origin), own = lower(host);
  return !own.empty() && (given == "http://" + own || given == "https://" + own);  // https: something in front of the port speaks it
}

HttpAnswer wrong_type(std::string_view method, const HttpCaller& caller) {
  if (method != "POST") return {};  // no form sends anything else, and a script would have to ask first and gets no leave
  const std::string type = type_of(caller.content_type);
  if (type == "multipart/form-data") return error_of(415, "lines do not come in parts: send them as the body, with `Content-Type: application/x-ndjson`");
  const bool browser = caller.origin.empty() && caller.user_agent.starts_with("Mozilla/");
  if (!browser || std::find(std::begin(kFormTypes), std::end(kFormTypes), type) == std::end(kFormTypes)) return {};
  return error_of(415, "a browser that does not say its Origin may not send what any page's form could: say `Content-Type: application/x-ndjson`");
}

}  // namespace

std::vector<std::string> machine_names() {
  char name[256] = {};
  if (gethostname(name, sizeof name - 1) != 0 || name[0] == '\0') return {};
  std::vector<std::string> out{lower(name)};
  if (const size_t dot = out[0].find('.'); dot != std::string::npos && dot > 0) out.push_back(out[0].substr(0, dot));
  return out;
}

bool is_own_host(std::string_view host, const std::vector<std::string>& names) {
  if (host.empty()) return true;
  const std::string name = name_of(host);
  if (base::is_address(name) || name == "localhost" || name.ends_with(".localhost")) return true;
  return std::any_of(names.begin(), names.end(), [&](const std::string& own) { return lower(own) == name; });
}

HttpAnswer refuse_stranger(std::string_view method, const HttpCaller& caller, const std::vector<std::string>& names) {
  if (!is_own_host(caller.host, names)) {
    return error_of(403, "`" + std::string(caller.host.substr(0, 255)) + "` is no name of this daemon (a page may have made it point here): ask for its address or " +
                             "localhost, or add the name to the setting listen.http_names");
  }
  if (method == "GET" || method == "HEAD") return {};
  const bool same_site = caller.fetch_site.empty() || caller.fetch_site == "same-origin" || caller.fetch_site == "none";
  if (!same_site || (!caller.origin.empty() && !own_origin(caller.origin, caller.host))) {
    return error_of(403, "a page of another origin may not change anything here: send it from a program such as curl or cepctl");
  }
  return wrong_type(method, caller);
}

}  // namespace cep::server
