"""Attacks on the port `http`: each takes an Attack (attack.py)."""
import json
import time

from attack import Wire, mutate

EVENT = b'{"_stream":"tx","id":"http","user":"h","kind":"pay","amount":1.0,"country":"DE","ts":1767225600000}\n'
MARK = b"GET /healthz?smuggled HTTP/1.1\r\nHost: localhost\r\n\r\n"


def post(headers, body=EVENT, path=b"/api/v1/events", method=b"POST"):
    return method + b" " + path + b" HTTP/1.1\r\nHost: localhost\r\n" + b"".join(h + b"\r\n" for h in headers) + b"\r\n" + body


def statuses(data):
    """The status codes of the answers in it."""
    return [int(part[:3]) for part in data.split(b"HTTP/1.1 ")[1:] if part[:3].isdigit()]


def ambiguous():
    """Requests that two servers could cut in different places, each with a second request inside. Taken as one or refused, never as two."""
    chunked, length = b"Transfer-Encoding: chunked", b"Content-Length: %d" % len(MARK)
    inside = b"%x\r\n" % len(MARK) + MARK + b"\r\n0\r\n\r\n"
    for headers in ((chunked, b"Content-Length: 4"), (b"Content-Length: 4", chunked), (b"Content-Length: 0", length), (length, b"Content-Length: 0"), (b"Content-Length: 0, %d" % len(MARK),),
                    (b"Content-Length: +%d" % len(MARK),), (b"Content-Length: -1",), (b"Content-Length: 0x10",), (b"Content-Length: 18446744073709551616",), (b"Content-Length: 1" + b"0" * 30,),
                    (b"Content-Length : %d" % len(MARK),), (b"Transfer-Encoding : chunked",), (b"Transfer-Encoding: xchunked",), (b"Transfer-Encoding: chunked, identity",),
                    (b"Transfer-Encoding:\tchunked\x0b",), (b"Transfer-Encoding: identity", length), (b"X: y\r\n Content-Length: 0", length), (b"X: \0", length), (b"Transfer-Encoding: gzip, chunked",),
                    (chunked, chunked), (b"content-length: 0", b"CONTENT-LENGTH: %d" % len(MARK)), (b"Content-Length: %d" % len(MARK), b"Expect: nonsense")):
        yield post(headers, inside if any(b"hunked" in h for h in headers) else MARK)


def malformed():
    """What is no good request, whole: an answer or an end, at once."""
    for head in (b"GET / HTTP/0.9", b"GET /", b"GET", b"get / HTTP/1.1", b"GET  / HTTP/1.1", b"GET / HTTP/1.1 x", b"GET / HTTP/2.0", b"GET / HTTP/11", b"PRI * HTTP/2.0", b"OPTIONS * HTTP/1.1",
                 b"CONNECT x:1 HTTP/1.1", b"GET http://x/healthz HTTP/1.1", b"GET //healthz HTTP/1.1", b"GET /%00 HTTP/1.1", b"GET /%zz HTTP/1.1", b"GET /% HTTP/1.1", b"GET /\xff HTTP/1.1",
                 b"GET /a b HTTP/1.1", b"GET /" + b"a" * 9000 + b" HTTP/1.1", b"GET /" + b"a" * 200000 + b" HTTP/1.1", b"M" * 20000 + b" / HTTP/1.1", b"BREW /healthz HTTP/1.1", b"\x16\x03\x01\x02\x00\x01",
                 b'{"_hello":{"producer":"x"}}', b"GET /api/v1/patterns/..%2f..%2fetc%2fpasswd HTTP/1.1", b"GET /api/v1/patterns/../../etc/passwd HTTP/1.1", b"GET /api/v1/patterns/" + b"x" * 8000 + b" HTTP/1.1",
                 b"GET /api/v1/events?first=18446744073709551616 HTTP/1.1", b"DELETE /api/v1/patterns/%2e%2e HTTP/1.1", b"DELETE /api/v1/patterns/ HTTP/1.1", b"DELETE / HTTP/1.1"):
        yield head + b"\r\nHost: localhost\r\nConnection: close\r\n\r\n"
        yield head + b"\n\n"
    for header in (b"A" * 20000 + b": x", b"A: " + b"x" * 20000, b": x", b"A", b"A\0: x", b"A:\0", b"Host", b"\r\n".join([b"A%d: x" % i for i in range(2000)]), b"Content-Encoding: gzip\r\nContent-Length: 3",
                   b"Upgrade: websocket\r\nConnection: Upgrade", b"Range: bytes=0-" + b"9" * 100, b"Origin: http://evil\r\nContent-Length: 0"):
        yield b"POST /api/v1/events HTTP/1.1\r\n" + header + b"\r\nConnection: close\r\n\r\n"
    for path in (b"..%2f..%2fevil.cep", b"../evil.cep", b"%2e%2e.cep", b".cep", b".evil.cep", b"evil", b"e%00vil.cep", b"evil.cep%00", b"e/vil.cep", b"e%5cvil.cep", b"x" * 252 + b".cep", b"", b"%ff.cep"):
        yield post((b"Content-Length: 3", b"Connection: close"), b"# x", b"/api/v1/patterns/" + path, b"PUT")
    for query in (b"first=0&producer=x", b"first=-1&producer=x", b"first=99999999999&producer=made-up", b"first=1", b"producer=", b"producer=" + b"x" * 300, b"producer=_x", b"x=1", b"=", b"&&&", b"stream=%zz",
                  b"producer=a%00b", b"stream=nowhere", b"stream=" + b"s" * 7000):
        yield post((b"Content-Length: %d" % len(EVENT), b"Connection: close"), EVENT, b"/api/v1/events?" + query)
    for kind in (b"application/x-www-form-urlencoded", b"multipart/form-data; boundary=x", b"\xff\xff", b""):
        yield post((b"Content-Length: %d" % len(EVENT), b"Connection: close", b"Content-Type: " + kind))
    yield post((b"Content-Length: %d" % (9 << 20), b"Connection: close"), b"x" * (1 << 20))
    yield post((b"Content-Length: 5", b"Connection: close"), b"\0\xff\n{\n")
    size = b"Transfer-Encoding: chunked"
    for body in (b"ffffffffffffffff\r\nx", b"fffffffffffffffff\r\nx", b"-1\r\nx", b"0x5\r\nhello\r\n0\r\n\r\n", b"5;" + b"e" * 100000 + b"\r\nhello\r\n0\r\n\r\n", b"5\nhello\n0\n\n", b"zz\r\n", b"\r\n",
                 b"5\r\nhelloXX0\r\n\r\n", b"0\r\n" + b"".join(b"T%d: x\r\n" % i for i in range(5000)) + b"\r\n", b"0\r\nContent-Length: 5\r\n\r\n", b"1\r\nx\r\n" * 3000 + b"0\r\n\r\n"):
        yield post((size, b"Connection: close"), body)


def shapes(attack):
    """Malformed requests of every shape: each is answered or ended in time, none with a 5xx but 503, and no answer is long."""
    requests = list(malformed())

    def one(request):
        wire = Wire(attack.http)
        try:
            wire.send(request)
            wire.half_close()
        except OSError:
            pass   # it was refused before it was whole
        data = wire.all(20)
        if not wire.ended:
            attack.complain(f"{request[:100]!r} is neither answered nor ended; it said {data[:100]!r}")
        if any(code >= 500 and code not in (501, 503, 505) for code in statuses(data)) or len(data) > 300000:
            attack.complain(f"{request[:100]!r} was answered with {data[:200]!r} ({len(data)} bytes)")
        wire.close()
    attack.each(requests, one)


def smuggling(attack):
    def one(request):
        wire = Wire(attack.http)
        wire.send(request)
        try:
            wire.half_close()
        except OSError:
            pass
        data = wire.all(20)
        if statuses(data)[1:] or b"ok\n" in data:
            attack.complain(f"{request[:200]!r} was taken as two requests: {data[:400]!r}")
        wire.close()
    attack.each(ambiguous(), one)


def mutations(attack):
    """Good requests with a few bytes changed, in packets of any size."""
    good = (post((b"Content-Length: %d" % len(EVENT),)), post((b"Transfer-Encoding: chunked",), b"%x\r\n%s\r\n0\r\n\r\n" % (len(EVENT), EVENT)), b"GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n", MARK,
            b"GET /api/v1/patterns/faults.cep HTTP/1.1\r\nHost: localhost\r\nAccept: text/plain\r\n\r\n")

    def one(chance):
        data = mutate(chance.choice(good), chance) + chance.choice((b"", MARK, mutate(MARK, chance)))
        wire = Wire(attack.http)
        while data:
            size = chance.choice((1, 10, 1000))
            wire.send(data[:size])
            data = data[size:]
        wire.half_close()
        if chance.random() < 0.5:
            wire.all(20)
            if not wire.ended:
                attack.complain("a mutated request is neither answered nor ended")
        wire.close(reset=chance.random() < 0.3)
    attack.round(6, one)


def pipelines(attack):
    """Many requests at once: as many answers, in order, to clients that read them; to those that do not, no more than the socket takes."""
    def one(chance):
        paths = [chance.choice((b"/healthz", b"/nope", b"/metrics", b"/api/v1/status")) for _ in range(chance.randint(2, 100))]
        wire = Wire(attack.http, receive_buffer=chance.choice((None, 2048)))
        wire.send(b"".join(b"GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n" % path for path in paths) + b"GET /healthz HTTP/1.1\r\nConnection: close\r\n\r\n")
        if chance.random() < 0.5:
            data = wire.all(60)
            wanted = [404 if path == b"/nope" else 200 for path in paths] + [200]
            if not wire.ended or statuses(data) not in (wanted, [503]):
                attack.complain(f"{len(paths) + 1} requests got {statuses(data)}, ended {wire.ended}")
        else:
            time.sleep(min(0.3, attack.seconds / 10))
        wire.close(reset=chance.random() < 0.5)
    attack.round(10, one)


def dribbles(attack):
    """Headers and bodies a byte at a time, announced and never sent, chunked in single bytes."""
    def one(chance):
        request = chance.choice((post((b"Content-Length: 8000000",), b"{"), post((b"Expect: 100-continue", b"Content-Length: %d" % len(EVENT))),
                                 post((b"Transfer-Encoding: chunked",), b"".join(b"1\r\n%c\r\n" % byte for byte in EVENT) + b"0\r\n\r\n")))
        wire = Wire(attack.http)
        for i in range(len(request)):
            wire.send(request[i:i + 1])
            if attack.over():
                break
            time.sleep(0.002)
        wire.close(reset=chance.random() < 0.5)
    attack.round(30, one)


def events(attack):
    """Event lines by POST, in sessions and beside them: what is answered is what was sent."""
    following = {}

    def one(chance):
        name = f"poster-{chance.randrange(4)}"
        with attack.lock:
            before = following.get(name, 1)
        count = chance.randint(1, 300)
        body = b"".join(chance.choice((EVENT, b"\n", b"nonsense\n", b"\xff\n", EVENT[:-1] + b"\r\n")) for _ in range(count))
        wire = Wire(attack.http)
        query = f"?producer={name}" if chance.random() < 0.5 else ""
        wire.send(post((b"Content-Length: %d" % len(body), b"Connection: close"), body, b"/api/v1/events" + query.encode()))
        data = wire.all(60)
        wire.close()
        if not data.startswith(b"HTTP/1.1 200"):
            if not data.startswith((b"HTTP/1.1 409", b"HTTP/1.1 503")) and data:
                attack.complain(f"{count} lines were answered with {data[:300]!r}")
            return
        answer = json.loads(data.split(b"\r\n\r\n", 1)[1])
        told = answer["accepted"] + len(answer["rejected"]) + answer.get("rejected_more", 0)
        if told != count:
            attack.complain(f"of {count} lines {told} were answered: {str(answer)[:200]}")
        with attack.lock:
            if query and answer["next"] - count < before:
                attack.complain(f"{name} goes back: {count} lines end before {answer['next']}, {before} was next when they were sent")
            following[name] = max(following.get(name, 1), answer.get("next", 1))
    attack.round(6, one)


def explosions():
    """Pattern files that want much of the compiler."""
    head = b"stream boom (id string, v int, ts timestamp) time ts\n"
    one = head + b"pattern boom_%d on boom by id { begin a where v == 0 followedBy b where v == 1 within 5m alert low }\n"
    put = lambda what: one % 0 if what is None else (one % 0).replace(b"v == 0", what)
    yield head + b"".join(b"pattern boom_%d on boom by id { begin a where v == %d followedBy b where v == %d within 5m alert low }\n" % (i, i, i + 1) for i in range(10000))
    yield b"#" * (4 << 20)
    yield b"#" * (5 << 20)
    yield b"x " * (1 << 20)
    yield b"pattern p on nowhere { begin a }\n" * 50000
    yield put(b"(" * 1000000)
    yield put(b"not " * 500000 + b"v == 0")
    yield put(b"v == " + b"-" * 500000 + b"1")
    yield put(b"v == 0" + b" and v == 0" * 100000)
    yield put(b"v in (" + b",".join(b"%d" % i for i in range(100000)) + b")")
    yield put(b'id matches "((a{1000}){1000}){1000}"')
    yield put(b'id matches "' + b"(" * 100000 + b'"')
    yield put(b'id matches "(a?){500}a{500}"')
    yield put(b"v == 0 times 1000000")
    yield (one % 0).replace(b"begin a where v == 0 ", b"begin { begin a times 10000 } times 10000 ")
    yield (one % 0).replace(b"begin a where v == 0 ", b"begin { " * 20000 + b"begin a" + b" }" * 20000)
    yield head + b"".join(b"stream boom%d (id string, ts timestamp) time ts\n" % i for i in range(20000))
    yield head + b"stream boom0 = boom where v > 0\n" + b"".join(b"stream boom%d = boom%d where v > %d\n" % (i + 1, i, i) for i in range(3000))
    yield b"stream boom (" + b",".join(b"f%d int" % i for i in range(100000)) + b", ts timestamp) time ts\n"
    yield b"\0\xff\xfe" * 1000
    yield b'pattern "' + b"a" * 1000000


def loads(attack):
    """Pattern files that explode and many small ones, at once: loaded or refused with a reason. They are taken out again."""
    bombs = list(explosions())
    seen = []

    def ask(method, name, body=b""):
        wire = Wire(attack.http)
        wire.send(post((b"Content-Length: %d" % len(body), b"Connection: close"), body, b"/api/v1/patterns/" + name, method))
        data = wire.all(120)
        wire.close()
        if not wire.ended or statuses(data)[:1] not in ([200], [413], [422], [404], [503], []):
            attack.complain(f"{method} {name} of {len(body)} bytes was answered with {data[:200]!r}, ended {wire.ended}")
        return data

    def one(chance):
        with attack.lock:
            at = len(seen)
            seen.append(at)
        if at < len(bombs) and at % 2 == 0 or chance.random() < 0.1:
            ask(b"PUT", b"bomb.cep", bombs[at % len(bombs)])
        else:
            name = b"small_%d" % chance.randrange(20)
            ask(*((b"DELETE", name + b".cep") if chance.random() < 0.3 else (b"PUT", name + b".cep", b"stream %s_%d (id string, ts timestamp) time ts\n" % (name, at))))
    attack.round(8, one)
    for name in [b"bomb.cep"] + [b"small_%d.cep" % i for i in range(20)]:
        ask(b"DELETE", name)


ATTACKS = (shapes, smuggling, mutations, pipelines, dribbles, events, loads)
