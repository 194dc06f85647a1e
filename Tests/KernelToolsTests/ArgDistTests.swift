import KernelTools
import Recording
import Testing
import TraceTestSupport

/// Values of known events: numbers of both signs, texts, groups; conditions of both languages.
@Suite struct ArgDistTests {
  /// Returns of calls by two tasks, and names of files.
  private static func trace(_ kernel: String) throws -> ToolTrace {
    var trace = try ToolTrace(kernel: kernel, ["opens", "kscope", "block"])
    for (index, name) in ["a", "b, c", "a", "two\nlines"].enumerated() {
      trace.add(
        1_000_000_100 + UInt64(index), thread: 9, "kscope:do_filp_open", ["name": .text(name)])
    }
    for (sectors, letters) in [(8, "R"), (8, "R"), (8, "WS"), (16, "R")] {
      trace.add(
        1_000_000_200, thread: 7, "block:block_rq_issue",
        ["nr_sector": .number(sectors), "rwbs": .text(letters), "comm": .text("dd")])
    }
    for (index, result) in [3, 3, 3, -2, 0, 1, 40, 1 << 20, 5_000_000_000].enumerated() {
      trace.add(
        1_000_001_000 + UInt64(index) * 300_000_000, cpu: index % 2, thread: index == 1 ? 9 : 7,
        "syscalls:sys_exit_openat", ["ret": .number(result)])
    }
    return trace
  }

  @Test(arguments: ToolTrace.kernels) func valuesAreCounted(kernel: String) throws {
    let trace = try Self.trace(kernel)
    #expect(
      try trace.rows("argdist", ["-C", "syscalls:sys_exit_openat:ret", "-T", "2"]).dropFirst(2) == [
        "syscalls:sys_exit_openat:ret", "\tCOUNT      EVENT", "\t1          ret = 5000000000",
        "\t3          ret = 3",
      ])
    #expect(
      try trace.rows("argdist", ["-C", "block:block_rq_issue:nr_sector,rwbs", "--csv"]) == [
        "spec,value,from,to,count", "\"block:block_rq_issue:nr_sector,rwbs\",\"16,R\",,,1",
        "\"block:block_rq_issue:nr_sector,rwbs\",\"8,WS\",,,1",
        "\"block:block_rq_issue:nr_sector,rwbs\",\"8,R\",,,2",
      ])
    #expect(
      try trace.rows("argdist", ["-C", "probe:do_filp_open(name=pathname->name):name"]).dropFirst(3)
        == [
          "\tCOUNT      EVENT", "\t1          name = b, c", "\t1          name = two^Jlines",
          "\t2          name = a",
        ])
  }

  @Test(arguments: ToolTrace.kernels) func numbersAreAHistogram(kernel: String) throws {
    let trace = try Self.trace(kernel)
    let spec = "syscalls:sys_exit_openat:ret"
    #expect(
      try trace.rows("argdist", ["-H", spec, "--csv"]).dropFirst() == [
        "\(spec),,,0,1", "\(spec),,0,1,1", "\(spec),,1,2,1", "\(spec),,2,4,3",
        "\(spec),,32,64,1", "\(spec),,1048576,2097152,1", "\(spec),,4294967296,8589934592,1",
      ])
    #expect(
      try trace.rows("argdist", ["-H", spec + " if ret < 2"]).dropFirst(2) == [
        spec + " if ret < 2", "     ret                 : count     distribution",
        "           -> -1         : 1        |********************                    |",
        "         0 -> 1          : 2        |****************************************|",
      ])
    var large = trace
    large.add(1_000_000_300, thread: 7, "block:block_rq_issue", ["sector": .number(-1)])
    #expect(
      try large.rows("argdist", ["-H", "block:block_rq_issue:sector", "--csv"]).dropFirst() == [
        "block:block_rq_issue:sector,,0,1,4", "block:block_rq_issue:sector,,9223372036854775808,,1",
      ])
  }

  /// A table of each interval, and one of each spec in it, in their order.
  @Test(arguments: ToolTrace.kernels) func intervalsBeginAnew(kernel: String) throws {
    let arguments = [
      "-i", "1", "-C", "t:syscalls:sys_exit_openat():int:args->ret:args->ret < 2",
      "-H", "syscalls:sys_exit_openat:ret if ret > 2 && ret < 1000", "-j",
    ]
    let rows = try Self.trace(kernel).rows("argdist", arguments)
    let counts = rows.compactMap { row in
      row.split(separator: ",").dropFirst().map { $0.split(separator: ":").last ?? "" }
    }.map { $0.joined(separator: " ") }
    #expect(
      counts == [
        "\"-2\" null null 1}", "null 2 4 3}", "\"0\" null null 1}", "\"1\" null null 1}",
        "null 32 64 1}",
      ])
    #expect(
      try Self.trace(kernel).rows("argdist", arguments.dropLast() + ["-c", "--csv"]).count > 6)
    // What is left behind the last whole interval is a table only where something came in it.
    for (condition, tables) in [("ret < 2", 2), ("ret > 50", 3), ("ret == 7", 2)] {
      let rows = try Self.trace(kernel).rows(
        "argdist", ["-i", "1", "-C", "syscalls:sys_exit_openat:ret if \(condition)"])
      #expect(rows.filter { $0.hasPrefix("[") }.count == tables)
    }
    #expect(
      try Self.trace(kernel).rows(
        "argdist", ["-i", "9", "-C", "syscalls:sys_exit_openat:ret if ret == 7"]
      ).filter { $0.hasPrefix("[") }.count == 1)
  }

  @Test(arguments: ToolTrace.kernels) func conditionsAreTheKernels(kernel: String) throws {
    let trace = try Self.trace(kernel)
    func counted(_ condition: String) throws -> Int {
      try trace.rows("argdist", ["-C", "block:block_rq_issue:rwbs if \(condition)", "--csv"])
        .dropFirst().compactMap { Int($0.split(separator: ",").last ?? "") }.reduce(0, +)
    }
    #expect(try counted("rwbs ~ \"W*\"") == 1)
    #expect(try counted("rwbs ~ '*S' || nr_sector == 16") == 2)
    #expect(try counted("nr_sector & 8") == 3)
    #expect(try counted("comm == \"dd\" && nr_sector != 8") == 1)
    #expect(
      try trace.rows("argdist", ["-C", "syscalls:sys_exit_openat:ret", "--name", "shell", "--csv"])
        .count == 2)
  }

  @Test func whatCannotBeCountedIsSaid() throws {
    let trace = try Self.trace("6.12")
    for spec in [
      "block:block_rq_issue", "block_rq_issue:dev", "block:block_rq_issue:", "probe:vfs_read:count",
      "block:block_rq_issue:dev,", "block:block_rq_issue:dev also", "t:block:block_rq_issue():dev",
    ] {
      #expect(throws: ToolUsageError.self, "\(spec)") { try trace.rows("argdist", ["-C", spec]) }
    }
    #expect(throws: ToolUsageError.self) {
      try trace.rows("argdist", ["-H", "block:block_rq_issue:dev,sector"])
    }
    #expect(throws: ToolUsageError.self) { try trace.rows("argdist", []) }
    #expect(throws: ToolError.self) {
      try trace.rows("argdist", ["-C", "block:block_rq_issue:nothing"])
    }
    #expect(throws: ToolError.self) { try trace.rows("argdist", ["-C", "block:nothing:dev"]) }
    #expect(throws: ToolError.self) {
      try trace.rows("argdist", ["-C", "block:block_rq_issue:dev if dev === 1"])
    }
    #expect(throws: ToolUsageError.self) {
      try trace.rows(
        "argdist", ["-C", "probe:vfs_read(count):count", "-C", "probe:vfs_read(pos):pos"])
    }
  }

  // MARK: What the kernel is asked

  static func triggers(_ name: String, _ arguments: [String]) throws -> [String]? {
    guard let type = ToolList.tool(named: name),
      let options = try ToolOptions(arguments, for: type.about),
      let tool = try type.init(options) as? any CountingTool,
      let counting = tool.counting(
        KernelCounting(run: 71, isAddress: { field, _ in field == "filename" }))
    else { return nil }
    return ToolSession.plan(for: tool, counting).buffers[0].events.map { request in
      "\(request.pattern) \(request.filters + request.triggers)"
    }
  }

  @Test func theKernelCounts() throws {
    #expect(
      try Self.triggers(
        "argdist",
        [
          "-C", "block:block_rq_issue:dev,rwbs if dev > 0", "-H", "block:block_rq_issue:bytes",
          "-C", "block:block_rq_issue:bytes", "-C", "probe:do_filp_open(name=pathname->name):name",
        ]) == [
          "block:block_rq_issue [\"hist:keys=dev,rwbs:size=65536:pause if dev > 0\"]",
          "block:block_rq_issue [\"hist:keys=bytes:size=65536:pause\"]",
          "probe:do_filp_open(name=pathname->name) [\"hist:keys=name:size=65536:pause\"]",
        ])
    #expect(
      try Self.triggers("perf-stat-hist", ["-f", "ret > 0", "syscalls:sys_exit_read", "ret"])
        == ["syscalls:sys_exit_read [\"hist:keys=ret:size=131072:pause if ret > 0\"]"])
    // It would take a program's address for that of a text.
    #expect(try Self.triggers("argdist", ["-C", "syscalls:sys_enter_openat:filename"]) == nil)
    #expect(try Self.triggers("argdist", ["-C", "a:b:c,d,e,f"]) == nil)
    #expect(try Self.triggers("argdist", ["-p", "7", "-C", "a:b:c"]) == nil)
  }
}
