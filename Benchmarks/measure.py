"""What the benchmarks share: one run of a program, medians of several, tables."""

import os
import statistics
import subprocess
import sys
import time


def say(text):
    print(text, file=sys.stderr, flush=True)


def command(*arguments):
    subprocess.run([str(a) for a in arguments], check=True, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL)


class Run:
    """One program on one recording, once: seconds and bytes."""

    def __init__(self, arguments, output="/dev/null", processors=None):
        limit = (lambda: os.sched_setaffinity(0, processors)) if processors else None
        with open(output, "wb") as out:
            start = time.monotonic()
            process = subprocess.Popen(arguments, stdout=out, stderr=subprocess.DEVNULL,
                                       preexec_fn=limit)
            self.anonymous = 0
            while True:
                pid, status, usage = os.wait4(process.pid, os.WNOHANG)
                if pid:
                    break
                self.anonymous = max(self.anonymous, self.sample(process.pid))
                time.sleep(0.005 if time.monotonic() - start > 0.05 else 0.0005)
            self.wall = time.monotonic() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise SystemExit(f"{' '.join(arguments)}: exit status {process.returncode}")
        self.cpu = usage.ru_utime + usage.ru_stime
        self.resident = usage.ru_maxrss * 1024

    @staticmethod
    def sample(pid):
        try:
            with open(f"/proc/{pid}/status", encoding="ascii") as status:
                for line in status:
                    if line.startswith("RssAnon:"):
                        return int(line.split()[1]) * 1024
        except OSError:
            pass
        return 0


class Medians:
    def __init__(self, runs):
        for name in ("wall", "cpu", "resident", "anonymous"):
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
