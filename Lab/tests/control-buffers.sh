# kscope stop, restart, clear and reset, by their own name and by trace-cmd's, leave what trace-cmd's
# leave.
# limit: 1500
# long: run by Lab/test --all
source "$(dirname "$0")/../tap.sh"
source "$(dirname "$0")/../control.sh"
mkdir $tracing/instances/{one,two}
all='. instances/one instances/two'
each() { for root in $all; do echo "$1" >$tracing/$root/$2; done; }

for arguments in '' '-B one' '-a' '-t' '-B one -B two' '-B one -t' '-a -t' '-B one -a'; do
  for command in stop restart; do
    each $([ $command = stop ] && echo 1 || echo 0) tracing_on
    $theirs $command $arguments
    yours=$(settings)
    each $([ $command = stop ] && echo 1 || echo 0) tracing_on
    found=$(settings)
    check "$command $arguments" kscope $command $arguments
    equal "$command $arguments: the state is trace-cmd's" \
      "$(diff <(echo "$yours") <(settings))" ''
    kscope reset 2>/dev/null
    equal "$command $arguments: reset undoes it" "$(diff <(echo "$found") <(settings))" ''
  done
  each 1 tracing_on
  for program in $theirs kscope; do
    each 1 events/sched/sched_switch/enable
    sleep 0.2
    each 0 events/sched/sched_switch/enable
    # trace-cmd's clear does not know -t: what it would do is done in two steps.
    if [ $program = $theirs ] && [[ $arguments = *-t* ]]; then
      $program clear
      [ "$arguments" = -t ] || $program clear ${arguments/ -t/}
    else
      $program clear $arguments
    fi
    dump >$(basename $program).cleared
  done
  equal "clear $arguments: what is in the buffers is as with trace-cmd" \
    "$(diff trace-cmd.cleared kscope.cleared)" ''
done
for command in stop restart clear; do
  said=$(kscope $command -B nosuch 2>&1)
  equal "$command of no instance: status" $? 1
  matches "$command of no instance: said" "$said" 'no such instance: nosuch'
done

# Everything that a reset touches, and something that it does not.
disturb() {
  local root
  for root in $all; do
    mkdir -p $tracing/$root
    (
      cd $tracing/$root
      echo global >trace_clock
      echo 1 >tracing_cpumask
      echo 1 >options/sym-offset
      echo 500 >buffer_size_kb
      echo 'prev_pid == 1' >events/sched/sched_switch/filter
      echo stacktrace >events/sched/sched_switch/trigger
      echo 'hist:keys=prev_pid' >>events/sched/sched_switch/trigger
      echo 1 >events/sched/sched_switch/enable
      echo 1 >set_event_pid
      echo 1 >set_ftrace_pid
      echo vfs_read >set_ftrace_filter
      echo vfs_write:traceoff:5 >>set_ftrace_filter
      echo vfs_open >set_ftrace_notrace
      echo function >current_tracer
      echo 0 >tracing_on
    )
  done
  (
    cd $tracing
    echo vfs_open >set_graph_function
    echo vfs_write >set_graph_notrace
    echo 'p:myp vfs_read' >>kprobe_events
    echo 'r:myr vfs_read' >>kprobe_events
    echo 'p:myu /bin/bash:0x1000' >>uprobe_events
    echo 'mysyn u64 x' >>synthetic_events
  )
}
# Another's probes are not a matter of one instance: kscope leaves them where trace-cmd does not.
compared() { settings | if [[ $1 = *-B* && $1 != *-t* ]]; then grep -v dynamic_events; else cat; fi; }
for arguments in '' '-B one' '-a' '-t' '-B one -t' '-a -t' '-B one -d' '-a -d' '-t -a -d' \
  '-b 100' '-B one -b 200 -B two -d' '-a -b 300' '-b 100 -B one'; do
  disturb
  $theirs reset $arguments
  yours=$(compared "$arguments")
  disturb
  said=$($ours reset $arguments 2>&1)
  equal "reset $arguments: status and output" "$? $said" '0 '
  equal "reset $arguments: the state is trace-cmd's" \
    "$(diff <(echo "$yours") <(compared "$arguments"))" ''
done
disturb
# The oracle is not asked: its reset says of -x for ever that it is no option.
for arguments in '-a -t -d' '-d' '-t -d' '-x' '-b 0' '-b' '-B nosuch'; do
  found=$(settings)
  $ours reset $arguments >/dev/null 2>&1
  check "reset $arguments is refused" test $? -ne 0
  equal "reset $arguments: nothing was changed" "$(diff <(echo "$found") <(settings))" ''
done
$ours reset -k kprobe -k synth
equal "reset -k keeps these kinds" "$(sed 's/[ \t].*//' $tracing/dynamic_events | sort | tr '\n' ' ')" \
  'p:kprobes/myp s:synthetic/mysyn '
$ours reset -k all
equal "reset -k all keeps all" "$(wc -l <$tracing/dynamic_events)" 2
check "reset --all" kscope reset --all
equal "reset --all keeps none" "$(cat $tracing/dynamic_events)" ''
kscope reset -a -d
clean
unchanged "at the end"

said=$($ours start -e nosuch 2>&1)
matches "called as trace-cmd, it names itself so" "$said" '^trace-cmd: no such event'
matches "usage, too" "$($ours stop --help)" 'USAGE: trace-cmd stop'
matches "and advice" "$($ours start 2>&1; $ours start -Z 2>&1)" 'see `trace-cmd start --help`'
matches "what is unknown, too" "$($ours nosuch 2>&1; echo $?)" '^255$'
$ours stop -x 2>/dev/null
equal "called as trace-cmd, it returns 255 where it does not understand" $? 255
$ours record -Z 2>/dev/null
equal "and so where it reads the arguments itself" $? 255
kscope record -Z 2>/dev/null
equal "by its own name, that is 1" $? 1
finish
