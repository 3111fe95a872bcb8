#!/usr/bin/env python3
"""What one event costs where much is aggregated for one key: `cepctl replay` of a single user's events, for each aggregate.
./dev bench aggregates [--events N] [--only NAME,…] [--limit SECONDS]; prints seconds, CPU seconds and peak memory of the whole process."""
import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time

STREAM = "stream pay (u string, m string, v double, n int, ts timestamp) time ts watermark %s\n"
CALLS = ["count()", "sum(v)", "stddev(v)", "min(v)", "last(m)", "count_distinct(m)", "median(v)", "percentile(v, 0.99)",
         "top(m, 3)", "collect(n)", "sum(v), d = count_distinct(m)"]


def programs():
    for call in CALLS:
        few = "  having each last(n) % 100 == 0\n" if call.startswith("collect") else ""
        # A window that only grows, and one that loses an event with each that comes.
        for size in ("1h", "10s"):
            yield f"rolling {size}: {call}", "0ms", f"window w on pay by u {{ rolling {size}\n  select n = count(), x = {call}\n{few} alert info }}\n"
    for call in ("count_distinct(m)", "median(v)", "top(m, 3)"):
        yield f"early count 1: {call}", "0ms", f"window w on pay by u {{ tumbling 1h early count 1\n  select x = {call}\n alert info }}\n"
        yield f"sliding, early count 1: {call}", "0ms", f"window w on pay by u {{ sliding 1m every 20s early count 1\n  select x = {call}\n alert info }}\n"
        yield f"session with lateness: {call}", "late", f"window w on pay by u {{ session 1s lateness 1h\n  select x = {call}\n alert info }}\n"
        yield f"sliding 10s every 10ms: {call}", "0ms", f"window w on pay by u {{ sliding 10s every 10ms\n  select x = {call}\n alert info }}\n"
    for condition in ("sum(a.v)", "avg(a.v)", "min(a.v)", "max(a.v)", "first(a.v)", "count(a)"):
        yield (f"a loop: {condition}", "0ms",
               f"pattern p on pay by u {{ begin s where n == 0 followedBy a where ({condition} is null or {condition} < 1.0e12) oneOrMore greedy\n"
               "  followedBy b where n < 0\n  within 1h\n  alert info }\n")


def events(path, count, late):
    """One event a millisecond. `late`: after the first half one far ahead, so that the second half is late."""
    with open(path, "w") as out:
        for i in range(count):
            at = i if not late or i < count // 2 else i - count // 2
            out.write('{"u":"alexandra","m":"merchant-%06d","v":%d.%02d,"n":%d,"ts":%d}\n' % (i * 7919 % 5003, i * 31 % 997, i % 100, i, 1_600_000_000_000 + at))
            if late and i == count // 2 - 1:
                out.write('{"u":"else","m":"","v":0.0,"n":0,"ts":%d}\n' % (1_600_000_000_000 + 600_000))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cepctl")
    parser.add_argument("--events", type=int, default=60_000)
    parser.add_argument("--only", default="")
    parser.add_argument("--limit", type=float, default=300, help="seconds after which a run is given up")
    args = parser.parse_args()
    print(f"{args.events:,} events of one user, one a millisecond")
    with tempfile.TemporaryDirectory(prefix="cepd-aggregates-") as folder:
        for kind in ("0ms", "late"):
            events(f"{folder}/{kind}.ndjson", args.events, kind == "late")
        for name, kind, body in programs():
            if args.only and not any(word in name for word in args.only.split(",")):
                continue
            with open(f"{folder}/p.cep", "w") as out:
                out.write(STREAM % "0ms" + body)
            begin, before = time.monotonic(), resource.getrusage(resource.RUSAGE_CHILDREN)
            command = [args.cepctl, "replay", f"{folder}/p.cep", "--events", f"{folder}/{kind}.ndjson"]
            with open(f"{folder}/out", "wb") as out:
                child = subprocess.Popen(["/usr/bin/env", "bash", "-c", 'exec timeout "$0" "$@"', str(args.limit), *command], stdout=out)
                _, status, usage = os.wait4(child.pid, 0)
            code = os.waitstatus_to_exitcode(status)
            seconds = time.monotonic() - begin
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
            size = os.path.getsize(f"{folder}/out")
            verdict = "" if code == 0 else "  given up" if code == 124 else f"  exit {code}"
            print(f"{name:48s} {seconds:8.2f} s  {cpu:8.2f} CPU s  {cpu * 1e6 / args.events:9.1f} µs/event  {usage.ru_maxrss / 1024:8.0f} MiB  {size / 1e6:8.1f} MB out{verdict}",
                  flush=True)
            if code not in (0, 124):
                return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
