# The tools that have the kernel count, over loads whose truth is known.
# limit: 500
source "$(dirname "$0")/../tap.sh"
source "$(dirname "$0")/../recording.sh"

# count NAME COMMAND ARGUMENT…: a tool that says nothing before its end, once it traces.
count() {
  local name=$1
  shift
  kscope "$@" --csv -v >"$name.csv" 2>"$name.err" &
  tool=$!
  until grep -qs 1 $tracing/instances/kscope-$tool/tracing_on || ! kill -0 $tool 2>/dev/null; do sleep 0.2; done
}
# Ends it as Ctrl-C does.
counted() {
  kill -INT $tool
  wait $tool
  equal "$1: status" $? 0
  unchanged "$1"
  matches "$1: by the kernel" "$(cat "$1.err")" 'the kernel counts'
}

count runqlat runqlat -L
for number in $(seq 50); do /bin/true; done
taskset -c 0 bash -c 'for n in 1 2 3; do sleep 0.01; done'
counted runqlat
head -40 runqlat.err
head -20 runqlat.csv
cp ./*.csv ./*.err "$results"
finish
