"""long_keys.py CEPCTL: the shipped patterns over the recorded sample, and programs like those of real work, with keys and texts of 15, 16, 17, 200 and 70,000 bytes. The records must be those
of short keys, each key with what was put behind it, whatever the shards and batches. Meant for a cepctl that is built with AddressSanitizer, which tells of any view of bytes that are gone.
The last line is `N passed, N failed`."""
import json
import os
import random
import re
import subprocess
import sys
import tempfile

EPOCH = 1767225600000
LENGTHS = [15, 16, 17, 200, 70_000]
FIELDS = ("who user user_id tx_id merchant merchant_id ip src_ip dst_ip host session_id product sensor device site order_id customer payment_id card impression_id campaign click_id "
          "message_id parcel service game player visitor page word country request_id driver_id").split()

# Keys in windows, rolling windows, joins, `unique`, tables, throttles, timeouts and messages; rows of operators read by others.
LOGINS = """
stream logins (user string, host string, ip string, success bool, ts timestamp) time ts watermark 1s
stream addresses (host string, site string, ts timestamp) time ts watermark 1s
table sites (host string, site string) key host from stream addresses
stream once = logins unique by (user, host, ip) within 20s
stream marked = logins, once
pattern brute_force on logins by user { begin fail where not success times 3 consecutive within 5s select place = last(fail.host)
  alert high "{user} on {place}" at most once per 10s by place }
pattern silent on logins by (user, host) { begin a where success notFollowedBy b where success within 3s select who = a.user alert low "{who}, {a.host}" }
pattern slow on once by user { begin a next b where host != a.host within 2s alert low "{a.host} {b.host}" on timeout { select place = a.host, who = a.user alert low "{a.user}" at most once per 9s } }
window per_hour on logins by (user, host) { tumbling 10s select n = count(), who = user, place = host, both = user + " " + host alert info "{user} on {host}: {n} {sites[host].site}" }
window sliding on marked by user { sliding 10s every 4s lateness 5s retracting select n = count(), hosts = count_distinct(host), first = first(host), all = collect(host), top = top(ip, 3)
  alert info "{user}: {first}" at most once per 9s by first }
window rolling_now on once by (user, host) { rolling 8s select n = count(), place = last(host), least = min(ip) having n > 1 alert medium "{user} {place} {least}" }
window visits on logins by host { session 2s early count 3 select n = count(), who = max(user) alert low "{host} {who}" }
window three on logins by user { count 3 every 2 limit keys 1h select hosts = collect(host), who = user alert low "{who}" }
left join where_from on logins l by host, addresses a by host { between -2s and 2s where l.host == a.host select who = l.user, site = a.site alert low "{l.user} {a.site}" at most once per 3s by site }
join together on per_hour p by user, three t by user { session 5s select place = p.place, who = t.who alert low "{p.place} {t.who}" }
pattern again on per_hour by who { begin a followedBy b where place == a.place within 1h alert low "{who} {a.place}" }
"""


def logins(rng):
    t = EPOCH
    for i in range(700):
        t += rng.choice([0, 100, 400, 900])
        host = "h%d" % rng.randrange(4)
        if rng.random() < 0.15:
            yield {"_stream": "addresses", "host": host, "site": "s%d" % rng.randrange(3), "ts": t - rng.choice([0, 0, 900])}
        else:
            yield {"_stream": "logins", "user": "u%d" % rng.randrange(6), "host": host, "ip": "i%d" % rng.randrange(5), "success": rng.random() < 0.4, "ts": t - rng.choice([0, 0, 700, 3000])}


def shop(rng):
    """Of the shipped patterns those that the recorded sample has no events for."""
    t = EPOCH
    for i in range(500):
        t += rng.choice([0, 200, 1500, 9000])
        n = "%d" % rng.randrange(7)
        yield rng.choice([{"_stream": "impressions", "impression_id": "i" + n, "campaign": "c" + n},
                          {"_stream": "ad_clicks", "impression_id": "i" + n, "click_id": "k%d" % i},
                          {"_stream": "deliveries", "message_id": "m%d" % (i // 3), "parcel": "p" + n, "status": "DELIVERED"},
                          {"_stream": "service_calls", "service": "s" + n, "status": rng.choice([200, 200, 500])},
                          {"_stream": "wins", "game": "g%d" % (i % 2), "player": "p" + n},
                          {"_stream": "page_views", "visitor": "v" + n, "page": "p%d" % (i % 3)},
                          {"_stream": "words", "word": "w" + n},
                          {"_stream": "transactions", "tx_id": "t%d" % i, "user_id": "u" + n, "merchant_id": "m%d" % (i % 4), "type": "PAYMENT", "amount": rng.randrange(1, 3000), "country": "DE"},
                          {"_stream": "profiles", "user_id": "u" + n, "avg_amount": 20.0, "home_country": "FR"},
                          {"_stream": "merchants", "merchant_id": "m%d" % (i % 4), "name": "shop", "category": "food"}]) | {"ts": t}


def lengthened(event, length):
    return {k: v + "!" + "x" * max(0, length - len(v) - 1) if k in FIELDS else v for k, v in event.items()}


def replay(cepctl, program, events, *more):
    run = subprocess.run([cepctl, "replay", *program, "--events", events, "--channel", "all", "--set", "limits.record=512MiB", *more], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    # A rejected line is shown as it came, and not all of it.
    return run.returncode, b"\n".join(l for l in run.stdout.split(b"\n") if not l.startswith(b'{"channel":"rejects"')), run.stderr


def write_events(path, events, length):
    with open(path, "w") as f:
        for event in events:
            f.write(json.dumps(lengthened(event, length)) + "\n")
    return path


def compare(cepctl, name, program, events, length, work):
    """How many of two ways of running gave the records of short keys, and how many did not."""
    _, expected, _ = replay(cepctl, program, write_events(os.path.join(work, "short.ndjson"), events, 1))
    path = write_events(os.path.join(work, "long.ndjson"), events, length)
    results = []
    for way in [("--shards", "1"), ("--shards", "3", "--batch", "7", "--seed", "5")]:
        status, out, error = replay(cepctl, program, path, *way)
        out = re.sub(rb"!x*", b"!", out)
        results.append(status == 0 and out == expected and b'"channel":"alerts"' in out)
        if results[-1]:
            continue
        print(f"FAILED  {name}, {length} bytes, {' '.join(way)}: exit {status}\n{error.decode(errors='replace')[-3000:]}")
        for a, b in zip(expected.split(b"\n"), out.split(b"\n")):
            if a != b:
                print(f"  expected {a[:600]!r}\n  came     {b[:600]!r}")
                break
    print(f"{name}, {length} bytes: {expected.count(b'pattern')} records")
    return results.count(True), results.count(False)


def main(cepctl):
    patterns = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "patterns")
    with open(os.path.join(patterns, "samples", "demo.ndjson")) as f:
        sample = [json.loads(line) for line in f]
    passed = failed = 0
    with tempfile.TemporaryDirectory() as work:
        with open(os.path.join(work, "logins.cep"), "w") as f:
            f.write(LOGINS)
        for name, program, events in [("logins", [f.name], list(logins(random.Random(1)))), ("shipped patterns, the sample", [patterns], sample),
                                      ("shipped patterns, other events", [patterns], list(shop(random.Random(2))))]:
            for length in LENGTHS:
                good, bad = compare(cepctl, name, program, events if length < 1000 else events[:120], length, work)
                passed, failed = passed + good, failed + bad
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
