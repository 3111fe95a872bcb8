"""A wall clock that jumps: clock.py CEPD CEPCTL

The daemon runs under libfaketime (Debian's package), which puts its wall clock forward and back while its steady clock goes on. A stream with `idle … advance` gets a heartbeat ten times
a second: none may be late, whatever the clock says, through starts as well; no record may be deleted for its age; the log must tell of each jump.
"""
import glob
import json
import os
import shutil
import socket
import tempfile
import threading
import time

from clients import read_channel
from daemon import Daemon, wait_for
from report import Report, read_options

PATTERN = """\
stream beat (id int, ts timestamp) time ts idle 300ms advance
pattern p on beat { begin m alert low "{m.id}" }
"""
LIBRARY = sorted(glob.glob("/usr/lib/*/faketime/libfaketimeMT.so.1"))


class Beats(threading.Thread):
    """Heartbeats with the time of the real clock, over whichever daemon listens."""

    def __init__(self, daemon):
        super().__init__(daemon=True)
        self.daemon_process, self.ended, self.sent = daemon, threading.Event(), 0

    def run(self):
        link = None
        while not self.ended.wait(0.1):
            try:
                if link is None:
                    link = socket.create_connection(("127.0.0.1", self.daemon_process.port("events") or 1), timeout=1)
                link.sendall(b'{"id":%d,"ts":%d}\n' % (self.sent, time.time() * 1000))
                self.sent += 1
            except OSError:
                link = None


class Clock:
    """What the daemon takes for the wall clock's offset."""

    def __init__(self, work):
        self.path = os.path.join(work, "offset")
        self.set(0)

    def set(self, seconds):
        partial = self.path + ".new"
        with open(partial, "w") as f:
            f.write(f"{seconds:+d}\n")
        os.rename(partial, self.path)

    def environment(self):
        return {"LD_PRELOAD": LIBRARY[0], "FAKETIME_TIMESTAMP_FILE": self.path, "FAKETIME_NO_CACHE": "1", "FAKETIME_DONT_FAKE_MONOTONIC": "1", "DONT_FAKE_MONOTONIC": "1",
                "FAKETIME_DONT_RESET": "1"}


def life(report, name, daemon, clock, jumps):
    daemon.start("outputs.retain.age=1h", environment=clock.environment())
    good = report.check(daemon.wait_ready(), f"{name}: the daemon starts", daemon.last_log(3))
    time.sleep(1.5)
    for seconds, stands in jumps:
        clock.set(seconds)
        time.sleep(stands)
        clock.set(0)
        time.sleep(2)
        good &= report.check(wait_for(lambda: "the wall clock has jumped" in daemon.last_log(), 5), f"{name}: the log tells of {seconds:+d} s", daemon.last_log(3))
    return good


def channel(daemon, name):
    return read_channel(daemon.port("alerts"), name)


def verify(report, name, daemon):
    late, alerts = channel(daemon, "late"), channel(daemon, "alerts")
    good = report.check(not late, f"{name}: no heartbeat is late", f"{len(late)} of {len(late) + len(alerts)}: {late[:1]}")
    first = json.loads(alerts[0])["seq"] if alerts else 0
    return good & report.check(first == 1, f"{name}: no record is deleted for its age, {len(alerts)} are there", f"the oldest is {first}")


def main():
    read = read_options(__doc__)
    report = Report()
    if not LIBRARY:
        report.skip("the jumps", "there is no libfaketime here")
        report.end()
    work = tempfile.mkdtemp(prefix="cepd-faults.")
    patterns = os.path.join(work, "patterns")
    os.mkdir(patterns)
    with open(os.path.join(patterns, "beat.cep"), "w") as f:
        f.write(PATTERN)
    daemon, clock = Daemon(read.cepd, work, patterns), Clock(work)
    beats = Beats(daemon)
    beats.start()
    good = life(report, "first life", daemon, clock, [(7200, 4), (-7200, 4)]) & verify(report, "first life", daemon)
    daemon.terminate()
    good &= life(report, "second life", daemon, clock, [(86400 * 30, 4), (3600, 12)]) & verify(report, "second life", daemon)
    beats.ended.set()
    daemon.terminate()
    if good:
        shutil.rmtree(work, ignore_errors=True)
    report.end()


main()
