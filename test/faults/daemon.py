"""cepd as a process: started on free ports over one data directory, killed, stopped, asked over HTTP. Every start adds to one log file."""
import atexit
import http.client
import json
import os
import signal
import subprocess
import time

START_SECONDS = 60
STOP_SECONDS = 60

SETTINGS = """\
data_dir: {data}
patterns: [{patterns}]
listen: {{events: 127.0.0.1:0, alerts: 127.0.0.1:0, http: 127.0.0.1:0}}
journal: {{sync: 5ms, segment: 1MiB}}
disk: {{reserve: {reserve}}}
outputs: {{files: [{files}]}}
limits: {{line: 2KiB, runs_per_key: 6, matches_per_event: 3, subscriber_lag: {lag}}}
"""


def wait_for(condition, seconds, step=0.01):
    """The condition's first value that is true, or None when the time is over."""
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            return None
        time.sleep(step)


class Daemon:
    def __init__(self, program, work, patterns, data=None, reserve="0B", lag="64MiB", files=()):
        self.program, self.work = program, work
        self.data = data or os.path.join(work, "data")
        self.log_path = os.path.join(work, "cepd.log")
        self.ports_path = os.path.join(work, "ports")
        self.settings_path = os.path.join(work, "cepd.yaml")
        self.process = None
        self.ports = {}
        self.starts = 0
        atexit.register(self.kill)
        with open(self.settings_path, "w") as f:
            listed = ", ".join(f"{{path: {path}, channel: {channel}}}" for channel, path in files)
            f.write(SETTINGS.format(data=self.data, patterns=patterns, reserve=reserve, lag=lag, files=listed))

    def start(self, *sets, environment=None, wrap=()):
        """Starts it and does not wait: port() says when it listens. `wrap`: words before the command, such as a shell that limits what it may."""
        if os.path.exists(self.ports_path):
            os.remove(self.ports_path)
        self.starts += 1
        self.ports = {}
        arguments = [*wrap, self.program, "--config", self.settings_path, "--ports-file", self.ports_path]
        for assignment in sets:
            arguments += ["--set", assignment]
        with open(self.log_path, "ab") as log:
            log.write(f"--- start {self.starts}: {' '.join(sets)} {environment or ''}\n".encode())
            log.flush()
            self.log_from = log.tell()
            self.process = subprocess.Popen(arguments, stdout=log, stderr=log, stdin=subprocess.DEVNULL,
                                            env={**os.environ, **(environment or {})})

    def port(self, name):
        """The port, or None while nothing listens there."""
        if not self.ports and self.process:
            life = self.starts   # other threads ask too, while the next one is started
            try:
                with open(self.ports_path) as f:
                    ports = {k: int(v) for k, v in (line.strip().split("=") for line in f)}
            except (OSError, ValueError):
                return None
            if life == self.starts:
                self.ports = ports
        return self.ports.get(name)

    def running(self):
        return self.process is not None and self.process.poll() is None

    def wait_listening(self, seconds=START_SECONDS):
        wait_for(lambda: self.port("events") or not self.running(), seconds)
        return self.running() and self.port("events") is not None

    def wait_ready(self, seconds=START_SECONDS):
        """Until it says so at /readyz. False if it has ended or the time is over."""
        wait_for(lambda: not self.running() or self.readiness()[0] == 200, seconds)
        return self.running() and self.readiness()[0] == 200

    def get(self, path, seconds=10):
        return self.request("GET", path, seconds=seconds)

    def request(self, method, path, body=None, seconds=60):
        """(status, text) of an HTTP call; (0, reason) where nobody answers in time."""
        port = self.port("http")
        if not port:
            return 0, "no HTTP port yet"
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=seconds)
        try:
            connection.request(method, path, body)
            answer = connection.getresponse()
            return answer.status, answer.read().decode("utf-8", "replace")
        except (OSError, http.client.HTTPException) as error:
            return 0, str(error)
        finally:
            connection.close()

    def readiness(self):
        return self.get("/readyz")

    def status(self):
        """/api/v1/status as a dictionary; empty where nobody answers."""
        status, text = self.get("/api/v1/status")
        return json.loads(text) if status == 200 else {}

    def _forget(self):
        self.process, self.ports = None, {}

    def kill(self):
        if self.process:
            self.process.kill()
            self.process.wait()
        self._forget()

    def terminate(self, seconds=STOP_SECONDS):
        """SIGTERM; its exit status, or None if it did not end in time (it is killed then)."""
        self.process.send_signal(signal.SIGTERM)
        return self.wait_end(seconds)

    def wait_end(self, seconds):
        """Its exit status once it has ended by itself, None (and it is killed) if it does not."""
        try:
            status = self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            return None
        self._forget()
        return status

    def reload(self):
        self.process.send_signal(signal.SIGHUP)

    def last_log(self, lines=None):
        """What the last start has said."""
        with open(self.log_path, "rb") as log:
            log.seek(self.log_from)
            text = log.read().decode("utf-8", "replace")
        return "\n".join(text.splitlines()[-lines:]) if lines else text

    def memory_bytes(self):
        with open(f"/proc/{self.process.pid}/status") as f:
            for line in f:
                if line.startswith("VmRSS:"):
                    return int(line.split()[1]) * 1024
        return 0

    def loop_seconds(self):
        """(ran, waited for a core): of the thread that serves all sockets, since its start."""
        with open(f"/proc/{self.process.pid}/schedstat") as f:
            ran, waited = f.read().split()[:2]
        return int(ran) / 1e9, int(waited) / 1e9

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))
