"""One data directory with its daemon, producers and subscribers, and the checks that must hold whatever was done to it."""
import hashlib
import os
import random
import shutil
import subprocess
import tempfile

from clients import SEQ, Gone, Producer, Subscriber, read_channel
from daemon import Daemon, wait_for
from journal_check import JournalCheck
from lines import Lines
from report import say

HERE = os.path.dirname(os.path.abspath(__file__))
CHANNELS = ("alerts", "timeouts", "late", "rejects", "limits")
TO_FILES = ("alerts", "rejects")   # file outputs beside the data directory
PRODUCERS = 4
CATCH_UP_SECONDS = 300
SHARDS_MAX = 4


class World:
    def __init__(self, cepd, cepctl, seed, data=None, unrest=0.05, to_files=TO_FILES, **settings):
        self.cepctl, self.seed = cepctl, seed
        self.random = random.Random(seed)
        self.work = tempfile.mkdtemp(prefix="cepd-faults.")
        self.patterns = os.path.join(self.work, "patterns")
        shutil.copytree(os.path.join(HERE, "patterns"), self.patterns)
        with open(os.path.join(self.patterns, "faults.cep")) as f:
            self.program = f.read()
        data = data or os.path.join(self.work, "data")
        self.files = [(channel, f"{data}.{channel}") for channel in to_files]
        self.daemon = Daemon(cepd, self.work, self.patterns, data, files=self.files, **settings)
        self.lines = [Lines(seed, f"gw-{i}") for i in range(1, PRODUCERS + 1)]
        events = lambda: self.daemon.port("events")
        alerts = lambda: self.daemon.port("alerts")
        self.producers = [Producer(events, lines, self.random.random(), unrest) for lines in self.lines]
        for producer in self.producers:
            producer.others = self.producers
        self.subscribers = [Subscriber(alerts, channel) for channel in CHANNELS] + [Subscriber(alerts, "alerts", "siem")]
        self.target = 0
        self.others = False    # plain connections send too
        for client in self.clients():
            client.start()

    def clients(self):
        return self.producers + self.subscribers

    def broken(self):
        """What clients have seen that must not be."""
        return [text for client in self.clients() for text in client.broken]

    def shards(self):
        return f"shards={self.random.randint(1, SHARDS_MAX)}"

    def feed(self, lines):
        """Lets each producer go on by so many lines."""
        self.target += lines
        for producer in self.producers:
            producer.target = self.target

    def all_acknowledged(self):
        return all(producer.done() for producer in self.producers)

    def wait_acknowledged(self, seconds=CATCH_UP_SECONDS):
        return wait_for(lambda: self.all_acknowledged() or self.broken() or not self.daemon.running(), seconds) and self.all_acknowledged()

    # ------------------------------------------------------------------------------------------------ pattern files
    def write(self, name, text):
        partial = os.path.join(self.work, "partial")
        with open(partial, "w") as f:
            f.write(text)
        os.rename(partial, os.path.join(self.patterns, name))

    def change_patterns(self):
        """Another threshold, another row of a table, an operator more or less: whatever comes."""
        text = self.program.replace("amount < 200", f"amount < {self.random.randint(150, 250)}")
        if self.random.random() < 0.5:
            text = text.replace("total > 2500", f"total > {self.random.randint(2000, 3000)}")
        if self.random.random() < 0.3:
            text += "\npattern costly on tx by country { begin a where amount > 990  times 2  within 5s  alert info }\n"
        self.write("faults.cep", text)
        if self.random.random() < 0.3:
            self.write("countries.csv", f"country,risk\nDE,0\nFR,1\nUS,{self.random.randint(0, 2)}\nKP,3\nBR,2\n")

    def stop_ticks(self):
        """Patterns without `idle`: from the load on nothing but lines moves anything, so the journal stands still when they end."""
        self.write("faults.cep", self.program.replace(" idle 300ms advance", ""))

    # ------------------------------------------------------------------------------------------------ the end
    def finish(self, report, name=""):
        """All that was sent is acknowledged, the daemon stops cleanly, comes back with all of it, and everything is compared."""
        name = name and name + ": "
        self.stop_ticks()
        self.daemon.kill()
        self.daemon.start(self.shards())
        good = report.check(self.daemon.wait_ready(), f"{name}the daemon comes back", self.daemon.last_log(3))
        good = good and report.check(self.wait_acknowledged(), f"{name}{PRODUCERS} producers, all {self.target} lines of each acknowledged", self.state())
        if good:
            status = self.daemon.terminate()
            good = report.check(status == 0, f"{name}SIGTERM ends it with 0", f"{status}: {self.daemon.last_log(3)}")
        if good:
            self.daemon.start(self.shards())
            good = report.check(self.daemon.wait_ready(), f"{name}it starts again", self.daemon.last_log(3)) and self.compare(report, name)
        self.stop_clients()
        self.daemon.kill()
        return good

    def state(self):
        told = ", ".join(f"{p.name} {p.acknowledged}/{p.target}" for p in self.producers)
        return f"{told}; {'; '.join(self.broken()[:3])}; {self.daemon.last_log(3) if self.daemon.process else 'not running'}"

    def stop_clients(self):
        for client in self.clients():
            client.stop()
        for client in self.clients():
            client.join(30)

    def compare(self, report, name):
        good = self.check_journal(report, name)
        try:
            port = self.daemon.port("alerts")
            channels = {channel: self.with_forgotten(channel, read_channel(port, channel)) for channel in CHANNELS}
        except Gone as error:
            return report.check(False, f"{name}every channel can be read from its first record", str(error))
        good &= self.check_subscribers(report, name, channels)
        good &= self.check_files(report, name, channels)
        good &= self.check_replay(report, name, channels)
        return good

    def with_forgotten(self, channel, records):
        """What retention has taken from the front is as a subscriber got it."""
        first = int(SEQ.search(records[0]).group(1)) if records else 1
        got = next(s for s in self.subscribers if s.channel == channel and not s.consumer).records if first > 1 else []
        return got[:first - 1] + records

    def cat_path(self):
        return os.path.join(self.work, "journal.ndjson")

    def check_journal(self, report, name):
        with open(self.cat_path(), "wb") as out:
            cat = subprocess.run([self.cepctl, "journal", "cat", "--data-dir", self.daemon.data], stdout=out, stderr=subprocess.PIPE, check=False)
        if not report.check(cat.returncode == 0, f"{name}journal cat", cat.stderr.decode()[-500:]):
            return False
        check = JournalCheck(self.lines, self.others)
        with open(self.cat_path(), "rb") as f:
            for line in f:
                check.feed(line.rstrip(b"\n"))
        self.journal = check
        good = report.check(not check.wrong, f"{name}the journal holds every line once, in order, and no other", "; ".join(check.wrong[:3]))
        counts = [check.counts[p.name] for p in self.producers]
        return good & report.check(all(c == p.acknowledged for c, p in zip(counts, self.producers)),
                                   f"{name}and all {sum(counts)} that were acknowledged, {check.ticks} ticks, {check.loads} loads, {check.broken} broken lines",
                                   f"{counts} instead of {[p.acknowledged for p in self.producers]}")

    def check_subscribers(self, report, name, channels):
        def caught_up():
            return self.broken() or all(len(s.records) >= len(channels[s.channel]) for s in self.subscribers)
        wait_for(caught_up, CATCH_UP_SECONDS)
        good = True
        for channel, records in channels.items():
            seqs = all(b'"seq":%d,' % (i + 1) in record[:80] for i, record in enumerate(records))
            good &= report.check(seqs, f"{name}{channel}: seq from 1 to {len(records)} without a gap")
        for s in self.subscribers:
            different = next((i + 1 for i, (a, b) in enumerate(zip(s.records, channels[s.channel])) if a != b), 0)
            good &= report.check(s.records == channels[s.channel], f"{name}{s.name}: a subscriber got the same {len(channels[s.channel])} records",
                                 f"{len(s.records)} records, the first difference at {different}")
        return good & report.check(not self.broken(), f"{name}no client saw a promise broken", "; ".join(self.broken()[:3]))

    def check_files(self, report, name, channels):
        def content(path):
            if not os.path.exists(path):
                return b""
            with open(path, "rb") as f:
                return f.read()
        good = True
        for channel, path in self.files:
            wanted = b"".join(record + b"\n" for record in channels[channel])
            same = wait_for(lambda p=path, w=wanted: content(p) == w, 10)
            good &= report.check(same, f"{name}the file of {channel} holds each of the {len(channels[channel])} records once", f"{content(path).count(10)} lines in {path}")
        return good

    def check_replay(self, report, name, channels):
        good = True
        for shards in (1, self.random.choice((2, 3, 5))):
            different = []
            for channel, records in channels.items():
                replay = subprocess.run([self.cepctl, "replay", "--events", self.cat_path(), "--no-flush", "--channel", channel, "--shards", str(shards)],
                                        capture_output=True, check=False)
                here = hashlib.sha256(b"".join(r + b"\n" for r in records)).hexdigest()
                if replay.returncode != 0 or hashlib.sha256(replay.stdout).hexdigest() != here:
                    different.append(self.keep_difference(channel, shards, records, replay))
            good &= report.check(not different, f"{name}replay of the journal on {shards} shards gives the SHA-256 of each channel", "; ".join(different))
        return good

    def keep_difference(self, channel, shards, records, replay):
        with open(os.path.join(self.work, f"{channel}.daemon"), "wb") as f:
            f.write(b"".join(r + b"\n" for r in records))
        with open(os.path.join(self.work, f"{channel}.replay-{shards}"), "wb") as f:
            f.write(replay.stdout)
        return f"{channel}: {len(records)} records, replay has {replay.stdout.count(10)} (status {replay.returncode} {replay.stderr[-200:]!r})"

    def close(self, good):
        self.stop_clients()
        self.daemon.kill()
        if good:
            shutil.rmtree(self.work, ignore_errors=True)
        else:
            say(f"everything is kept in {self.work}")
