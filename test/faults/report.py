"""What the fault tests have in common: the command line, and what was found: one line each, `N passed, N failed` as the last."""
import argparse
import random
import sys
import time

STARTED = time.monotonic()


class Report:
    def __init__(self):
        self.passed = self.failed = self.skipped = 0

    def check(self, good, what, why=""):
        """Counts it; says what failed and why. Returns good."""
        if good:
            self.passed += 1
            print(f"ok      {what}", flush=True)
        else:
            self.failed += 1
            print(f"FAILED  {what}" + (f": {why}" if why else ""), flush=True)
        return bool(good)

    def skip(self, what, why):
        self.skipped += 1
        print(f"skipped: {what}: {why}", flush=True)

    def end(self):
        """Prints the last line and ends the process."""
        print(f"{time.monotonic() - STARTED:.0f} s, {self.skipped} skipped")
        print(f"{self.passed} passed, {self.failed} failed")
        sys.exit(1 if self.failed else 0)


def say(text):
    print(f"        {text}", flush=True)


def read_options(doc, *own):
    """The command line: both programs, what the suite has of its own (a name and its keywords each), and the seed, which is said so that a run can be made again."""
    parser = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cepd")
    parser.add_argument("cepctl")
    for name, keywords in own:
        parser.add_argument(name, **keywords)
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 32))
    options = parser.parse_intermixed_args()
    say(f"seed {options.seed}")
    return options
