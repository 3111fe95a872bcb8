"""A daemon with one pattern file of one's own and plain lines by HTTP: for tests that need no load."""
import json
import os
import shutil
import subprocess
import tempfile

from daemon import Daemon


class Simple:
    def __init__(self, options, program, name="p.cep", **settings):
        self.cepctl_path = options.cepctl
        self.work = tempfile.mkdtemp(prefix="cepd-simple.")
        self.patterns = os.path.join(self.work, "patterns")
        os.mkdir(self.patterns)
        self.file = os.path.join(self.patterns, name)
        self.write(program)
        self.daemon = Daemon(os.path.abspath(options.cepd), self.work, self.patterns, **settings)

    def write(self, program):
        with open(self.file, "w", encoding="utf-8") as f:
            f.write(program)

    def request(self, method, path, body="", seconds=60):
        """(status, text); (0, reason) where nobody answers in time."""
        return self.daemon.request(method, path, body.encode(), seconds)

    def send(self, events, seconds=60):
        """Posts them; (status, text)."""
        return self.request("POST", "/api/v1/events", "".join(json.dumps(e) + "\n" for e in events), seconds)

    def cepctl(self, *arguments):
        return subprocess.run([self.cepctl_path, *arguments], capture_output=True, text=True, check=False)

    def journal(self, *arguments, data=None):
        return self.cepctl("journal", *arguments, "--data-dir", data or self.daemon.data)

    def close(self):
        self.daemon.kill()
        shutil.rmtree(self.work, ignore_errors=True)
