"""Programs that make much of little: multiply.py CEPD CEPCTL [CASE…] [--most MIB] [--only replay|daemon]

A few hundred kilobytes of lines make hundreds of megabytes of records: windows that fire at once, matches that every event multiplies, a row with very many partners, an `_end` on a
million windows, and rows of one operator that another reads. The memory of `cepctl replay` and of the daemon stays within a bound all the same, the number of records is the known
one, and replay gives the same bytes with every number of shards. The daemon has limits.memory, and stays within a fifth above it.
"""
import hashlib
import os
import shutil
import socket
import subprocess
import tempfile

from daemon import Daemon, wait_for
from report import Report, read_options, say

MEBIBYTE = 1 << 20
HOUR = 3_600_000
SECONDS = 900
LIMIT = 300   # limits.memory, MiB


def event(stream, **fields):
    members = ",".join(f'"{k}":{v}' if isinstance(v, int) else f'"{k}":"{v}"' for k, v in fields.items())
    return f'{{"_stream":"{stream}",{members}}}\n'


END = '{"_end":{"stream":"*"}}\n'


class Windows:
    """One line more and the watermark passes the ends of 3,600 windows of each of 300 keys."""
    program = """stream s (k string, v int, ts timestamp) time ts
window w on s by k { sliding 1h every 1s select n = count(), all = sum(v) alert low "{k} has {n}" }
"""
    records = 301 * 3600

    def lines(self):
        yield from (event("s", k=f"key-number-{i:06d}", v=i, ts=HOUR) for i in range(300))
        yield event("s", k="last", v=0, ts=9 * HOUR)
        yield END


class Matches:
    """78 lines, of which each lets very many matches end; limits.matches_per_event bounds those of one line."""
    program = """stream s (k string, v int, ts timestamp) time ts
pattern p on s { begin a oneOrMore allowCombinations within 10m select n = count(a) alert low "{n} of them" }
pattern q on s { begin a oneOrMore allowCombinations within 20m select n = count(a) alert low "{n} of them" }
pattern r on s { begin a oneOrMore allowCombinations within 30m select n = count(a) alert low "{n} of them" }
"""
    records = 3 * (2**10 - 1 + 68 * 1000 + 1)   # of the last line one each

    def lines(self):
        yield from (event("s", k=f"key-number-{i:06d}", v=i, ts=HOUR + i) for i in range(78))
        yield event("s", k="late enough", v=0, ts=3 * HOUR)
        yield END


class Partners:
    """A thousand rows, and a thousand that each find all of them; then one that finds 2,000 more at once."""
    program = """stream a (k string, v int, ts timestamp) time ts watermark 1h
stream b (k string, w int, ts timestamp) time ts watermark 1h
join j on a x by k, b y by k { between -1h and 1h select v = x.v, w = y.w alert low "{v} and {w}" }
"""
    records = 1000 * 1000

    def lines(self):
        yield from (event("a", k="the one key", v=i, ts=HOUR + i) for i in range(1000))
        yield from (event("b", k="the one key", w=i, ts=HOUR + i) for i in range(1000))


class OneRow:
    """One row with 300,000 partners: all of it at one position."""
    program = Partners.program
    records = 300_000

    def lines(self):
        yield from (event("a", k="k", v=i, ts=HOUR + i // 300) for i in range(300_000))
        yield event("b", k="k", w=1, ts=HOUR)


class End:
    """`_end` on a million windows: 100,000 keys in ten each."""
    program = """stream s (k string, v int, ts timestamp) time ts watermark 1h
window w on s by k { sliding 10s every 1s select n = count() alert low "{k} has {n}" }
"""
    records = 1_000_000

    def lines(self):
        yield from (event("s", k=f"key-{i:06d}", v=i, ts=HOUR) for i in range(100_000))
        yield END


class Readers:
    """What fires at one position is read by operators with other keys: a million rows go from shard to shard, to readers sorted by time and as they come."""
    program = """stream s (k string, z string, v int, ts timestamp) time ts
window w on s by k { sliding 1h every 1s select n = count(), z = last(z) }
window by_zone on w by z { tumbling 10m select rows = count() alert low "{z}: {rows}" }
pattern p on w by z { begin r where n > 1000 alert low }
stream few = w where n > 0 unique by (k) within 2h
window first on few by z { tumbling 1h select rows = count() alert low "{z}: {rows}" }
"""
    records = 77

    def lines(self):
        yield from (event("s", k=f"key-number-{i:06d}", z=f"zone-{i % 10}", v=i, ts=HOUR) for i in range(300))
        yield event("s", k="last", z="zone-0", v=0, ts=9 * HOUR)
        yield END


CASES = {"windows": Windows, "matches": Matches, "partners": Partners, "one_row": OneRow, "end": End, "readers": Readers}


class MultiplyTest:
    def __init__(self, options, report):
        self.options, self.report = options, report
        self.folder = tempfile.mkdtemp(prefix="cepd-multiply.", dir="/var/tmp")
        self.most = options.most * MEBIBYTE

    def path(self, name):
        return os.path.join(self.folder, name)

    def replay(self, name, shards):
        """(hash of the records, number, peak memory) of a replay."""
        arguments = [self.options.cepctl, "replay", self.path(name + ".cep"), "--events", self.path(name + ".ndjson"), "--channel", "alerts", "--shards", str(shards)]
        process = subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env={**os.environ, "TMPDIR": self.folder})
        seen, count = hashlib.sha256(), 0
        while piece := process.stdout.read(MEBIBYTE):
            seen.update(piece)
            count += piece.count(b"\n")
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = status
        return (seen.hexdigest() if status == 0 else f"status {status}"), count, usage.ru_maxrss * 1024

    def check_replay(self, name, case):
        first = None
        for shards in (1, 4):
            seen, count, peak = self.replay(name, shards)
            say(f"{name}: cepctl replay, {shards} shards: {count} records, {peak // MEBIBYTE} MiB at most")
            self.report.check(count == case.records, f"{name}: replay with {shards} shards gives {case.records} records", f"{count} came")
            self.report.check(peak <= self.most, f"{name}: within {self.options.most} MiB", f"{peak // MEBIBYTE} MiB")
            first = first or seen
            self.report.check(seen == first, f"{name}: the same bytes")

    def check_daemon(self, name, case):
        work = tempfile.mkdtemp(dir=self.folder)
        daemon = Daemon(self.options.cepd, work, self.path(name + ".cep"))
        daemon.start("shards=3", "limits.matches_per_event=1000", "limits.runs_per_key=100000", f"limits.memory={LIMIT}MiB", "outputs.retain.size=64MiB")
        if not daemon.wait_ready():
            return self.report.check(False, f"{name}: the daemon starts", daemon.last_log(5))
        with socket.create_connection(("127.0.0.1", daemon.port("events"))) as connection, open(self.path(name + ".ndjson"), "rb") as lines:
            sent = lines.read()
            connection.sendall(sent)
            connection.shutdown(socket.SHUT_WR)
            connection.recv(1)
        done = wait_for(lambda: not daemon.running() or self.alerts(daemon) >= case.records, SECONDS, 0.2)
        peak = self.peak(daemon) if daemon.running() else 0
        say(f"{name}: cepd, {peak // MEBIBYTE} MiB at most")
        self.report.check(done and daemon.running() and self.alerts(daemon) == case.records, f"{name}: the daemon gives {case.records} alerts", str(self.alerts(daemon)))
        # The newest records of each channel stay in memory, and what streams give.
        self.report.check(0 < peak <= self.most + 72 * MEBIBYTE, f"{name}: the daemon stays within {self.options.most} MiB and its rings", f"{peak // MEBIBYTE} MiB")
        self.report.check(0 < peak <= LIMIT * MEBIBYTE * 6 // 5, f"{name}: the daemon stays within limits.memory and a fifth", f"{peak // MEBIBYTE} MiB")
        daemon.kill()
        shutil.rmtree(work)

    @staticmethod
    def alerts(daemon):
        return next((c["records"] for c in daemon.status().get("channels", []) if c["name"] == "alerts"), 0)

    @staticmethod
    def peak(daemon):
        with open(f"/proc/{daemon.process.pid}/status") as f:
            return next(int(line.split()[1]) * 1024 for line in f if line.startswith("VmHWM:"))

    def run(self):
        for name in self.options.cases or CASES:
            case = CASES[name]()
            with open(self.path(name + ".cep"), "w") as f:
                f.write(case.program)
            with open(self.path(name + ".ndjson"), "w") as f:
                f.writelines(case.lines())
            if self.options.only != "daemon":
                self.check_replay(name, case)
            if self.options.only != "replay":
                self.check_daemon(name, case)
        shutil.rmtree(self.folder)


def main():
    options = read_options(__doc__, ("cases", {"nargs": "*", "choices": [[], *CASES]}), ("--most", {"type": int, "default": 128}), ("--only", {"choices": ["replay", "daemon"]}))
    report = Report()
    MultiplyTest(options, report).run()
    report.end()


main()
