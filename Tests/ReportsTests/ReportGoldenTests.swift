import EventFormats
import Glibc
import Testing
import TraceDat
import TraceTestSupport

@testable import Reports

/// What trace-cmd 3.1.6 printed of real recordings, against what we print, byte for byte.
///
/// Lines may differ only where `Documentation/differences.md` lists the event.
@Suite struct ReportGoldenTests {
  static let recordings = [
    "all-events", "arm64-function", "arm64-graph", "arm64-stacks", "awkward", "follow", "function",
    "function-graph", "instances", "kprobes",
    "repeats", "scheduling", "stacks", "timers",
  ]

  private static let folder = "\(#filePath.parentFolder)/Fixtures"

  @Test(arguments: recordings) func isWhatTraceCmdPrints(name: String) throws {
    try compare(["\(name).dat"], with: "\(name).txt")
  }

  @Test func severalFilesAreMergedAndNamed() throws {
    try compare(["timers.dat", "follow.dat"], with: "merged.txt")
  }

  @Test func nanoseconds() throws {
    var options = ReportOptions()
    options.time.nanoseconds = true
    try compare(["timers.dat"], with: "timers-nanoseconds.txt", options)
  }

  /// Every slice boundary must be invisible: the same text whatever the size of the slices.
  @Test(arguments: ["function", "function-graph", "scheduling", "stacks"], [1, 4096, 50_000])
  func slicesDoNotShow(name: String, bytes: Int) throws {
    var options = ReportOptions()
    options.bytesPerSlice = bytes
    options.workers = 3
    let whole = try report(["\(name).dat"], .init())
    #expect(try report(["\(name).dat"], options) == whole)
  }

  /// The same of what depends on filters: stacks, folded calls, indents.
  @Test(
    arguments: [
      ("function", "function: common_pid == 310"), ("function-graph", "funcgraph_entry"),
      ("function-graph", "funcgraph_exit"), ("function-graph", ".*: depth < 2 || CPU == 1"),
      ("stacks", "sched_switch: prev_pid == 334"), ("stacks", ".*: CPU == 0"),
    ], [1, 4096, 50_000])
  func slicesDoNotShowBehindFilters(of file: (name: String, filter: String), bytes: Int) throws {
    var options = ReportOptions()
    options.selection.filters = [FilterText(file.filter)]
    let whole = try report(["\(file.name).dat"], options)
    #expect(whole.lines.count > 10)
    options.bytesPerSlice = bytes
    options.workers = 3
    #expect(try report(["\(file.name).dat"], options) == whole)
  }

  /// A stack trace is shown with its event, and with no other.
  @Test func stacksStayWithTheirEvents() throws {
    var options = ReportOptions()
    options.selection.filters = [FilterText("sched_switch: prev_pid == 334")]
    let lines = try report(["stacks.dat"], options).lines
    let events = lines.filter { $0.contains("sched_switch:") }
    #expect(events.allSatisfy { $0.contains(" trace-cmd:334 ") })
    #expect(lines.count { $0.contains("kernel_stack:") } == events.count)
  }

  /// No row of the list of differences is there without a recording that shows it.
  @Test func everyListedDifferenceIsReal() throws {
    var seen: Set<String> = []
    for name in Self.recordings {
      let theirs = try read("\(Self.folder)/\(name).txt").lines
      let ours = try report(["\(name).dat"], .init()).lines
      for (a, b) in zip(ours, theirs) where a != b { seen.insert(Self.event(in: a)) }
    }
    #expect(seen == Set(try Self.listedDifferences()))
  }

  private func compare(
    _ files: [String], with expected: String, _ options: ReportOptions = .init()
  ) throws {
    let ours = try report(files, options).lines
    let theirs = try read("\(Self.folder)/\(expected)").lines
    #expect(ours.count == theirs.count)
    let allowed = Set(try Self.listedDifferences())
    for (number, (a, b)) in zip(ours, theirs).enumerated() where a != b {
      if !allowed.contains(Self.event(in: a)) {
        Issue.record("line \(number + 1):\n  ours   \(a)\n  theirs \(b)")
        return
      }
    }
  }

  private func report(_ files: [String], _ options: ReportOptions) throws -> String {
    let folder = TemporaryFolder()
    let path = "\(folder.path)/report.txt"
    let descriptor = open(path, O_CREAT | O_WRONLY | O_TRUNC, 0o600)
    try #require(descriptor >= 0)
    let report = try TextReport(
      try files.map { try TraceFile(path: "\(Self.folder)/\($0)") }, options: options)
    let losses = try report.write(to: descriptor)
    close(descriptor)
    #expect(report.problems.isEmpty)
    #expect(losses.isEmpty)
    return try read(path)
  }

  /// The event's name in a line: what stands behind the time.
  private static func event(in line: String) -> String {
    guard let bracket = line.firstIndex(of: "]") else { return "" }
    let parts = line[bracket...].split(separator: ":", maxSplits: 2)
    return parts.count > 1 ? String(parts[1].drop { $0 == " " }) : ""
  }

  /// The first column of the table under "Events": `name`.
  private static func listedDifferences() throws -> [String] {
    let root = "\(#filePath.parentFolder.parentFolder.parentFolder)"
    let text = try read("\(root)/Documentation/differences.md")
    let lines = text.lines
    let start = try #require(lines.firstIndex(of: "## Events"))
    return lines[(start + 1)...].prefix { !$0.hasPrefix("## ") }.compactMap { line in
      guard line.hasPrefix("| `") else { return nil }
      return line.dropFirst(3).split(separator: "`").first.map { String($0) }
    }
  }
}

private func read(_ path: String) throws -> String {
  let file = try #require(fopen(path, "r"), "\(path) cannot be read")
  defer { fclose(file) }
  var bytes: [UInt8] = []
  var buffer = [UInt8](repeating: 0, count: 1 << 16)
  while case let count = fread(&buffer, 1, buffer.count, file), count > 0 {
    bytes += buffer[..<count]
  }
  return String(decoding: bytes, as: UTF8.self)
}

extension String {
  fileprivate var parentFolder: String {
    String(self[..<(lastIndex(of: "/") ?? endIndex)])
  }

  fileprivate var lines: [String] {
    split(separator: "\n", omittingEmptySubsequences: false).map { String($0) }
  }
}
