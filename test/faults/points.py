"""Every named kill point of the source, hit ten times: points.py CEPD CEPCTL [NAME…] [--hits N] [--seed N]

CEPD_KILL_POINT=name:N ends a program at the Nth passing, as kill -9 does, if it is built for that: CEPD is cepd_faulty, CEPCTL cepctl_faulty (src/base/fault.h). Each point gets a
data directory of its own, lines, reloads and stops until it was hit often enough, and then the checks of kill.py. A point that was never reached is a failure: nothing would show what
a crash there does.
"""
import os
import random
import re
import shutil
import signal
import subprocess
import time

from damage import flip
from report import Report, read_options, say
from world import HERE, World

POINT = re.compile(r'kill_point\("([^"]+)"\)')
LIFE_SECONDS = 6
LONG_LIFE_SECONDS = 25     # where megabytes of records must come first
FEED_LINES = 400
RELOAD_SECONDS = 0.7
WORLDS_MAX = 12            # data directories, of a point that is reached only so often in one
SMALL_LOG = ("outputs.retain.size=8MiB",)   # of segments of a mebibyte: rolled and deleted within seconds
OF_SEGMENTS = re.compile("output-(ro|seg|re)")


def points_of_source():
    root, found = os.path.join(HERE, "..", "..", "src"), set()
    for folder, _, names in os.walk(root):
        for name in names:
            if name.endswith((".cc", ".h")):
                with open(os.path.join(folder, name), encoding="utf-8") as f:
                    found.update(POINT.findall(f.read()))
    return sorted(found)


class Point:
    """One point and the lives that end at it, on one data directory."""

    def __init__(self, name, world, report):
        self.name, self.world, self.report = name, world, report
        self.random = random.Random(name + str(world.seed))
        self.most = 1          # passings that are tried: more while the point is reached quickly
        self.growing = True
        self.settings = SMALL_LOG if OF_SEGMENTS.match(name) else ()
        self.hits = 0

    def hit(self, wanted):
        """Until it was hit so often or is reached no more. False: the daemon did what it must not."""
        missed = 0   # lives in a row that did not reach it: the first start of a directory has nothing to read, say
        while self.hits < wanted and missed < 2:
            passing = self.random.randint(1, self.most)
            reached = self.life(passing)
            if reached is None:
                return False
            missed = 0 if reached or passing > 1 else missed + 1
            if not reached:
                self.most, self.growing = 1, False
        return True

    def life(self, passing):
        """One start. True if it ended at the point, False if it did not reach it, None if it ended otherwise."""
        started = time.monotonic()
        PREPARE.get(self.name, lambda _: None)(self.world.daemon.data)
        self.world.daemon.start(*self.settings, self.world.shards(), environment={"CEPD_KILL_POINT": f"{self.name}:{passing}"})
        status = self.keep_busy(started)
        if status is None:
            status = self.world.daemon.terminate()
        if status == -signal.SIGKILL:
            self.hits += 1
            if self.growing and time.monotonic() - started < 1:
                self.most *= 3
            return True
        if status == 0:
            return False
        self.report.check(False, f"{self.name}: the daemon ends at the point or cleanly", f"status {status}: {self.world.daemon.last_log(5)}")
        return None

    def keep_busy(self, started):
        """Lines and reloads until the daemon ends: its status; or until the time is over: None."""
        world, reloaded = self.world, started
        while time.monotonic() - started < (LONG_LIFE_SECONDS if self.settings else LIFE_SECONDS):
            if world.daemon.process.poll() is not None:
                return world.daemon.wait_end(1)
            if world.all_acknowledged():
                world.feed(FEED_LINES)
            if world.daemon.port("events") and time.monotonic() - reloaded > RELOAD_SECONDS:
                world.change_patterns()
                world.daemon.reload()
                reloaded = time.monotonic()
            time.sleep(0.005)
        return None


def tear_output(data):
    """What a power cut may leave of records that were never synced: a torn one, and a younger segment without those before it."""
    folder = os.path.join(data, "output")
    if not os.path.exists(folder):
        return
    for name in sorted(n for n in os.listdir(folder) if n.endswith(".log")):
        with open(os.path.join(folder, name), "ab") as f:
            f.write(b"torn")
    with open(os.path.join(folder, "alerts-00000000000099999999.log"), "wb") as f:
        f.write(b"younger")


def tear_file(data):
    """The same in a file output."""
    with open(data + ".alerts", "ab") as f:
        f.write(b'{"channel":"alerts","seq":')


PREPARE = {"output-cut": tear_output, "file-output-cut": tear_file}


def run_point(name, options, report):
    hits = worlds = 0
    while hits < options.hits and worlds < WORLDS_MAX:
        worlds += 1
        world = World(options.cepd, options.cepctl, options.seed + worlds, unrest=0.02)
        point = Point(name, world, report)
        good = point.hit(options.hits - hits)
        hits += point.hits
        reached = point.hits > 0
        good = good and (not reached or world.finish(Quiet(report), name))
        world.close(good)
        if not good or not reached:
            break
    report.check(hits >= options.hits, f"{name}: hit {hits} times, {worlds} data directories", f"{options.hits} were wanted")


class Quiet:
    """Counts what is good together, says what is not."""

    def __init__(self, report):
        self.report = report

    def check(self, good, what, why=""):
        return bool(good) or self.report.check(False, what, why)


# ---------------------------------------------------------------------------------------------------- points of the tools
def run_tool_point(name, options, report):
    """`journal repair` is killed there: done again it must do what it would have done."""
    world = World(options.cepd, options.cepctl, options.seed, unrest=0)
    chance = random.Random(name + str(options.seed))
    world.daemon.start("shards=2")
    world.feed(6000)
    good = report.check(world.daemon.wait_ready() and world.wait_acknowledged() and world.daemon.terminate() == 0, f"{name}: a journal to repair", world.state())
    hits = 0
    for i in range(options.hits if good else 0):
        killed, whole = (os.path.join(world.work, f"{kind}-{i}") for kind in ("killed", "whole"))
        shutil.copytree(world.daemon.data, killed)
        journal = os.path.join(killed, "journal")
        segment = os.path.join(journal, sorted(os.listdir(journal))[0])
        flip(segment, chance.randrange(128, min(os.path.getsize(segment), 200000)), 1)
        shutil.copytree(killed, whole)
        hits += repair(options, killed, {"CEPD_KILL_POINT": f"{name}:1"}).returncode == -signal.SIGKILL
        done = [repair(options, data, {}) for data in (killed, whole)]
        cats = [subprocess.run([options.cepctl, "journal", "cat", "--data-dir", data], capture_output=True, check=False).stdout for data in (killed, whole)]
        good &= report.check(all(d.returncode == 0 for d in done) and cats[0] == cats[1] and cats[0], f"{name}: repair, killed and done again", f"{done}")
    report.check(hits >= options.hits, f"{name}: hit {hits} times", f"{options.hits} were wanted")
    world.close(good)


def repair(options, data, environment):
    return subprocess.run([options.cepctl, "journal", "repair", "--data-dir", data], env={**os.environ, **environment}, capture_output=True, check=False)


def main():
    options = read_options(__doc__, ("names", {"nargs": "*"}), ("--hits", {"type": int, "default": 10}))
    report = Report()
    names = options.names or points_of_source()
    say(f"{len(names)} points: {' '.join(names)}")
    report.check(names, "the source names kill points")
    for name in names:
        (run_tool_point if name.startswith("journal.repair") else run_point)(name, options, report)
    report.end()


main()
