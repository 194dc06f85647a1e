# The kernel tools over loads whose truth is known: none of the rows is missing, none is made up.
# limit: 400
source "$(dirname "$0")/../tap.sh"
source "$(dirname "$0")/../recording.sh"

# watch NAME TOOL ARGUMENT…: starts a tool that writes CSV to NAME.csv, and waits until it traces.
watch() {
  local name=$1
  shift
  kscope "$@" --csv >"$name.csv" 2>"$name.err" &
  tool=$!
  until [ -s "$name.csv" ]; do sleep 0.2; done
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

# 16 reads of 64 KB, 8 writes of 4 KB from sector 800 on, and a flush.
cat >disk.sh <<END
dd if=$LAB_DISK of=/dev/null bs=64k count=16 iflag=direct 2>/dev/null
dd if=/dev/zero of=$LAB_DISK bs=4k seek=100 count=8 oflag=direct conv=notrunc 2>/dev/null
END
number=$((0x$(stat -c %t $LAB_DISK))),$((0x$(stat -c %T $LAB_DISK)))
{
  for place in $(seq 0 15); do echo "R $((place * 128)) 65536"; done
  for place in $(seq 0 7); do echo "W $((800 + place * 8)) 4096"; done
} >truth
# A row's type (its first letter), sector and size.
requests() { tail -n +2 "$1.csv" | tr -d '"' | awk -F, '$1 == "dd" { print substr($3, 1, 1), $6, $7 }'; }

watch disk iosnoop -d "$number"
bash disk.sh
unwatch disk
equal "iosnoop: each request once, in order" "$(diff truth <(requests disk))" ''
equal "iosnoop: no request of others" "$(tail -n +2 disk.csv | grep -vc '^dd,')" 0

watch reads iosnoop -d "$number" -i '*R*' -Q
bash disk.sh
unwatch reads
equal "iosnoop -i: reads alone" "$(diff <(grep R truth) <(requests reads))" ''

watch latency iolatency -d "$number" 1
bash disk.sh
sleep 1
unwatch latency
equal "iolatency: each request counts once" \
  "$(tail -n +2 latency.csv | awk -F, '{ sum += $3 } END { print sum }')" 24

# The same out of a recording.
kscope record -o disk.dat -e block bash disk.sh >/dev/null 2>&1
kscope iosnoop -i disk.dat -d "$number" --csv >recorded.csv
equal "iosnoop of a recording" "$(diff truth <(requests recorded))" ''

# Signals by every call, to one, to a group, to nobody.
cat >signals.py <<'END'
import ctypes, os, signal, subprocess
child = subprocess.Popen(["sleep", "100"], preexec_fn=os.setpgrp)
libc = ctypes.CDLL(None, use_errno=True)
os.kill(child.pid, 0)
try: os.kill(4000000, signal.SIGTERM)
except ProcessLookupError: pass
os.killpg(child.pid, signal.SIGCONT)
signal.pidfd_send_signal(os.pidfd_open(child.pid), signal.SIGCONT)
libc.tgkill(child.pid, child.pid, signal.SIGCONT)
os.kill(child.pid, signal.SIGKILL)
child.wait()
print(child.pid)
END
watch signals killsnoop -n python
child=$(python3 signals.py)
unwatch signals
equal "killsnoop: each signal once" "$(tail -n +2 signals.csv | cut -d, -f3-)" \
  "$child,0,0
4000000,15,-3
-$child,18,0
$child,18,0
$child,18,0
$child,9,0"

kscope iosnoop -i nosuch.dat 2>said
equal "no such recording: status" $? 1
matches "no such recording: said" "$(cat said)" 'nosuch.dat: .*No such file'
cp ./*.csv ./*.err ./*.dat "$results"
finish
