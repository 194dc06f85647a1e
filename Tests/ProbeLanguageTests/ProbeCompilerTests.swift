import ByteIO
import KernelTypes
import Testing
import TraceTestSupport

@testable import ProbeLanguage

@Suite struct ProbeCompilerTests {
  let folder = TemporaryFolder()

  init() { SampleTypes().write(to: folder) }

  func compiler(
    keepsArguments: Bool = false, taken: [String] = [], _ path: String? = nil
  ) -> ProbeCompiler {
    ProbeCompiler(
      TypeLibrary(path: path ?? folder.path), keepsArguments: keepsArguments, taken: taken,
      isFunction: { $0 == "untold" || $0 == "do_thing.isra.0" })
  }

  func line(_ text: String) throws -> String {
    var compiler = compiler()
    return try compiler.compile(text).line
  }

  /// What stands behind the function in the kernel's line.
  func fields(_ text: String) throws -> String {
    try line(text).split(separator: " ").dropFirst(2).joined(separator: " ")
  }

  @Test func theFirstExample() throws {
    #expect(
      try line("probe:do_filp_open(name=$arg2->name:string)")
        == "p:kscope/do_filp_open do_filp_open name=+0(+0($arg2)):string")
  }

  @Test(arguments: [
    ("pathname->name", "name=+0(+0($arg2)):string"),
    ("$arg2->uptr", "uptr=+u0(+8($arg2)):ustring"),
    ("n=pathname->name:x64", "n=+0($arg2):x64"),
    ("dfd", "dfd=$arg1:s32"),
    ("dfd:x", "dfd=$arg1:x32"),
    ("op->lookup:u", "lookup=+16($arg3):u32"),
    ("op", "op=$arg3:x64"),
    ("pathname->name[2]", "name_2=+2(+0($arg2)):s8"),
    ("*pathname->name", "name=+0(+0($arg2)):s8"),
    ("*pathname->name:string", "name=+0(+0($arg2)):string"),
    ("(*pathname).refcnt", "refcnt=+16($arg2):s32"),
    ("$comm, $stack, $stack2", "comm=$comm stack=$stack:x64 stack2=$stack2:x64"),
    ("%di, up=%si:string", "di=%di:x64 up=+0(%si):string"),
    ("j=@jiffies:u64, k=@jiffies+8", "j=@jiffies:u64 k=@jiffies+8:x64"),
    ("n=+0(+0($arg2)):string", "n=+0(+0($arg2)):string"),
    ("n=-0x10($arg1), u=+u8(%si):ustring", "n=-16($arg1):x64 u=+u8(%si):ustring"),
    ("m=((struct file *)$arg3)->f_mode", "m=+32($arg3):u32"),
    ("m=((struct file *)+8($arg3))->f_mode", "m=+32(+8($arg3)):u32"),
    ("(unsigned char)dfd", "dfd=$arg1:u8"),
    ("(size_t)dfd", "dfd=$arg1:u64"),
    ("t=(char *)op", "t=+0($arg3):string"),
    ("dfd, dfd, dfd", "dfd=$arg1:s32 dfd_2=$arg1:s32 dfd_3=$arg1:s32"),
    ("  a = dfd : u16 ,b=dfd", "a=$arg1:u16 b=$arg1:s32"),
    ("pathname : symbol", "pathname=$arg2:symbol"),
    ("", ""),
  ])
  func expressions(text: String, fields: String) throws {
    #expect(try self.fields("probe:do_filp_open(\(text))") == fields)
  }

  @Test(arguments: [
    ("file->f_path.dentry->d_name.name", "name=+0(+40(+24($arg1))):string"),
    ("file->f_path.dentry->d_name.len", "len=+36(+24($arg1)):u32"),
    ("file:%pD", "file=+0(+40(+24($arg1))):string"),
    ("d=file->f_path.dentry:%pd", "d=+0(+40(+24($arg1))):string"),
    ("file->f_path.dentry->d_iname", "d_iname=+48(+24($arg1)):u8[8]"),
    ("file->f_path.dentry->d_iname:string", "d_iname=+48(+24($arg1)):string"),
    ("file->f_path.dentry->d_iname:u8[4]", "d_iname=+48(+24($arg1)):u8[4]"),
    ("file->f_ids", "f_ids=+56($arg1):u32[4]"),
    ("file->f_ids[3]", "f_ids_3=+68($arg1):u32"),
    ("file->f_paths[1].dentry", "dentry=+88($arg1):x64"),
    // Only a forward where it is used; the struct of that name is elsewhere.
    ("file->f_inode->i_ino", "i_ino=+0(+40($arg1)):u64"),
    ("file->f_inode->i_uid", "i_uid=+8(+40($arg1)):u32"),
    ("file->f_inode->release", "release=+16(+40($arg1)):symbol"),
    ("*pos", "pos=+0($arg4):s64"),
    ("pos[1]", "pos_1=+8($arg4):s64"),
    ("buf", "buf=+u0($arg2):ustring"),
    ("count", "count=$arg3:u64"),
  ])
  func paths(text: String, fields: String) throws {
    #expect(try self.fields("probe:vfs_read(\(text))") == fields)
  }

  @Test(arguments: [
    ("p->comm", "comm=+8($arg1):string"),
    ("p->in_execve", "in_execve=+4($arg1):b1@0/8"),
    ("p->in_iowait", "in_iowait=+4($arg1):b1@1/8"),
    ("p->policy", "policy=+4($arg1):b6@11/32"),
    ("p->policy:u32", "policy=+4($arg1):b6@11/32"),
    ("p->matrix", "matrix=+48($arg1):u8[6]"),
    ("p->is_idle", "is_idle=+64($arg1):u8"),
    ("p->table[1]", "table_1=+0(+80($arg1)):string"),
    ("p->many[99]", "many_99=+420($arg1):u32"),
    ("p->many:u32[8]", "many=+24($arg1):u32[8]"),
  ])
  func membersOfTasks(text: String, fields: String) throws {
    #expect(try self.fields("probe:wake_up_new_task(\(text))") == fields)
  }

  @Test func bitFieldsOfBigMachinesCountFromTheOtherEnd() throws {
    let folder = TemporaryFolder()
    SampleTypes(order: .big).write(to: folder)
    var compiler = compiler(folder.path)
    #expect(
      try compiler.compile("probe:wake_up_new_task(p->in_execve, p->policy)").line
        == "p:kscope/wake_up_new_task wake_up_new_task "
        + "in_execve=+4($arg1):b1@7/8 policy=+4($arg1):b6@15/32")
  }

  @Test func aBareNameRecordsAllArguments() throws {
    #expect(
      try line("probe:do_filp_open")
        == "p:kscope/do_filp_open do_filp_open dfd=$arg1:s32 pathname=$arg2:x64 op=$arg3:x64")
    #expect(try line("probe:schedule") == "p:kscope/schedule schedule")
    #expect(try fields("probe:get_pair") == "kind=$arg1:u32 sign=$arg2:s32 big=$arg3:u64")
    #expect(try fields("probe:nameless") == "arg1=$arg1:s32 data=$arg2:x64")
    #expect(try fields("probe:numbered") == "common_pid_=$arg1:s32 ip=$arg2:u64")
    #expect(try fields("probe:_printk") == "fmt=+0($arg1):string")
    #expect(try fields("probe:dummy_xmit") == "dev=$arg1:x64 len=$arg2:u32")
  }

  @Test func whatCannotBeReadIsLeftOutAndSaid() throws {
    var compiler = compiler()
    let mixed = try compiler.compile("probe:mixed")
    #expect(mixed.line == "p:kscope/mixed mixed a=$arg1:u32 c=$arg4:s32")
    #expect(mixed.notes.count == 4)
    #expect(mixed.notes.first?.hasPrefix("'b' of mixed is left out: ") == true)
    let pair = try compiler.compile("probe:get_pair%return")
    #expect(pair.line == "r:kscope/get_pair_return get_pair")
    #expect(
      pair.notes == [
        "what get_pair returns is left out: struct pair is a struct of 16 bytes: choose a member"
      ])
    let untold = try compiler.compile("probe:untold")
    #expect(untold.line == "p:kscope/untold untold")
    #expect(
      untold.notes == [
        "untold is recorded without its arguments: this kernel does not tell them"
      ])
  }

  @Test func returns() throws {
    #expect(
      try line("probe:do_filp_open%return")
        == "r:kscope/do_filp_open_return do_filp_open ret=$retval:x64")
    #expect(try fields("probe:schedule%return") == "")
    #expect(
      try fields("probe:do_filp_open%return(mode=$retval->f_mode, $retval)")
        == "mode=+32($retval):u32 ret=$retval:x64")
    #expect(try fields("probe:vfs_read%return(r=$retval:x)") == "r=$retval:x64")
    var compiler = compiler(keepsArguments: true)
    #expect(
      try compiler.compile("probe:do_filp_open%return(pathname->name)").line
        == "r:kscope/do_filp_open_return do_filp_open name=+0(+0($arg2)):string")
  }

  @Test func placesAndNames() throws {
    var compiler = compiler(taken: ["schedule"])
    #expect(try compiler.compile("probe:schedule").line == "p:kscope/schedule_2 schedule")
    let third = try compiler.compile("probe:schedule")
    #expect(third.line == "p:kscope/schedule_3 schedule")
    #expect(third.removal == "-:kscope/schedule_3")
    #expect(
      try compiler.compile("probe:dummy:dummy_xmit(dev->file->f_mode)").line
        == "p:kscope/dummy_xmit dummy:dummy_xmit f_mode=+32(+8($arg1)):u32")
    #expect(
      try compiler.compile("probe:vfs_read+0x10(%di)").line
        == "p:kscope/vfs_read vfs_read+16 di=%di:x64")
    #expect(
      try compiler.compile("probe:do_thing.isra.0(%di)").line
        == "p:kscope/do_thing_isra_0 do_thing.isra.0 di=%di:x64")
  }

  @Test func aKernelWithoutTypesTakesWhatNeedsNone() throws {
    var compiler = compiler(folder.path + "/none")
    #expect(
      try compiler.compile("probe:vfs_read($arg1, name=+0($arg2):string)").line
        == "p:kscope/vfs_read vfs_read arg1=$arg1:x64 name=+0($arg2):string")
    #expect(try compiler.compile("probe:vfs_write").notes.count == 1)
    let missing = ProbeError.types(.notThere(path: folder.path + "/none/vmlinux"))
    #expect(throws: missing) { try compiler.compile("probe:vfs_read(file)") }
    #expect(throws: missing) { try compiler.compile("probe:vfs_read($arg1->f_mode)") }
    #expect(throws: missing) {
      try compiler.compile("probe:vfs_read(((struct file *)$arg1)->f_mode)")
    }
  }

  @Test func whatIsAProbe() {
    for text in ["probe:vfs_read", "probe:vfs_read($arg1[2])", "probe:a:b%return", "probe:"] {
      #expect(ProbeCompiler.isProbe(text))
    }
    for text in ["probe", "probe:*", "probe:vfs_*", "probe:vfs_?ead", "kprobe:x", "sched:probe:"] {
      #expect(!ProbeCompiler.isProbe(text))
    }
    #expect(ProbeCompiler.isBareName("probe:vfs_read"))
    #expect(!ProbeCompiler.isBareName("probe:vfs_read%return"))
    #expect(!ProbeCompiler.isBareName("probe:vfs_read()"))
  }
}
