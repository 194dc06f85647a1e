# kscope record -e probe:…: what is recorded, what the kernel is given, and that nothing stays.
# limit: 900
# long: run by Lab/test --all
source "$(dirname "$0")/../tap.sh"
source "$(dirname "$0")/../recording.sh"

# probe NAME ARGUMENT… -- COMMAND…: records and sets $given to what the kernel was given, $shown to
# what kscope prints of the recording.
probe() {
  local name=$1
  shift
  record "$name" "$@"
  shown=
  if [ -e "$name.dat" ]; then shown=$(kscope report -i "$name.dat" 2>&1); fi
}
# A command that prints what is defined while it is recorded.
look() { printf 'cat %s/kprobe_events; cat /etc/hostname >/dev/null' $tracing; }

case $LAB_KERNEL in
  6.1) f_path=16 dentry=8 mm=2272 ;;
  6.12) f_path=64 dentry=8 mm=2304 ;;
esac

probe name -e 'probe:do_filp_open(name=$arg2->name:string)' bash -c "$(look)"
equal "a member: status" "$status" 0
equal "a member: what the kernel was given" "$(cat name.out)" \
  'p:kscope/do_filp_open do_filp_open name=+0(+0($arg2)):string'
matches "a member: the name is there" "$shown" 'do_filp_open:.* name="/etc/hostname"'
matches "a member: for trace-cmd as well" "$text" 'do_filp_open:.*name=/etc/hostname'
unchanged "a member"

probe path -e 'probe:vfs_read(name=file->f_path.dentry->d_name.name, count, pos=*pos)' \
  -f 'name == "hostname"' bash -c "$(look)"
matches "a path: this kernel's offsets" "$(cat path.out)" \
  "name=\+0\(\+[0-9]+\(\+$((f_path + dentry))\(.arg1\)\)\):string count=.arg3:u64 pos=\+0\(.arg4\):s64"
matches "a path: the file's name is there" "$shown" 'vfs_read:.* name="hostname" count=[0-9]+ pos=0'
equal "a path: with -f nothing else" "$(grep 'vfs_read:' <<<"$shown" | grep -vc 'name="hostname"')" 0
unchanged "a path"

probe task -e 'probe:wake_up_new_task(p->comm, pid=p->pid, mm=p->mm, p->in_iowait, uid=p->cred->uid)' \
  bash -c "$(look)"
matches "a task: mm's place in this kernel" "$(cat task.out)" " mm=\+$mm\(.arg1\):x64 "
matches "a task: a bit-field and a struct of one number" "$(cat task.out)" \
  ' in_iowait=\+[0-9]+\(.arg1\):b1@[0-7]/8 uid=\+[0-9]+\(\+[0-9]+\(.arg1\)\):u32$'
matches "a task: its name, number and user" "$shown" \
  'wake_up_new_task:.* comm="bash" pid=[0-9]+ mm=0x[0-9a-f]{12,} in_iowait=0 uid=0'
unchanged "a task"

probe return -e 'probe:do_filp_open%return(ret=$retval, mode=$retval->f_mode, $comm)' bash -c "$(look)"
matches "%return: what the kernel was given" "$(cat return.out)" \
  '^r[0-9]*:kscope/do_filp_open_return do_filp_open ret=.retval:x64 mode=\+[0-9]+\(.retval\):u32 comm=.comm'
matches "%return: the result and what it points to" "$shown" \
  'do_filp_open_return:.* ret=0x[0-9a-f]{12,} mode=[0-9]+ comm="cat"'
unchanged "%return"

record both -e 'probe:do_filp_open%return(name=pathname->name)' true
if [ "$LAB_KERNEL" = 6.1 ]; then
  equal "arguments at the return: status" "$status" 1
  matches "arguments at the return: said" "$said" 'this kernel has forgotten the arguments when'
else
  equal "arguments at the return: status" "$status" 0
fi
unchanged "arguments at the return"

probe bare -e probe:do_filp_open -e 'probe:do_filp_open(pathname->name)' -R stacktrace \
  -e probe:do_filp_open%return bash -c "$(look)"
matches "a bare name: all arguments" "$(cat bare.out)" \
  '^p:kscope/do_filp_open do_filp_open dfd=.arg1:s32 pathname=.arg2:x64 op=.arg3:x64$'
matches "two of one function: names" "$(cat bare.out)" '^p:kscope/do_filp_open_2 do_filp_open name='
matches "all arguments: shown" "$shown" 'do_filp_open:.* dfd=-100 pathname=0x[0-9a-f]+ op=0x'
matches "two of one function: the other" "$shown" 'do_filp_open_2:.* name="/etc/hostname"'
matches "a trigger belongs to its probe" "$shown" 'kernel_stack'
equal "three of one function: as many of each" \
  "$(grep -c 'do_filp_open: ' <<<"$shown")" "$(grep -c 'do_filp_open_2: ' <<<"$shown")"
unchanged "a bare name"

probe apart -B own -e 'probe:do_filp_open(name=pathname->name)' -f 'name ~ "*hostname"' cat /etc/hostname
matches "an instance: the name is there" "$shown" 'name="/etc/hostname"'
equal "an instance: only that" "$(grep -c 'do_filp_open:' <<<"$shown")" 1
unchanged "an instance"

record plain -e 'probe:vfs_read(%di:x64, first=+16($arg1):u64, here=((struct file *)%di)->f_mode)' \
  bash -c "$(look)"
matches "the kernel's own words go too" "$(cat plain.out)" \
  'di=%di:x64 first=\+16\(.arg1\):u64 here=\+[0-9]+\(%di\):u32$'
unchanged "the kernel's own words"

if modprobe dummy && [ -e /sys/kernel/btf/dummy ]; then
  record module -e 'probe:dummy_xmit(len=skb->len)' bash -c "$(look)"
  matches "a module's function" "$(cat module.out)" 'dummy_xmit dummy_xmit len=\+[0-9]+\(.arg1\):u32'
  record named -e 'probe:dummy:dummy_xmit(len=skb->len)' bash -c "$(look)"
  matches "a module's function by its module" "$(cat named.out)" ' dummy:dummy_xmit len='
else
  skip "the module dummy tells no types"
fi
# Nothing was sent through it: there is nothing to print.
rm -f "$results"/{module,named}.dat
unchanged "a module"

record typo -e 'probe:do_filp_opne(name=$arg2)' true
equal "no such function: status" "$status" 1
matches "no such function: said" "$said" "^kscope: this kernel has no function 'do_filp_opne'"
matches "no such function: the place" "$said" '^        \^$'
matches "no such function: nearest" "$said" 'nearest: do_filp_open'
record member -e 'probe:do_filp_open(name=pathname->nmae)' true
equal "no such member: status" "$status" 1
matches "no such member: said" "$said" "struct filename \*? ?has no member 'nmae'"
matches "no such member: nearest" "$said" 'nearest: name'
record hidden -e 'probe:kprobe_ftrace_handler()' true
equal "what cannot be probed: status" "$status" 1
matches "what cannot be probed: said" "$said" \
  '^kscope: probe:kprobe_ftrace_handler\(\): the kernel refuses: .*(probe|symbol|argument)'
check "nothing recorded: no files" test ! -e typo.dat -a ! -e member.dat -a ! -e hidden.dat
unchanged "mistakes"

kscope record -o killed.dat -e 'probe:do_filp_open(name=pathname->name)' 2>killed.err &
recorder=$!
until grep -q 'Ctrl-C ends it' killed.err; do sleep 0.5; done
kill -KILL $recorder
wait $recorder 2>/dev/null
matches "kill -9: the probe stays at first" "$(cat $tracing/dynamic_events)" kscope/do_filp_open
record again -e sched:sched_switch true
equal "kill -9: the next run takes it away" "$(cat $tracing/dynamic_events)" ''
unchanged "kill -9"

record keep -k -e 'probe:do_filp_open(name=pathname->name)' true
matches "-k: the probe stays" "$(cat $tracing/dynamic_events)" kscope/do_filp_open
record second -B more -e 'probe:do_filp_open(name=pathname->name)' bash -c "$(look)"
matches "beside another's: a name of its own" "$(cat second.out)" '^p:kscope/do_filp_open_2 '
kscope reset --all >/dev/null 2>&1
equal "reset takes it away" "$(cat $tracing/dynamic_events)" ''

matches "list --proto" "$(kscope list --proto '^vfs_read$')" \
  '^ssize_t vfs_read\(struct file \*file, char \*buf, size_t count, loff_t \*pos\);$'
matches "list --proto: a pointer comes back" "$(kscope list --proto '^do_filp_open$')" \
  '^struct file \*do_filp_open\(int dfd, struct filename \*pathname, const struct open_flags \*op\);$'
equal "list --proto: as many as list -f" "$(kscope list --proto '^vfs_' | wc -l)" \
  "$(kscope list -f '^vfs_' | wc -l)"
layout=$(kscope list --type 'struct file')
matches "list --type: f_path's place" "$layout" "struct path f_path; +/\* +$f_path +16 \*/"
matches "list --type: task_struct.mm" "$(kscope list --type task_struct)" \
  "struct mm_struct \*mm; +/\* +$mm +8 \*/"

equal "at the end: no dynamic events" "$(cat $tracing/dynamic_events)" ''
cp ./*.out ./*.err "$LAB_DIR"
finish
