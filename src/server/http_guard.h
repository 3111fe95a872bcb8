// Who may ask: a browser can be made to send requests here by any page that it shows, and by a name of the page's own that was made to point here (DNS rebinding), so the port
// answers to its own names alone and no page of another origin changes anything. Programs such as curl meet none of this. Pure functions.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "server/http_route.h"

namespace cep::server {

// What a request's header says of where it comes from; empty: nothing.
struct HttpCaller {
  std::string_view host = {};        // `Host`
  std::string_view origin = {};      // `Origin`
  std::string_view fetch_site = {};  // `Sec-Fetch-Site`
  std::string_view user_agent = {};
  std::string_view content_type = {};
};

// The names that this machine has of itself; in lower case.
std::vector<std::string> machine_names();

// Whether a `Host` is one of the daemon's own: an address (a page needs a name to be rebound), localhost and all below it, or one of `names`; the port does not matter. None at
// all is fine too: every browser says one.
bool is_own_host(std::string_view host, const std::vector<std::string>& names);

// The refusal, or code 200. 403: the Host is none of its own, or a page of another origin asks for more than to read. 415: a POST of a type that any page's form can send, by a
// browser that does not say its origin, or one in parts.
HttpAnswer refuse_stranger(std::string_view method, const HttpCaller& caller, const std::vector<std::string>& names);

}  // namespace cep::server
