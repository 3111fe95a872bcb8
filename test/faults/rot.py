"""Damaged files, and what stands in a daemon's way at its start: rot.py CEPD CEPCTL [FLIPS] [--seed N]

A data directory of a daemon that has stopped cleanly, then copies of it with a byte flipped anywhere, a segment cut short or gone, a file missing. Each start either refuses, naming the
file, the offset and the way out, or comes up with every line and every record of before. Never other records, never less without a word.
"""
import os
import random
import re
import shutil
import subprocess
import tempfile

from clients import Gone, read_channel
from damage import append, flip
from daemon import Daemon
from report import Report, read_options, say
from world import CHANNELS, World

LINES_EACH = 7000
WAY_OUT = re.compile(r"repair|put it back|move .* away|run ")


class Rot:
    def __init__(self, options, report):
        self.options, self.report = options, report
        self.random = random.Random(options.seed)
        self.folder = tempfile.mkdtemp(prefix="cepd-rot.")
        self.copies = 0

    # ------------------------------------------------------------------------------------------------ the sound one
    def make(self):
        """The data directory that is damaged afterwards, and what it holds."""
        self.world = World(self.options.cepd, self.options.cepctl, self.options.seed, unrest=0)
        self.world.feed(LINES_EACH)
        self.world.stop_ticks()
        if not self.world.finish(self.report, "before"):
            return False
        daemon = self.world.daemon
        daemon.start("shards=2")
        if not self.report.check(daemon.wait_ready(), "before: it starts", daemon.last_log(3)):
            return False
        self.records = {channel: read_channel(daemon.port("alerts"), channel) for channel in CHANNELS}
        good = self.report.check(daemon.terminate() == 0, "before: it stops")
        self.sound = daemon.data
        self.cat = self.read_cat(self.sound)
        segments = len(os.listdir(os.path.join(self.sound, "journal")))
        return good & self.report.check(segments > 1, f"before: {segments} segments, {self.cat.count(10)} lines of cat")

    def read_cat(self, data):
        return subprocess.run([self.options.cepctl, "journal", "cat", "--data-dir", data], capture_output=True, check=False).stdout

    # ------------------------------------------------------------------------------------------------ copies
    def copy(self):
        self.copies += 1
        work = os.path.join(self.folder, str(self.copies))
        os.makedirs(work)
        data = os.path.join(work, "data")
        shutil.copytree(self.sound, data)
        return Daemon(self.options.cepd, work, self.world.patterns, data)

    def drop(self, daemon, good):
        daemon.kill()
        if good:
            shutil.rmtree(daemon.work)
        else:
            say(f"kept in {daemon.work}")

    def starts(self, daemon):
        daemon.start(f"shards={self.random.randint(1, 3)}")
        return daemon.wait_ready()

    def same_as_before(self, daemon):
        """Empty, or what is different."""
        try:
            for channel, records in self.records.items():
                if read_channel(daemon.port("alerts"), channel) != records:
                    return f"{channel} has other records"
        except Gone as error:
            return str(error)
        if daemon.terminate() != 0:
            return "it does not stop with 0"
        return "" if self.read_cat(daemon.data) == self.cat else "the journal holds other lines"

    def refusal(self, daemon, *words):
        """Empty, or what is wrong with how it refused."""
        status = daemon.wait_end(30)
        log = daemon.last_log()
        if status in (None, 0) or status < 0:
            return f"status {status}: {log[-400:]}"
        missing = [w for w in words if w not in log]
        if missing or not WAY_OUT.search(log):
            return f"the refusal does not say {missing or 'the way out'}: {log[-600:]}"
        return ""

    def damaged(self, name, damage, *words, must_refuse=False):
        """One copy, damaged, started. True if it did as it must; self.outcome says which way."""
        daemon = self.copy()
        damage(daemon.data)
        if self.starts(daemon):
            self.outcome = "accepted"
            wrong = "it was accepted" if must_refuse else self.same_as_before(daemon)
        else:
            self.outcome = "refused"
            wrong = self.refusal(daemon, *words)
        self.last_log = daemon.last_log()
        self.drop(daemon, not wrong)
        if wrong:
            return self.report.check(False, name, wrong)
        return True

    # ------------------------------------------------------------------------------------------------ the cases
    def flips(self, count):
        files = [os.path.join(folder, name) for folder in ("journal", "output") for name in os.listdir(os.path.join(self.sound, folder))]
        outcomes = {}
        good = True
        for _ in range(count):
            path = self.random.choice(files)
            offset = self.offset_in(os.path.join(self.sound, path))
            bit = 1 << self.random.randrange(8)
            good &= self.damaged(f"bit {bit} flipped at {offset} of {path}", lambda data, p=path, o=offset, b=bit: flip(os.path.join(data, p), o, b), os.path.basename(path))
            kind = f"{os.path.dirname(path)} {self.outcome}"
            outcomes[kind] = outcomes.get(kind, 0) + 1
        self.report.check(good, f"{count} flipped bits: " + ", ".join(f"{v} {k}" for k, v in sorted(outcomes.items())))

    def offset_in(self, path):
        """Mostly where there are bytes: a segment has room reserved behind them."""
        with open(path, "rb") as f:
            used = len(f.read().rstrip(b"\0"))
        size = os.path.getsize(path)
        return self.random.choice((self.random.randrange(used), self.random.randrange(used), self.random.randrange(min(used, 256)),
                                   used - 1 - self.random.randrange(min(used, 200)), self.random.randrange(size)))

    def segments(self):
        names = sorted(os.listdir(os.path.join(self.sound, "journal")))
        first, last = (os.path.join("journal", n) for n in (names[0], names[-1]))
        for name, path in (("first", first), ("last", last)):
            size = os.path.getsize(os.path.join(self.sound, path))
            for to in (0, 64, 127, size // 3, size - 1):
                self.case(f"the {name} segment of the journal cut to {to} bytes", lambda data, p=path, n=to: os.truncate(os.path.join(data, p), n), os.path.basename(path), must_refuse=True)
            self.case(f"the {name} segment longer by a byte", lambda data, p=path: append(os.path.join(data, p), b"\1"), os.path.basename(path))
        self.case("the first segment of the journal gone", lambda data: os.remove(os.path.join(data, first)), must_refuse=True)
        outputs = [n for n in os.listdir(os.path.join(self.sound, "output")) if n.endswith(".log")]
        for name in sorted(outputs):
            size = os.path.getsize(os.path.join(self.sound, "output", name))
            self.case(f"output/{name} cut to {size // 2} bytes", lambda data, n=name, s=size: os.truncate(os.path.join(data, "output", n), s // 2), name)
            self.case(f"output/{name} gone", lambda data, n=name: os.remove(os.path.join(data, "output", n)))
        self.case("the whole output log gone", lambda data: shutil.rmtree(os.path.join(data, "output")))

    def case(self, name, damage, *words, must_refuse=False):
        if self.damaged(name, damage, *words, must_refuse=must_refuse):
            self.report.check(True, f"{name}: {self.outcome}")

    def identity(self):
        self.case("no ID beside a journal", lambda data: os.remove(os.path.join(data, "ID")), "ID", must_refuse=True)
        self.case("a damaged ID", lambda data: flip(os.path.join(data, "ID"), 40, 128), "ID", must_refuse=True)
        self.case("an empty ID", lambda data: os.truncate(os.path.join(data, "ID"), 0), "ID", must_refuse=True)
        if os.path.exists(os.path.join(self.sound, "places")):
            self.case("damaged places", lambda data: flip(os.path.join(data, "places"), 20, 64), "places", must_refuse=True)
            self.case("no places: consumers begin again", lambda data: os.remove(os.path.join(data, "places")))
        self.case("a damaged note of crashes is no note", lambda data: append(os.path.join(data, "crash"), b"\xff\xfe 17\n99 x\n"))

    def second_daemon(self):
        daemon = self.copy()
        good = self.starts(daemon)
        work = os.path.join(self.folder, "second")
        os.makedirs(work)
        second = Daemon(self.options.cepd, work, self.world.patterns, daemon.data)
        second.start()
        status = second.wait_end(30)
        log = second.last_log()
        good &= self.report.check(status not in (None, 0) and "in use" in log and str(daemon.process.pid) in log, "a second daemon on the directory is refused and told who has it", f"status {status}: {log}")
        wrong = self.same_as_before(daemon)
        self.drop(daemon, self.report.check(not wrong, "and the first does not notice", wrong) and good)

    def mends(self):
        """What `repair` promises: after a refusal the tool makes a directory that starts again, with everything before the damage."""
        daemon = self.copy()
        names = sorted(os.listdir(os.path.join(daemon.data, "journal")))
        path = os.path.join(daemon.data, "journal", names[-1])
        flip(path, 4000, 1)
        good = self.report.check(not self.starts(daemon), "a bad frame in the last segment is refused")
        daemon.kill()
        repair = subprocess.run([self.options.cepctl, "journal", "repair", "--data-dir", daemon.data], capture_output=True, text=True, check=False)
        told = repair.stdout + repair.stderr
        good &= self.report.check(repair.returncode == 0 and "position" in told, "journal repair says what is lost", f"{repair.returncode}: {told[-400:]}")
        kept = self.read_cat(daemon.data)
        good &= self.report.check(self.cat.startswith(kept) and kept, f"what is kept is what was before: {kept.count(10)} of {self.cat.count(10)} lines")
        good &= self.report.check(self.starts(daemon), "the records that lost lines had decided are aside too: the daemon starts", daemon.last_log(4))
        if good:
            now = {channel: read_channel(daemon.port("alerts"), channel) for channel in self.records}
            good = self.report.check(all(now[c] == self.records[c][:len(now[c])] for c in now), "with the records that these lines make")
        self.drop(daemon, good)

    def mends_output(self):
        """The output log can be made again whole: after a repair all is as before."""
        daemon = self.copy()
        name = sorted(n for n in os.listdir(os.path.join(daemon.data, "output")) if n.startswith("alerts"))[0]
        flip(os.path.join(daemon.data, "output", name), 5000, 4)
        good = self.report.check(not self.starts(daemon), "a bad record in the output log is refused")
        daemon.kill()
        repair = subprocess.run([self.options.cepctl, "journal", "repair", "--data-dir", daemon.data], capture_output=True, text=True, check=False)
        told = repair.stdout + repair.stderr
        good &= self.report.check(repair.returncode == 0 and "alerts" in told, "journal repair moves what is damaged aside", f"{repair.returncode}: {told[-400:]}")
        good &= self.report.check(self.starts(daemon), "and the daemon starts", daemon.last_log(4))
        wrong = good and self.same_as_before(daemon)
        self.drop(daemon, self.report.check(good and not wrong, "with every record of before", str(wrong)) and good)


def main():
    options = read_options(__doc__, ("flips", {"type": int, "nargs": "?", "default": 300}))
    report = Report()
    rot = Rot(options, report)
    if rot.make():
        rot.identity()
        rot.segments()
        rot.second_daemon()
        rot.mends()
        rot.mends_output()
        rot.flips(options.flips)
    rot.world.close(report.failed == 0)
    if not report.failed:
        shutil.rmtree(rot.folder, ignore_errors=True)
    report.end()


main()
