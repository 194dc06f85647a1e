import KernelTools
import Testing
import TraceTestSupport

/// What each tool's help offers is understood, and does something; what it does not offer is refused.
@Suite struct ToolOptionTests {
  /// What must follow the options.
  private static let arguments = [
    "argdist": ["-C", "sched:sched_switch:next_pid"],
    "perf-stat-hist": ["sched:sched_switch", "next_pid"],
    "trace": ["sched:sched_switch"], "funccount": ["vfs_*"], "funclatency": ["vfs_read"],
    "stackcount": ["vfs_read"], "functrace": ["vfs_*"], "funcgraph": ["vfs_read"],
    "funcslower": ["vfs_read", "1000"], "kprobe": ["p:vfs_read"], "uprobe": ["p:bash:readline"],
    "tpoint": ["sched:sched_switch"],
  ]
  private static let values = [
    "pid": "1", "tid": "1", "name": "a", "cgroup": "/", "duration": "1", "input": "trace.dat",
    "save": "out.dat",
  ]
  private static let shared =
    ToolOption.common + [
      ToolOption("S", "stacks", ""), ToolOption("w", "wide", ""), ToolOption("x", "failures", ""),
    ]

  private static func words(_ tool: ToolDescription) -> [String] { arguments[tool.name] ?? [] }

  private static func options(
    _ tool: ToolDescription, _ words: [String]
  ) throws -> ToolOptions {
    try #require(try ToolOptions(words + Self.words(tool), for: tool))
  }

  private static func made(
    _ type: any KernelTool.Type, _ words: [String] = []
  ) throws -> any KernelTool {
    try type.init(try options(type.about, words))
  }

  private static var all: [ToolDescription] {
    ToolList.all.map { $0.about } + ToolList.streams.map { $0.about }
  }

  /// Prints the matrix, made of what the tools understand.
  @Test func allThatIsOfferedIsUnderstood() throws {
    var matrix = ["                " + Self.shared.map { $0.long }.joined(separator: " ")]
    for tool in Self.all {
      var line = tool.name + String(repeating: " ", count: 16 - tool.name.count)
      let own = Set(tool.options.map(\.long))
      for option in Self.shared {
        let offered = tool.allOptions.first { $0.long == option.long }
        let value = (offered ?? option).value == nil ? [] : [Self.values[option.long] ?? "1"]
        if let offered {
          let result = try Self.options(tool, ["--\(option.long)"] + value)
          #expect(result.has(option.long) == own.contains(option.long))
          if let letter = offered.letter {
            _ = try Self.options(tool, ["-\(letter)"] + value)
          }
        } else if option.long != "failures" {
          #expect(throws: ToolUsageError.meaningless("--\(option.long)", tool: tool.name)) {
            try ToolOptions(["--\(option.long)"] + value, for: tool)
          }
        }
        let mark = offered.map { $0.letter.map { "-\($0)" } ?? "--" } ?? "."
        line += mark + String(repeating: " ", count: option.long.count - mark.count + 1)
      }
      matrix.append(line)
    }
    print(matrix.joined(separator: "\n"))
  }

  /// A letter stands for one option, and a long name, too.
  @Test func nothingIsOfferedTwice() {
    for tool in Self.all {
      let letters = tool.allOptions.compactMap(\.letter)
      #expect(Set(letters).count == letters.count, "\(tool.name)")
      #expect(Set(tool.allOptions.map(\.long)).count == tool.allOptions.count, "\(tool.name)")
    }
  }

  @Test func whatIsOfferedChangesSomething() throws {
    for type in ToolList.all {
      let tool = type.about
      func offers(_ long: String) -> Bool { tool.allOptions.contains { $0.long == long } }
      func columns(_ words: [String]) throws -> [String] {
        try Self.made(type, words).columns.map(\.name)
      }
      let plain = try Self.made(type)
      if offers("user") {
        #expect(try columns(["--csv", "--user"]).contains("uid"), "\(tool.name)")
      }
      for option in ["times", "clock"] where offers(option) && tool.name != "argdist" {
        #expect(try columns(["--csv", "--\(option)"]).contains("time_s"), "\(tool.name)")
      }
      // Tools that count until the end have a table, which takes nobody's place.
      let redraws = plain.showsTables && tool.name != "tcpconnect" && tool.name != "tcpretrans"
      #expect(offers("no-clear") == redraws, "\(tool.name)")
      let hasStacks = offers("stacks") || offers("kernel-stack")
      #expect(hasStacks == !plain.rowStacks.isEmpty, "\(tool.name)")
      if hasStacks {
        let long = offers("stacks") ? "--stacks" : "--kernel-stack"
        let wanted = try Self.made(type, [long]).wantedEvents
        #expect(wanted.contains { $0.hasCalls }, "\(tool.name)")
        #expect(!plain.wantedEvents.contains { $0.hasCalls }, "\(tool.name)")
      }
      let isCut = plain.columns.contains { ($0.isCut && $0.width < 16) || $0.wide > $0.width }
      #expect(offers("wide") == isCut, "\(tool.name)")
      if type.about.common.count == ToolOption.commonOfInterrupts.count {
        #expect(plain.isAboutInterrupts && plain.showsTables, "\(tool.name)")
      }
    }
  }

  @Test func whatMeansNothingIsRefused() {
    for (tool, option) in [
      ("hardirqs", "-p"), ("softirqs", "-p"), ("softirqs", "-U"), ("hardirqs", "--cgroup"),
      ("opensnoop", "-C"), ("execsnoop", "--no-clear"), ("runqlat", "-U"), ("iolatency", "-S"),
      ("syncsnoop", "-w"), ("offcputime", "-T"),
    ] {
      guard let type = ToolList.tool(named: tool) else {
        Issue.record("no \(tool)")
        continue
      }
      let error = #expect(throws: ToolUsageError.self) {
        try ToolOptions([option, "1"], for: type.about)
      }
      #expect(error?.message == "\(option) means nothing to \(tool)")
      #expect(error?.hint == "kscope \(tool) --help lists them")
    }
    #expect(throws: ToolUsageError.unknownOption("--nothing", tool: "opensnoop")) {
      try ToolOptions(["--nothing"], for: OpenSnoop.about)
    }
  }

  @Test(arguments: ToolTrace.kernels) func wideColumnsCutNothing(kernel: String) throws {
    var trace = try ToolTrace(kernel: kernel, ["block"])
    for (time, name) in [(1_000_000_000 as UInt64, "issue"), (1_100_000_000, "complete")] {
      trace.add(
        time, thread: 7, "block:block_rq_\(name)",
        [
          "dev": .number(8 << 20), "sector": .number(8), "nr_sector": .number(8),
          "rwbs": .text("R"), "comm": .text("fifteen letters"),
        ])
    }
    #expect(try trace.rows("iosnoop").last?.hasPrefix("fifteen lett 7 ") == true)
    #expect(try trace.rows("iosnoop", ["-w"]).last?.hasPrefix("fifteen letters  7 ") == true)
    #expect(
      try trace.rows("iosnoop", ["--wide", "--csv"]) == (try trace.rows("iosnoop", ["--csv"])))
  }
}
