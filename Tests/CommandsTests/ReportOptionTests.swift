import ArgumentParser
import ByteIO
import Glibc
import Testing
import TraceTestSupport

@testable import Commands

/// What `report` prints with its options, against what trace-cmd 3.1.6 printed of the same files.
@Suite struct ReportOptionTests {
  static let fixtures: String = {
    let folder = #filePath.split(separator: "/").dropLast(2).joined(separator: "/")
    return "/\(folder)/ReportsTests/Fixtures"
  }()

  /// Each was printed of these files, one after the other.
  private static let files = ["follow.dat", "kprobes.dat", "awkward.dat"]

  /// Events of `awkward.dat` that `Documentation/differences.md` lists.
  private static let differing = [
    " t_misc: ", " t_flags_", " t_bad: ", "[UNKNOWN EVENT]", " kernel_stack: ",
  ]

  @Test(arguments: [
    ("latency", ["-l"]), ("raw", ["-R"]), ("raw-latency", ["-R", "-l"]),
    ("raw-times", ["--raw-ts"]), ("differences", ["--ts-diff"]),
    ("differences-nanoseconds", ["-t", "--ts-diff"]), ("aligned", ["--align-ts"]),
    ("ticks", ["--ts2secs", "2400000000", "-t"]), ("sub-buffers", ["--boundary"]),
    ("cpu", ["--cpu", "1"]), ("names", ["-E"]), ("printk", ["-P"]), ("order", ["-e"]),
    ("page-size", ["-p"]), ("version", ["--version"]),
  ])
  func printsWhatTraceCmdPrints(name: String, options: [String]) throws {
    let ours = try Self.files.map { try report(options + ["-i", "\(Self.fixtures)/\($0)"]) }
    let theirs = try text("options/\(name).txt").split(separator: "\n")
    for (a, b) in zip(ours.joined().split(separator: "\n"), theirs)
    where a != b && !Self.differing.contains(where: { a.contains($0) }) {
      Issue.record("ours   \(a)\ntheirs \(b)")
      return
    }
    #expect(ours.joined().split(separator: "\n").count == theirs.count)
  }

  @Test(arguments: [
    ("filter-either", ["-F", "sched/sched_switch,irq: next_prio < 120 || vec == 1"], "scheduling"),
    ("filter-name", ["-F", "sched_.*: COMM == \"bash\" && prio == 120"], "scheduling"),
    ("filter-regex", ["-F", "sched_switch: next_comm =~ \"rcu\""], "scheduling"),
    ("filter-pid", ["--pid", "18"], "scheduling"),
    ("filter-pid", ["--comm", "rcu_preempt"], "scheduling"),
    (
      "filter-out",
      ["-F", "sched_switch: next_pid == 0", "-v", "-F", "sched_switch: prev_prio < 120"],
      "scheduling"
    ),
    (
      "chosen",
      ["-r", "sched_switch", "-n", "sched_wakeup", "-F"]
        + ["sched_switch,sched_wakeup: common_pid == 18"],
      "scheduling"
    ),
    (
      "filter-function",
      ["-O", "parent", "-O", "offset", "-F", "function: common_pid == 310"], "function"
    ),
    (
      "graph-options",
      ["-O", "tailprint", "-O", "fgraph:depth", "-F", "funcgraph_exit: depth > 3"], "function-graph"
    ),
    ("filter-boundary", ["--boundary", "-F", "sched_switch"], "scheduling"),
    ("repeats-nanoseconds", ["-t", "-F", "func_repeats"], "repeats"),
    ("repeats-raw", ["--raw-ts", "--align-ts", "-F", "func_repeats"], "repeats"),
    ("graph-plain", ["-N", "-F", "funcgraph_entry: depth > 3"], "function-graph"),
  ])
  func showsWhatTraceCmdShows(name: String, options: [String], file: String) throws {
    let ours = try report(options + ["-i", "\(Self.fixtures)/\(file).dat"])
    #expect(ours == (try text("options/\(name).txt")))
  }

  @Test(arguments: [
    ["-F", "sched_swich"], ["-F", "sched_switch: prev_pidd == 1"],
    ["-F", "sched_switch: prev_pid =="],
    ["-O", "tailprynt"], ["-r", "("], ["--pid", "x"],
  ])
  func whatCannotBeUnderstoodIsRefusedBeforeAnythingIsPrinted(options: [String]) throws {
    let folder = TemporaryFolder()
    let descriptor = open(folder.path("text"), O_CREAT | O_WRONLY, 0o600)
    try #require(descriptor >= 0)
    defer { close(descriptor) }
    let command = try ReportCommand.parse(options + ["\(Self.fixtures)/scheduling.dat"])
    #expect(throws: (any Error).self) { try command.write(to: descriptor) }
    #expect(lseek(descriptor, 0, SEEK_END) == 0)
  }

  /// Both ends are shown, and given, as the clock's own numbers.
  @Test func rawTimesAreTakenAsTheyAreShown() throws {
    let path = "\(Self.fixtures)/repeats.dat"
    let shown = try report([
      "--raw-ts", "--between", "94747341422", "95056652634", "-F", "func_repeats", path,
    ])
    let whole = try report(["--raw-ts", "-F", "func_repeats", path])
    #expect(shown == whole.split(separator: "\n").prefix(3).joined(separator: "\n") + "\n")
    let facts = try report(["--raw-ts", "--first-event", path])
    #expect(facts.split(separator: "\n").dropFirst().allSatisfy { !$0.contains(".") })
  }

  @Test(arguments: [
    ("", "no symbols in "), ("0x10 T hexadecimal\n", "no symbols in "),
    ("0000000000000000 T a\n0000000000000000 T b\n", "all addresses in "),
  ])
  func aFileWithoutSymbolsIsRefused(text: String, message: String) throws {
    let folder = TemporaryFolder()
    let path = folder.write(Array(text.utf8), to: "symbols")
    let error = #expect(throws: SymbolsFileError.self) {
      try self.report(["--kallsyms", path, "\(Self.fixtures)/follow.dat"])
    }
    #expect(error?.message.hasPrefix(message) == true)
  }

  @Test func symbolsMayComeFromElsewhere() throws {
    let folder = TemporaryFolder()
    let descriptor = open(folder.path("symbols"), O_CREAT | O_WRONLY, 0o600)
    try #require(descriptor >= 0)
    let symbols = Array("0000000000000000 T everything\nffffffffffffffff T end\n".utf8)
    #expect(write(descriptor, symbols, symbols.count) == symbols.count)
    close(descriptor)
    let shown = try report([
      "--kallsyms", folder.path("symbols"), "\(Self.fixtures)/follow.dat",
    ])
    let functions = shown.split(separator: "\n").dropFirst()
    #expect(functions.count == 6)
    #expect(functions.allSatisfy { $0.hasSuffix(" everything") })
  }

  @Test func filtersAreShownAsTheyWereUnderstood() throws {
    let shown = try report([
      "-T", "-F", "sched_switch:prev_pid==0", "\(Self.fixtures)/scheduling.dat",
    ])
    #expect(shown.contains("sched_switch: prev_pid == 0"))
    #expect(!shown.contains("cpus="))
  }

  /// Paths stand in their text, and where packed pages are unpacked to in theirs only.
  @Test(arguments: [
    ("statistics", ["--stat"]), ("cpus", ["--cpus"]),
    ("first-last", ["--first-event", "--last-event"]),
  ])
  func tellsWhatTraceCmdTells(name: String, options: [String]) throws {
    func told(_ text: String) -> [Substring] {
      text.split(separator: "\n").filter {
        !$0.hasPrefix("List of") && !$0.contains("data recorded") && !$0.contains("bytes in size")
      }
    }
    let ours = try Self.files.map { try report(options + ["-i", "\(Self.fixtures)/\($0)"]) }
    #expect(told(ours.joined()) == told(try text("options/\(name).txt")))
  }

  @Test func wakeupLatencies() throws {
    let ours = try report(["-w", "-i", "\(Self.fixtures)/scheduling.dat"])
    let shown = ours.split(separator: "\n").filter { $0.lowercased().contains("latency") }
    #expect(shown == (try text("options/wakeups.txt")).split(separator: "\n"))
  }

  @Test func anOffsetBelongsToTheRecordingBeforeIt() throws {
    let ours = try report([
      "-i", "\(Self.fixtures)/follow.dat", "-i", "\(Self.fixtures)/kprobes.dat", "-t",
      "--ts-offset", "-20000000000",
    ])
    #expect(ours == (try text("options/offset.txt")))
  }

  @Test func theFirstRecordingTakesAnOffsetToo() throws {
    let plain = try report(["-t", "-i", "\(Self.fixtures)/follow.dat"])
    let moved = try report(["-t", "-i", "\(Self.fixtures)/follow.dat", "--ts-offset", "1000000000"])
    #expect(plain.contains("258.847475769:"))
    #expect(moved == plain.replacing("  258.", with: "  259."))
  }

  @Test(arguments: [0, 1, 17, 700, 5000]) func tailIsTheEnd(lines: Int) throws {
    let whole = try report(["\(Self.fixtures)/timers.dat"]).split(separator: "\n")
    let tail = try report(["--tail", "\(lines)", "\(Self.fixtures)/timers.dat"])
    #expect(tail.split(separator: "\n").dropFirst() == whole.dropFirst().suffix(lines))
  }

  @Test(arguments: [(0, 768), (5, 6), (100, 400), (767, 767)])
  func betweenIsWhatIsShownSo(first: Int, last: Int) throws {
    let whole = try report(["\(Self.fixtures)/timers.dat"]).split(separator: "\n").dropFirst()
    let lines = Array(whole)
    func time(_ line: Substring) throws -> String {
      let bracket = try #require(line.firstIndex(of: "]"))
      return String(line[line.index(after: bracket)...].split(separator: ":")[0].drop { $0 == " " })
    }
    let from = try time(lines[first])
    let to = try time(lines[min(last, lines.count - 1)])
    let part = try report(["--between", from, to, "\(Self.fixtures)/timers.dat"])
    let expected = try lines.filter {
      let time = try #require(Double(try time($0)))
      return time >= (Double(from) ?? 0) && time <= (Double(to) ?? 0)
    }
    #expect(part.split(separator: "\n").dropFirst() == expected[...])
  }

  @Test func aroundIsWhatIsNextToATime() throws {
    let whole = try report(["\(Self.fixtures)/timers.dat"]).split(separator: "\n")
    let time = "\(whole[300].split(separator: "]")[1].split(separator: ":")[0])".filter {
      $0 != " "
    }
    let part = try report(["--around", time, "--context", "3", "\(Self.fixtures)/timers.dat"])
    #expect(part.split(separator: "\n").dropFirst() == whole[297...302])
  }

  @Test(arguments: [
    ["--between", "2", "1"], ["--between", "x", "1"], ["--tail", "-1"], ["--cpu", "3-1"],
    ["--cpu", "a"], ["--tail", "1", "--around", "5"], ["--between", "1.0000000001", "2"],
    ["--pid", ""], ["--pid", ","], ["--comm", ""], ["--ts-offset", "twelve"], ["--ts2secs", "1x"],
  ])
  func valuesThatMakeNoSenseAreRefused(options: [String]) {
    #expect(throws: (any Error).self) {
      try report(options + ["\(Self.fixtures)/timers.dat"])
    }
  }

  @Test(arguments: [
    ["--json", "--csv", "sched_switch"], ["--profile", "--tail", "3"],
    ["--profile", "--around", "57.2"], ["--profile", "--csv", "sched_switch"],
    ["--json", "--stat"], ["--json", "--cpus"], ["--csv", "sched_switch", "-E"],
  ])
  func formsThatCannotBeCombinedAreRefused(options: [String]) {
    #expect(throws: (any Error).self) {
      try ReportCommand.parse(options + ["\(Self.fixtures)/timers.dat"])
    }
  }

  @Test func offsetsMayBeHexadecimal() throws {
    let file = "\(Self.fixtures)/timers.dat"
    let offset = try report(["-t", "-i", file, "--ts-offset", "0x10"])
    #expect(try report(["-t", "-i", file, "--ts-offset", "16"]) == offset)
    #expect(try report(["-t", "-i", file]) != offset)
    let refused = #expect(throws: (any Error).self) {
      try ReportCommand.parse(
        ReportArgumentOrder.explicit(["report", "-i", file, "--ts-offset", "12y"]).dropFirst()
          .map { $0 })
    }
    #expect(
      refused.map { ReportCommand.message(for: $0) }
        == "--ts-offset takes a whole number, not '12y'")
  }

  @Test func repeatedCallsHaveParentsAndOffsetsToo() throws {
    let file = "\(Self.fixtures)/repeats.dat"
    func line(_ option: String) throws -> Substring? {
      try report(["-O", option, file]).split(separator: "\n").first { $0.contains("func_repeats") }
    }
    #expect(try line("parent")?.contains(" mutex_unlock <-- v9fs_file_open (count: 1  ") == true)
    #expect(try line("offset")?.contains(" mutex_unlock+0x0  (count: 1  ") == true)
  }

  @Test func namesOfFilesDoNotSteerATerminal() throws {
    let folder = TemporaryFolder()
    let data = try MappedFile(path: "\(Self.fixtures)/timers.dat")
    let bytes = data.bytes.map { $0 }
    let paths = ["a\u{1b}]0;hi\u{7}.dat", "b\n.dat"].map { folder.write(bytes, to: $0) }
    let text = try report(paths)
    #expect(text.contains("a^[]0;hi^G.dat: ") && text.contains("b^J.dat: "))
    #expect(!text.contains("\u{1b}") && !text.contains("b\n"))
    #expect(try report(["--cpus", paths[0]]).contains("a^[]0;hi^G.dat with data"))
  }

  @Test func followingADamagedFileSaysSo() throws {
    let folder = TemporaryFolder()
    let data = try MappedFile(path: "\(Self.fixtures)/timers.dat")
    let path = folder.write(Array(data.bytes.prefix(6000)), to: "cut.dat")
    let command = try ReportCommand.parse(["--follow", path])
    let null = open("/dev/null", O_WRONLY)
    defer { close(null) }
    #expect(!(try command.write(to: null)).isEmpty)
  }

  @Test(arguments: [["--json"], ["--csv", "timer_start"], []])
  func tailAndAroundAreOfEveryForm(form: [String]) throws {
    let file = "\(Self.fixtures)/timers.dat"
    let head = form.first == "--json" ? 0 : 1
    #expect(try report(form + ["--tail", "3", file]).split(separator: "\n").count == head + 3)
    let whole = try report([file]).split(separator: "\n")
    let time = whole[300].split(separator: "]")[1].split(separator: ":")[0].filter { $0 != " " }
    let part = try report(form + ["--around", String(time), "--context", "2", file])
    #expect(part.split(separator: "\n").count == head + 4)
  }

  @Test func anEventWithoutAFormatIsSaid() throws {
    let file = "\(Self.fixtures)/scheduling.dat"
    let known = try problems(["--event", "sched_switch", file])
    #expect(known.isEmpty)
    let unknown = try problems(["--event", "sched_swich", "--event", "sched:.*", file])
    #expect(unknown.map(\.message) == ["no event 'sched_swich' in the recording"])
    #expect(unknown.first?.hint == "did you mean sched_switch?")
    #expect(Failure.hasFailed(unknown))
  }

  @Test func aRecordingWithoutAllocationsIsNoFailure() throws {
    let command = try MemCommand.parse(["\(Self.fixtures)/scheduling.dat"])
    let descriptor = open("/dev/null", O_WRONLY | O_CLOEXEC)
    defer { close(descriptor) }
    let said = try command.write(to: descriptor)
    #expect(said.count == 1)
    #expect(said.first?.hint?.contains("-e kmem:kmalloc") ?? false)
    #expect(!Failure.hasFailed(said))
  }

  private func problems(_ arguments: [String]) throws -> [any ExplainedError] {
    let command = try ReportCommand.parse(arguments)
    let descriptor = open("/dev/null", O_WRONLY | O_CLOEXEC)
    defer { close(descriptor) }
    return try command.write(to: descriptor)
  }

  @Test func withoutSystemPluginsIsWithoutHandlers() throws {
    let file = "\(Self.fixtures)/function.dat"
    #expect(try report(["-L", file]) == report(["-N", file]))
    #expect(try report(["-L", file]) != report([file]))
  }

  @Test(arguments: [
    (["-V"], Verbosity.info), (["-V2"], .err), (["--verbose"], .info), (["--verbose=all"], .all),
    (["-V", "none.dat"], .info), ([], .warn),
  ])
  func theLevelOfVerbosityMayBeMissing(arguments: [String], level: Verbosity) throws {
    let explicit = ReportArgumentOrder.explicit(["report"] + arguments)
    #expect(try ReportCommand.parse(Array(explicit.dropFirst())).verbose == level)
  }

  @Test(arguments: [
    (["-vF", "sched", "a.dat"], ["--exclude", "sched", "a.dat"]),
    (["-tvFsched"], ["-t", "--exclude", "sched"]), (["-vl", "-F", "x"], ["-l", "--exclude", "x"]),
    (["-tR", "-l"], ["-t", "-R", "-l"]), (["-F", "-tR"], ["-F", "-tR"]),
    (["-tV3"], ["-t", "--verbose=3"]),
    (["-lOparent=1"], ["-l", "-Oparent=1"]), (["-l", "-O", "-ab"], ["-l", "-O", "-ab"]),
  ])
  func lettersMayStandTogether(arguments: [String], explicit: [String]) {
    #expect(ReportArgumentOrder.explicit(["report"] + arguments) == ["report"] + explicit)
  }

  @Test func aLevelThatIsNoneIsRefused() {
    #expect(throws: (any Error).self) { try ReportCommand.parse(["--verbose=foo"]) }
  }

  private func report(_ arguments: [String]) throws -> String {
    let explicit = ReportArgumentOrder.explicit(["report"] + arguments)
    let command = try ReportCommand.parse(Array(explicit.dropFirst()))
    let folder = TemporaryFolder()
    let descriptor = open(folder.path("text"), O_CREAT | O_WRONLY | O_TRUNC, 0o600)
    try #require(descriptor >= 0)
    defer { close(descriptor) }
    let problems = try command.write(to: descriptor)
    #expect(problems.isEmpty)
    return try Self.content(of: folder.path("text"))
  }

  private func text(_ name: String) throws -> String {
    try Self.content(of: "\(Self.fixtures)/\(name)")
  }

  private static func content(of path: String) throws -> String {
    try MappedFile(path: path).withBytes { bytes in
      bytes.withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
    }
  }
}
