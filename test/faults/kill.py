"""kill -9 under load, over and over: kill.py CEPD CEPCTL [KILLS] [--seed N]

Four producers with sessions, a subscriber on each numbered channel and one with a name. The daemon is killed at random moments, while it recovers too, sometimes stopped, sometimes
given other patterns, and comes back on another number of shards. At the end nothing may be lost, nothing may be there twice, and all must be what a replay of the journal gives.
"""
import random
import time

from report import Report, read_options
from world import World

LINES_EACH = 15000         # of each producer, in all
LEAST_LINES_A_LIFE = 40


class Chaos:
    def __init__(self, world, report, kills):
        self.world, self.report, self.kills = world, report, kills
        self.random = random.Random(world.seed + 1)
        self.burst = max(LEAST_LINES_A_LIFE, LINES_EACH // kills)
        self.done = {"under load": 0, "while recovering": 0, "stopped": 0, "reloaded": 0, "with a broken file": 0, "quiet": 0}

    def run(self):
        while self.kills > 0:
            if self.world.broken():
                return self.report.check(False, "no client saw a promise broken", "; ".join(self.world.broken()[:3]))
            if not self.life():
                return False
        return True

    def life(self):
        """One start and its end. False: it was not as it must be."""
        daemon, what = self.world.daemon, self.random.random()
        if self.random.random() < 0.1:
            self.world.change_patterns()
        daemon.start(self.world.shards())
        if what < 0.15:
            time.sleep(self.random.random() * 0.15)
            return self.kill("while recovering")
        if not daemon.wait_ready():
            return self.report.check(False, "the daemon comes back", daemon.last_log(5))
        if what < 0.22:
            time.sleep(self.random.uniform(0.4, 0.9))  # long enough for ticks
            self.done["quiet"] += 1
        self.world.feed(self.random.randint(self.burst // 2, self.burst * 3 // 2))
        self.let_run()
        if 0.3 < what < 0.42:
            self.reload(what < 0.33)
            self.let_run()
        return self.stop() if what > 0.93 else self.kill("under load")

    def let_run(self):
        time.sleep(self.random.choice((0.02, 0.1, 0.3)) * self.random.random())

    def reload(self, broken):
        if broken:
            self.world.write("broken.cep", "pattern p on nowhere {")
            self.done["with a broken file"] += 1
        else:
            self.world.change_patterns()
            self.done["reloaded"] += 1
        self.world.daemon.reload()
        if broken:
            time.sleep(0.05)
            self.world.write("broken.cep", "# nothing\n")

    def kill(self, how):
        status = self.world.daemon.process.poll()
        if status is not None:
            return self.report.check(False, "the daemon ends only when it is told to", f"status {status}: {self.world.daemon.last_log(5)}")
        self.world.daemon.kill()
        self.kills -= 1
        self.done[how] += 1
        return True

    def stop(self):
        status = self.world.daemon.terminate()
        self.done["stopped"] += 1
        return status == 0 or self.report.check(False, "SIGTERM ends it with 0", f"{status}: {self.world.daemon.last_log(5)}")


def main():
    options = read_options(__doc__, ("kills", {"type": int, "nargs": "?", "default": 100}))
    report = Report()
    world = World(options.cepd, options.cepctl, options.seed)
    chaos = Chaos(world, report, options.kills)
    good = report.check(chaos.run(), f"{options.kills} kills survived: " + ", ".join(f"{n} {how}" for how, n in chaos.done.items()))
    good = good and world.finish(report)
    if good:
        report.check(all(len(s.records) > 50 for s in world.subscribers), "there was enough to lose on every channel",
                     ", ".join(f"{s.name} {len(s.records)}" for s in world.subscribers))
        report.check(world.journal.loads > 1 and world.journal.ticks > 5, "the journal holds loads and ticks")
    world.close(report.failed == 0)
    report.end()


main()
