"""A constant load for long: soak.py CEPD CEPCTL [MINUTES] [--rate N]

Windows, patterns, joins and a table, keys that come and go. Memory and descriptors are sampled each second; over the last half their trend must be flat.
"""
import time

from lines import Lines, mix
from report import Report, read_options, say
from world import World

USERS = 40
LINES_PER_USER_SET = 2500   # then other users come
ABREAST_LINES = 300         # all send at one rate: a slow moment of one must not slow the others
SLOPE_MOST = 512 << 10      # bytes of memory a minute
ROWS = 20


class PassingUsers(Lines):
    """Users leave and others come, a few with each line."""

    def line(self, n):
        line = super().line(n)
        if line.startswith(b'{"_stream":"profiles"'):  # a table keeps its rows: new ones would fill it
            return line
        return line.replace(b'"user":"u', b'"user":"v%d-' % ((n + mix(n) % 500) // LINES_PER_USER_SET), 1)


def slope(points):
    """Of the straight line through (x, y) by least squares."""
    n = len(points)
    mx, my = sum(x for x, _ in points) / n, sum(y for _, y in points) / n
    return sum((x - mx) * (y - my) for x, y in points) / max(1e-9, sum((x - mx) ** 2 for x, _ in points))


def feed_and_sample(world, options):
    """(minute, bytes, descriptors, lines acknowledged) each second."""
    samples, started, fed = [], time.monotonic(), 0
    while time.monotonic() - started < options.minutes * 60 and world.daemon.running() and not world.broken():
        due = int((time.monotonic() - started) * options.rate / len(world.producers))
        world.feed(due - fed)
        fed = due
        time.sleep(0.02)
        if time.monotonic() - started >= len(samples):
            acknowledged = sum(p.acknowledged for p in world.producers)
            samples.append(((time.monotonic() - started) / 60, world.daemon.memory_bytes(), world.daemon.descriptors(), acknowledged))
            for subscriber in world.subscribers:
                forget_old(subscriber)
    return samples


def forget_old(subscriber):
    """What a subscriber holds would fill the test's own memory; seq stays checked."""
    records = subscriber.records
    for i in range(len(records) - 1, max(-1, len(records) - 200000), -1):
        if records[i] is None:
            break
        records[i] = None


def table(samples):
    say("minute   memory MB   descriptors   lines acknowledged")
    for i in range(0, len(samples), max(1, len(samples) // ROWS)):
        minute, memory, descriptors, lines = samples[i]
        say(f"{minute:6.1f} {memory / 1e6:11.1f} {descriptors:13d} {lines:20d}")


def judge(samples, report):
    half = samples[len(samples) // 2:]
    memory = slope([(s[0], s[1]) for s in half])
    report.check(memory <= SLOPE_MOST, f"memory is flat: {memory / 1e3:+.0f} kB a minute over the last half, {half[-1][1] / 1e6:.1f} MB at the end, {max(s[1] for s in samples) / 1e6:.1f} MB at most")
    descriptors = slope([(s[0], s[2]) for s in half])
    report.check(abs(descriptors) < 0.5 and half[-1][2] <= half[0][2] + 3, f"descriptors are flat: {half[0][2]} and {half[-1][2]}")


def main():
    options = read_options(__doc__, ("minutes", {"type": float, "nargs": "?", "default": 20}),
                           ("--rate", {"type": int, "default": 5000, "help": "lines a second"}))
    report = Report()
    world = World(options.cepd, options.cepctl, options.seed, unrest=0)
    for producer in world.producers:
        producer.source = PassingUsers(options.seed, producer.name, USERS)
        producer.abreast = ABREAST_LINES
    world.daemon.start("shards=2")
    if report.check(world.daemon.wait_ready(), "it starts", world.daemon.last_log(5)):
        samples = feed_and_sample(world, options)
        table(samples)
        lines, seconds = samples[-1][3], samples[-1][0] * 60
        report.check(world.daemon.running() and lines > 0.95 * options.rate * seconds, f"{lines} lines acknowledged in {seconds:.0f} s, {options.rate} a second were sent")
        judge(samples, report)
        report.check(not world.broken(), "no client saw a promise broken", "; ".join(world.broken()[:3]))
        status = world.daemon.terminate()
        report.check(status == 0, "SIGTERM ends it with 0", str(status))
    world.close(report.failed == 0)
    report.end()


main()
