import ByteIO
import Testing
import TraceTestSupport

@testable import KernelTools

/// Calls of functions, their lengths and stacks, and the page cache.
@Suite struct FunctionToolTests {
  private static let symbols = """
    ffffffff00001000 T vfs_read
    ffffffff00002000 T vfs_write
    ffffffff00003000 T other
    ffffffff00004000 T __traceiter_sys_enter_kill
    ffffffff00005000 T ksys_read
    ffffffff00006000 T end

    """
  private static func address(_ number: Int) -> ToolTrace.Value {
    .number(-0x1_0000_0000 + number * 0x1000)
  }

  private static func calls(_ kernel: String) throws -> ToolTrace {
    var trace = try ToolTrace(kernel: kernel, ["ftrace"])
    trace.symbols = symbols
    for (place, (thread, function)) in [(7, 1), (7, 2), (9, 1), (7, 3), (9, 1)].enumerated() {
      trace.add(
        1_000_000_000 + UInt64(place) * 1_000_000, thread: Int32(thread), "ftrace:function",
        ["ip": address(function)])
    }
    for (thread, function, length) in [(7, 1, 1000), (9, 1, 3_000_000), (7, 2, 0), (7, 3, 50)] {
      trace.add(
        1_010_000_000, thread: Int32(thread), "ftrace:funcgraph_exit",
        [
          "func": address(function), "calltime": .number(5000), "rettime": .number(5000 + length),
        ])
    }
    return trace
  }

  @Test(arguments: ToolTrace.kernels) func callsByFunction(kernel: String) throws {
    let trace = try Self.calls(kernel)
    #expect(
      try trace.rows("funccount", ["vfs_*"]) == [
        #"Tracing "vfs_*"... Ctrl-C to end."#, "",
        "FUNC                              COUNT", "vfs_write                             1",
        "vfs_read                              3",
      ])
    #expect(
      try trace.rows("funccount", ["-t", "1", "--csv", "*"]) == ["function,count", "vfs_read,3"])
    #expect(
      try trace.rows("funccount", ["-j", "-p", "7", "vfs_read"])
        == [#"{"function":"vfs_read","count":1}"#])
    #expect(try trace.rows("funccount", ["--csv", "vfs_"]) == ["function,count"])
    #expect(
      try trace.rows("funccount", ["-i", "0.002", "--times", "--csv", "vfs_read"]) == [
        "time_s,function,count", "1.002000,vfs_read,1", "1.004000,vfs_read,1",
        "1.004000,vfs_read,1",
      ])
    for bad in [[], ["a", "b"], ["vfs read"]] {
      #expect(throws: ToolUsageError.self) { try trace.rows("funccount", bad) }
    }
  }

  @Test(arguments: ToolTrace.kernels) func lengthsOfCalls(kernel: String) throws {
    let trace = try Self.calls(kernel)
    #expect(
      try trace.rows("funclatency", ["--csv", "vfs_*"]) == [
        "from_ns,to_ns,count", "0,1,1", "512,1024,1", "2097152,4194304,1",
      ])
    #expect(
      try trace.rows("funclatency", ["-uF", "--csv", "vfs_*"]) == [
        "function,from_us,to_us,count", "vfs_read,1,2,1", "vfs_read,2048,4096,1",
        "vfs_write,0,1,1",
      ])
    #expect(
      try trace.rows("funclatency", ["-m", "-e", "-n", "shell", "vfs_read"]).suffix(2)
        == ["", "avg = 3 msecs, total: 3 msecs, count: 1"])
  }

  private static func stacks(_ kernel: String) throws -> ToolTrace {
    var trace = try ToolTrace(kernel: kernel, ["ftrace", "signal"])
    trace.symbols = symbols
    func add(_ time: UInt64, _ thread: Int32, _ calls: [Int]) {
      trace.add(1_000_000_000 + time, thread: thread, "signal:signal_generate", [:])
      guard !calls.isEmpty else { return }
      var addresses = calls.map { UInt64(0xffff_ffff_0000_0010) + UInt64($0) << 12 }
      addresses += [UInt64](repeating: .max, count: 8 - addresses.count)
      trace.add(
        1_000_000_010 + time, thread: thread, "ftrace:kernel_stack",
        [
          "caller": .bytes(
            addresses.flatMap { word in (0..<8).map { UInt8(truncatingIfNeeded: word >> ($0 * 8)) }
            })
        ])
    }
    add(0, 7, [4, 1, 5])
    add(1000, 7, [1, 5])
    add(2000, 9, [4, 1, 5])
    add(3000, 9, [2])
    // Its stack was not written.
    add(4000, 9, [])
    return trace
  }

  @Test(arguments: ToolTrace.kernels) func callsByStack(kernel: String) throws {
    let trace = try Self.stacks(kernel)
    let event = "t:signal:signal_generate"
    #expect(
      try trace.rows("stackcount", ["--csv", event])
        == ["stack,count", ",1", "vfs_write,1", "ksys_read;vfs_read,3"])
    #expect(
      try trace.rows("stackcount", ["-fP", event]) == [
        "my shell [9] 1", "my shell [9];ksys_read;vfs_read 1", "my shell [9];vfs_write 1",
        "dd [7];ksys_read;vfs_read 2",
      ])
    #expect(
      try trace.rows("stackcount", ["-n", "^dd$", "signal:signal_generate"]) == [
        #"Tracing 1 pattern, "signal:signal_generate"... Hit Ctrl-C to end."#, "",
        "  vfs_read", "  ksys_read", "    2",
      ])
    #expect(throws: ToolError.self) { try trace.rows("stackcount", ["vfs_read"]) }
  }

  @Test(arguments: ToolTrace.kernels) func pagesThatAreThere(kernel: String) throws {
    var trace = try ToolTrace(kernel: kernel, ["kscope", "filemap", "writeback"])
    let functions = ["folio_mark_accessed", "mark_buffer_dirty"]
    for function in functions { trace.copyFormat("kscope:do_filp_open", as: function) }
    let names =
      functions.map { "kscope:\($0)" } + [
        "filemap:mm_filemap_add_to_page_cache", "writeback:writeback_dirty_folio",
      ]
    // Ten accesses, of which one is of a buffer that is written; three pages come in, one to be written.
    var time: UInt64 = 1_000_000_000
    for (name, count) in zip(names, [10, 1, 3, 1]) {
      for number in 0..<count {
        time += 1
        trace.add(time, thread: number == 9 ? 9 : 7, name)
      }
    }
    #expect(
      try trace.rows("cachestat", ["-D"]) == [
        "Counting cache functions...",
        "    HITS   MISSES  DIRTIES    RATIO   BUFFERS_MB   CACHE_MB DEBUG",
        "       7        2        1    77.8%            -          - (10 1 3 1)",
      ])
    #expect(
      try trace.rows("cachestat", ["-j", "-n", "shell"]) == [
        #"{"hits":1,"misses":0,"dirties":0,"ratio_percent":100.0,"buffers_mb":null,"cache_mb":null}"#
      ])
    #expect(
      try trace.rows("cachestat", ["--csv", "-L", "12"]).last == "0,0,0,,,")
  }

  @Test func functionsByGlobs() throws {
    for (glob, name, isThere) in [
      ("vfs_*", "vfs_read", true), ("vfs_*", "ksys_vfs_read", false), ("*_read", "vfs_read", true),
      ("*_read", "vfs_readv", false), ("vfs_rea?", "vfs_read", true),
      ("vfs_read", "vfs_read", true),
      ("vfs_[rw]*", "vfs_write", true), ("vfs_[rw]*", "vfs_open", false),
      ("a.isra.0", "axisrax0", false), ("a.isra.0", "a.isra.0", true),
      // A module stands behind the name.
      ("ext4_*", "ext4_sync [ext4]", true), ("*4]", "ext4_sync [ext4]", false),
    ] {
      let pattern = try FunctionPattern(argument: glob)
      #expect(try POSIXRegex(pattern.regex).matches(name) == isThere, "\(glob) \(name)")
    }
  }
}
