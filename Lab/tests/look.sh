# kscope show, stat, snapshot, stack, list and extract beside trace-cmd's, on a real kernel.
# limit: 900
# long: run by Lab/test --all
source "$(dirname "$0")/../tap.sh"
source "$(dirname "$0")/../recording.sh"
t=$tracing

# The paragraphs of kscope's stat that trace-cmd has not, and the complaint that only trace-cmd has
# (Documentation/differences.md).
known() {
  awk '
    /^Error reading stack tracer status$/ { skip_blank = 1; next }
    skip_blank && /^$/ { skip_blank = 0; next }
    { skip_blank = 0 }
    /^(Sub-buffer size in kilobytes|Event probes|Buffer readers|Set by kscope):$/ { skipping = 1; held = 0; next }
    skipping && /^   / { next }
    skipping { skipping = 0 }
    held { print ""; held = 0 }
    /^$/ { held = 1; next }
    { print }
    END { if (held) print "" }'
}
# same WHAT ARGUMENT…: both programs print the same to standard output.
same() {
  local what=$1
  shift
  equal "$what: $*" \
    "$(diff <(timeout 60 trace-cmd "$@" 2>/dev/null | known) <(timeout 60 kscope "$@" 2>&1 | known))" ""
}
entries() { cat "$1"/per_cpu/cpu*/stats | awk '/^entries:/ { n += $2 } END { print n + 0 }'; }
say() { echo "$1" >$t/trace_marker; }
said_of() { trace-cmd report -i "$1" 2>/dev/null | sed -n 's/.*print: .*: \(m[0-9]*\)$/\1/p' | tr '\n' ' '; }

# --- A kernel on which nothing is set
same fresh stat
same fresh stat -o
same fresh show
for kind in -s "-c 1" -f; do same fresh show $kind; done
same fresh snapshot
same fresh stack
same fresh show --tracing_on --current_tracer --buffer_size --buffer_total_size --ftrace_filter \
  --ftrace_notrace --ftrace_pid --graph_function --graph_notrace --cpumask
equal "show --buffer_percent --max_latency" "$(kscope show --buffer_percent --max_latency)" \
  "$(cat $t/buffer_percent $t/tracing_max_latency)"
same fresh list -B
same fresh list -o
same fresh list -e sched_switch -F
same fresh list -e sched_switch -F --full
same fresh list -e sched_switch -R
same fresh list -e irq_handler -l
same fresh list -f '^vfs_read'
equal "list --field" "$(kscope list --field '^prev_state$')" "sched:sched_switch: long prev_state"
described=$(kscope list -e '^softirq_entry' --describe)
matches "list --describe: what it means" "$described" '^irq:softirq_entry: work that interrupts'
matches "list --describe: the names of values" "$described" 'values: 0=HI 1=TIMER 2=NET_TX'
matches "list --json" "$(kscope list -C --json)" '^\{"clock":"local","current":true\}$'
equal "no such instance" "$(kscope stat -B nope 2>&1; echo $?)" "kscope: no such instance: nope
1"
matches "no such CPU" "$(kscope show -c 99 2>&1)" "'99' is not one of this machine's"

# --- All of it set
mkdir $t/instances/one $t/instances/two
echo 'sched_switch sched_waking' >$t/instances/one/set_event
echo 1 >$t/events/sched/sched_switch/enable
echo 'prev_prio < 100' >$t/events/sched/sched_switch/filter
echo 'stacktrace if prev_pid == 1' >$t/events/sched/sched_switch/trigger
echo 'hist:keys=next_pid:vals=hitcount' >$t/events/sched/sched_switch/trigger
echo 1 >$t/events/irq/enable
echo 'vfs_write vfs_readv' >$t/set_ftrace_filter
echo 'vfs_open:traceoff:3' >>$t/set_ftrace_filter
echo vfs_write >$t/set_ftrace_notrace
echo vfs_read >$t/set_graph_function
echo vfs_writev >$t/set_graph_notrace
echo 2000 >$t/buffer_size_kb
echo global >$t/trace_clock
echo 2 >$t/tracing_cpumask
echo 123 >$t/tracing_max_latency
echo $$ >$t/set_event_pid
echo 1 >$t/set_ftrace_pid
echo 1 2 >$t/set_event_notrace_pid
echo 5 >$t/set_ftrace_notrace_pid
echo 'p:myp vfs_read' >$t/kprobe_events
echo 'r:myr vfs_read $retval' >>$t/kprobe_events
echo 'p:myu /bin/bash:0x31000' >$t/uprobe_events
echo 'mysyn u64 lat; pid_t pid' >$t/synthetic_events
echo 'e:mye sched.sched_switch pid=$next_pid' >>$t/dynamic_events
echo 'nofield == 1' 2>/dev/null >$t/events/sched/sched_waking/filter
[ ! -e $t/buffer_subbuf_size_kb ] || echo 8 >$t/instances/two/buffer_subbuf_size_kb
echo 0 >$t/tracing_on
same full stat
same full stat -o
same full stat -B one -t
same full stat -B one -B two
same full show --tracing_on --current_tracer --buffer_size --buffer_total_size --ftrace_filter \
  --ftrace_notrace --ftrace_pid --graph_function --graph_notrace --cpumask
same full show -B one --tracing_on --buffer_size
same full list -e sched_switch -l
same full list -e sched_switch -R
equal "full: list -B" "$(kscope list -B)" "$(trace-cmd list -B | sort)"
matches "stat: eprobes" "$(kscope stat)" '^   e:eprobes/mye sched.sched_switch'
[ ! -e $t/buffer_subbuf_size_kb ] ||
  matches "stat: sub-buffers" "$(kscope stat -B two)" '^Sub-buffer size in kilobytes:'
check "stat -a --json: an object for each" test "$(kscope stat -a -t --json | grep -c '^{.*}$')" = 3
matches "stat --json" "$(kscope stat --json)" '"event_notrace_pids":\[1,2\].*"kprobes":\["p:kprobes/myp vfs_read"'
matches "show --hist" "$(kscope show --hist sched_switch)" 'keys=next_pid'
matches "show --trigger" "$(kscope show --trigger sched:sched_switch)" '^stacktrace:unlimited if prev_pid == 1'
echo 1000 >$t/per_cpu/cpu1/buffer_size_kb
same "CPUs differ" stat
echo 1 >$t/events/enable
same "all events" stat
echo 0 >$t/events/enable
kscope reset --all 2>/dev/null
kscope reset -a -d 2>/dev/null
for file in set_event_notrace_pid set_ftrace_notrace_pid; do echo >$t/$file; done
echo >$t/error_log
echo 1408 >$t/buffer_size_kb
equal "reset --all clears a filter that was no filter" "$(cat $t/events/sched/sched_waking/filter)" none
equal "nothing is left of that" "$(kscope stat | known | head -3 | tail -1)" " All disabled"

# --- What is in the buffer
echo 1 >$t/tracing_on
for n in $(seq 20); do say m$n; done
echo 0 >$t/tracing_on
same "20 markers" show
same "20 markers" show -c 0
echo 1 >$t/tracing_on

kscope show -p >piped &
reader=$!
for n in $(seq 50); do grep -q m20 piped && break; sleep 0.2; done
matches "stat: who reads the buffer" "$(kscope stat)" "process $reader \(kscope\): trace_pipe\$"
kill -INT $reader
wait $reader
equal "show -p: Ctrl-C ends it, status 0" $? 0
equal "show -p: it took all" "$(grep -c ': m[0-9]*$' piped)" 20
(
  kscope show -p
  echo $? >piped.status
) | true
equal "show -p: a closed pipe ends it" "$(cat piped.status)" 0
echo >$t/trace

# --- Snapshots
for n in $(seq 10); do say m$n; done
equal "snapshot -s" "$(kscope snapshot -s 2>&1; echo $?)" 0
same taken snapshot
same taken snapshot -c 0
same taken show -s
equal "the snapshot has the events" "$(kscope snapshot | grep -c ': m[0-9]*$')" 10
say m11
equal "extract -s: status" "$(kscope extract -s -o snap.dat 2>snap.err; echo $?)" 0
equal "extract -s: its events" "$(said_of snap.dat)" "$(seq -f 'm%g' -s ' ' 10) "
matches "extract -s: said" "$(cat snap.err)" '^kscope: 10 events of '
equal "extract -s: the buffer is as it was" "$(entries $t)" 1
kscope snapshot -s
kscope snapshot -r
same reset snapshot
kscope snapshot -f
same freed snapshot
matches "snapshot -s -c" "$(kscope snapshot -s -c 0 2>&1)" 'Invalid argument'
echo >$t/trace

# --- The stack tracer
kscope stack --start
matches "stack: runs" "$(kscope stack)" '^\(stack tracer running\)$'
matches "stat: the stack tracer" "$(kscope stat)" '^Stack tracing is enabled$'
ls / >/dev/null
kscope stack --stop
same stopped stack
kscope stack --reset
equal "stack --reset" "$(cat $t/stack_max_size)" 0

# --- extract: tracing is off
before_extract=$(settings)
for n in $(seq 300); do say m$n; done
echo 0 >$t/tracing_on
was=$(entries $t)
equal "extract: status" "$(kscope extract -o still.dat 2>still.err; echo $?)" 0
equal "extract: as many events as there were" "$(said_of still.dat | wc -w)" "$was"
equal "extract: its events" "$(said_of still.dat)" "$(seq -f 'm%g' -s ' ' 300) "
equal "extract: the buffer is empty" "$(entries $t)" 0
matches "extract: said" "$(cat still.err)" '^kscope: 300 events of '
equal "extract of nothing: said" "$(kscope extract -o none.dat 2>&1)" \
  "kscope: the buffer was empty; none.dat has no events"
equal "extract of nothing: trace-cmd reads it" "$(trace-cmd report -i none.dat 2>&1 | tail -1)" "cpus=2"
echo 1 >$t/tracing_on

# --- extract while somebody writes: what is taken and what stays are all there was, once.
(
  n=0
  while [ ! -e enough ]; do say m$((n += 1)); done
  echo $n >last
) &
writer=$!
sleep 2
equal "extract, traced all the while: status" "$(timeout 120 kscope extract -o first.dat 2>first.err; echo $?)" 0
sleep 1
touch enough
wait $writer
echo 0 >$t/tracing_on
first=$(said_of first.dat)
left=$(entries $t)
kscope extract -o second.dat 2>second.err
second=$(said_of second.dat)
check "some were taken ($(wc -w <<<"$first")), some stayed ($left)" \
  test "$(wc -w <<<"$first")" -gt 0 -a "$left" -gt 0
equal "what stayed is what the second one takes" "$(wc -w <<<"$second")" "$left"
equal "together they are all, in order" "$first$second" "$(seq -f 'm%g' -s ' ' "$(cat last)") "
equal "extract, traced all the while: nothing was lost" "$(grep -c overwritten first.err second.err | paste -sd' ')" \
  "first.err:0 second.err:0"
echo 1 >$t/tracing_on

# --- extract of all functions, which records the reading itself
echo function >$t/current_tracer
sleep 1
equal "extract of all functions: ends" "$(timeout 200 kscope extract -o functions.dat 2>functions.err; echo $?)" 0
equal "extract of all functions: tracing goes on" "$(cat $t/tracing_on $t/current_tracer | paste -sd' ')" "1 function"
echo nop >$t/current_tracer
counted=$(sed -n 's/^kscope: \([0-9,]*\) events of .*/\1/p' functions.err | tr -d ,)
equal "extract of all functions: trace-cmd prints as many as were counted" \
  "$(trace-cmd report -i functions.dat 2>/dev/null | grep -cE '\[[0-9]{3}\]')" "$counted"
check "extract of all functions: there are some ($counted)" test "$counted" -gt 1000
sed 's/^/# /' functions.err
echo >$t/trace
equal "extract: all settings are as before" "$(diff <(echo "$before_extract") <(settings))" ""

# --- extract of instances, and the shapes of the file
mkdir $t/instances/one $t/instances/two
for place in $t $t/instances/one $t/instances/two; do
  echo 1 >$place/events/sched/sched_switch/enable
done
sleep 0.3
for place in $t $t/instances/one $t/instances/two; do echo 0 >$place/tracing_on; done
all=$(($(entries $t) + $(entries $t/instances/one) + $(entries $t/instances/two)))
kscope extract -a -t --date -o all.dat 2>all.err
equal "extract -a -t: as many events as there were" \
  "$(trace-cmd report -i all.dat 2>/dev/null | grep -c sched_switch:)" "$all"
matches "extract -a -t: instances have their names" "$(trace-cmd report -i all.dat 2>/dev/null)" '^ *two: '
equal "extract -B of an empty one" "$(kscope extract -B one -o e.dat 2>&1)" \
  "kscope: the buffer was empty; e.dat has no events"
matches "extract -B of none" "$(kscope extract -B nope 2>&1)" 'no such instance: nope'
for shape in "--file-version 6" "--compression zstd" "--file-version 7"; do
  echo 1 >$t/instances/one/tracing_on
  sleep 0.2
  echo 0 >$t/instances/one/tracing_on
  was=$(entries $t/instances/one)
  kscope extract -B one $shape -o shape.dat 2>shape.err
  equal "extract -B one $shape: as many events as there were" \
    "$(trace-cmd report -i shape.dat 2>/dev/null | grep -c sched_switch:)" "$was"
  cp shape.dat "$results/shape${shape##* }.dat"
done
matches "letters without effect are named" "$(kscope extract -B one -k -T -o e.dat 2>&1)" 'without effect: -k -T'
for place in $t $t/instances/one $t/instances/two; do
  echo 0 >$place/events/sched/sched_switch/enable
  echo 1 >$place/tracing_on
done
rmdir $t/instances/one $t/instances/two
echo >$t/trace
cp snap.dat still.dat first.dat all.dat "$results"
unchanged "at the end"

finish
