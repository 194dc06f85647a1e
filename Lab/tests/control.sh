# kscope start and set leave what trace-cmd's leave, and `kscope reset` brings back what was there.
# limit: 1500
# long: run by Lab/test --all
source "$(dirname "$0")/../tap.sh"
source "$(dirname "$0")/../control.sh"

# same COMMAND ARGUMENT…: kscope's state is trace-cmd's, its output too, and reset undoes it.
same() {
  local said mine yours
  said=$(kscope "$@" 2>&1 </dev/null)
  equal "$*: status" $? 0
  mine=$(settings)
  kscope reset >/dev/null 2>reset.err
  equal "$*: reset succeeds" "$? $(grep -v 'putting back' reset.err)" '0 '
  unchanged "$*"
  equal "$*: the text is trace-cmd's" "$said" "$($theirs "$@" 2>&1 </dev/null)"
  yours=$(settings)
  clean
  equal "$*: the state is trace-cmd's" "$(diff <(echo "$yours") <(echo "$mine"))" ''
}

# With -c kscope traces the children that a process has already: this one has none.
sleep 100000 &
sleeper=$!

same start -e sched:sched_switch
same start -e sched -v -e '*stat*'
same start -e sched_switch -e 'irq:*' -e timer
same start -p function -l vfs_read
same start -p function -l vfs_read -l 'vfs_w*' -n vfs_write
same start -p function_graph -g vfs_read --max-graph-depth 3
same start -e sched:sched_switch -f 'prev_pid == 1' -R 'stacktrace if prev_pid == 7'
same start -e sched:sched_switch -f 'prev_pid == 1' -f 'next_pid > 3'
same start -e irq -v -e irq:irq_handler_entry -R stacktrace
same start -b 2000 -C mono -M 1 -e irq
same start -T -O sym-offset -e sched:sched_switch
same start -O noirq-info -O nooverwrite -e sched:sched_switch
same start -B one -e sched:sched_switch -B two -p function -l vfs_read
same start -e irq -B one -e timer:timer_start -b 512 -M 2
same start -P $sleeper -e sched:sched_switch
same start -P $sleeper -c -e sched:sched_switch
same start -F -e sched:sched_switch true
same start -F -c -p function -l vfs_read cat /proc/version
same start -e sched:sched_switch true
same start -e sched:sched_switch --fork sleep 0.1
same start -p function -l vfs_read --func-stack
same start -d -p function -l vfs_read
same start -i -e nosuch -e sched:sched_switch
same start -p nop
same start -k -q -e sched:sched_switch
same set -e sched:sched_switch
same set -p function -l vfs_read
same set -b 2000 -C mono -M 1
same set -O sym-offset -T
same set -B one -e irq -b 500
same set -P $sleeper
same set -F true
same set -e sched:sched_switch true
same set -l vfs_read -n vfs_write -g vfs_open
equal "no journal is left" "$(ls state)" ''

mkdir $tracing/instances/{one,two}
echo 1 >$tracing/instances/one/events/irq/enable
check "set -v -B removes an instance" kscope set -v -B one -B three -C mono
equal "set -v -B: those that stay" "$(ls $tracing/instances | tr '\n' ' ')" 'three two '
said=$(kscope set -C mono -v -B tow 2>&1)
equal "set -v -B of none: status" $? 1
matches "set -v -B of none: said" "$said" 'no such instance: tow'
matches "set -v -B of none: the nearest" "$said" 'nearest: two'
check "reset removes the instance that set made" kscope reset
equal "those that stay then" "$(ls $tracing/instances | tr '\n' ' ')" 'two '
rmdir $tracing/instances/two
unchanged "at the end"
kill $sleeper
finish
