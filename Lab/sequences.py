"""Random sequences of control commands, and `kscope reset`: the tracer is as it was.

    sequences.py COUNT SEED        run in the lab, by Lab/tests/sequences.sh

A sequence is two to five commands that set, stop, clear and go on, each with settings that are
drawn. What it was is printed when something differs afterwards; the same seed draws it again.
"""

import os
import pathlib
import random
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from tracer_state import TRACING, differences, dump  # noqa: E402

# Options that may stand together, of which a command draws some.
EVENTS = [["-e", "sched:sched_switch"], ["-e", "irq"], ["-e", "sched"], ["-e", "timer:timer_start"],
          ["-e", "sched:sched_switch", "-f", "prev_pid == 1"],
          ["-e", "sched:sched_waking", "-R", "stacktrace:3 if pid == 7"],
          ["-e", "sched:sched_switch", "-R", "hist:keys=next_pid"],
          ["-e", "irq", "-v", "-e", "irq:irq_handler_exit"]]
TRACERS = [["-p", "function", "-l", "vfs_read"], ["-p", "nop"],
           ["-p", "function", "-l", "vfs_w*", "-n", "vfs_write"]]
OTHERS = [["-C", "mono"], ["-C", "boot"], ["-b", "700"], ["-b", "1000"], ["-M", "1"], ["-M", "3"],
          ["-O", "sym-offset"], ["-O", "noirq-info"], ["-T"], ["-P", "1"]]
TOP_ONLY = [["--cmdlines-size", "300"], ["--cmdlines-size", "200"]]


def drawn(random_, isTop):
    """Options of one buffer."""
    options = list(random_.choice(EVENTS)) if random_.random() < 0.8 else []
    if random_.random() < 0.4 or not options:
        options += random_.choice(TRACERS)
    for other in random_.sample(OTHERS, random_.randrange(3)):
        if other[0] not in options:
            options += other
    if isTop and random_.random() < 0.2:
        options += random_.choice(TOP_ONLY)
    return options


def command(random_):
    """One command line."""
    kind = random_.choices(["start", "set", "stop", "restart", "clear", "reset", "record"],
                           [5, 5, 2, 2, 2, 1, 2])[0]
    if kind in ("stop", "restart", "clear"):
        return [kind] + random_.choice([[], [], ["-B", "one"], ["-a"]])
    if kind == "reset":
        return [kind]
    options = [] if random_.random() < 0.3 else drawn(random_, True)
    for name in random_.sample(["one", "two"], random_.randrange(3)):
        options += ["-B", name, *drawn(random_, False)]
    if not options:
        options = ["-e", "sched:sched_switch"]
    if kind == "record":
        return [kind, "-o", "r.dat", "--private", "-e", "sched:sched_switch", "true"]
    if kind == "start" and random_.random() < 0.2 and "-B" not in options:
        options = ["--private", *options]
    return [kind, *options]


def main():
    """Runs them; a line for Lab/test at the end."""
    count, seed = int(sys.argv[1]), int(sys.argv[2])
    # Until its first use the kernel keeps a buffer small, and there is no way back to that.
    subprocess.run(["kscope", "record", "-o", "warm.dat", "-e", "sched:sched_switch", "true"],
                   stderr=subprocess.DEVNULL, check=True)
    whole, before = dump(), dump(isWhole=False)
    bad = refused = commands = 0
    start = time.monotonic()
    for number in range(count):
        random_ = random.Random(f"{seed}/{number}")
        lines = [command(random_) for _ in range(random_.randrange(2, 6))]
        for line in lines + [["reset"]]:
            commands += 1
            done = subprocess.run(["kscope", *line], stdin=subprocess.DEVNULL, text=True,
                                  stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False)
            if done.returncode == 1 and line != ["reset"]:
                refused += 1
            elif done.returncode:
                print(f"not ok - status {done.returncode} of kscope {' '.join(line)}: {done.stderr}")
        found = differences(before, dump(isWhole=False))
        if not found and (number % 10 == 9 or number == count - 1):
            found = differences(whole, dump())
        if found:
            bad += 1
            print(f"not ok - sequence {number} of seed {seed} leaves the state as it was")
            for line in lines:
                print(f"#   kscope {' '.join(line)}")
            for line in found[:10]:
                print(f"#     {line}")
            whole, before = dump(), dump(isWhole=False)
            if bad == 5:
                break
        if number % 50 == 49:
            print(f"# {number + 1} sequences, {bad} with differences, "
                  f"{time.monotonic() - start:.0f} s")
        sys.stdout.flush()
    seconds = time.monotonic() - start
    print(f"# {number + 1} sequences, {commands} commands, {refused} refused, {seconds:.0f} s")
    print(f"{'not ok' if bad else 'ok'} - {number + 1 - bad} of {number + 1} random sequences leave "
          f"{len(whole)} control files as they were")
    journals = [name for name in os.listdir(os.environ["KSCOPE_STATE_DIR"])
                if name.startswith("journal-")]
    print(f"{'not ok' if journals else 'ok'} - no journal is left {' '.join(journals)}")


main()
# What was recorded does not matter here, and the recordings are not to be compared.
for recording in pathlib.Path().glob("*.dat"):
    recording.unlink()
