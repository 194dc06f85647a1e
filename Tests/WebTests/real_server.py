"""`kscope view` over a recording, for as long as a test runs."""

import os
import pathlib
import re
import shutil
import signal
import subprocess
import tempfile

PROJECT = pathlib.Path(__file__).resolve().parents[2]
RECORDINGS = PROJECT / "Tests/ReportsTests/Fixtures"


def program():
    """The program to test: $KSCOPE, else what `swift build` made; None where there is neither."""
    named = os.environ.get("KSCOPE")
    if named:
        if not os.access(named, os.X_OK):
            raise SystemExit(f"KSCOPE={named} is no program")
        return str(pathlib.Path(named).resolve())
    built = PROJECT / ".build/debug/kscope"
    return str(built) if built.exists() else None


class RealServer:
    """Serves recordings with the page of this folder, not the one that the program holds."""

    def __init__(self, kscope, *names):
        self.kscope = kscope
        # Copies, beside which an index may be kept.
        self.folder = tempfile.TemporaryDirectory()
        self.paths = [shutil.copy(RECORDINGS / name, self.folder.name) for name in names]
        self.process = None
        self.url = ""

    def start(self):
        self.process = subprocess.Popen(
            [self.kscope, "view", "--no-browser", *self.paths], stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, env={**os.environ, "KSCOPE_WEB": str(PROJECT / "Web")})
        for line in self.process.stdout:
            found = re.search(r"http://\S+/", line)
            if found:
                self.url = found[0]
                return self
        raise RuntimeError(f"kscope view ended with {self.process.wait()} and printed no address")

    def stop(self):
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise RuntimeError("kscope view did not end within 10 s of Ctrl-C") from None
        finally:
            self.folder.cleanup()

