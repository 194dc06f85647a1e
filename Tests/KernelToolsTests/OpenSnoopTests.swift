import ByteIO
import KernelTools
import Recording
import Testing
import TraceTestSupport

/// Files that are opened or not, and what looks like it and is not.
@Suite struct OpenSnoopTests {
  private static func trace(_ kernel: String) throws -> ToolTrace {
    var trace = try ToolTrace(kernel: kernel, ["opens", "kscope"])
    func open(_ time: UInt64, _ thread: Int32, _ call: String, _ name: String?, _ result: Int) {
      trace.add(time, thread: thread, "syscalls:sys_enter_\(call)")
      if let name {
        trace.add(time + 1000, thread: thread, "kscope:do_filp_open", ["name": .text(name)])
      }
      trace.add(time + 2000, thread: thread, "syscalls:sys_exit_\(call)", ["ret": .number(result)])
    }
    open(1_000_000_000, 7, "openat", "/etc/passwd", 3)
    open(1_100_000_000, 9, "openat2", "/no such\u{1b}[2J", -2)
    // A program that is run is looked up as well.
    trace.add(1_200_000_000, thread: 9, "kscope:do_filp_open", ["name": .text("/bin/true")])
    // An address without a name.
    open(1_300_000_000, 9, "open", nil, -14)
    open(1_400_000_000, 7, "creat", "new", 12)
    return trace
  }

  @Test(arguments: ToolTrace.kernels) func everyOpenHasItsRow(kernel: String) throws {
    #expect(
      try Self.trace(kernel).rows("opensnoop", ["-t"]) == [
        "Tracing open()s. Ctrl-C to end.",
        "TIMEs            COMM             PID      FD FILE",
        "1.000002         dd               7         3 /etc/passwd",
        "1.100002         my shell         9      -ENOENT /no such\u{1b}[2J",
        "1.300002         my shell         9      -EFAULT ?",
        "1.400002         dd               7        12 new",
      ])
  }

  /// Not as it is called at the end, which the list of names has.
  @Test(arguments: ToolTrace.kernels) func tasksAreNamedAsTheyAreThen(kernel: String) throws {
    var trace = try ToolTrace(kernel: kernel, ["opens", "kscope", "task"])
    trace.add(
      1_000_000_000, cpu: 1, thread: 9, "task:task_newtask",
      ["pid": .number(7), "comm": .text("my shell")])
    trace.open(1_000_000_100, 7, "first")
    trace.add(
      1_000_000_200, thread: 7, "task:task_rename",
      ["pid": .number(7), "oldcomm": .text("my shell"), "newcomm": .text("ls")])
    trace.open(1_000_000_300, 7, "second")
    #expect(
      try trace.rows("opensnoop", ["--csv"]).dropFirst() == ["my shell,7,3,first", "ls,7,3,second"])
    #expect(try trace.rows("opensnoop", ["--csv", "-n", "^ls$"]).count == 2)
  }

  /// A line's end never ends a row; on a terminal no control character is one, of eight bits neither.
  @Test func namesDoNotSteerTheTerminal() {
    for isForTerminal in [true, false] {
      var rows = RowWriter([Column("FILE", "file")], .text, isForTerminal: isForTerminal)
      rows.add("a\nb\u{1b}c\u{9b} d")
      rows.endRow()
      let text = String(decoding: rows.sink.bytes, as: UTF8.self)
      #expect(!text.dropLast().contains("\n") && !text.contains("\u{1b}"))
      #expect(!text.unicodeScalars.contains("\u{9b}"))
    }
    var plain = RowWriter([Column("FILE", "file")], .text, isForTerminal: true)
    plain.add("größe\u{9b}")
    plain.endRow()
    let text = String(decoding: plain.sink.bytes, as: UTF8.self)
    #expect(text.hasPrefix("größe") && !text.unicodeScalars.contains("\u{9b}"))
  }

  /// A table for spreadsheets is looked at, too; a program gets the names as they are.
  @Test func tablesDoNotSteerTheTerminal() {
    func table(isForTerminal: Bool) -> String {
      var rows = RowWriter(
        [Column("COMM", "comm"), Column("FILE", "file")], .csv, isForTerminal: isForTerminal)
      rows.add("a\u{1b}[2J,\n\"")
      rows.add("größe")
      rows.endRow()
      return String(decoding: rows.sink.bytes, as: UTF8.self)
    }
    #expect(table(isForTerminal: true) == "\"a^[[2J,^J\"\"\",größe\n")
    #expect(table(isForTerminal: false) == "\"a\u{1b}[2J,\n\"\"\",größe\n")
  }

  /// Of two probes of one function that a recording has, ours is the one with our fields.
  @Test func anothersProbeOfTheFunctionIsNone() throws {
    for theirsIsFirst in [true, false] {
      var trace = try ToolTrace(kernel: "6.12", ["opens", "kscope"])
      let (ours, theirs) =
        theirsIsFirst ? ("do_filp_open_2", "do_filp_open") : ("do_filp_open", "do_filp_open_2")
      trace.copyFormat("kscope:do_filp_open", as: "do_filp_open_2")
      trace.dropField("name", of: "kscope:\(theirs)")
      trace.add(1_000_000_000, thread: 7, "syscalls:sys_enter_openat")
      trace.add(1_000_000_001, thread: 7, "kscope:\(ours)", ["name": .text("/etc/passwd")])
      trace.add(1_000_000_002, thread: 7, "kscope:\(theirs)")
      trace.add(1_000_000_003, thread: 7, "syscalls:sys_exit_openat", ["ret": .number(3)])
      #expect(try trace.rows("opensnoop", ["--csv"]).last == "dd,7,3,/etc/passwd")
    }
  }

  /// A process is its threads and children: those that were there, and those that come of them.
  @Test func childrenThatWereThereBelongToIt() throws {
    var trace = try ToolTrace(kernel: "6.12", ["opens", "kscope", "task"])
    trace.open(1_000_000_000, 7, "parent")
    trace.open(1_000_000_100, 60, "child")
    trace.add(
      1_000_000_200, thread: 60, "task:task_newtask",
      ["pid": .number(61), "comm": .text("dd"), "clone_flags": .number(0x0120_0000)])
    trace.open(1_000_000_300, 61, "grandchild")
    trace.open(1_000_000_400, 9, "other")
    func files() throws -> [Substring] {
      try trace.rows("opensnoop", ["--csv", "-p", "7"]).dropFirst().compactMap {
        $0.split(separator: ",").last
      }
    }
    #expect(try files() == ["parent"])
    trace.family = [7, 60]
    #expect(try files() == ["parent", "child", "grandchild"])
  }

  /// Where others' events are looked at as well, its end is the tool's all the same.
  @Test(arguments: ["opensnoop", "iosnoop", "runqslower", "funccount"])
  func aToolEndsWithItsProcess(name: String) throws {
    let type = try #require(ToolList.tool(named: name))
    for (option, watched) in [("--pid", [Int32(7)]), ("--tid", [7]), ("--duration", [])] {
      let words = [option, "7"] + (name == "funccount" ? ["vfs_read"] : [])
      // runqslower's is its own.
      if name == "runqslower", option == "--tid" { continue }
      let tool = try type.init(try #require(try ToolOptions(words, for: type.about)))
      #expect(ToolSession.plan(for: tool).watched == watched)
      guard let counting = (tool as? any CountingTool)?.counting(KernelCounting(run: 1)) else {
        continue
      }
      #expect(ToolSession.plan(for: tool, counting).watched == watched)
    }
  }

  /// A child is in its parent's cgroup, even where it has ended before anybody asks; a program is in
  /// the cgroup that its task has moved to.
  @Test func cgroupsOfTheShortLivedAndOfThoseThatMove() throws {
    var trace = try ToolTrace(kernel: "6.12", ["opens", "kscope", "task"])
    trace.open(1_000_000_000, 7, "parent")
    trace.add(
      1_000_000_100, thread: 7, "task:task_newtask",
      ["pid": .number(70), "comm": .text("dd"), "clone_flags": .number(0x0120_0000)])
    trace.open(1_000_000_200, 70, "child")
    trace.open(1_000_000_300, 9, "before it moves")
    trace.add(
      1_000_000_400, thread: 9, "task:task_rename",
      ["pid": .number(9), "oldcomm": .text("my shell"), "newcomm": .text("ls")])
    trace.open(1_000_000_500, 9, "after it has moved")
    let asked = Asked()
    trace.factsOf = { thread in
      switch thread {
      case 7: ThreadFacts(process: 7, cgroup: "/a/b")
      case 9: ThreadFacts(process: 9, cgroup: asked.again() ? "/a" : "/")
      default: ThreadFacts()
      }
    }
    #expect(
      try trace.rows("opensnoop", ["--csv", "--cgroup", "/a"]).dropFirst()
        == ["dd,7,3,parent", "dd,70,3,child", "ls,9,3,after it has moved"])
  }

  /// Whether somebody asks for the second time.
  private final class Asked: @unchecked Sendable {
    private var count = 0
    func again() -> Bool {
      count += 1
      return count > 1
    }
  }

  @Test func failuresNamesAndPrograms() throws {
    let trace = try Self.trace("6.12")
    #expect(try trace.rows("opensnoop", ["-x", "--csv"]).count == 3)
    #expect(try trace.rows("opensnoop", ["passwd$", "--csv"]).last == "dd,7,3,/etc/passwd")
    #expect(
      try trace.rows("opensnoop", ["-j", "-n", "shell", "-x", "such"])
        == [#"{"comm":"my shell","pid":9,"fd":-2,"file":"/no such\u001b[2J"}"#])
    #expect(
      try trace.rows("opensnoop", ["-j", "-L", "9"]).last
        == #"{"comm":"my shell","pid":9,"fd":-14,"file":null}"#)
  }
}

/// Programs of known arguments.
@Suite struct ExecSnoopTests {
  /// - Parameter length: of the arguments in memory, where it is more than what is given here.
  private static func exec(
    _ trace: inout ToolTrace, _ time: UInt64, _ pid: Int, _ comm: String, _ arguments: [String],
    length: Int? = nil
  ) {
    let bytes = arguments.map { $0 + "\0" }.joined()
    var values: [String: ToolTrace.Value] = [
      "pid": .number(pid), "ppid": .number(1), "uid": .number(1000), "comm": .text(comm),
      "start": .number(0x7ffc_0000_1000),
      "end": .number(0x7ffc_0000_1000 + (length ?? bytes.utf8.count)),
    ]
    // What follows in memory is the environment.
    let memory = Array((bytes + "HOME=/root\0").utf8)
    for block in 0..<4 where block * 512 < memory.count {
      values["a\(block)"] = .text(
        String(
          decoding: memory[(block * 512)..<min(memory.count, (block + 1) * 512)], as: UTF8.self))
    }
    trace.add(time, thread: Int32(pid), "kscope:proc_exec_connector", values)
  }

  @Test(arguments: ToolTrace.kernels) func allArgumentsAreShown(kernel: String) throws {
    var trace = try ToolTrace(kernel: kernel, ["kscope"])
    let many = (1...600).map(String.init)
    Self.exec(&trace, 1_000_000_000, 70, "true", ["/bin/true", "a b", ""])
    Self.exec(&trace, 1_100_000_000, 71, "seq", ["seq"] + many.prefix(300))
    Self.exec(&trace, 1_200_000_000, 72, "seq", ["seq"] + many.prefix(500), length: 4000)
    let rows = try trace.rows("execsnoop")
    #expect(rows[1] == "   PID   PPID ARGS")
    #expect(rows[2] == "    70      1 /bin/true a b ")
    #expect(rows[3] == "    71      1 seq \(many.prefix(300).joined(separator: " "))")
    #expect(rows[4].hasPrefix("    72      1 seq 1 2 3 ") && rows[4].hasSuffix(" [...]"))
    #expect(
      try trace.rows("execsnoop", ["-a", "3", "-t", "^seq$"]).last
        == "1.200000             72      1 seq 1 2 [...]")
    #expect(
      try trace.rows("execsnoop", ["-jU", "true"])
        == [#"{"uid":1000,"comm":"true","pid":70,"ppid":1,"args":"/bin/true a b "}"#])
  }

  /// Any recording of the scheduler tells which programs ran, and who began them.
  @Test(arguments: ToolTrace.kernels) func filesDoWhereThereAreNoArguments(kernel: String) throws {
    var trace = try ToolTrace(kernel: kernel, ["sched"])
    trace.add(
      1_000_000_000, thread: 9, "sched:sched_process_fork",
      ["parent_pid": .number(9), "child_pid": .number(70)])
    trace.add(
      1_100_000_000, thread: 70, "sched:sched_process_exec",
      ["filename": .text("/usr/bin/a program of a long name"), "pid": .number(70)])
    trace.add(
      1_200_000_000, thread: 71, "sched:sched_process_exec",
      ["filename": .text("true"), "pid": .number(71)])
    let (text, notes) = try trace.run("execsnoop", ["--csv"])
    #expect(
      text == [
        "comm,pid,ppid,args", "a program of a ,70,9,/usr/bin/a program of a long name",
        "true,71,,true",
      ])
    #expect(notes.contains { $0.contains("tells the files alone") })
    #expect(try trace.rows("execsnoop", ["-j", "^true$"]).count == 1)
  }

  /// Each call once, whether it fails or not; what is looked up beside them is none.
  @Test(arguments: ToolTrace.kernels) func failures(kernel: String) throws {
    var trace = try ToolTrace(kernel: kernel, ["kscope", "execs", "task"])
    func call(
      _ time: UInt64, _ thread: Int32, _ names: [String], _ result: Int, _ call: String = "execve",
      cpu: Int = 0
    ) {
      trace.add(time, cpu: cpu, thread: thread, "syscalls:sys_enter_\(call)")
      for name in names {
        trace.add(
          time + 1000, cpu: cpu, thread: thread, "kscope:do_filp_open", ["name": .text(name)])
      }
      if result == 0 { Self.exec(&trace, time + 1500, Int(thread), "true", ["/bin/true", "1"]) }
      trace.add(
        time + 2000, cpu: cpu, thread: thread, "syscalls:sys_exit_\(call)",
        ["ret": .number(result)])
    }
    trace.add(
      1_000_000_000, thread: 9, "task:task_newtask",
      ["pid": .number(7), "comm": .text("my shell"), "clone_flags": .number(0x0120_0000)])
    call(1_100_000_000, 7, ["/no/such thing"], -2)
    call(1_200_000_000, 7, ["/bin/true"], 0)
    // The script is there, its interpreter is not.
    call(1_300_000_000, 9, ["script", "/no/shell"], -2)
    call(1_400_000_000, 9, ["/etc"], -13, "execveat")
    // By its number; by an address without a name.
    call(1_500_000_000, 9, [""], -8, "execveat")
    call(1_600_000_000, 9, [], -14)
    trace.add(1_700_000_000, thread: 9, "kscope:do_filp_open", ["name": .text("/etc/passwd")])
    // Its begin was not seen; its end was not seen.
    trace.add(1_800_000_000, thread: 7, "syscalls:sys_exit_execve", ["ret": .number(-2)])
    trace.add(1_850_000_000, thread: 9, "syscalls:sys_enter_execve")
    trace.loseEvents()
    trace.add(1_900_000_000, thread: 9, "syscalls:sys_exit_execve", ["ret": .number(-2)])
    #expect(
      try trace.rows("execsnoop", ["-tx"]) == [
        "Tracing exec()s. Ctrl-C to end.",
        "TIMEs               PID   PPID RET      ARGS",
        "1.100002              7      9 -ENOENT  /no/such thing",
        "1.200002              7      1 0        /bin/true 1",
        "1.300002              9      ? -ENOENT  script",
        "1.400002              9      ? -EACCES  /etc",
        "1.500002              9      ? -ENOEXEC \"\"",
        "1.600002              9      ? -EFAULT  ?",
      ])
    #expect(try trace.rows("execsnoop").count == 3)
    #expect(
      try trace.rows("execsnoop", ["-xj", "^such"])
        == [#"{"comm":"my shell","pid":7,"ppid":9,"ret":-2,"args":"/no/such thing"}"#])
    #expect(try trace.rows("execsnoop", ["--csv", "-x", "-n", "^my"]).count == 6)
  }

  @Test func whatARecordingNeedsIsSaid() throws {
    let trace = try ToolTrace(kernel: "6.1", ["signal"])
    let error = #expect(throws: ToolError.self) { try trace.rows("execsnoop") }
    #expect(
      error?.hint?.contains("kscope record -e 'probe:proc_exec_connector(pid=task->tgid") == true)
  }
}

extension ToolTrace {
  fileprivate mutating func open(_ time: UInt64, _ thread: Int32, _ name: String) {
    add(time, thread: thread, "syscalls:sys_enter_openat")
    add(time + 1, thread: thread, "kscope:do_filp_open", ["name": .text(name)])
    add(time + 2, thread: thread, "syscalls:sys_exit_openat", ["ret": .number(3)])
  }
}
