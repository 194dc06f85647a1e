# What the tests of kernel tools share; `source` it after recording.sh.

# A function that all system calls come through; and who calls do_filp_open, which arm64's kernel
# leaves out of a probe's stack there: at a function's first instruction that is in a register.
call_entry=do_syscall_64 open_caller='do_sys_openat2;'
[ "$(uname -m)" = x86_64 ] || call_entry=el0_svc open_caller=

# watch NAME TOOL ARGUMENT…: starts a tool that writes CSV to NAME.csv, and waits until it traces.
watch() {
  local name=$1
  tool_of[$name]=$2
  shift
  kscope "$@" --csv >"$name.csv" 2>"$name.err" &
  tool=$!
  until [ -s "$name.csv" ]; do
    if ! kill -0 $tool 2>/dev/null; then
      fail "$name: it has ended before it traced" "$(cat "$name.err")"
      return 1
    fi
    sleep 0.2
  done
}
# Ends it as Ctrl-C does.
unwatch() {
  sleep 0.5
  kill -INT $tool
  wait $tool
  equal "$1: status" $? 0
  equal "$1: nothing to say" "$(cat "$1.err")" ''
  unchanged "$1"
}
# rows NAME: what it wrote, without the names of the columns.
rows() { tail -n +2 "$1.csv"; }
