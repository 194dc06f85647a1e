# The tools that count, over loads whose truth is known: counted in the kernel, counted from events
# (of one process), and out of a recording; as many as there were, whichever way.
# limit: 900
# long: run by Lab/test --all
source "$(dirname "$0")/../tap.sh"
source "$(dirname "$0")/../recording.sh"

# A line on its input lets it begin, another end. Its name has a blank. Arguments: what it does, and
# its name.
cat >load.c <<'CODE'
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
static char line;
static void rest(long milliseconds) {
  struct timespec time = {0, milliseconds * 1000000};
  syscall(SYS_nanosleep, &time, 0);
}
static void sessions(int count) {
  while (count-- > 0) syscall(SYS_getsid, 0);
}
static void spin(int milliseconds) {
  struct timespec now, end;
  clock_gettime(CLOCK_MONOTONIC, &end);
  do clock_gettime(CLOCK_MONOTONIC, &now);
  while ((now.tv_sec - end.tv_sec) * 1000 + (now.tv_nsec - end.tv_nsec) / 1000000 < milliseconds);
}
int main(int argc, char **argv) {
  prctl(PR_SET_NAME, "lo ad");
  if (read(0, &line, 1) < 0) return 1;
  if (!strcmp(argv[1], "calls")) {
    sessions(40);
    for (int i = 0; i < 15; i++) syscall(SYS_rmdir, "missing");
    for (int i = 0; i < 6; i++) syscall(SYS_rmdir, "load.c");
    for (int i = 0; i < 12; i++) syscall(SYS_symlink, "load.c", "shm/made"), unlink("shm/made");
    for (int i = 0; i < 7; i++) syscall(SYS_link, "shm/file", "shm/made"), unlink("shm/made");
    for (int i = 0; i < 10; i++) rest(20);
    pid_t child = fork();
    if (!child) sessions(5), _exit(0);
    waitpid(child, 0, 0);
  } else {
    for (int i = 0; i < 10; i++) spin(1), rest(50);
    spin(300);
  }
  close(open("done", O_CREAT, 0600));
  return read(0, &line, 1) < 0;
}
CODE
gcc -O2 -o load load.c
mkfifo in nothing
# What they make is in a file system that has no other below it.
mkdir shm
mount -t tmpfs none shm
touch shm/file
exec 8<>in 9<>nothing
# Waits without a program that sleeps: it would be seen.
nap() { read -r -t "$1" -u 9; }

# Lets the load do its work, and waits until it has.
cat >work.sh <<'CODE'
echo >in
until [ -e done ]; do read -r -t 0.1 -u 9; done
read -r -t 0.5 -u 9
CODE
# ready WORK: a load, as far as it waits. go [NAME ARGUMENT…]: it works, recorded where a name is given.
ready() {
  rm -f done
  taskset -c 1 ./load "$1" <in &
  load=$!
  until [ "$(cat /proc/$load/comm)" = 'lo ad' ]; do nap 0.1; done
  still
  began=$switches
}
go() {
  local name=${1:-}
  shift
  begun
  if [ -z "$name" ]; then
    bash work.sh
  else
    kscope record -o "$name.dat" "$@" bash work.sh >"$name.out" 2>&1
    equal "recording $name: status" $? 0
  fi
  still
  switches=$((switches - began))
}
over() { echo >&8; wait $load; }
# Until it waits; sets $switches to how often it has left its processor.
still() {
  local before=
  while
    switches=$(awk '/ctxt_switches/ { sum += $2 } END { print sum }' /proc/$load/status)
    kill -0 $load && { ! grep -q 'State:.S' /proc/$load/status || [ "$switches" != "$before" ]; }
  do
    before=$switches
    nap 0.2
  done
}

# count NAME TOOL ARGUMENT…: starts a tool that writes CSV. Several may count at once; `begun` waits
# until they do, `counted` ends them as Ctrl-C does.
declare -A tools
count() {
  local name=$1
  tool_of[$name]=$2
  shift
  kscope "$@" --csv --verbose >"$name.csv" 2>"$name.err" &
  tools[$name]=$!
}
begun() {
  local name
  for name in "${!tools[@]}"; do
    until [ -s "$name.csv" ] || ! kill -0 ${tools[$name]} 2>/dev/null; do nap 0.1; done
  done
}
# What a tool says of its way: what it asks the kernel for, and which way that is.
way='event [^ ]|(dynamic_events|/trigger): |the kernel counts$'
way+='|looked at here(, as this kernel does not count that: .*)?$'
# counted WHAT: what all of them have said is which way was taken.
counted() {
  local name
  kill -INT "${tools[@]}"
  for name in "${!tools[@]}"; do
    wait ${tools[$name]}
    equal "$name: status" $? 0
    equal "$name: nothing was lost" "$(grep -vE "$way" "$name.err")" ''
  done
  tools=()
  unchanged "$1"
}
in_kernel() { for name; do matches "$name: by the kernel" "$(cat "$name.err")" 'the kernel counts$'; done; }
# by_stacks NAME…: in the kernel, where it has stacks in synthetic events.
by_stacks() {
  if grep -q 'long\[\] stack' $tracing/README; then in_kernel "$@"; return; fi
  for name; do
    matches "$name: by events, and why" "$(cat "$name.err")" 'looked at here, as this kernel does not'
  done
}
by_events() { for name; do matches "$name: by events" "$(cat "$name.err")" 'looked at here$'; done; }
rows() { tail -n +2 "$1.csv"; }
# sum NAME COLUMN [CONDITION]: of a column.
sum() { rows "$1" | awk -F, "${3:-1} { sum += \$$2 } END { print sum + 0 }"; }
# between WHAT NUMBER BOUND BOUND: both belong to it.
between() { check "$1: $2 of $3 to $4" test "$2" -ge "$3" -a "$2" -le "$4"; }
# recorded NAME TOOL ARGUMENT…: the same of the recording.
recorded() {
  local name=$1
  tool_of[$name]=$2
  shift
  kscope "$@" --csv >"$name.csv" 2>"$name.err"
  equal "$name: status" $? 0
  equal "$name: nothing was lost" "$(cat "$name.err")" ''
}

# --- System calls

ready calls
count calls syscount -c
count failures syscount -cx
count missing syscount -c -e ENOENT
count nodirectory syscount -c -e 20
count times syscount -c --latency
count tasks syscount -v
count names syscount
count tasktimes syscount -v --latency
count latency syslatency nanosleep getsid
count milliseconds syslatency -m nanosleep
count ofpid syscount -c -p $load
count oftid syscount -cv --tid $load
count timesofpid syscount -cx --latency -p $load
count latencyofpid syslatency -m -p $load
count ofname syscount -c -n '^lo ad$'
group=/sys/fs/cgroup/counted
if [ -e /sys/fs/cgroup/cgroup.procs ]; then
  mkdir $group
  echo $load >$group/cgroup.procs
  count ofcgroup syscount -c --cgroup /counted
  count latencyofcgroup syslatency -m --cgroup /counted
fi
go calls -e raw_syscalls -e task
counted "syscount, syslatency"
over
in_kernel calls failures missing nodirectory times tasks names tasktimes latency milliseconds
by_events ofpid oftid timesofpid latencyofpid ofname
if [ -e $group ]; then
  rmdir $group
  by_events ofcgroup latencyofcgroup
  equal "ofcgroup: of the group's process and its child" \
    "$(sum ofcgroup 2 '/^getsid/') $(sum ofcgroup 2 '/^symlink,/') $(sum ofcgroup 2 '/^link,/')" '45 12 7'
  equal "latencyofcgroup: its sleeps" "$(sum latencyofcgroup 4 '/^nanosleep/')" 10
else
  skip "a cgroup: there is no hierarchy of them"
fi
recorded calls-i syscount -c -i calls.dat
recorded tasks-i syscount -v -i calls.dat
recorded failures-i syscount -cx -i calls.dat
recorded times-i syscount -c --latency -i calls.dat
recorded latency-i syslatency nanosleep getsid -i calls.dat
for name in calls calls-i ofpid ofname times times-i; do
  equal "$name: of a process and its child" \
    "$(sum $name 2 '/^getsid/') $(sum $name 2 '/^symlink,/') $(sum $name 2 '/^link,/')" '45 12 7'
done
equal "syscount, one thread: not its child" "$(sum oftid 4 "/^$load,lo ad,getsid/")" 40
equal "syscount, one thread: nobody else" "$(rows oftid | grep -vc "^$load,lo ad,")" 0
for name in failures failures-i timesofpid; do
  equal "$name: calls that failed" \
    "$(sum $name 2 '/^rmdir/') $(rows $name | grep -cE '^(getsid|symlink|link),')" '21 0'
done
matches "syscount, verbose: what is asked of the kernel" "$(cat calls.err)" \
  'instances/kscope-[0-9]+/events/raw_syscalls/sys_enter/trigger: hist:keys=id\.syscall:'
matches "syscount, verbose: events that are made for it" "$(cat times.err)" 'dynamic_events: s:kscope_syscount_'
equal "syscount: one error, by its name" "$(sum missing 2 '/^rmdir/')" 15
equal "syscount: one error, by its number" "$(sum nodirectory 2 '/^rmdir/')" 6
for name in times times-i; do
  equal "$name: sleeps" "$(sum $name 2 '/^nanosleep/')" 10
  between "$name: their time in ms" "$(($(sum $name 3 '/^nanosleep/') / 1000))" 200 4000
done
for name in tasks tasktimes tasks-i; do
  between "$name: the process's calls" "$(sum $name 3 "/^$load,lo ad,/")" 110 130
done
between "syscount: the process and its child, by name" "$(sum names 2 '/^lo ad,/')" 115 150
for name in latency latency-i; do
  equal "$name: 10 sleeps of 20 ms" \
    "$(sum $name 4 '/^nanosleep/ && $2 >= 16384') $(sum $name 4 '/^nanosleep/')" '10 10'
  equal "$name: 45 calls that are short" "$(sum $name 4 '/^getsid/ && $2 < 1000000')" 45
  equal "$name: nothing else" "$(rows $name | grep -vcE '^(nanosleep|getsid)')" 0
done
for name in milliseconds latencyofpid; do
  equal "$name: in milliseconds" \
    "$(sum $name 4 '/^nanosleep/ && $2 >= 16') $(sum $name 4 '/^nanosleep/')" '10 10'
done

# Intervals are sums of their own; the last one is shown when it is cut short.
ready calls
count seconds syscount -c -i 1 --clock
count long syscount -c -i 100
count eventseconds syscount -c -i 1 --clock -p $load
count latencyseconds syslatency -i 1 --clock nanosleep
go
counted "syscount, syslatency: intervals"
over
in_kernel seconds long latencyseconds
by_events eventseconds
equal "syscount: an interval that is cut short" "$(sum long 2 '/^getsid/')" 45
equal "syscount: tables of a second: the sum" "$(sum seconds 3 '/,getsid/')" 45
equal "syscount: tables of a second: the sum, by events" "$(sum eventseconds 3 '/,getsid/')" 45
equal "syslatency: histograms of a second: the sum" "$(sum latencyseconds 5)" 10
kscope softirqs -C 1 --duration 3 -T --csv >duration.csv 2>duration.err
equal "softirqs: a duration: tables" "$(rows duration | cut -d, -f1 | uniq | wc -l)" 3
kscope softirqs -C 1 2 -T --csv >count.csv 2>count.err
equal "softirqs: a count: tables" "$(rows count | cut -d, -f1 | uniq | wc -l)" 2
kscope runqlat 1 2 >text.txt 2>text.err
equal "runqlat: a count: tables for people" "$(grep -c '^     usecs  *: count  *distribution$' text.txt)" 2
equal "softirqs, runqlat: nothing to say" "$(cat duration.err count.err text.err)" ''

# A command; what it is called when it runs is not what it was called before.
kscope syscount -c --csv ./load calls <<<$'\n\n' >command.csv 2>command.err
equal "syscount, a command: status" $? 0
equal "syscount, a command: its calls and its child's" \
  "$(sum command 2 '/^getsid/') $(sum command 2 '/^symlink,/') $(sum command 2 '/^nanosleep/')" '45 12 10'
equal "syscount, a command: nothing to say" "$(cat command.err)" ''
count executed syscount
begun
bash -c 'exec /bin/true'
counted "syscount, a program that is run"
in_kernel executed
check "syscount: a program that is run has its name" test "$(sum executed 2 '/^true,/')" -gt 10

# --- The scheduler: the load waits when tools begin and when they end, so it has come as often as it left.

# shared: what takes the load's processor away.
shared() { taskset -c 1 python3 -c 'import time
end = time.time() + 20
while time.time() < end and not __import__("os").path.exists("done"): pass' & other=$!; }
ready spins
count wait runqlat -L
count waitms runqlat -m -P
count run cpudist -L
count away cpudist -O -L
count waitofpid runqlat -L -p $load
count waitoftid runqlat --tid $load
count runofpid cpudist -m -p $load
count awayofpid cpudist -O -p $load
count off offcputime -p $load
count offmin offcputime -m 40000 -p $load
count offall offcputime -n '^lo ad$'
count wake wakeuptime -p $load
count offk offcputime
count offkmin offcputime -m 40000
count wakek wakeuptime
begun
shared
go sched -e sched:sched_switch -R stacktrace -e sched:sched_waking -R stacktrace \
  -e sched:sched_wakeup -e sched:sched_wakeup_new -e task -b 8000
kill $other
wait $other 2>/dev/null
counted "runqlat, cpudist, offcputime, wakeuptime"
over
in_kernel wait waitms run away
by_events waitofpid waitoftid runofpid awayofpid off offmin offall wake
by_stacks offk offkmin wakek
recorded wait-i runqlat -L -i sched.dat
recorded run-i cpudist -L -i sched.dat
recorded away-i cpudist -O -L -i sched.dat
recorded off-i offcputime -n '^lo ad$' -i sched.dat
recorded wake-i wakeuptime -n '^lo ad$' -i sched.dat
echo "# the load left its processor $switches times"
for name in wait wait-i waitofpid; do
  equal "$name: as often as it came" "$(sum $name 4 "/^$load,/")" "$switches"
done
equal "runqlat, one thread: as often as it came" "$(sum waitoftid 3)" "$switches"
equal "runqlat, its process: as often as it came" "$(sum waitms 4 "/^$load,/")" "$switches"
for name in run run-i; do
  equal "$name: as often as it left" "$(sum $name 4 "/^$load,/")" "$switches"
done
equal "cpudist, of one process: as often as it left" "$(sum runofpid 3)" "$switches"
for name in away away-i; do
  equal "$name: as often as it came back" "$(sum $name 4 "/^$load,/")" $((switches - 1))
  # A slow machine makes it wait at other times, too.
  between "$name: 10 times for 50 ms at least" "$(sum $name 4 "/^$load,/ && \$2 >= 32768")" \
    10 $((switches - 1))
done
equal "cpudist, away, of one process: as often as it came back" "$(sum awayofpid 3)" $((switches - 1))
for name in off off-i offall offmin; do
  between "$name: 10 sleeps of 50 ms" "$(($(sum $name 2 '/^lo ad;.*nanosleep/') / 1000))" 500 2500
done
matches "off: who, and which way" "$(cat off.csv)" \
  '^lo ad;.*do_syscall_64;.*;hrtimer_nanosleep;do_nanosleep;(.*;)?__schedule,[0-9]+$'
equal "off: nobody else" "$(rows off | grep -vc '^lo ad;')" 0
# Both ways have the same stacks and, but for what reading a clock takes, the same times.
sleeps() { rows $1 | grep '^lo ad;.*nanosleep' | sed 's/,[0-9]*$//'; }
for name in offk offkmin; do
  events=${name/k/}
  equal "$name: the way into the sleeps, as by events" \
    "$(diff <(sleeps $name | sort) <(sleeps $events | sort))" ''
  here=$(sum $name 2 '/^lo ad;.*nanosleep/') there=$(sum $events 2 '/^lo ad;.*nanosleep/')
  between "$name: their time in us" "$here" $((there - 20000)) $((there + 20000))
done
check "offk: others, too" test "$(rows offk | grep -vc '^lo ad;')" -gt 0
equal "offk: no function is made up" \
  "$(rows offk | tr ';' '\n' | sed 's/,[0-9]*$//' | grep '^0x')" ''
here=$(sum wakek 2 '/hrtimer_wakeup.*;lo ad,/') there=$(sum wake 2 '/hrtimer_wakeup.*;lo ad,/')
between "wakek: the sleeps' time in us" "$here" $((there - 20000)) $((there + 20000))
for name in wake wake-i; do
  between "$name: 10 sleeps of 50 ms" "$(($(sum $name 2 '/hrtimer_wakeup.*;lo ad,/') / 1000))" 500 2500
  equal "$name: nobody else" "$(rows $name | grep -vc ';lo ad,')" 0
done
kscope offcputime -f --svg off.svg -n '^lo ad$' -i sched.dat >off.folded 2>off.said
equal "offcputime, folded: the same stacks" \
  "$(diff <(sed 's/ \([0-9]*\)$/,\1/' off.folded) <(rows off-i))" ''
check "offcputime: the graph is XML" python3 -c 'import xml.dom.minidom; xml.dom.minidom.parse("off.svg")'
matches "offcputime: the graph has its whole" "$(cat off.svg)" "<title>all: $(sum off-i 2) us, 100%</title>"

# --- Functions of the kernel

ready calls
count functions funccount 'vfs_*link'
count top funccount -t 1 'vfs_*link'
count function funccount vfs_symlink
count functionofpid funccount -p $load 'vfs_*link'
count calltimes funclatency do_symlinkat
count calltimeof funclatency -u -F 'vfs_*link'
count sleeptimes funclatency -m hrtimer_nanosleep
count stacks stackcount vfs_symlink
count stacksbypid stackcount -P vfs_symlink
count stacksofpid stackcount -p $load vfs_symlink
count stacksofevent stackcount t:sched:sched_process_exit
# What the function tracer and others have the same function for shall not be seen in stacks.
go stacks -e syscalls:sys_enter_symlink -R stacktrace
counted "funccount, funclatency, stackcount"
over
in_kernel functions top function calltimes calltimeof sleeptimes stacks stacksbypid stacksofevent
by_events functionofpid stacksofpid
recorded stacks-i stackcount t:syscalls:sys_enter_symlink -i stacks.dat
for name in functions functionofpid; do
  equal "$name" "$(rows $name | grep -E '^vfs_(sym)?link,' | sort | tr '\n' ' ')" 'vfs_link,7 vfs_symlink,12 '
done
equal "funccount: the largest alone" "$(rows top | wc -l)" 1
equal "funccount: one function" "$(rows function)" 'vfs_symlink,12'
equal "funclatency: 12 calls" "$(sum calltimes 3)" 12
equal "funclatency: two functions" \
  "$(sum calltimeof 4 '/^vfs_symlink,/') $(sum calltimeof 4 '/^vfs_link,/')" '12 7'
# Others sleep as well, shorter ones mostly.
between "funclatency: 10 sleeps of 20 ms" "$(sum sleeptimes 3 '$1 >= 16')" 10 30
for name in stacks stacksofpid; do
  equal "$name: 12 calls by one way" \
    "$(rows $name | sed 's/^.*\(do_syscall_64\);[^,]*\(do_symlinkat;\)/\1;…\2/')" \
    'do_syscall_64;…do_symlinkat;vfs_symlink,12'
done
equal "stackcount: an event's stacks, of a recording" \
  "$(rows stacks-i | sed 's/^.*\(do_syscall_64\);.*,/\1,/')" 'do_syscall_64,12'
matches "stackcount: stacks by process" "$(rows stacksbypid)" "^lo ad \[$load\];.*;do_symlinkat;vfs_symlink,12$"
# The kernel leaves out so many of the innermost functions that do_exit is among them.
matches "stackcount: stacks of an event" "$(rows stacksofevent)" ';__x64_sys_exit_group;do_group_exit,'

# Of one process, by function_graph, which before Linux 6.11 is the top level's alone; and more
# functions than are counted by probes, among them the two.
ready calls
count calltimesofpid funclatency -p $load do_symlinkat
count many funccount 'v*'
begun
bash work.sh
counted "funclatency -p, funccount of many"
over
by_events calltimesofpid many
check "many: more than 500 functions" test "$(grep -c '^v' $tracing/available_filter_functions)" -gt 500
equal "many: the two among them" \
  "$(rows many | grep -E '^vfs_(sym)?link,' | sort | tr '\n' ' ')" 'vfs_link,7 vfs_symlink,12 '
equal "times of a function, of a process: 12 calls" "$(sum calltimesofpid 3)" 12

ready calls
go function -p function -l vfs_link -l vfs_symlink
over
recorded functions-i funccount 'vfs_*' -i function.dat
equal "funccount of a recording" "$(rows functions-i | sort | tr '\n' ' ')" 'vfs_link,7 vfs_symlink,12 '
ready calls
go graph -p function_graph -l do_symlinkat -l hrtimer_nanosleep
over
recorded calltimes-i funclatency do_symlinkat -i graph.dat
recorded sleeptimes-i funclatency -m 'hrtimer_nano*' -i graph.dat
equal "funclatency of a recording: 12 calls" "$(sum calltimes-i 3)" 12
equal "funclatency of a recording: 10 sleeps" "$(sum sleeptimes-i 3 '$1 >= 16') $(sum sleeptimes-i 3)" '10 10'

# What the kernel will not have by a probe is counted by the function tracer; nothing is left of the try.
function=$(grep -Fxf <(cut -f 2 /sys/kernel/debug/kprobes/blacklist | sort -u) \
  $tracing/available_filter_functions | head -n 1)
if [ -n "$function" ]; then
  count refused funccount "$function"
  begun
  kill -INT ${tools[refused]}
  wait ${tools[refused]}
  equal "funccount: a function that no probe can have: status" $? 0
  tools=()
  unchanged "funccount: a function that no probe can have"
  matches "funccount: a function that no probe can have: said" "$(cat refused.err)" 'kernel does not count that'
else
  skip "every function that can be traced can have a probe"
fi
# not NAME REGEX TOOL ARGUMENT…: ends with an error that matches.
not() {
  local name=$1 regex=$2
  tool_of[$name]=$3
  shift 2
  timeout -s KILL 60 kscope "$@" >"$name.csv" 2>"$name.err"
  equal "$name: status" $? 1
  matches "$name: said" "$(cat "$name.err")" "$regex"
  unchanged "$name"
}
not nofunction 'no_such_function' funccount no_such_function
not notime 'no_such_function' funclatency no_such_function
not nostack 'no_such_function' stackcount no_such_function
not nocommand 'no-such-program' syscount -c no-such-program
not noevent 'no_such_event' stackcount t:sched:no_such_event

# --- Interrupts: at least what the kernel counted between, at most what it counted around.

disk=${LAB_DISK#/dev/}
line=$(basename "$(readlink -f "/sys/block/$disk/device")")-req.0
hard() { awk -v name="$line" '$NF == name { for (i = 2; i < NF - 2; i++) sum += $i } END { print sum + 0 }' /proc/interrupts; }
soft() { awk -v name="$1:" '$1 == name { for (i = 2; i <= NF; i++) sum += $i } END { print sum }' /proc/softirqs; }
softs='TIMER SCHED RCU'
before_hard=$(hard) before_soft=$(for name in $softs; do soft $name; done)
count hard hardirqs -C
count hardtimes hardirqs -N
count harddist hardirqs -d
count soft softirqs -C
count softtimes softirqs
count softdist softirqs -d
begun
inner=$(for name in $softs; do soft $name; done)
kscope record -o irq.dat -e irq \
  taskset -c 0 dd if=$LAB_DISK of=/dev/null bs=4k count=60 iflag=direct >/dev/null 2>&1
end=$(for name in $softs; do soft $name; done)
counted "hardirqs, softirqs"
in_kernel hard hardtimes harddist soft softtimes softdist
interrupts=$(($(hard) - before_hard))
after_soft=$(for name in $softs; do soft $name; done)
recorded hard-i hardirqs -C -i irq.dat
recorded soft-i softirqs -C -i irq.dat
between "the disk's interrupts for 60 requests" "$interrupts" 1 60
equal "hardirqs: as /proc/interrupts" "$(sum hard 2 "/^$line,/")" "$interrupts"
equal "hardirqs -d: as /proc/interrupts" "$(sum harddist 4 "/^$line,/")" "$interrupts"
check "hardirqs: they took time" test "$(sum hardtimes 2 "/^$line,/")" -gt 0
between "hardirqs of a recording" "$(sum hard-i 2 "/^$line,/")" 1 "$interrupts"
place=1
for name in $softs; do
  part() { sed -n "${place}p" <<<"$1"; }
  between "softirqs: $name" "$(sum soft 2 "/^${name,,},/")" \
    $(($(part "$end") - $(part "$inner") - 2)) $(($(part "$after_soft") - $(part "$before_soft")))
  between "softirqs -d: $name" "$(sum softdist 4 "/^${name,,},/")" \
    $(($(part "$end") - $(part "$inner") - 2)) $(($(part "$after_soft") - $(part "$before_soft")))
  between "softirqs of a recording: $name" "$(sum soft-i 2 "/^${name,,},/")" \
    0 $(($(part "$after_soft") - $(part "$before_soft")))
  place=$((place + 1))
done
check "softirqs: they took time" test "$(sum softtimes 2)" -gt 0

# --- A run that loses events: the tool stands still while more happens than its buffers hold.

cat >opens.py <<'CODE'
import os, sys
sys.stdin.readline()
for number in range(int(sys.argv[1])):
    try: os.close(os.open("missing/%d" % number if number % 3 else "load.c", os.O_RDONLY))
    except FileNotFoundError: pass
CODE
mkfifo go
taskset -c 1 python3 opens.py 20000 <go &
load=$!
exec 6>go
kscope opensnoop -p $load --csv >lost.csv 2>lost.err &
tool=$!
until [ -s lost.csv ]; do nap 0.1; done
kill -STOP $tool
echo >&6
exec 6>&-
wait $load
kill -CONT $tool
kill -INT $tool
wait $tool
equal "lost: status" $? 0
matches "lost: the kernel's own count" "$(cat lost.err)" '^kscope: lost because the kernel.s buffer was full \(CPU 1: [0-9,]+\)$'
matches "lost: and what that means" "$(cat lost.err)" \
  'events were lost: what happened among them is not shown'
shown=$(rows lost | wc -l)
between "lost: rows that are shown" "$shown" 100 19900
# No row is made up: each is one of the calls, with its own result, once, in order.
equal "lost: every row is a call as it was" "$(rows lost | awk -F, '
  /missing\// { split($NF, name, "/"); if (name[2] % 3 == 0 || name[2] <= last || $(NF - 1) != -2) print
    last = name[2]; next }
  /load\.c/ { if ($(NF - 1) < 3) print; next }
  { print }' | grep -v '/usr\|/etc\|/lib\|/opens\.py$')" ''
unchanged "lost"

# --- The page cache: 1024 pages that are not there, then the same, which are.

# While nobody has the disk open, nothing of it is kept.
exec 7<$LAB_DISK
echo 3 >/proc/sys/vm/drop_caches
count cold cachestat -D 100
begun
dd if=$LAB_DISK of=/dev/null bs=4k count=1024 2>/dev/null
counted "cachestat"
count warm cachestat -D 100
begun
dd if=$LAB_DISK of=/dev/null bs=4k count=1024 2>/dev/null
counted "cachestat, again"
in_kernel cold warm
between "cachestat: pages that come in" "$(sum cold 2)" 1024 1400
between "cachestat: pages that are there" "$(sum warm 1)" 1024 1600
between "cachestat: none of them comes in again" "$(sum warm 2)" 0 200
umount shm
cp ./*.csv ./*.err ./*.txt off.svg off.folded "$results"
finish
