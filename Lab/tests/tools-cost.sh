# How long tools take from their start to the first line, and what they cost while nothing happens.
# limit: 1200
# long: run by Lab/test --all
source "$(dirname "$0")/../tap.sh"

# A guest is 10 to 20 times slower than a machine, and shares it: times are printed, not judged. What
# a tool takes of a processor at rest is judged, as it is below the limit even here.
cat >measure.py <<'END'
import os, signal, subprocess, time

REST = 30
TICK = os.sysconf("SC_CLK_TCK")


def cpu(pid):
    """User and system time of a process, in seconds (proc(5))."""
    with open(f"/proc/{pid}/stat", encoding="ascii") as file:
        words = file.read().rpartition(")")[2].split()
    return (int(words[11]) + int(words[12])) / TICK


def number(path, name):
    with open(path, encoding="ascii") as file:
        return int(next(line.split()[1] for line in file if line.startswith(name)))


def wakeups(pid):
    return number(f"/proc/{pid}/status", "voluntary_ctxt_switches")


def run(*words):
    return lambda: subprocess.run(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                  check=False)


DISK = os.environ["LAB_DISK"]
# name, arguments, what makes a row, what is in that row; rows of those that count come at the end.
TOOLS = [
    ("execsnoop", [], run("/bin/true", "the-mark"), b"the-mark"),
    ("opensnoop", [], run("cat", "/nowhere/the-mark"), b"the-mark"),
    ("iosnoop", [], run("dd", f"if={DISK}", "of=/dev/null", "bs=4k", "count=1", "skip=77",
                        "iflag=direct"), b" 616 "),
    ("runqlat", [], None, None),
    ("syscount", [], None, None),
]
for name, arguments, load, mark in TOOLS:
    started = time.monotonic()
    tool = subprocess.Popen(["kscope", name, *arguments], stdout=subprocess.PIPE)
    first = tool.stdout.readline()
    line = time.monotonic() - started
    spent = cpu(tool.pid)
    writes = number(f"/proc/{tool.pid}/io", "syscw")
    row = None
    if load:
        load()
        done = time.monotonic()
        while mark not in tool.stdout.readline():
            pass
        row = time.monotonic() - done
    time.sleep(2)
    before, woken = cpu(tool.pid), wakeups(tool.pid)
    time.sleep(REST)
    rest, woken = cpu(tool.pid) - before, wakeups(tool.pid) - woken
    tool.send_signal(signal.SIGINT)
    tool.stdout.read()
    status = tool.wait()
    shown = f"{row:.2f}" if row is not None else "-"
    print(name, f"{line:.2f}", f"{spent:.2f}", writes, shown, f"{rest / REST * 100:.2f}",
          f"{woken / REST:.0f}", status, sep="\t", flush=True)
END
# Of all tools, to the first line alone: those that take arguments get some.
cat >lines.py <<'END'
import re, signal, subprocess, time

ARGUMENTS = {
    "funccount": ["vfs_*"], "funclatency": ["vfs_read"], "stackcount": ["vfs_read"],
    "perf-stat-hist": ["syscalls:sys_exit_read", "ret", "10"],
    "argdist": ["-C", "syscalls:sys_exit_read:ret"], "trace": ["syscalls:sys_exit_read"],
    "functrace": ["vfs_read"], "funcgraph": ["vfs_read"], "funcslower": ["vfs_read", "9000"],
    "kprobe": ["p:do_filp_open"], "uprobe": ["p:libc:malloc"], "tpoint": ["sched:sched_switch"],
}
text = subprocess.run(["kscope", "--help"], stdout=subprocess.PIPE, check=True).stdout.decode()
tools = re.findall(r"^  ([a-z-]+) ", text.partition("KERNEL TOOL SUBCOMMANDS:")[2], re.MULTILINE)
for name in tools:
    if name == "reset-ftrace":
        continue
    started = time.monotonic()
    tool = subprocess.Popen(["kscope", name, *ARGUMENTS.get(name, [])], stdout=subprocess.PIPE)
    line = tool.stdout.readline()
    first = time.monotonic() - started
    tool.send_signal(signal.SIGINT)
    tool.stdout.read()
    over = time.monotonic() - started - first
    print(name, f"{first:.2f}", f"{over:.2f}", tool.wait(), line.decode().strip(), sep="\t",
          flush=True)
END
# The program's pages are read once before.
kscope execsnoop --help >/dev/null
python3 measure.py >table 2>measure.err
equal "nothing to say" "$(cat measure.err)" ''
echo "# tool       first line, s  CPU until then, s  writes  row after its event, s  at rest, %  wake-ups/s"
while IFS=$'\t' read -r name line spent writes row rest woken status; do
  printf '# %-10s %14s %18s %7s %23s %11s %11s\n' \
    "$name" "$line" "$spent" "$writes" "$row" "$rest" "$woken"
  equal "$name: status" "$status" 0
  check "$name: at rest it takes less than 1 % of a processor ($rest %)" \
    awk -v share="$rest" 'BEGIN { exit !(share < 1) }'
done <table
equal "all were measured" "$(wc -l <table)" 5

python3 lines.py >lines 2>lines.err
equal "of all: nothing to say" "$(cat lines.err)" ''
echo "# tool            first line, s  end, s  the line"
while IFS=$'\t' read -r name first over status line; do
  printf '# %-16s %13s %7s  %s\n' "$name" "$first" "$over" "$line"
  equal "$name: status at once" "$status" 0
done <lines
check "of all: more than forty" [ "$(wc -l <lines)" -gt 40 ]
finish
