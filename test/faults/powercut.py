"""The power goes while lines come in: powercut.py CEPD CEPCTL [CUTS] [--seed N]

The data directory lies on an ext4 file system of its own, on a loop device, which an ioctl shuts down without a flush: what was not synced is gone, and every later write fails. Then it
is mounted again and the daemon goes on. The same checks as kill.py. Where the machine does not allow it, this says why and is skipped.
"""
import os
import random
import tempfile
import time

from report import Report, read_options, say
from volume import Volume, why_not
from world import World

MEBIBYTES = 256
LINES_EACH = 12000
END_SECONDS = 20


def cut(world, volume, report, first_killed):
    """Half the time the daemon sees its disk fail and must end by itself; half the time it is gone before."""
    if first_killed:
        world.daemon.kill()
        volume.cut_power()
    else:
        volume.cut_power()
        status = world.daemon.wait_end(END_SECONDS)
        if status in (None, 0):
            return report.check(False, "a daemon whose disk fails ends by itself and not with 0", f"status {status}: {world.daemon.last_log(3)}")
    volume.unmount()
    volume.mount()
    return True


def run(world, volume, report, cuts):
    chance = random.Random(world.seed + 1)
    for _ in range(cuts):
        if chance.random() < 0.1:
            world.change_patterns()
        world.daemon.start(world.shards())
        if chance.random() < 0.1:
            time.sleep(chance.random() * 0.1)
        elif not world.daemon.wait_ready():
            return report.check(False, "the daemon comes back", world.daemon.last_log(5))
        if world.broken():
            return report.check(False, "no client saw a promise broken", "; ".join(world.broken()[:3]))
        world.feed(max(100, LINES_EACH // cuts))
        time.sleep(chance.choice((0.02, 0.2, 1.2)) * chance.random())
        if not cut(world, volume, report, chance.random() < 0.5):
            return False
    return True


def main():
    options = read_options(__doc__, ("cuts", {"type": int, "nargs": "?", "default": 50}))
    report = Report()
    folder = tempfile.mkdtemp(prefix="cepd-powercut.")
    reason = why_not(os.path.join(folder, "try"), ext4=True)
    if reason:
        report.skip(f"{options.cuts} power cuts", reason)
        report.end()
    volume = Volume.ext4(os.path.join(folder, "disk"), MEBIBYTES)
    world = World(options.cepd, options.cepctl, options.seed, os.path.join(volume.path, "data"))
    good = report.check(run(world, volume, report, options.cuts), f"{options.cuts} power cuts survived")
    good = good and world.finish(report)
    world.close(good)
    if good:
        volume.remove()
    else:
        say(f"and the disk in {volume.path} ({volume.image})")
    report.end()


main()
