"""Bad clients beside good ones: hostile.py CEPD CEPCTL [--seconds N] [--seed N]

Good producers send at a constant rate, twice alone and twice beside 1,000 idle connections, 200 subscribers of which half never read, producers that dribble a byte a second, a gigabyte
without a line end, and random bytes on all three ports. The good ones' time must be the same, memory bounded, and the descriptors back to what they were.
"""
import os
import random
import resource
import subprocess
import sys
import threading
import time

from clients import Gone, LineSocket
from daemon import wait_for
from report import Report, read_options, say
from steady import end, phase, quantile, steady_world

RATE = 6000                # lines a second, of all good producers
RATIO_MOST = 1.15
SLOWER_MOST, SLOW_SECONDS = 10, 1   # the p99 of acknowledgements beside bad clients: so many times that alone, or so many seconds
MEMORY_MOST = 400 << 20    # beyond what it had alone
IDLE, SUBSCRIBERS, DRIBBLERS = 1000, 200, 5
GIGABYTE = 1 << 30


# ---------------------------------------------------------------------------------------------------- the bad ones: a process of their own
def attempt(function):
    """Runs it again and again in a thread: whatever the daemon does to these is fine."""
    def loop():
        while True:
            try:
                function()
            except (Gone, OSError):
                pass
            time.sleep(0.05)
    threading.Thread(target=loop, daemon=True).start()


def dribble(port):
    link = LineSocket(port)
    for byte in b'{"_stream":"tx","id":"slow","ts":1}\n' * 1000:
        link.send(bytes([byte]))
        time.sleep(1)


def endless_line(port):
    link = LineSocket(port)
    link.socket.settimeout(5)
    sent, piece = 0, b"x" * (1 << 20)
    while sent < GIGABYTE:
        link.socket.sendall(piece)
        sent += len(piece)
    print("a gigabyte", flush=True)


def noise(port, chance):
    link = LineSocket(port)
    for _ in range(20):
        link.send(chance.randbytes(chance.randint(1, 20000)))
        link.lines(0.01)


def subscribe(port, reads):
    link = LineSocket(port, receive_buffer=4096)
    link.send(b'{"_subscribe":{"channel":"alerts","from":"earliest"}}\n')
    while reads:
        link.lines(1)
    return link


def read_all(links):
    """Takes what comes to the half that reads, in one thread."""
    while True:
        for link in list(links):
            try:
                link.lines(0)
            except Gone:
                links.remove(link)
        time.sleep(0.01)


def side(ports):
    events, alerts, http = ports
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    idle = [LineSocket(ports[i % 3]) for i in range(IDLE)]
    links = [subscribe(alerts, False) for _ in range(SUBSCRIBERS)]
    threading.Thread(target=read_all, args=(links[::2],), daemon=True).start()
    for _ in range(DRIBBLERS):
        attempt(lambda: dribble(events))
    attempt(lambda: endless_line(events))
    for i, port in enumerate((events, alerts, http)):
        attempt(lambda p=port, c=random.Random(i): noise(p, c))
    print(f"{len(idle)} idle, {len(links)} subscribers", flush=True)
    sys.stdin.read()  # until the test is over


# ---------------------------------------------------------------------------------------------------- the good ones
def with_hostile(world, seconds, report):
    ports = [str(world.daemon.port(name)) for name in ("events", "alerts", "http")]
    bad = subprocess.Popen([sys.executable, "-B", os.path.abspath(__file__), "--side", *ports], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    ready = bad.stdout.readline().strip()
    report.check("idle" in ready, f"the bad ones are there: {ready}")
    taken = phase(world, seconds, RATE)
    bad.stdin.close()
    gigabytes = bad.stdout.read().count("gigabyte")
    bad.wait()
    report.check(gigabytes > 0, f"{gigabytes} gigabytes without a line end came")
    return taken


def judge(report, alone, beside, loop):
    """From sending to acknowledgement. All clients, good and bad, share the machine's cores with the daemon: what its loop waits for a core is not its own time."""
    times = [sorted(t for p in phases for t in p[2]) for phases in (alone, beside)]
    for name, of, at in (("alone", times[0], 0), ("beside", times[1], 1)):
        ran, waited = (sum(loop[i + 1][k] - loop[i][k] for i in (at, at + 2)) for k in (0, 1))
        say(f"from sending to acknowledgement, {name}: p50 {quantile(of, 0.5)} ms, p99 {quantile(of, 0.99)} ms, at most {quantile(of, 1)} ms; the loop ran {ran:.1f} s and waited {waited:.1f} s for a core")
    p99 = [of[int(0.99 * len(of))] if of else float("inf") for of in times]
    report.check(p99[1] <= max(SLOWER_MOST * p99[0], SLOW_SECONDS), "the good ones are acknowledged in time beside them", f"p99 {p99[1] * 1000:.0f} ms, alone {p99[0] * 1000:.0f} ms")


def run(world, options, report):
    daemon = world.daemon
    daemon.start("shards=1")
    if not report.check(daemon.wait_ready(), "it starts", daemon.last_log(5)):
        return
    phase(world, options.seconds, RATE)  # files that are made once are there then
    descriptors = daemon.descriptors()
    alone, beside, loop = [], [], [daemon.loop_seconds()]
    for _ in range(2):
        alone.append(phase(world, options.seconds, RATE))
        loop.append(daemon.loop_seconds())
        beside.append(with_hostile(world, options.seconds, report))
        loop.append(daemon.loop_seconds())
        if not report.check(daemon.running(), "the daemon lives", daemon.last_log(5)):
            return
        now = wait_for(lambda: daemon.descriptors() <= descriptors and daemon.descriptors(), 30) or daemon.descriptors()
        report.check(now <= descriptors, f"descriptors are back to {descriptors}", str(now))
    ratio = sum(p[0] for p in beside) / sum(p[0] for p in alone)
    seconds = ", ".join(f"{a[0]:.2f}/{b[0]:.2f}" for a, b in zip(alone, beside))
    report.check(ratio <= RATIO_MOST, f"the good ones take {ratio:.3f} of their time alone (alone/beside {seconds} s for {RATE * options.seconds} lines)")
    judge(report, alone, beside, loop)
    before = max(p[1] for p in alone)
    more = max(p[1] for p in beside) - before
    report.check(more <= MEMORY_MOST, f"memory grows by {more / 1e6:.0f} MB beside them, {before / 1e6:.0f} MB alone")
    report.check(not world.broken(), "no good client saw a promise broken", "; ".join(world.broken()[:3]))


def main():
    if "--side" in sys.argv:
        return side([int(p) for p in sys.argv[-3:]])
    options = read_options(__doc__, ("--seconds", {"type": int, "default": 15}))
    report = Report()
    world = steady_world(options, RATE, lag="1MiB")
    run(world, options, report)
    end(world, report)


main()
