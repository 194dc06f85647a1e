# The tools that show what values events come with, and who waits for a processor, over loads whose
# truth is known.
# limit: 900
source "$(dirname "$0")/../tap.sh"
source "$(dirname "$0")/../recording.sh"
source "$(dirname "$0")/../tools.sh"

# by_kernel NAME EVENT: the kernel counts an event for the tool that was started last, and brings none
# of it out. A probe that others have as well has a number behind its name.
by_kernel() {
  local event
  event=$(dirname "$(grep -l '^hist:' $tracing/instances/kscope-$tool/events/$2*/trigger | head -n 1)")
  check "$1: the kernel counts" test -d "$event" -a "$event" != .
  matches "$1: no event is brought out" "$(cat "$event/enable")" '^0'
}
# also NAME TOOL ARGUMENT…: one of several that look at one load; `ended` ends them.
declare -A watching
also() {
  watch "$@"
  watching[$1]=$tool
}
ended() {
  sleep 0.5
  kill -INT "${watching[@]}" 2>/dev/null
  for name in "${!watching[@]}"; do
    wait ${watching[$name]}
    equal "$name: status" $? 0
    equal "$name: nothing to say" "$(cat "$name.err")" ''
  done
  watching=()
  unchanged "$1"
}

# Calls of known results and files of known names, while it calls itself `truth`.
mkdir truth.d
cat >load.py <<'END'
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long
# lseek(2), and open(2), which arm64 lacks: openat(2), below the working directory.
seek, look = (8, [2]) if os.uname().machine == "x86_64" else (62, [56, ctypes.c_long(-100)])
fd = os.open("truth.d/file", os.O_CREAT | os.O_RDWR)
places = [0] * 5 + [1] * 3 + [2, 3, 4, 15, 16, 63, 64, 64, 64, 1048575, 1048576, 1 << 40] + [-1] * 4
names = [b"truth.d/a file", b"truth.d/b, c }", b"truth.d/" + b"long" * 30] + [b"truth.d/n"] * 7
libc.prctl(15, b"truth", 0, 0, 0)
results = []
for place in places:
    result = libc.syscall(seek, fd, ctypes.c_long(place), 0)
    results.append(result if result >= 0 else -ctypes.get_errno())
for name in names: libc.syscall(*look, name, os.O_RDONLY)
libc.prctl(15, b"other", 0, 0, 0)
def counted(values, file):
    with open(file, "w") as out:
        for value in sorted(set(values)): print(value, values.count(value), sep=" = ", file=out)
counted(results, "results.truth")
# AT_FDCWD is -100.
counted([f"-100,{name.decode()}" for name in names], "pairs.truth")
counted([name.decode() for name in names], "names.truth")
with open("rows.truth", "w") as out:
    for result in results: print(result, file=out)
    for name in names: print(name.decode(), file=out)
def rows(bounds, file, empty):
    with open(file, "w") as out:
        for low, high in zip([None] + bounds, bounds + [None]):
            count = sum((low is None or r >= low) and (high is None or r < high) for r in results)
            if count or empty:
                print("" if low is None else low, "" if high is None else high, count, sep=",", file=out)
rows([0] + [4 ** n for n in range(11)], "power.truth", True)
rows([0] + [2 ** n for n in range(50)], "bits.truth", False)
os._exit(0)
END
ours='if COMM == "truth"'
exits=syscalls:sys_exit_lseek
opens='probe:do_filp_open(name=pathname->name)'
pairs='probe:do_filp_open(dfd, name=pathname->name)'

# summed NAME: values and their counts, of all intervals together.
summed() {
  python3 - "$1.csv" <<'END'
import collections, csv, sys
sums = collections.Counter()
for row in list(csv.reader(open(sys.argv[1])))[1:]: sums[row[1]] += int(row[4])
for value in sums: print(value, sums[value], sep=" = ")
END
}
# texts NAME: the last column.
texts() { python3 -c 'import csv, sys
for row in list(csv.reader(open(sys.argv[1])))[1:]: print(row[4])' "$1.csv"; }
# alike WHAT TRUTH NAME: the values of NAME, and how often each came.
alike() { same "$1" <(sort "$2.truth" 2>&1) <(summed "$3" | sort); }
# same WHAT FILE FILE
same() { equal "$1" "$(diff "$2" "$3" 2>&1)" ''; }

also power perf-stat-hist -f 'COMM == "truth"' $exits ret
by_kernel perf-stat-hist syscalls/sys_exit_lseek
also results argdist -i 1 -C "$exits:ret $ours"
by_kernel argdist syscalls/sys_exit_lseek
also bits argdist -i 1000 -H 't:syscalls:sys_exit_lseek():int:args->ret:COMM == "truth"'
also names argdist -i 1 -C "$opens:name $ours"
by_kernel "argdist, names" kscope/do_filp_open
# Of two keys the kernel keeps no sign.
also pairs argdist -i 1000 -C "$pairs:dfd,name $ours"
by_kernel "argdist, two values" kscope/do_filp_open
also named argdist -i 1000 -C "$exits:ret" --name '^truth$'
equal "argdist --name: events are brought out" \
  "$(cat $tracing/instances/kscope-$tool/events/syscalls/sys_exit_lseek/enable)" 1
also rows trace "$exits $ours \"%d\", ret" "$opens $ours \"%s\", name"
also calls trace -K "$opens $ours"
also most trace -M 3 -d 100 "$exits $ours \"%d\", ret"
# The load, which is recorded, too; that one ends by itself.
rm -f ./*.truth
record values -e task:task_rename -e $exits -e "$pairs" python3 load.py
equal "the load" "$status" 0
wait ${watching[most]}
equal "trace -M: it has ended" "$?, $(cat most.err)" '0, '
unset 'watching[most]'
ended "perf-stat-hist, argdist, trace"
equal "the load: there are failures, too" "$(grep -c '^-22 = 4$' results.truth)" 1
same "perf-stat-hist: each number in its row" power.truth <(rows power)
alike "argdist -C: each value as often as it came" results results
same "argdist -H: each value in its row" bits.truth <(rows bits | cut -d, -f3-)
alike "argdist: names of files by a function's argument" names names
alike "argdist: two values, the number with its sign" pairs pairs
alike "argdist --name: the same" results named
same "trace: a row each time, in order" rows.truth <(texts rows)
equal "trace -K: every row has its calls" "$(rows calls | grep -c 'name=.*_sys_open')" 10
equal "trace -K: and none is there without" "$(rows calls | wc -l)" 10
equal "trace -M: so many rows" "$(texts most | xargs)" '0 0 0'

kscope argdist -i 0.2 -n 3 -C "$exits:ret" >three.out 2>three.err
equal "argdist -n: it ends" $? 0
equal "argdist -n: so many tables" "$(grep -c '^\[' three.out)" 3
for wrong in syscalls:sys_exit_lseek:nothing syscalls:nothing:ret 'probe:nothing(a=$arg1):a' \
  "$exits:ret if nothing == 1"; do
  kscope argdist -d 1 -C "$wrong" >wrong.out 2>wrong.err
  equal "argdist: refused: $wrong" $? 1
  matches "argdist: and said why: $wrong" "$(cat wrong.err)" nothing
done
unchanged "argdist: refused"

# The same of a recording.
kscope perf-stat-hist -i values.dat -f 'COMM == "truth"' $exits ret --csv >recorded.csv
same "perf-stat-hist of a recording" power.truth <(rows recorded)
for what in "results $exits:ret" "names $opens:name" "pairs $pairs:dfd,name"; do
  kscope argdist --input values.dat -C "${what#* } $ours" --csv >recorded.csv
  alike "argdist of a recording: ${what%% *}" "${what%% *}" recorded
done
kscope trace -i values.dat "$exits $ours \"%d\", ret" "$opens $ours \"%s\", name" --csv >recorded.csv
same "trace of a recording" rows.truth <(texts recorded)

# A task that is woken five times by another one, which has its processor and does not make room for
# a while. However slow the machine is, it waits as long as that, and is late by no less.
cat >waits.py <<'END'
import ctypes, os, time
libc = ctypes.CDLL(None)
os.sched_setaffinity(0, {1})
read, write = os.pipe()
child = os.fork()
if child == 0:
    libc.prctl(15, b"truth", 0, 0, 0)
    late = []
    for number in range(5):
        woken = int(os.read(read, 100))
        late.append(time.monotonic_ns() - woken)
    with open("waits.truth", "w") as out:
        for one in late: print(os.getpid(), one // 1000, file=out)
    os._exit(0)
libc.prctl(15, b"hog", 0, 0, 0)
os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(10))
def sleeps():
    with open(f"/proc/{child}/stat") as stat: return "(truth) S " in stat.read()
for number in range(5):
    time.sleep(0.2)
    while not sleeps(): time.sleep(0.2)
    woken = time.monotonic_ns()
    os.write(write, str(woken).encode())
    while time.monotonic_ns() < woken + 200_000_000: pass
os.waitpid(child, 0)
os._exit(0)
END
# waits NAME: the rows of `truth`: whose, how long, for whom.
waits() { rows "$1" | awk -F, '$2 == "truth" { print $3, $4, $5 }'; }
checked() {
  equal "$1: five long waits" "$(waits "$2" | cut -d' ' -f1)" "$(cut -d' ' -f1 waits.truth)"
  equal "$1: none longer than it was late" \
    "$(paste -d' ' <(waits "$2") waits.truth | awk '$2 <= 50000 || $2 > $NF')" ''
}
watch slow runqslower -P 50000
by_kernel runqslower sched/sched_switch
by_kernel runqslower sched/sched_wakeup
record waits -e sched:sched_switch -e sched:sched_wakeup -e sched:sched_wakeup_new python3 waits.py
unwatch slow
checked runqslower slow
# A thread of the kernel may come between the two.
matches "runqslower -P: for whom" "$(waits slow | cut -d' ' -f3)" '^hog$'
kscope runqslower -i waits.dat -P 50000 --csv >recorded.csv
checked "runqslower of a recording" recorded
equal "runqslower: both ways tell the same" \
  "$(paste -d' ' <(waits slow) <(waits recorded) |
    awk '{ apart = $2 - $5; if ($1 != $4 || $3 != $6 || apart > 20000 || apart < -20000) print }')" ''
cp ./*.csv ./*.err ./*.truth "$results"
finish
