import Testing

@testable import Tracefs

/// Texts of the kernel's documents (kprobetrace.rst, uprobetracer.rst, eprobetrace.rst,
/// fprobetrace.rst, histogram.rst) and listings of Linux 6.1 and 6.12.
@Suite struct DynamicEventTests {
  /// What is printed is what is read.
  @Test(arguments: [
    "p vfs_read", "p:myprobe do_sys_open dfd=%ax filename=%dx flags=%cx mode=+4($stack)",
    "p:kprobes/myp vfs_read", "p:kprobes/ vfs_read",
    "p:kprobes/nest vfs_write x=+0($arg2):u8 y=+u0(+8($arg1)):s32 z=-4(%di):x16",
    "p:kprobes/strs do_sys_openat2 f=+0($arg2):ustring g=+u0($arg2):string k=$arg2:symstr",
    #"p:kprobes/imm vfs_open a=\1:u32 b=\"hello" c=\-5:s64 d=@jiffies:u64 e=@jiffies+4:u32"#,
    "p:kprobes/noname vfs_read file=file arg2=%ax:u8 arg3=$comm arg4=+0($arg2)",
    "p:kprobes/bits vfs_read a=+0($arg1):b4@8/32 b=+0($arg1):x8[4] c=$arg1:char",
    "p:kprobes/dentry vfs_open a=$arg1:%pd b=$arg2:%pD",
    "p:kprobes/btf vfs_open path=path dentry=path->dentry name=path->dentry->d_name.name:string",
    "p:kprobes/all vfs_open $arg*", "p:kprobes/mod netfs:netfs_create_singular_buffer",
    "p:kprobes/off vfs_read+8 a=$stack0 b=$stack", "p:kprobes/addr 0xffffffff814aa360",
    "p:kprobes/isra vfs_statfs.part.0.isra.0",
    "p:kprobes/deep x a=+8(-8(+u16(+0(@sym-4)))):u64[64]",
    "r vfs_read $retval", "r10:kprobes/max vfs_read ret=$retval",
    "r:myretprobe do_sys_open $retval",
    "r8:kprobes/r_vfs_write_0 vfs_write ret=$retval a=$arg1", "r:k/s vfs_open name=$retval->f_op",
    "p:uprobes/u1 /bin/bash:0x30000 a=%ax:u64 b=+0(%sp):string", "p /bin/bash:0x4245c0",
    "p:uprobes/u4 /bin/bash:0x30010(0x130000) a=@+0x10:u32 b=$comm c=$stack1",
    "r:uprobes/u2 /bin/bash:0x30000 ret=$retval", "p:u/odd /opt/a:b/c+d:0x10 a=%ip",
    "e sched.sched_wakeup", "e:eg/e1 sched.sched_switch a=$next_pid:u32",
    "e:open syscalls.sys_enter_openat file=+0($filename):ustring if pid > 3 && comm == \"a b\"",
    "f vfs_read", "f:fp/f2 vfs_read%return ret=$retval a=$arg1", "f16:fp/f5 vfs_read%return",
    "f:fp/f4 vfs_* a=$arg1", "f:fp/f3 vfs_read buf=buf count=count arg3=file->f_pos",
    "t sched_switch", "t:tp/t2 sched_switch prev=prev->pid comm=prev->comm:string",
    "s:s1 u64 lat; pid_t pid; char comm[16]",
    "s:s2 unsigned int a; char name[]; unsigned long b[4]",
    "s:s5 unsigned long stack[]; gfp_t g; bool c; long l[]",
  ])
  func printsWhatItReads(_ text: String) throws {
    let event = try DynamicEvent(text)
    #expect(event.description == text)
    #expect(try DynamicEvent(event.description) == event)
    try event.check()
  }

  /// Other spellings of one value.
  @Test(arguments: [
    ("p:a/b vfs_read%return", "r:a/b vfs_read"), ("p:a.b kfree+0", "p:a/b kfree"),
    ("p vfs_read+0x10", "p vfs_read+16"), ("p vfs_read a=+0x28(%di)", "p vfs_read a=+40(%di)"),
    (#"p vfs_read a=\0x10"#, #"p vfs_read a=\16"#),
    ("  p   vfs_read \t a=%di ", "p vfs_read a=%di"),
    ("p:uprobes/u3 /bin/bash:0x30000%return", "r:uprobes/u3 /bin/bash:0x30000"),
    ("p:u/u4 /bin/bash:0x30%return(0x13)", "r:u/u4 /bin/bash:0x30(0x13)"),
    ("p:u/u4 /bin/bash:48(19)%return", "r:u/u4 /bin/bash:0x30(0x13)"),
    ("p:uprobes/u1 /bin/bash:0x0000000000030000", "p:uprobes/u1 /bin/bash:0x30000"),
    ("e:e2 sched/sched_waking p=$pid", "e:e2 sched.sched_waking p=$pid"),
    ("s:synthetic/s1\tu64 lat; pid_t pid; char[16] comm", "s:s1 u64 lat; pid_t pid; char comm[16]"),
    ("s:s4 u64 a ; char n[8];", "s:s4 u64 a; char n[8]"),
    ("s:s5 unsigned long[] stack;  char [] n", "s:s5 unsigned long stack[]; char n[]"),
    (#"p:a/b c a=$arg1:x8\[4\]"#, "p:a/b c a=$arg1:x8[4]"),
  ])
  func readsOtherSpellings(_ text: String, _ printed: String) throws {
    #expect(try DynamicEvent(text).description == printed)
  }

  @Test func readsTheListOfSyntheticEvents() throws {
    let event = try SyntheticEvent("s6\tu64 a; char[8] n")
    #expect(
      event
        == SyntheticEvent(name: "s6", fields: [.init("u64", "a"), .init("char", "n", .fixed(8))]))
  }

  @Test(arguments: [
    ("p vfs_read", "kprobes:p_vfs_read_0", DynamicEvent.Kind.kprobe),
    ("r vfs_read+0", "kprobes:r_vfs_read_0", .kretprobe),
    ("p mod:a.isra.0+8", "kprobes:p_mod_a_isra_0_8", .kprobe),
    ("p:g/ vfs_read", "g:p_vfs_read_0", .kprobe), ("p:n vfs_read", "kprobes:n", .kprobe),
    ("p /lib/libc.so.6:0x28000", "uprobes:p_libc_0x28000", .uprobe),
    ("r /bin/bash:16", "uprobes:r_bash_0x10", .uretprobe),
    ("e sched.sched_wakeup", "eprobes:sched_wakeup", .eventProbe),
    ("f vfs_read", "fprobes:vfs_read__entry", .functionProbe),
    ("f vfs_read%return", "fprobes:vfs_read__exit", .functionReturnProbe),
    ("t sched_switch", "tracepoints:sched_switch", .tracepointProbe),
    ("s:wakeup u64 lat", "synthetic:wakeup", .synthetic),
  ])
  func namesWhatIsNotNamed(_ text: String, _ name: String, _ kind: DynamicEvent.Kind) throws {
    let event = try DynamicEvent(text)
    #expect("\(event.eventName)" == name)
    #expect(event.kind == kind)
  }

  /// The text, what is said, and the column of the caret.
  @Test(arguments: [
    ("p:1x vfs_read", "a name", 2), ("p:a/1x vfs_read", "a name", 4), ("x:a vfs_read", "begins", 0),
    ("p", "place", 1), ("p:a", "place", 3), ("p:a 9z", "number", 4),
    ("p:a vfs_read a=%", "register", 16), ("p:a vfs_read a=$arg0", "from 1", 16),
    ("p:a vfs_read 1a=%ax", "name", 13), ("p:a vfs_read a=%ax:u65", "no such type", 19),
    ("p:a vfs_read a=%ax:u8[65]", "64", 19), ("p:a vfs_read a=%ax:b9@0/8", "bits", 19),
    ("p:a vfs_read a=+8(%ax", "')'", 21), ("p:a vfs_read a=%ax a=%bx", "two arguments", 19),
    ("p:a vfs_read a=$retval", "returns", 13), ("p:a vfs_read common_pid=%ax", "free", 13),
    (#"p:a vfs_read a=\"x y""#, "blank", 18), ("p3:a vfs_read", "maxactive", 1),
    ("r3 /bin/bash:0x10", "maxactive", 3), ("p:a /bin/bash:x", "offset", 14),
    ("p:a bin/bash:0x10", "absolute", 4), ("e:a sched_switch", "'.'", 16),
    ("p:a vfs_read if pid > 3", "event probes", 13), ("e:a b.c if", "condition", 10),
    ("f3:a vfs_read", "maxactive", 5), ("t:a b-c", "blank", 5), ("s:a u65 x", "type of x", 4),
    ("s:a u64 x y; u8 z", "type of y", 4), ("s:a", "fields", 3), ("s:a u64", "type and a name", 4),
    ("s:a u64 a; u8 a", "once only", 11), ("s:a int x[]", "stack", 4), ("s:1a u64 x", "a name", 2),
    ("s:a char x[300]", "256", 4), ("p:a vfs_read a=@", "symbol", 16),
    ("p:a vfs_read a=\\99999999999999999999", "64 bits", 16), ("p:a vfs_read a=%ax:", "type", 19),
    ("p:a vfs_read a=@+", "offset", 17), ("p:a vfs_read a=file->", "field", 21),
    ("p:a vfs_read a=+99999999999999999999(%ax)", "64 bits", 16),
    ("p:a vfs_read a=+9999999999999999999(%ax)", "too far", 15),
  ])
  func saysWhereATextIsWrong(_ text: String, _ problem: String, _ place: Int) {
    let error = #expect(throws: TracefsError.self) { try DynamicEvent(text) }
    guard case .malformed(let malformed)? = error else {
      Issue.record("\(text): \(String(describing: error))")
      return
    }
    #expect(malformed.place == place, "\(text): \(malformed.problem)")
    #expect(malformed.problem.contains(problem), "\(text): \(malformed.problem)")
    #expect(error?.message.contains(text) == true)
  }

  @Test func namesTheNearestType() {
    let error = #expect(throws: TracefsError.self) { try DynamicEvent("p:a b c=%ax:ustrnig") }
    #expect(error?.hint?.contains("ustring") == true)
    #expect(error?.message.hasSuffix("\n  p:a b c=%ax:ustrnig\n              ^") == true)
  }

  @Test(arguments: [
    FetchArgument("a b", .register("ax")), FetchArgument("a", .text("x y")),
    FetchArgument("a", .text("x\ny")), FetchArgument("a", .register("a x")),
    FetchArgument("a", .eventField("")), FetchArgument("a", .symbol("x y", offset: 0)),
    FetchArgument("a", .argument(0)), FetchArgument("a", .number(1 << 65)),
    FetchArgument("a", .register("ax"), FetchType(.unsigned(bits: 9))),
    FetchArgument("a", .register("ax"), FetchType(.char, count: 65)),
    FetchArgument("a23456789012345678901234567890123", .comm),
    FetchArgument("a", .dereference(offset: 0, isUser: false, .parameter("x)"))),
  ])
  func refusesWrongValuesBeforeTheKernelSeesThem(_ argument: FetchArgument) {
    let probe = ProbeEvent(at: .kernel(.symbol("vfs_read")), arguments: [argument])
    #expect(throws: TracefsError.self) { try DynamicEvent.probe(probe).check() }
  }

  @Test(arguments: [
    ProbeEvent(group: "a/b", at: .kernel(.symbol("x"))),
    ProbeEvent(name: "a\nb", at: .kernel(.symbol("x"))), ProbeEvent(at: .kernel(.symbol("x y"))),
    ProbeEvent(at: .kernel(.symbol("x", module: "../m"))), ProbeEvent(at: .function("a b")),
    ProbeEvent(at: .kernelReturn(.symbol("x"), maxActive: 0)),
    ProbeEvent(at: .user(UserPlace("/bin/a b", offset: 1))),
    ProbeEvent(at: .user(UserPlace("bin/a", offset: 1))), ProbeEvent(at: .tracepoint("a:b")),
    ProbeEvent(at: .event(EventName(system: "a", name: "b"), filter: "x\ny")),
    ProbeEvent(at: .event(EventName(system: "a", name: "b"), filter: "x == \"#\"")),
    ProbeEvent(name: String(repeating: "x", count: 64), at: .kernel(.symbol("x"))),
  ])
  func refusesWrongProbes(_ probe: ProbeEvent) {
    #expect(throws: TracefsError.self) { try DynamicEvent.probe(probe).check() }
  }

  /// Asked and listed, by Linux 6.12.
  @Test(arguments: [
    ("p vfs_read", "p:kprobes/p_vfs_read_0 vfs_read", true),
    ("r vfs_read $retval", "r10:kprobes/r_vfs_read_0 vfs_read arg1=$retval", true),
    ("r8 vfs_read $retval", "r10:kprobes/r_vfs_read_0 vfs_read arg1=$retval", false),
    ("p:a/b 0xffffffff814aa360", "p:a/b 0x00000000f410cc5a", true),
    ("p:a/pd x a=$arg1:%pd", "p:a/pd x a=+0x0(+0x28(+0($arg1))):string", true),
    ("p:a/all vfs_open $arg*", "p:a/all vfs_open path=path file=file", true),
    ("e:e2 sched/sched_waking p=$pid if pid > 3", "e:eprobes/e2 sched.sched_waking p=$pid", true),
    ("p:u/a /bin/bash:0x10(8)", "p:u/a /bin/bash:0x0000000000000010(0x8)", true),
    ("p:a/b vfs_read a=%ax", "p:a/b vfs_read a=%bx", false),
    ("p:a/b vfs_read a=%ax", "p:a/b vfs_read a=%ax:u8", false),
    ("p:a/b vfs_read a=%ax", "p:a/c vfs_read a=%ax", false),
    ("p:a/b vfs_read", "p:a/b vfs_write", false), ("s:a u8 b", "s:synthetic/a\tu8 b", true),
    ("s:a u8 b", "s:synthetic/a\tu16 b", false),
  ])
  func knowsItselfInTheList(_ asked: String, _ listed: String, _ isSame: Bool) throws {
    #expect(try DynamicEvent(asked).isListed(as: try DynamicEvent(listed)) == isSame)
  }

  @Test func removesListedLines() {
    #expect(DynamicEvent.removal(ofListed: "p:kprobes/myp vfs_read") == "-:kprobes/myp")
    #expect(DynamicEvent.removal(ofListed: "s:synthetic/foo\tu64 a") == "-:synthetic/foo")
    #expect(DynamicEvent.removal(ofListed: "# none") == nil)
  }
}
