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
    with open(os.path.join(workloads, "expected.json")) as f:
        known = json.load(f)
    if name == "w1":
        return {p: known["w1"][p] for p in ("rapid_small_payments", "location_jump", "account_takeover")}
    if name.startswith("w3_"):
        return {"sequence": known["w3"][name[3:]]}
    if name == "w5":
        return {"brute_force": known["w5"]["brute_force"]}
    return {"*": known["w6"][name[3:]]}


def without_windows(text):
    """w1's file ends with a window, which this version does not read: every `window … }` that begins a line is left out."""
    return re.sub(r"(?ms)^window .*?^\}\n", "", text)


def program(workloads, data, name, folder):
    """The path of the pattern file of a line of the table."""
    if name.startswith("w6_"):
        return os.path.join(data, name + ".cep")
    source = {"w1": "w1/fraud.cep", "w5": "w5/logins.cep"}.get(name) or "w3/%s.cep" % name[3:]
    with open(os.path.join(workloads, source)) as f:
        text = f.read()
    path = os.path.join(folder, name + ".cep")
    with open(path, "w") as f:
        f.write(without_windows(text))
    return path


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


def counts(path):
    found = collections.Counter()
    name = re.compile(rb'"pattern":"([^"]*)"')
    with open(path, "rb") as f:
        for line in f:
            found[name.search(line).group(1).decode()] += 1
    return found


def verdict(found, expected):
    if expected.keys() == {"*"}:
        found = {"*": sum(found.values())}
    return "ok" if dict(found) == expected else "WRONG: %s, expected %s" % (dict(found), expected)


def lines_of(path):
    count = 0
    with open(path, "rb") as f:
        while block := f.read(1 << 20):
            count += block.count(b"\n")
    return count


def bench_line(args, name, folder):
    events = os.path.join(args.data, name.split("_")[0] + ".ndjson")
    total, out = lines_of(events), os.path.join(folder, "records")
    command = [args.cepctl, "replay", program(args.workloads, args.data, name, folder), "--events", events, "--shards", str(args.shards)]
    runs = [measure(command, out) for _ in range(args.runs)]
    found = counts(out)
    wall, cpu, memory = (statistics.median(column) for column in zip(*runs))
    return {"name": name, "events": total, "seconds": round(wall, 3), "cpu_seconds": round(cpu, 3), "events_per_second": round(total / wall),
            "events_per_cpu_second": round(total / cpu), "peak_mb": round(memory, 1), "records": sum(found.values()), "counts": verdict(found, expected_counts(args.workloads, name))}


def decode_alone(args):
    """bench/decode_bench: line to row and nothing else, the best of three rounds over the whole file in memory."""
    tool = os.path.join(os.path.dirname(args.cepctl), "..", "..", "bench", "decode_bench")
    for workload in ("w1", "w5", "w6"):
        print("decoding alone, %s:" % workload, flush=True)
        subprocess.run([tool, os.path.join(args.data, workload + ".ndjson")], check=True)


DEFAULT = "w1 w3_rare_3_100ms w3_rare_3_300ms w3_rare_5_50ms w3_rare_5_100ms w3_rare_7_50ms w5 w6_10 w6_100"


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
    print("%s, %d cores, %s" % (platform.processor() or platform.machine(), os.cpu_count(), cpu_model()))
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
            json.dump({"machine": cpu_model(), "cores": os.cpu_count(), "runs": args.runs, "shards": args.shards, "results": results}, f, indent=1)
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
