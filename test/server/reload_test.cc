// SIGHUP: the pattern files on disk as they are now, or, with a mistake in them, nothing.
#include <doctest/doctest.h>
#include <signal.h>

#include "server/daemon.h"

using namespace cep::testing;

namespace {

bool has(const std::string& text, const std::string& part) {
  bool found = text.find(part) != std::string::npos;
  if (!found) MESSAGE(text);
  return found;
}

const char* const kTwoPatterns = R"(
stream e (id string, name string, v int, ts timestamp) time ts
pattern hit on e {
  begin a where name == "a"
  alert low "{a.id}"
}
pattern also on e {
  begin a where name == "a"
  alert low "also {a.id}"
}
)";

}  // namespace

TEST_CASE("SIGHUP loads the files on disk; the new pattern sees what comes from then on") {
  Daemon daemon;
  Client subscriber = daemon.subscriber();
  uint64_t next = 0;
  Client producer = daemon.session("gw", &next);
  REQUIRE(producer.send(event("1")));
  CHECK(is_alert_of(subscriber.line(), "1"));
  daemon.write_program(kTwoPatterns);
  daemon.signal(SIGHUP);
  REQUIRE(daemon.logged("SIGHUP: the patterns on disk are in force"));
  REQUIRE(producer.send(event("2")));
  CHECK(is_alert_of(subscriber.line(), "2"));
  CHECK(is_alert_of(subscriber.line(), "also 2"));
  // After a crash the journal says what was in force when.
  REQUIRE(producer.acknowledged(2));
  daemon.kill();
  daemon.start();
  Client again = daemon.subscriber(R"("from":1)");
  CHECK(is_alert_of(again.line(), "1"));
  CHECK(is_alert_of(again.line(), "2"));
  CHECK(is_alert_of(again.line(), "also 2"));
}

TEST_CASE("SIGHUP with a mistake in a file changes nothing and says what check says") {
  Daemon daemon;
  Client subscriber = daemon.subscriber();
  Client producer = daemon.producer();
  daemon.write_program("stream e (id string, name string, v int, ts timestamp) time ts\npattern p on nowhere { begin a alert low \"x\" }\n");
  daemon.signal(SIGHUP);
  REQUIRE(daemon.logged("nothing has changed"));
  CHECK(has(daemon.log(), "program.cep:2:"));
  CHECK(has(daemon.log(), "nowhere"));
  REQUIRE(producer.send(event("1")));
  CHECK(is_alert_of(subscriber.line(), "1"));
  // The way back.
  daemon.write_program(kTwoPatterns);
  daemon.signal(SIGHUP);
  REQUIRE(daemon.logged("in force"));
  REQUIRE(producer.send(event("2")));
  CHECK(is_alert_of(subscriber.line(), "2"));
  CHECK(is_alert_of(subscriber.line(), "also 2"));
  CHECK(daemon.stop() == 0);
}

TEST_CASE("files that changed while the daemon was away hold from the end of the journal on") {
  Daemon daemon;
  uint64_t next = 0;
  {
    Client producer = daemon.session("gw", &next);
    REQUIRE(producer.send(event("1")));
    REQUIRE(producer.acknowledged(1));
  }
  daemon.kill();
  daemon.write_program(kTwoPatterns);
  daemon.start();
  Client subscriber = daemon.subscriber(R"("from":1)");
  CHECK(is_alert_of(subscriber.line(), "1"));
  Client producer = daemon.session("gw", &next);
  REQUIRE(producer.send(event("2")));
  CHECK(is_alert_of(subscriber.line(), "2"));
  CHECK(is_alert_of(subscriber.line(), "also 2"));
}
