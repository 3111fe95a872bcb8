"""A line on which the daemon crashes twice: held.py CEPD CEPCTL

The notes of two crashes at one position are written by hand (src/engine/crash_file.h), since no line is known to crash it. It must then take lines into the journal, process none, say
so, and go on once `cepctl journal skip` has named the position: that line is a reject.
"""
import os
import random
import shutil
import subprocess
import sys

from clients import Gone, read_channel
from daemon import wait_for
from report import Report
from world import CHANNELS, World

POSITION = 500
LINES_EACH = 400


def write_notes(data):
    # What was worked before lies in the output log and would differ (so there are no file outputs): it goes, as if the crash had come at the first time.
    shutil.rmtree(os.path.join(data, "output"))
    with open(os.path.join(data, "crash"), "w", encoding="utf-8") as f:
        f.write(f"{POSITION - 100} {POSITION + 100}\n{POSITION} {POSITION}\n")


def count_records(port):
    try:
        return {channel: len(read_channel(port, channel)) for channel in CHANNELS}
    except Gone as error:
        return str(error)


def hold(world, report):
    daemon = world.daemon
    daemon.start("shards=2")
    if not report.check(daemon.wait_listening(), "held: it starts", daemon.last_log(5)):
        return False
    told = wait_for(lambda: "skip" in daemon.readiness()[1] and daemon.readiness(), 20) or daemon.readiness()
    good = report.check(told[0] == 503 and f"cepctl journal skip {POSITION}" in told[1], "held: /readyz says where and the way out", str(told))
    good &= report.check(daemon.get("/healthz")[0] == 200, "held: it is alive all the same")
    world.feed(200)
    good &= report.check(world.wait_acknowledged(), "held: lines are taken and acknowledged", world.state())
    refused = subprocess.run([world.cepctl, "journal", "skip", str(POSITION), "--data-dir", daemon.data], capture_output=True, text=True, check=False)
    good &= report.check(refused.returncode != 0 and "Stop the daemon first" in refused.stderr, "held: skip is refused while the daemon has the directory", f"{refused.returncode}: {refused.stderr}")
    status = daemon.terminate()
    good &= report.check(status == 0, "held: SIGTERM ends it with 0", f"{status}: {daemon.last_log(3)}")
    daemon.start("shards=3")
    wait_for(lambda: "skip" in daemon.readiness()[1], 20)
    good &= report.check(daemon.running() and f"skip {POSITION}" in daemon.readiness()[1], "held: it is held again after a start", str(daemon.readiness()))
    return good & report.check(daemon.terminate() == 0, "held: and ends with 0 again")


def skip(world, report):
    done = subprocess.run([world.cepctl, "journal", "skip", str(POSITION), "--data-dir", world.daemon.data], capture_output=True, text=True, check=False)
    good = report.check(done.returncode == 0, "journal skip", f"{done.returncode}: {done.stdout}{done.stderr}")
    world.daemon.start("shards=2")
    good &= report.check(world.daemon.wait_ready(), "and the daemon is ready", world.daemon.last_log(5))
    rejects = read_channel(world.daemon.port("alerts"), "rejects") if good else []
    good &= report.check(any(b"skip" in r for r in rejects), "the line is a reject that says why", str(rejects[:1]))
    return good and report.check(not os.path.exists(os.path.join(world.daemon.data, "crash")), "the notes are gone")


def main():
    report = Report()
    world = World(sys.argv[1], sys.argv[2], random.randrange(1 << 32), unrest=0, to_files=())
    for subscriber in world.subscribers:
        subscriber.stop()
    world.subscribers = []  # they would have seen what is taken away
    world.stop_ticks()
    world.daemon.start("shards=2")
    good = report.check(world.daemon.wait_ready(), "it starts", world.daemon.last_log(3))
    world.feed(LINES_EACH)
    good = good and report.check(world.wait_acknowledged(), "lines are acknowledged", world.state())
    good = good and report.check(world.daemon.terminate() == 0, "it stops")
    if good:
        write_notes(world.daemon.data)
        good = hold(world, report) and skip(world, report)
        good = good and world.finish(report, "after the skip")
    world.close(good)
    report.end()


main()
