"""State that grows beyond what there is memory for: memory.py CEPD CEPCTL [--seed N]

limits.memory stops the reading of producers before the kernel stops the process, and says why; a recovery that needs more than there is comes up held instead of dying again and again.
"""
import json
import os
import signal
import threading
import time

from clients import Gone, LineSocket
from daemon import wait_for
from report import Report, read_options, say
from simple import Simple

# Every event begins an attempt that stays for hours of event time, with its text.
PROGRAM = """\
stream s (id string, kind string, text string, ts timestamp) time ts
pattern waits on s by id { begin a where kind == "a" followedBy b where kind == "b" within 10h alert low "{id} {a.text}" }
pattern few on s { begin a where kind == "x" alert low "{a.id}" }
"""
SMALL = """\
stream s (id string, kind string, text string, ts timestamp) time ts
pattern few on s { begin a where kind == "x" alert low "{a.id}" }
"""
MEBIBYTE = 1 << 20


def line(n, size=1000):
    return json.dumps({"id": f"e{n}", "kind": "a", "text": "t" * size, "ts": 1_600_000_000_000 + n}).encode() + b"\n"


class Flood(threading.Thread):
    """Plain lines as fast as they are taken, until somebody stops it or the daemon goes."""

    def __init__(self, port, first=0):
        super().__init__(daemon=True)
        self.port, self.sent, self.over = port, first, threading.Event()

    def run(self):
        try:
            link = LineSocket(self.port)
            while not self.over.is_set():
                part = b"".join(line(self.sent + i) for i in range(50))
                while part and not self.over.is_set():
                    done = link.send_some(part)
                    part = part[done:]
                    if not done:
                        time.sleep(0.005)
                self.sent += 50
        except Gone:
            pass


class Memory:
    def __init__(self, options):
        self.options, self.report = options, Report()

    def check(self, good, what, why=""):
        return self.report.check(good, what, why)

    def metric(self, s, name):
        for text in s.daemon.get("/metrics")[1].splitlines():
            if text.startswith(name + " "):
                return float(text.split()[1])
        return None

    def fill(self, s, limit):
        """Until nothing more is read. The most that was resident meanwhile."""
        flood = Flood(s.daemon.port("events"))
        flood.start()
        most = 0

        def full():
            nonlocal most
            most = max(most, s.daemon.memory_bytes()) if s.daemon.running() else most
            return not s.daemon.running() or s.daemon.readiness()[0] == 503
        wait_for(full, 120)
        end = time.monotonic() + 2
        while time.monotonic() < end and s.daemon.running():
            full()
            time.sleep(0.01)
        return flood, most

    # ------------------------------------------------------------------------------------------------ the soft limit
    def soft(self):
        limit = 200
        s = Simple(self.options, PROGRAM)
        s.daemon.start(f"limits.memory={limit}MiB")
        if not self.check(s.daemon.wait_ready(), "limits.memory: it starts", s.daemon.last_log(3)):
            return
        flood, most = self.fill(s, limit)
        told = s.daemon.readiness()
        self.check(told[0] == 503 and "limits.memory" in told[1] and "pattern `waits`" in told[1], "limits.memory: /readyz says so, and whose the state is", str(told))
        say(f"resident at most {most // MEBIBYTE} MiB of {limit}")
        self.check(most < 1.2 * limit * MEBIBYTE, "limits.memory: never a fifth above it", f"{most / MEBIBYTE:.0f} MiB")
        status = s.daemon.status()
        self.check(status["memory"]["full"] and status["memory"]["limit_bytes"] == limit * MEBIBYTE and "limits.memory" in status.get("why", ""), "/api/v1/status says so",
                   str(status["memory"]))
        self.check(self.metric(s, "cepd_memory_full") == 1 and self.metric(s, "cepd_memory_used_bytes") >= 0.9 * limit * MEBIBYTE, "and the metrics")
        self.check("limits.memory is met" in s.daemon.last_log(), "and the log", s.daemon.last_log(3))
        before = flood.sent
        time.sleep(1)   # nothing can be waited for: nothing may happen
        self.check(flood.sent - before < 1000, "nothing is read meanwhile", f"{flood.sent - before} lines")
        self.check(s.send([{"id": "x", "kind": "x", "text": "", "ts": 1}])[0] == 503, "POST is told to wait")
        answer = s.request("PUT", "/api/v1/patterns/p.cep", SMALL)
        self.check(answer[0] == 200, "patterns can be taken out meanwhile", str(answer))
        self.check(wait_for(lambda: s.daemon.readiness()[0] == 200, 30), "then there is memory, and it goes on", str(s.daemon.readiness()))
        self.check(wait_for(lambda: flood.sent > before + 2000, 30), "and reads on", f"{flood.sent - before} lines")
        flood.over.set()
        flood.join()
        self.check(s.daemon.terminate() == 0, "limits.memory: SIGTERM ends it with 0")
        s.close()

    # ------------------------------------------------------------------------------------------------ recovery
    def grown(self):
        """A stopped daemon whose state takes some 300 MB."""
        s = Simple(self.options, PROGRAM)
        s.daemon.start()
        s.daemon.wait_ready()
        flood = Flood(s.daemon.port("events"))
        flood.start()
        wait_for(lambda: s.daemon.memory_bytes() > 300 * MEBIBYTE, 120)
        flood.over.set()
        flood.join()
        s.daemon.terminate()
        return s

    def is_held(self, s, what, *words):
        wait_for(lambda: not s.daemon.running() or "held" in s.daemon.readiness()[1], 60)
        told = s.daemon.readiness()
        return self.check(told[0] == 503 and all(w in told[1] for w in ("held at position", *words)), f"{what}: it comes up held and says why", f"{told} {s.daemon.last_log(3)}")

    def recovery(self):
        s = self.grown()
        s.daemon.start("limits.memory=100MiB")
        self.is_held(s, "a state that is larger than limits.memory", "limits.memory", "pattern `waits`")
        before = s.daemon.status()["journal"]["durable"]
        link = LineSocket(s.daemon.port("events"))
        link.send(line(2 * 10**6))
        self.check(wait_for(lambda: s.daemon.status()["journal"]["durable"] > before, 20), "and takes lines into the journal")
        link.close()
        self.check(s.daemon.terminate() == 0, "and ends with 0")
        s.daemon.start()
        self.check(s.daemon.wait_ready(120), "with more memory it goes on", s.daemon.last_log(3))
        s.daemon.terminate()
        return s

    def addresses(self, s):
        """RLIMIT_AS, where memory is refused instead of the process killed: never an endless loop of starts, and it says what is short."""
        ends = []
        for _ in range(4):
            s.daemon.start(wrap=("sh", "-c", 'ulimit -v 400000; exec "$@"', "sh"))
            wait_for(lambda: not s.daemon.running() or "memory" in s.daemon.readiness()[1], 60)
            if s.daemon.running():
                break
            ends.append(s.daemon.process.returncode)
        self.check(len(ends) <= 2, "RLIMIT_AS: two starts at most end without a word", f"{ends} {s.daemon.last_log(5)}")
        told = s.daemon.readiness()
        self.check(told[0] == 503 and "memory" in told[1] and "pattern `waits`" in told[1], "RLIMIT_AS: held, or reading no more, and it says why", str(told))
        s.daemon.terminate()

    def killed(self, s):
        """As the kernel does for want of memory: while it recovers, with most of it in use."""
        sets = ["limits.memory=320MiB"]
        for attempt in (1, 2):
            s.daemon.start(*sets)
            reached = wait_for(lambda: not s.daemon.running() or s.daemon.readiness()[0] == 200 or s.daemon.memory_bytes() > 200 * MEBIBYTE, 60, 0.001)
            time.sleep(0.05)   # for its note
            good = self.check(reached and s.daemon.readiness()[0] == 503, f"killed: start {attempt} recovers", str(s.daemon.readiness()))
            s.daemon.process.send_signal(signal.SIGKILL)
            s.daemon.wait_end(20)
            if not good:
                return
        with open(os.path.join(s.daemon.data, "starts"), encoding="utf-8") as f:
            say(f.read().replace(" " * 20, "").strip())
        s.daemon.start(*sets)
        self.is_held(s, "two starts that vanished", "the last two starts", "pattern `waits`")
        self.check(s.daemon.terminate() == 0, "two starts that vanished: SIGTERM ends the held one with 0")
        s.daemon.start(*sets)
        self.is_held(s, "two starts that vanished, started again", "the last two starts")
        s.daemon.terminate()
        s.daemon.start("limits.memory=1GiB")
        self.check(s.daemon.wait_ready(120), "with more memory it is tried again, and goes on", s.daemon.last_log(3))
        self.check(s.daemon.terminate() == 0 and not os.path.exists(os.path.join(s.daemon.data, "starts")), "a clean end leaves no notes")

    def harmless(self):
        """Kills of a daemon that has memory enough are none of this."""
        s = Simple(self.options, PROGRAM)
        for _ in range(6):
            s.daemon.start()
            wait_for(lambda: s.daemon.port("http"), 20)
            s.daemon.kill()
        s.daemon.start()
        self.check(s.daemon.wait_ready(), "kills of a daemon with little state do not hold it", str(s.daemon.readiness()))
        s.close()


def main():
    test = Memory(read_options(__doc__))
    test.soft()
    s = test.recovery()
    test.addresses(s)
    test.killed(s)
    s.close()
    test.harmless()
    test.report.end()


main()
