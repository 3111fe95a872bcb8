"""Hostile clients, one kind after the other: hammer.py CEPD CEPCTL [--seconds N] [--seed N] [ATTACK…]

Each attack (attack_lines.py, attack_http.py) runs for some seconds in a process of its own while good producers send at a constant rate. It holds the daemon to what it owes bad clients
too: an answer or an end in time, no wrong acknowledgement. After each the daemon must live, its memory and descriptors must come back, and the good ones must have been served. At the
end the journal, every channel, the file outputs and the replays are compared as in all fault tests.
"""
import json
import os
import resource
import subprocess
import sys

import attack_http
import attack_lines
from attack import Attack
from daemon import wait_for
from report import Report, read_options, say
from steady import end, phase, quantile, steady_world

RATE = 2000                  # lines a second, of all good producers
SLOWER_MOST = 10             # times the p99 of the good ones' acknowledgements alone, …
SLOW_SECONDS = 1             # … or this, if that is more: an answer that hangs, not a machine that is busy
MEMORY_MOST = 600 << 20      # beyond what it had before, while it lasts …
MEMORY_KEPT = 64 << 20       # … and after all
ATTACKS = {a.__name__: a for a in attack_lines.ATTACKS + attack_http.ATTACKS}
SETTINGS = ("shards=1", "limits.producers=1000", "limits.consumers=300", "limits.connections=1000")


def side(name, seed, seconds, ports):
    """The attack, in its own process: prints what it complains of."""
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    attack = Attack(ports, seed, seconds)
    ATTACKS[name](attack)
    print(json.dumps({"rounds": attack.rounds, "broken": attack.broken}))


def beside(world, name, options):
    """(what the attack said, the good ones' phase)"""
    ports = [str(world.daemon.port(p)) for p in ("events", "alerts", "http")]
    bad = subprocess.Popen([sys.executable, "-B", os.path.abspath(__file__), "--side", name, str(options.seed), str(options.seconds), *ports], stdout=subprocess.PIPE, text=True)
    good = phase(world, options.seconds, RATE)
    told = bad.communicate(timeout=600)[0]
    return json.loads(told) if bad.returncode == 0 else {"rounds": 0, "broken": [f"the attack ended with {bad.returncode}"]}, good


def p99(times):
    return times[int(0.99 * len(times))] if times else float("inf")


def one(world, name, options, alone, report):
    """False when there is no daemon any more."""
    daemon = world.daemon
    descriptors, memory = daemon.descriptors(), daemon.memory_bytes()
    told, (taken, most, times) = beside(world, name, options)
    if not report.check(daemon.running(), f"{name}: the daemon lives", daemon.last_log(5)):
        return False
    report.check(not told["broken"], f"{name}: {told['rounds']} rounds, each answered or ended", "; ".join(told["broken"][:3]))
    slow = max(SLOWER_MOST * alone, SLOW_SECONDS)
    report.check(taken < options.seconds + 30 and p99(times) <= slow,
                 f"{name}: the good ones are served, acknowledgements p50 {quantile(times, 0.5)} p99 {quantile(times, 0.99)} at most {quantile(times, 1)} ms", f"{taken:.1f} s, p99 over {slow * 1000:.0f} ms")
    # A subscriber that only looks as if it might still read stays for a while: so many are allowed (AlertListener::kEndedMost).
    now = wait_for(lambda: daemon.descriptors() <= descriptors + 70 and daemon.descriptors(), 30) or daemon.descriptors()
    report.check(now <= descriptors + 70, f"{name}: descriptors are back, {descriptors} before and {now} after")
    report.check(most - memory <= MEMORY_MOST, f"{name}: memory grows from {memory >> 20} to {most >> 20} MiB, and is {daemon.memory_bytes() >> 20} afterwards")
    return report.check(daemon.readiness()[0] == 200, f"{name}: it is ready", str(daemon.readiness()))


def run(world, options, report):
    daemon = world.daemon
    daemon.start(*SETTINGS)
    if not report.check(daemon.wait_ready(), "it starts", daemon.last_log(5)):
        return
    phase(world, options.seconds, RATE)
    times = phase(world, options.seconds, RATE)[2]
    say(f"alone: acknowledgements p50 {quantile(times, 0.5)} p99 {quantile(times, 0.99)} at most {quantile(times, 1)} ms")
    memory = daemon.memory_bytes()
    for name in options.attacks:
        if not one(world, name, options, p99(times), report):
            return
    bound = MEMORY_KEPT + (len(options.attacks) << 22)   # what a table of sessions, an index of segments may have grown by
    wait_for(lambda: daemon.memory_bytes() - memory <= bound, 30, 0.2)   # it goes back at the next housekeeping
    kept = daemon.memory_bytes() - memory
    report.check(kept <= bound, f"after all of it the daemon has {kept >> 20} MiB more than before")
    report.check(not world.broken(), "no good client saw a promise broken", "; ".join(world.broken()[:3]))


def main():
    if "--side" in sys.argv:
        name, seed, seconds = sys.argv[2:5]
        return side(name, int(seed), float(seconds), [int(p) for p in sys.argv[5:8]])
    options = read_options(__doc__, ("attacks", {"nargs": "*", "metavar": "ATTACK", "help": "of " + " ".join(ATTACKS)}), ("--seconds", {"type": int, "default": 5}))
    if unknown := [name for name in options.attacks if name not in ATTACKS]:
        sys.exit(f"there is no attack {unknown[0]}; there are {' '.join(ATTACKS)}")
    options.attacks = options.attacks or list(ATTACKS)
    report = Report()
    world = steady_world(options, RATE)
    run(world, options, report)
    end(world, report)


main()
