# Dynamic events, triggers, histograms and small files: what the kernel lists is what was written,
# and all of it is put back, after a kill -9 too.
# limit: 600
source "$(dirname "$0")/../tap.sh"
project=$(cd "$(dirname "$0")/../.." && pwd)
tests=$project/.build/debug/kscopePackageTests.xctest
tracing=/sys/kernel/tracing
export KSCOPE_STATE_DIR=$PWD/state KSCOPE_LAB=1

if [ ! -x "$tests" ]; then
  skip "there is no $tests (swift build --build-tests makes it)"
  finish
fi
call() { "$tests" --testing-library swift-testing --filter "LabDynamicEventTests/($1)" 2>&1; }

settings() {
  cd $tracing
  for file in dynamic_events set_event set_ftrace_filter stack_trace_filter tracing_thresh \
    trace_options events/sched/sched_{switch,waking,wakeup}/{filter,trigger} \
    events/kmem/kmalloc/trigger events/syscalls/sys_enter_getppid/{trigger,enable} \
    timestamp_mode /proc/sys/kernel/stack_tracer_enabled; do
    echo "== $file"
    cat $file
  done
  grep -o 'Snapshot is .*' snapshot
}

# Somebody else's, which must outlive ours.
echo 'p:theirs/probe vfs_open' >>$tracing/dynamic_events
echo 'their_event u64 lat' >>$tracing/synthetic_events
echo 'vfs_rmdir:traceoff:5' >>$tracing/set_ftrace_filter
echo 'hist:keys=pid' >>$tracing/events/sched/sched_wakeup/trigger
before=$(settings)

# One process for what ends well: this test program takes seconds to start here.
good='definesEveryKind|removesAndExplains|listsTriggersAsTheyWereWritten'
good="$good|listsFunctionCommandsAsTheyWereWritten|countsInHistograms|readsAndSetsTheSmallFiles"
call "$good" >output
grep '^# ' output
for test in ${good//|/ }; do
  matches "$test" "$(grep -E "$test|Issue|issue|Expectation" output)" "Test $test.* passed"
done
equal "all is as it was" "$(diff <(echo "$before") <(settings))" ''
equal "no journal is left" "$(ls state)" ''

call changesAndDies >output
matches "a kill leaves a journal" "$(ls state)" '^journal-'
matches "and probes" "$(cat $tracing/dynamic_events)" '^e:lab/on sched.sched_waking'
matches "and the stack tracer" "$(cat /proc/sys/kernel/stack_tracer_enabled)" '^1$'
check "reset puts it all back" kscope reset
equal "all is as it was before the kill" "$(diff <(echo "$before") <(settings))" ''
equal "the journal is gone" "$(ls state)" ''

(
  cd $tracing
  echo '!hist:keys=pid' >>events/sched/sched_wakeup/trigger
  echo '!vfs_rmdir:traceoff:0' >>set_ftrace_filter
  echo '-:theirs/probe' >>dynamic_events
  echo '-:synthetic/their_event' >>dynamic_events
)
finish
