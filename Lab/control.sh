# What the tests of start, set, stop and reset share; `source` it after tap.sh.
tracing=/sys/kernel/tracing
theirs=$(command -v trace-cmd)
export KSCOPE_STATE_DIR=$PWD/state
# kscope by trace-cmd's name.
mkdir -p called
ln -sf "$(command -v kscope)" called/trace-cmd
ours=$PWD/called/trace-cmd

# Every control file of a buffer that says how it is set. Whose process it was and how full a buffer
# is differ between two runs: of these only whether there are any.
dump() {
  (
    cd $tracing
    for root in . instances/*; do
      [ -d "$root/events" ] || continue
      grep -s '' $root/{tracing_on,current_tracer,trace_clock,tracing_cpumask,buffer_size_kb} \
        $root/{buffer_percent,buffer_subbuf_size_kb,max_graph_depth,tracing_thresh} \
        $root/{saved_cmdlines_size,tracing_max_latency,set_event,set_event_pid} \
        $root/{set_event_notrace_pid,set_ftrace_pid,set_ftrace_notrace_pid,set_ftrace_filter} \
        $root/{set_ftrace_notrace,set_graph_function,set_graph_notrace,dynamic_events} \
        $root/options/* $root/per_cpu/*/buffer_size_kb \
        $root/events/{sched,irq,timer}/*/{filter,trigger} | grep -v 'trigger:#' |
        sed 's/_pid:[0-9][0-9]*$/_pid:PID/; s/:count=[0-9]*/:count=N/; s/\/filter:(\([^()]*\))$/\/filter:\1/'
      grep -qs '^entries: *[1-9]' $root/per_cpu/*/stats && echo "$root: some entries" ||
        echo "$root: no entries"
    done
    echo "instances: $(ls instances)"
    cat /proc/sys/kernel/ftrace_enabled
  )
}
# The same without what the buffers hold.
settings() { dump | grep -v ' entries$'; }

# Until its first use the kernel keeps the buffer small, and there is no way back to that.
echo 1 >$tracing/events/sched/sched_switch/enable
echo 0 >$tracing/events/sched/sched_switch/enable
echo >$tracing/trace
# trace-cmd's reset would do that first.
echo 1 >$tracing/tracing_on
size=$(cat $tracing/buffer_size_kb) names=$(cat $tracing/saved_cmdlines_size)
options=$(grep -s '' $tracing/options/*)
before=$(settings)

# After trace-cmd, whose reset leaves options, sizes and instances.
clean() {
  local line
  $theirs reset
  for line in $tracing/instances/*; do [ -d "$line" ] && rmdir "$line"; done
  while read -r line; do
    [ "$(<"${line%:*}")" = "${line##*:}" ] || echo "${line##*:}" >"${line%:*}"
  done <<<"$options"
  echo "$size" >$tracing/buffer_size_kb
  echo "$names" >$tracing/saved_cmdlines_size
  echo 0 >$tracing/max_graph_depth
  echo >$tracing/set_event_notrace_pid
  echo >$tracing/set_ftrace_notrace_pid
} 2>/dev/null

unchanged() { equal "$1: all settings are as before" "$(diff <(echo "$before") <(settings))" ''; }
