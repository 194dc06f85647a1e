# The program of Examples/ that uses the library Tracefs: what it counts is so, and nothing is left.
source "$(dirname "$0")/../tap.sh"
project=$(cd "$(dirname "$0")/../.." && pwd)
program=$project/Examples/.build/debug/who-runs
tracing=/sys/kernel/tracing
export KSCOPE_STATE_DIR=$PWD/state

if [ ! -x "$program" ]; then
  skip "there is no $program (swift build --package-path Examples makes it)"
  finish
fi

# A task that sleeps often gets a CPU often.
bash -c 'exec -a sleeper sh -c "while :; do sleep 0.05; done"' &
load=$!
said=$("$program")
kill $load
matches "the tasks that sleep are counted" "$said" '^[0-9]+ sleep$'
rows=$(echo "$said" | awk '/in all/ { all = $1; next } { rows += $1 } END { print (rows > 0 && rows <= all) }')
equal "no more in the rows than in all" "$rows" 1
equal "the instance is gone" "$(ls $tracing/instances)" ''
equal "no journal is left" "$(ls state)" ''

# Mounted by the library where it is not mounted; the lab's own mount is hidden in a namespace.
mounted=$(unshare --mount bash -c '
  umount -a -t debugfs 2>/dev/null; umount -a -t tracefs
  grep -c "tracefs" /proc/self/mounts
  "$0" >/dev/null; grep -c "/sys/kernel/tracing tracefs" /proc/self/mounts' "$program")
equal "tracefs is mounted where it was not" "$(echo $mounted)" "0 1"
finish
