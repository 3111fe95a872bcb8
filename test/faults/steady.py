"""Good producers at a constant rate: how long their lines take until they are acknowledged, and the daemon's memory meanwhile."""
import threading
import time

from world import World


class Watch(threading.Thread):
    """The daemon's greatest memory while it runs."""

    def __init__(self, daemon):
        super().__init__(daemon=True)
        self.cepd, self.most, self.over = daemon, 0, threading.Event()

    def run(self):
        while not self.over.wait(0.1):
            try:
                self.most = max(self.most, self.cepd.memory_bytes())
            except OSError:
                return


def steady_world(options, rate, **how):
    """A world whose producers have room for `phase` at the rate, and in which nobody else changes anything."""
    world = World(options.cepd, options.cepctl, options.seed, unrest=0, **how)
    world.others = True
    for producer in world.producers:
        producer.abreast = rate // 10
    return world


def end(world, report):
    """What every world is asked at its end, if its daemon still runs; then the report's last words."""
    if world.daemon.running():
        world.finish(report, "afterwards")
    world.close(report.failed == 0)
    report.end()


def phase(world, seconds, rate):
    """Feeds at the rate (lines a second, of all producers) for so long; how long it took until all was acknowledged, the greatest memory, the times from sending to acknowledgement."""
    for producer in world.producers:
        producer.latencies = []
    watch = Watch(world.daemon)
    watch.start()
    started, fed = time.monotonic(), 0
    while fed < rate * seconds // len(world.producers):
        due = int((time.monotonic() - started) * rate / len(world.producers))
        due = min(due, rate * seconds // len(world.producers))
        world.feed(due - fed)
        fed = due
        time.sleep(0.01)
    good = world.wait_acknowledged(120)
    taken = time.monotonic() - started
    watch.over.set()
    watch.join()
    return (taken if good else float("inf")), watch.most, sorted(t for p in world.producers for t in p.latencies)


def quantile(times, q):
    return f"{times[min(len(times) - 1, int(q * len(times)))] * 1000:.1f}" if times else "?"
