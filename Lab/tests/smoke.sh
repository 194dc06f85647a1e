# The lab itself: what every other test in this folder takes for granted.
source "$(dirname "$0")/../tap.sh"

check "tracefs is mounted" test -w /sys/kernel/tracing/tracing_on
check "both CPUs have a raw buffer" test -r /sys/kernel/tracing/per_cpu/cpu1/trace_pipe_raw
matches "kscope runs" "$(kscope --version 2>&1)" '^[0-9]+\.[0-9]+\.[0-9]+$'
matches "trace-cmd runs" "$(trace-cmd --version 2>&1)" 'version'
check "the test's directory can be written to" touch here
check "a module loads" modprobe dummy
equal "the kernel is the one asked for" "$(uname -r | cut -d. -f1,2)" "$LAB_KERNEL"
formats=$(ls -d /sys/kernel/tracing/events/*/*/format | wc -l)
equal "every event format of this kernel is understood" "$(kscope check-events 2>&1)" \
  "All $formats event formats are understood"
equal "and without handlers" "$(kscope check-events -N 2>&1)" \
  "All $formats event formats are understood"

finish
