# kscope record: files that trace-cmd reads, settings that come back, whatever ends it.
# limit: 900
source "$(dirname "$0")/../tap.sh"
source "$(dirname "$0")/../recording.sh"

record switch -e sched:sched_switch ls /
equal "sched_switch: status" "$status" 0
equal "sched_switch: trace-cmd prints as many events as were counted" "$(printed)" "$(counted)"
matches "sched_switch: its fields are read" "$text" 'sched_switch:.*prev_comm='
matches "sched_switch: the summary says how to read it" "$said" 'kscope report -i switch.dat'
equal "sched_switch: the program's output is its own" "$(head -1 switch.out)" "$(ls / | head -1)"
unchanged "sched_switch"

record function -p function -l vfs_read cat /proc/uptime
equal "function -l: events" "$(printed)" "$(counted)"
equal "function -l: only that function" \
  "$(grep -E '\[[0-9]{3}\]' <<<"$text" | grep -vc 'vfs_read\|ip=0x')" 0
unchanged "function -l"

# In this order: with that tracer, tracing is off until all is set up.
(
  until [ "$(cat $tracing/current_tracer)$(cat $tracing/tracing_on)" = function1 ]; do :; done
  while [ $((n += 1)) -lt 20 ]; do read -r _ </proc/uptime; done
) &
busy=$!
record pid -p function -l vfs_read -P $busy
equal "-P: status" "$status" 0
matches "-P: it ends with the process" "$said" 'the traced processes have ended'
equal "-P: no other process is traced" \
  "$(grep -E '\[[0-9]{3}\]' <<<"$text" | grep -vc -- "-$busy ")" 0
equal "-P: events" "$(printed)" "$(counted)"
check "-P: each look at the process's file is there" test "$(grep -c 'vfs_read' <<<"$text")" -ge 19
unchanged "-P"

record graph -p function_graph -l vfs_read -l rw_verify_area -F cat /proc/uptime
matches "function_graph: entries" "$text" 'funcgraph_entry'
unchanged "function_graph"

(
  until [ "$(cat $tracing/current_tracer)$(cat $tracing/tracing_on)" = function1 ]; do :; done
  read -r _ </proc/uptime
) &
busy=$!
record every -p function -P $busy
equal "-P, all functions: status" "$status" 0
equal "-P, all functions: no other process is traced" \
  "$(grep -E '\[[0-9]{3}\]' <<<"$text" | grep -vc -- "-$busy ")" 0
check "-P, all functions: there are events ($(printed))" test "$(printed)" -gt 100
unchanged "-P, all functions"

record calls -p function_graph --max-graph-depth 2 -F true
equal "function_graph of all: status" "$status" 0
matches "function_graph of all: ends of calls" "$text" 'funcgraph_exit'
equal "function_graph of all: events" "$(printed)" "$(counted)"
unchanged "function_graph of all"

record typo -p function -l do_page_fualt true
equal "no such function: status" "$status" 1
matches "no such function: said" "$said" 'no such function: do_page_fualt'
# On x86 page faults have been others' business since 5.8, and most of those cannot be traced.
matches "no such function: nearest names" "$said" 'nearest: page_fault_oops'
matches "no such function: an event instead" "$said" 'event exceptions:page_fault_user'
record gone -p function -l do_page_fault true
matches "a function that is gone: said" "$said" 'no such function: do_page_fault'
matches "a function that is gone: nearest names" "$said" 'nearest: page_fault_oops.*event exceptions:page_fault_user'
record hidden -p function -l exc_page_fault true
matches "a function that cannot be traced: said" "$said" 'exc_page_fault.* does not let it be traced'
record command -p function -l vfs_raed:traceoff true
matches "a command for no function: nearest names" "$said" 'nearest: vfs_read'
check "no such function: no file" test ! -e typo.dat
unchanged "no such function"

record gone -e sched:sched_switch /nonexistent/program
equal "no such program: status" "$status" 1
matches "no such program: said" "$said" 'cannot run /nonexistent/program: No such file'
check "no such program: no file" test ! -e gone.dat
unchanged "no such program"

record instances -e sched:sched_switch -B one -e sched:sched_waking -B two -p function \
  -l vfs_read cat /proc/uptime
matches "-B: the instance's events" "$text" 'one:.*sched_waking'
matches "-B: the other instance's function" "$text" 'two:.*function'
matches "-B: the top level's" "$text" 'sched_switch'
equal "-B: events" "$(printed)" "$(counted)"
equal "-B: the instances are gone" "$(ls $tracing/instances)" ""
unchanged "-B"

record only -e syscalls:sys_enter_openat -F bash -c 'cat /proc/uptime; exec cat /proc/version'
alone=$(counted)
record children -e syscalls:sys_enter_openat -F -c bash -c 'cat /proc/uptime; exec cat /proc/version'
check "-F -c: children are traced too ($alone and $(counted) events)" test "$(counted)" -gt "$alone"
equal "-F: nobody else is traced" "$(grep -cE 'kscope-|<idle>|kworker' <<<"$text")" 0
unchanged "-F -c"

record filter -e sched:sched_switch -f 'prev_pid == 0' -f 'next_pid != 0' sleep 0.2
equal "-f: the conditions hold" \
  "$(grep sched_switch <<<"$text" | grep -vcE 'prev_pid=0 .*next_pid=[1-9]')" 0
check "-f: there are events" test "$(printed)" -gt 0
unchanged "-f"

record badfilter -e sched:sched_switch -f 'no_such_field == 1' true
equal "a bad filter: status" "$status" 1
matches "a bad filter: the kernel's own words" "$said" 'Field not found|no_such_field'
unchanged "a bad filter"

record options -e sched:sched_switch -T -R 'stacktrace if prev_state == 1' -b 2000 -C mono -M 1 \
  -O nooverwrite --cmdlines-size 1000 --date sleep 0.2
equal "many settings: status" "$status" 0
matches "many settings: stacks" "$text" 'kernel_stack'
equal "many settings: only CPU 0" "$(grep -c '\[001\]' <<<"$text")" 0
matches "many settings: the clock" "$(trace-cmd dump --options options.dat)" '\[mono\]'
year=$(trace-cmd report -t -i options.dat | sed -n 's/.* \([0-9]*\)\.[0-9]*: sched_switch.*/\1/p' | head -1)
now=$(date +%s)
check "--date: times are the time of day ($year, now $now)" \
  test $((now - year)) -ge -5 -a $((now - year)) -le 120
unchanged "many settings"

record crash -e sched:sched_switch bash -c 'kill -SEGV $$'
equal "a crashing command: status" "$status" 0
matches "a crashing command: said" "$said" 'killed by SIGSEGV'
equal "a crashing command: events" "$(printed)" "$(counted)"

record ring -m 64 -p function -l '*rw_*' -l '*_read*' ls -R /proc/self
equal "-m: status" "$status" 0
bytes=$(trace-cmd dump --options ring.dat | sed -n 's/^ *[0-9]* [0-9]*\t\([0-9]*\).*/\1/p' | sort -n | tail -1)
check "-m: no CPU has more than 64 KB ($bytes bytes)" test "${bytes:-0}" -gt 0 -a "$bytes" -le 65536
check "-m: trace-cmd reads it" test "$(printed)" -gt 0

for kind in zstd none; do
  record packed -e sched:sched_switch --compression $kind sleep 0.1
  equal "--compression $kind: events" "$(printed)" "$(counted)"
done
record six -e sched:sched_switch --file-version 6 sleep 0.1
equal "--file-version 6: events" "$(printed)" "$(counted)"
record copied -e sched:sched_switch --nosplice sleep 0.1
equal "--nosplice: events" "$(printed)" "$(counted)"
if [ -e $tracing/buffer_subbuf_size_kb ]; then
  record large -e sched:sched_switch --subbuf-size 16 sleep 0.1
  equal "--subbuf-size: events" "$(printed)" "$(counted)"
else
  record large -e sched:sched_switch --subbuf-size 16 sleep 0.1
  matches "--subbuf-size: this kernel has none" "$said" 'this kernel has no .*buffer_subbuf_size_kb'
fi
kscope record -o live.dat -e sched:sched_switch -e irq sleep 3 >/dev/null 2>live.err &
recorder=$!
until [ -s live.dat ] || ! kill -0 $recorder; do sleep 0.1; done
timeout 60 kscope report --follow live.dat >live.txt 2>&1
equal "--follow: status" $? 0
wait $recorder
kscope report live.dat >whole.txt
# Names of tasks may be known later only.
unnamed() { sed 's/^ *[^ ].*-\([0-9]* *\[\)/\1/' "$1" | sort; }
equal "--follow: the lines of the whole" "$(diff <(unnamed live.txt) <(unnamed whole.txt) | head -5)" ""
check "--follow: there are lines" test "$(wc -l <live.txt)" -gt 20
unchanged "at the end"
cp ./*.err "$LAB_DIR"
finish
