# kscope record: whatever ends it, the file is whole and the settings come back.
# limit: 900
source "$(dirname "$0")/../tap.sh"
source "$(dirname "$0")/../recording.sh"

# Signals go to kscope alone.
for signal in INT TERM; do
  kscope record -o $signal.dat -e sched:sched_switch -p function -l vfs_read 2>$signal.err &
  recorder=$!
  until grep -q 'Ctrl-C ends it' $signal.err; do sleep 0.5; done
  sleep 1
  kill -$signal $recorder
  wait $recorder
  equal "SIG$signal: status" $? 0
  said=$(cat $signal.err) text=$(trace-cmd report -R -i $signal.dat 2>/dev/null)
  matches "SIG$signal: said" "$said" "stopped by SIG$signal"
  cp $signal.dat "$results"
  equal "SIG$signal: events" "$(printed)" "$(counted)"
  unchanged "SIG$signal"
done

kscope record -o killed.dat -p function -l vfs_read -b 3000 -B left -e sched:sched_switch \
  2>killed.err &
recorder=$!
until grep -q 'Ctrl-C ends it' killed.err; do sleep 0.5; done
sleep 2
kill -KILL $recorder
wait $recorder 2>/dev/null
equal "kill -9: the settings stay at first" "$(cat $tracing/current_tracer)" function
record again -e sched:sched_switch true
equal "after kill -9: status" "$status" 0
matches "after kill -9: the next run says so" "$said" "settings that process $recorder .* put back"
unchanged "after kill -9"
said=$(kscope report -i killed.dat 2>&1 >/dev/null)
matches "after kill -9: report says that it was not finished" "$said" 'recording was not finished'
said=$(kscope restore killed.dat -o restored.dat 2>&1)
equal "restore: status" $? 0
text=$(trace-cmd report -R -i restored.dat 2>/dev/null)
check "restore: trace-cmd prints the events" test "$(grep -c sched_switch <<<"$text")" -gt 10
cp restored.dat "$results"

echo function >$tracing/current_tracer
busy=$(settings)
record busy -e sched:sched_switch true
equal "in use by another: status" "$status" 1
matches "in use by another: said" "$said" 'in use by somebody else: tracer function'
equal "in use by another: nothing was changed" "$(diff <(echo "$busy") <(settings))" ""
check "in use by another: no file" test ! -e busy.dat
echo nop >$tracing/current_tracer

# From a place that anybody can read, as kscope's own folder may be root's alone.
install -m 755 "$(command -v kscope)" /tmp/kscope.anybody
chmod 755 "$work"
mkdir -m 777 theirs
for command in 'record -e sched:sched_switch -o theirs/no.dat true' 'list -e' reset\ --all; do
  said=$(setpriv --reuid 65534 --regid 65534 --clear-groups /tmp/kscope.anybody $command 2>&1)
  check "not root, $command: status" test $? -ne 0
  matches "not root, $command: said" "$said" 'only root may use the kernel.s tracer'
done
check "not root: no file" test ! -e theirs/no.dat
said=$(setpriv --reuid 65534 --regid 65534 --clear-groups /tmp/kscope.anybody reset --list 2>&1)
equal "not root, reset --list: status" $? 1
matches "not root, reset --list: what cannot be seen is said" "$said" 'owned by user 0'
unchanged "not root"

# Room for what every file has and for half a megabyte of pages.
mkdir small
mount -t tmpfs -o size=$(($(stat -c %s again.dat) / 1024 + 512))k tmpfs small
timeout -s KILL 120 kscope record -o small/full.dat -p function -l '*_lock*' -l '*_unlock*' -l 'vfs_*' \
  bash -c 'while :; do cat /proc/self/maps; done >/dev/null' 2>full.err
equal "a full disk: status" $? 1
said=$(cat full.err) text=$(trace-cmd report -R -i small/full.dat 2>full.report)
kill "$(sed -n 's/.*the command still runs, as process \([0-9]*\)$/\1/p' full.err)"
equal "a full disk: the command goes on, and its process is told" $? 0
matches "a full disk: said" "$said" 'cut short: small/full.dat cannot be written: No space left'
check "a full disk: the file is read ($(printed) events)" test "$(printed)" -gt 1000
unchanged "a full disk"
umount small

unchanged "at the end"
cp ./*.err "$LAB_DIR"
finish
