"""The lines that producers of the fault tests send: a pure function of (seed, producer, number), so that a line that came twice, got lost or was never sent shows when the journal
is read. Of every hundred some eighty are good; the rest is what a daemon must bear: late, broken, over-long, blank, control lines."""

MASK = (1 << 64) - 1
BASE_MS = 1767225600000  # 2026-01-01
STEP_MS = 20             # of event time from line to line of one producer
LINE_LIMIT = 2048        # limits.line of the daemon under test
BROKEN_BYTES_MAX = 4096  # of a line that was not taken whole the journal keeps so many

COUNTRIES = ("DE", "FR", "US", "KP", "BR", "XX")
KINDS = ("pay", "pay", "pay", "pay", "password", "withdraw")


def mix(n):
    """splitmix64: all 64 bits depend on all of n's."""
    n = (n + 0x9E3779B97F4A7C15) & MASK
    n = ((n ^ (n >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    n = ((n ^ (n >> 27)) * 0x94D049BB133111EB) & MASK
    return n ^ (n >> 31)


class Lines:
    """The lines of one producer, numbered from 1."""

    def __init__(self, seed, producer, users=40):
        self.producer = producer
        self.users = users
        self.salt = mix(seed * 1000003 + sum(producer.encode()))

    def time(self, n):
        return BASE_MS + n * STEP_MS

    def line(self, n):
        """Line n without its LF."""
        h = mix(self.salt ^ (n * 0x9E3779B97F4A7C15 & MASK))
        what = h % 100
        if what < 78:
            return self._payment(n, h >> 8, self.time(n) - (h >> 40) % 800)
        if what < 84:
            return self._login(n, h >> 8)
        return self._odd(what, n, h >> 8)

    def _payment(self, n, h, ts):
        return (b'{"_stream":"tx","id":"%s-%d","user":"u%d","kind":"%s","amount":%d.%02d,"country":"%s","ts":%d,"nobody reads":"%016x%016x"}' % (
            self.producer.encode(), n, h % self.users, KINDS[(h >> 8) % 6].encode(), (h >> 12) % 1000, (h >> 24) % 100,
            COUNTRIES[(h >> 32) % 6].encode(), ts, mix(h), mix(h + 1)))  # bytes that do not compress: segments of the journal fill up

    def _login(self, n, h):
        return b'{"_stream":"logins","id":"%s-%d","user":"u%d","ok":%s,"ts":%d}' % (
            self.producer.encode(), n, h % self.users, b"true" if h & 64 else b"false", self.time(n) - (h >> 20) % 800)

    def _odd(self, what, n, h):
        me, ts = b"%s-%d" % (self.producer.encode(), n), self.time(n)
        if what < 87:  # a row of a table, sometimes its removal
            return b'{"_stream":"profiles","user":"u%d","level":%d%s}' % (h % self.users, n % 10, b',"_delete":true' if h & 3072 == 0 else b"")
        if what < 90:
            return self._payment(n, h, ts - 60000 - h % 1000)
        if what == 94:
            return b""
        if what == 95 and h % 4 == 0:
            return b'{"_watermark":{"stream":"%s","time":%d}}' % (b"*" if h & 32 else b"tx", ts - 3000)
        if what == 95 and h % 64 == 1:
            return b'{"_end":{"stream":"*"}}'
        odd = {
            90: b'{"_stream":"tx","id":"%s","amount":' % me,                                  # not JSON
            91: b'{"_stream":"tx","id":"%s","amount":"dear","ts":%d}' % (me, ts),              # no double
            92: b'{"_stream":"tx","id":"%s","user":"%s"}' % (me, b"x" * (LINE_LIMIT + h % 6000)),  # over-long
            93: b'{"_stream":"tx","id":"%s","user":"\xff\xfe\xc3","ts":%d}' % (me, ts),        # not UTF-8
            95: b'{"_tick":%d}' % ts,                                                          # only a journal may say so
            96: b'{"_stream":"nowhere","id":"%s"}' % me,
            97: b'{"_at":%d}' % (ts * 2),
            98: b'{"_stream":"tx","id":"%s","id":"%s","ts":%d}' % (me, me, ts),                # a member twice
            99: b'{"_stream":"tx","id":"%s","user":"u1","kind":"pay","amount":1.0,"ts":%d}' % (me, ts + 75 * 365 * 86400000),  # ahead of its arrival
        }
        return odd[what]
