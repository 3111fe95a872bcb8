"""A good neighbour beside floods: neighbour.py CEPD CEPCTL [FLOOD…] [--seconds N] [--seed N] [--shards N] [--short] [--list]

A producer session sends a line every few milliseconds, each of which is an alert at once, and a subscriber reads them. How long a line takes until it is acknowledged and until its alert
is there is measured alone and then while a flood (floods.py) comes from a process of its own, over a daemon of its own for each flood. Nobody may make the neighbour wait: its p99 stays
within three times of what it was alone, or 50 ms; the daemon's memory stays bounded, and where the flood fills the journal a start after kill -9 takes no longer for a line of it than for
a good one, but for a small factor. `--short` is what fits into a run of CI.
"""
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import threading
import time

from attack import Attack
from clients import Gone, LineSocket
from daemon import Daemon, wait_for
from floods import FLOODS, SHORT
from report import Report, read_options, say
from steady import Watch, quantile

EVERY_SECONDS = 0.005
RATIO_MOST, MILLISECONDS_MOST = 3, 50   # of the p99: so many times that alone, or so many ms if that is more
SLOWER_START_MOST = 6                   # times the start over good lines, a line of the journal
WAIT_SECONDS = 30
# The lines are for the neighbour alone, and its stream has a clock of its own.
NEIGHBOUR = """\
stream neighbour (id int, ts timestamp) time ts
pattern neighbour_seen on neighbour { begin a  alert info "{a.id}" }
"""


class Neighbour:
    """The session and the subscription. measure() may be called again and again."""

    def __init__(self, events, alerts):
        self.link, self.alerts = LineSocket(events), LineSocket(alerts)
        self.link.send(b'{"_hello":{"producer":"neighbour","stream":"neighbour"}}\n')
        self.number = json.loads(self.link.one_line(WAIT_SECONDS))["_welcome"]["next"]
        self.alerts.send(b'{"_subscribe":{"channel":"alerts","patterns":["neighbour_seen"]}}\n')
        assert b"_subscribed" in self.alerts.one_line(WAIT_SECONDS)
        self.sent, self.acknowledged, self.alerted = {}, {}, {}
        self.over = threading.Event()
        self.broken = []
        for hear in (self._hear_acknowledgements, self._hear_alerts):
            threading.Thread(target=self._listen, args=(hear,), daemon=True).start()

    def _listen(self, hear):
        try:
            while not self.over.is_set():
                hear()
        except (Gone, ValueError, KeyError, IndexError) as error:
            if not self.over.is_set():
                self.broken.append(f"{hear.__name__}: {type(error).__name__}: {error}")

    def _hear_acknowledgements(self):
        for line in self.link.lines(0.1):
            now, upto = time.monotonic(), json.loads(line)["_ack"]["upto"]
            while upto not in self.acknowledged and upto in self.sent:   # those before it are acknowledged with it
                self.acknowledged[upto] = now
                upto -= 1

    def _hear_alerts(self):
        for line in self.alerts.lines(0.1):
            self.alerted[int(json.loads(line)["message"])] = time.monotonic()

    def measure(self, seconds):
        """Seconds until the acknowledgement and until the alert of each line sent for so long, sorted. What is not there long after counts as what it has waited."""
        first, start = self.number, time.monotonic()
        while (due := start + (self.number - first) * EVERY_SECONDS) < start + seconds and not self.broken:
            time.sleep(max(0, due - time.monotonic()))
            self.sent[self.number] = time.monotonic()
            self.link.send(b'{"id":%d,"ts":%d}\n' % (self.number, 1767225600000 + self.number))
            self.number += 1
        numbers = range(first, self.number)
        wait_for(lambda: self.broken or (numbers[-1] in self.acknowledged and numbers[-1] in self.alerted), WAIT_SECONDS)
        now = time.monotonic()
        return [sorted(heard.get(n, now) - self.sent[n] for n in numbers) for heard in (dict(self.acknowledged), dict(self.alerted))]

    def close(self):
        self.over.set()
        self.link.close()
        self.alerts.close()


def p99(times):
    return times[int(0.99 * len(times))] if times else float("inf")


def told(times):
    return f"p50 {quantile(times, 0.5)} p99 {quantile(times, 0.99)} at most {quantile(times, 1)} ms"


def side(name, seed, seconds, ports):
    """The flood, in its own process, with less of the cores than who measures."""
    os.nice(5)
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    attack = Attack(ports, seed, seconds)
    FLOODS[name].send(attack)
    print(json.dumps({"rounds": attack.rounds, "broken": attack.broken}))


class Scene:
    """A daemon over an empty data directory with the neighbour's program and the flood's."""

    def __init__(self, options, name, flood):
        self.options, self.name, self.flood = options, name, flood
        self.work = tempfile.mkdtemp(prefix="cepd-neighbour.")
        patterns = os.path.join(self.work, "patterns")
        os.mkdir(patterns)
        for file, text in {"neighbour.cep": NEIGHBOUR, "flood.cep": flood.program, **flood.files}.items():
            with open(os.path.join(patterns, file), "w") as f:
                f.write(text)
        self.daemon = Daemon(options.cepd, self.work, patterns)
        self.sets = (f"shards={options.shards}", "limits.line=1MiB", "limits.runs_per_key=100000", "limits.matches_per_event=1000", "journal.segment=16MiB", *flood.settings)

    def start(self):
        self.daemon.start(*self.sets)
        return self.daemon.wait_ready(90)

    def pour(self):
        ports = [str(self.daemon.port(p)) for p in ("events", "alerts", "http")]
        return subprocess.Popen([sys.executable, "-B", os.path.abspath(__file__), "--side", self.name, str(self.options.seed), str(self.options.seconds), *ports], stdout=subprocess.PIPE, text=True)

    def seconds_per_line_of_a_start(self, report):
        """kill -9, then how long a start takes for each line in the journal."""
        lines = self.daemon.status().get("journal", {}).get("next", 1)
        self.daemon.kill()
        began = time.monotonic()
        if not report.check(self.start(), f"{self.name}: it starts again", self.daemon.last_log(3)):
            return None
        taken = time.monotonic() - began
        say(f"{self.name}: a start over {lines} lines took {taken:.2f} s")
        return taken / max(lines, 1)

    def close(self):
        self.daemon.kill()
        shutil.rmtree(self.work, ignore_errors=True)


def beside(scene, neighbour, report):
    """The two lists of times while the flood comes, and the daemon's greatest memory."""
    watch = Watch(scene.daemon)
    watch.start()
    flood = scene.pour()
    times = neighbour.measure(scene.options.seconds)
    said = flood.communicate(timeout=scene.options.seconds + 120)[0]
    watch.over.set()
    watch.join()
    outcome = json.loads(said) if flood.returncode == 0 else {"rounds": 0, "broken": [f"the flood ended with {flood.returncode}"]}
    report.check(outcome["rounds"] > 0 and not outcome["broken"], f"{scene.name}: the flood came, {outcome['rounds']} rounds", "; ".join(outcome["broken"][:3]))
    return times, watch.most


def judge(scene, alone, times, memory, most, report):
    for what, before, now in zip(("acknowledged", "alerted"), alone, times):
        bound = max(RATIO_MOST * p99(before), MILLISECONDS_MOST / 1000)
        report.check(p99(now) <= bound, f"{scene.name}: {what} {told(now)}, alone {told(before)}", f"p99 over {bound * 1000:.0f} ms")
    report.check(most <= memory + (scene.flood.memory_mib << 20), f"{scene.name}: memory {memory >> 20} MiB alone, {most >> 20} at most beside it", f"more than {scene.flood.memory_mib} MiB more")


def one(options, name, report):
    """Alone, beside, judged; the seconds that a start takes for a line of the journal, where that is asked."""
    scene = Scene(options, name, FLOODS[name])
    try:
        if not report.check(scene.start(), f"{name}: it starts", scene.daemon.last_log(3)):
            return None
        neighbour = Neighbour(scene.daemon.port("events"), scene.daemon.port("alerts"))
        if scene.flood.before:
            scene.flood.before(scene.daemon.port("events"))
        neighbour.measure(1)
        alone, memory = neighbour.measure(options.seconds), scene.daemon.memory_bytes()
        times, most = beside(scene, neighbour, report)
        judge(scene, alone, times, memory, most, report)
        report.check(not neighbour.broken and scene.daemon.running(), f"{name}: the neighbour was served", "; ".join(neighbour.broken) or scene.daemon.last_log(3))
        neighbour.close()
        return scene.seconds_per_line_of_a_start(report) if scene.flood.starts and scene.daemon.running() else None
    finally:
        scene.close()


def main():
    if "--side" in sys.argv:
        name, seed, seconds = sys.argv[2:5]
        return side(name, int(seed), float(seconds), [int(p) for p in sys.argv[5:8]])
    if "--list" in sys.argv:
        return print("\n".join(f"{name:22} {flood.what}" for name, flood in FLOODS.items()))
    options = read_options(__doc__, ("floods", {"nargs": "*", "metavar": "FLOOD", "help": "of " + " ".join(FLOODS)}), ("--seconds", {"type": int, "default": 5}),
                           ("--shards", {"type": int, "default": 1}), ("--short", {"action": "store_true"}))
    if unknown := [name for name in options.floods if name not in FLOODS]:
        sys.exit(f"there is no flood {unknown[0]}; there are {' '.join(FLOODS)}")
    report, starts = Report(), {}
    for name in options.floods or (SHORT if options.short else FLOODS):
        starts[name] = one(options, name, report)
    if good := starts.pop("good", None):
        for name, line in starts.items():
            if line:
                report.check(line <= SLOWER_START_MOST * good, f"{name}: a start takes {line * 1e6:.2f} us for a line, {good * 1e6:.2f} for a good one")
    report.end()


main()
