"""A replay that makes other records than those that were sent: diverge.py CEPD CEPCTL [--seed N]

The divergence is real: the journal of one daemon stands beside the output log of another, which has worked the same lines with another program. The start is refused and shows both
records; `cepctl journal diff` shows all of it; each of the two ways out makes the daemon go on, and what was sent never changes silently.
"""
import json
import os
import shutil
import subprocess

from clients import read_channel
from daemon import wait_for
from report import Report, read_options
from simple import Simple

PROGRAM = """\
stream s (id string, v int, ts timestamp) time ts
pattern big on s {{ begin a where v % 100 >= {least}  alert low "{words} {{a.id}}: {{a.v}}" }}
window sums on s {{ tumbling 1s  select n = count()  having n > {many}  alert info "{{n}}" }}
"""
IO_FAILED = 74
FIRST, MORE = 400, 300


def events(begin, end):
    return [{"id": f"e{n}", "v": n, "ts": 1_600_000_000_000 + 20 * n} for n in range(begin, end)]


class Diverge:
    def __init__(self, options):
        self.options, self.report = options, Report()

    def check(self, good, what, why=""):
        return self.report.check(good, what, why)

    def world(self, least, words, many):
        s = Simple(self.options, PROGRAM.format(least=least, words=words, many=many))
        s.daemon.start()
        self.check(s.daemon.wait_ready() and s.send(events(0, FIRST))[0] == 200, "a daemon works its lines", s.daemon.last_log(3))
        s.before = {channel: read_channel(s.daemon.port("alerts"), channel) for channel in ("alerts", "limits")}
        s.daemon.terminate()
        return s

    def mixed(self, least, words, many):
        """The journal of one, the output log of another. (world, what the other has sent)"""
        s, other = self.world(90, "found", 10), self.world(least, words, many)
        shutil.rmtree(os.path.join(s.daemon.data, "output"))
        shutil.copytree(os.path.join(other.daemon.data, "output"), os.path.join(s.daemon.data, "output"))
        other.close()
        return s, other.before["alerts"]

    def refused(self, s, name):
        s.daemon.start()
        status = s.daemon.wait_end(30)
        log = s.daemon.last_log()
        words = ("journal diff", "--accept-output", "--accept-journal")
        return self.check(status == IO_FAILED and all(w in log for w in words), f"{name}: the start is refused and says the ways out", f"{status}: {log[-600:]}")

    def goes_on(self, s, name, sent):
        """Alerts: all that was sent, then what comes now, numbered on; the same behind a kill and on other shards."""
        s.daemon.start("shards=3")
        if not self.check(s.daemon.wait_ready(), f"{name}: the daemon starts", s.daemon.last_log(5)):
            return
        self.check(s.send(events(FIRST, FIRST + MORE))[0] == 200, f"{name}: and works on")
        alerts = read_channel(s.daemon.port("alerts"), "alerts")
        limits = read_channel(s.daemon.port("alerts"), "limits")
        self.check(alerts[:len(sent)] == sent and len(alerts) > len(sent), f"{name}: what was sent stands", f"{len(alerts)} of {len(sent)}")
        self.check([json.loads(a)["seq"] for a in alerts] == list(range(1, len(alerts) + 1)), f"{name}: seq has no gap")
        s.daemon.kill()
        for shards in (1, 2):
            s.daemon.start(f"shards={shards}")
            self.check(s.daemon.wait_ready(), f"{name}: it starts again on {shards} shards", s.daemon.last_log(5))
            again = [read_channel(s.daemon.port("alerts"), channel) for channel in ("alerts", "limits")]
            self.check(again == [alerts, limits], f"{name}: with the same records")
            s.daemon.kill()
        return alerts, limits

    def accept_output(self, name, least, words, many):
        s, sent = self.mixed(least, words, many)
        self.refused(s, name)
        diff = s.journal("diff")
        self.check(diff.returncode == 1 and "made again" in diff.stdout and "differ" in diff.stdout.splitlines()[-1], f"{name}: journal diff", diff.stdout[-500:] + diff.stderr)
        objects = [json.loads(text) for text in s.journal("diff", "--json").stdout.splitlines()]
        self.check(objects and all(o["recorded"] != o["made"] for o in objects), f"{name}: journal diff --json", str(objects)[:300])
        done = s.journal("repair", "--accept-output")
        self.check(done.returncode == 0, f"{name}: journal repair --accept-output", done.stdout + done.stderr)
        result = self.goes_on(s, name, sent)
        if result:
            alerts, limits = result
            told = json.loads(limits[-1]) if limits else {}
            self.check(len(limits) == 1 and told.get("limit") == "output_accepted" and "differ" in told.get("message", ""), f"{name}: `limits` tells what differs", str(limits)[:500])
            self.replay(s, name, alerts[len(sent):])
            self.check(s.journal("diff").returncode == 0, f"{name}: journal diff finds nothing more", s.journal("diff").stdout[-300:])
        s.close()

    def replay(self, s, name, behind):
        """`cepctl replay` of the journal: from the place on where the numbers were settled, byte for byte what the daemon sends."""
        path = os.path.join(s.work, "journal.ndjson")
        with open(path, "wb") as out:
            subprocess.run([self.options.cepctl, "journal", "cat", "--data-dir", s.daemon.data], stdout=out, check=True)
        for shards in ("1", "3"):
            made = subprocess.run([self.options.cepctl, "replay", "--events", path, "--no-flush", "--channel", "alerts", "--shards", shards], capture_output=True, check=False)
            lines = made.stdout.splitlines()
            self.check(behind and lines[-len(behind):] == behind, f"{name}: replay on {shards} shards gives what came behind", f"{len(behind)}: {lines[-2:]} {made.stderr[-300:]}")

    def accept_journal(self):
        name = "accept-journal"
        s, sent = self.mixed(50, "found", 10)
        self.refused(s, name)
        done = s.journal("repair", "--accept-journal")
        self.check(done.returncode == 0 and "damaged-1" in done.stdout, f"{name}: what differs is moved aside", done.stdout + done.stderr)
        self.goes_on(s, name, s.before["alerts"])
        s.close()

    def sound(self):
        s = self.world(90, "found", 10)
        self.check(s.journal("diff").returncode == 0, "a sound directory: nothing differs", s.journal("diff").stdout)
        for flag in ("--accept-output", "--accept-journal"):
            done = s.journal("repair", flag)
            self.check(done.returncode == 0 and "nothing differs" in done.stdout, f"a sound directory: {flag} does nothing", done.stdout + done.stderr)
        both = s.journal("repair", "--accept-output", "--accept-journal")
        self.check(both.returncode == 2, "both ways at once are refused", both.stderr)
        s.daemon.start()
        wait_for(lambda: s.daemon.readiness()[0] == 200, 30)
        self.check(s.journal("diff").returncode == 0, "beside a daemon that runs too")
        again = {channel: read_channel(s.daemon.port("alerts"), channel) for channel in ("alerts", "limits")}
        self.check(again == s.before, "and nothing was changed")
        s.close()


def main():
    test = Diverge(read_options(__doc__))
    test.accept_output("other words", 90, "other", 10)
    test.accept_output("more was sent", 50, "found", 10)
    test.accept_output("less was sent", 97, "found", 30)
    test.accept_journal()
    test.sound()
    test.report.end()


main()
