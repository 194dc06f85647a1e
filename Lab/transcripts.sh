# What each kernel tool prints over a small load: bash Lab/transcripts.sh [TOOL…]
#
# Runs inside the guest: Scripts/tool-pages --lab starts it, and cuts what it leaves in
# $LAB_DIR/TOOL.txt to the length of a page. One entry a tool:
#
#   show 'TOOL ARGUMENTS' <<'LOAD'   starts the tool, runs the load once it traces, and ends the tool
#                                    as Ctrl-C does
#   run 'TOOL ARGUMENTS'             for a tool that ends by itself
#
# A load starts in a folder of its own, in memory; `disk` in it is a small ext4 on $LAB_DISK, with
# the file `big` of 8 MB.

tracing=/sys/kernel/tracing
disk=${LAB_DISK#/dev/}
chosen=" $* "
work=/run/lab
mkdir $work && cd $work || exit 1
mkdir disk
mkfs.ext4 -q -b 4096 "$LAB_DISK" && mount "$LAB_DISK" disk || exit 1
dd if=/dev/urandom of=disk/big bs=1M count=8 2>/dev/null
sync
# A scheduler, so that requests have a queue to wait in.
echo mq-deadline >"/sys/block/$disk/queue/scheduler"

# Waits without starting a program, which tools would show.
exec {nobody}<> <(:)
pause() { read -rt "$1" -u "$nobody"; }

is_chosen() { [ "$chosen" = "  " ] || [[ $chosen == *" ${1%% *} "* ]]; }
# begin COMMAND-LINE: starts the tool; $tool is its number.
begin() {
  name=${1%% *}
  echo "# kscope $1" >"$LAB_DIR/$name.txt"
  (eval "exec kscope $1") >>"$LAB_DIR/$name.txt" 2>"$LAB_DIR/$name.err" &
  tool=$!
}
run() {
  is_chosen "$1" || return
  begin "$1"
  wait $tool
  ended $?
}
show() {
  is_chosen "$1" || return
  cat >load
  # What the load before has left to be written is not this one's.
  sync
  begin "$1"
  on=
  until [ "$on" = 1 ] || ! kill -0 $tool 2>/dev/null; do
    pause 0.2
    { read -r on <"$tracing/instances/kscope-$tool/tracing_on"; } 2>/dev/null
  done
  pause 0.5
  (unset LANG && PATH=/usr/sbin:/usr/bin:/bin && exec bash load) >load.out 2>&1
  pause 1
  kill -INT $tool 2>/dev/null
  wait $tool
  ended $?
}
ended() {
  echo "$name: status $1, $(wc -l <"$LAB_DIR/$name.txt") lines"
  sed 's/^/  /' "$LAB_DIR/$name.err"
}

# A server that answers as many calls as it is asked for, and one that calls it.
cat >server.py <<'END'
import socket, sys
listener = socket.create_server(("::", 8080), family=socket.AF_INET6, dualstack_ipv6=True)
print(flush=True)
for _ in range(int(sys.argv[1])):
    peer, _ = listener.accept()
    size = int(peer.recv(100))
    peer.sendall(bytes(size))
    peer.close()
END
cat >client.py <<'END'
import socket, time
for address, port, size in (("127.0.0.1", 8080, 2000), ("::1", 8080, 150000), ("127.0.0.1", 8081, 0),
                            ("127.0.0.1", 8080, 40000)):
    try:
        with socket.create_connection((address, port)) as peer:
            peer.sendall(b"%d" % size)
            while peer.recv(65536): pass
    except ConnectionRefusedError: pass
    time.sleep(0.1)
END
# The server is there before the clients are.
cat >calls.sh <<'END'
mkfifo ready 2>/dev/null
python3 server.py 3 >ready &
read -r <ready
python3 client.py
wait
END

# MARK: Processes

show 'execsnoop' <<'LOAD'
for file in hostname os-release; do wc -l "/etc/$file" | cut -d ' ' -f 1; done
date -u '+%H:%M' | tr : ' '
python3 -c 'import subprocess; subprocess.run(["uname", "-r"])'
LOAD
show 'exitsnoop' <<'LOAD'
/bin/true
grep -q nothing /etc/hostname
timeout 1 sleep 10
sh -c 'kill -SEGV $$'
python3 -c 'raise SystemExit(3)'
LOAD
show 'killsnoop -s' <<'LOAD'
sleep 100 &
kill -STOP $!
kill -CONT $!
kill $!
kill -0 4000000
timeout -s INT 1 sleep 10
LOAD
show 'capable' <<'LOAD'
hostname lab
nice -n -5 true
setpriv --reuid 1000 --clear-groups chroot / true
setpriv --reuid 1000 --clear-groups bash -c 'kill -0 1'
LOAD
echo +memory >/sys/fs/cgroup/cgroup.subtree_control
mkdir -p /sys/fs/cgroup/small
echo 20M >/sys/fs/cgroup/small/memory.max
show 'oomkill' <<'LOAD'
echo $$ >/sys/fs/cgroup/small/cgroup.procs
python3 -c 'bytearray(100 << 20)'
LOAD
run 'syscount -c -t 12 --latency ls /etc/apt'
show 'syslatency -m read fsync' <<'LOAD'
cat disk/big /etc/*.conf
for number in 1 2 3 4 5; do dd if=/dev/zero of=disk/new bs=4k count=1 conv=fsync; done
LOAD

# MARK: Files

show 'opensnoop -n cat' <<'LOAD'
cat /etc/hostname /etc/nosuch /root
LOAD
show 'statsnoop -x' <<'LOAD'
nosuchprogram
ls /etc/nosuch
python3 -c 'import nosuchmodule'
LOAD
show 'mountsnoop' <<'LOAD'
mkdir -p folder
mount -t tmpfs -o size=1m,mode=700 tmpfs folder
mount -o remount,ro folder
umount folder
umount folder
LOAD
show 'syncsnoop' <<'LOAD'
dd if=/dev/zero of=disk/new bs=64k count=4 conv=fsync
dd if=/dev/zero of=disk/new bs=64k count=4 conv=fdatasync
sync disk/new
sync
LOAD
show 'fileslower 2 -n "cat|dd|cp"' <<'LOAD'
echo 3 >/proc/sys/vm/drop_caches
cat disk/big >/dev/null
dd if=/dev/zero of=disk/new bs=256k count=4 oflag=direct
cp disk/big disk/copy
LOAD
show 'filetop -C -r 8 3 1' <<'LOAD'
for number in 1 2 3; do cat disk/big /etc/*.conf >/dev/null; done
cp disk/big disk/copy
LOAD
show 'cachestat 1' <<'LOAD'
echo 3 >/proc/sys/vm/drop_caches
sleep 1
cat disk/big >/dev/null
sleep 1
for number in 1 2 3; do cat disk/big >/dev/null; done
sleep 1
cp disk/big disk/copy
sleep 1
LOAD

# MARK: Disks

cat >requests.sh <<'END'
dd if=disk/big of=/dev/null bs=64k count=6 iflag=direct
dd if=/dev/zero of=disk/new bs=16k count=4 oflag=direct
rm disk/new
sync
END
cat >mixture.sh <<'END'
for number in 1 2 3; do
  dd if=disk/big of=/dev/null bs=256k iflag=direct &
  dd if=disk/big of=/dev/null bs=4k count=200 iflag=direct
  dd if=/dev/zero of=disk/new bs=32k count=20 oflag=direct
  wait
done
sync
END
show 'iosnoop -Q' <requests.sh
show 'iolatency 2' <mixture.sh
show "bitesize -b '4 8 16 32 64 128'" <mixture.sh
show 'biosnoop -Q' <requests.sh
show 'biolatency -m -F' <mixture.sh
show 'biotop -C 4' <mixture.sh

# MARK: CPU

# Twice as many that compute as there are CPUs.
cat >busy.sh <<'END'
for number in 1 2 3 4; do timeout 2 bash -c 'while :; do :; done' & done
wait
END
show 'runqlat' <busy.sh
show 'cpudist' <busy.sh
show 'hardirqs' <mixture.sh
show 'softirqs' <mixture.sh
# Names itself when it is ready, and ends without more ado: what is waited for is what is meant.
cat >waiter.py <<'END'
import ctypes, os, time
libc = ctypes.CDLL(None)
file = os.open("disk/big", os.O_RDWR | os.O_DIRECT)
page = ctypes.create_string_buffer(8192)
address = ctypes.c_void_p(-(-ctypes.addressof(page) // 4096) * 4096)
come, go = os.pipe()
if os.fork() == 0:
    libc.prctl(15, b"writer", 0, 0, 0)
    time.sleep(0.5)
    os.write(go, b"late")
    os._exit(0)
libc.prctl(15, b"waiter", 0, 0, 0)
for number in range(20): libc.pread(file, address, 4096, ctypes.c_long(number * 40960))
time.sleep(0.1)
os.read(come, 4)
libc.prctl(15, b"python3", 0, 0, 0)
os._exit(0)
END
show "offcputime -n '^waiter$'" <<'LOAD'
python3 waiter.py
LOAD
show "wakeuptime -n '^waiter$'" <<'LOAD'
python3 waiter.py
LOAD

# MARK: Network

show 'tcpconnect -t' <calls.sh
show 'tcpaccept -t' <calls.sh
show 'tcplife -w' <calls.sh
show 'tcpdrop' <<'LOAD'
python3 client.py
LOAD
# A filter at the server's socket lets nothing in for a while: what is sent meanwhile is sent again.
cat >deaf.py <<'END'
import ctypes, socket, struct, time
class Filter(ctypes.Structure):
    _fields_ = [("count", ctypes.c_ushort), ("code", ctypes.c_void_p)]
nothing = ctypes.create_string_buffer(struct.pack("HBBI", 6, 0, 0, 0))  # BPF_RET with 0
SO_ATTACH_FILTER, SO_DETACH_FILTER = 26, 27
listener = socket.create_server(("127.0.0.1", 8080))
client = socket.create_connection(("127.0.0.1", 8080))
peer, _ = listener.accept()
peer.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, bytes(Filter(1, ctypes.addressof(nothing))))
client.sendall(b"is anybody there?")
time.sleep(3)
peer.setsockopt(socket.SOL_SOCKET, SO_DETACH_FILTER, 0)
peer.recv(100)
END
show 'tcpretrans -l' <<'LOAD'
python3 deaf.py
LOAD

# MARK: Functions of the kernel and of programs, and the kernel's events

show "functrace -H -n cat 'vfs_*'" <<'LOAD'
cat /etc/hostname
LOAD
show 'funcgraph -m 3 -n sleep do_nanosleep' <<'LOAD'
sleep 0.1
LOAD
show 'funcslower vfs_read 50000' <<'LOAD'
{ sleep 0.3; echo late; sleep 0.1; echo later; } | cat
LOAD
show "funccount -t 12 'vfs_*'" <<'LOAD'
ls -lR /etc/apt
cp disk/big disk/copy
LOAD
show 'funclatency -u -e vfs_read' <<'LOAD'
echo 3 >/proc/sys/vm/drop_caches
cat disk/big /etc/*.conf
LOAD
show 'stackcount submit_bio' <<'LOAD'
echo 3 >/proc/sys/vm/drop_caches
cat disk/big
dd if=/dev/zero of=disk/new bs=64k count=4 oflag=direct
LOAD
show "argdist -C 'block:block_rq_issue:rwbs,bytes'" <<'LOAD'
echo 3 >/proc/sys/vm/drop_caches
cat disk/big
dd if=/dev/zero of=disk/new bs=64k count=4 oflag=direct
LOAD
show "perf-stat-hist -P 4 -m 1048576 syscalls:sys_exit_read ret" <<'LOAD'
cat disk/big
dd if=disk/big of=/dev/null bs=512 count=200
LOAD
show 'runqslower -P 1000' <<'LOAD'
for number in 1 2 3; do taskset -c 0 dd if=/dev/zero of=/dev/null bs=64k count=4000 & done
wait $(jobs -p | tail -n 3)
LOAD
show "trace -n '^cat' 'syscalls:sys_exit_openat if ret < 0 \"failed: %d\", ret' 'probe:do_filp_open(name=pathname->name) \"%s\", name'" <<'LOAD'
cat /etc/hostname /etc/nosuch
LOAD
show "kprobe -n cat 'probe:do_filp_open(pathname->name)'" <<'LOAD'
cat /etc/hostname /etc/nosuch
LOAD
show "uprobe 'r:bash:readline +0(\$retval):ustring'" <<'LOAD'
python3 - <<'END'
import os, pty, time
child, terminal = pty.fork()
if child == 0: os.execvp("bash", ["bash", "--norc", "-i"])
for line in "cd /etc", "ls -l passwd", "exit":
    time.sleep(1)
    os.write(terminal, line.encode() + b"\n")
os.waitpid(child, 0)
END
LOAD
show 'tpoint -n dd block:block_rq_issue' <requests.sh
# What somebody has left.
if is_chosen reset-ftrace; then
  echo 'p:forgotten do_filp_open' >>$tracing/kprobe_events
  echo 1 >$tracing/events/kprobes/forgotten/enable
  echo vfs_read >$tracing/set_ftrace_filter
  echo function >$tracing/current_tracer
fi
run 'reset-ftrace'

umount disk
