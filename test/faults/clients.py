"""Producers and subscribers of the fault tests: threads that come back to the daemon after each crash and hold it to what it has promised. What breaks a promise goes to `broken`."""
import collections
import json
import random
import re
import select
import socket
import threading
import time

SEQ = re.compile(rb'"seq":(\d+)')
WINDOW = 3000          # lines on their way without an acknowledgement
TIMED_LINES = 50       # every so-many-th line is timed until its acknowledgement
ABREAST = 50           # a producer is no further ahead of the others: of what is too far behind all would be late
RETRY_SECONDS = 0.01
CONNECT_SECONDS = 5
ANSWER_SECONDS = 60


class Gone(Exception):
    """The connection has ended or cannot be made."""


class LineSocket:
    """Lines over TCP, both ways."""

    def __init__(self, port, receive_buffer=None):
        self.socket = socket.socket()
        try:
            if receive_buffer:
                self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
            self.socket.settimeout(CONNECT_SECONDS)
            self.socket.connect(("127.0.0.1", port))
        except OSError as error:
            self.socket.close()
            raise Gone(str(error)) from None
        self.rest = b""

    def send(self, data):
        try:
            self.socket.settimeout(ANSWER_SECONDS)
            self.socket.sendall(data)
        except OSError as error:
            raise Gone(str(error)) from None

    def send_some(self, data):
        """Hands over what the kernel takes at once; how much."""
        try:
            self.socket.setblocking(False)
            return self.socket.send(data)
        except BlockingIOError:
            return 0
        except OSError as error:
            raise Gone(str(error)) from None

    def lines(self, seconds):
        """The whole lines that come within a wait of so many seconds; none if nothing comes. Raises Gone at the end."""
        try:
            if not select.select([self.socket], [], [], seconds)[0]:
                return []
            self.socket.setblocking(False)
            data = self.socket.recv(1 << 18)
        except BlockingIOError:
            return []
        except (OSError, ValueError) as error:
            raise Gone(str(error)) from None
        if not data:
            raise Gone("end")
        *whole, self.rest = (self.rest + data).split(b"\n")
        return whole

    def one_line(self, seconds, stop=lambda: False):
        """The first line of a conversation. What came behind it stays for lines()."""
        end = time.monotonic() + seconds
        while b"\n" not in self.rest:
            if time.monotonic() > end or stop():
                raise Gone("no answer")
            whole = self.lines(0.1)
            if whole:
                self.rest = b"\n".join(whole + [self.rest])
        line, self.rest = self.rest.split(b"\n", 1)
        return line

    def close(self):
        self.socket.close()


class Client(threading.Thread):
    """`port()` gives the daemon's port or None; a client tries until stop() is called."""

    def __init__(self, port):
        super().__init__(daemon=True)
        self.port = port
        self.broken = []
        self.stopped = threading.Event()

    def run(self):
        while not self.stopped.is_set():
            port = self.port()
            if port:
                try:
                    self.talk(port)
                except Gone:
                    pass
                except Exception as error:  # a fault of the test must not look like silence
                    self.broken.append(f"{self.name}: {type(error).__name__}: {error}")
                    return
            self.stopped.wait(RETRY_SECONDS)

    def stop(self):
        self.stopped.set()

    def complain(self, text):
        if len(self.broken) < 20:
            self.broken.append(f"{self.name}: {text}")


class Producer(Client):
    """Sends lines 1 to `target` in a producer session, over and over from where the daemon wants them, abreast of `others`. `unrest`: how often it leaves by itself or takes its own session over."""

    def __init__(self, port, lines, seed=0, unrest=0.0, window=WINDOW):
        super().__init__(port)
        self.name = lines.producer
        self.source = lines
        self.target = 0
        self.acknowledged = 0
        self.generated = 0     # the greatest number that was ever on its way
        self.rejected = 0
        self.window = window
        self.others, self.abreast = [self], ABREAST
        self.sent_at = collections.deque()   # (number, when) of the timed lines on their way
        self.latencies = []                  # seconds
        self.random = random.Random(seed)
        self.unrest = unrest
        self.left = []         # sockets of sessions that were taken over

    def done(self):
        return self.acknowledged >= self.target

    def talk(self, port):
        link = LineSocket(port)
        try:
            link.send(b'{"_hello":{"producer":"%s"}}\n' % self.name.encode())
            welcome = json.loads(link.one_line(ANSWER_SECONDS, self.stopped.is_set))
            if "_welcome" not in welcome:
                if "_error" not in welcome:
                    self.complain(f"hello was answered with {welcome}")
                raise Gone("no welcome")
            self.stream(link, welcome["_welcome"]["next"])
        finally:
            if self.random.random() < self.unrest and not self.stopped.is_set():
                self.left = self.left[-3:] + [link]  # stays open, with lines in flight: the next hello takes the session over
            else:
                link.close()

    def stream(self, link, following):
        if following <= self.acknowledged:
            self.complain(f"welcome to line {following}, {self.acknowledged} was acknowledged: lost")
        if following > self.generated + 1:
            self.complain(f"welcome to line {following}, only {self.generated} were ever sent")
        self.acknowledged = max(self.acknowledged, following - 1)  # a welcome says what is durable, as an acknowledgement does
        out = b""
        self.sent_at.clear()
        while not self.stopped.is_set():
            top = min(self.target, self.acknowledged + self.window, min(p.acknowledged for p in self.others) + self.abreast)
            while following <= top and len(out) < 1 << 16:
                out += self.source.line(following) + b"\n"
                if following % TIMED_LINES == 0:
                    self.sent_at.append((following, time.monotonic()))
                following += 1
            self.generated = max(self.generated, following - 1)
            for line in link.lines(0 if out else 0.005):
                self.hear(line, following)
            if out:
                sent = link.send_some(out)
                out = out[sent:]
                if not sent:
                    select.select([link.socket], [link.socket], [], 0.05)
            if self.unrest and self.random.random() < self.unrest * 0.02:
                return

    def hear(self, line, following):
        if line.startswith(b'{"_ack"'):
            upto = json.loads(line)["_ack"]["upto"]
            if upto < self.acknowledged or upto >= following:
                self.complain(f"line {upto} acknowledged after {self.acknowledged}, {following} is the next to send")
            self.acknowledged = max(self.acknowledged, upto)
            while self.sent_at and self.sent_at[0][0] <= upto:
                self.latencies.append(time.monotonic() - self.sent_at.popleft()[1])
        elif line.startswith(b'{"_error":{"line"'):
            self.rejected += 1


class Subscriber(Client):
    """Reads one channel from its first record and goes on by seq where it was; keeps what it got. With a consumer name it goes on by that and sees some records again: they must
    be the same bytes."""

    def __init__(self, port, channel, consumer=None):
        super().__init__(port)
        self.name = f"{channel}/{consumer or 'seq'}"
        self.channel, self.consumer = channel, consumer
        self.records = []      # record of seq n at n - 1
        self.acknowledged = 0
        self.caught_up = 0     # `next` of the latest subscription
        self.log = None

    def talk(self, port):
        link = LineSocket(port)
        try:
            body = {"channel": self.channel, "from": len(self.records) + 1}
            if self.consumer:
                body.update({"consumer": self.consumer, "from": "resume"})
            link.send(json.dumps({"_subscribe": body}).encode() + b"\n")
            answer = json.loads(link.one_line(ANSWER_SECONDS, self.stopped.is_set))
            if "_subscribed" not in answer:
                self.complain(f"subscription from {body['from']} was answered with {answer}, {len(self.records)} records seen")
                raise Gone("refused")
            self.read(link, answer["_subscribed"])
        finally:
            link.close()

    def read(self, link, place):
        seq = place["from"]
        self.caught_up = place["next"]
        if self.log not in (None, place["log"]):
            self.complain(f"the log was {self.log} and is {place['log']}")
        self.log = place["log"]
        if place["next"] <= len(self.records) or seq > len(self.records) + 1:
            self.complain(f"from {seq}, next {place['next']}: {len(self.records)} records were sent before")
        if self.consumer and seq > self.acknowledged + 1:
            self.complain(f"resumed from {seq}, acknowledged {self.acknowledged}")
        first, link.rest = link.rest, b""
        *waiting, link.rest = first.split(b"\n")
        while not self.stopped.is_set():
            for line in waiting:
                seq = self.take(line, seq)
            if self.consumer and len(self.records) > self.acknowledged + 50:
                link.send(b'{"_ack":{"upto":%d}}\n' % (seq - 1))
                self.acknowledged = max(self.acknowledged, seq - 1)
            waiting = link.lines(0.05)

    def take(self, line, seq):
        found = SEQ.search(line)
        if line.startswith(b'{"_error"') or not found:
            self.complain(f"told {line[:300]!r}")
            raise Gone("told off")
        if int(found.group(1)) != seq:
            self.complain(f"record {int(found.group(1))} came where {seq} was due")
            raise Gone("gap")
        if seq <= len(self.records):
            if self.records[seq - 1] != line:
                self.complain(f"record {seq} was {self.records[seq - 1]!r} and is now {line!r}")
        else:
            self.records.append(line)
        return seq + 1


def read_channel(port, channel, seconds=60):
    """All records of a channel that are there now, from the earliest, as lines."""
    link = LineSocket(port)
    try:
        link.send(json.dumps({"_subscribe": {"channel": channel, "from": "earliest"}}).encode() + b"\n")
        answer = json.loads(link.one_line(seconds))
        if "_subscribed" not in answer:
            raise Gone(f"{channel}: {answer}")
        count = answer["_subscribed"]["next"] - answer["_subscribed"]["from"]
        records = []
        *waiting, link.rest = link.rest.split(b"\n")
        end = time.monotonic() + seconds
        while True:
            records += waiting
            if len(records) >= count:
                return records[:count]
            if time.monotonic() > end:
                raise Gone(f"{channel}: {len(records)} of {count} records came in {seconds} s")
            waiting = link.lines(0.5)
    finally:
        link.close()
