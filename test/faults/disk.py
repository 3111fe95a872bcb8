"""A disk that is full, read-only or fails: disk.py CEPD CEPCTL [--seed N]

Each time the daemon waits or ends with a message that says why; it never tries a failed sync again; with the trouble over it goes on, and nothing that was acknowledged is missing.
What needs a small file system of its own is skipped where the machine does not allow it. What damaged files do is in rot.py.
"""
import errno
import os
import random
import shutil
import socket
import subprocess
import tempfile
import time

from daemon import Daemon, wait_for
from report import Report, read_options
from volume import Volume, why_not
from world import HERE, World

END_SECONDS = 30
IO_FAILED = 74
MEBIBYTE = 1 << 20

# call, error, part of the path, greatest N, must it be reached under this load?
FAILING_CALLS = [
    ("fdatasync", errno.EIO, "/journal/", 30, True),
    ("fdatasync", errno.EIO, "/journal/", 300, True),
    ("fdatasync", errno.ENOSPC, "/journal/", 100, True),
    ("fdatasync", errno.EIO, "/output/", 3, True),
    ("fdatasync", errno.EIO, "/places", 1, False),
    ("pwrite", errno.ENOSPC, "/journal/", 200, True),
    ("pwrite", errno.EIO, "/journal/", 200, True),
    ("pwrite", errno.ENOSPC, "/output/", 100, True),
    ("pwrite", errno.EIO, "/output/", 100, True),
    ("ftruncate", errno.EIO, "/journal/", 1, False),
    ("fallocate", errno.ENOSPC, "/journal/", 1, True),
    ("rename", errno.EIO, "/journal/", 1, True),
    ("rename", errno.EIO, "/output/", 2, False),
    ("fsync", errno.EIO, "/journal", 1, True),
    ("fsync", errno.EIO, "/output", 2, False),
]


class DiskTest:
    def __init__(self, options, report):
        self.options, self.report = options, report
        self.folder = tempfile.mkdtemp(prefix="cepd-disk.")
        self.random = random.Random(options.seed)

    def world(self, data=None, **settings):
        return World(self.options.cepd, self.options.cepctl, self.random.randrange(1 << 32), data, unrest=0, **settings)

    def begin(self, world, lines=300):
        world.daemon.start(world.shards())
        if not world.daemon.wait_ready():
            return self.report.check(False, "the daemon starts", world.daemon.last_log(5))
        world.feed(lines)
        return world.wait_acknowledged() or self.report.check(False, "lines are acknowledged", world.state())

    def ends(self, world, what, *words):
        """The daemon ends by itself with 74 and says all these words."""
        status = world.daemon.wait_end(END_SECONDS)
        log = world.daemon.last_log()
        return self.report.check(status == IO_FAILED and all(w in log for w in words), f"{what}: it ends with {IO_FAILED} and says why", f"status {status}: {log[-600:]}")

    # ------------------------------------------------------------------------------------------------ room
    def reserve(self, volume):
        world = self.world(os.path.join(volume.path, "reserve"), reserve="16MiB")
        good = self.begin(world)
        junk = volume.fill(8 * MEBIBYTE)
        waiting = wait_for(lambda: world.daemon.readiness()[0] == 503, 10)
        good &= self.report.check(waiting and "disk.reserve" in world.daemon.readiness()[1], "disk.reserve is met: /readyz says so", str(world.daemon.readiness()))
        before = [p.acknowledged for p in world.producers]
        world.feed(3000)
        time.sleep(1.5)  # nothing can be waited for: nothing may happen
        good &= self.report.check([p.acknowledged for p in world.producers] == before and world.daemon.running(), "and nothing is read", world.state())
        os.remove(junk)
        good &= self.report.check(wait_for(lambda: world.daemon.readiness()[0] == 200, 10), "there is room: /readyz says so", str(world.daemon.readiness()))
        good &= self.report.check(world.wait_acknowledged(), "and it goes on", world.state())
        world.finish(self.report, "disk.reserve")
        world.close(good)

    def full(self, volume, leave):
        world = self.world(os.path.join(volume.path, f"full-{leave}"))
        name = f"{leave >> 10} KiB left"
        good = self.begin(world)
        junk = volume.fill(leave)
        world.feed(6000)
        good &= self.ends(world, name, "No space left", world.daemon.data)
        if leave == 0:
            world.daemon.start(world.shards())
            good &= self.ends(world, "a start on a full disk", "No space left")
        os.remove(junk)
        good &= world.finish(self.report, name)
        world.close(good)
        shutil.rmtree(world.daemon.data)

    def read_only(self, volume):
        world = self.world(os.path.join(volume.path, "read-only"))
        good = self.begin(world)
        self.report.check(world.daemon.terminate() == 0, "it stops")
        volume.remount("ro")
        world.daemon.start(world.shards())
        good &= self.ends(world, "a read-only disk", "Read-only file system", world.daemon.data)
        volume.remount("rw")
        good &= world.finish(self.report, "read-only")
        world.close(good)

    def written_aside(self, volume):
        """A program that makes much of little while the disk has room for little more than its reserve: what should be written aside waits, and nothing is lost or made otherwise."""
        work = os.path.join(volume.path, "aside")
        os.makedirs(work)
        program = os.path.join(self.folder, "windows.cep")
        with open(program, "w", encoding="utf-8") as f:
            f.write('stream s (k string, v int, ts timestamp) time ts\nwindow w on s by k { sliding 1h every 1s select n = count(), all = sum(v) alert low "{k} has {n}" }\n')
        keys, ends = 100, 3600
        lines = [f'{{"k":"key-number-{i:06d}","v":{i},"ts":3600000}}\n' for i in range(keys)] + ['{"k":"last","v":0,"ts":32400000}\n']
        daemon = Daemon(self.options.cepd, work, program)
        os.makedirs(daemon.data, exist_ok=True)
        open(os.path.join(daemon.data, "cepd-spill-1-0"), "w", encoding="utf-8").close()   # of one that was killed
        daemon.start("shards=2", "disk.reserve=64MiB", "outputs.retain.size=32MiB", "journal.segment=1MiB", "limits.memory=400MiB")
        if not daemon.wait_ready():
            return self.report.check(False, "the daemon starts", daemon.last_log(5))
        junk = volume.fill(68 * MEBIBYTE)
        with socket.create_connection(("127.0.0.1", daemon.port("events"))) as connection:
            connection.sendall("".join(lines).encode())
            waits = wait_for(lambda: "the work waits until the disk has room" in daemon.last_log(50), 30)
        self.report.check(waits and daemon.running(), "what cannot be written aside waits for room, and the log says so", daemon.last_log(5))
        self.report.check(volume.free_bytes() >= 60 * MEBIBYTE, "the reserve is left for journal and outputs", str(volume.free_bytes()))
        before = self.alerts(daemon)
        self.report.check(before < keys * ends, "the records are not all out", str(before))
        os.remove(junk)
        done = wait_for(lambda: self.alerts(daemon) >= keys * ends, 60)
        self.report.check(done and self.alerts(daemon) == keys * ends, "with room again all of them come out, each once", str(self.alerts(daemon)))
        self.report.check("is written aside again" in daemon.last_log(50), "and the log says so", daemon.last_log(5))
        left = [name for name in os.listdir(daemon.data) if name.startswith("cepd-spill-")]
        self.report.check(not left, "no file is left of what was written aside", str(left))
        self.report.check(daemon.terminate() == 0, "and it stops", daemon.last_log(5))

    @staticmethod
    def alerts(daemon):
        return next((c["records"] for c in daemon.status().get("channels", []) if c["name"] == "alerts"), 0)

    # ------------------------------------------------------------------------------------------------ calls that fail
    def failing_calls(self):
        library = os.path.join(self.folder, "failing_calls.so")
        built = subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", library, os.path.join(HERE, "failing_calls.c"), "-ldl"], capture_output=True, check=False)
        if not self.report.check(built.returncode == 0, "the library of failing calls is built", built.stderr.decode()[-300:]):
            return
        world = self.world()
        good = self.begin(world)
        world.daemon.terminate()
        for call, error, part, most, must in FAILING_CALLS:
            good &= self.fail_once(world, library, (call, error, part, self.random.randint(1, most)), must)
        good &= world.finish(self.report, "failing calls")
        world.close(good)

    def fail_once(self, world, library, fault, must):
        call, error, part, passing = fault
        name = f"{call} {passing} on {part} fails with {errno.errorcode[error]}"
        log = os.path.join(world.work, "calls.log")
        if os.path.exists(log):
            os.remove(log)
        world.change_patterns()
        world.daemon.start(world.shards(), environment={"LD_PRELOAD": library, "CEPD_FAULT": f"{call} {error} {passing} {part}", "CEPD_FAULT_LOG": log})

        def ended():
            if world.all_acknowledged():
                world.feed(500)
            return not world.daemon.running()
        wait_for(ended, END_SECONDS if must else 6)
        calls = open(log, encoding="utf-8").read() if os.path.exists(log) else ""
        if not calls and world.daemon.running():
            status = world.daemon.terminate()
            return self.report.check(not must and status == 0, f"{name}: not reached", f"status {status}")
        good = self.ends(world, name, os.strerror(error))
        return good & self.report.check("again" not in calls, f"{name}: and is never tried again", calls)


def main():
    options = read_options(__doc__)
    report = Report()
    test = DiskTest(options, report)
    reason = why_not(os.path.join(test.folder, "try"), ext4=False)
    if reason:
        report.skip("full and read-only disks", reason)
    else:
        for part in (test.reserve, *(lambda v, n=n: test.full(v, n) for n in (0, 20 << 10, 300 << 10, 1300 << 10)), test.read_only):
            volume = Volume.tmpfs(os.path.join(test.folder, "disk"), 64)
            part(volume)
            volume.remove()
        volume = Volume.tmpfs(os.path.join(test.folder, "disk"), 512)
        test.written_aside(volume)
        volume.remove()
    test.failing_calls()
    shutil.rmtree(test.folder, ignore_errors=True)
    report.end()


main()
