import KernelTools
import Testing
import TraceTestSupport

@testable import KernelTools

/// Events of known fields, by formats and by their own text.
@Suite struct TraceToolTests {
  private static func trace(_ kernel: String) throws -> ToolTrace {
    var trace = try ToolTrace(kernel: kernel, ["opens", "kscope", "ftrace"])
    trace.symbols = "ffffffff81000000 T vfs_open\nffffffff81001000 T do_sys_open\n"
    trace.add(1_000_000_000, thread: 7, "kscope:do_filp_open", ["name": .text("/etc/passwd")])
    trace.add(1_000_000_100, thread: 7, "syscalls:sys_exit_openat", ["ret": .number(3)])
    trace.add(1_000_000_200, cpu: 1, thread: 9, "kscope:do_filp_open", ["name": .text("no such")])
    trace.add(1_000_000_300, cpu: 1, thread: 9, "syscalls:sys_exit_openat", ["ret": .number(-2)])
    return trace
  }

  @Test(arguments: ToolTrace.kernels) func formatsAreFilled(kernel: String) throws {
    let trace = try Self.trace(kernel)
    #expect(
      try trace.rows(
        "trace",
        [
          "probe:do_filp_open(name=pathname->name) \"<%10s|%-4s>\", name, name",
          "syscalls:sys_exit_openat if ret < 0 \"%d %x %p %5d%%\", ret, ret, ret, ret",
        ]) == [
          "Tracing 2 probes... Hit Ctrl-C to end.",
          "PID     TID     COMM            FUNC             -",
          "7       7       dd              do_filp_open     </etc/passwd|/etc/passwd>",
          "9       9       my shell        do_filp_open     <   no such|no such>",
          "9       9       my shell        sys_exit_openat  "
            + "-2 fffffffffffffffe 0xfffffffffffffffe    -2%",
        ])
  }

  @Test(arguments: ToolTrace.kernels) func withoutAFormatItIsTheEventsText(kernel: String) throws {
    let trace = try Self.trace(kernel)
    let specs = ["syscalls:sys_exit_openat", "kscope:do_filp_open"]
    #expect(
      try trace.rows("trace", specs + ["-C", "--csv", "-t", "-M", "3"]) == [
        "time_s,cpu,pid,tid,comm,event,text",
        "1.000000,0,7,7,dd,do_filp_open,\"(0) name=\"\"/etc/passwd\"\"\"",
        "1.000000,0,7,7,dd,sys_exit_openat,0x3",
        "1.000000,1,9,9,my shell,do_filp_open,\"(0) name=\"\"no such\"\"\"",
      ])
    #expect(try trace.rows("trace", specs + ["-n", "shell", "--csv"]).count == 3)
    #expect(
      try trace.rows(
        "trace", ["-j", "t:syscalls:sys_exit_openat (args->ret == 3) 'fd %d', args->ret"])
        == [#"{"pid":7,"tid":7,"comm":"dd","event":"sys_exit_openat","text":"fd 3"}"#])
  }

  /// Two wishes about one event: each has its own condition.
  @Test(arguments: ToolTrace.kernels) func oneEventMayBeAskedForTwice(kernel: String) throws {
    #expect(
      try Self.trace(kernel).rows(
        "trace",
        [
          "--csv", "syscalls:sys_exit_openat if ret < 0 \"failed\"",
          "syscalls:sys_exit_openat if ret >= 0 \"opened\"", "syscalls:sys_exit_openat \"any\"",
        ]
      ).dropFirst().map { $0.split(separator: ",").last ?? "" }
        == ["opened", "any", "failed", "any"])
  }

  @Test func formatsAreThoseOfPrintf() {
    func text(_ template: String, _ values: FieldContent...) -> String? {
      TraceFormat(template)?.text(of: values) { "f\($0)" }
    }
    #expect(
      text("%5d|%-5d|%05d", .signed(-42, size: 4), .unsigned(7), .signed(-42, size: 4))
        == "  -42|7    |-0042")
    #expect(
      text(
        "%x %X %o %c %K", .signed(-1, size: 1), .unsigned(171), .unsigned(8), .unsigned(65),
        .address(9)) == "ff AB 10 A f9")
    #expect(text("%lld %hu %zx", .signed(-1, size: 8), .unsigned(2), .unsigned(255)) == "-1 2 ff")
    #expect(text("a\\tb \\\"%s\\\" 100%%", .text("x")) == "a\tb \"x\" 100%")
    #expect(text("%d %p", .text("seven"), .address(16)) == "seven 0x10")
    for wrong in ["%", "%y", "%5", "%999999d"] { #expect(TraceFormat(wrong) == nil, "\(wrong)") }
  }

  @Test func specsAreTakenApart() throws {
    let spec = try TraceSpec("sched:sched_switch if prev_comm == \"a b\" \"%s\", next_comm")
    #expect(spec.wish.filter == "prev_comm == \"a b\"")
    #expect(spec.wish.fields == ["next_comm"])
    let probe = try TraceSpec(
      "probe:ext4:ext4_sync_file%return(ret=$retval, n=(u32)$arg1) if ret < 0")
    #expect(probe.wish.event.title == "kscope:ext4_sync_file_return")
    #expect(probe.wish.filter == "ret < 0")
    #expect(probe.format == nil)
    for wrong in [
      "sched_switch", "a:b \"%d\"", "a:b \"%d\", x, y", "a:b x", "a:b \"%d, x",
      "a:b if x == 1 y \"z\" w",
      "a:b \"%d\", ", "probe:",
    ] {
      #expect(throws: ToolUsageError.self, "\(wrong)") { _ = try TraceSpec(wrong) }
    }
  }
}
