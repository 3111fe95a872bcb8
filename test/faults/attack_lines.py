"""Attacks on the ports of lines, `events` and `alerts`: each takes an Attack (attack.py). What they promise about good clients is held by hammer.py."""
import json

from attack import ANSWER_BYTES_MAX, Wire, mutate
from lines import LINE_LIMIT

HUGE = 1 << 20
NAMES = ("x", "x" * 256, "x" * 257, "", "a b", "../../etc/passwd", "/", "\\", "file:/tmp/alerts", "consumer:x", "_x", "\0", "\n", "\u0000\u001b[31m", "ÄÖÜ€😀", "{", '"', "%00", "a\tb", "null")


def numbers():
    return (b"0", b"-1", b"1.0", b"1.5", b"1e3", b"1e400", b"-0", b"18446744073709551615", b"18446744073709551616", b"9" * 5000, b'"1"', b"true", b"null", b"[]", b"{}", b"0x10", b"01", b"NaN")


def objects(word):
    """Lines round one control word, none of them good."""
    big = b",".join(b'"%06x":1' % i for i in range(60000))
    bodies = [b"null", b"[]", b"1", b'"x"', b"{}", b"{" + big + b"}", b"{" + big[:60000].rsplit(b",", 1)[0] + b"}", b"[" * HUGE, b'{"a":' * 1000, b'{"%s":1}' % (b"k" * HUGE),
              b'{"%s":1}' % (b"k" * 60000), b'{"x":1,"x":1}', b'{"producer":1}', b'{"producer":["x"]}', b'{"producer":"\\ud800"}', b'{"producer":"\xff"}', b'{"producer":"x","producer":"y"}',
              b'{"channel":"alert"}', b'{"channel":"%s"}' % (b"k" * 60000), b'{"from":"resume"}', b'{"patterns":[]}', b'{"patterns":[1]}', b'{"patterns":"*"}',
              b'{"patterns":[' + b",".join([b'"*"'] * 1001) + b"]}", b'{"consumer":""}', b'{"consumer":1}', b'{"channel":"streams","from":"earliest"}']
    bodies += [b'{"from":%s}' % n for n in numbers()] + [b'{"upto":%s}' % n for n in numbers()]
    for body in bodies:
        yield b'{"_%s":%s}' % (word, body)
    yield b'{"_%s":{"producer":"a"}}{"_%s":{}}' % (word, word)
    yield b'{"_%s"' % word
    yield b'\0{"_%s":{}}' % word


def hellos(attack):
    """First lines that are nearly a hello: an answer for each, short, at once; then the connection ends or goes on, but never hangs."""
    def one(line):
        wire = Wire(attack.events)
        wire.send(line + b"\n")
        answer = wire.line(20)
        if answer is None and not wire.ended:
            attack.complain(f"no answer to {line[:100]!r}")
        if answer is not None and (len(answer) > ANSWER_BYTES_MAX or not answer.startswith((b'{"_error":', b'{"_welcome":', b'{"_ack":'))):
            attack.complain(f"{line[:100]!r} was answered with {answer[:100]!r} ({len(answer)} bytes)")
        wire.close(reset=attack.chance.random() < 0.5)
    attack.each(objects(b"hello"), one)


def odd_lines(chance, me):
    ts = 1767225600000 + chance.randrange(10 ** 7)
    good = b'{"_stream":"tx","id":"%s","user":"h","kind":"pay","amount":1.0,"country":"DE","ts":%d}' % (me, ts)
    pad = lambda size: good[:-1] + b',"p":"' + b"x" * (size - len(good) - 7) + b'"}'
    fixed = (good, good + b"\r", b"\xef\xbb\xbf" + good, pad(LINE_LIMIT - 1), pad(LINE_LIMIT), pad(LINE_LIMIT + 1), pad(LINE_LIMIT) + b"\r", b"\0" * 100, b"", b" ", b"\r", b"x" * HUGE, b"[" * 2000,
             b'{"a":' * 390, b'{"_stream":"tx","id":"%s","id":"x"}' % me, b'{"_stream":"tx","%s":1}' % (b"k" * 1900), b'{"%s":1}' % (b"k" * HUGE), b'{"_hello":{"producer":"gw-1"}}',
             b'{"_subscribe":{}}', b'{"_ack":{"upto":9}}', b'{"_welcome":{"next":1}}', b'{"_session":{"producer":"gw-1"}}', b'{"_load":{}}', b'{"_tick":1}', b'{"_at":1}', b'{"_line":"x"}',
             b'{"_broken":{}}', b'{"_watermark":{"stream":"nowhere","time":1}}', b'{"_watermark":{"stream":"tx","time":1e400}}', b'{"_watermark":[]}', b'{"_end":{"stream":"nowhere"}}', b'{"_end":0}',
             b'{"_delete":true}', b'{"_stream":"countries","_delete":1}', b'{"_stream":7}', b'{"_stream":"%s"}' % (b"s" * 1900), b"\x16\x03\x01\x02\x00\x01", b"GET / HTTP/1.1\r",
             chance.randbytes(300).replace(b"\n", b" "), mutate(good, chance).replace(b"\n", b" "))
    line = chance.choice(fixed)
    if chance.random() < 0.3:
        line = good.replace(b"1.0", chance.choice(numbers()))
    return line


def lines(attack):
    """Odd lines in a session and beside one: each counts, is acknowledged once, in order, and never before it was sent."""
    def one(chance):
        name = b"odd-%d" % chance.randrange(8)
        wire = Wire(attack.events)
        wire.send(b'{"_hello":{"producer":"%s","stream":"tx"}}\n' % name)
        welcome = wire.line(20)
        if not welcome or not welcome.startswith(b'{"_welcome"'):
            return wire.close()
        following = json.loads(welcome)["_welcome"]["next"]
        sent = [odd_lines(chance, b"%s-%d" % (name, i)) for i in range(chance.randint(1, 60))]
        data = b"".join(line + b"\n" for line in sent)
        while data:   # packets of any size
            size = chance.choice((1, 7, 1000, len(data)))
            wire.send(data[:size])
            data = data[size:]
            if size < 10 and chance.random() < 0.1:
                wire.send(data)
                data = b""
        last, acknowledged = following + len(sent) - 1, following - 1
        if chance.random() < 0.3:
            wire.send(b'{"_stream":"tx","id":"half')   # a line without its end never existed
        while acknowledged < last:
            answer = wire.line(20)
            if answer is None:
                if not wire.ended:
                    attack.complain(f"line {last} of {name.decode()} was not acknowledged in 20 s, only {acknowledged}")
                break
            value = json.loads(answer)
            if "_ack" in value:
                if not acknowledged < value["_ack"]["upto"] <= last:
                    attack.complain(f"line {value['_ack']['upto']} acknowledged after {acknowledged}, sent were {following} to {last}")
                acknowledged = value["_ack"]["upto"]
            elif "line" in value["_error"] and not following <= value["_error"]["line"] <= last:
                attack.complain(f"line {value['_error']['line']} is told wrong, sent were {following} to {last}")
            elif "line" not in value["_error"]:
                break   # another has taken it over
        wire.close(reset=chance.random() < 0.5)
    attack.round(6, one)


def takeover(attack):
    """50 connections fight for one producer's id: what was acknowledged to any of them is never asked for again."""
    safe = [0]

    def one(chance):
        wire = Wire(attack.events)
        with attack.lock:
            before = safe[0]
        wire.send(b'{"_hello":{"producer":"hot"}}\n')
        answer = wire.line(20)
        if answer is None or b"_welcome" not in answer:
            if answer is not None and b"taken over" not in answer:
                attack.complain(f"the hello was answered with {answer[:200]!r}")
            return wire.close()
        following = json.loads(answer)["_welcome"]["next"]
        if following <= before:
            attack.complain(f"welcome to {following}, {before} was acknowledged before it asked")
        count = chance.randint(1, 200)
        wire.send(b'{"_stream":"nowhere"}\n' * count)
        for _ in range(chance.randint(0, 4)):
            answer = wire.line(0.2)
            if answer and answer.startswith(b'{"_ack"'):
                upto = json.loads(answer)["_ack"]["upto"]
                if not following <= upto < following + count:
                    attack.complain(f"line {upto} acknowledged, sent were {following} to {following + count - 1}")
                with attack.lock:
                    safe[0] = max(safe[0], upto)
        wire.close(reset=chance.random() < 0.5)
    attack.round(50, one)


def producers(attack):
    """New ids without an end, of any shape: welcomed or refused with a reason, and forgotten ones of the good never."""
    def one(chance):
        name = chance.choice(NAMES) + (str(chance.random()) if chance.random() < 0.8 else "")
        wire = Wire(attack.events)
        wire.send(json.dumps({"_hello": {"producer": name, "stream": chance.choice(NAMES)}}).encode() + b"\n")
        answer = wire.line(20)
        if answer is None and not wire.ended:
            attack.complain(f"no answer to the hello of {name[:50]!r}")
        wire.close()
    attack.round(8, one)


def halves(attack):
    """Beginnings of lines on both ports, left in every way."""
    def one(chance):
        port = chance.choice((attack.events, attack.alerts))
        wire = Wire(port)
        whole = chance.choice((b'{"_hello":{"producer":"half"}}\n', b'{"_subscribe":{"channel":"alerts","from":"earliest"}}\n', b'{"_stream":"tx","id":"h","ts":1}\n', b"x" * HUGE))
        wire.send(whole[:chance.randrange(len(whole))])
        if chance.random() < 0.3:
            wire.half_close()
        if chance.random() < 0.3:
            wire.receive(0.05)
        wire.close(reset=chance.random() < 0.5)
    attack.round(8, one)


def storm(attack):
    """Connections opened and dropped as fast as they can be, on all three ports."""
    def one(chance):
        for _ in range(100):
            wire = Wire(chance.choice((attack.events, attack.alerts, attack.http)))
            if chance.random() < 0.3:
                wire.send(chance.choice((b"{", b"GET /", b"\0", b'{"_subscribe":{}}\n', b'{"_hello":{"producer":"storm"}}\n', b"GET /metrics HTTP/1.1\r\n\r\n")))
            wire.close(reset=chance.random() < 0.5)
    attack.round(4, one)


def subscribes(attack):
    """Lines that are nearly a subscription: an answer for each, and the next one on the same connection is taken."""
    def one(line):
        wire = Wire(attack.alerts)
        wire.send(line[:60000] + b"\n" + b'{"_subscribe":{"channel":"limits"}}\n')
        answers = [wire.line(20), wire.line(20)]
        if not wire.ended and (answers[1] is None or any(len(a or b"") > ANSWER_BYTES_MAX for a in answers)):
            attack.complain(f"{line[:100]!r} was answered with {[a and a[:100] for a in answers]}")
        wire.close(reset=attack.chance.random() < 0.5)
    attack.each(objects(b"subscribe"), one)


def filters(attack):
    """A thousand globs a subscriber, each as bad as a glob can be, from the first record on."""
    def one(chance):
        globs = ["*" + "a*" * chance.randint(1, 20) + "b" for _ in range(chance.choice((1, 100, 1000)))]
        wire = Wire(attack.alerts, receive_buffer=4096)
        wire.send(json.dumps({"_subscribe": {"channel": "alerts", "from": "earliest", "patterns": globs}}).encode()[:65000] + b"\n")
        for _ in range(chance.randint(0, 10)):
            wire.receive(0.1)
        wire.close(reset=chance.random() < 0.5)
    attack.round(20, one)


def consumers(attack):
    """Consumers of any name acknowledge what they got, what they never got, and backwards: a place never goes beyond what was sent, and never back."""
    places = {}

    def one(chance):
        name = chance.choice(NAMES[:2] + NAMES[4:]) if chance.random() < 0.5 else f"made up {chance.random()}"
        with attack.lock:
            known = places.get(name, 0)
        wire = Wire(attack.alerts)
        wire.send(json.dumps({"_subscribe": {"channel": "alerts", "from": "resume", "consumer": name}}).encode() + b"\n")
        answer = wire.line(20)
        if not answer or not answer.startswith(b'{"_subscribed"'):
            if answer and b"connections" not in answer and len(name.encode()) <= 256:
                attack.complain(f"consumer {name!r} was answered with {answer[:200]!r}")
            return wire.close()
        place = json.loads(answer)["_subscribed"]
        if place["from"] <= known:
            attack.complain(f"consumer {name!r} resumes from {place['from']}, {known} was acknowledged")
        got = place["from"] - 1
        for _ in range(chance.randint(0, 30)):
            record = wire.line(0.05)
            if record is None:
                break
            if record.startswith(b'{"channel"'):
                got = json.loads(record)["seq"]
        bad = chance.choice((1 << 64, (1 << 64) - 1, got + 10 ** 9, -1, 1.5, "1", None))
        acks = [max(1, got - 5), got, 1, bad] if got > 0 else [1 << 40, bad]
        wire.send(b"".join(json.dumps({"_ack": {"upto": a}}).encode() + b"\n" for a in acks))
        told, full = b"", False
        while told is not None and not (told.startswith(b'{"_error"') and b"limits.consumers" not in told):
            told = wire.line(10)   # the bad one comes last, so all before it have been taken
            full |= told is not None and b"limits.consumers" in told
        if told is None and not wire.ended:
            attack.complain(f"no answer to an acknowledgement of {bad}")
        wire.close()
        if told is not None and not full and got > 0:
            with attack.lock:
                places[name] = max(places.get(name, 0), got)
    attack.round(6, one)


def readers(attack):
    """Subscribers from the beginning that leave in the middle, and come back at once."""
    def one(chance):
        channel = chance.choice(("alerts", "rejects", "late", "limits", "timeouts", "streams"))
        wire = Wire(attack.alerts, receive_buffer=chance.choice((2048, None)))
        wire.send(b'{"_subscribe":{"channel":"%s"%s}}\n' % (channel.encode(), b"" if channel == "streams" else b',"from":"earliest"'))
        for _ in range(chance.randint(0, 5)):
            wire.receive(0.02)
        wire.close(reset=chance.random() < 0.5)
    attack.round(30, one)


ATTACKS = (hellos, lines, takeover, producers, halves, storm, subscribes, filters, consumers, readers)
