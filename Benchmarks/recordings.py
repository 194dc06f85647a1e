"""The recordings that the benchmarks read: what they are, and how they are made."""

import os
import pathlib
import shutil
import subprocess

from measure import command, say

HERE = pathlib.Path(__file__).resolve().parent
PROJECT = HERE.parent
DATA = PROJECT / "bench-data"

# name, seed, lines that the long recording is to have, what it is
RECORDINGS = [
    ("function", "function", 3_000_000, "function tracer"),
    ("events", "events", 6_000_000, "scheduling, system calls, interrupts"),
    ("graph", "graph", 1_000_000, "function_graph tracer"),
    ("stacks", "stacks", 500_000, "scheduling with kernel stacks"),
    ("packed", "events", 3_000_000, "scheduling, system calls, interrupts; version 7, zstd"),
    ("open", "events", 3_000, "a small file with 15 MB of symbols"),
    ("big", "events", 25_000_000, "a gigabyte of scheduling, system calls, interrupts"),
]

# How the seeds are recorded in the lab, by trace-cmd: its files are what people have.
LOAD = "find /sys/class -name 'a*' >/dev/null; dd if=/dev/zero of=$LAB_DIR/z bs=4k count=100 2>&1"
SEEDS = {
    "function": "-p function -l 'vfs_*' -l 'sys_*' -l '*lock*'",
    "events": "-e sched -e syscalls -e irq",
    "graph": "-p function_graph -g vfs_open -g vfs_read",
    "stacks": "-e sched -T",
}


def lines_of(path):
    """How many events trace-cmd prints of a recording; the lines of a stack are part of one."""
    with subprocess.Popen(["trace-cmd", "report", "-i", str(path)], stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL) as process:
        count = sum(not line.startswith(b"=>") for line in process.stdout)
    if process.returncode:
        raise SystemExit(f"trace-cmd cannot read {path}")
    return count - 1  # the line "cpus="


def record(name, script, *options, kscope=None):
    """Has a script record a seed in the lab, as `t.dat`, in version 6, which Benchmarks/tile reads."""
    say(f"recording {name}.dat in the lab …")
    folder = DATA / "lab"
    folder.mkdir(exist_ok=True)
    environment = os.environ | ({"KSCOPE": str(kscope)} if kscope else {})
    command(PROJECT / "Lab" / "run", *options, "--dir", folder, "--", script, env=environment)
    shutil.move(folder / "t.dat", DATA / f"{name}.dat")
    shutil.rmtree(folder)


def seed(name):
    """A short recording, made when it is not there."""
    path = DATA / f"{name}.dat"
    if not path.exists():
        record(name, f"trace-cmd record --file-version 6 -o $LAB_DIR/t.dat {SEEDS[name]} "
                     f"bash -c \"{LOAD}\"")
    return path


def symbols_file():
    """15 MB of kernel symbols."""
    path = DATA / "kallsyms-15MB.txt"
    if not path.exists():
        with open(path, "w", encoding="ascii") as out:
            for number in range(300_000):
                print(f"{0xFFFFFFFF81000000 + number * 64:x} t made_up_kernel_symbol_{number:06}",
                      file=out)
    return path


def make(name, source, lines, factor=1):
    """A recording of about `factor * lines` events, and how many it has."""
    short = seed(source)
    target = DATA / f"{name}-{lines * factor}.dat"
    each = int(cached(DATA / f"{source}.lines", short, lambda: lines_of(short)))
    if name == "open":
        pages = max(2, pages_of(short) * lines // each) * factor
        tile(short, target, 1, "--pages", pages, "--kallsyms", symbols_file())
    else:
        times = max(1, lines * factor // each)
        pages = [] if times > 1 else ["--pages", max(2, pages_of(short) * lines * factor // each)]
        tile(short, target, times, *pages)
    if name == "packed":
        target.rename(DATA / "plain.dat")
        command("trace-cmd", "convert", "--compression", "zstd", "-i", DATA / "plain.dat", "-o",
                target)
        (DATA / "plain.dat").unlink()
    return target, lines_of(target)


def tile(*arguments):
    command(HERE / "tile", *arguments)


def pages_of(path):
    return max(1, (path.stat().st_size - 8_000_000) // 4096)


def cached(place, source, compute):
    if not place.exists() or place.stat().st_mtime < source.stat().st_mtime:
        place.write_text(str(compute()), encoding="ascii")
    return place.read_text(encoding="ascii")
