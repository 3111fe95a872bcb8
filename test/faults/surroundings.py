"""What the daemon finds when it is started, and what happens to it then: surroundings.py CEPD CEPCTL [--seed N]

Standard descriptors that are closed, a log that nobody reads, a limit on the size of files, pipes in the place of files, a lock that somebody removes, signals before it is ready, a
service manager that waits, a copy of a data directory. Nothing acknowledged is lost, nothing hangs, and it says what is wrong.
"""
import itertools
import os
import shutil
import signal
import socket
import stat
import subprocess
import time

from clients import read_channel
from daemon import wait_for
from report import Report, read_options
from simple import Simple
from world import HERE, World

PROGRAM = """\
stream s (id string, v int, ts timestamp) time ts
pattern big on s { begin a where v > 10  alert low "{a.id}: {a.v}" }
"""
END_SECONDS = 30
IO_FAILED, BAD_PATTERNS, NO_INPUT = 74, 65, 66


def event(n, v=11):
    return {"id": f"e{n}", "v": v, "ts": 1_600_000_000_000 + n}


class Surroundings:
    def __init__(self, options):
        self.options = options
        self.report = Report()

    def check(self, good, what, why=""):
        return self.report.check(good, what, why)

    def simple(self, program=PROGRAM, **settings):
        return Simple(self.options, program, **settings)

    def started(self, s, what, *sets, **how):
        s.daemon.start(*sets, **how)
        return self.check(s.daemon.wait_ready(), f"{what}: it starts", s.daemon.last_log(5))

    # ------------------------------------------------------------------------------------------------ descriptors
    def closed_descriptors(self):
        """Whatever is opened must not get the numbers of what is printed to."""
        world = World(self.options.cepd, self.options.cepctl, self.options.seed, unrest=0)
        good = True
        for closed in (set(c) for n in (1, 2, 3) for c in itertools.combinations("012", n)):
            redirect = " ".join({"0": "<&-", "1": ">&-", "2": "2>&-"}[d] for d in sorted(closed))
            world.daemon.start(world.shards(), wrap=("sh", "-c", f'exec "$@" {redirect}', "sh"))
            good &= self.check(world.daemon.wait_ready(), f"with {redirect} it starts", world.daemon.last_log(3))
            world.feed(60)
            good = good and self.check(world.wait_acknowledged(), f"with {redirect} lines are acknowledged", world.state())
            if not good:
                break
            world.daemon.reload()   # which prints
            world.daemon.kill()
        good = good and world.finish(self.report, "closed descriptors")
        world.close(good)

    # ------------------------------------------------------------------------------------------------ log
    def unread_log(self):
        s = self.simple()
        fifo = os.path.join(s.work, "log.pipe")
        os.mkfifo(fifo)
        reader = os.open(fifo, os.O_RDWR)   # open, and nobody reads
        s.daemon.start(wrap=("sh", "-c", f'exec "$@" 2>"{fifo}"', "sh"))
        good = self.check(s.daemon.wait_ready(), "a log that nobody reads: it starts")
        answers = []
        for n in range(400):
            answers.append(s.request("PUT", f"/api/v1/patterns/x{n}.cep", "stream ? " + "x" * 200, seconds=10)[0])
            if answers[-1] != 422:
                break
        good &= self.check(answers == [422] * 400, "a log that nobody reads: 400 refused loads are answered", str(answers[-3:]))
        good &= self.check(s.send([event(1)])[0] == 200, "a log that nobody reads: lines are taken")
        lost = [line for line in s.daemon.get("/metrics")[1].splitlines() if line.startswith("cepd_log_lines_lost_total ")]
        good &= self.check(lost and float(lost[0].split()[1]) > 0, "and the lines that are lost are counted", str(lost))
        os.set_blocking(reader, False)
        text = b""

        def read_on():
            nonlocal text
            try:
                text += os.read(reader, 1 << 20)
            except BlockingIOError:
                pass
            return b"log lines were lost" in text
        good &= self.check(wait_for(read_on, 10), "and told once somebody reads", text[-300:].decode())
        good &= self.check(s.daemon.terminate() == 0, "a log that nobody reads: SIGTERM ends it with 0")
        os.close(reader)
        s.close()
        return good

    def full_log(self):
        s = self.simple()
        s.daemon.start(wrap=("sh", "-c", 'exec "$@" 2>/dev/full', "sh"))
        self.check(s.daemon.wait_ready() and s.send([event(1)])[0] == 200 and s.daemon.terminate() == 0, "a log on a full device costs nothing but the log")
        s.close()

    # ------------------------------------------------------------------------------------------------ files
    def file_size_limit(self):
        s = self.simple()
        s.daemon.start("journal.segment=64MiB", wrap=("sh", "-c", 'ulimit -f 20000; exec "$@"', "sh"))
        status = s.daemon.wait_end(END_SECONDS)
        self.check(status == IO_FAILED and "LimitFSIZE" in s.daemon.last_log(), f"RLIMIT_FSIZE: it ends with {IO_FAILED} and says why", f"{status}: {s.daemon.last_log(3)}")
        s.close()

    def pipes(self):
        s = self.simple()
        os.mkfifo(os.path.join(s.patterns, "rows.csv"))
        table = PROGRAM + 'table t (k string, n int) key k from "rows.csv"\n'
        s.write(table)
        s.daemon.start()
        status = s.daemon.wait_end(END_SECONDS)
        self.check(status == BAD_PATTERNS and "named pipe" in s.daemon.last_log(), "a pipe as a table's file: the start is refused", f"{status}: {s.daemon.last_log(3)}")
        s.write(PROGRAM)
        # Files of the API lie where the daemon runs.
        self.started(s, "pipes", wrap=("sh", "-c", f'cd "{s.patterns}" && exec "$@"', "sh"))
        answer = s.request("PUT", "/api/v1/patterns/t.cep", 'table t (k string, n int) key k from "rows.csv"\n', seconds=20)
        self.check(answer[0] == 422 and "named pipe" in answer[1], "a pipe as a table's file: PUT is refused", str(answer))
        s.write(table)
        s.daemon.reload()
        self.check(wait_for(lambda: "named pipe" in s.daemon.last_log(), 20), "a pipe as a table's file: SIGHUP is refused", s.daemon.last_log(3))
        self.check(s.send([event(1)])[0] == 200 and s.daemon.terminate() == 0, "and SIGTERM ends it with 0", s.daemon.last_log(3))
        for what, sets in (("a pattern file", ["patterns=[" + os.path.join(s.patterns, "rows.csv") + "]"]),):
            s.daemon.start(*sets)
            status = s.daemon.wait_end(END_SECONDS)
            self.check(status == NO_INPUT and "named pipe" in s.daemon.last_log(), f"a pipe as {what}: the start is refused", f"{status}: {s.daemon.last_log(3)}")
        os.remove(s.daemon.settings_path)
        os.mkfifo(s.daemon.settings_path)
        s.daemon.start()
        status = s.daemon.wait_end(END_SECONDS)
        self.check(status == NO_INPUT and "named pipe" in s.daemon.last_log(), "a pipe as settings: the start is refused", f"{status}: {s.daemon.last_log(3)}")
        s.close()

    def removed_lock(self):
        s, other = self.simple(), self.simple()
        self.started(s, "a removed LOCK")
        for _ in range(2):   # what the second daemon has made is removed too
            os.remove(os.path.join(s.daemon.data, "LOCK"))
            other.daemon.start(f"data_dir={s.daemon.data}")
            status = other.daemon.wait_end(END_SECONDS)
            self.check(status == IO_FAILED and "is in use" in other.daemon.last_log(), "a removed LOCK lets no second daemon in", f"{status}: {other.daemon.last_log(3)}")
        tool = s.journal("repair")
        self.check(tool.returncode == 2 and "Stop the daemon first" in tool.stderr, "nor `cepctl journal repair`", tool.stderr)
        self.check(s.send([event(1)])[0] == 200 and s.daemon.terminate() == 0, "and the first goes on")
        self.started(s, "a removed LOCK, after it")
        s.close()
        other.close()

    def modes(self):
        s = self.simple()
        self.started(s, "a new data_dir")
        mode = stat.S_IMODE(os.stat(s.daemon.data).st_mode)
        self.check(mode == 0o750 and "chmod" not in s.daemon.last_log(), "a new data_dir is for its user and group alone", oct(mode))
        s.daemon.terminate()
        os.chmod(s.daemon.data, 0o755)
        self.started(s, "an open data_dir")
        mode = stat.S_IMODE(os.stat(s.daemon.data).st_mode)
        self.check(mode == 0o755 and "chmod o=" in s.daemon.last_log(), "one that others may read is told, not changed", f"{oct(mode)} {s.daemon.last_log(3)}")
        s.close()

    # ------------------------------------------------------------------------------------------------ the start
    def slow_start(self):
        """A journal that takes seconds to be read: /healthz and /readyz answer, the service manager hears of it, SIGHUP and SIGTERM are heard."""
        s = self.simple()
        library = os.path.join(s.work, "slow_reads.so")
        subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", library, os.path.join(HERE, "slow_reads.c"), "-ldl"], check=True)
        self.started(s, "a slow disk")
        for n in range(40):
            s.send([event(n * 500 + i, v=i) for i in range(500)])
        s.daemon.terminate()
        notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        path = os.path.join(s.work, "notify")
        notify.bind(path)
        notify.settimeout(END_SECONDS)
        slow = {"LD_PRELOAD": library, "CEPD_SLOW": "/journal/", "NOTIFY_SOCKET": path}
        s.daemon.start(environment=slow)
        began = time.monotonic()
        self.check(wait_for(lambda: s.daemon.port("http"), 5), "a slow disk: the port http is bound at once", s.daemon.last_log(3))
        ready = s.daemon.readiness()
        self.check(ready[0] == 503 and "opening" in ready[1] and s.daemon.get("/healthz")[0] == 200, "and answers /healthz and /readyz", f"{ready} after {time.monotonic() - began:.1f} s")
        status = s.daemon.status()
        self.check(status.get("phase") == "recovering" and status.get("log"), "and /api/v1/status", str(status)[:200])
        self.check(s.daemon.get("/api/v1/patterns")[0] == 503 and s.request("PUT", "/api/v1/patterns/x.cep", "")[0] == 503 and s.send([event(1)])[0] == 503,
                   "what needs the engine is told to wait")
        told = notify.recv(4096).decode()
        self.check("EXTEND_TIMEOUT_USEC=" in told, "the service manager is asked for time", told)
        s.daemon.reload()
        time.sleep(0.2)   # nothing can be waited for: nothing may happen
        self.check(s.daemon.running(), "SIGHUP meanwhile does not end it")
        seen = ""
        while "READY=1" not in seen and s.daemon.running():
            seen = notify.recv(4096).decode()
        self.check("READY=1" in seen and wait_for(lambda: "are in force" in s.daemon.last_log(), 20), "it gets ready, and the reload is made then", s.daemon.last_log(3))
        s.daemon.terminate()
        s.daemon.start(environment=slow)
        wait_for(lambda: s.daemon.readiness()[0] == 503, 10)
        self.check(s.daemon.terminate(20) == 0, "SIGTERM ends it with 0 while it is opening", s.daemon.last_log(3))
        notify.close()
        s.close()

    def hangups(self):
        """SIGHUP from the first log line to the last, again and again."""
        s = self.simple()
        ends = []
        for _ in range(5):
            s.daemon.start()
            wait_for(lambda: "starting" in s.daemon.last_log(), 20, 0.001)
            while s.daemon.running() and s.daemon.readiness()[0] != 200:
                s.daemon.reload()
            process = s.daemon.process
            process.send_signal(signal.SIGTERM)
            while process.poll() is None:
                process.send_signal(signal.SIGHUP)
            ends.append(s.daemon.wait_end(1))
        self.check(ends == [0] * 5, "SIGHUP at any time kills nothing", f"{ends} {s.daemon.last_log(3)}")
        s.close()

    def copy(self):
        s = self.simple()
        self.started(s, "a copied data_dir")
        s.send([event(n) for n in range(20)])
        log = s.daemon.status()["log"]
        s.daemon.terminate()
        copied = s.daemon.data + ".copy"
        shutil.copytree(s.daemon.data, copied)
        moved = s.daemon.data + ".moved"
        os.rename(s.daemon.data, moved)
        self.started(s, "a data_dir with another name", f"data_dir={moved}")
        self.check(s.daemon.status()["log"] == log and "is a copy" not in s.daemon.last_log(), "it keeps its log id", s.daemon.last_log(5))
        s.daemon.terminate()
        self.started(s, "a copy", f"data_dir={copied}")
        fresh = s.daemon.status()["log"]
        self.check(fresh != log and f"log_before={log}" in s.daemon.last_log(), "says so and has a log id of its own", s.daemon.last_log(5))
        self.check(len(read_channel(s.daemon.port("alerts"), "alerts")) == 20, "and all its records")
        s.daemon.terminate()
        self.started(s, "a copy, again", f"data_dir={copied}")
        self.check(s.daemon.status()["log"] == fresh and "is a copy" not in s.daemon.last_log(), "which it keeps", s.daemon.last_log(5))
        s.close()


def main():
    options = read_options(__doc__)
    test = Surroundings(options)
    test.closed_descriptors()
    test.unread_log()
    test.full_log()
    test.file_size_limit()
    test.pipes()
    test.removed_lock()
    test.modes()
    test.slow_start()
    test.hangups()
    test.copy()
    test.report.end()


main()
