#!/usr/bin/env python3
"""Events per second and peak memory of `cepctl replay` on the workloads, and whether the counts are exactly the expected ones.

Each line of the table is the median of some runs of one process over one whole file: reading, decoding, matching and writing the records to a
file. Seconds are wall time of the process, start and load included; CPU seconds and peak memory are the kernel's figures for it.
"""
import argparse
import collections
import json
import os
import platform
import re
import statistics
import subprocess
import sys
import tempfile
import time


def expected_counts(workloads, name):
    """{"channel/name": records}; "channel" alone for all records of the channel."""
    with open(os.path.join(workloads, "expected.json")) as f:
        known = json.load(f)
    if name in ("w1", "w1_in_time"):
        counts = {"alerts/" + p: known["w1"][p] for p in ("rapid_small_payments", "location_jump", "account_takeover")}
        if name == "w1":
            return {**counts, "late": known["w1"]["late_to_the_patterns"]}
        return {**counts, "streams/spend": known["w1"]["spend_records_if_late_events_are_left_out"]}
    if name == "w2":
        return {"streams/surge": known["w2"]["surge"]}
    if name.startswith("w3_"):
        return {"alerts/sequence": known["w3"][name[3:]]}
    if name == "w5":
        return {"alerts/brute_force": known["w5"]["brute_force"]}
    return {"alerts": known["w6"][name[3:]]}


SLIDE_MS = 100
SLIDING = """stream ticks (id int, type string, price double, volume int, ts timestamp) time ts
window prices on ticks by type {
  sliding %dms every %dms
  select  n = count(), mean = avg(price), low = min(price), high = max(price)
  alert   info
}
"""


def sliding_windows(events, ratio):
    """How many windows of `ratio` slides have any event of their key; the events are in order."""
    last, count = {}, 0
    field = re.compile(rb'"type":"(.)".*"ts":(\d+)')
    with open(events, "rb") as f:
        for line in f:
            key, ts = field.search(line).groups()
            slide = int(ts) // SLIDE_MS
            count += min(ratio, slide - last.get(key, slide - ratio))
            last[key] = slide
    return {"alerts/prices": count}


def without_late(source, target):
    """w1 less the events that come more than 5 s behind the foremost, for which the number of windows is known."""
    time_of, foremost = re.compile(rb'"ts":(\d+)'), 0
    with open(source, "rb") as f, open(target + ".part", "wb") as out:
        for line in f:
            ts = int(time_of.search(line).group(1))
            if ts >= foremost - 5000:
                out.write(line)
            foremost = max(foremost, ts)
    os.rename(target + ".part", target)


def events_of(data, name):
    if name == "w1_in_time":
        path = os.path.join(data, "w1_in_time.ndjson")
        if not os.path.exists(path):
            without_late(os.path.join(data, "w1.ndjson"), path)
        return path
    return os.path.join(data, ("w3" if name.startswith("sliding_") else name.split("_")[0]) + ".ndjson")


def channels(name):
    return {"w1": "alerts,late", "w1_in_time": "alerts,streams", "w2": "streams"}.get(name, "alerts")


def program(args, name, folder):
    """The path of the pattern file of a line of the table."""
    if name.startswith("w6_"):
        return os.path.join(args.data, name + ".cep")
    if name.startswith("sliding_"):
        path = os.path.join(folder, name + ".cep")
        with open(path, "w") as f:
            f.write(SLIDING % (int(name[8:]) * SLIDE_MS, SLIDE_MS))
        return path
    source = {"w2": "w2/surge.cep", "w5": "w5/logins.cep"}.get(name) or ("w1/fraud.cep" if name.startswith("w1") else "w3/%s.cep" % name[3:])
    return os.path.join(args.workloads, source)


def measure(command, out_path):
    with open(out_path, "wb") as out:
        start = time.monotonic()
        child = subprocess.Popen(command, stdout=out)
        _, status, usage = os.wait4(child.pid, 0)
        wall = time.monotonic() - start
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0:
        sys.exit("failed (%d): %s" % (child.returncode, " ".join(command)))
    return wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024.0


def counts(path, expected):
    found = collections.Counter()
    name = re.compile(rb'\{"channel":"([^"]*)"(?:,"seq":\d+)?,"(?:pattern|stream)":"([^"]*)"')
    with open(path, "rb") as f:
        for line in f:
            channel, who = (part.decode() for part in name.match(line).groups())
            found[channel if channel in expected else channel + "/" + who] += 1
    return found


def verdict(found, expected):
    found = {name: found[name] for name in sorted(expected.keys() | (n for n in found if n.startswith("alerts")))}
    return "ok" if found == expected else "WRONG: %s, expected %s" % (found, expected)


def lines_of(path):
    count = 0
    with open(path, "rb") as f:
        while block := f.read(1 << 20):
            count += block.count(b"\n")
    return count


def bench_line(args, name, folder):
    events = events_of(args.data, name)
    expected = sliding_windows(events, int(name[8:])) if name.startswith("sliding_") else expected_counts(args.workloads, name)
    total, out = lines_of(events), os.path.join(folder, "records")
    command = [args.cepctl, "replay", program(args, name, folder), "--events", events, "--channel", channels(name), "--shards", str(args.shards)]
    runs = [measure(command, out) for _ in range(args.runs)]
    found = counts(out, expected)
    wall, cpu, memory = (statistics.median(column) for column in zip(*runs))
    return {"name": name, "events": total, "seconds": round(wall, 3), "cpu_seconds": round(cpu, 3), "events_per_second": round(total / wall),
            "events_per_cpu_second": round(total / cpu), "peak_mb": round(memory, 1), "records": sum(found.values()), "counts": verdict(found, expected)}


def decode_alone(args):
    """bench/decode_bench: line to row and nothing else, the best of three rounds over the whole file in memory."""
    tool = os.path.join(os.path.dirname(args.cepctl), "..", "..", "bench", "decode_bench")
    for workload in ("w1", "w5", "w6"):
        print("decoding alone, %s:" % workload, flush=True)
        subprocess.run([tool, os.path.join(args.data, workload + ".ndjson")], check=True)


DEFAULT = ("w1 w1_in_time w2 w3_rare_3_100ms w3_rare_3_300ms w3_rare_5_50ms w3_rare_5_100ms w3_rare_7_50ms w5 w6_10 w6_100 "
           "sliding_1 sliding_10 sliding_100 sliding_1000")


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("lines", nargs="*", help="lines of the table; default: " + DEFAULT)
    p.add_argument("--cepctl", required=True)
    p.add_argument("--workloads", required=True, help="folder of the pattern files and expected.json")
    p.add_argument("--data", required=True, help="folder of the generated events")
    p.add_argument("--runs", type=int, default=3)
    p.add_argument("--shards", type=int, default=1)
    p.add_argument("--json", help="write the figures to this file too")
    args = p.parse_args()
    print("%s, %d cores, %s" % (platform.processor() or platform.machine(), len(os.sched_getaffinity(0)), cpu_model()))
    print("%-18s %10s %8s %8s %12s %12s %9s %9s  %s" % (
        "", "events", "s", "CPU s", "events/s", "per CPU s", "peak MB", "records", "counts"))
    results = []
    with tempfile.TemporaryDirectory() as folder:
        for name in args.lines or DEFAULT.split():
            r = bench_line(args, name, folder)
            results.append(r)
            print("%-18s %10d %8.2f %8.2f %12d %12d %9.1f %9d  %s" % (
                r["name"], r["events"], r["seconds"], r["cpu_seconds"], r["events_per_second"], r["events_per_cpu_second"], r["peak_mb"],
                r["records"], r["counts"]), flush=True)
    if args.json:
        with open(args.json, "w") as f:
            json.dump({"machine": cpu_model(), "cores": len(os.sched_getaffinity(0)), "runs": args.runs, "shards": args.shards, "results": results}, f, indent=1)
    if not args.lines:
        decode_alone(args)
    sys.exit(0 if all(r["counts"] == "ok" for r in results) else 1)


def cpu_model():
    with open("/proc/cpuinfo") as f:
        for line in f:
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return "unknown processor"


if __name__ == "__main__":
    main()
