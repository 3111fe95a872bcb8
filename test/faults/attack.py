"""What all attacks of hammer.py share: a raw connection, and a round of threads that attack until the time is over. An attack complains of what the daemon must never do, whatever is done to it."""
import random
import socket
import struct
import threading
import time

CONNECT_SECONDS = 5
ANSWER_BYTES_MAX = 16384   # of the answer to one bad line or request: what is longer helps nobody


class Wire:
    """Bytes to a port and back. What the daemon does to the connection is its right: errors of the socket end a conversation, never the attack."""

    def __init__(self, port, receive_buffer=None):
        self.socket = socket.socket()
        if receive_buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.settimeout(CONNECT_SECONDS)
        self.socket.connect(("127.0.0.1", port))
        self.rest = b""
        self.ended = False

    def send(self, data):
        self.socket.settimeout(10)
        self.socket.sendall(data)

    def receive(self, seconds):
        """More bytes; none at the end or when the time is over (`ended` tells which)."""
        self.socket.settimeout(seconds)
        try:
            data = self.socket.recv(1 << 16)
        except TimeoutError:
            return b""
        except OSError:
            data = b""
        self.ended = self.ended or not data
        return data

    def line(self, seconds):
        """The next whole line, or None."""
        end = time.monotonic() + seconds
        while b"\n" not in self.rest:
            left = end - time.monotonic()
            if left <= 0 or self.ended:
                return None
            self.rest += self.receive(left)
        line, self.rest = self.rest.split(b"\n", 1)
        return line

    def all(self, seconds):
        """All bytes until the daemon closes (`ended`) or the time is over."""
        end = time.monotonic() + seconds
        while not self.ended and time.monotonic() < end:
            self.rest += self.receive(max(0.01, end - time.monotonic()))
        return self.rest

    def half_close(self):
        self.socket.shutdown(socket.SHUT_WR)

    def close(self, reset=False):
        if reset:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()


class Attack:
    """Ports and chance of one attack, its end, and what it complains of."""

    def __init__(self, ports, seed, seconds):
        self.events, self.alerts, self.http = ports
        self.chance = random.Random(seed)
        self.until = time.monotonic() + seconds
        self.seconds = seconds
        self.lock = threading.Lock()
        self.broken = []
        self.rounds = 0

    def over(self):
        return time.monotonic() > self.until

    def complain(self, text):
        with self.lock:
            if len(self.broken) < 10:
                self.broken.append(text)

    def round(self, threads, function):
        """Runs function(chance) over and over in so many threads until the time is over."""
        seeds = [self.chance.random() for _ in range(threads)]

        def loop(seed):
            chance = random.Random(seed)
            while not self.over():
                try:
                    function(chance)
                except (OSError, ValueError):   # a connection that the daemon has ended
                    time.sleep(0.001)
                except Exception as error:      # a fault of the test must not look like silence
                    self.complain(f"{type(error).__name__}: {error}")
                    return
                with self.lock:
                    self.rounds += 1
        workers = [threading.Thread(target=loop, args=(seed,), daemon=True) for seed in seeds]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join(self.seconds + 60)
            if worker.is_alive():
                self.complain("an attacker hangs: the daemon neither answers nor closes")

    def each(self, items, function, threads=4):
        """function(item) for every item once, and over again as long as there is time."""
        items = list(items)
        done = [0]

        def one(chance):
            with self.lock:
                at, done[0] = done[0], done[0] + 1
            function(items[at % len(items)])
        self.round(threads, one)
        while done[0] < len(items):   # slow or not, each of them is tried
            try:
                function(items[done[0]])
            except OSError:
                pass
            done[0] += 1


def mutate(data, chance):
    """A few bytes changed, cut, doubled or put in."""
    data = bytearray(data)
    for _ in range(chance.randint(1, 6)):
        at = chance.randrange(len(data) + 1)
        what = chance.randrange(5)
        if what == 0:
            data[at:at + 1] = bytes([chance.randrange(256)])
        elif what == 1:
            del data[at:at + chance.randint(1, 8)]
        elif what == 2:
            data[at:at] = data[at:at + chance.randint(1, 30)]
        elif what == 3:
            data[at:at] = chance.choice((b"\0", b"\xff", b"\xc3\x28", b"{", b"[" * 70, b'"', b"\\u0000", b"\r", b"1e999", b"-", b","))
        else:
            data = data[:at]
    return bytes(data)
