"""Holds what `cepctl journal cat` prints against what producers sent: every line of a producer once, in order, nothing else."""
import base64
import json

from lines import BROKEN_BYTES_MAX

CONTROL = (b'{"_at":', b'{"_tick":', b'{"_load":', b'{"_session":', b'{"_broken":', b'{"_line":')


def wrapped(value):
    """The bytes of "line" or "base64"."""
    return base64.b64decode(value["base64"]) if "base64" in value else value["line"].encode()


class JournalCheck:
    """Feed it all lines of the cat, then look at `wrong` and at the counts."""

    def __init__(self, producers, others=False):
        self.others = others   # lines of plain connections and of other producers are there too
        self.lines = {p.producer: p for p in producers}   # name → Lines
        self.counts = {name: 0 for name in self.lines}
        self.loads = self.ticks = self.broken = 0
        self.wrong = []
        self.producer = ""

    def complain(self, text):
        if len(self.wrong) < 10:
            self.wrong.append(text)

    def feed(self, line):
        kind = next((c for c in CONTROL if line.startswith(c)), None)
        if kind is None:
            return self.of_producer(line)
        value = json.loads(line)
        if kind == CONTROL[1]:
            self.ticks += 1
        elif kind == CONTROL[2]:
            self.loads += 1
        elif kind == CONTROL[3]:
            self.producer = value["_session"].get("producer", "")
        elif kind == CONTROL[4]:
            self.broken += 1
            self.of_producer(wrapped(value["_broken"]), value["_broken"]["length"])
        elif kind == CONTROL[5]:
            self.of_producer(value["_line"].encode())

    def of_producer(self, line, length=None):
        if self.others and self.producer not in self.lines:
            return None
        if self.producer not in self.lines:
            return self.complain(f"a line of the unknown producer {self.producer!r}: {line[:100]!r}")
        self.counts[self.producer] += 1
        number = self.counts[self.producer]
        sent = self.lines[self.producer].line(number)
        if length is None and line == sent:
            return None
        if length is not None and length == len(sent) and line == sent[:BROKEN_BYTES_MAX]:
            return None
        return self.complain(f"{self.producer}: line {number} is {line[:120]!r} ({length or len(line)} bytes), sent was {sent[:120]!r} ({len(sent)})")
