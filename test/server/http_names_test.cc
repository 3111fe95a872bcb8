// Names on the port `http`: those of the daemon, which a page may have made its own, and those of pattern files, of which two may end alike.
#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "server/daemon.h"
#include "client/http_client.h"

namespace {

using namespace cep::testing;
using cep::client::HttpCall;
using cep::client::HttpReply;
using Json = nlohmann::json;

std::string at(const Daemon& daemon) { return "127.0.0.1:" + std::to_string(daemon.http_port()); }

HttpReply ask(const Daemon& daemon, const std::string& method, const std::string& target, const std::string& body = "") {
  HttpCall call;
  call.at = at(daemon);
  call.method = method;
  call.target = target;
  call.body = body;
  auto reply = cep::client::call_http(call);
  REQUIRE_MESSAGE(reply.ok(), reply.status().message());
  return reply.value();
}

std::string first_line(const Daemon& daemon, const std::string& request) {
  Client client(daemon.http_port());
  REQUIRE(client.send(request));
  return client.line();
}

std::string pattern(const std::string& name) { return "pattern " + name + " on e { begin a alert low \"" + name + "\" }\n"; }

// "name=origin" of each file in force.
std::string listed(const Daemon& daemon) {
  std::string out;
  const Json json = Json::parse(ask(daemon, "GET", "/api/v1/patterns").body);
  for (const Json& file : json["patterns"]) out += file["name"].get<std::string>() + "=" + file["origin"].get<std::string>() + " ";
  return out;
}

}  // namespace

TEST_CASE("http: a name that was made to point here is refused, and told the way out; a name that is set is not") {
  Daemon daemon({"listen.http_names=[cepd.example]"});
  REQUIRE(eventually([&] { return ask(daemon, "GET", "/readyz").code == 200; }));
  auto get = [&](const std::string& host) { return first_line(daemon, "GET /api/v1/patterns HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n"); };
  CHECK(get("evil.example:7802") == "HTTP/1.1 403 Forbidden\r");
  CHECK(get("CEPD.example") == "HTTP/1.1 200 OK\r");
  CHECK(get("localhost") == "HTTP/1.1 200 OK\r");
  CHECK(get("localhost\r\nHost: evil.example") == "HTTP/1.1 400 Bad Request\r");
  const std::string put = "PUT /api/v1/patterns/evil.cep HTTP/1.1\r\nHost: evil.example:7802\r\nOrigin: http://evil.example:7802\r\nContent-Length: 0\r\n\r\n";
  CHECK(first_line(daemon, put) == "HTTP/1.1 403 Forbidden\r");
  CHECK(listed(daemon) == "program.cep=disk ");
}

TEST_CASE("http: two pattern files of one base name are two files, through every call and restarts") {
  TemporaryFolder folder;
  for (const char* place : {"/eu", "/us"}) std::filesystem::create_directory(folder.path() + place);
  std::ofstream(folder.path() + "/events.cep") << kProgram;
  std::ofstream(folder.path() + "/eu/x.cep") << pattern("eu");
  std::ofstream(folder.path() + "/us/x.cep") << pattern("us");
  Daemon daemon({"patterns=[" + folder.path() + "]"});
  auto restart = [&] {
    CHECK(daemon.stop() == 0);
    daemon.start();
    REQUIRE(eventually([&] { return ask(daemon, "GET", "/readyz").code == 200; }));
  };
  REQUIRE(eventually([&] { return ask(daemon, "GET", "/readyz").code == 200; }));
  CHECK(listed(daemon) == "eu/x.cep=disk events.cep=disk us/x.cep=disk ");
  for (const char* method : {"GET", "DELETE"}) {
    CHECK(ask(daemon, method, "/api/v1/patterns/x.cep").code == 409);
    CHECK(ask(daemon, method, "/api/v1/patterns/x.cep").error() == "`x.cep` means several pattern files, say which: eu/x.cep, us/x.cep");
  }
  CHECK(ask(daemon, "GET", "/api/v1/patterns/us/x.cep").body == pattern("us"));
  CHECK(ask(daemon, "PUT", "/api/v1/patterns/x.cep", pattern("any")).code == 422);
  CHECK(ask(daemon, "PUT", "/api/v1/patterns/us/x.cep", pattern("us2")).code == 200);
  CHECK(listed(daemon) == "eu/x.cep=disk events.cep=disk us/x.cep=api ");
  restart();
  CHECK(listed(daemon) == "eu/x.cep=disk events.cep=disk us/x.cep=api ");
  CHECK(ask(daemon, "GET", "/api/v1/patterns/eu%2Fx.cep").body == pattern("eu"));
  CHECK(ask(daemon, "GET", "/api/v1/patterns/us/x.cep").body == pattern("us2"));
  CHECK(ask(daemon, "DELETE", "/api/v1/patterns/us/x.cep").code == 200);
  CHECK(listed(daemon) == "eu/x.cep=disk events.cep=disk ");
  restart();
  CHECK(listed(daemon) == "eu/x.cep=disk events.cep=disk ");
  // The tool finds the file that is meant by its path.
  const Finished put = run({CEPCTL_BINARY, "patterns", "load", folder.path() + "/eu/x.cep", "--at", at(daemon)});
  CHECK_MESSAGE(put.status == 0, put.output);
  CHECK(listed(daemon) == "eu/x.cep=api events.cep=disk ");
  CHECK(ask(daemon, "PUT", "/api/v1/patterns/us/x.cep", pattern("us3")).code == 200);
  restart();
  CHECK(listed(daemon) == "eu/x.cep=api events.cep=disk us/x.cep=api ");
}
