# How long tools take from their start to the first line, and what they cost while nothing happens.
# limit: 900
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
finish
