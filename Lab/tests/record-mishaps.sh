# kscope record while the disk of its journal is full, beside another that begins at once, with
# nobody who reads what it says: the recording and the settings are as they should be.
# limit: 400
source "$(dirname "$0")/../tap.sh"
source "$(dirname "$0")/../recording.sh"
began() { until grep -q 'Ctrl-C ends it' "$1"; do sleep 0.5; done; }

# The journal cannot be added to when tracing ends.
mkdir -p small
mount -t tmpfs -o size=64k none small
KSCOPE_STATE_DIR=$PWD/small/state kscope record -o full.dat -e sched:sched_switch 2>full.err &
recorder=$!
began full.err
dd if=/dev/zero of=small/filler bs=1k 2>/dev/null
sleep 1
kill -INT $recorder
wait $recorder
equal "a full disk for the journal: status" $? 0
text=$(trace-cmd report -R -i full.dat 2>/dev/null) said=$(cat full.err)
equal "a full disk for the journal: the recording is whole" "$(printed)" "$(counted)"
unchanged "a full disk for the journal"
umount small

# Two that begin at the same time, on the top level.
kscope record -o one.dat -e sched:sched_switch sleep 3 2>one.err &
first=$!
kscope record -o two.dat -e sched:sched_switch sleep 3 2>two.err &
second=$!
wait $first; first=$?
wait $second; second=$?
equal "two at once: one of them records" "$((first + second))" 1
matches "two at once: the other says who does" "$(cat one.err two.err)" 'in use by '
check "two at once: one file" test "$(ls one.dat two.dat 2>/dev/null | wc -l)" = 1
unchanged "two at once"

# Nobody reads what is said.
{ kscope record -o deaf.dat -e sched:sched_switch sleep 1; echo $? >deaf.status; } 2>&1 | true
until [ -s deaf.status ]; do sleep 0.2; done
equal "nobody reads what is said: status" "$(cat deaf.status)" 0
check "nobody reads what is said: the file" test "$(kscope report -i deaf.dat | grep -c sched_switch)" -gt 5
unchanged "nobody reads what is said"

# Settings that stay, of an instance that was made for them.
kscope record -k -o kept.dat -B kept -e sched:sched_switch sleep 1 2>/dev/null
equal "-k: kscope's own threads are not left out any more" \
  "$(cat $tracing/instances/kept/set_event_notrace_pid)" ''
check "-k: the events stay" grep -q sched_switch $tracing/instances/kept/set_event
kscope reset 2>/dev/null
unchanged "-k and reset"

cp ./*.err "$LAB_DIR"
finish
