"""A file output that is renamed away all the time while the daemon is killed: rotate.py CEPD CEPCTL [KILLS] [--seed N]

Somebody renames the file of the alerts every few milliseconds, also while no daemon runs; the daemon is killed at random moments. In the end the files
together, in the order in which they were begun, hold each record of the channel once.
"""
import os
import random
import threading
import time

from clients import SEQ, read_channel
from report import Report, read_options
from world import World

LINES_EACH = 4000


class Renamer(threading.Thread):
    """Renames whatever stands at `path`."""

    def __init__(self, path, seed):
        super().__init__(daemon=True)
        self.path, self.random, self.ended = path, random.Random(seed), threading.Event()
        self.files = []

    def run(self):
        while not self.ended.is_set():
            to = f"{self.path}.{len(self.files)}"
            try:
                os.rename(self.path, to)
                self.files.append(to)
            except FileNotFoundError:
                pass
            time.sleep(self.random.random() * 0.01)

    def stop(self):
        self.ended.set()
        self.join()


def content(path):
    if not os.path.exists(path):
        return b""
    with open(path, "rb") as f:
        return f.read()


def run(options, report):
    world = World(options.cepd, options.cepctl, options.seed, unrest=0.02, to_files=("alerts",))
    chance = random.Random(options.seed)
    path = world.files[0][1]
    renamer = Renamer(path, options.seed)
    renamer.start()
    good = True
    for _ in range(options.kills):
        world.daemon.start(world.shards())
        good = good and report_quietly(report, world.daemon.wait_ready(), "it starts", world.daemon.last_log(3))
        world.feed(LINES_EACH // 10)
        time.sleep(chance.random() * 0.7)
        world.daemon.kill()
    world.stop_ticks()
    world.daemon.start(world.shards())
    good = good and report.check(world.daemon.wait_ready() and world.wait_acknowledged(), f"{options.kills} kills, all lines acknowledged", world.state())
    good = good and report.check(world.daemon.terminate() == 0, "SIGTERM ends it with 0", world.daemon.last_log(3))
    renamer.stop()
    world.daemon.start(world.shards())
    good = good and report.check(world.daemon.wait_ready(), "it starts again", world.daemon.last_log(3))
    if good:
        records = read_channel(world.daemon.port("alerts"), "alerts")
        pieces = renamer.files + [path]
        lines = b"".join(content(piece) for piece in pieces).splitlines()
        seqs = [int(found.group(1)) if (found := SEQ.search(line)) else 0 for line in lines]
        twice = len(seqs) - len(set(seqs))
        good &= report.check(lines == records, f"{len(pieces)} files hold each of {len(records)} records once",
                             f"{len(lines)} lines, {twice} of them again, {len(set(range(1, len(records) + 1)) - set(seqs))} missing")
    world.close(good)


def report_quietly(report, good, what, why):
    return bool(good) or report.check(False, what, why)


def main():
    options = read_options(__doc__, ("kills", {"nargs": "?", "type": int, "default": 40}))
    report = Report()
    run(options, report)
    report.end()


main()
