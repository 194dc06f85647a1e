# sqlhist: what a SELECT sets counts right, the printed commands set the same, and all is put back.
# limit: 300
source "$(dirname "$0")/../tap.sh"
tracing=/sys/kernel/tracing
events=$tracing/events
export KSCOPE_STATE_DIR=$PWD/state
# Every file that a query of these events can change.
settings() {
  grep -sH '' $tracing/{dynamic_events,synthetic_events,set_event,timestamp_mode,trace_clock} \
    $events/sched/sched_{waking,switch,process_exec}/{trigger,enable,filter} \
    $tracing/instances/*/events/sched/sched_process_exec/trigger | grep -v 'trigger:#'
  grep '^# \* Snapshot is' $tracing/snapshot
  ls $events/synthetic 2>/dev/null | grep -v '^enable$\|^filter$'
  ls $tracing/instances
}
triggers() { grep -v '^#' $events/sched/sched_{waking,switch}/trigger $tracing/dynamic_events; }
unchanged() { equal "$1: all is as before" "$(diff <(echo "$before") <(settings))" ''; }
# Somebody else's, which must outlive ours.
echo 'hist:keys=prio' >>$events/sched/sched_waking/trigger
clock=$(sed 's/.*\[\(.*\)\].*/\1/' $tracing/trace_clock)
before=$(settings)

# Wakeup latency.
latency='SELECT end.next_pid AS pid, end.next_comm AS comm, start.prio,
  (end.TIMESTAMP_USECS - start.TIMESTAMP_USECS) AS lat
  FROM sched_waking AS start JOIN sched.sched_switch AS end ON start.pid = end.next_pid
  WHERE start.prio > 0 AND end.next_prio < 1000'
printed=$(kscope sqlhist -n wakeup_lat "$latency")
unchanged "without -e"
check "wakeup latency: -e" kscope sqlhist -e -n wakeup_lat "$latency"
executed=$(triggers)
matches "the synthetic event is there" "$executed" 's:synthetic/wakeup_lat.pid_t pid; char\[16\] comm; int prio; u64 lat'
matches "the journal is kept" "$(kscope reset --list)" 'kept .*kscope sqlhist'
check "it can be recorded" kscope record -o lat.dat -e synthetic:wakeup_lat sleep 1
report=$(kscope report lat.dat)
matches "its events are in the recording" "$report" 'wakeup_lat: +pid=[0-9]+,? comm=[a-z].* prio=[0-9]+,? lat=[0-9]+'
equal "and no others" "$(grep -c 'sched_switch:\|sched_waking:' <<<"$report")" 0
slept=$(grep -c 'comm=sleep' <<<"$report")
equal "one of them tells of sleep" "$((slept > 0))" 1
equal "the triggers stay" "$(triggers)" "$executed"
kscope sqlhist -e -n wakeup_lat "$latency" 2>said
equal "an event that is there already: status" $? 1
matches "it is named" "$(cat said)" 'event synthetic:wakeup_lat exists already'
equal "and all is as after the first" "$(triggers)" "$executed"
check "reset" kscope reset
unchanged "reset"
equal "no journal is left" "$(ls state)" ''

# The printed commands.
sh -e <<<"$printed"
equal "the printed commands run: status" $? 0
equal "and set what -e sets" "$(triggers)" "$executed"
echo "$printed" | tac | sed "s/echo 'hist:/echo '!hist:/; s/echo 'wakeup_lat .*' >>/echo '!wakeup_lat' >>/" >undo
sh -e undo
# The kernel sets the clock for a histogram of times, and leaves it.
echo "$clock" >$tracing/trace_clock
unchanged "the same commands with !"

# Every way of acting, in one: the kernel takes them.
worst='SELECT end.next_pid AS pid, TIMESTAMP_DELTA_USECS AS lat FROM sched_waking AS start
  JOIN sched_switch AS end ON start.pid = end.next_pid'
check "-m -T -S" kscope sqlhist -e -n worst -m lat -T -S prev_comm,end.prev_pid "$worst"
matches "both actions are listed" "$(cat $events/sched/sched_switch/trigger)" \
  'onmax\(\$lat\)\.trace\(worst,next_pid,\$lat\):onmax\(\$lat\)\.save\(prev_comm,prev_pid\)'
sleep 1
matches "a maximum is kept" "$(cat $events/sched/sched_switch/hist)" 'max: +[0-9]+ +prev_comm: '
kscope reset 2>/dev/null
check "-m -s -T" kscope sqlhist -e -n worst -m lat -s -T "$worst"
matches "a line is traced and a snapshot taken" "$(cat $events/sched/sched_switch/trigger)" \
  'onmax\(\$lat\)\.trace\(worst,next_pid,\$lat\):onmax\(\$lat\)\.snapshot\(\)'
sleep 1
matches "it was taken" "$(cat $events/sched/sched_switch/hist)" 'Snapshot taken'
check "a second query beside it" kscope sqlhist -e -n other -c lat "$worst"
check "reset of both" kscope reset
unchanged "reset of both"
check "a join that asks for nothing of the first event" kscope sqlhist -e -n woken \
  'SELECT end.next_prio FROM sched_waking AS start JOIN sched_switch AS end ON start.pid = end.next_pid'
matches "refers to it all the same" "$(cat $events/sched/sched_switch/trigger)" 'matched=\$woken_pid'
kscope reset 2>/dev/null
unchanged "its reset"

# The kernel takes what Documentation/sqlhist.md shows; each file that is written to lists something.
takes() {
  local printed listed
  printed=$(kscope sqlhist -n lat "$@") || return
  kscope sqlhist -e -n lat "$@" || return
  while IFS= read -r line; do
    listed=$(cat "${line##* }")
    [ -n "${listed%%#*}" ] || { echo "nothing in ${line##* }" && return 1; }
  done <<<"$printed"
  kscope reset
}
join='FROM sched_waking AS start JOIN sched_switch AS end ON start.pid = end.next_pid'
while read -r fields; do
  check "kernel: $fields" takes "SELECT $fields $join"
done <<'END'
start.TIMESTAMP AS woken, end.TIMESTAMP AS ran
start.prio + end.prev_prio - 1 AS sum
end.prev_state - (start.prio - end.next_prio) AS x
END
if grep -q 'common_stacktrace' $tracing/README; then
  check "kernel: stacks" takes "SELECT start.common_pid AS waker, end.common_stacktrace AS stack $join"
else
  skip "this kernel has no stacks in synthetic events"
fi
check "kernel: -c of a field of the first event" takes -c prio "SELECT start.prio $join"
while read -r query; do
  check "kernel: $query" takes "SELECT $query"
done <<'END'
CAST(call_site AS SYM-OFFSET), CAST(bytes_alloc - bytes_req AS _COUNTER_) FROM kmalloc
CAST(ptr AS HEX), CAST(bytes_req AS LOG), cpu FROM kmalloc WHERE CPU >= 0 AND NOT bytes_req > 9
CAST(id AS SYSCALL) FROM sys_enter WHERE id & 1 OR id = 2 AND id != -1
TIMESTAMP_USECS FROM sched_waking WHERE comm ~ "ba*" AND NOT (prio = 1 OR comm = 'x')
END
unchanged "all of them"

# One event.
cp /bin/true counted
check "one event: -e" kscope sqlhist -e \
  'select filename, cast(old_pid - old_pid as _counter_) from sched_process_exec where filename ~ "*counted"'
matches "the trigger" "$(cat $events/sched/sched_process_exec/trigger)" \
  '^hist:keys=filename:vals=hitcount,old_pid-old_pid:.* if filename ~ "\*counted" \[active\]$'
for _ in $(seq 20); do ./counted; done
counted=$(cat $events/sched/sched_process_exec/hist)
matches "20 programs that run are counted" "$counted" 'filename: \./counted .*hitcount: +20$'
matches "and no others" "$counted" 'Hits: 20$'
kscope reset 2>/dev/null
mkdir $tracing/instances/apart
printf 'SELECT CAST(common_pid AS EXECNAME)\nFROM sched_process_exec;\n' >query.sql
check "-f and -B" kscope sqlhist -e -B apart -f query.sql
matches "the instance has the trigger" \
  "$(cat $tracing/instances/apart/events/sched/sched_process_exec/trigger)" 'keys=common_pid.execname'
equal "the top level has none" "$(grep -v '^#' $events/sched/sched_process_exec/trigger)" ''
kscope reset 2>/dev/null
equal "-f -: as from the file" "$(kscope sqlhist -B apart -f - <query.sql)" \
  "echo 'hist:keys=common_pid.execname' >> $tracing/instances/apart/events/sched/sched_process_exec/trigger"
rmdir $tracing/instances/apart
unchanged "-B"

# A copy of the tracing directory, for somebody who is not root.
mkdir -p copy/events/sched/{sched_waking,sched_switch}
for event in sched_waking sched_switch; do
  cp $events/sched/$event/format copy/events/sched/$event/
done
touch copy/tracing_on
equal "-t: the same by a copy" "$(kscope sqlhist -t copy -n wakeup_lat "$latency")" \
  "$(sed "s|>> $tracing/|>> copy/|" <<<"$printed")"

# Refusals.
kscope sqlhist -e 'SELECT pdi FROM sched_waking' 2>said
equal "an unknown field: status" $? 1
equal "is shown with a caret" "$(cat said)" "kscope: SQL: sched:sched_waking has no field pdi
  SELECT pdi FROM sched_waking
         ^
kscope: hint: nearest: pid, prio"
kscope sqlhist -e 'SELECT a.pid FROM sched_waking AS a JOIN sched_switch AS b ON a.pid = b.next_pid
  WHERE a.prio = 1 OR b.next_prio = 1' 2>said
equal "OR over two events: status" $? 1
matches "is refused" "$(cat said)" 'joined by AND only'
# The kernel's own: a number is added to a time in microseconds.
kscope sqlhist -e -n odd 'SELECT (b.TIMESTAMP_USECS - 5) AS x FROM sched_waking AS a
  JOIN sched_switch AS b ON a.pid = b.next_pid' 2>said
equal "what the kernel refuses: status" $? 1
matches "in its own words" "$(cat said)" 'hist:sched:sched_switch: .*[Tt]imestamp'
unchanged "a plan of which the last part is refused"
equal "no journal is left of refusals" "$(ls state)" ''
echo '!hist:keys=prio' >>$events/sched/sched_waking/trigger
finish
