# What the tests of recordings share; `source` it after tap.sh. They work in memory; the recordings
# are copied to where they were started, for Lab/compare-reports.
tracing=/sys/kernel/tracing
results=$PWD
work=$(mktemp -d /tmp/record.XXXXXX)
cd "$work"

# Every setting that a recording can touch.
settings() {
  (
    cd "$tracing"
    # One process reads them all: the lab is slow at starting programs.
    grep -s '' tracing_on current_tracer trace_clock tracing_cpumask buffer_size_kb \
      buffer_percent buffer_subbuf_size_kb saved_cmdlines_size max_graph_depth tracing_thresh \
      set_event set_event_pid set_event_notrace_pid set_ftrace_pid set_ftrace_notrace_pid \
      set_ftrace_filter set_ftrace_notrace set_graph_function set_graph_notrace options/* \
      dynamic_events events/sched/sched_switch/{filter,trigger,enable} \
      events/syscalls/sys_enter_openat/{filter,trigger,enable} per_cpu/*/buffer_size_kb
    ls instances
  )
}
# Until its first use the kernel keeps the buffer small, and there is no way back to that.
echo 1 >$tracing/events/sched/sched_switch/enable
echo 0 >$tracing/events/sched/sched_switch/enable
echo >$tracing/trace
before=$(settings)

# record NAME ARGUMENT…: records to NAME.dat; sets $status, $said and, by trace-cmd, $text.
record() {
  local name=$1
  shift
  kscope record -o "$name.dat" "$@" >"$name.out" 2>"$name.err"
  status=$? said=$(cat "$name.err")
  text=
  if [ -e "$name.dat" ]; then
    text=$(trace-cmd report -R -i "$name.dat" 2>"$name.report") || text="report failed"
    cp "$name.dat" "$results"
  fi
}
# The events that the summary counts, and those that trace-cmd prints.
counted() { sed -n 's/^kscope: \([0-9,]*\) events\{0,1\} in .*/\1/p' <<<"$said" | tr -d ,; }
printed() { grep -cE '\[[0-9]{3}\]' <<<"$text"; }
unchanged() { equal "$1: all settings are as before" "$(diff <(echo "$before") <(settings))" ""; }
