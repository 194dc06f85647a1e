# Settings: what `list` prints, and how every kind of setting is put back, after a kill -9 too.
# limit: 900
source "$(dirname "$0")/../tap.sh"
project=$(cd "$(dirname "$0")/../.." && pwd)
tests=$project/.build/debug/kscopePackageTests.xctest
tracing=/sys/kernel/tracing
export KSCOPE_STATE_DIR=$PWD/state KSCOPE_LAB=1

for arguments in -t -s -o -B '-e sched_sw' '-e SCHED_wa -l' '-F -e sched_switch' '-e sched_switch -R' \
  '-F --full -e ^irq:' '-f ^vfs_r' '-e timer\|irq:' '-s -t'; do
  kscope list $arguments >ours
  trace-cmd list $arguments >theirs
  equal "list $arguments is trace-cmd's" "$(diff theirs ours | head -20)" ''
done

# trace-cmd adds tsc2nsec, which is no clock of the kernel's but its own calculation.
equal "list -C is trace_clock" "$(kscope list -C)" "$(cat $tracing/trace_clock)"
equal "list -t is available_tracers" "$(kscope list -t)" "$(cat $tracing/available_tracers)"
equal "list -e is available_events" \
  "$(diff <(kscope list -e) $tracing/available_events | head -20)" ''
functions=$(kscope list -f)
equal "list -f is available_filter_functions" \
  "$(diff <(echo "$functions") $tracing/available_filter_functions | head -20)" ''

settings() {
  cd $tracing
  for file in tracing_on current_tracer trace_clock tracing_cpumask buffer_percent max_graph_depth \
    saved_cmdlines_size set_event set_ftrace_filter set_ftrace_notrace set_graph_function \
    set_ftrace_pid set_event_pid trace_options dynamic_events buffer_size_kb \
    per_cpu/cpu0/buffer_size_kb per_cpu/cpu1/buffer_size_kb \
    events/sched/sched_switch/{filter,trigger} events/sched/sched_waking/{filter,trigger}; do
    echo "== $file"
    cat $file
  done
  ls instances
}

if [ ! -x "$tests" ]; then
  skip "there is no $tests (swift build --build-tests makes it)"
  finish
fi
call() { "$tests" --testing-library swift-testing --filter "LabSettingsTests/($1)" 2>&1; }

clock=$(grep -o '\[[a-z_0-9-]*' $tracing/trace_clock | tr -d '[')

# Somebody else's settings, which must outlive ours.
(
  cd $tracing
  echo 1408 >buffer_size_kb
  echo 64 >per_cpu/cpu1/buffer_size_kb
  echo 'vfs_read' >set_ftrace_filter
  echo 'vfs_open' >>set_ftrace_filter
  echo 'vfs_write:traceoff:5' >>set_ftrace_filter
  echo 'prev_pid == 1' >events/sched/sched_switch/filter
  echo 'stacktrace if prev_pid == 7' >events/sched/sched_switch/trigger
  echo 'irq:irq_handler_entry' >set_event
  echo 'sched:sched_waking' >>set_event
  echo 77777 >set_event_pid
  mkdir instances/theirs
)
before=$(settings)

# One process for what ends well: this test program takes seconds to start here.
output=$(call 'disturbsAndRestores|everyEventGoesOnAndOffAgain|explainsWhatTheKernelRefuses')
for test in disturbsAndRestores everyEventGoesOnAndOffAgain explainsWhatTheKernelRefuses; do
  matches "$test" "$output" "Test $test.* passed"
done
equal "all is as it was" "$(diff <(echo "$before") <(settings))" ''
equal "no journal is left" "$(ls state)" ''

call disturbsAndDies >/dev/null
matches "a kill leaves a journal" "$(ls state)" '^journal-'
matches "and settings" "$(cat $tracing/current_tracer)" '^function$'
echo mono >$tracing/trace_clock
output=$(kscope reset 2>&1)
equal "reset puts back all it can, and says that not all" $? 1
matches "but what another set since" "$output" 'trace_clock: changed by somebody'
matches "that stays" "$(cat $tracing/trace_clock)" '\[mono\]'
echo "$clock" >$tracing/trace_clock
equal "all else is as it was before the kill" "$(diff <(echo "$before") <(settings))" ''
equal "the journal is gone" "$(ls state)" ''
matches "then there is nothing to do" "$(kscope reset 2>&1)" 'nothing to put back'

call disturbsAndDies >/dev/null
check "reset --all" kscope reset --all
(
  cd $tracing
  equal "no tracer" "$(cat current_tracer)" nop
  equal "no events" "$(cat set_event)" ''
  equal "no probes" "$(cat dynamic_events)" ''
  equal "no filter" "$(cat events/sched/sched_switch/filter)" none
  equal "no trigger" "$(grep -v '^#' events/sched/sched_switch/trigger)" ''
  equal "no function filter" "$(cat set_ftrace_filter)" '#### all functions enabled ####'
  equal "no process ids" "$(cat set_event_pid)" ''
  equal "all CPUs" "$(cat tracing_cpumask)" 3
  equal "tracing" "$(cat tracing_on)" 1
  finish
) || failures=$((failures + 1))
equal "another's instance stays" "$(ls $tracing/instances)" theirs
check "reset -B -d removes it" kscope reset -B theirs -d
equal "it is gone" "$(ls $tracing/instances)" ''
echo 1408 >$tracing/buffer_size_kb
echo "$clock" >$tracing/trace_clock
finish
