# The kernel tools that print the tracer's or a probe's own lines, over loads whose truth is known:
# as many lines as there were calls, whatever they are of.
# limit: 900
source "$(dirname "$0")/../tap.sh"
source "$(dirname "$0")/../recording.sh"

# watch NAME TOOL ARGUMENT…: starts a tool that writes to NAME.out, and waits until it traces.
watch() {
  local name=$1
  tool_of[$name]=$2
  shift
  kscope "$@" >"$name.out" 2>"$name.err" &
  tool=$!
  until grep -q '^Tracing' "$name.out" || ! kill -0 $tool 2>/dev/null; do sleep 0.2; done
}
# Ends it as Ctrl-C does. Before Linux 6.11 only the top level has the function_graph tracer.
unwatch() {
  sleep 0.5
  kill -INT $tool 2>/dev/null
  wait $tool
  equal "$1: status" $? 0
  equal "$1: nothing to say" "$(cat "$1.err")" ''
  equal "$1: the last line" "$(tail -n 1 "$1.out")" 'Ending tracing...'
  unchanged "$1"
}
lines() { grep -c '\[[0-9]\{3\}\]' "$1.out"; }
# refused NAME REGEX TOOL ARGUMENT…: ends with an error that matches; nothing was traced.
refused() {
  local name=$1 regex=$2
  tool_of[$name]=$3
  shift 2
  timeout -s KILL 60 kscope "$@" >"$name.out" 2>"$name.err"
  equal "$name: status" $? 1
  matches "$name: said" "$(cat "$name.err")" "$regex"
  check "$name: one line and what to do next" test "$(wc -l <"$name.err")" -le 4
  equal "$name: nothing is shown" "$(cat "$name.out")" ''
  unchanged "$name"
}

# Programs of known calls: so many reads of nothing, so many sleeps of so long, and a process that
# waits for a line before it begins and has a thread and a child then.
cat >load.c <<'END'
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
__attribute__((noinline)) int counted(int number, const char *word) {
  asm volatile("" : : "r"(number), "r"(word) : "memory");
  return number * 2;
}
static void *work(void *count) {
  for (long i = 0; i < (long)count; i++) syscall(SYS_getpgid, 0), counted(i, "word");
  return 0;
}
int main(int argc, char **argv) {
  long count = atol(argv[1]), sleeps = argc > 2 ? atol(argv[2]) : 0;
  char line[8];
  if (argc > 3 && read(0, line, 8) < 0) return 1;
  work((void *)count);
  for (long i = 0; i < sleeps; i++) nanosleep(&(struct timespec){0, i % 2 ? 60000000 : 1000}, 0);
  if (argc > 3) {
    pthread_t thread;
    pthread_create(&thread, 0, work, (void *)count);
    pthread_join(thread, 0);
    pid_t child = fork();
    if (!child) work((void *)count), _exit(0);
    waitpid(child, 0, 0);
  }
  return 0;
}
END
gcc -O1 -pthread -o load load.c
function=__x64_sys_getpgid

watch functrace functrace -H $function
./load 40
unwatch functrace
equal "functrace: the banner" "$(head -n 1 functrace.out)" "Tracing \"$function\"... Ctrl-C to end."
matches "functrace -H" "$(sed -n 2p functrace.out)" '^# .*TASK-PID .*FUNCTION'
equal "functrace: each call once" "$(grep -c "load-.*function: .*$function <-- " functrace.out)" 40
equal "functrace: nothing else" "$(lines functrace)" 40

# A process, its threads and its children that come later, and nobody else.
mkfifo gate
exec 3<>gate
./load 10 0 wait <&3 &
waiting=$!
watch process functrace -p $waiting $function
./load 5
echo go >&3
wait $waiting
for _ in {1..100}; do kill -0 $tool 2>/dev/null || break; sleep 0.2; done
equal "functrace -p: it ends when the process does" "$(kill -0 $tool 2>/dev/null; echo $?)" 1
unwatch process
equal "functrace -p: threads and children, and nobody else" "$(lines process)" 30
./load 10 0 wait <&3 &
waiting=$!
watch thread functrace -L $waiting $function
echo go >&3
wait $waiting
unwatch thread
equal "functrace -L: the thread alone" "$(lines thread)" 10

kscope functrace -j -d 3 $function >json.out 2>json.err &
tool=$!
until grep -qs 1 $tracing/instances/kscope-$tool/tracing_on; do sleep 0.2; done
./load 7
wait $tool
equal "functrace -j -d: an object a call" \
  "$(python3 -c 'import json,sys; print(sum(json.loads(l)["event"] == "function" for l in sys.stdin))' <json.out)" 7
unchanged json

# A reader that goes away.
timeout -s KILL 60 bash -c 'kscope functrace "vfs_*" 2>closed.err | head -n 3 >closed.out'
equal "functrace: a closed pipe: status" $? 0
equal "functrace: a closed pipe: nothing to say" "$(cat closed.err)" ''
unchanged "functrace: a closed pipe"

# What is called below a function, and what is not.
watch graph funcgraph -n load $function
./load 25
unwatch graph
equal "funcgraph: each call once" "$(grep -cE "funcgraph_entry: .*\|  $function\(\)( \{|;)" graph.out)" 25
equal "funcgraph: what is called stands deeper" \
  "$(grep funcgraph_entry graph.out | grep -v "|  $function()" | grep -cv '|    ')" 0
watch deep funcgraph -n load -m 1 -T -D -a $function
./load 25
unwatch deep
# What another CPU does between a call's beginning and its end makes two lines of it.
equal "funcgraph -m 1: no deeper" "$(grep -c 'funcgraph_entry: ' deep.out)" 25
equal "funcgraph -D: no durations" "$(grep -c '|' deep.out)" 0
matches "funcgraph -a: what the columns are" "$(sed -n 2p deep.out)" '^# .*TASK-PID'
# What a program does before it has its name, as it is executed, may be shown or not.
watch tail funcgraph -T -m 2 -n load __x64_sys_clock_nanosleep
./load 0 6
unwatch tail
equal "funcgraph -T: each call once" "$(grep -c '|  __x64_sys_clock_nanosleep() {' tail.out)" 6
equal "funcgraph -T: names where calls end" \
  "$(grep -c '|  } /\* __x64_sys_clock_nanosleep \*/' tail.out)" 6
watch awake funcgraph -C -m 1 -n load __x64_sys_clock_nanosleep
equal "funcgraph -C: the time on a CPU is asked for" "$(cat $tracing/options/sleep-time)" 0
./load 0 6
unwatch awake
equal "funcgraph -C: each call once" "$(grep -c 'funcgraph_entry: ' awake.out)" 6
# µs of each
durations() { grep -oE '[0-9.]+ us +\|' "$1.out" | cut -d' ' -f1; }
equal "funcgraph -C: each has a duration" "$(durations awake | wc -l)" 6
equal "funcgraph -C: no sleep counts" "$(durations awake | awk '$1 >= 50000' | wc -l)" 0

# Six sleeps, three of them 60 ms long.
watch slower funcslower -n load __x64_sys_clock_nanosleep 50000
./load 0 6
unwatch slower
equal "funcslower: each slow call once" "$(lines slower)" 3
equal "funcslower: all are slow" "$(durations slower | awk '$1 >= 50000' | wc -l)" 3
matches "funcslower: its line" "$(cat slower.out)" 'load-[0-9]+ .* us \|  \} /\* __x64_sys_clock_nanosleep \*/$'

# Probes of the kernel: the kernel's words, perf-tools', and kscope's.
file=$PWD/opened
touch "$file"
opens='for number in $(seq 12); do : <opened; done'
watch kprobe kprobe 'p:myopen do_filp_open name=+0(+0(%si)):string' 'common_pid != 1'
bash -c "$opens"
unwatch kprobe
equal "kprobe: the banner" "$(head -n 1 kprobe.out)" 'Tracing kprobe myopen. Ctrl-C to end.'
equal "kprobe: each call once" "$(grep -c 'bash-.*myopen: .*name="opened"' kprobe.out)" 12
watch kreturn kprobe -n load "r:$function got=\$retval:s32" 'got > 0'
./load 9
unwatch kreturn
equal "kprobe r: each return once" "$(grep -c ": $function: .*got=" kreturn.out)" 9
watch kfilter kprobe -n load "r:$function got=\$retval:s32" 'got < 0'
./load 9
unwatch kfilter
equal "kprobe: a filter" "$(lines kfilter)" 0
watch kown kprobe -n bash 'probe:do_filp_open(name=pathname->name)'
bash -c "$opens"
unwatch kown
equal "kprobe: kscope's own words" "$(grep -c 'do_filp_open: .*name="opened"' kown.out)" 12
watch kstack kprobe -s -n load "p:$function"
./load 4
unwatch kstack
equal "kprobe -s: a stack behind each" "$(grep -c '<stack trace' kstack.out)" 4
check "kprobe -s: with names" grep -q 'do_syscall_64' kstack.out
kscope kprobe -v 'p:myopen do_filp_open name=+0(+0(%si)):string' >view.out 2>view.err
equal "kprobe -v: status" $? 0
matches "kprobe -v: the format" "$(cat view.out)" '^name: myopen$'
unchanged "kprobe -v"

# Probes of programs.
watch uprobe uprobe "p:$PWD/load:counted number=%di:s32 word=+0(%si):ustring"
./load 15
unwatch uprobe
equal "uprobe: each call once, with its values" \
  "$(grep -oE 'counted: .*number=[0-9]+ word="word"' uprobe.out | sed 's/.*number=//; s/ .*//' | tr '\n' ' ')" \
  "$(seq -s ' ' 0 14) "
watch ureturn uprobe "r:doubled $PWD/load:counted got=\$retval:s32" 'got >= 20'
./load 15
unwatch ureturn
equal "uprobe r: returns, filtered" "$(grep -c 'doubled: .*got=2[0-8]' ureturn.out)" 5
watch library uprobe -n load p:libc:nanosleep
./load 0 8
unwatch library
equal "uprobe: a library by its short name" "$(lines library)" 8
watch ustack uprobe -s -n load "p:$PWD/load:counted"
./load 3
unwatch ustack
equal "uprobe -s: a stack behind each" "$(grep -c 'user_stack:' ustack.out)" 3
check "uprobe -l lists functions" grep -qx counted <(kscope uprobe -l "$PWD/load")
check "uprobe -l: of a program by its name" test "$(kscope uprobe -l bash | wc -l)" -gt 100
kscope uprobe -v "p:$PWD/load:counted number=%di:s32" >uview.out 2>uview.err
matches "uprobe -v: the format" "$(cat uview.out)" 'field:s32 number;'
unchanged "uprobe -v"

# Events of the kernel's own.
watch tpoint tpoint -H -n load syscalls:sys_enter_getpgid
./load 30
unwatch tpoint
equal "tpoint: the banner" "$(head -n 1 tpoint.out)" \
  'Tracing syscalls:sys_enter_getpgid. Ctrl-C to end.'
equal "tpoint: each event once" "$(grep -c 'load-.*sys_enter_getpgid:' tpoint.out)" 30
watch tfilter tpoint -s syscalls:sys_enter_clock_nanosleep 'comm == "load"'
./load 0 5
unwatch tfilter
equal "tpoint: a filter" "$(grep -c 'sys_enter_clock_nanosleep:' tfilter.out)" 5
equal "tpoint -s: a stack behind each" "$(grep -c '<stack trace' tfilter.out)" 5
equal "tpoint -l: all events" "$(diff <(kscope tpoint -l | sort) <(sort $tracing/available_events) | wc -l)" 0
equal "tpoint -v: the format" "$(kscope tpoint -v sched:sched_switch)" \
  "$(cat $tracing/events/sched/sched_switch/format)"

# The same out of recordings.
kscope record -o calls.dat -p function -l 'vfs_*' -l $function ./load 11 >/dev/null 2>&1
equal "functrace of a recording" "$(kscope functrace -i calls.dat $function | grep -c "$function <-- ")" 11
equal "functrace of a recording: nothing else" "$(kscope functrace -i calls.dat $function | wc -l)" 11
kscope record -o graph.dat -p function_graph -l $function -l 'vfs_*' -l __x64_sys_clock_nanosleep \
  -F ./load 11 6 >/dev/null 2>&1
equal "funcgraph of a recording" "$(kscope funcgraph -i graph.dat $function | grep -c "$function();")" 11
equal "funcgraph of a recording: nothing else" "$(kscope funcgraph -i graph.dat $function | wc -l)" 11
equal "funcslower of a recording" \
  "$(kscope funcslower -i graph.dat __x64_sys_clock_nanosleep 50000 | grep -c '/\* __x64_sys_clock_nanosleep \*/')" 3
kscope record -o events.dat -e syscalls:sys_enter_getpgid -e sched ./load 13 >/dev/null 2>&1
equal "tpoint of a recording" "$(kscope tpoint -i events.dat syscalls:sys_enter_getpgid | wc -l)" 13
kscope record -o probe.dat -e "probe:do_filp_open(name=pathname->name)" -e sched \
  bash -c "$opens" >/dev/null 2>&1
equal "kprobe of a recording" \
  "$(kscope kprobe -i probe.dat p:do_filp_open 'name == "opened"' | grep -c do_filp_open:)" 12

# Two at once, of one function.
kscope kprobe -n load "p:$function" >first.out 2>first.err &
first=$!
until grep -q '^Tracing' first.out; do sleep 0.2; done
watch second kprobe -n load "p:$function"
./load 6
sleep 0.5
kill -INT $first
wait $first
kill -INT $tool
wait $tool
equal "kprobe: two probes of a function" "$(lines first) $(lines second) $(cat first.err second.err)" '6 6 '
unchanged "kprobe: two probes of a function"

# What cannot be is refused, and nothing is set.
refused "no such function" "no such function: do_nanosleeep" functrace do_nanosleeep
refused "no such function to draw" "no such function: do_nanosleeep" funcgraph do_nanosleeep
refused "no such function to measure" "no such function: do_nanosleeep" funcslower do_nanosleeep 5
refused "no number" "'x' is not a whole number" funcslower vfs_read x
refused "nothing to trace" "FUNCTION is missing" functrace
refused "no such function to probe" "no such function: do_filp_opn" kprobe p:do_filp_opn
refused "no probe" "a probe begins with" kprobe x:do_filp_open
refused "no such event" "no such event: sched:sched_swich" tpoint sched:sched_swich
refused "no event" "'sched' is not SYSTEM:NAME" tpoint sched
refused "no such field" "the event has no field prev_pidd" tpoint sched:sched_switch 'prev_pidd == 1'
refused "no such field of a probe" "no field nam" kprobe 'p:do_filp_open a=$arg1' 'nam == 1'
refused "no such program" "no program or library named 'nosuchprogram'" uprobe p:nosuchprogram:main
refused "no such function of a program" "names no function 'countd'" uprobe "p:$PWD/load:countd"
refused "no ELF file" "is no program or library" uprobe "p:$PWD/load.c:counted"
refused "no such process" "-p: '4194305' is not one that runs" functrace -p 4194305 vfs_read

# All is turned off, whoever set it up.
echo 'p:others do_filp_open' >>$tracing/kprobe_events
echo 1 >$tracing/events/kprobes/others/enable
echo vfs_read >$tracing/set_ftrace_filter
echo 0 >$tracing/tracing_on
kscope reset-ftrace >reset.out 2>reset.err
equal "reset-ftrace: status" $? 0
equal "reset-ftrace: nothing to say" "$(cat reset.err)" ''
matches "reset-ftrace: before" "$(sed -n '/^set_ftrace_filter, before/,/after/p' reset.out)" \
  '^     1	vfs_read$'
equal "reset-ftrace: after" "$(sed -n '/^kprobe_events, before/,/^$/p' reset.out)" \
  'kprobe_events, before:
     1	p:kprobes/others do_filp_open
kprobe_events, after:'
unchanged reset-ftrace
equal "reset-ftrace -qf says nothing" "$(kscope reset-ftrace -qf 2>&1)" ''
unchanged "reset-ftrace -q"
rm -f "$work/gate"
cp ./*.out ./*.err "$results"
finish
