# The kernel tools over loads whose truth is known: none of the rows is missing, none is made up.
# limit: 400
source "$(dirname "$0")/../tap.sh"
source "$(dirname "$0")/../recording.sh"
source "$(dirname "$0")/../tools.sh"

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

# A process with a child that was there before the tool: both are its own, and the tool ends with it.
mkfifo parent child
cat >family.sh <<END
{ read go <child; dd if=$LAB_DISK of=/dev/null bs=64k count=3 iflag=direct 2>/dev/null; } &
read go <parent
wait
END
bash family.sh &
family=$!
sleep 1
watch family iosnoop -d "$number" -p $family
dd if=$LAB_DISK of=/dev/null bs=64k count=2 iflag=direct 2>/dev/null
echo >child
until [ "$(rows family | wc -l)" -ge 3 ]; do sleep 0.2; done
echo >parent
wait $family
for try in $(seq 100); do kill -0 $tool 2>/dev/null || break; sleep 0.2; done
check "family: the tool has ended with the process" eval '! kill -0 $tool 2>/dev/null'
unwatch family
equal "family: requests of a child that was there" "$(requests family | tr '\n' ' ')" \
  'R 0 65536 R 128 65536 R 256 65536 '

watch ways iosnoop -S -d "$number"
bash disk.sh
unwatch ways
equal "iosnoop -S: each request once" "$(diff truth <(requests ways))" ''
equal "iosnoop -S: each by a call of dd's" \
  "$(grep '^dd,' ways.csv | grep -cE ";vfs_(read|write);.*;$call_entry;")" 24

watch latency iolatency -d "$number" 1
bash disk.sh
sleep 1
unwatch latency
equal "iolatency: each request counts once" \
  "$(tail -n +2 latency.csv | awk -F, '{ sum += $3 } END { print sum }')" 24

kscope bitesize -D "$number" -b "4 64" --csv >sizes.csv 2>sizes.err &
tool=$!
# Its rows come at the end; that it traces is told by its instance.
until grep -qs 1 $tracing/instances/kscope-$tool/tracing_on; do sleep 0.2; done
bash disk.sh
unwatch sizes
equal "bitesize: each request counts once" "$(tail -n +2 sizes.csv | tr '\n' ' ')" '0,4,0 4,64,8 64,,16 '

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

# Programs of known arguments, by execve and by execveat.
cp /bin/true counted
watch execs execsnoop '^counted$'
for number in $(seq 20); do ./counted "$number" 'with blanks' ''; done
./counted $(seq 60)
env -i ./counted
./counted "$(printf 'x%.0s' $(seq 1900))" end
python3 -c 'import os; os.execve(os.open("counted", os.O_RDONLY), ["by number", "1"], {})'
unwatch execs
{
  for number in $(seq 20); do echo "./counted $number with blanks "; done
  echo "./counted $(seq -s ' ' 60)"
  echo ./counted
  echo "./counted $(printf 'x%.0s' $(seq 1900)) end"
} >truth
equal "execsnoop: each program once, all arguments" \
  "$(diff truth <(tail -n +2 execs.csv | grep -v 'by number' | cut -d, -f4-))" ''
# Run by its file's number, Linux 6.1 calls it by that; so the name is not asked for.
watch numbers execsnoop
python3 -c 'import os; os.execve(os.open("counted", os.O_RDONLY), ["by number", "1"], {})'
unwatch numbers
equal "execsnoop: execveat" "$(grep -c ',by number 1$' numbers.csv)" 1

# Files that are there, and all kinds of failures.
mkdir -p truth.d
# It says itself what the kernel gave it.
cat >opens.py <<'END'
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
def opened(number, name):
    print(f"{number if number >= 0 else -ctypes.get_errno()},truth.d/{name}")
for number in range(20):
    file = os.open(f"truth.d/{number}", os.O_CREAT | os.O_WRONLY)
    opened(file, number)
    os.close(file)
for name, flags in [("absent", 0), ("0/below", 0), (".", os.O_WRONLY), ("0", os.O_CREAT | os.O_EXCL)]:
    try: os.open(f"truth.d/{name}", flags)
    except OSError as error: print(f"{-error.errno},truth.d/{name}")
opened(libc.creat(b"truth.d/created", 0o600), "created")
# open(2), which arm64 lacks: openat(2), below the working directory.
call = [2] if os.uname().machine == "x86_64" else [56, -100]
opened(libc.syscall(*call, b"truth.d/by open", 0, 0), "by open")
libc.open(ctypes.c_void_p(8), 0)
END
watch opens opensnoop -n python
python3 opens.py >truth
unwatch opens
equal "opensnoop: failures are among them" "$(grep -c '^-' truth)" 5
equal "opensnoop: each file once" \
  "$(diff truth <(grep -F truth.d/ opens.csv | cut -d, -f3-))" ''
equal "opensnoop: an address without a name" "$(tail -n 1 opens.csv | cut -d, -f3-)" '-14,'

# The way into the kernel of each of them, live and out of what was kept; and of what has none.
watch stacks opensnoop -S -n python --save stacks.dat
python3 opens.py >/dev/null
unwatch stacks
equal "opensnoop -S: each file once" \
  "$(diff <(cut -d, -f3-4 opens.csv) <(cut -d, -f3-4 stacks.csv))" ''
equal "opensnoop -S: each by its way" \
  "$(grep -F truth.d/ stacks.csv | cut -d, -f5 | grep -cE "^\"*do_filp_open;$open_caller.*;$call_entry;")" \
  "$(grep -cF truth.d/ stacks.csv)"
kscope opensnoop -S -n python -i stacks.dat --csv >again.csv 2>again.err
equal "opensnoop -S of a recording" "$(diff stacks.csv again.csv; cat again.err)" ''

# Programs that cannot be run, and one that can; it says itself what the kernel gave it.
: >truth.d/plain
: >truth.d/empty
printf '#!truth.d/nothing\n' >truth.d/script
chmod -x truth.d/plain
chmod +x truth.d/empty truth.d/script
cp counted truth.d/counted
cat >fails.py <<'END'
import os
for path in ["truth.d/absent", "truth.d/..", "truth.d/plain", "truth.d/empty", "truth.d/script",
             "truth.d/plain/below", "truth.d/counted"]:
    pid = os.fork()
    if pid == 0:
        try: os.execve(path, [path, "1"], {})
        except OSError as error: print(os.getpid(), os.getppid(), -error.errno, path, sep=",", flush=True)
        os._exit(1)
    if os.waitpid(pid, 0)[1] == 0: print(pid, os.getpid(), 0, path + " 1", sep=",", flush=True)
END
watch fails execsnoop -x -S
python3 fails.py >truth
unwatch fails
equal "the load: one of seven can be run" "$(cut -d, -f3 truth | xargs)" '-2 -13 -13 -8 -2 -20 0'
equal "execsnoop -x: each call once, and why" \
  "$(diff truth <(grep -F truth.d/ fails.csv | cut -d, -f2-5))" ''
equal "execsnoop -x -S: each by its way" \
  "$(grep -F truth.d/ fails.csv | grep -c ";$call_entry;")" 7

# Calls that write data, and one of a file that there is not.
cat >syncs.py <<'END'
import os
file = os.open("synced", os.O_CREAT | os.O_RDWR)
for _ in range(5): os.fsync(file)
os.fdatasync(file)
os.sync()
try: os.fsync(99)
except OSError: pass
END
watch syncs syncsnoop -n python
python3 syncs.py
unwatch syncs
equal "syncsnoop: each call once" "$(tail -n +2 syncs.csv | cut -d, -f3,4 | tr '\n' ' ')" \
  'fsync,0 fsync,0 fsync,0 fsync,0 fsync,0 fdatasync,0 sync,0 fsync,-9 '

# Processes that end by themselves, by a signal, with threads, and after a known time.
cat >exits.py <<'END'
import os, signal, threading, time
def ends(how):
    pid = os.fork()
    if pid == 0: how()
    os.waitpid(pid, 0)
def threads():
    for _ in range(3): threading.Thread(target=time.sleep, args=[0.01]).start()
    time.sleep(0.5)
    os._exit(4)
for code in [0, 1, 255]: ends(lambda: os._exit(code))
for number in [signal.SIGKILL, signal.SIGTERM]: ends(lambda: os.kill(os.getpid(), number))
ends(threads)
END
watch exits exitsnoop -n python
python3 exits.py
unwatch exits
equal "exitsnoop: each process once, and why" "$(tail -n +2 exits.csv | cut -d, -f6 | tr '\n' ' ')" \
  '0 1 255 -9 -15 4 0 '
equal "exitsnoop: how old" "$(awk -F, '$6 == 4 { print ($5 >= 0.5 && $5 < 30) }' exits.csv)" 1

# What a tool looked at is kept, and looked at again comes to the same.
watch kept opensnoop -n python --save kept.dat
python3 opens.py >/dev/null
unwatch kept
kscope opensnoop -n python -i kept.dat --csv >again.csv
equal "opensnoop --save: the recording has each row" "$(diff kept.csv again.csv)" ''
equal "opensnoop --save: all files are among them" "$(grep -c truth.d/ kept.csv)" 26
kscope opensnoop -S -n python -i kept.dat --csv >again.csv 2>said
equal "opensnoop -S: a recording without calls has each row" "$(diff kept.csv <(sed 's/,[^,]*$//' again.csv))" ''
equal "opensnoop -S: and it is said once" "$(cat said)" \
  'kscope: the recording has no calls of these events: kscope record -T keeps them'
kscope opensnoop --save nosuch/kept.dat -d 1 2>said
equal "opensnoop --save: a file that cannot be made: status" $? 1
matches "opensnoop --save: a file that cannot be made: said" "$(cat said)" 'nosuch/kept.dat: .*No such file'
unchanged "opensnoop --save: a file that cannot be made"
mkdir -p small && mount -t tmpfs -o size=1m none small
kscope opensnoop --save small/kept.dat -d 1 2>said
equal "opensnoop --save: no room: status" $? 1
matches "opensnoop --save: no room: said" "$(cat said)" 'small/kept.dat: .*No space left'
equal "opensnoop --save: no room: no file is left" "$(ls small)" ''
unchanged "opensnoop --save: no room"
umount small

kscope hardirqs -p 1 2>said
equal "hardirqs -p: status" $? 1
matches "hardirqs -p: said" "$(cat said)" '-p means nothing to hardirqs'
unchanged "hardirqs -p"
kscope iosnoop -i nosuch.dat 2>said
equal "iosnoop: no such recording: status" $? 1
matches "iosnoop: no such recording: said" "$(cat said)" 'nosuch.dat: .*No such file'
cp ./*.csv ./*.err ./*.dat "$results"
finish
