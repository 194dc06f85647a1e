# What kscope leaves set on purpose, and several runs at once: whoever ends first, all comes back.
# limit: 1200
# long: run by Lab/test --all
source "$(dirname "$0")/../tap.sh"
source "$(dirname "$0")/../control.sh"
value() { cat "$tracing/$1"; }
# wait_for COMMAND…: until it succeeds.
# Up to a minute.
wait_for() {
  local n
  for n in $(seq 300); do
    "$@" 2>/dev/null && return
    sleep 0.2
  done
  echo "not ok - waited in vain for: $*"
}

# Stacking.
kscope start -e sched:sched_switch -C mono
first=$(settings)
kscope set -C boot -e irq -O sym-offset
second=$(settings)
kscope start -e timer:timer_start -p function -l vfs_read
equal "a second start takes the place of what is on" "$(value set_event)" timer:timer_start
kscope stop
matches "reset --list: who" "$(kscope reset --list)" 'kept  process [0-9]+ \(kscope start -e timer:timer_start'
matches "reset --list: which files" "$(kscope reset --list)" '^    current_tracer$'
equal "reset --list --json: one object a journal" \
  "$(kscope reset --list --json | python3 -c 'import json,sys; print([json.loads(l)["state"] for l in sys.stdin])')" \
  "['kept', 'kept', 'kept']"
kscope reset 2>said
equal "reset undoes them, the last first" \
  "$(sed -n 's/.*(kscope \([a-z]*\) .*/\1/p' said | tr '\n' ' ')" 'start set start '
unchanged "three kept runs"
equal "no journal is left" "$(ls state)" ''

# What another changed since.
kscope set -C mono -O sym-offset
echo global >$tracing/trace_clock
said=$(kscope reset 2>&1)
equal "what another changed: status" $? 1
matches "what another changed is named" "$said" 'trace_clock: changed by somebody else'
matches "and stays" "$(value trace_clock)" '\[global\]'
echo local >$tracing/trace_clock
unchanged "and the rest is back"

# A live run and a kept one, in both orders. -a: what the other switches on is in the file, too.
kscope record -a -o live.dat -e sched:sched_switch -C mono -O sym-offset 2>live.err &
recorder=$!
wait_for grep -q 'Ctrl-C ends it' live.err
kscope set -C boot -e sched:sched_switch -e irq:irq_handler_entry
kill -INT $recorder
wait $recorder
equal "the recording ends: status" $? 0
equal "its file says nothing of trouble" "$(grep -c 'not put back\|changed by' live.err)" 0
matches "what was set meanwhile stays" "$(value trace_clock)" '\[boot\]'
equal "the event that both wanted stays" "$(sort $tracing/set_event | tr '\n' ' ')" \
  'irq:irq_handler_entry sched:sched_switch '
equal "what only the recording set is back" "$(value options/sym-offset)" 0
kscope reset 2>/dev/null
unchanged "record, set, end, reset"

kscope record -a -o live.dat -e sched:sched_switch -C mono 2>live.err &
recorder=$!
wait_for grep -q 'Ctrl-C ends it' live.err
kscope set -C boot -e irq:irq_handler_entry
said=$(kscope reset 2>&1)
matches "reset beside a recording: it tells of it" "$said" "process $recorder .* is still at work"
matches "reset beside a recording: its clock is back" "$(value trace_clock)" '\[mono\]'
equal "reset beside a recording: its event stays" "$(value set_event)" sched:sched_switch
kill -INT $recorder
wait $recorder
unchanged "record, set, reset, end"

# Two recordings, each in an instance of its own, of which both set what there is once.
kscope record -o a.dat -B a -e sched:sched_switch --cmdlines-size 500 2>a.err &
a=$!
wait_for grep -q 'Ctrl-C ends it' a.err
kscope record -o b.dat -B b -e sched:sched_switch --cmdlines-size 20000 2>b.err &
b=$!
wait_for grep -q 'Ctrl-C ends it' b.err
# The kernel may round it up.
names=$(value saved_cmdlines_size)
kill -INT $a
wait $a
equal "the first of two ends: the second's setting stays" "$(value saved_cmdlines_size)" "$names"
kill -INT $b
wait $b
unchanged "two recordings at once"

# Dead runs.
kscope record -o dead.dat -e sched:sched_switch -C mono 2>dead.err &
recorder=$!
wait_for grep -q 'Ctrl-C ends it' dead.err
kscope set -O sym-offset -C boot
kill -KILL $recorder
wait $recorder 2>/dev/null
said=$(kscope start -e irq:irq_handler_entry 2>&1)
equal "start after a kill -9: status" $? 0
matches "start after a kill -9: it says what it put back" "$said" \
  "settings that process $recorder .* had left were put back"
matches "but what is kept stays" "$(value trace_clock)" '\[boot\]'
equal "and the dead run's event is off" "$(value set_event)" irq:irq_handler_entry
kscope reset 2>/dev/null
unchanged "a killed run between others"

# Nothing by halves.
for arguments in 'start -e sched:sched_switch -C mono -e irq -e nosuch:event' \
  'start -C mono -b 3000 -p nosuch' 'start -B new -e irq -B other -e nosuch' \
  'set -O sym-offset -T -O nosuchoption' 'set -C mono -M zz' 'set -b 3000 -C nosuch' \
  'start -e sched:sched_switch nosuchprogram' 'start -e irq -P 99999999' \
  'start -p function -l vfs_read -l nosuchfunction' 'start --nosuch -e irq' 'start -o x -e irq'; do
  kscope $arguments >/dev/null 2>half.err
  check "$arguments: refused" test $? -ne 0
  equal "$arguments: a line and perhaps advice" "$(grep -vc '^kscope: hint:' half.err)" 1
  unchanged "$arguments"
done
kscope start -e sched:sched_switch -T -e irq -f 'nosuch == 1' 2>half.err
equal "a bad filter: refused" $? 1
unchanged "a bad filter"
equal "no journal is left" "$(ls state)" ''

# Busy.
kscope start -e sched:sched_switch
said=$(kscope record -o busy.dat -e irq true 2>&1)
equal "record over a start: status" $? 1
matches "record over a start: what is set" "$said" 'in use: event sched:sched_switch'
matches "record over a start: by whom" "$said" 'set by process [0-9]+ \(kscope start .*, which is over'
matches "record over a start: what to do" "$said" '--private .*`kscope reset` ends it'
busy=$(settings)
said=$(kscope record --private -o private.dat -e irq -e sched:sched_switch -C mono sleep 0.5 2>&1)
equal "record --private: status" $? 0
equal "record --private: the other's settings stay" "$(diff <(echo "$busy") <(settings))" ''
check "record --private: trace-cmd reads events" \
  test "$($theirs report -i private.dat 2>/dev/null | grep -c sched_switch)" -gt 3
matches "record --private: the clock is the instance's" "$($theirs dump --options private.dat)" '\[mono\]'
kscope reset 2>/dev/null
unchanged "record --private"
kscope start --private -e irq 2>said
name=$(sed -n 's/.*tracing in the instance //p' said)
matches "start --private names its instance" "$name" '^kscope-[0-9]+$'
matches "start --private: its events are on" "$(cat $tracing/instances/$name/set_event)" irq:
equal "start --private: the top level's are not" "$(value set_event)" ''
kscope reset 2>/dev/null
unchanged "start --private"
echo 1 >$tracing/events/irq/enable
said=$(kscope start -e sched:sched_switch 2>&1)
equal "start over somebody else: status" $? 1
matches "start over somebody else: said" "$said" 'in use by somebody else: events irq:'
kscope set -O sym-offset
kscope reset 2>/dev/null
echo 0 >$tracing/events/irq/enable
cat $tracing/trace_pipe >/dev/null &
reader=$!
wait_for eval 'ls -l /proc/$reader/fd | grep -q trace_pipe'
said=$(kscope record -o busy.dat -e irq true 2>&1)
matches "record beside a reader names it" "$said" "trace_pipe read by process $reader \(cat\)"
kill $reader
wait $reader 2>/dev/null
unchanged "busy"

# record -k, --duration, --max-size.
kscope record -k -o kept.dat -e sched:sched_switch -C mono true 2>/dev/null
equal "record -k leaves its event on" "$(value set_event)" sched:sched_switch
matches "record -k has a journal" "$(kscope reset --list)" 'kept .*record -k'
kscope reset 2>/dev/null
unchanged "record -k"
said=$(kscope record -k -o kept.dat -e sched:sched_switch -e nosuch true 2>&1)
unchanged "record -k that fails"
said=$(kscope record --duration 1500ms -o timed.dat -e sched:sched_switch 2>&1)
equal "--duration: status" $? 0
matches "--duration: said" "$said" 'stopped after 1.50 s \(--duration\)'
# Not by $(…), which would wait for the command: it is left running.
timeout 200 kscope record --max-size 24M -o small.dat -e all -p function -l '*_lock*' \
  bash -c 'while :; do read -r _ </proc/self/maps; done' >small.said 2>&1
equal "--max-size: status" $? 0
said=$(<small.said)
matches "--max-size: said" "$said" 'stopped as the file had reached its size, 25.2 MB \(--max-size\)'
kill "$(sed -n 's/.*the command still runs, as process \([0-9]*\)$/\1/p' <<<"$said")"
bytes=$(stat -c %s small.dat)
check "--max-size: the file is no larger ($bytes bytes)" test "$bytes" -le $((24 << 20))
check "--max-size: nor much smaller" test "$bytes" -gt $((20 << 20))
check "--max-size: trace-cmd reads it" \
  test "$($theirs report -i small.dat 2>/dev/null | head -3000 | wc -l)" = 3000
said=$(kscope record --max-size 1K -o small.dat -e irq true 2>&1)
equal "--max-size too small: status" $? 1
matches "--max-size too small: how much it takes" "$said" 'at least [0-9]+M'
unchanged "at the end"
# It was not finished, and is not to be compared.
rm dead.dat
equal "no journal is left at the end" "$(ls state)" ''
finish
