# The tools about files, mounts and what the kernel lets happen, over loads whose truth is known.
# limit: 500
source "$(dirname "$0")/../tap.sh"
source "$(dirname "$0")/../recording.sh"
source "$(dirname "$0")/../tools.sh"

# A load calls itself `truth` when it is ready, so that a tool shows what it does then and no more; it
# writes what is to be shown, and ends without the interpreter's own calls.
cat >load.py <<'END'
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
rows = []
def begin(): libc.prctl(15, b"truth", 0, 0, 0)
def end():
    libc.prctl(15, b"other", 0, 0, 0)
    for row in rows: print(row, flush=True)
    os._exit(0)
# The numbers of x86-64 and arm64, which has no stat and lstat: they are newfstatat there.
here, itself = -100, 0x100
numbers = {"stat": (4, None), "fstat": (5, 80), "lstat": (6, None), "setuid": (105, 146),
           "statfs": (137, 43), "fstatfs": (138, 44), "chroot": (161, 51), "mount": (165, 40),
           "umount2": (166, 39), "sethostname": (170, 161), "newfstatat": (262, 79),
           "statx": (332, 291), "open_tree": (428, 428), "move_mount": (429, 429),
           "fsopen": (430, 430), "fsconfig": (431, 431), "fsmount": (432, 432),
           "fspick": (433, 433), "mount_setattr": (442, 442)}
machine = ["x86_64", "aarch64"].index(os.uname().machine)
def call(name, *arguments):
    "The result of a system call, or the number of its error below 0."
    number = numbers[name][machine]
    if number is None:
        number, flags = numbers["newfstatat"][machine], {"stat": 0, "lstat": itself}[name]
        arguments = [here, *arguments, flags]
    arguments = [ctypes.c_char_p(a.encode()) if isinstance(a, str) else
                 ctypes.c_long(a) if isinstance(a, int) else a for a in arguments]
    result = libc.syscall(number, *arguments)
    return result if result >= 0 else -ctypes.get_errno()
END

# Files that are asked about by every call, by names and by descriptors.
mkdir -p truth.d
touch 'truth.d/a file'
ln -s nowhere truth.d/link
cat >stats.py <<'END'
from load import *
buffer = ctypes.create_string_buffer(4096)
file, folder = os.open("truth.d/a file", os.O_RDONLY), os.open("truth.d", os.O_RDONLY)
whole = os.path.abspath("truth.d/a file")
empty_path = 0x1000
def asks(fd, path, *arguments): rows.append(f"{fd},{-min(0, call(*arguments))},{path}")
begin()
for name in "stat", "lstat":
    for path in "truth.d/a file", "truth.d/link", "truth.d/absent", "truth.d/a file/below":
        asks("", path, name, path, buffer)
asks(file, "a file", "fstat", file, buffer)
asks(99, "", "fstat", 99, buffer)
asks("", "truth.d", "newfstatat", here, "truth.d", buffer, 0)
asks(folder, "a file", "newfstatat", folder, "a file", buffer, 0)
asks("", whole, "newfstatat", folder, whole, buffer, 0)
asks(file, "a file", "newfstatat", file, "", buffer, empty_path)
asks("", "truth.d/absent", "statx", here, "truth.d/absent", 0, 0x7ff, buffer)
asks(folder, "link", "statx", folder, "link", itself, 0x7ff, buffer)
asks(file, "a file", "statx", file, "", empty_path, 0x7ff, buffer)
asks("", "truth.d", "statfs", "truth.d", buffer)
asks("", "truth.d/absent", "statfs", "truth.d/absent", buffer)
asks(file, "a file", "fstatfs", file, buffer)
asks("", "", "stat", "", buffer)
asks("", "", "stat", ctypes.c_void_p(8), buffer)
end()
END
watch stats statsnoop -n '^truth$'
python3 stats.py >truth
unwatch stats
equal "statsnoop: failures are among them" "$(awk -F, '$2 > 0' truth | wc -l)" 10
equal "statsnoop: each call once" "$(diff truth <(rows stats | cut -d, -f3-))" ''
watch failures statsnoop -x -n '^truth$' absent
python3 stats.py >truth
unwatch failures
equal "statsnoop -x: what is not there" \
  "$(diff <(grep absent truth) <(rows failures | cut -d, -f3-))" ''

# Mounts by the old call and the new ones; strings that are there, that are not, and of nobody's.
mkdir -p 'mnt dir'
cat >mounts.py <<'END'
from load import *
import errno
attributes = ctypes.create_string_buffer((8).to_bytes(8, "little") + bytes(24), 32)
def mounts(text, name, *arguments):
    result = call(name, *arguments)
    rows.append(f"{text} = {result}")
    return result
begin()
mounts('mount("a \\"disk\\"", "mnt dir", "tmpfs", MS_NOSUID|MS_NODEV, "size=1m,mode=700")',
       "mount", 'a "disk"', "mnt dir", "tmpfs", 6, "size=1m,mode=700")
mounts('mount(NULL, "mnt dir", NULL, MS_RDONLY|MS_REMOUNT, NULL)', "mount", 0, "mnt dir", 0, 33, 0)
mounts('mount("x", "absent", "tmpfs", MS_BIND|MS_REC, NULL)', "mount", "x", "absent", "tmpfs", 0x5000, 0)
mounts('mount("x", "mnt dir", "nosuchfs", 0, "an option")', "mount", "x", "mnt dir", "nosuchfs", 0,
       "an option")
mounts('mount(?, ?, "tmpfs", 0, NULL)', "mount", ctypes.c_void_p(8), "mnt dir", "tmpfs", 0, 0)
mounts('umount("mnt dir", MNT_DETACH)', "umount2", "mnt dir", 2)
mounts('umount("mnt dir", 0)', "umount2", "mnt dir", 0)
context = mounts('fsopen("tmpfs", FSOPEN_CLOEXEC)', "fsopen", "tmpfs", 1)
mounts(f'fsconfig({context}, FSCONFIG_SET_STRING, "size", "1m", 0)', "fsconfig", context, 1, "size", "1m", 0)
mounts(f'fsconfig({context}, FSCONFIG_SET_FLAG, "nonsense", NULL, 0)', "fsconfig", context, 0, "nonsense", 0, 0)
mounts(f'fsconfig({context}, FSCONFIG_CMD_CREATE, NULL, NULL, 0)', "fsconfig", context, 6, 0, 0, 0)
mount = mounts(f'fsmount({context}, FSMOUNT_CLOEXEC, MOUNT_ATTR_NODEV)', "fsmount", context, 1, 4)
mounts(f'move_mount({mount}, "", AT_FDCWD, "mnt dir", MOVE_MOUNT_F_EMPTY_PATH)',
       "move_mount", mount, "", here, "mnt dir", 4)
mounts('open_tree(AT_FDCWD, "mnt dir", OPEN_TREE_CLONE|OPEN_TREE_CLOEXEC)', "open_tree", here, "mnt dir", 0x80001)
mounts('fspick(AT_FDCWD, "mnt dir", FSPICK_CLOEXEC)', "fspick", here, "mnt dir", 1)
mounts('mount_setattr(AT_FDCWD, "mnt dir", AT_RECURSIVE)', "mount_setattr", here, "mnt dir", 0x8000, attributes, 32)
mounts('umount("mnt dir", MNT_DETACH|UMOUNT_NOFOLLOW)', "umount2", "mnt dir", 10)
end()
END
cat >csvrows.py <<'END'
import csv, sys
for row in list(csv.reader(open(sys.argv[1])))[1:]: print(f"{row[3]}({row[4]}) = {row[5]}")
END
watch mounts mountsnoop -n '^truth$'
python3 mounts.py >truth
unwatch mounts
equal "mountsnoop: failures are among them" "$(grep -c -- '= -' truth)" 5
equal "mountsnoop: each call once, with its arguments" "$(diff truth <(python3 csvrows.py mounts.csv))" ''
equal "mountsnoop: nothing is left mounted" "$(grep -c "$PWD/mnt" /proc/mounts)" 0

# Checks that find a capability there, and lacking.
cat >capabilities.py <<'END'
from load import *
name = os.uname().nodename
begin()
call("sethostname", name, len(name))
call("setuid", 1000)
call("sethostname", name, len(name))
libc.socket(2, 3, 1)
call("chroot", "/")
rows = ["0,21,CAP_SYS_ADMIN,1,0", "0,7,CAP_SETUID,1,0", "1000,21,CAP_SYS_ADMIN,1,-1",
        "1000,13,CAP_NET_RAW,1,-1", "1000,18,CAP_SYS_CHROOT,1,-1"]
libc.prctl(15, b"other", 0, 0, 0)
print("\n".join(rows), flush=True)
os._exit(0)
END
watch capabilities capable -n '^truth$'
python3 capabilities.py >truth
unwatch capabilities
equal "capable: each check once" \
  "$(diff truth <(rows capabilities | awk -F, -v OFS=, '{ print $2, $5, $6, $7, $8 }'))" ''
equal "capable: when" "$(rows capabilities | cut -d, -f1 | grep -cE '^1[0-9]{9}\.[0-9]{6}$')" 5
watch denied capable --denied -U -x -n '^truth$' 'NET|ADMIN'
python3 capabilities.py >truth
unwatch denied
equal "capable --denied: those alone" "$(rows denied | cut -d, -f7 | tr '\n' ' ')" \
  'CAP_SYS_ADMIN CAP_NET_RAW '

# A process that wants more than its cgroup has.
group=/sys/fs/cgroup/oomtruth
echo +memory >/sys/fs/cgroup/cgroup.subtree_control 2>/dev/null
mkdir -p $group
if [ -e $group/memory.max ]; then
  echo 20M >$group/memory.max
  cat >hungry.py <<'END'
from load import *
open("/sys/fs/cgroup/oomtruth/cgroup.procs", "w").write(str(os.getpid()))
print(os.getpid(), flush=True)
begin()
bytearray(100 << 20)
END
  watch ooms oomkill
  victim=$(python3 hungry.py)
  unwatch ooms
  equal "oomkill: the victim, once" "$(rows ooms | cut -d, -f2-6)" "$victim,truth,$victim,truth,5120"
  matches "oomkill: how busy the machine is" "$(rows ooms)" ',[0-9.]+ [0-9.]+ [0-9.]+ [0-9]+/[0-9]+ [0-9]+$'
else
  skip "oomkill: no cgroups that limit memory"
fi
rmdir $group

# Reads and writes by every call, of what is there and what may not be written.
cat >accesses.py <<'END'
from load import *
data, room = b"x" * 6000, [bytearray(1000), bytearray(1000)]
file = os.open("truth.d/written file", os.O_CREAT | os.O_RDWR)
other = os.open("truth.d/a file", os.O_RDONLY)
def moves(kind, count): rows.append(f"{kind},{count},written file")
begin()
moves("W", os.write(file, data))
moves("W", os.pwrite(file, data[:500], 6000))
moves("W", os.writev(file, [data, data[:7]]))
moves("W", os.pwritev(file, [data[:9], data[:1]], 3))
moves("R", len(os.pread(file, 100000, 10)))
moves("R", os.preadv(file, room, 0))
os.lseek(file, -700, os.SEEK_END)
moves("R", os.readv(file, room))
moves("R", len(os.read(file, 10)))
try: os.write(other, b"no")
except OSError as error: rows.append(f"W,{-error.errno},a file")
end()
END
watch accesses fileslower 0 -n '^truth$'
python3 accesses.py >truth
unwatch accesses
equal "fileslower 0: the truth" "$(wc -l <truth) $(grep -c -- -9 truth)" '9 1'
equal "fileslower 0: each access once" \
  "$(diff truth <(rows accesses | awk -F, -v OFS=, '{ print $4, $5, $7 }'))" ''

# A pipe that a writer fills late.
mkfifo truth.d/pipe
cat >waits.py <<'END'
from load import *
pipe = os.open("truth.d/pipe", os.O_RDONLY)
begin()
for _ in range(3): os.read(pipe, 1)
end()
END
watch slow fileslower -a 1000 -n '^truth$'
python3 waits.py &
reader=$!
{ printf ab; sleep 3; printf c; } >truth.d/pipe
wait $reader
unwatch slow
equal "fileslower -a: the read that waited" "$(rows slow | awk -F, -v OFS=, '{ print $4, $5, $7 }')" 'R,1,pipe'
watch regular fileslower 0 -n '^truth$'
python3 waits.py &
reader=$!
printf abc >truth.d/pipe
wait $reader
unwatch regular
equal "fileslower: regular files alone" "$(rows regular | wc -l)" 0

# Sums of the tables of several intervals.
cat >moves.py <<'END'
from load import *
import time
source = os.open("truth.d/source", os.O_CREAT | os.O_RDWR)
os.write(source, bytes(4096))
target = os.open("truth.d/target file", os.O_CREAT | os.O_WRONLY)
begin()
for number in range(16):
    os.pread(source, 4096, 0)
    if number % 2: os.write(target, bytes(8192))
    if number % 4 == 0: time.sleep(0.6)
end()
END
watch top filetop 1 -n '^truth$'
python3 moves.py
sleep 1.5
unwatch top
equal "filetop: sums of a file" \
  "$(rows top | awk -F, '{ r[$9] += $4; w[$9] += $5; rk[$9] += $6; wk[$9] += $7 }
    END { for (file in r) print file, r[file], w[file], rk[file], wk[file] }' | sort)" \
  'source 16 0 64 0
target file 0 8 0 64'
equal "filetop: one process, regular files" "$(rows top | cut -d, -f3,8 | sort -u)" 'truth,R'

# The same out of a recording, by what a missing event says is to be recorded.
kscope record -o empty.dat -e sched:sched_switch true >/dev/null 2>&1
mapfile -t events < <(kscope filetop -i empty.dat 2>&1 | grep -o "'[^']*'" | tr -d "'")
words=(-e 'syscalls:sys_exit_pread64')
for event in "${events[@]}"; do words+=(-e "$event"); done
kscope record -o moves.dat "${words[@]}" python3 moves.py >/dev/null 2>&1
kscope filetop -i moves.dat --csv >recorded.csv
equal "filetop of a recording" \
  "$(rows recorded | awk -F, '$9 ~ /source|target/ { print $9, $4, $5, $6, $7 }' | sort)" \
  'source 16 1 64 4
target file 0 8 0 64'

cp ./*.csv ./*.err ./*.dat "$results"
finish
