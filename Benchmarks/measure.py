"""What the benchmarks share: one run of a program, medians of several, tables."""

import os
import statistics
import subprocess
import sys
import time


def say(text):
    print(text, file=sys.stderr, flush=True)


def command(*arguments, env=None):
    subprocess.run([str(a) for a in arguments], check=True, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL, env=env)


class Run:
    """One program on one recording, once: seconds and bytes.

    Nothing else runs meanwhile, this program neither: a look at its memory every few milliseconds
    took a tenth of a short run's time. `memory` has a run of its own.
    """

    def __init__(self, arguments, output="/dev/null", processors=None):
        usual = os.sched_getaffinity(0)
        if processors:
            os.sched_setaffinity(0, processors)  # the child has it from its parent
        try:
            with open(output, "wb") as out:
                start = time.monotonic()
                process = subprocess.Popen(arguments, stdout=out, stderr=subprocess.DEVNULL)
                _, status, usage = os.wait4(process.pid, 0)
                self.wall = time.monotonic() - start
        finally:
            os.sched_setaffinity(0, usual)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise SystemExit(f"{' '.join(arguments)}: exit status {process.returncode}")
        self.cpu = usage.ru_utime + usage.ru_stime


def memory(arguments, output="/dev/null", processors=None):
    """The most memory that a program has while it runs, in bytes, by looks at it: all that is
    resident, and what of it is its own, not of a mapped file."""
    limit = (lambda: os.sched_setaffinity(0, processors)) if processors else None
    resident = own = 0
    with open(output, "wb") as out:
        process = subprocess.Popen(arguments, stdout=out, stderr=subprocess.DEVNULL,
                                   preexec_fn=limit)
        while process.poll() is None:
            now = status(process.pid)
            resident = max(resident, now.get("VmHWM", 0))
            own = max(own, now.get("RssAnon", 0))
            time.sleep(0.0005)
    return resident, own


def status(pid):
    """The numbers of /proc/PID/status (proc(5)) that are in kB, in bytes."""
    try:
        with open(f"/proc/{pid}/status", encoding="ascii") as lines:
            words = [line.split() for line in lines]
    except OSError:
        return {}
    return {line[0].rstrip(":"): int(line[1]) * 1024 for line in words if line[-1] == "kB"}


class Medians:
    def __init__(self, runs):
        for name in ("wall", "cpu"):
            setattr(self, name, statistics.median(getattr(run, name) for run in runs))


def table(rows):
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        cells = [row[0].ljust(widths[0])]
        cells += [cell.rjust(width) for cell, width in zip(row[1:], widths[1:])]
        print("  ".join(cells).rstrip())
    print(flush=True)


def megabytes(count):
    return f"{count / 1e6:.1f}"


def seconds(value):
    return f"{value:.3f}" if value >= 0.0995 else f"{value:.4f}"
