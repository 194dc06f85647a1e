import EventFormats
import Testing

/// Events whose text trace-cmd's plugins make; expectations are what 3.1.6 prints.
@Suite struct HandlerTests {
  @Test(arguments: [
    (Int64(0), "R"), (1, "S"), (2, "D"), (3, "S|D"), (8, "t"), (0x402, "D"), (0x100, "R"),
    (-1, "S|D|T|t|Z|X|x|W"),
  ])
  func schedSwitch(state: Int64, letters: String) {
    var event = EventBuilder(system: "sched", name: "sched_switch")
    event.text("char prev_comm[16]", "a", size: 16)
    event.number("pid_t prev_pid", Int32(1))
    event.number("int prev_prio", Int32(120))
    event.number("long prev_state", state)
    event.text("char next_comm[16]", "b", size: 16)
    event.number("pid_t next_pid", Int32(2))
    event.number("int next_prio", Int32(100))
    #expect(event.print() == "a:1 [120] \(letters) ==> b:2 [100]")
  }

  @Test func schedWakeup() {
    var event = EventBuilder(system: "sched", name: "sched_wakeup")
    event.text("char comm[16]", "a", size: 16)
    event.number("pid_t pid", Int32(1))
    event.number("int prio", Int32(120))
    #expect(event.print() == "a:1 [120]")
    event.number("int success", Int32(1))
    event.number("int target_cpu", Int32(12))
    #expect(event.print() == "a:1 [120] success=1 CPU:012")
    event.name = "sched_waking"
    #expect(event.print(#""own %d", REC->pid"#) == "own 1")
  }

  @Test(arguments: [
    (UInt64(0xffff_ffff_8100_2010), "(bar_inner+0x10) x"), (5, "x"), (0xffff_ffff_8100_4444, "x"),
    (0xffff_ffff_8100_4000, "(last+0x0) x"),
  ])
  func kmemShowsTheCaller(site: UInt64, text: String) {
    var event = EventBuilder(system: "kmem", name: "kfree")
    event.symbols = PrintFormatTests.symbols
    event.number("unsigned long call_site", site)
    #expect(event.print(#""x""#) == text)
  }

  @Test func hrtimer() {
    var event = EventBuilder(system: "timer", name: "hrtimer_expire_entry")
    event.symbols = PrintFormatTests.symbols
    event.number("void * hrtimer", UInt64(0))
    event.number("s64 now", Int64(5))
    event.number("void * function", UInt64(0xffff_ffff_8100_2000))
    #expect(event.print() == "hrtimer=0x0 now=5 function=bar_inner/0x0")
  }

  @Test func kernelStack() {
    var event = EventBuilder(system: "ftrace", name: "kernel_stack")
    event.symbols = PrintFormatTests.symbols
    event.number("int size", Int32(3))
    event.declare("unsigned long caller[8]", size: 64, signed: false)
    var bytes = event.whole + [0, 0, 0, 0]
    event.bytes("int pad", [0, 0, 0, 0])
    let frames: [UInt64] = [0xffff_ffff_8100_2010, 0xdead, .max, 1]
    bytes = Array(bytes.prefix(12))
    for frame in frames { withUnsafeBytes(of: frame) { bytes += $0 } }
    #expect(
      event.catalog("\"\"").text(of: bytes)
        == "<stack trace >\n=> bar_inner (ffffffff81002010)\n=> dead")
  }

  @Test func rawData() {
    var event = EventBuilder(system: "ftrace", name: "raw_data")
    event.number("unsigned int id", UInt32(0x1234))
    event.bytes("char buf[]", [0x68, 0, 0xff, 1], size: 0)
    #expect(event.print() == "# 1234 68 00 ff 01")
  }

  @Test func functionRepeats() {
    var event = EventBuilder(system: "ftrace", name: "func_repeats")
    event.symbols = PrintFormatTests.symbols
    event.number("unsigned long ip", UInt64(0xffff_ffff_8100_2010))
    event.number("unsigned long parent_ip", UInt64(0))
    event.number("u16 count", UInt16(3))
    event.number("u16 top_delta_ts", UInt16(0))
    event.number("u32 bottom_delta_ts", UInt32(500))
    #expect(
      event.print(timestamp: 1_000_001_000) == "bar_inner (count: 3  last_ts:     1.000001)")
  }

  @Test func print() {
    var event = EventBuilder(system: "ftrace", name: "print")
    event.symbols = PrintFormatTests.symbols
    event.number("unsigned long ip", UInt64(5))
    event.bytes("char buf[]", Array("he\nllo\n\n\0".utf8), size: 0)
    #expect(event.print(#""%ps: %s", (void *)REC->ip, REC->buf"#) == "0x5: he\nllo\n")
  }

  @Test func bprintTakesItsFormatFromTheKernelsList() {
    var event = EventBuilder(system: "ftrace", name: "bprint")
    event.symbols = PrintFormatTests.symbols
    event.printk = """
      0xffffffff81aa0000 : "val %d %s %ld end\\n"
      0xffffffff81aa0010 : "p %pS %ps %pM %p x%%y %*d %.*s|\\n"

      """
    event.number("unsigned long ip", UInt64(0xffff_ffff_8100_2010))
    var other = event
    event.number("const char * fmt", UInt64(0xffff_ffff_81aa_0000))
    func word<T: FixedWidthInteger>(_ value: T) -> [UInt8] {
      withUnsafeBytes(of: value) { Array($0) }
    }
    event.bytes("u32 buf[]", word(Int32(-5)) + Array("str\0".utf8) + word(Int64(-7)), size: 0)
    #expect(event.print() == "bar_inner: val -5 str -7 end")

    other.number("const char * fmt", UInt64(0xffff_ffff_81aa_0010))
    let address = word(UInt64(0xffff_ffff_8100_2010))
    let arguments =
      address + address + Array("aa:bb\0\0\0".utf8) + word(UInt64(0x123456)) + word(Int32(6))
      + word(Int32(42)) + word(Int32(2)) + Array("xyz\0".utf8)
    other.bytes("u32 buf[]", arguments, size: 0)
    #expect(
      other.print() == "bar_inner: p bar_inner+0x10 bar_inner aa:bb 0x123456 x%y     42 xy|")
  }

  @Test(arguments: [(Int32(0), "flush on task switch"), (3, "local mm shootdown"), (4, "")])
  func tlbFlush(reason: Int32, name: String) {
    var event = EventBuilder(system: "tlb", name: "tlb_flush")
    event.number("int reason", reason)
    event.number("unsigned long pages", UInt64.max)
    #expect(event.print() == "pages=-1 reason=\(name) (\(reason))")
  }

  @Test(arguments: [
    (Int32(0), "op=FUTEX_WAIT uaddr=0x00007f00 val=0x00000009 utime=0x00001234"),
    (0x81, "op=FUTEX_WAKE|FUTEX_PRIVATE_FLAG uaddr=0x00007f00 val=9"),
    (
      4,
      "op=FUTEX_CMP_REQUEUE uaddr=0x00007f00 val=9 val2=4660 uaddr2=0x00008f00 val3=0x00000007"
    ),
    (7, "op=FUTEX_UNLOCK_PI uaddr=0x00007f00"),
    (13, "own 13"),
  ])
  func futex(operation: Int32, text: String) {
    var event = EventBuilder(system: "syscalls", name: "sys_enter_futex")
    event.number("u32 * uaddr", UInt64(0x7f00))
    event.number("int op", UInt64(operation))
    event.number("u32 val", UInt64(9))
    event.number("const struct __kernel_timespec * utime", UInt64(0x1234))
    event.number("u32 * uaddr2", UInt64(0x8f00))
    event.number("u32 val3", UInt64(7))
    #expect(event.print(#""own %d", REC->op"#) == text)
  }

  @Test(arguments: [
    (UInt32(1), UInt32(48), "EPT_VIOLATION"), (1, 65, "UNKNOWN (65)"), (2, 0x7b, "EXIT_IOIO"),
    (2, 0xffff_ffff, "EXIT_ERR"), (3, 0, "UNKNOWN-ISA"),
  ])
  func kvmExit(isa: UInt32, reason: UInt32, name: String) {
    var event = EventBuilder(system: "kvm", name: "kvm_exit")
    event.number("unsigned int exit_reason", reason)
    event.number("unsigned long guest_rip", UInt64(0x1000))
    event.number("u32 isa", isa)
    event.number("u64 info1", UInt64(0x11))
    event.number("u64 info2", UInt64(0x22))
    #expect(event.print() == "reason \(name) rip 0x1000 info 11 22")
  }

  @Test(arguments: [
    ([UInt8]([0x08, 0xff, 2, 3, 4, 5]), "lba=2032131 txlen=4"),
    ([0x28, 0x20, 1, 2, 3, 4, 5, 6, 7, 8], "lba=16909060 txlen=1543 protect=1"),
    ([0x41, 0xff, 1, 2, 3, 4, 5, 6, 7, 8], "lba=16909060 txlen=1543 protect=7 unmap=1"),
    ([0x42, 0, 0, 0, 0, 0, 0, 0, 40, 0], "regions=2"),
    ([0x9e, 0x10] + Array(1..<15), "READ_CAPACITY_16 lba=72623859790382856 alloc_len=151653132"),
    ([0x12, 0, 0, 0, 255, 0], "-"),
  ])
  func scsiCommand(bytes: [UInt8], text: String) {
    var event = EventBuilder(system: "scsi", name: "scsi_dispatch_cmd_start")
    event.number("unsigned int cmd_len", UInt32(bytes.count))
    event.dynamic("unsigned char[] cmnd", bytes)
    let format = #""%s", scsi_trace_parse_cdb(p, __get_dynamic_array(cmnd), REC->cmd_len)"#
    #expect(event.print(format) == text)
  }

  @Test func hypercallNamesAndDevices() {
    var event = EventBuilder(system: "xen")
    event.number("unsigned int op", UInt32(1))
    event.number("unsigned int none", UInt32(11))
    event.number("dev_t dev", UInt32(8 << 20 | 3))
    let format =
      #""%u%s %u%s %s", REC->op, xen_hypercall_name(REC->op), REC->none, "#
      + #"xen_hypercall_name(REC->none), jbd2_dev_to_name(REC->dev)"#
    #expect(event.print(format) == "1(mmu_update) 11 8:3")
  }

  @Test func mac80211() {
    var event = EventBuilder(system: "mac80211", name: "drv_bss_info_changed")
    event.text("char wiphy_name[32]", "phy0", size: 32)
    event.dynamic("char[] vif_name", Array("wlan0\0".utf8))
    event.number("enum nl80211_iftype vif_type", UInt32(2))
    event.number("bool assoc", UInt8(1))
    event.number("u16 aid", UInt16(5))
    event.number("bool cts", UInt8(1))
    event.number("bool shortpre", UInt8(0))
    event.number("bool shortslot", UInt8(1))
    event.number("u8 dtimper", UInt8(2))
    event.number("u16 bcnint", UInt16(100))
    event.number("u16 assoc_cap", UInt16(0x431))
    event.number("u32 basic_rates", UInt32(15))
    event.number("bool enable_beacon", UInt8(0))
    let early = event
    event.number("u16 ht_operation_mode", UInt16(3))
    let indent = String(repeating: " ", count: 65)
    #expect(
      event.print(#""own %d", REC->aid"#)
        == "phy0 vif:wlan0(2)\n\(indent)assoc:1 aid:5 cts:1 shortpre:0 shortslot:1 dtimper:2 \n"
        + "\(indent)bcnint:100 assoc_cap:0x431 basic_rates:0xf enable_beacon:0\n"
        + "\(indent)ht_operation_mode:3")
    #expect(early.print(#""own %d", REC->aid"#) == "own 5")
  }

  /// Records of the `blk` tracer, whose event no kernel lists.
  @Test func blockTrace() throws {
    var stack = EventBuilder(system: "ftrace", name: "user_stack")
    stack.number("unsigned int tgid", UInt32(1))
    let catalog = stack.catalog(#""x""#)
    let index = try #require(catalog.index(system: "ftrace", name: "blktrace"))
    #expect(catalog.id(at: index) == 2)
    var record = [UInt8](repeating: 0, count: 48)
    record[32] = 77
    #expect(catalog.text(of: record, at: index) == "77")
    #expect(
      catalog.text(of: record + [0xfe], at: index, raw: true)
        == " sector=0 bytes=0 action=0 pid=77 device=0 cpu=0 error=0 pdu_len=0 data=ARRAY[fe]")
    #expect(EventBuilder().catalog(#""x""#).count == 1)
  }

  @Test func rawFieldsFollowThePrintFormat() {
    var event = EventBuilder()
    event.number("int a", Int32(-5))
    event.number("unsigned int b", UInt32(255))
    event.number("unsigned long c", UInt64(255))
    event.number("void * p", UInt64(0x10))
    event.text("char t[8]", "text", size: 8)
    event.bytes("u8 raw[2]", [0xaa, 1])
    #expect(
      event.print(#""b=0x%04x""#, raw: true) == " a=-5 b=255 c=0xff p=0x10 t=text raw=ARRAY[aa, 01]"
    )
    #expect(
      event.print(#""b=0x%04x c=%lu", REC->b, (unsigned long)REC->c"#, raw: true)
        == " a=-5 b=0x00ff c=255 p=0x10 t=text raw=ARRAY[aa, 01]")
  }

  /// Fields take their conversions until one takes the format's end.
  @Test func rawFieldsUpToTheEndOfThePrintFormat() {
    var event = EventBuilder()
    event.number("unsigned int a", UInt32(16))
    event.number("unsigned int b", UInt32(17))
    event.number("size_t c", UInt64(18))
    #expect(event.print(#""%x %x %x", REC->c, REC->a, REC->b"#, raw: true) == " a=10 b=11 c=18")
    #expect(event.print(#""%x %x %x.", REC->c, REC->a, REC->b"#, raw: true) == " a=10 b=11 c=12")
    #expect(event.print(#""%x %x %x", REC->b, REC->c, REC->a"#, raw: true) == " a=10 b=17 c=18")
  }
}
