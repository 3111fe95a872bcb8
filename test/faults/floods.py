"""The floods of neighbour.py: what a client may do to a daemon as fast as TCP carries it. A row of FLOODS has a name, what it is, the program that it is for, and the function that sends
it (in a process of its own, with an Attack: ports, chance, when it is over). Whoever finds another way to make a neighbour wait adds a row."""
import dataclasses
import json
import threading
import time

from attack import Wire

BASE_MS = 1767225600000
PIECE_BYTES = 1 << 18


@dataclasses.dataclass
class Flood:
    what: str
    send: object                       # function(attack)
    program: str = "stream tx (id int, user string, amount double, ts timestamp) time ts\n"
    files: dict = dataclasses.field(default_factory=dict)
    settings: tuple = ()
    memory_mib: int = 400              # beyond what the daemon has alone
    before: object = None              # function(port of events), while nobody measures
    starts: bool = False               # a start over it is measured too


# ---------------------------------------------------------------------------------------------------- senders
def swallow(wire):
    """Reads what the daemon answers, so that it has no reason to stop."""
    def loop():
        while wire.receive(60):
            pass
    threading.Thread(target=loop, daemon=True).start()


def pour(lines, connections=2, reads=True, first=b""):
    """A sender of the same pieces over and over on some connections. `lines`: function(chance) → an iterable of lines, of which a piece is filled."""
    return pour_pieces(lambda chance: [fill(lines(chance)) for _ in range(4)], connections, reads, first)


def pour_huge(line, connections=2):
    """Pieces of one huge line each."""
    return pour_pieces(lambda chance: [line(chance) + b"\n" for _ in range(12)], connections)


def pour_pieces(make, connections, reads=True, first=b""):
    def send(attack):
        pieces = make(attack.chance)

        def one(chance):
            wire = Wire(attack.events)
            if reads:
                swallow(wire)
            wire.send(first)
            while not attack.over():
                wire.send(pieces[chance.randrange(len(pieces))])
                with attack.lock:
                    attack.rounds += 1
            wire.close()
        attack.round(connections, one)
    return send


def fill(lines):
    out, size = [], 0
    for line in lines:
        out.append(line)
        size += len(line) + 1
        if size >= PIECE_BYTES:
            break
    return b"\n".join(out) + b"\n"


def always(line):
    def lines(_):
        while True:
            yield line
    return lines


def one_of(*choices):
    """Lines of many kinds, in any order: strings, or functions of chance."""
    def lines(chance):
        while True:
            line = chance.choice(choices)
            yield line(chance) if callable(line) else line
    return lines


# ---------------------------------------------------------------------------------------------------- lines
MANY_STREAMS = "".join(f"stream transactions_of_region_{i:04} (id int, ts timestamp) time ts\n" for i in range(1000))


def good(chance):
    return b'{"_stream":"tx","id":%d,"user":"u%d","amount":%d.5,"ts":%d}' % (chance.randrange(1 << 30), chance.randrange(1000), chance.randrange(1000), BASE_MS)


def misspelt(chance):
    """Another one each time, as far from many names as it may be."""
    name = list("transactions_of_region_%04d" % chance.randrange(1000))
    for _ in range(chance.randrange(1, 8)):
        name[chance.randrange(len(name))] = chance.choice("abcdefghijklmnopqrstuvwxyz_")
    return b'{"_stream":"%s","id":1,"ts":%d}' % ("".join(name).encode(), BASE_MS)


REJECTS = one_of(
    b"x", b"{", b"nonsense", b'{"_stream":"tx","id":1', b'{"_stream":"tx","id":"one","ts":%d}' % BASE_MS, b'{"_stream":"tx","id":1}', b'{"_stream":"tx","id":1.5,"ts":%d}' % BASE_MS,
    b'{"_stream":"tx","id":1,"id":1,"ts":%d}' % BASE_MS, b'{"_stream":"tx","id":1,"_x":1,"ts":%d}' % BASE_MS, b'{"_stream":"tx","user":"\xff\xfe","ts":%d}' % BASE_MS,
    b'{"_stream":"tx","id":1,"ts":-1}', b'{"_stream":"tx","id":1,"ts":%d}' % (BASE_MS * 10), b'{"_stream":7}', b'{"_stream":"tx","_delete":true}', b'{"_tick":1}', b'{"_at":1}', b'{"_load":1}',
    b'{"_watermark":{"stream":"nowhere","time":1}}', b'{"_watermark":7}', b'{"_end":{"stream":"tx"}}', b'{"_hello":{"producer":"x"}}', b'{"id":1}', b"[1]", b"\0\0\0",
    lambda c: b'{"_stream":"%d"}' % c.randrange(1 << 60), lambda c: b'{"%d":1,"_stream":"nowhere"}' % c.randrange(1 << 60), lambda c: b'{"_stream":"tx","id":"%s"}' % (b"\x7f" * c.randrange(3000)))


def huge(chance):
    kind, n = chance.randrange(6), 1000000
    if kind == 0:
        return b'{"_stream":"tx","id":1,"note":"%s","ts":%d}' % (b"x" * n, BASE_MS)
    if kind == 1:
        return b"{" + b",".join(b'"m%d":1' % i for i in range(n // 12)) + b"}"
    if kind == 2:
        return b'{"_stream":"tx","a":[' + b"1," * (n // 2 - 40) + b"1]"
    if kind == 3:
        return b'{"_stream":"tx","user":"%s' % (b"\\u0000" * (n // 6))
    if kind == 4:
        return b"{" + b",".join(b'"%s%d":1' % (b"n" * 200, i) for i in range(n // 220)) + b"}"
    return b"x" * (2 * n)


def deep(chance):
    n = chance.choice((60, 64, 70, 1000, 100000, 400000))
    return chance.choice((b'{"_stream":"tx","a":' + b"[" * n + b"]" * n + b"}", b"[" * n, b'{"a":' * n, b'{"_stream":"tx","a":' + b'{"b":' * n + b"1" + b"}" * n + b"}"))


def hellos(attack):
    """Sessions that begin and are taken over, each an entry of the journal."""
    def one(chance):
        wire = Wire(attack.events)
        wire.send(b'{"_hello":{"producer":"p%d"}}\n' % chance.randrange(50))
        wire.line(5)
        wire.close()
    attack.round(8, one)


CONTROLS = one_of(b'{"_end":{"stream":"*"}}', lambda c: b'{"_watermark":{"stream":"tx","time":%d}}' % (BASE_MS + c.randrange(1000000)), lambda c: b'{"_watermark":{"stream":"*","time":%d}}' % BASE_MS, b"")


# ---------------------------------------------------------------------------------------------------- costly operators
def timed(line, step_ms, users=1):
    """Lines of tx whose time goes on, each made by line(number, chance)."""
    def lines(chance):
        n = [0]

        def send_one():
            n[0] += 1
            return line(n[0], BASE_MS + n[0] * step_ms, chance)
        while True:
            yield send_one()
    return lines


def ongoing(line, step_ms, connections=1):
    """Never the same piece again: event time goes on from piece to piece."""
    def send(attack):
        source, lock = timed(line, step_ms)(attack.chance), threading.Lock()

        def one(_):
            wire = Wire(attack.events)
            swallow(wire)
            while not attack.over():
                with lock:
                    piece = b"\n".join(next(source) for _ in range(1000)) + b"\n"
                wire.send(piece)
                with attack.lock:
                    attack.rounds += 1
            wire.close()
        attack.round(connections, one)
    return send


def of_one_user(n, ts, chance):
    return b'{"_stream":"tx","id":%d,"user":"u1","amount":%d.5,"ts":%d}' % (n, chance.randrange(100000), ts)


def of_few_users(n, ts, chance):
    return b'{"_stream":"tx","id":%d,"user":"u%d","amount":%d.5,"ts":%d}' % (n, chance.randrange(100), chance.randrange(100000), ts)


TX = "stream tx (id int, user string, amount double, ts timestamp) time ts\n"
ROLLING = TX + """\
window risk on tx by user {
  rolling 1h
  select n = count(), ids = count_distinct(id), middle = median(amount), best = top(amount, 5)
  having n < 0
  alert low
}
"""
SLIDING = TX + 'window often on tx by user { sliding 1h every 1s  select n = count()  alert low "{user}: {n}" }\n'
LOOPS = TX + 'pattern pairs on tx by user { begin a where amount > 0  followedByAny b where amount > a.amount oneOrMore  within 1m  alert low }\n'


# ---------------------------------------------------------------------------------------------------- alerts, http
ALERTING = TX + 'pattern each on tx { begin a  alert low "{a.id}" }\n'


def fill_log(port):
    """Alerts to be read again: some fifty megabytes."""
    wire = Wire(port)
    wire.send(b'{"_hello":{"producer":"before"}}\n')
    wire.line(5)
    for at in range(0, 200000, 1000):
        wire.send(b"".join(b'{"_stream":"tx","id":%d,"user":"%s","amount":1.5,"ts":%d}\n' % (at + i, b"u" * 100, BASE_MS + at + i) for i in range(1000)))
    while line := wire.line(30):
        if b'"upto":200000}' in line:
            break
    wire.close()


def readers(attack):
    """Two hundred subscribers that read it from the beginning, over and over."""
    def one(_):
        wire = Wire(attack.alerts)
        wire.send(b'{"_subscribe":{"channel":"alerts","from":"earliest"}}\n')
        end = min(attack.until, time.monotonic() + 5)
        while time.monotonic() < end and wire.receive(1):
            pass
        wire.close()
    attack.round(200, one)


def unread_gets(attack):
    """Answers that nobody takes."""
    wires = []
    for _ in range(400):
        wire = Wire(attack.http, receive_buffer=4096)
        wire.send(b"GET /api/v1/status HTTP/1.1\r\nHost: localhost\r\n\r\n" * 200)
        wires.append(wire)
        attack.rounds += 1
    while not attack.over():
        time.sleep(0.1)


def request(attack, method, path, body, seconds=30):
    """One request, and the first bytes of its answer."""
    wire = Wire(attack.http)
    wire.send(f"{method} {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode() + body)
    answer = wire.receive(seconds)
    wire.close()
    return answer


def big_puts(attack):
    """Pattern files that are all comment, and sets of many files."""
    text = "# " + "x" * 900000 + "\n"
    body = json.dumps({"files": [{"name": f"f{i}.cep", "text": text} for i in range(8)]}).encode()
    attack.round(4, lambda chance: request(attack, "PUT", "/api/v1/patterns", body + b" " * chance.randrange(9)))


def loads(attack):
    """The set is changed again and again."""
    names = iter(range(1 << 30))
    attack.round(1, lambda _: request(attack, "PUT", "/api/v1/patterns/again.cep", b'window again on tx by user { tumbling 1m  select n = count()  alert low "%d" }\n' % next(names)))


HOSTILE = (
    b'stream h (s string, ts timestamp) time ts\nstream h2 = h select s = ' + b"concat(" * 300 + b"s" + b")" * 300 + b"\n",
    b"stream h (s string, ts timestamp) time ts\npattern q on h { begin a where " + b"(" * 20000 + b"1" + b")" * 20000 + b" == 1 alert low }\n",
    b"stream h (s string, ts timestamp) time ts\npattern q on h { begin a where s matches \"" + b"[a-z]{1,100}" * 200 + b"\" alert low }\n",
    b"stream h (s string, ts timestamp) time ts\n" + b"".join(b"stream h%d = h%s\n" % (i + 1, str(i or "").encode()) for i in range(3000)),
    b"stream h (s string, ts timestamp) time ts\npattern q on h { " + b"".join(b"%s s%d where s == \"%d\" times 50..100\n" % (b"begin" if i == 0 else b"followedBy", i, i) for i in range(200)) + b" within 1h alert low }\n",
)


def programs(attack):
    """Programs that cost a compiler much; none may be in force afterwards."""
    def one(chance):
        request(attack, "PUT", "/api/v1/patterns/hostile.cep?dry_run=1", HOSTILE[chance.randrange(len(HOSTILE))], 60)
    attack.round(2, one)


TABLE_ROWS = "key,value\n" + "".join(f"k{i},{i}\n" for i in range(50000))

FLOODS = {
    "good": Flood("good lines: what all others are compared with", pour(one_of(good)), starts=True),
    "misspelt": Flood("one misspelt `_stream`, of a thousand", pour(always(b'{"_stream":"transactoins_of_regoin_0500","id":1,"ts":1}')), MANY_STREAMS, starts=True),
    "misspelt_each": Flood("another misspelt `_stream` in each line", pour(one_of(misspelt)), MANY_STREAMS),
    "x": Flood("x and LF", pour(always(b"x")), starts=True),
    "x_of_many": Flood("x and LF on a hundred connections", pour(always(b"x"), 100)),
    "x_unread": Flood("x and LF, and nobody reads the answers", pour(always(b"x"), reads=False)),
    "x_session": Flood("x and LF in a producer session", pour(always(b"x"), 1, first=b'{"_hello":{"producer":"flood"}}\n')),
    "blank": Flood("LF alone", pour(always(b""))),
    "rejects": Flood("all that can be wrong with a line", pour(REJECTS), starts=True),
    "late": Flood("events that come too late", pour(one_of(good, lambda c: good(c).replace(b"176722560", b"1767225500"[:9]))), TX + "pattern p on tx { begin a where amount < 0 alert low }\n"),
    "huge": Flood("lines of a megabyte and more", pour_huge(huge)),
    "deep": Flood("deeply nested lines", pour_huge(deep)),
    "controls": Flood("ends, watermarks and blank lines", pour(CONTROLS)),
    "hellos": Flood("sessions that begin and end", hellos),
    "rolling": Flood("rolling windows with costly aggregates", ongoing(of_one_user, 10), ROLLING),
    "sliding": Flood("a window of 3,600 firings an event", ongoing(of_few_users, 1000), SLIDING),
    "loops": Flood("a pattern with very many matches", ongoing(of_one_user, 100), LOOPS),
    "readers": Flood("200 subscribers that read old logs", readers, ALERTING, before=fill_log),
    "unread_gets": Flood("80,000 answers of /api/v1/status that nobody reads", unread_gets),
    "puts": Flood("PUTs of eight megabytes", big_puts),
    "loads": Flood("loads one after the other, with a table file", loads, TX + 'table big (key string, value int) key key from "big.csv"\n', files={"big.csv": TABLE_ROWS}),
    "programs": Flood("programs that are costly to compile", programs),
}
# Of CI: a run of each kind, seconds each.
SHORT = ("good", "misspelt", "x", "rejects", "huge")
