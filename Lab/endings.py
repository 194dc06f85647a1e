"""Every setting, every ending: the tracer afterwards is as it was. Run by Lab/tests/endings.sh.

A row is a recording that sets something, a column a way in which it ends. After each, the control
files (Lab/tracer_state.py) are compared with what they said before, and after each row all of them;
a cell is the number of those that differ.
"""

import os
import pathlib
import signal
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from tracer_state import TRACING, differences, dump  # noqa: E402

SWITCH = ["-e", "sched:sched_switch"]
SETTINGS = {
    "event": SWITCH,
    "system": ["-e", "irq"],
    "filter": [*SWITCH, "-f", "prev_pid == 1"],
    "trigger": [*SWITCH, "-R", "stacktrace if prev_pid == 7"],
    "event trigger": [*SWITCH, "-R", "enable_event:irq:irq_handler_entry if next_pid > 0"],
    "snapshot trigger": [*SWITCH, "-R", "snapshot:1 if next_pid > 0"],
    "hist trigger": [*SWITCH, "-R", "hist:keys=next_pid:vals=prev_prio"],
    "probe": ["-e", "probe:do_filp_open"],
    "function": ["-p", "function", "-l", "vfs_read", "-l", "vfs_w*", "-n", "vfs_write"],
    "function command": ["-p", "function", "-l", "vfs_open:stacktrace:5", "-l", "vfs_read"],
    "function_graph": ["-p", "function_graph", "-g", "vfs_read", "--max-graph-depth", "3"],
    "wakeup": ["-p", "wakeup"],
    "pid": [*SWITCH, "-P", "1"],
    "pid and children": [*SWITCH, "-P", "1", "-c"],
    "cpus": [*SWITCH, "-M", "1"],
    "clock": [*SWITCH, "-C", "mono"],
    "buffer size": [*SWITCH, "-b", "700"],
    "options": [*SWITCH, "-O", "sym-offset", "-O", "noirq-info", "-T"],
    "saved names": [*SWITCH, "--cmdlines-size", "300"],
    "instances": ["-B", "made", *SWITCH, "-B", "theirs", "-e", "timer", "-b", "300"],
    "private": ["--private", *SWITCH, "-C", "boot"],
    "overhead": [*SWITCH, "--max-overhead", "90%"],
    "flight recorder": [*SWITCH, "--flight-recorder"],
}


def say(good, what, why=()):
    """A line for Lab/test."""
    print(f"{'ok' if good else 'not ok'} - {what}")
    for line in list(why)[:20]:
        print(f"#   {line}")
    sys.stdout.flush()
    return good


class Run:
    """A recording at work."""

    def __init__(self, options, output="out.dat", program="kscope"):
        self.said = open("said", "w+", encoding="utf-8")
        self.process = subprocess.Popen([program, "record", "-o", output, *options],
                                        stdout=subprocess.DEVNULL, stderr=self.said)
        end = time.monotonic() + 60
        while "Ctrl-C" not in self.text() and self.process.poll() is None:
            if time.monotonic() > end:
                break
            time.sleep(0.05)

    def text(self):
        """What it said so far."""
        return pathlib.Path("said").read_text(encoding="utf-8")

    def end(self, number):
        """Ends it by a signal; its status."""
        self.process.send_signal(number)
        return self.process.wait(60)


def normal(options):
    """Its command ends."""
    return subprocess.run(["kscope", "record", "-o", "out.dat", *options, "sleep", "0.3"],
                          stderr=open("said", "w", encoding="utf-8"), check=False).returncode == 0


def interrupted(options):
    """Ctrl-C."""
    return Run(options).end(signal.SIGINT) == 0


def terminated(options):
    """SIGTERM."""
    return Run(options).end(signal.SIGTERM) == 0


def killed(options):
    """kill -9, and then another run, which puts it all back before it begins."""
    Run(options).end(signal.SIGKILL)
    with open("said", "w", encoding="utf-8") as said:
        return subprocess.run(["kscope", "record", "-o", "next.dat", *SWITCH, "true"],
                              stderr=said, check=False).returncode == 0


def full(options):
    """A disk that is full while it records."""
    run = Run(options, output="full/out.dat")
    for _ in range(60):
        if run.process.poll() is not None:
            break
        subprocess.run(["true"], check=False)
        time.sleep(0.05)
    if run.process.poll() is None:
        run.end(signal.SIGINT)
    # A file that is whole, or a message: no status is wrong. What counts is what is left behind.
    return run.process.returncode in (0, 1)


def beside(options):
    """Another kscope at work, which begins before it and ends while it records."""
    other = subprocess.Popen(["kscope", "record", "-o", "other.dat", "--private", "-e", "irq"],
                             stderr=open("other.err", "w", encoding="utf-8"))
    while "Ctrl-C" not in pathlib.Path("other.err").read_text(encoding="utf-8"):
        time.sleep(0.05)
    run = Run(options)
    other.send_signal(signal.SIGINT)
    other.wait(60)
    return run.end(signal.SIGINT) == 0


ENDINGS = {"normal": normal, "Ctrl-C": interrupted, "SIGTERM": terminated, "kill -9": killed,
           "full disk": full, "two at once": beside}


def main():
    """Prints the table, and a line a row."""
    # Until its first use the kernel keeps a buffer small, and there is no way back to that.
    os.makedirs(TRACING / "instances/theirs", exist_ok=True)
    subprocess.run(["kscope", "record", "-o", "warm.dat", *SWITCH, "-B", "theirs", *SWITCH, "true"],
                   stderr=subprocess.DEVNULL, check=True)
    os.makedirs("full", exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=600k", "none", "full"], check=True)
    start = time.monotonic()
    whole, before = dump(), dump(isWhole=False)
    print(f"# {len(whole)} control files, {len(before)} of them at each ending, "
          f"read in {time.monotonic() - start:.1f} s")
    tracers = (TRACING / "available_tracers").read_text().split()
    cells = []
    try:
        for setting, options in SETTINGS.items():
            if "-p" in options and options[options.index("-p") + 1] not in tracers:
                print(f"ok - {setting} # SKIP this kernel has no such tracer")
                continue
            row = []
            for ending, end in ENDINGS.items():
                good = end(options)
                found = differences(before, dump(isWhole=False))
                row.append(len(found))
                if not good:
                    said = pathlib.Path("said").read_text(encoding="utf-8").splitlines()
                    say(False, f"{setting}, {ending}: it ends as it should", said)
                if found:
                    say(False, f"{setting}, {ending}: all is as before", found)
                    # One fault, one report.
                    whole, before = dump(), dump(isWhole=False)
            found = differences(whole, dump())
            if found:
                row.append(len(found))
                say(False, f"{setting}: all of the tracer is as before", found)
                whole, before = dump(), dump(isWhole=False)
            say(not any(row), f"{setting}: all is as before after every ending")
            cells.append((setting, row))
    finally:
        subprocess.run(["umount", "full"], check=False)
        os.rmdir(TRACING / "instances/theirs")
    print("# control files that differ afterwards")
    print("# " + " " * 18 + "".join(f"{name:>13}" for name in ENDINGS))
    for setting, row in cells:
        print(f"# {setting:18}" + "".join(f"{count:13}" for count in row))
    journals = os.listdir(os.environ["KSCOPE_STATE_DIR"])
    say(not [name for name in journals if name.startswith("journal-")], "no journal is left",
        journals)


main()
# What was recorded does not matter here, and the recordings are not to be compared.
for recording in pathlib.Path().glob("*.dat"):
    recording.unlink()
