"""Positions at which the daemon crashes, really and each time: held.py CEPD CEPCTL

CEPD_CRASH_AT makes a check of the engine fail at one position in a daemon that is built for that, cepd_faulty (src/base/fault.h): when an entry is offered (a line, a tick, a load) or
when a shard works its row. The daemon must abort, abort again when it recovers, and then be held: take lines into the journal, process none, say so; `cepctl journal skip` frees it, and
all other lines give the same bytes as without that one. What came through before is not to be skipped.
"""
import json
import os
import random
import signal
import subprocess
import sys

from daemon import wait_for
from report import Report
from world import CHANNELS, World

LINES_EACH = 150
TRIES = 20
CRASH_SECONDS = 60


class Case:
    def __init__(self, report, name, place):
        self.report, self.name, self.place = report, name, place
        self.world = World(sys.argv[1], sys.argv[2], random.randrange(1 << 32), unrest=0)
        self.daemon = self.world.daemon
        self.position = 0

    def check(self, good, what, why=""):
        return self.report.check(good, f"{self.name}: {what}", why)

    def start(self, shards):
        self.daemon.start(f"shards={shards}", environment={"CEPD_CRASH_AT": f"{self.place}:{self.position}"} if self.position else None)

    def cepctl(self, *arguments):
        return subprocess.run([self.world.cepctl, "journal", *arguments, "--data-dir", self.daemon.data], capture_output=True, text=True, check=False)

    def last_position(self):
        return json.loads(self.cepctl("ls", "--json").stdout.splitlines()[-1])["last"]

    def notes(self):
        with open(os.path.join(self.daemon.data, "crash"), encoding="utf-8") as f:
            return [tuple(int(n) for n in line.split()) for line in f]

    def aborts(self):
        wait_for(lambda: not self.daemon.running(), CRASH_SECONDS)
        return not self.daemon.running() and self.daemon.process.returncode == -signal.SIGABRT

    # -------------------------------------------------------------------------------------------- the first crash
    def run_some(self):
        """A life without a crash: what was sent before is not to be lost either."""
        self.start(2)
        good = self.check(self.daemon.wait_ready(), "it starts", self.daemon.last_log(3))
        self.world.feed(LINES_EACH)
        return good and self.check(self.world.wait_acknowledged(), "lines are acknowledged", self.world.state())

    def crash_on_a_line(self):
        """Some position that will be a line of the right kind: who crashes on it shows."""
        for _ in range(TRIES):
            if self.daemon.terminate() != 0:
                return False
            self.position = self.last_position() + random.randint(60, 200)
            self.start(2)
            self.world.feed(LINES_EACH)
            wait_for(lambda: not self.daemon.running() or self.world.all_acknowledged(), CRASH_SECONDS)
            if wait_for(lambda: not self.daemon.running(), 0.5):
                return self.aborts()
        return False

    def crash_on_a_tick(self):
        """Nobody sends, so what comes next in the journal is the pause, the sessions, and ticks."""
        if self.daemon.terminate() != 0:
            return False
        self.position = self.last_position() + 5 * len(self.world.producers)
        self.start(2)
        return self.aborts()

    def crash_on_a_load(self):
        """Nothing but the load of what changed meanwhile comes next in the journal."""
        self.world.stop_ticks()
        self.daemon.reload()
        if not wait_for(lambda: "are in force" in self.daemon.last_log(), 20) or self.daemon.terminate() != 0:
            return False
        self.world.program = self.world.program.replace(" idle 300ms advance", "") + "\n# another text in any case, or there is no load\n"
        self.world.change_patterns()
        self.position = self.last_position() + 1
        self.start(2)
        return self.aborts()

    # -------------------------------------------------------------------------------------------- what follows
    def crash_again(self):
        first = self.notes()
        good = self.check(len(first) == 1 and first[0][0] <= self.position <= first[0][1], "the crash is noted", f"{first}, {self.position}")
        self.start(3)
        good &= self.check(self.aborts(), "it aborts again when it recovers", self.daemon.last_log(3))
        return good & self.check(self.notes()[1:] == [(self.position, self.position)], "and knows the position by then", f"{self.notes()}, {self.position}")

    def hold(self):
        self.start(1)
        if not self.check(self.daemon.wait_listening(), "held: it starts", self.daemon.last_log(5)):
            return False
        told = wait_for(lambda: "skip" in self.daemon.readiness()[1] and self.daemon.readiness(), 20) or self.daemon.readiness()
        good = self.check(told[0] == 503 and f"cepctl journal skip {self.position}" in told[1], "held: /readyz says where and the way out", str(told))
        good &= self.check(self.daemon.get("/healthz")[0] == 200, "held: it is alive all the same")
        self.world.feed(LINES_EACH)
        good &= self.check(self.world.wait_acknowledged(), "held: lines are taken and acknowledged", self.world.state())
        refused = self.cepctl("skip", str(self.position))
        good &= self.check(refused.returncode != 0 and "Stop the daemon first" in refused.stderr, "held: skip is refused while the daemon has the directory", refused.stderr)
        good &= self.check(self.daemon.terminate() == 0, "held: SIGTERM ends it with 0", self.daemon.last_log(3))
        self.start(3)
        wait_for(lambda: "skip" in self.daemon.readiness()[1], 20)
        good &= self.check(self.daemon.running() and f"skip {self.position}" in self.daemon.readiness()[1], "held: it is held again after a start", str(self.daemon.readiness()))
        return good & self.check(self.daemon.terminate() == 0, "held: and ends with 0 again")

    def skip(self):
        refused = [self.cepctl("skip", str(position)) for position in range(2, 12)]   # sessions among them
        good = self.check(all(r.returncode == 2 for r in refused) and any("has been processed" in r.stderr for r in refused), "what was sent before is not to be skipped",
                          "".join(r.stderr for r in refused))
        done = self.cepctl("skip", str(self.position))
        good &= self.check(done.returncode == 0, "journal skip", f"{done.returncode}: {done.stdout}{done.stderr}")
        self.start(2)
        good &= self.check(self.daemon.wait_ready(), "and the daemon is ready", self.daemon.last_log(5))
        good &= self.check(not os.path.exists(os.path.join(self.daemon.data, "crash")), "the notes are gone")
        return good and self.world.finish(self.report, self.name)

    def replay(self, path):
        return {channel: subprocess.run([self.world.cepctl, "replay", "--events", path, "--no-flush", "--channel", channel], capture_output=True, check=False).stdout
                for channel in CHANNELS if channel != "rejects"}

    def compare_without(self):
        """The journal without the line that was skipped."""
        without = self.world.cat_path() + ".without"
        with open(self.world.cat_path(), "rb") as whole, open(without, "wb") as out:
            kept = [line for line in whole if not (line.startswith(b'{"_broken":') and b"cepctl journal skip" in line)]
            out.writelines(kept)
        return self.check(self.replay(without) == self.replay(self.world.cat_path()), "all other lines give the same bytes without it")

    def run(self, crash):
        good = self.run_some() and self.check(crash(), "it aborts", f"at {self.position}: {self.daemon.last_log(3)}")
        good = good and self.crash_again() and self.hold() and self.skip() and self.compare_without()
        self.world.close(good)


def main():
    report = Report()
    for name, place, crash in (("a line, offered", "ingest", Case.crash_on_a_line), ("a line, on a shard", "shard", Case.crash_on_a_line),
                               ("a tick, on a shard", "shard", Case.crash_on_a_tick), ("a load", "ingest", Case.crash_on_a_load)):
        case = Case(report, name, place)
        case.run(lambda case=case, crash=crash: crash(case))
    report.end()


main()
